"""What the app does when it is opened or used: plain functions of what the browser sends, free of the web framework."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from dash import html

from dashboard.charts.comparison.sheet import build_comparison_sheet, build_file_name
from dashboard.components.updates import Updates
from dashboard.pages.base import Page, PageContext
from dashboard.pages.registry import find_page, find_page_by_name
from dashboard.shell.collection_bar import build_collection_updates, control_collection
from dashboard.shell.updates import build_location_updates, build_shell_updates
from dashboard.state.controls import apply_control
from dashboard.state.url import parse_query
from data.catalogue import Catalogue
from data.errors import PlumblineError, UsageError
from data.reconstruction.candles import list_assumed_markets

QueryParameters = Mapping[str, str]
"""A view as its link has it."""


class Router:
    """All pages over one store."""

    def __init__(self, context: PageContext) -> None:
        self.context = context

    @property
    def catalogue(self) -> Catalogue:
        """What is known by name."""
        return self.context.catalogue

    def open(self, path: str | None, search: str | None) -> Updates:
        """Shell and page for an address, such as ``/explorer`` and ``?asset=DOGE``; a failure is said on the page."""
        path, search = path or "/", search or ""
        query = dict(parse_qsl(search.removeprefix("?")))
        page = find_page(path, query)
        view, messages = parse_query(query, self.catalogue)
        try:
            with self.context.measurements.one_version():
                updates = build_shell_updates(self.context, page, view, messages) | self._build_running_collection(page)
                updates["content", "children"] = page.build_content(self.context, view)
        except PlumblineError as error:
            error_content = [html.H1("Nothing can be shown"), html.P(str(error), className="notice alert")]
            updates = build_location_updates(page, view, self.catalogue) | {("content", "children"): error_content}
        # So that the browser can tell an answer that it no longer waits for.
        updates["page", "data"]["place"] = path + search
        return updates

    def apply(self, used_controls: Iterable[tuple[str, Any]], query: QueryParameters, page_name: str) -> Updates:
        """The values after controls were used; what makes no sense is said, and changes nothing.

        Raises:
            StoreUnusable: The store cannot be read.
        """
        page = find_page_by_name(page_name)
        view, _ = parse_query(query, self.catalogue)
        messages = []
        for control, value in used_controls:
            try:
                view = apply_control(view, control, value, self.catalogue)
            except UsageError as error:
                messages.append(f"Not done: {error}.")
        with self.context.measurements.one_version():
            updates = build_shell_updates(self.context, page, view, messages)
            if page.build_updates is None:
                return updates | {("content", "children"): page.build_content(self.context, view)}
            return updates | page.build_updates(self.context, view)

    def build_picture(self, query: QueryParameters) -> dict[str, Any] | None:
        """The comparison picture as the browser draws it, and the name of its file; None where nothing is shown."""
        result = self.context.measurements.measure_view(parse_query(query, self.catalogue)[0])
        if result.measurement is None:
            return None
        assumed_set = list_assumed_markets() if result.is_illustration else frozenset()
        figure = build_comparison_sheet(result.measurement, self.catalogue, assumed=assumed_set)
        return {"figure": figure.to_plotly_json(), "filename": build_file_name(result.measurement).removesuffix(".png")}

    def update_collection(self, control: str, query: QueryParameters) -> tuple[Updates, bool]:
        """How a collection stands, and whether it has just ended."""
        event = parse_query(query, self.catalogue)[0].event
        progress = control_collection(self.context.actions, control, event)
        return build_collection_updates(progress), progress is not None and not progress.running

    def _build_running_collection(self, page: Page) -> Updates:
        """A collection that runs is found again; what came of an earlier one was said when it ended."""
        progress = None if page.shows_collection else self.context.actions.read_progress()
        return build_collection_updates(progress if progress is not None and progress.running else None)
