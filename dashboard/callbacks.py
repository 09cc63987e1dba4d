"""What the page does when something is used: plain functions of what the browser sends, free of the web framework."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from dash import html

from dashboard.actions import Actions
from dashboard.answers import Answers
from dashboard.collection import collecting, collection_panes
from dashboard.controls import applied
from dashboard.layout import page
from dashboard.link import from_query
from dashboard.panes import Panes, lows_pane, lows_query, panes
from dashboard.picture import file_name, picture
from data.catalogue import Catalogue
from data.errors import PlumblineError, UsageError
from data.reconstruction import assumed_markets

Query = Mapping[str, str]
"""A view as its link has it."""


class Page:
    """One page over one store."""

    def __init__(self, answers: Answers, actions: Actions) -> None:
        self.answers = answers
        self.actions = actions

    @property
    def catalogue(self) -> Catalogue:
        """What is known by name."""
        return self.answers.catalogue

    def opened(self, search: str | None) -> html.Div:
        """The page for the query of an address, such as ``?asset=DOGE``."""
        view, said = from_query(dict(parse_qsl((search or "").removeprefix("?"))), self.catalogue)
        try:
            progress = self.actions.progress()
            # What came of an earlier collection was said when it ended.
            collection = collection_panes(progress if progress is not None and progress.running else None)
            values = panes(self.answers, view, said) | collection
        except PlumblineError as error:
            return html.Div([html.H1("Nothing can be shown"), html.P(str(error), className="notice alert")])
        return page(self.catalogue, values)

    def changed(self, used: Iterable[tuple[str, Any]], query: Query) -> Panes:
        """The values of the page after controls were used; what makes no sense is said, and changes nothing.

        The table of lows is asked for again only where something has changed that bears on it.

        Raises:
            StoreUnusable: The store cannot be read.
        """
        before, _ = from_query(query, self.catalogue)
        view, said, arrived = before, [], False
        for control, value in used:
            arrived = arrived or control == "collected"
            try:
                view = applied(view, control, value, self.catalogue)
            except UsageError as error:
                said.append(f"Not done: {error}.")
        values = panes(self.answers, view, said)
        if not arrived and values["lows-view", "data"] == lows_query(before, self.catalogue):
            del values["lows-view", "data"]
        return values

    def lows(self, query: Query) -> Any:  # noqa: ANN401 - whatever dash takes as children
        """The table of lows."""
        return lows_pane(self.answers, from_query(query, self.catalogue)[0])

    def picture(self, query: Query) -> dict[str, Any] | None:
        """The comparison picture as the browser draws it, and the name of its file; None where nothing is shown."""
        answer = self.answers.answer(from_query(query, self.catalogue)[0])
        if answer.measurement is None:
            return None
        assumed = assumed_markets() if answer.illustrated else frozenset()
        figure = picture(answer.measurement, self.catalogue, assumed=assumed)
        return {"figure": figure.to_plotly_json(), "filename": file_name(answer.measurement).removesuffix(".png")}

    def collected(self, control: str, query: Query) -> tuple[Panes, bool]:
        """How a collection stands, and whether it has just ended."""
        event = from_query(query, self.catalogue)[0].event
        progress = collecting(self.actions, control, event)
        return collection_panes(progress), progress is not None and not progress.running
