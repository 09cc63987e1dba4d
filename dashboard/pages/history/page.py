"""The History page: how far one exchange's lows or highs lay beyond all others', day by day over all assets."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import polars as pl
from dash import dcc, html

from analysis.questions import sort_venues
from dashboard.charts.history.days import HistoryDay, select_days
from dashboard.charts.history.figure import FIGURE_HEIGHT, DayMark, build_history_figure
from dashboard.components.accessibility import build_aria_label, build_scroll_box
from dashboard.components.caveats import build_limits
from dashboard.components.point_slider import build_point_slider
from dashboard.components.static_html import StaticElement, build_element
from dashboard.draw.theme import compute_venue_colour
from dashboard.pages.base import Control, Page, PageContext
from dashboard.pages.market.switches import build_choice_links, list_common_choices
from dashboard.service.measurements import ViewResult
from dashboard.state.links import IN_APP_ATTRIBUTES, ViewLinks
from dashboard.state.view import GapKind, ViewState
from dashboard.tables.lows_table import EXTREME_WORDS
from dashboard.text.clock import format_day
from dashboard.text.numbers import EN_DASH, format_count
from data.catalogue import Catalogue
from deviation.wording import format_percent

GRAPH_ID = "history-graph"
GRAPH_LABEL = "Shares and gaps of every day; the table below holds the days with the largest."

WITHIN = 0.05
"""The size of gaps of which the heading speaks: that of the claim that an exchange stayed within it for years."""

MAX_ROWS = 20
"""Days in the table."""


def build_content(context: PageContext, view: ViewState) -> list[Any]:
    """The finding with its chart and the days with the largest gaps; without a history how to make one."""
    rows, catalogue = context.measurements.read_history(view), context.catalogue
    limits = build_limits(ViewLinks(view.to_query(catalogue)), view.timeframe)
    if rows.is_empty():
        return [*_build_absent_page(), limits]
    days = select_days(rows, view)
    focus_name = catalogue.get_venue(view.focus).name
    groups = rows.filter(venue=view.focus)["group"].unique().sort().to_list()
    switches = build_choice_links("history", list_common_choices(view, groups), view, catalogue)
    if not days:
        text = f"No {view.group.upper()} price of {focus_name} can be compared on the stored days"
        return [html.H1(text), switches, limits]
    return [
        html.H1(write_finding(days, view, focus_name)),
        html.P(write_furthest_day(days, view, focus_name), className="second lows-note"),
        switches,
        _build_chart_section(days, view, catalogue),
        html.Section(
            [
                html.H2("Days with the largest gaps"),
                build_scroll_box(_build_days_table(days, view, catalogue), "Days with the largest gaps"),
            ],
            className="market-part",
        ),
        limits,
    ]


def build_notice_result(context: PageContext, view: ViewState) -> ViewResult:
    """No measurement; the exchanges of the history, so that each of them can be chosen."""
    venues = {*context.measurements.read_history(view)["venue"]}
    return ViewResult(view, None, present_venues=sort_venues(context.catalogue, venues) if venues else ())


def write_finding(days: Sequence[HistoryDay], view: ViewState, focus_name: str) -> str:
    """On how many days nearly all gaps were small, without a full stop."""
    known = [day.gap_99 for day in days if day.gap_99 is not None]
    within = sum(gap <= WITHIN for gap in known)
    noun = "closes" if view.gap is GapKind.ALIGNED else f"{EXTREME_WORDS[view.side][1]}s"
    return (
        f"On {within:,} of {format_count(len(known), 'day')}, 99% of {focus_name}'s {noun} were at most "
        f"{format_percent(WITHIN).replace('.0', '')} {view.side} all others"
    )


def write_furthest_day(days: Sequence[HistoryDay], view: ViewState, focus_name: str) -> str:
    """The day of the largest gap, and the share of assets on it beside that of the median day."""
    superlative = EXTREME_WORDS[view.side][0]
    furthest = max(days, key=lambda day: day.gap_most or 0.0)
    if not furthest.gap_most:
        return f"On no day was {focus_name} {view.side} all others."
    median_share = float(pl.Series([day.share for day in days]).median() or 0.0)  # type: ignore[arg-type]
    return (
        f"Furthest on {format_day(furthest.day)} {furthest.day.year}: {furthest.gap_most_asset}, "
        f"{format_percent(furthest.gap_most)} {view.side} all others. On that day it had the {superlative} trade on "
        f"{format_percent(furthest.share)} of assets, on the median day on {format_percent(median_share)}."
    )


def list_marks(days: Sequence[HistoryDay], catalogue: Catalogue) -> list[DayMark]:
    """The events of the catalogue whose window begins on one of the days or between them, the earliest first."""
    first, last = days[0].day, days[-1].day
    starts = sorted((event.get_window().start.date(), event.title) for event in catalogue.events.values())
    named = [(day, title) for day, title in starts if first <= day <= last]
    return [DayMark(number, day, title) for number, (day, title) in enumerate(named, start=1)]


def _build_chart_section(days: Sequence[HistoryDay], view: ViewState, catalogue: Catalogue) -> html.Section:
    focus_name, marks = catalogue.get_venue(view.focus).name, list_marks(days, catalogue)
    colour = compute_venue_colour(catalogue, view.focus, view.theme)
    graph = dcc.Graph(
        id=GRAPH_ID,
        figure=build_history_figure(days, marks, view, focus_name, colour),
        responsive=True,
        config={"displayModeBar": False},
        style={"height": FIGURE_HEIGHT},
    )
    named = ", ".join(f"{mark.number}: {mark.title}" for mark in marks)
    return html.Section(
        [
            html.H2("Day by day"),
            html.P(f"{focus_name} in its colour; grey: the range of all other exchanges.", className="quiet"),
            html.Div(
                [build_point_slider(GRAPH_ID, "Days"), graph],
                className="walked",
                role="group",
                style={"minHeight": FIGURE_HEIGHT},
                **build_aria_label(GRAPH_LABEL),
            ),
            *([html.P(f"Events, dotted: {named}.", className="quiet")] if named else []),
        ],
        className="market-part",
    )


def _build_days_table(days: Sequence[HistoryDay], view: ViewState, catalogue: Catalogue) -> StaticElement:
    """The days with the largest gaps, each with a link to the explorer at the asset of the largest."""
    largest = sorted((day for day in days if day.gap_most), key=lambda day: -(day.gap_most or 0.0))[:MAX_ROWS]
    headings = ("Day (UTC)", "Furthest", "Asset", "99% of assets", f"{EXTREME_WORDS[view.side][0].capitalize()} on")
    head = build_element(
        "tr",
        *(
            build_element("th", text, scope="col", className="market-name" if text == "Asset" else None)
            for text in headings
        ),
    )
    rows = [
        build_element(
            "tr",
            build_element("th", f"{format_day(day.day)} {day.day.year}", scope="row"),
            build_element("td", format_percent(day.gap_most or 0.0), className="number"),
            build_element("td", _build_asset_link(day, view, catalogue)),
            build_element("td", EN_DASH if day.gap_99 is None else format_percent(day.gap_99), className="number"),
            build_element("td", f"{format_percent(day.share)} of {day.assets:,}", className="number"),
        )
        for day in largest
    ]
    return build_element(
        "table", build_element("thead", head), build_element("tbody", *rows), className="market-counts"
    )


def _build_asset_link(day: HistoryDay, view: ViewState, catalogue: Catalogue) -> StaticElement:
    start = datetime.combine(day.day, time(), UTC)
    asset = str(day.gap_most_asset)
    query = replace(view, asset=asset, start=start, end=start + timedelta(days=1)).to_query(catalogue)
    return build_element("a", asset, href=ViewLinks(query).build_href("explorer"), **IN_APP_ATTRIBUTES)


def _build_absent_page() -> list[Any]:
    return [
        html.H1("No history of the whole market is stored"),
        html.P(
            "A history scans every day of a span, and keeps the counts of each exchange. It is made by a command:",
            className="second lows-note",
        ),
        html.Pre(html.Code("plumbline scan --days 2025-01-01..2025-12-31"), className="market-command"),
    ]


PAGE = Page(
    name="history",
    title="History",
    build_content=build_content,
    build_notice_result=build_notice_result,
    controls=frozenset({Control.FOCUS}),
)
