"""What a page is to the app, and what it is given."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from dash import Dash

from dashboard.components.updates import Updates
from dashboard.jobs.actions import PageActions
from dashboard.service.measurements import Measurements, ViewResult
from dashboard.state.view import ViewState
from data.catalogue import Catalogue


class Control(StrEnum):
    """The controls of the shell that a page can show or leave away; event and colours are always there."""

    ASSET = "asset"
    WINDOW = "window"
    FOCUS = "focus"
    SETTINGS = "settings"
    CLOCK = "clock"
    PICTURE = "picture"


VIEW_CONTROLS = frozenset({Control.ASSET, Control.WINDOW, Control.FOCUS, Control.SETTINGS, Control.CLOCK})
"""Everything but the picture: what bears on numbers and how times are told."""


@dataclass(frozen=True, slots=True)
class PageContext:
    """What pages work with: answers to views, and actions that take longer than a request."""

    measurements: Measurements
    actions: PageActions

    @property
    def catalogue(self) -> Catalogue:
        """What is known by name."""
        return self.measurements.catalogue


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page.

    ``name`` is its id and its address (``/name``; the overview's is ``/``), ``title`` what navigation and window call
    it. ``of_asset``: what it shows is of the view's one asset, whose name then stands in the window's title.
    ``charts``: it draws charts, which the browser then makes ready for at once. ``seen_first``: it is sent with its
    first sight (`dashboard.web.prerender`). ``answer`` gives what the notices above the page speak of, where it is not
    the answer on the view's asset. ``collects``: it tells by itself how a collection stands, which the shell then
    leaves to it. ``show``, ``change`` and ``answer`` may raise StoreUnusable. See `dashboard.pages` for how they are
    used.
    """

    name: str
    title: str
    build_content: Callable[[PageContext, ViewState], list[Any]]
    build_updates: Callable[[PageContext, ViewState], Updates] | None = None
    register_callbacks: Callable[[Dash, PageContext], None] | None = None
    build_notice_result: Callable[[PageContext, ViewState], ViewResult] | None = None
    controls: frozenset[Control] = frozenset()
    is_measured: bool = False
    is_about_asset: bool = False
    has_charts: bool = True
    is_prerendered: bool = False
    shows_collection: bool = False
