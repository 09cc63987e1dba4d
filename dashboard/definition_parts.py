"""What definitions are made of: the parameters of a view as they are written, and paragraphs, formulas and lists."""

from dataclasses import dataclass
from typing import Any

from dash import html

from dashboard.view import ViewState, number_text
from data.catalogue import Catalogue
from data.schema import Timeframe


@dataclass(frozen=True, slots=True)
class Moment:
    """What a view asks for, as the definitions write it; numbers in per cent, dollars and minutes."""

    view: ViewState
    catalogue: Catalogue

    @property
    def enter(self) -> str:
        """From where a price counts as astray."""
        return f"{number_text(self.view.enter_pct)} %"

    @property
    def back(self) -> str:
        """From where it counts as back."""
        return f"{number_text(self.view.exit_pct)} %"

    @property
    def confirm(self) -> int:
        """Minutes back that end an episode."""
        return self.view.parameters.confirm

    @property
    def bar(self) -> Timeframe:
        """The length of the bars that are measured, of which the definitions speak."""
        return self.view.bar

    @property
    def one(self) -> str:
        """What one of them is called."""
        return self.view.bar.one

    @property
    def vote(self) -> str:
        """The dollars from which a bar votes."""
        return f"{number_text(self.view.min_vote_usd)} dollars"

    @property
    def focus(self) -> str:
        """The focus venue's name."""
        return self.catalogue.venue(self.view.focus).name


def paragraph(*parts: Any) -> html.P:  # noqa: ANN401 - whatever dash takes as children
    """A paragraph of text and markup."""
    return html.P(list(parts))


def formula(text: str) -> html.P:
    """A formula, a line each."""
    return html.P(text, className="formula")


def source(*parts: Any) -> html.P:  # noqa: ANN401 - as above
    """Where a definition comes from."""
    return html.P(["Source: ", *parts], className="source")


def points(*items: Any) -> html.Ul:  # noqa: ANN401 - as above
    """A list."""
    return html.Ul([html.Li(item) for item in items])
