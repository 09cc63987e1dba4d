"""What the app does when it is opened or used: plain functions of what the browser sends, free of the web framework."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from dash import html

from dashboard.collection import collecting, collection_panes
from dashboard.controls import applied
from dashboard.frame import frame, where
from dashboard.link import from_query
from dashboard.pages.contract import Context, Page
from dashboard.pages.index import page_at, page_named
from dashboard.panes import Panes
from dashboard.picture import file_name, picture
from data.catalogue import Catalogue
from data.errors import PlumblineError, UsageError
from data.reconstruction import assumed_markets

Query = Mapping[str, str]
"""A view as its link has it."""


class Site:
    """All pages over one store."""

    def __init__(self, context: Context) -> None:
        self.context = context

    @property
    def catalogue(self) -> Catalogue:
        """What is known by name."""
        return self.context.catalogue

    def opened(self, path: str | None, search: str | None) -> Panes:
        """Shell and page for an address, such as ``/explorer`` and ``?asset=DOGE``; a failure is said on the page."""
        path, search = path or "/", search or ""
        query = dict(parse_qsl(search.removeprefix("?")))
        page = page_at(path, query)
        view, said = from_query(query, self.catalogue)
        try:
            with self.context.answers.settled():
                values = frame(self.context, page, view, said) | self._collection(page)
                values["content", "children"] = page.show(self.context, view)
        except PlumblineError as error:
            sorry = [html.H1("Nothing can be shown"), html.P(str(error), className="notice alert")]
            values = where(page, view, self.catalogue) | {("content", "children"): sorry}
        # So that the browser can tell an answer that it no longer waits for.
        values["page", "data"]["place"] = path + search
        return values

    def changed(self, used: Iterable[tuple[str, Any]], query: Query, page_name: str) -> Panes:
        """The values after controls were used; what makes no sense is said, and changes nothing.

        Raises:
            StoreUnusable: The store cannot be read.
        """
        page = page_named(page_name)
        view, _ = from_query(query, self.catalogue)
        said = []
        for control, value in used:
            try:
                view = applied(view, control, value, self.catalogue)
            except UsageError as error:
                said.append(f"Not done: {error}.")
        with self.context.answers.settled():
            values = frame(self.context, page, view, said)
            if page.change is None:
                return values | {("content", "children"): page.show(self.context, view)}
            return values | page.change(self.context, view)

    def picture(self, query: Query) -> dict[str, Any] | None:
        """The comparison picture as the browser draws it, and the name of its file; None where nothing is shown."""
        answer = self.context.answers.answer(from_query(query, self.catalogue)[0])
        if answer.measurement is None:
            return None
        assumed = assumed_markets() if answer.illustrated else frozenset()
        figure = picture(answer.measurement, self.catalogue, assumed=assumed)
        return {"figure": figure.to_plotly_json(), "filename": file_name(answer.measurement).removesuffix(".png")}

    def collected(self, control: str, query: Query) -> tuple[Panes, bool]:
        """How a collection stands, and whether it has just ended."""
        event = from_query(query, self.catalogue)[0].event
        progress = collecting(self.context.actions, control, event)
        return collection_panes(progress), progress is not None and not progress.running

    def _collection(self, page: Page) -> Panes:
        """A collection that runs is found again; what came of an earlier one was said when it ended."""
        progress = None if page.collects else self.context.actions.progress()
        return collection_panes(progress if progress is not None and progress.running else None)
