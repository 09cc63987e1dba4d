"""The result of a question; every number, chart, table and sentence is derived from it."""

import math
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import numpy as np

from data.schema import Timeframe
from deviation.market_path import MarketPath, trace_path
from deviation.minute.fair_value import FairValue
from deviation.minute.grid import Axis, Floats
from deviation.minute.markets import ExcludedMarket, Market
from deviation.minute.series import DeviationSeries
from deviation.minute.states import MarketMinutes
from deviation.question import Group, InstrumentKind, Question
from deviation.ranks import Rank
from deviation.summary import DeviationSummary, StateCounts, compute_volume_shares, count_states, find_minimum, value_at


@dataclass(frozen=True)
class MarketRow:
    """One market of the asset, measured against both groups.

    ``minutes`` and ``series`` cover the window, position 0 being its first bar; ``minute_before`` and ``day_before``
    the minute and the 24 h before it. ``underlying_price`` is the price in dollars of the same venue's market of the
    underlying in the own group; None where there is none (docs/method.md, 6).
    """

    market: Market
    timeframe: Timeframe
    minutes: MarketMinutes
    minute_before: MarketMinutes
    day_before: MarketMinutes
    series: dict[Group, DeviationSeries]
    summaries: dict[Group, DeviationSummary]
    fair_value: FairValue | None
    underlying_price: Floats | None

    @property
    def own_summary(self) -> DeviationSummary:
        """The numbers against the market's own group."""
        return self.summaries[self.market.group]

    @cached_property
    def state_counts(self) -> StateCounts:
        """Minutes by state."""
        return count_states(self.minutes, self.timeframe)

    @cached_property
    def low_at(self) -> int | None:
        """The first position of the lowest trade; None where nothing priced was traded."""
        return find_minimum(self.minutes.low)

    @property
    def low(self) -> float | None:
        """The lowest trade in dollars."""
        return value_at(self.minutes.low, self.low_at)

    @cached_property
    def volume_usd_before(self) -> float:
        """The volume of the 24 h before the window, in dollars."""
        return float(np.nansum(self.day_before.volume_usd))

    @cached_property
    def volume_share(self) -> dict[int, float | None]:
        """The share of volume that fell into minutes at or beyond each depth against the own group, by per cent."""
        return compute_volume_shares(self.minutes, self.series[self.market.group])

    def split_depth(self, group: Group) -> tuple[float, float] | None:
        """The two quotients whose product is 1 + depth (docs/method.md, section 6).

        The first is the market's price over the venue's underlying times ratio, the second the venue's underlying over
        that elsewhere. None without depth or ratio, or where the venue's underlying did not trade in that minute.
        """
        position, fair_value = self.summaries[group].depth_at, self.fair_value
        if position is None or fair_value is None or fair_value.ratio is None or self.underlying_price is None:
            return None
        underlying_here = float(self.underlying_price[position]) * fair_value.ratio
        if math.isnan(underlying_here):
            return None
        return float(self.minutes.price[position]) / underlying_here, underlying_here / float(
            self.series[group].reference[position]
        )

    @property
    def is_spot(self) -> bool:
        """Whether this is a spot market."""
        return self.market.kind is InstrumentKind.SPOT


@dataclass(frozen=True, slots=True)
class OtherQuote:
    """Another spot market of the focus venue that gets no row: its ``price`` in dollars is only drawn."""

    symbol: str
    price: Floats


@dataclass(frozen=True)
class Measurement:
    """One row per venue, group and kind, in that order, and what holds for all rows.

    ``origins``: per row, the sources of its candles in the window (`data.schema.Origin`).
    """

    question: Question
    axis: Axis
    rows: tuple[MarketRow, ...]
    ranks: dict[Market, Rank]
    fx_assumed: tuple[str, ...]
    absent: tuple[str, ...]
    left_out: tuple[ExcludedMarket, ...]
    other_quotes: tuple[OtherQuote, ...]
    origins: dict[Market, tuple[str, ...]]

    @cached_property
    def paths(self) -> dict[Group, MarketPath]:
        """The path of each group's spot markets (docs/method.md, section 10)."""
        return {group: self._trace_path(group) for group in Group}

    def _trace_path(self, group: Group) -> MarketPath:
        minutes_by_row = [
            (row.minute_before, row.minutes) for row in self.rows if row.is_spot and row.market.group is group
        ]
        votes = [np.concatenate([part.vote for part in parts]) for parts in minutes_by_row]
        return trace_path(votes, self.axis.size, self.question.timeframe.count_bars(1))

    def time_at(self, position: int | None) -> datetime | None:
        """The open time of a position in the window; None stays None."""
        return None if position is None else self.axis.time_at(position)

    def select_rows(self, venue: str) -> tuple[MarketRow, ...]:
        """The rows of a venue."""
        return tuple(row for row in self.rows if row.market.venue == venue)

    @property
    def focus_row(self) -> MarketRow | None:
        """The focus venue's row: the one named outright, else spot, of more volume before the window, `usdt`."""
        rows = self.select_rows(self.question.focus)
        order = {Group.USDT: 0, Group.USD: 1}

        def sort_key(row: MarketRow) -> tuple[bool, bool, float, int]:
            is_named = f"{row.market.venue}:{row.market.symbol}" in self.question.venues
            return not is_named, not row.is_spot, -row.volume_usd_before, order[row.market.group]

        return min(rows, key=sort_key, default=None)

    def list_voters(self, row: MarketRow, group: Group, position: int) -> tuple[str, ...]:
        """The venues whose market of the asset voted on a row in a minute; those of an underlying are not listed."""
        rules = self.question.rules
        return tuple(
            other.market.venue
            for other in self.rows
            if other.is_spot
            and other.market.group is group
            and rules.family_of(other.market.venue) != rules.family_of(row.market.venue)
            and bool(other.minutes.voting[position])
        )
