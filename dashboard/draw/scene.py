"""What a figure shows: a measurement, how its venues look, which of them are hidden, which markets are assumed."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from dashboard.draw.theme import GROUP_DASHES, Palette, compute_venue_colour, get_palette
from dashboard.state.view import Theme
from data.catalogue import Catalogue
from data.schema import Evidence
from deviation.minute.grid import Floats
from deviation.minute.markets import Market
from deviation.question import Group
from deviation.result import MarketRow, Measurement


@dataclass(frozen=True)
class Scene:
    """What is drawn: a measurement, how venues look, which of them are hidden, and which markets are assumed."""

    measurement: Measurement
    catalogue: Catalogue
    theme: Theme = Theme.LIGHT
    hidden: frozenset[str] = frozenset()
    assumed_markets: frozenset[tuple[str, str]] = frozenset()

    @property
    def colours(self) -> Palette:
        """The colours of the theme."""
        return get_palette(self.theme)

    @cached_property
    def focus(self) -> MarketRow | None:
        """The row that is drawn boldly."""
        return self.measurement.focus_row

    @property
    def highlighted_row(self) -> MarketRow | None:
        """The focus row, unless its venue is hidden."""
        return None if self.measurement.question.focus in self.hidden else self.focus

    @cached_property
    def focus_colour(self) -> str:
        """The focus venue's own colour."""
        return compute_venue_colour(self.catalogue, self.measurement.question.focus, self.theme)

    @property
    def other_rows(self) -> tuple[MarketRow, ...]:
        """The rows drawn quietly: every other venue that is not hidden."""
        focus = self.measurement.question.focus
        return tuple(
            row for row in self.measurement.rows if row.market.venue != focus and row.market.venue not in self.hidden
        )

    @property
    def secondary_prices(self) -> tuple[tuple[str, Floats], ...]:
        """The focus venue's markets beside the bold one, symbol and price: drawn thin in its colour."""
        focus = self.measurement.question.focus
        if self.highlighted_row is None:
            return ()
        rows = tuple(row for row in self.measurement.select_rows(focus) if row is not self.focus)
        prices = tuple((row.market.symbol, extract_voting_prices(row)) for row in rows)
        return prices + tuple((other.symbol, other.price) for other in self.measurement.other_quotes)

    @cached_property
    def band(self) -> tuple[Floats, Floats]:
        """What is normal in each minute, in per cent: least and greatest of the other venues' own deviations.

        Every other spot market counts, in its firm minutes, against its own group. The focus venue and its relatives
        are not in it, and hiding a line does not change it. NaN where nobody else was firm.
        """
        measurement = self.measurement
        rules = measurement.question.rules
        family = rules.family_of(measurement.question.focus)
        deviations = [
            np.where(series.firm, 100 * series.d, np.nan)
            for row in measurement.rows
            if row.is_spot and rules.family_of(row.market.venue) != family
            for series in [row.series[row.market.group]]
        ]
        if not deviations:
            empty = np.full(measurement.axis.size, np.nan)
            return empty, empty
        all_deviations = np.array(deviations)
        has_value = ~np.isnan(all_deviations).all(axis=0)
        lowest = np.where(has_value, np.where(np.isnan(all_deviations), np.inf, all_deviations).min(axis=0), np.nan)
        highest = np.where(has_value, np.where(np.isnan(all_deviations), -np.inf, all_deviations).max(axis=0), np.nan)
        return lowest, highest

    @property
    def is_illustration(self) -> bool:
        """Whether the candles are the reconstruction."""
        return self.measurement.question.origin is Evidence.RECONSTRUCTION

    def format_name(self, row: MarketRow) -> str:
        """The venue's name as people write it, with what tells its markets apart."""
        name = self.catalogue.get_venue(row.market.venue).name
        return name if row.is_spot else f"{name} perpetual"

    def select_dash(self, market: Market) -> str:
        """Dashes tell groups apart; on the reconstruction, where hue alone does that, they mean assumed."""
        if self.is_illustration:
            return "dash" if (market.venue, market.symbol) in self.assumed_markets else "solid"
        return select_group_dash(market)

    @property
    def focus_width(self) -> float:
        """Width of the focus venue's line in pixels: the more minutes, the finer."""
        minutes = self.measurement.axis.size
        return next(width for limit, width in ((400, 3.0), (1_500, 2.2), (float("inf"), 1.7)) if minutes <= limit)

    @property
    def groups(self) -> tuple[Group, ...]:
        """The groups, the focus row's own first."""
        first = Group.USDT if self.focus is None else self.focus.market.group
        return (first, first.other)


def select_group_dash(market: Market) -> str:
    """The dash of a market as one of the many: that of its quote group, dotted where it is no spot market."""
    return GROUP_DASHES[market.group] if market.kind == "spot" else "dot"


@dataclass(frozen=True, slots=True)
class EndLabel:
    """What stands at the end of a line: the value there, a fixed colour, bold for the focus venue; the line's dash."""

    text: str
    value: float
    colour: str
    is_bold: bool = False
    dash: str = ""


def find_last_value(values: Floats) -> float:
    """The last value there is; NaN without any."""
    positions = np.flatnonzero(~np.isnan(values))
    return float(values[positions[-1]]) if positions.size else float("nan")


def extract_voting_prices(row: MarketRow) -> Floats:
    """The converted close in voting minutes."""
    return np.where(row.minutes.voting, row.minutes.price, np.nan)


HOLLOW_DASH = "hollow"
"""Stands for a dash where a line has thin minutes only, which are drawn as hollow dots."""
