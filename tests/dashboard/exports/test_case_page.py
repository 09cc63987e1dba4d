"""The page of a case file: what a browser may run, what it may load, and that text stays text."""

import hashlib
import json
import re
from base64 import b64encode
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from dashboard.draw.scene import Scene
from dashboard.exports.case.claims import judge_case_claims
from dashboard.exports.case.page import CasePage, build_case_page, encode_figure
from dashboard.exports.case.views import CASE_VIEWS, CaseChart, CaseScene
from data.schema import LOW_TRADE, build_empty_frame
from data.store import CandleStore
from evidence.proof.inputs import InputRecord
from tests.dashboard.scenarios import CATALOGUE, measure_crash, measure_illustration

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)> & \u2028"
SOURCE = {
    "venue": HOSTILE,
    "origin": "imported",
    "source": HOSTILE,
    "rows": 3,
    "first_fetched": None,
    "last_fetched": None,
}


class Page(HTMLParser):
    """The elements of a page: attributes by name, and the text of scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[tuple[str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the element."""
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """Note the text of a script."""
        if self.cdata_elem == "script":
            self.scripts.append((self.elements[-1][1].get("type") or "", data))


def build_page(scene: Scene | None = None, charts: list[CaseChart] | None = None) -> str:
    """The page of a measurement of synthetic candles, with hostile names around it."""
    scene = scene or Scene(measure_crash(), CATALOGUE)
    case = CaseScene(scene, build_empty_frame(LOW_TRADE), None)
    drawn = [chart for view in CASE_VIEWS.values() for chart in view.build_charts(case)] if charts is None else charts
    record = InputRecord([{"rows": 3, "sha256": "ab" * 32}], [SOURCE])
    return build_case_page(CasePage(scene, drawn, record, ["tables/a.csv", HOSTILE], f"# Method\n\n{HOSTILE}\n"))


def test_only_the_scripts_of_the_page_may_run() -> None:
    """The policy names the hash of each script, as a browser computes it, and allows nothing to be loaded."""
    page = Page(build_page())
    (policy,) = [a["content"] for tag, a in page.elements if tag == "meta" and a.get("http-equiv")]
    scripts = [text for kind, text in page.scripts if kind == ""]
    assert len(scripts) == 2
    hashes = [f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in scripts]
    assert str(policy).split("; ") == [
        "default-src 'none'",
        f"script-src {' '.join(hashes)}",
        "style-src 'unsafe-inline'",
        "img-src data: blob:",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    assert not any("\r" in text for text in scripts)


def test_nothing_is_loaded_from_elsewhere() -> None:
    """No element has an address but the links to the files of the case."""
    page = Page(build_page())
    addresses = [
        value for _, a in page.elements for name, value in a.items() if name in {"src", "href", "srcset", "data"}
    ]
    assert addresses == ["tables/a.csv", HOSTILE]
    assert "@import" not in build_page().partition("<style>")[2].partition("</style>")[0]


def test_text_of_candles_stays_text() -> None:
    """Names of sources and files, the method and figures have no element and no script of their own."""
    figure = {"data": [{"name": HOSTILE}], "layout": {"height": 100, "title": {"text": HOSTILE}}}
    page = Page(build_page(charts=[CaseChart(HOSTILE, [HOSTILE], figure)]))
    assert [kind for kind, _ in page.scripts] == ["application/json", "", ""]
    assert json.loads(page.scripts[0][1]) == figure
    assert not any(tag == "img" or any(name.startswith("on") for name in a) for tag, a in page.elements)


@pytest.mark.parametrize("text", ["</script>", "<!--", "]]>", "&lt;", "\u2028\u2029"])
def test_a_figure_cannot_leave_its_element(text: str) -> None:
    """JSON within HTML has no letter that ends it or that HTML reads otherwise."""
    encoded = encode_figure({"data": [{"name": text}], "layout": {}})
    assert not re.search("[<>&\u2028\u2029]", encoded)
    assert json.loads(encoded)["data"][0]["name"] == text


def test_the_page_states_the_finding_and_its_data() -> None:
    """Headline, a chart for each view, a line per market, and the hash of the rows; a sample says that it is one."""
    scene = Scene(measure_crash(), CATALOGUE)
    text = build_page(scene)
    page = Page(text)
    charts = [a for tag, a in page.elements if tag == "div" and a.get("class") == "chart"]
    assert len(charts) == len([kind for kind, _ in page.scripts if kind]) >= 3
    assert f"<code>{'ab' * 32}</code>" in text
    assert text.count("ATOM/USDT</td>") == len(scene.measurement.select_spot_rows("usdt"))
    assert "Sample data" not in text.partition("<script")[0]
    illustration = build_page(replace(scene, measurement=measure_illustration()))
    assert "<p>Sample data: no conclusion can be drawn.</p>" in illustration


def test_claims_of_a_sample_are_not_decided(tmp_path: Path) -> None:
    """The claims about the event are on the page and in JSON; where prices decide, a sample decides none."""
    question = measure_illustration().question
    judged = judge_case_claims(CandleStore(str(tmp_path / "lake")), CATALOGUE, replace(question, event="2025-10-10"))
    assert judged is not None
    assert judged.content["basis"] == "sample"
    scene = Scene(measure_illustration(), CATALOGUE)
    text = build_case_page(CasePage(scene, [], InputRecord([], []), [], None, judged.results))
    assert text.count("<td>not decided</td>") == judged.content["counts"]["not decided"] > 0
    assert judge_case_claims(CandleStore(str(tmp_path / "lake")), CATALOGUE, replace(question, event=None)) is None
