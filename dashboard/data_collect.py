"""Collecting from the data page: what to ask for, how far each exchange is, a way to stop, and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html

from dashboard.actions import ASKING, Actions, Progress, ToCollect, VenueProgress
from dashboard.ask import in_order
from dashboard.data_coverage import BEFORE
from dashboard.data_words import heads, plain
from dashboard.formats import span
from dashboard.panes import Panes
from dashboard.view import ViewState
from data.catalogue import Catalogue
from data.errors import PlumblineError
from data.schema import NOTHING_WANTING, Timeframe

PROPS = (
    ("data-progress", "children"),
    ("data-collect", "disabled"),
    ("data-cancel", "className"),
    ("data-ticker", "disabled"),
)
"""The id and property of every value of `progress_panes`."""

BARS = ((Timeframe.M1, "1 min"), (Timeframe.S1, "1 s"), (Timeframe.M5, "5 min"))
"""Lengths of candles on offer."""

EVERY_MS = 1000
"""How often a running collection is asked how far it is."""


class Scope(StrEnum):
    """What a collection is about: the view's asset and window, or everything of its event."""

    VIEW = "view"
    EVENT = "event"


@dataclass(frozen=True, slots=True)
class Form:
    """What was chosen: the scope, whether the 24 h before are wanted too, further assets, venues, length of bars.

    ``further`` and ``before`` only matter to the view's scope.
    """

    scope: Scope = Scope.VIEW
    before: bool = True
    further: tuple[str, ...] = ()
    venues: tuple[str, ...] = ()
    timeframe: Timeframe = Timeframe.M1


def wanted(form: Form, view: ViewState) -> ToCollect:
    """The collection that was chosen, for a view."""
    if form.scope is Scope.EVENT:
        return ToCollect(event=view.event, venues=form.venues, timeframe=form.timeframe)
    return ToCollect(
        assets=tuple(dict.fromkeys((view.asset, *form.further))),
        start=view.start - BEFORE if form.before else view.start,
        end=view.end,
        venues=form.venues,
        timeframe=form.timeframe,
    )


def started(actions: Actions, form: Form, view: ViewState) -> Progress | None:
    """How it stands after a collection was asked for; one that cannot be started says why."""
    try:
        actions.start_collect(wanted(form, view))
    except PlumblineError as error:
        return Progress(str(error), None, running=False, failed=True)
    return actions.progress()


def form(actions: Actions, catalogue: Catalogue) -> html.Div:
    """The choices and the buttons; what depends on the view comes from `form_panes`."""
    names = [{"value": venue, "label": catalogue.venue(venue).name} for venue in in_order(catalogue, actions.venues)]
    bars = [{"value": timeframe.value, "label": text} for timeframe, text in BARS]
    label: dict[str, Any] = {"aria-label": "What to collect"}
    length: dict[str, Any] = {"aria-label": "Length of candles"}
    return html.Div(
        [
            html.Div(
                dmc.SegmentedControl(id="data-scope", value=Scope.VIEW.value, data=[], size="xs"), role="group", **label
            ),
            html.P(id="data-scope-told", className="quiet"),
            dmc.Checkbox(id="data-before", label="with the 24 h before, as shown above", checked=True, size="xs"),
            dmc.MultiSelect(id="data-further", label="Further assets", placeholder="none", data=[], value=[], **LIST),
            dmc.MultiSelect(
                id="data-venues",
                label="Only these exchanges",
                placeholder="all by default",
                data=names,
                value=[],
                **LIST,
            ),
            html.Div(
                [
                    html.Span("Candles of", className="label"),
                    html.Div(
                        dmc.SegmentedControl(id="data-bars", value=Timeframe.M1.value, data=bars, size="xs"),
                        role="group",
                        **length,
                    ),
                ],
                className="labelled",
            ),
            html.Div(
                [
                    dmc.Button("Collect", id="data-collect", size="xs", className="primary"),
                    dmc.Button("Cancel", id="data-cancel", size="xs", variant="default", className="away"),
                ],
                className="data-buttons",
            ),
            html.Div(id="data-progress"),
            dcc.Interval(id="data-ticker", interval=EVERY_MS, disabled=True),
        ],
        className="data-form",
    )


LIST: dict[str, Any] = {"size": "xs", "searchable": True, "clearable": True}


def form_panes(view: ViewState, catalogue: Catalogue) -> Panes:
    """What of the form depends on the view."""
    event = catalogue.event(view.event)
    choices = [
        {"value": Scope.VIEW.value, "label": f"{view.asset}, this window"},
        {"value": Scope.EVENT.value, "label": "All of the event"},
    ]
    assets = dict.fromkeys((*event.assets, *event.also, *catalogue.assets))
    return {
        ("data-scope", "data"): choices,
        ("data-scope-told", "children"): (
            f"This window: {span(view.start, view.end, view.zone)}. All of {event.title}: "
            f"{len(event.assets) + len(event.also)} assets, {span(*event.collect, view.zone)}."
        ),
        ("data-further", "data"): [asset for asset in assets if asset != view.asset],
    }


def progress_panes(progress: Progress | None, catalogue: Catalogue) -> Panes:
    """How a collection stands; the clock that asks again only runs while one does."""
    running = progress is not None and progress.running
    return {
        ("data-progress", "children"): [] if progress is None else _told(progress, catalogue),
        ("data-collect", "disabled"): running,
        ("data-cancel", "className"): "plain" if running else "away",
        ("data-ticker", "disabled"): not running,
    }


def _told(progress: Progress, catalogue: Catalogue) -> list[Any]:
    kind = "alert" if progress.failed else "remark"
    title = ("Collecting " if progress.running else "Last collection: ") + progress.what
    said: list[Any] = [html.H3(title)] if progress.what else []
    said.append(html.P(progress.text, className=f"notice {kind}", role="status"))
    if progress.running:
        said.append(_bar(progress.fraction, "The whole collection"))
    if progress.venues:
        head = heads("Exchange", "Minutes settled", "Candles", "State", numbers={"Candles"})
        rows = [_venue(venue, catalogue.venue(venue.venue).name) for venue in _ordered(progress.venues, catalogue)]
        said.append(html.Table([head, html.Tbody(rows)], className="data-table data-progress-table"))
    return said


def _ordered(venues: Sequence[VenueProgress], catalogue: Catalogue) -> list[VenueProgress]:
    by_id = {venue.venue: venue for venue in venues}
    return [by_id[venue] for venue in in_order(catalogue, by_id)]


def _venue(venue: VenueProgress, name: str) -> html.Tr:
    wrong = venue.state not in {ASKING, *NOTHING_WANTING}
    state: list[Any] = [plain(venue.state)]
    if venue.message:
        state.append(html.Small(venue.message))
    return html.Tr(
        [
            html.Th(name, scope="row"),
            html.Td(_bar(venue.fraction, name), className="data-bar-cell"),
            html.Td(f"{venue.candles:,}", className="number"),
            html.Td(state, className="data-left data-wrong" if wrong else "data-left"),
        ]
    )


def _bar(fraction: float | None, label: str) -> html.Div:
    """A bar of progress; without an end in sight it says so by being empty."""
    percent = round(100 * (fraction or 0))
    marks: dict[str, Any] = {"aria-label": label, "aria-valuemin": 0, "aria-valuemax": 100}
    if fraction is not None:
        marks["aria-valuenow"] = percent
    width = html.Div(style={"width": f"{percent}%"})
    return html.Div([html.Div(width, className="data-bar", role="progressbar", **marks), html.Span(f"{percent} %")])
