"""Texts, links and buttons of the explorer beside its charts and tables."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from dash import html

from dashboard.pages.base import PageContext
from dashboard.service.measurements import ViewResult
from dashboard.state.links import MethodAnchor, ViewLinks
from dashboard.state.view import ViewState
from data.catalogue import Catalogue
from data.schema import Timeframe
from deviation.side import Side

MAX_SECONDS_WINDOW = timedelta(minutes=30)
"""The longest window for which bars of a second are offered; in a longer one they are narrower than a pixel."""


def build_present_exchanges(result: ViewResult, catalogue: Catalogue) -> list[Any]:
    """Links to the exchanges that have prices, where the chosen one has none: nothing stands in for it."""
    if result.measurement is None or result.measurement.focus_row is not None:
        return []
    links: list[Any] = [
        ViewLinks(replace(result.view, focus=venue).to_query(catalogue)).build_page_link(
            "explorer", catalogue.get_venue(venue).name
        )
        for venue in result.present_venues
    ]
    return ["Exchanges with prices: ", *join_with_dots(links)] if links else []


def build_side_switch(view: ViewState, side: Side, catalogue: Catalogue) -> list[Any]:
    """Links to the page with the chart of either side; that of the shown one is marked."""
    return join_with_dots(
        [
            ViewLinks(replace(view, side=each, is_side_chosen=True).to_query(catalogue)).build_page_link(
                "explorer", each.capitalize(), className="side", **({"aria-current": "true"} if each is side else {})
            )
            for each in Side
        ]
    )


def build_next_steps(view: ViewState) -> list[Any]:
    """What a reader can do where there is no candle."""
    if view.timeframe is not Timeframe.M1:
        return build_collect_hint(view)
    return [
        "Choose another asset or window, or collect or import prices: with the button above, or by ",
        html.Code(f"plumbline collect --event {view.event}"),
        " and ",
        html.Code("plumbline import FILE..."),
        " on a command line.",
    ]


def build_collect_hint(view: ViewState) -> list[Any]:
    """How to collect candles of the view's length, which are stored apart from those of a minute."""
    start, end = view.whole_bars
    if start >= end:
        return [f"No whole bar of {view.timeframe.length} lies in this window: choose a longer window or shorter bars."]
    range_options = f"--from {start:%Y-%m-%dT%H:%MZ} --to {end:%Y-%m-%dT%H:%MZ}"
    return [
        f"Prices by {view.timeframe.noun} are collected apart from those by minute: ",
        html.Code(f"plumbline collect --timeframe {view.timeframe} --assets {view.asset} {range_options}"),
        " on a command line. Not every exchange gives them. ",
        build_bars_button("Show minutes", Timeframe.M1),
    ]


def join_with_dots(parts: list[Any]) -> list[Any]:
    """The parts with a dot between each two."""
    return [item for i, part in enumerate(parts) for item in ([" · ", part] if i else [part])]


def build_reading_note(links: ViewLinks, bar: Timeframe) -> list[Any]:
    """What the words of the tables mean."""
    return [
        f"A {bar.noun} is ",
        links.build_definition_link("comparable", MethodAnchor.FIRM),
        f" when at least three other exchanges have a price in it; only comparable {bar.noun}s count. ",
        links.build_definition_link(f"For the entire {bar.noun}", MethodAnchor.ORDER_PROOF),
        ": regardless of the sequence of its trades.",
    ]


def build_bars_offer(context: PageContext, view: ViewState) -> list[Any]:
    """The offer of bars of a second where they are stored and wide enough, or of minutes if others are shown."""
    if view.timeframe is not Timeframe.M1:
        return [f"Bars of {view.timeframe.length}. ", build_bars_button("Show minutes", Timeframe.M1)]
    if view.end - view.start > MAX_SECONDS_WINDOW or not context.measurements.has_seconds(view):
        return []
    return [
        f"Prices of {view.asset} by second are in this data for this window. ",
        build_bars_button("Show seconds", Timeframe.S1),
    ]


def build_bars_button(text: str, bar: Timeframe) -> html.Button:
    """A button for bars of another length, on which ``assets/page.js`` acts."""
    attributes: dict[str, Any] = {"data-bar": bar.value}
    return html.Button(text, type="button", className="bars", **attributes)
