"""The markets and assets that a scan did not measure, by reason."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dash import html

from analysis.scan.sentences import describe_universe
from analysis.scan.summary import ScanSummary
from dashboard.components.static_html import build_element
from dashboard.text.numbers import format_count
from data.catalogue import Catalogue
from data.tables.scans import SetAside
from deviation.wording import format_price

REASONS = {
    SetAside.OTHER_COIN: "Same ticker, another coin: calm prices more than three times apart",
    SetAside.NO_CANDLE: "No prices stored",
    SetAside.NOT_LISTED: "Not listed then",
    SetAside.NO_WINDOW_CANDLE: "No prices in this window",
    SetAside.FAIR_VALUE: "Wraps another asset, and is measured against that one",
    SetAside.FEWER_THAN_THREE: "Traded on fewer than three exchanges",
    SetAside.TOO_FEW_EXCHANGES: "Not scanned: on fewer than two exchanges beside this one",
}
"""Why something was not measured, in the order of the page."""

MAX_OPEN = 12
"""Longer lists are folded."""

LOST_TEXT = (
    "Coins that an exchange has delisted since then are here only where it or its archive still gives out their "
    "prices; the others are lost to every count above."
)


def build_set_aside_section(summary: ScanSummary, catalogue: Catalogue) -> html.Section:
    """A list per reason, folded, and what is lost to delisting."""
    by_reason: dict[str, list[Mapping[str, Any]]] = {}
    for row in summary.scan.set_aside.iter_rows(named=True):
        by_reason.setdefault(row["reason"], []).append(row)
    lists: list[Any] = [
        _build_list(text, by_reason[reason.value], catalogue)
        for reason, text in REASONS.items()
        if reason.value in by_reason
    ]
    return html.Section(
        [
            html.H2("What was compared, and what not"),
            html.P(describe_universe(summary, catalogue)),
            *(lists or [html.P("Nothing was set aside.")]),
            html.P(LOST_TEXT, className="quiet"),
        ],
        className="market-part",
    )


def _build_list(text: str, rows: Sequence[Mapping[str, Any]], catalogue: Catalogue) -> html.Details:
    is_of_assets = not rows[0]["venue"]
    count = format_count(len(rows), "asset" if is_of_assets else "market")
    items: Any = build_element("p", ", ".join(_describe_rows(rows, catalogue)))
    return html.Details([html.Summary(f"{text}: {count}"), items], open=len(rows) <= MAX_OPEN)


def _describe_rows(rows: Sequence[Mapping[str, Any]], catalogue: Catalogue) -> Iterator[str]:
    for row in rows:
        market = f"{catalogue.get_venue(row['venue']).name} {row['symbol']}" if row["venue"] else row["asset"]
        prices = (row["calm_price"], row["median_price"])
        has_prices = all(price is not None for price in prices)
        yield f"{market} (${format_price(prices[0])}, elsewhere ${format_price(prices[1])})" if has_prices else market
