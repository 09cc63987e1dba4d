"""The parts of definitions: the settings of a view as texts, and paragraphs, formulas and lists."""

from dataclasses import dataclass
from typing import Any

from dash import html

from dashboard.state.view import ViewState, format_number
from data.catalogue import Catalogue
from data.schema import Timeframe
from deviation.wording import format_amount


@dataclass(frozen=True, slots=True)
class DefinitionParameters:
    """The settings of a view as texts: in per cent, dollars and minutes."""

    view: ViewState
    catalogue: Catalogue

    @property
    def enter_text(self) -> str:
        """The deviation from which a price counts as below or above the others."""
        return f"{format_number(self.view.enter_pct)}%"

    @property
    def exit_text(self) -> str:
        """The deviation within which it counts as back."""
        return f"{format_number(self.view.exit_pct)}%"

    @property
    def confirm_minutes(self) -> int:
        """Minutes in a row that end an episode."""
        return self.view.parameters.confirm

    @property
    def timeframe(self) -> Timeframe:
        """The length of the measured bars."""
        return self.view.timeframe

    @property
    def bar_name(self) -> str:
        """The noun for one bar, such as "minute"."""
        return self.view.timeframe.noun

    @property
    def min_vote_text(self) -> str:
        """The traded dollars from which a bar counts."""
        return f"${format_amount(self.view.min_vote)}"

    @property
    def focus_name(self) -> str:
        """The focus venue's name."""
        return self.catalogue.get_venue(self.view.focus).name


def build_paragraph(*parts: Any) -> html.P:  # noqa: ANN401 - whatever dash takes as children
    """A paragraph of text and markup."""
    return html.P(list(parts))


def build_formula(text: str) -> html.P:
    """Formulas, one per line."""
    return html.P(text, className="formula")


def build_source_note(*parts: Any) -> html.P:  # noqa: ANN401 - as above
    """The source of a definition."""
    return html.P(["Source: ", *parts], className="source")


def build_bullet_list(*items: Any) -> html.Ul:  # noqa: ANN401 - as above
    """A list with bullets."""
    return html.Ul([html.Li(item) for item in items])
