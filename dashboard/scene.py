"""What a figure shows: a measurement, how its venues look, which of them are hidden, which markets are assumed."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from dashboard.style import DASHES, Palette, Theme, palette, venue_colour
from data.catalogue import Catalogue
from data.schema import Evidence
from deviation.grid import Floats
from deviation.markets import Market
from deviation.question import Group
from deviation.result import Measurement, Row


@dataclass(frozen=True)
class Scene:
    """What is drawn: a measurement, how venues look, which of them are hidden, and which markets are assumed."""

    measurement: Measurement
    catalogue: Catalogue
    theme: Theme = Theme.LIGHT
    hidden: frozenset[str] = frozenset()
    assumed: frozenset[tuple[str, str]] = frozenset()

    @property
    def colours(self) -> Palette:
        """The colours of the theme."""
        return palette(self.theme)

    @cached_property
    def focus(self) -> Row | None:
        """The row that is drawn boldly."""
        return self.measurement.focus

    @property
    def bold(self) -> Row | None:
        """The focus row, unless its venue is hidden."""
        return None if self.measurement.question.focus in self.hidden else self.focus

    @cached_property
    def focus_colour(self) -> str:
        """The focus venue's own colour."""
        return venue_colour(self.catalogue, self.measurement.question.focus, self.theme)

    @property
    def others(self) -> tuple[Row, ...]:
        """The rows drawn quietly: every other venue that is not hidden."""
        focus = self.measurement.question.focus
        return tuple(
            row for row in self.measurement.rows if row.market.venue != focus and row.market.venue not in self.hidden
        )

    @property
    def companions(self) -> tuple[tuple[str, Floats], ...]:
        """The focus venue's markets beside the bold one, symbol and price: drawn thin in its colour."""
        focus = self.measurement.question.focus
        if self.bold is None:
            return ()
        rows = tuple(row for row in self.measurement.rows_of(focus) if row is not self.focus)
        own = tuple((row.market.symbol, voting_price(row)) for row in rows)
        return own + tuple((other.symbol, other.price) for other in self.measurement.other_quotes)

    @cached_property
    def band(self) -> tuple[Floats, Floats]:
        """What is normal in each minute, in per cent: least and greatest of the other venues' own deviations.

        Every other spot market counts, in its firm minutes, against its own group. The focus venue and its relatives
        are not in it, and hiding a line does not change it. NaN where nobody else was firm.
        """
        measurement = self.measurement
        rules = measurement.question.rules
        family = rules.family(measurement.question.focus)
        own = [
            np.where(series.firm, 100 * series.d, np.nan)
            for row in measurement.rows
            if row.spot and rules.family(row.market.venue) != family
            for series in [row.series[row.market.group]]
        ]
        if not own:
            nothing = np.full(measurement.axis.size, np.nan)
            return nothing, nothing
        every = np.array(own)
        known = ~np.isnan(every).all(axis=0)
        least = np.where(known, np.where(np.isnan(every), np.inf, every).min(axis=0), np.nan)
        greatest = np.where(known, np.where(np.isnan(every), -np.inf, every).max(axis=0), np.nan)
        return least, greatest

    @property
    def illustration(self) -> bool:
        """Whether the candles are the reconstruction."""
        return self.measurement.question.origin is Evidence.RECONSTRUCTION

    def name(self, row: Row) -> str:
        """The venue's name as people write it, with what tells its markets apart."""
        name = self.catalogue.venue(row.market.venue).name
        return name if row.spot else f"{name} perpetual"

    def dash(self, market: Market) -> str:
        """Dashes tell groups apart; on the reconstruction, where hue alone does that, they mean assumed."""
        if self.illustration:
            return "dash" if (market.venue, market.symbol) in self.assumed else "solid"
        return group_dash(market)

    @property
    def boldness(self) -> float:
        """Width of the focus venue's line in pixels: the more minutes, the finer."""
        minutes = self.measurement.axis.size
        return next(width for most, width in ((400, 3.0), (1_500, 2.2), (float("inf"), 1.7)) if minutes <= most)

    @property
    def groups(self) -> tuple[Group, ...]:
        """The groups, the focus row's own first."""
        first = Group.USDT if self.focus is None else self.focus.market.group
        return (first, first.other)


def group_dash(market: Market) -> str:
    """The dash of a market as one of the many: that of its quote group, dotted where it is no spot market."""
    return DASHES[market.group] if market.kind == "spot" else "dot"


@dataclass(frozen=True, slots=True)
class EndLabel:
    """What stands at the end of a line: the value there, a fixed colour, bold for the focus venue; the line's dash."""

    text: str
    value: float
    colour: str
    bold: bool = False
    dash: str = ""


def last_value(values: Floats) -> float:
    """The last value there is; NaN without any."""
    there = np.flatnonzero(~np.isnan(values))
    return float(values[there[-1]]) if there.size else float("nan")


def voting_price(row: Row) -> Floats:
    """The converted close in voting minutes."""
    return np.where(row.minutes.voting, row.minutes.price, np.nan)
