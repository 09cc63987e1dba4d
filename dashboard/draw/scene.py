"""What a figure draws: a measurement, and the settings that decide how its markets look."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from dashboard.draw.theme import GROUP_DASHES, PALETTES, Palette, compute_venue_colour
from dashboard.state.view import Theme
from dashboard.text.clock import Zone
from data.catalogue import Catalogue
from data.schema import Evidence
from deviation.measurement import Measurement
from deviation.minute.grid import Floats
from deviation.minute.markets import Market
from deviation.question import Group
from deviation.result import MarketRow


@dataclass(frozen=True)
class Scene:
    """A measurement to draw, and how.

    Attributes:
        measurement: The measurement.
        catalogue: Names and colours of the venues.
        theme: Light or dark.
        hidden: Venues that are not drawn.
        assumed_markets: Venue and symbol of markets whose candles the reconstruction assumes.
        zone: The clock of every time in a figure.
    """

    measurement: Measurement
    catalogue: Catalogue
    theme: Theme = Theme.LIGHT
    hidden: frozenset[str] = frozenset()
    assumed_markets: frozenset[tuple[str, str]] = frozenset()
    zone: Zone = Zone.UTC

    @property
    def colours(self) -> Palette:
        """The colours of the theme."""
        return PALETTES[self.theme]

    @cached_property
    def focus(self) -> MarketRow | None:
        """The row of the focus venue; None without one."""
        return self.measurement.focus_row

    @property
    def highlighted_row(self) -> MarketRow | None:
        """The focus row, which is drawn in bold; None where its venue is hidden."""
        return None if self.measurement.focus in self.hidden else self.focus

    @cached_property
    def focus_colour(self) -> str:
        """The colour of the focus venue."""
        return compute_venue_colour(self.catalogue, self.measurement.focus, self.theme)

    @property
    def other_rows(self) -> tuple[MarketRow, ...]:
        """The rows of every other venue that is not hidden."""
        focus = self.measurement.focus
        return tuple(
            row for row in self.measurement.rows if row.market.venue != focus and row.market.venue not in self.hidden
        )

    @property
    def secondary_prices(self) -> tuple[tuple[str, Floats], ...]:
        """The focus venue's other markets: symbol, and price per bar (NaN for none)."""
        focus = self.measurement.focus
        if self.highlighted_row is None:
            return ()
        rows = tuple(row for row in self.measurement.select_rows(focus) if row is not self.focus)
        return tuple((row.market.symbol, extract_voting_prices(row)) for row in rows)

    @cached_property
    def band(self) -> tuple[Floats, Floats]:
        """The range of the other venues' deviations per bar, in per cent: the least and the greatest.

        It covers the firm minutes of every spot market against its own group, without the focus venue and venues of
        the same family; hidden venues count too. NaN where no other market was firm.
        """
        measurement = self.measurement
        rules = measurement.question.rules
        family = rules.family_of(measurement.focus)
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
        """Whether the candles are those of the reconstruction."""
        return self.measurement.question.origin is Evidence.RECONSTRUCTION

    def format_name(self, row: MarketRow) -> str:
        """The venue's name, with "perpetual" for a market that is not spot."""
        name = self.catalogue.get_venue(row.market.venue).name
        return name if row.is_spot else f"{name} perpetual"

    def select_colour(self, row: MarketRow) -> str:
        """The colour of a market's line: the focus venue's own for the focus row, else that of its group."""
        return self.focus_colour if row is self.focus else self.colours.group_colours[row.market.group]

    def select_dash(self, market: Market) -> str:
        """The dash of a market's line: that of its group; on the reconstruction, dashed where the market is assumed."""
        if self.is_illustration:
            return "dash" if (market.venue, market.symbol) in self.assumed_markets else "solid"
        return select_group_dash(market)

    @property
    def focus_width(self) -> float:
        """Width of the focus venue's line in pixels: thinner the more bars the window has."""
        minutes = self.measurement.axis.size
        return next(width for limit, width in ((400, 3.0), (1_500, 2.2), (float("inf"), 1.7)) if minutes <= limit)

    @property
    def groups(self) -> tuple[Group, ...]:
        """The groups against which the focus row is measured, its own first; without one those of all rows."""
        return self.measurement.groups if self.focus is None else tuple(self.focus.summaries)


def select_group_dash(market: Market) -> str:
    """The dash of a market's quote group; dotted where the market is not spot."""
    return GROUP_DASHES[market.group] if market.kind == "spot" else "dot"


@dataclass(frozen=True, slots=True)
class EndLabel:
    """The label at the end of a line.

    Attributes:
        text: The label.
        value: The last value of the line.
        colour: The colour of the text.
        is_bold: Whether it is the focus venue's.
        dash: The line's dash, of which a sample precedes the text; empty for none.
    """

    text: str
    value: float
    colour: str
    is_bold: bool = False
    dash: str = ""


def find_last_value(values: Floats) -> float:
    """The last value that is not NaN; NaN without any."""
    positions = np.flatnonzero(~np.isnan(values))
    return float(values[positions[-1]]) if positions.size else float("nan")


def extract_voting_prices(row: MarketRow) -> Floats:
    """The close in dollars in voting minutes; NaN in all others, and without a rate."""
    return row.minutes.vote * row.dollars


HOLLOW_DASH = "hollow"
"""In place of a dash: all minutes are thin, which are drawn as hollow dots."""
