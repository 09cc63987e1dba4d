"""From the requests of the browser to the values of shell and page, without the web framework."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

from dash import html

from dashboard.charts.comparison.sheet import build_comparison_sheet
from dashboard.components.updates import Updates
from dashboard.pages.base import Page, PageContext
from dashboard.pages.registry import find_page, find_page_by_name
from dashboard.service.turns import ServerBusy
from dashboard.sheet.file_name import build_file_name
from dashboard.shell.collection_bar import build_collection_updates, control_collection
from dashboard.shell.updates import build_location_updates, build_shell_updates
from dashboard.state.controls import apply_control
from dashboard.state.url import parse_query
from dashboard.state.view import Theme, ViewState
from data.catalogue import Catalogue
from data.errors import PlumblineError, UsageError
from data.reconstruction.candles import list_assumed_markets

QueryParameters = Mapping[str, str]
"""The query of a link to a view."""


class Router:
    """Opens and changes pages over one store; ``report_failure`` is called where an error becomes the page."""

    def __init__(self, context: PageContext, report_failure: Callable[[], None] = lambda: None) -> None:
        self.context = context
        self._report_failure = report_failure

    @property
    def catalogue(self) -> Catalogue:
        """The catalogue of events, assets and venues."""
        return self.context.catalogue

    def open(self, path: str | None, search: str | None, system_theme: Theme = Theme.LIGHT) -> Updates:
        """The values for an address such as ``/explorer`` and ``?asset=DOGE``; an unusable store becomes the page.

        ``system_theme`` is what the reader's system asks for; the page is drawn in it unless the link has a theme.

        Raises:
            ServerBusy: The window is long, and too much other work waits.
        """
        path, search = path or "/", search or ""
        query = dict(parse_qsl(search.removeprefix("?")))
        page = find_page(path, query)
        view, messages = parse_query(query, self.catalogue, system_theme)
        try:
            with self._work_on(view):
                updates = build_shell_updates(self.context, page, view, messages) | self._build_running_collection(page)
                updates["content", "children"] = page.build_content(self.context, view)
        except ServerBusy:
            raise
        except PlumblineError as error:
            self._report_failure()
            error_content = [html.H1("Nothing can be shown"), html.P(str(error), className="notice alert")]
            updates = build_location_updates(page, view, self.catalogue) | {("content", "children"): error_content}
        # By this the browser recognises a response to an earlier request.
        updates["page", "data"]["place"] = path + search
        return updates

    def apply(
        self,
        used_controls: Iterable[tuple[str, Any]],
        query: QueryParameters,
        page_name: str,
        system_theme: Theme = Theme.LIGHT,
    ) -> Updates:
        """The values after controls were used; a value that is not valid becomes a notice and changes nothing.

        ``system_theme`` is as for `open`.

        Raises:
            ServerBusy: The window is long, and too much other work waits.
            StoreUnusable: The store cannot be read.
        """
        page = find_page_by_name(page_name)
        view, _ = parse_query(query, self.catalogue, system_theme)
        messages = []
        for control, value in used_controls:
            try:
                view = apply_control(view, control, value, self.catalogue)
            except UsageError as error:
                messages.append(f"Not done: {error}.")
        if view.follows_system:
            view = replace(view, theme=system_theme)
        with self._work_on(view):
            updates = build_shell_updates(self.context, page, view, messages)
            if page.build_updates is None:
                return updates | {("content", "children"): page.build_content(self.context, view)}
            return updates | page.build_updates(self.context, view)

    def build_picture(self, query: QueryParameters) -> dict[str, Any] | None:
        """The comparison picture as a plotly figure, and the name of its file; None without a measurement."""
        view, _ = parse_query(query, self.catalogue)
        with self._work_on(view):
            result = self.context.measurements.measure_view(view)
            if result.measurement is None:
                return None
            assumed_set = list_assumed_markets(result.measurement.question.origin)
            figure = build_comparison_sheet(result.measurement, self.catalogue, assumed=assumed_set)
        return {"figure": figure.to_plotly_json(), "filename": build_file_name(result.measurement).removesuffix(".png")}

    def update_collection(self, control: str, query: QueryParameters) -> tuple[Updates, bool]:
        """The values of the collection bar after a control was used, and whether no collection runs any more."""
        event = parse_query(query, self.catalogue)[0].event
        progress = control_collection(self.context.actions, control, event)
        return build_collection_updates(progress), progress is not None and not progress.running

    @contextmanager
    def _work_on(self, view: ViewState) -> Iterator[None]:
        """A context for a view: in its turn if its window is long, and over one version of the store."""
        measurements = self.context.measurements
        with measurements.turns.take_for(view), measurements.pin_version():
            yield

    def _build_running_collection(self, page: Page) -> Updates:
        """The values of the collection bar when a page is opened: hidden unless a collection runs."""
        progress = None if page.shows_collection else self.context.actions.read_progress()
        return build_collection_updates(progress if progress is not None and progress.running else None)
