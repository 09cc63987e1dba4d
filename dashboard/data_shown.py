"""What of an asset the page shows: the map of coverage in one length of candles, and the choice among lengths."""

from collections.abc import Sequence
from typing import Any

import polars as pl
from dash import html

from dashboard.data_books import Books
from dashboard.data_coverage import CoverageMap
from dashboard.data_held import lengths_held
from dashboard.data_map import key, map_table, numbers_table
from dashboard.data_words import BARS, LENGTHS, count
from dashboard.formats import listing, span
from dashboard.pages.contract import Context
from dashboard.panes import Panes
from dashboard.view import OriginChoice, ViewState
from data.schema import Evidence, Timeframe


def coverage_panes(context: Context, view: ViewState) -> Panes:
    """The map of the view's asset, with what it says in a sentence."""
    found = shown_map(context.answers.books, view)
    catalogue = context.catalogue
    offered = lengths_offered(context, view)
    period = span(found.starts[0], found.end, view.zone)
    by_venue = found.by_venue()
    if not by_venue:
        said = f"Nothing of {view.asset} is on record from {period}: collect it, or import a file."
        if view.bar is not Timeframe.M1 or len(offered) > 1:
            said = f"In candles of {LENGTHS[view.bar]}, n{said[1:]}"
    else:
        having = sum(any(market.had for market in markets) for markets in by_venue.values())
        whole = sum(not markets[0].missing for markets in by_venue.values())
        kind = ", of the reconstruction, which is no evidence" if found.evidence is Evidence.RECONSTRUCTION else ""
        length = "" if view.bar is Timeframe.M1 else f" in candles of {LENGTHS[view.bar]}"
        said = (
            f"{view.asset}{length}, {period}: candles of {count(having, 'exchange')}{kind}; "
            f"{whole:,} without a missing {BARS[view.bar]}."
        )
    never = [catalogue.venue(venue).name for venue in context.actions.venues if venue not in by_venue]
    return {
        ("data-said", "children"): said,
        ("data-lengths", "children"): lengths_choice(offered, view.bar),
        ("data-told", "children"): "",
        ("data-map", "children"): map_table(found, (view.start, view.end), catalogue, view.zone) if by_venue else [],
        ("data-map-key", "children"): key(found) if by_venue else [],
        ("data-never", "children"): f"Nothing on record of {listing(never)}." if never and by_venue else "",
        ("data-numbers", "children"): numbers_table(found, catalogue) if by_venue else [],
        ("data-covered", "className"): "data-section" if by_venue else "data-section data-empty",
    }


def lengths_offered(context: Context, view: ViewState) -> list[Timeframe]:
    """The lengths of candles that are held of the view's asset, and the one that is shown."""
    holdings = context.answers.books.holdings().filter(pl.col("asset") == view.asset)
    held = {*lengths_held(holdings), view.bar}
    return [Timeframe(length) for length in LENGTHS if length in held]


def lengths_choice(offered: Sequence[Timeframe], shown: Timeframe) -> list[Any]:
    """Which length the map shows, where there is more than one; ``assets/data.js`` hears the buttons."""
    if len(offered) < 2:  # noqa: PLR2004 - a choice needs two
        return []
    buttons = []
    for length in offered:
        marks: dict[str, Any] = {"data-length": length.value, "aria-pressed": "true" if length is shown else "false"}
        buttons.append(html.Button(LENGTHS[length], type="button", className="data-length", **marks))
    label: dict[str, Any] = {"aria-label": "Length of the candles that are shown"}
    return [
        html.Div(
            [html.Span("Candles of", className="label"), *buttons], role="group", className="data-lengths", **label
        )
    ]


def shown_map(books: Books, view: ViewState) -> CoverageMap:
    """The map of real candles where anything of them is on record, else of the reconstruction; or as the view says."""
    asked = view.asset, view.start, view.end
    if view.origin is not OriginChoice.AUTO:
        return books.coverage_map(*asked, Evidence(view.origin.value), view.bar)
    real = books.coverage_map(*asked, Evidence.REAL, view.bar)
    made = real if real.markets else books.coverage_map(*asked, Evidence.RECONSTRUCTION, view.bar)
    return made if made.markets else real
