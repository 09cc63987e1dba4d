"""The numbers behind the chart of a scan as plain tables."""

from collections.abc import Sequence

from analysis.scan.counts import GAP_PCT
from analysis.scan.summary import ScanSummary
from dashboard.charts.market.chart import LeadChart
from dashboard.charts.market.wording import PEER_LABELS, format_bin_size, write_captions
from dashboard.components.static_html import StaticElement, build_element
from dashboard.state.view import ViewState
from dashboard.tables.lows_table import EXTREME_WORDS
from dashboard.text.numbers import EN_DASH


def build_bins_table(chart: LeadChart) -> StaticElement:
    """The histogram: a row per bin, the exchange's largest leads first, with its assets."""
    captions = write_captions(chart.view, chart.focus_name)
    rows = [
        build_element(
            "tr",
            build_element("th", captions[0 if gap_bin.is_lead else 1], scope="row"),
            build_element("td", format_bin_size(gap_bin), className="number"),
            build_element("td", f"{len(gap_bin.assets):,}", className="number"),
            build_element("td", ", ".join(gap_bin.assets), className="market-assets"),
        )
        for gap_bin in reversed(chart.bins)
        if gap_bin.assets
    ]
    headings = ("Who", "By", "Assets", "Which")
    head = build_element("tr", *(build_element("th", text, scope="col") for text in headings))
    return build_element("table", build_element("thead", head), build_element("tbody", *rows))


def build_counts_table(summary: ScanSummary, view: ViewState) -> StaticElement:
    """On how many assets the exchange's extreme trade and close lie beyond the others', by size and set of peers."""
    superlative = EXTREME_WORDS[view.side][0]
    window = summary.window
    gaps = [counts for peers in (window.everyone, window.five) for counts in (peers.unaligned, peers.aligned)]
    groups = build_element(
        "tr",
        build_element("td"),
        *(build_element("th", name, colSpan=2, scope="colgroup") for name in PEER_LABELS.values()),
    )
    times = [build_element("th", text, scope="col") for text in ("any time", "same minute")]
    head = build_element("tr", build_element("th", "Number of assets", scope="col"), *times, *times)
    rows = [
        _build_counts_row("compared", [f"{counts.known:,}" for counts in gaps]),
        _build_counts_row(superlative, [f"{window.everyone.first:,}", EN_DASH, f"{window.five.first:,}", EN_DASH]),
        *(
            _build_counts_row(f"at least {pct}% {view.side}", [f"{counts.beyond[pct]:,}" for counts in gaps])
            for pct in GAP_PCT
        ),
    ]
    return build_element(
        "table", build_element("thead", groups, head), build_element("tbody", *rows), className="market-counts"
    )


def _build_counts_row(name: str, texts: Sequence[str]) -> StaticElement:
    cells = (build_element("td", text, className="number") for text in texts)
    return build_element("tr", build_element("th", name, scope="row"), *cells)
