"""What a page is made of, and what its functions are called with."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from dash import Dash

from dashboard.components.updates import Updates
from dashboard.exports.kinds import ExportKind
from dashboard.jobs.actions import PageActions
from dashboard.service.measurements import Measurements, ViewResult
from dashboard.state.view import ViewState
from data.catalogue import Catalogue


class Control(StrEnum):
    """The controls of the shell that a page can show or hide; those for event and colours are always shown."""

    ASSET = "asset"
    WINDOW = "window"
    FOCUS = "focus"
    SETTINGS = "settings"
    CLOCK = "clock"
    PICTURE = "picture"


VIEW_CONTROLS = frozenset({Control.ASSET, Control.WINDOW, Control.FOCUS, Control.SETTINGS, Control.CLOCK})
"""The controls that change the view; the picture does not."""


@dataclass(frozen=True, slots=True)
class PageContext:
    """Measurements of views, and actions that take longer than a request."""

    measurements: Measurements
    actions: PageActions

    @property
    def catalogue(self) -> Catalogue:
        """The catalogue of events, assets and venues."""
        return self.measurements.catalogue


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page; `dashboard.pages` explains how to add one.

    The functions ``build_content``, ``build_updates`` and ``build_notice_result`` may raise StoreUnusable.

    Attributes:
        name: its id and its address (``/name``; the overview's is ``/``).
        title: its name in the navigation and in the title of the window.
        build_content: returns the components of the page for a view.
        build_updates: returns the values after a change of the view, by id and property; None if the page is built
            again instead.
        register_callbacks: adds the callbacks of the page's own components.
        build_notice_result: returns the result that the notices are about; None for the measurement of the view.
        controls: the controls of the shell that the page uses.
        is_measured: notices and the offer to collect real candles stand above the page.
        writes_notes: the page itself has the notes on its measurement, so that no notice repeats them.
        is_about_asset: the page shows the view's asset alone, so that the title of the window names it.
        has_charts: the browser loads plotly.js with the page.
        picture: the export whose PNG stands for the page where its link is shared; None if no picture does.
        begins_with_chart: a chart is on the first screen, and is drawn before the app starts
            (`dashboard.web.document`).
        shows_collection: the page itself shows a running collection, so that the shell does not.
        is_live: the page shows more than the content of the store, such as what runs at the moment.
        has_later_part: the browser requests a part of the page that takes long, unless it is known already.
    """

    name: str
    title: str
    build_content: Callable[[PageContext, ViewState], list[Any]]
    build_updates: Callable[[PageContext, ViewState], Updates] | None = None
    register_callbacks: Callable[[Dash, PageContext], None] | None = None
    build_notice_result: Callable[[PageContext, ViewState], ViewResult] | None = None
    controls: frozenset[Control] = frozenset()
    is_measured: bool = False
    writes_notes: bool = False
    is_about_asset: bool = False
    has_charts: bool = True
    picture: ExportKind | None = None
    begins_with_chart: bool = False
    shows_collection: bool = False
    is_live: bool = False
    has_later_part: bool = False
