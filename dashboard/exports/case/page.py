"""The page of a case file: charts that can be zoomed, tables and method, in one HTML file that needs no network.

Its policy lets the browser run exactly the two scripts that stand in it, by their hashes, and load nothing. All other
text is escaped; figures are data, not scripts.
"""

import hashlib
import json
from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape

from markdown_it import MarkdownIt
from plotly.offline import get_plotlyjs
from plotly.utils import PlotlyJSONEncoder

from dashboard.draw.encoding import Figure
from dashboard.draw.row_names import name_rows
from dashboard.draw.scene import Scene
from dashboard.exports.case.style import STYLE
from dashboard.exports.case.views import CaseChart
from dashboard.service.event import SAMPLE_TEXT
from dashboard.text.numbers import EN_DASH
from dashboard.text.sentences import format_window
from data.schema import Evidence
from data.version import VERSION
from deviation.question import QuoteHandling
from deviation.report.headline import write_headline
from deviation.report.notes import describe_choices, write_notes
from deviation.result import MarketRow
from deviation.side import Side
from deviation.wording import format_percent, format_price
from evidence.claims.judge import ClaimResult
from evidence.proof.inputs import InputRecord

DRAW_SCRIPT = """
for (const data of document.querySelectorAll('script[type="application/json"]')) {
  const figure = JSON.parse(data.textContent);
  const narrow = window.innerWidth < 760 && figure.layout.meta && figure.layout.meta.phone;
  const layout = Object.assign({}, figure.layout, narrow || {});
  Plotly.newPlot(data.previousElementSibling, figure.data, layout, {responsive: true, displaylogo: false});
}
"""
"""Draws each figure into the element before it."""

ESCAPES = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})
"""Letters that JSON within HTML must not have: no figure can end the element that it stands in."""


@dataclass(frozen=True, slots=True)
class CasePage:
    """What the page shows: a scene, its charts, the hashes of its input, the other files, and the method's text.

    ``claims`` are those about the event, with their verdicts; empty without any.
    """

    scene: Scene
    charts: Sequence[CaseChart]
    record: InputRecord
    file_names: Sequence[str]
    method: str | None
    claims: Sequence[ClaimResult] = ()


def build_case_page(page: CasePage) -> str:
    """The page as HTML."""
    measurement = page.scene.measurement
    headline, *summary = write_headline(measurement, page.scene.zone.tzinfo)
    if measurement.question.origin is Evidence.RECONSTRUCTION:
        summary = [SAMPLE_TEXT, *summary]
    notes = [describe_choices(measurement.question), *write_notes(measurement)]
    library, policy = _read_library()
    charts = "".join(_build_chart(number, chart) for number, chart in enumerate(page.charts))
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(headline)}</title><style>{STYLE}</style></head><body><main>"
        f"<h1>{escape(headline)}</h1>"
        f"{_build_paragraphs(summary)}{_build_paragraphs([note for note in notes if note], 'notes')}"
        f'{charts}<h2>Exchanges</h2><div class="wide">{_build_market_table(page.scene)}</div>'
        f"{_build_claims(page.claims)}"
        f"<h2>Where the prices are from</h2>{_build_check(page)}"
        f'<div class="wide">{_build_source_table(page.record)}</div>'
        f"<h2>Files of this case</h2>{_build_file_list(page.file_names)}"
        f"{_build_method(page.method)}</main>"
        f"<script>{library}</script><script>{DRAW_SCRIPT}</script></body></html>\n"
    )


@cache
def _read_library() -> tuple[str, str]:
    """plotly.js as the text of a script, and the policy that allows it and `DRAW_SCRIPT`."""
    # A browser reads every end of a line as \n, and hashes that; a script ends at the first end tag.
    library = get_plotlyjs().replace("\r\n", "\n").replace("\r", "\n").replace("</script", "<\\/script")
    hashes = " ".join(f"'sha256-{_hash_script(script)}'" for script in (library, DRAW_SCRIPT))
    # plotly.js writes styles of its own; its button for a picture makes one as a blob.
    policy = (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data: blob:; "
        "base-uri 'none'; form-action 'none'"
    )
    return library, policy


def _hash_script(script: str) -> str:
    return b64encode(hashlib.sha256(script.encode()).digest()).decode()


def _build_chart(number: int, chart: CaseChart) -> str:
    return (
        f"<h2>{escape(chart.title)}</h2>{_build_paragraphs(chart.sentences)}"
        f'<div class="chart" id="chart-{number}" style="height:{int(chart.figure["layout"]["height"])}px"></div>'
        f'<script type="application/json">{encode_figure(chart.figure)}</script>'
    )


def encode_figure(figure: Figure) -> str:
    r"""A figure as JSON that can stand in HTML.

    >>> encode_figure({"data": [], "layout": {"title": "</script>"}})
    '{"data":[],"layout":{"title":"\\u003c/script\\u003e"}}'
    """
    text = json.dumps(figure, cls=PlotlyJSONEncoder, separators=(",", ":"))
    return text.translate(ESCAPES)


def _build_paragraphs(sentences: Iterable[str], class_name: str = "") -> str:
    attribute = f' class="{class_name}"' if class_name else ""
    return "".join(f"<p{attribute}>{escape(sentence)}</p>" for sentence in sentences)


def _build_table(names: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in names)
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in line)}</tr>" for line in lines)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _build_market_table(scene: Scene) -> str:
    rows = list(scene.measurement.rows)
    noun = scene.measurement.question.timeframe.noun
    names = (
        "Exchange",
        "Market",
        "Largest discount",
        "Largest premium",
        f"Comparable {noun}s",
        "Lowest trade",
        "Highest trade",
    )
    lines = [
        (name, row.market.symbol, *_list_numbers(row)) for name, row in zip(name_rows(scene, rows), rows, strict=True)
    ]
    return _build_table(names, lines)


def _list_numbers(row: MarketRow) -> tuple[str, ...]:
    summary = row.own_summary
    deviations = [
        format_percent(abs(summary.get_side(side).deviation or 0.0)) if summary.firm_min else EN_DASH for side in Side
    ]
    prices = [EN_DASH if extreme is None else format_price(extreme.price) for extreme in (row.low, row.high)]
    return (*deviations, f"{summary.firm_min:,}", *prices)


def _build_check(page: CasePage) -> str:
    question = page.scene.measurement.question
    rows = sum(int(entry["rows"]) for entry in page.record.inputs)
    digests = ", ".join(str(entry["sha256"]) for entry in page.record.inputs)
    as_is = " Stablecoins count as exactly $1." if question.parameters.quote is QuoteHandling.AS_IS else ""
    return (
        f"<p>{escape(question.asset)}, {escape(format_window(page.scene.measurement))}, Plumbline {escape(VERSION)}."
        f"{as_is} {rows:,} prices were read; their SHA-256 is <code>{digests}</code>. To check all numbers, bring them "
        "into a store of your own and verify what is here:</p>"
        "<pre>plumbline --store my-store import CASE.zip\nplumbline --store my-store verify CASE.zip</pre>"
    )


def _build_source_table(record: InputRecord) -> str:
    names = ("Exchange", "Origin", "Source", "Rows", "First fetched", "Last fetched")
    keys = ("venue", "origin", "source", "rows", "first_fetched", "last_fetched")
    return _build_table(names, [[str(source[key]) for key in keys] for source in record.sources])


def _build_claims(results: Sequence[ClaimResult]) -> str:
    if not results:
        return ""
    table = _build_table(
        ("", "Who", "What they said", "Verdict"),
        [(result.claim.id, result.claim.who, result.claim.says, result.verdict.value) for result in results],
    )
    return (
        "<h2>What each side said</h2><p>Verdicts rest on all prices of the event that the store had, and are not "
        "repeated from this case alone; <code>claims.json</code> has what decides each.</p>"
        f'<div class="wide">{table}</div>'
    )


def _build_file_list(names: Iterable[str]) -> str:
    items = "".join(f'<li><a href="{escape(name)}">{escape(name)}</a></li>' for name in names)
    return f"<p>Unpack the case file to open them.</p><ul>{items}</ul>"


def _build_method(text: str | None) -> str:
    if text is None:
        return ""
    body = MarkdownIt("commonmark", {"html": False}).enable("table").render(text)
    for level in (2, 1):  # below the headings of the page
        body = body.replace(f"<h{level}>", f"<h{level + 1}>").replace(f"</h{level}>", f"</h{level + 1}>")
    return f"<details><summary>What the numbers mean</summary>{body}</details>"
