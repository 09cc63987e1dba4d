"""The form for collecting candles on the data page, and the progress of a collection by exchange."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html

from analysis.questions import sort_venues
from dashboard.components.accessibility import build_aria_label
from dashboard.components.updates import Updates
from dashboard.jobs.actions import ASKING, CollectionOrder, CollectionProgress, PageActions, VenueProgress
from dashboard.pages.data.tables import build_header
from dashboard.service.coverage import LEAD_TIME
from dashboard.state.names import check_ticker, check_venue
from dashboard.state.view import ViewState
from dashboard.text.numbers import format_span
from dashboard.text.store import format_outcome
from data.catalogue import Catalogue
from data.errors import PlumblineError, UsageError
from data.schema import SETTLED_OUTCOMES, Timeframe

BAR_CHOICES = ((Timeframe.M1, "1 min"), (Timeframe.S1, "1 s"), (Timeframe.M5, "5 min"))
"""The lengths of candles to choose from, with their labels."""

POLL_INTERVAL_MS = 1000
"""Milliseconds between two requests for the progress of a running collection."""


class CollectScope(StrEnum):
    """Whether to collect the view's asset and window, or everything of its event."""

    VIEW = "view"
    EVENT = "event"


@dataclass(frozen=True, slots=True)
class CollectForm:
    """The choices of the form; no venues means all.

    ``include_before`` (the 24 h before the window) and ``further_assets`` only apply to the scope of the view.
    """

    scope: CollectScope = CollectScope.VIEW
    include_before: bool = True
    further_assets: tuple[str, ...] = ()
    venues: tuple[str, ...] = ()
    timeframe: Timeframe = Timeframe.M1


def parse_form(
    scope: str, assets: Sequence[str], venues: Sequence[str], bars: str, *, include_before: bool
) -> CollectForm:
    """The choices by the values of the controls.

    Raises:
        UsageError: One of them is none that the form has.
    """
    try:
        return CollectForm(
            CollectScope(scope),
            include_before,
            tuple(map(check_ticker, assets)),
            tuple(map(check_venue, venues)),
            Timeframe(bars),
        )
    except ValueError as error:
        raise UsageError(str(error)) from error


MAX_OPEN_ROWS = 6
"""A table of so many exchanges stands open after a collection; a longer one is folded."""


def build_order(form: CollectForm, view: ViewState) -> CollectionOrder:
    """The collection that the form describes for a view."""
    if form.scope is CollectScope.EVENT:
        return CollectionOrder(event=view.event, venues=form.venues, timeframe=form.timeframe)
    return CollectionOrder(
        assets=tuple(dict.fromkeys((view.asset, *form.further_assets))),
        start=view.start - LEAD_TIME if form.include_before else view.start,
        end=view.end,
        venues=form.venues,
        timeframe=form.timeframe,
    )


def start_collection(actions: PageActions, form: CollectForm, view: ViewState) -> CollectionProgress | None:
    """The progress of a collection after starting it; one that cannot be started has failed, with the reason."""
    try:
        actions.start_collection(build_order(form, view))
    except PlumblineError as error:
        return CollectionProgress(str(error), None, running=False, failed=True)
    return actions.read_progress()


def build_form(actions: PageActions, catalogue: Catalogue) -> html.Div:
    """The fields and buttons; values that depend on the view come from `build_form_updates`."""
    venue_choices = [
        {"value": venue, "label": catalogue.get_venue(venue).name} for venue in sort_venues(catalogue, actions.venues)
    ]
    bar_choices = [{"value": timeframe.value, "label": text} for timeframe, text in BAR_CHOICES]
    return html.Div(
        [
            html.Div(
                dmc.SegmentedControl(id="data-scope", value=CollectScope.VIEW.value, data=[], size="xs"),
                role="group",
                **build_aria_label("What to collect"),
            ),
            html.P(id="data-scope-told", className="quiet"),
            dmc.Checkbox(id="data-before", label="with the 24 h before, as shown above", checked=True, size="xs"),
            dmc.MultiSelect(
                id="data-further", label="Additional assets", placeholder="none", data=[], value=[], **LIST_OPTIONS
            ),
            dmc.MultiSelect(
                id="data-venues",
                label="Exchanges",
                placeholder="All exchanges",
                data=venue_choices,
                value=[],
                **LIST_OPTIONS,
            ),
            html.Div(
                [
                    html.Span("Interval", className="label"),
                    html.Div(
                        dmc.SegmentedControl(id="data-bars", value=Timeframe.M1.value, data=bar_choices, size="xs"),
                        role="group",
                        **build_aria_label("Interval"),
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
            dcc.Interval(id="data-ticker", interval=POLL_INTERVAL_MS, disabled=True),
        ],
        className="data-form",
    )


LIST_OPTIONS: dict[str, Any] = {"size": "xs", "searchable": True, "clearable": True}


def build_form_updates(view: ViewState, catalogue: Catalogue) -> Updates:
    """The values of the form that depend on the view."""
    event = catalogue.get_event(view.event)
    choices = [
        {"value": CollectScope.VIEW.value, "label": f"{view.asset}, this window"},
        {"value": CollectScope.EVENT.value, "label": "All of the event"},
    ]
    assets = dict.fromkeys((*event.assets, *event.extra_assets, *catalogue.assets))
    return {
        ("data-scope", "data"): choices,
        ("data-scope-told", "children"): (
            f"This window: {format_span(view.start, view.end, view.zone)}. All of {event.title}: "
            f"{len(event.assets) + len(event.extra_assets)} assets, {format_span(*event.collect_span, view.zone)}."
        ),
        ("data-further", "data"): [asset for asset in assets if asset != view.asset],
    }


def build_progress_updates(progress: CollectionProgress | None, catalogue: Catalogue) -> Updates:
    """The values of progress, buttons and ticker, always of the same properties; it ticks while a collection runs."""
    running = progress is not None and progress.running
    return {
        ("data-progress", "children"): [] if progress is None else _build_progress(progress, catalogue),
        ("data-collect", "disabled"): running,
        ("data-cancel", "className"): "plain" if running else "away",
        ("data-ticker", "disabled"): not running,
    }


def _build_progress(progress: CollectionProgress, catalogue: Catalogue) -> list[Any]:
    class_name = "alert" if progress.failed else "remark"
    title = ("Collecting " if progress.running else "Last collection: ") + progress.description
    parts: list[Any] = [html.H3(title)] if progress.description else []
    parts.append(html.P(progress.text, className=f"notice {class_name}", role="status"))
    if progress.running:
        parts.append(_build_progress_bar(progress.fraction, "The whole collection"))
    if progress.venues:
        header = build_header("Exchange", "Minutes answered", "Prices", "State", numeric={"Prices"})
        rows = [
            _build_venue_row(venue, catalogue.get_venue(venue.venue).name)
            for venue in _sort_venues(progress.venues, catalogue)
        ]
        table = html.Table([header, html.Tbody(rows)], className="data-table data-progress-table")
        is_open = len(progress.venues) <= MAX_OPEN_ROWS
        parts.append(table if progress.running else html.Details([html.Summary("Each exchange"), table], open=is_open))
    return parts


def _sort_venues(venues: Sequence[VenueProgress], catalogue: Catalogue) -> list[VenueProgress]:
    by_id = {venue.venue: venue for venue in venues}
    return [by_id[venue] for venue in sort_venues(catalogue, by_id)]


def _build_venue_row(venue: VenueProgress, name: str) -> html.Tr:
    has_failed = venue.state not in {ASKING, *SETTLED_OUTCOMES}
    state_parts: list[Any] = [format_outcome(venue.state)]
    if venue.message:
        state_parts.append(html.Small(venue.message))
    return html.Tr(
        [
            html.Th(name, scope="row"),
            html.Td(_build_progress_bar(venue.fraction, name), className="data-bar-cell"),
            html.Td(f"{venue.candles:,}", className="number"),
            html.Td(state_parts, className="data-left data-wrong" if has_failed else "data-left"),
        ]
    )


def _build_progress_bar(fraction: float | None, label: str) -> html.Div:
    """A bar of progress; an empty one without a value if the end is not known."""
    percent = round(100 * (fraction or 0))
    attributes: dict[str, Any] = {"aria-label": label, "aria-valuemin": 0, "aria-valuemax": 100}
    if fraction is not None:
        attributes["aria-valuenow"] = percent
    fill = html.Div(style={"width": f"{percent}%"})
    return html.Div([html.Div(fill, className="data-bar", role="progressbar", **attributes), html.Span(f"{percent}%")])
