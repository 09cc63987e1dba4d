"""The coverage of the view's asset in one length of candles, and the choice of the length."""

from collections.abc import Sequence
from typing import Any

import polars as pl
from dash import html

from dashboard.components.accessibility import build_aria_label
from dashboard.components.updates import Updates
from dashboard.pages.base import PageContext
from dashboard.pages.data.coverage_map import build_legend, build_map, build_numbers_table
from dashboard.pages.data.holdings import count_by_length
from dashboard.service.store_info import read_coverage_map
from dashboard.state.view import ViewState
from dashboard.text.numbers import format_count, format_span
from dashboard.text.store import LENGTH_NAMES
from data.schema import Evidence, Timeframe
from deviation.wording import join_names


def build_coverage_updates(context: PageContext, view: ViewState) -> Updates:
    """The values of the coverage map, its legend and table, and a sentence about it."""
    coverage = read_coverage_map(context.measurements.store_info, view)
    catalogue = context.catalogue
    lengths = list_lengths(context, view)
    span_text = format_span(coverage.starts[0], coverage.end, view.zone)
    by_venue = coverage.group_by_venue()
    if not by_venue:
        summary = f"No data of {view.asset} are loaded for {span_text}: collect them, or import a file."
        if view.timeframe is not Timeframe.M1 or len(lengths) > 1:
            summary = f"At an interval of {LENGTH_NAMES[view.timeframe]}, n{summary[1:]}"
    else:
        venues_with_candles = sum(any(market.with_candle for market in markets) for markets in by_venue.values())
        complete_venues = sum(not markets[0].missing for markets in by_venue.values())
        evidence_note = " (sample, not real)" if coverage.evidence is Evidence.RECONSTRUCTION else ""
        length_note = "" if view.timeframe is Timeframe.M1 else f", {LENGTH_NAMES[view.timeframe]}"
        summary = (
            f"{view.asset}{length_note}, {span_text}: {format_count(venues_with_candles, 'exchange')} loaded"
            f"{evidence_note}; {complete_venues:,} complete."
        )
    venues_without_record = [
        catalogue.get_venue(venue).name for venue in context.actions.venues if venue not in by_venue
    ]
    return {
        ("data-said", "children"): summary,
        ("data-lengths", "children"): build_length_choice(lengths, view.timeframe),
        ("data-told", "children"): "",
        ("data-map", "children"): build_map(coverage, (view.start, view.end), catalogue, view.zone) if by_venue else [],
        ("data-map-key", "children"): build_legend(coverage) if by_venue else [],
        ("data-never", "children"): f"Not requested yet: {join_names(venues_without_record)}."
        if venues_without_record and by_venue
        else "",
        ("data-numbers", "children"): build_numbers_table(coverage, catalogue) if by_venue else [],
        ("data-covered", "className"): "data-section" if by_venue else "data-section data-empty",
    }


def list_lengths(context: PageContext, view: ViewState) -> list[Timeframe]:
    """The lengths of candles that the store holds of the view's asset, and the view's own."""
    holdings = context.measurements.store_info.get_holdings().filter(pl.col("asset") == view.asset)
    available = {*count_by_length(holdings), view.timeframe}
    return [Timeframe(length) for length in LENGTH_NAMES if length in available]


def build_length_choice(lengths: Sequence[Timeframe], selected: Timeframe) -> list[Any]:
    """Buttons for the length that the map shows, if there are several; ``assets/data.js`` acts on them."""
    if len(lengths) < 2:  # noqa: PLR2004 - a choice needs two
        return []
    buttons = []
    for length in lengths:
        attributes: dict[str, Any] = {
            "data-length": length.value,
            "aria-pressed": "true" if length is selected else "false",
        }
        buttons.append(html.Button(LENGTH_NAMES[length], type="button", className="data-length", **attributes))
    return [
        html.Div(
            [html.Span("Interval", className="label"), *buttons],
            role="group",
            className="data-lengths",
            **build_aria_label("Interval of the prices that are shown"),
        )
    ]
