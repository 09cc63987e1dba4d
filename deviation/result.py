"""The answer to a question, from which every number, chart, table and sentence is made."""

import math
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import numpy as np

from data.schema import Timeframe
from deviation.against import Series
from deviation.fair_value import FairValue
from deviation.grid import Axis, Floats
from deviation.markets import LeftOut, Market
from deviation.minutes import Minutes
from deviation.path import Path, path
from deviation.question import Group, Kind, Question
from deviation.ranks import Rank
from deviation.summary import Counts, Summary, count_states, first_least, value_at, volume_share


@dataclass(frozen=True)
class Row:
    """One market of the asset, measured against both groups.

    ``minutes`` and ``series`` cover the window, position 0 being its first minute, and ``ahead`` the minute before it.
    ``before`` covers the 24 h ahead of the window. ``underlying`` is the price in dollars of the same venue's
    market of the underlying, in the own group; None where there is none (docs/method.md, 6).
    """

    market: Market
    timeframe: Timeframe
    minutes: Minutes
    ahead: Minutes
    before: Minutes
    series: dict[Group, Series]
    against: dict[Group, Summary]
    fair_value: FairValue | None
    underlying: Floats | None

    @property
    def own(self) -> Summary:
        """The numbers against the market's own group."""
        return self.against[self.market.group]

    @cached_property
    def counts(self) -> Counts:
        """Minutes by state."""
        return count_states(self.minutes, self.timeframe)

    @cached_property
    def low_at(self) -> int | None:
        """The first position of the lowest trade; None where nothing priced was traded."""
        return first_least(self.minutes.low)

    @property
    def low(self) -> float | None:
        """The lowest trade in dollars."""
        return value_at(self.minutes.low, self.low_at)

    @cached_property
    def volume_usd_before(self) -> float:
        """What was traded in the 24 h before the window, in dollars."""
        return float(np.nansum(self.before.volume_usd))

    @cached_property
    def volume_share(self) -> dict[int, float | None]:
        """The share of volume that fell into minutes at or beyond each depth against the own group, by per cent."""
        return volume_share(self.minutes, self.series[self.market.group])

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


@dataclass(frozen=True)
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
    other_quotes: tuple[OtherQuote, ...]
    origins: dict[Market, tuple[str, ...]]

    @cached_property
    def path(self) -> dict[Group, Path]:
        """The path of each group's spot markets (docs/method.md, section 10)."""
        return {group: self._path(group) for group in Group}

    def _path(self, group: Group) -> Path:
        said = [(row.ahead, row.minutes) for row in self.rows if row.spot and row.market.group is group]
        votes = [np.concatenate([part.vote for part in parts]) for parts in said]
        return path(votes, self.axis.size, self.question.timeframe.bars(1))

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
