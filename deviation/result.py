"""The answer to a question, from which every number, chart, table and sentence is made."""

import math
from dataclasses import dataclass
from datetime import datetime

from deviation.against import Series
from deviation.fair_value import FairValue
from deviation.grid import Axis, Floats
from deviation.markets import LeftOut, Market
from deviation.minutes import Minutes
from deviation.path import Path
from deviation.question import Group, Kind, Question
from deviation.ranks import Rank
from deviation.summary import Counts, Summary


@dataclass(frozen=True, slots=True)
class Row:
    """One market of the asset, measured against both groups.

    ``minutes`` and ``series`` cover the window, position 0 being its first minute. ``low`` is the lowest trade in
    dollars and ``low_at`` its first position, None where nothing priced was traded. ``volume_usd_before`` covers the
    24 h before the window. ``volume_share`` counts volume against the own group. ``underlying`` is the price in dollars
    of the same venue's market of the underlying, in the own group; None where there is none (docs/method.md, 6).
    """

    market: Market
    minutes: Minutes
    counts: Counts
    low: float | None
    low_at: int | None
    volume_usd_before: float
    volume_share: dict[int, float | None]
    series: dict[Group, Series]
    against: dict[Group, Summary]
    fair_value: FairValue | None
    underlying: Floats | None

    @property
    def own(self) -> Summary:
        """The numbers against the market's own group."""
        return self.against[self.market.group]

    def split(self, group: Group) -> tuple[float, float] | None:
        """What 1 + depth is the product of: own price over underlying here times ratio, and underlying here over there.

        Both are quotients, 1 where nothing strays; None where the venue's own underlying did not trade in that minute,
        or there is no depth or ratio (docs/method.md, section 6).
        """
        position, value = self.against[group].depth_at, self.fair_value
        if position is None or value is None or value.ratio is None or self.underlying is None:
            return None
        here = float(self.underlying[position]) * value.ratio
        if math.isnan(here):
            return None
        return float(self.minutes.price[position]) / here, here / float(self.series[group].reference[position])

    @property
    def spot(self) -> bool:
        """Whether this is a spot market."""
        return self.market.kind is Kind.SPOT


@dataclass(frozen=True, slots=True)
class OtherQuote:
    """Another spot market of the focus venue: drawn as a thin line, never counted. ``price`` in dollars."""

    symbol: str
    price: Floats


@dataclass(frozen=True, slots=True)
class Measurement:
    """The whole answer: a row per venue, group and kind, in that order, and what bears on all of them.

    ``origins`` names, per row, where its candles in the window came from (`data.schema.Origin`).
    """

    question: Question
    axis: Axis
    rows: tuple[Row, ...]
    ranks: dict[Market, Rank]
    fx_assumed: tuple[str, ...]
    absent: tuple[str, ...]
    left_out: tuple[LeftOut, ...]
    path: dict[Group, Path]
    other_quotes: tuple[OtherQuote, ...]
    origins: dict[Market, tuple[str, ...]]

    def time(self, position: int | None) -> datetime | None:
        """The open time of a position in the window; None stays None."""
        return None if position is None else self.axis.time(position)

    def rows_of(self, venue: str) -> tuple[Row, ...]:
        """The rows of a venue."""
        return tuple(row for row in self.rows if row.market.venue == venue)

    @property
    def focus(self) -> Row | None:
        """The focus venue's row: the one named outright, else spot, of more volume before the window, `usdt`."""
        rows = self.rows_of(self.question.focus)
        order = {Group.USDT: 0, Group.USD: 1}

        def place(row: Row) -> tuple[bool, bool, float, int]:
            named = f"{row.market.venue}:{row.market.symbol}" in self.question.venues
            return not named, not row.spot, -row.volume_usd_before, order[row.market.group]

        return min(rows, key=place, default=None)

    def voters_at(self, row: Row, group: Group, position: int) -> tuple[str, ...]:
        """The venues whose own market voted on a row in a minute (none where the underlying's votes stand in)."""
        rules = self.question.rules
        return tuple(
            other.market.venue
            for other in self.rows
            if other.spot
            and other.market.group is group
            and rules.family(other.market.venue) != rules.family(row.market.venue)
            and bool(other.minutes.voting[position])
        )
