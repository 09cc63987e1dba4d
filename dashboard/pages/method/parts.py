"""What definitions are made of: the parameters of a view as they are written, and paragraphs, formulas and lists."""

from dataclasses import dataclass
from typing import Any

from dash import html

from dashboard.state.view import ViewState, format_number
from data.catalogue import Catalogue
from data.schema import Timeframe
from deviation.report.wording import format_amount


@dataclass(frozen=True, slots=True)
class DefinitionParameters:
    """What a view asks for, as the definitions write it; numbers in per cent, dollars and minutes."""

    view: ViewState
    catalogue: Catalogue

    @property
    def enter_text(self) -> str:
        """From where a price counts as astray."""
        return f"{format_number(self.view.enter_pct)} %"

    @property
    def exit_text(self) -> str:
        """From where it counts as back."""
        return f"{format_number(self.view.exit_pct)} %"

    @property
    def confirm_minutes(self) -> int:
        """Minutes back that end an episode."""
        return self.view.parameters.confirm

    @property
    def bar(self) -> Timeframe:
        """The length of the bars that are measured, of which the definitions speak."""
        return self.view.timeframe

    @property
    def bar_name(self) -> str:
        """What one of them is called."""
        return self.view.timeframe.noun

    @property
    def min_vote_text(self) -> str:
        """The dollars from which a bar votes."""
        return f"{format_amount(self.view.min_vote_usd)} dollars"

    @property
    def focus_name(self) -> str:
        """The focus venue's name."""
        return self.catalogue.get_venue(self.view.focus).name


def build_paragraph(*parts: Any) -> html.P:  # noqa: ANN401 - whatever dash takes as children
    """A paragraph of text and markup."""
    return html.P(list(parts))


def build_formula(text: str) -> html.P:
    """A formula, a line each."""
    return html.P(text, className="formula")


def build_source_note(*parts: Any) -> html.P:  # noqa: ANN401 - as above
    """Where a definition comes from."""
    return html.P(["Source: ", *parts], className="source")


def build_bullet_list(*items: Any) -> html.Ul:  # noqa: ANN401 - as above
    """A list."""
    return html.Ul([html.Li(item) for item in items])
