"""The result of a question; every number, chart, table and sentence is derived from it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from data.schema import Timeframe
from deviation.minute.fair_value import FairValue
from deviation.minute.grid import Floats
from deviation.minute.markets import Market
from deviation.minute.series import DeviationSeries
from deviation.minute.states import MarketMinutes, State
from deviation.price_digits import count_digits, has_digits
from deviation.question import TOLERANCE, Group, Rules
from deviation.side import Side
from deviation.window.extremes import find_highest_price, find_lowest_price, value_at
from deviation.window.side_summary import THRESHOLDS_PCT
from deviation.window.summary import DeviationSummary

REACHED_BEFORE_MIN = 60
"""Minutes before the window whose last vote is what a fall is counted from (docs/method.md, section 10)."""

ROUND_DIGITS = 2
"""Significant digits by which a round price has fewer than the most precise one of its market."""


@dataclass(frozen=True, slots=True)
class StateCounts:
    """Minutes of the window by state."""

    voting_min: float
    small_min: float
    quiet_min: float
    missing_min: float


@dataclass(frozen=True, slots=True)
class ExtremePrice:
    """The lowest or highest trade of a window as printed: its position, and the volume times close of that minute."""

    price: float
    at: int
    volume: float


@dataclass(frozen=True, slots=True)
class FairValueSplit:
    """The two parts of a discount to fair value, of product (1 + ratio_part)(1 + underlying_part), at a position."""

    at: int
    ratio_part: float
    underlying_part: float


@dataclass(frozen=True, eq=False)
class MarketRow:
    """One market of the asset, measured against its own group, `usdt` and `usd`; equal to itself alone.

    ``minutes`` covers the window, ``day_before`` the 24 h before it; prices and volumes are in the market's quote.
    ``series`` and ``summaries`` are keyed by the group of the votes, the own one first. ``underlying_close`` is the
    close of the same venue's market of the underlying in the same quote, NaN where that does not vote; None without.
    ``dollars``: dollars per unit of the quote in each minute, for drawing; NaN without a rate.
    ``per_usd``: an order of magnitude of the quote's units per dollar, for comparing volumes.
    """

    market: Market
    timeframe: Timeframe
    minutes: MarketMinutes
    day_before: MarketMinutes
    series: dict[Group, DeviationSeries]
    summaries: dict[Group, DeviationSummary]
    fair_value: FairValue | None
    underlying_close: Floats | None
    dollars: Floats
    per_usd: float

    @property
    def is_spot(self) -> bool:
        """Whether this is a spot market."""
        return self.market.is_spot

    @property
    def own_summary(self) -> DeviationSummary:
        """The numbers against the market's own group."""
        return self.summaries[self.market.group]

    @cached_property
    def state_counts(self) -> StateCounts:
        """Minutes by state."""
        bars = np.bincount(self.minutes.states, minlength=len(State)).tolist()
        return StateCounts(*(self.timeframe.convert_to_minutes(count) for count in bars))

    @cached_property
    def low(self) -> ExtremePrice | None:
        """The lowest trade; None where nothing was traded."""
        return self._build_extreme(self.minutes.low, find_lowest_price(self.minutes.low))

    @cached_property
    def high(self) -> ExtremePrice | None:
        """The highest trade; None where nothing was traded."""
        return self._build_extreme(self.minutes.high, find_highest_price(self.minutes.high))

    def get_extreme(self, side: Side) -> ExtremePrice | None:
        """The lowest trade below, the highest above."""
        return self.low if side is Side.BELOW else self.high

    @cached_property
    def first_open(self) -> float | None:
        """The open of the first minute with a trade; None where nothing was traded."""
        traded = np.flatnonzero(self.minutes.traded)
        return float(self.minutes.bars.open[self.minutes.span][traded[0]]) if traded.size else None

    def is_round(self, price: float) -> bool:
        """Whether a price has at least two significant digits fewer than the most precise one of the window.

        Such a price is the level of a resting order rather than an estimate (docs/method.md, section 8).
        """
        digits = count_digits(price) + ROUND_DIGITS
        if digits not in self._has_digits:
            span, bars = self.minutes.span, self.minutes.bars
            prices = (getattr(bars, name)[span][self.minutes.traded] for name in ("close", "open", "high", "low"))
            self._has_digits[digits] = any(has_digits(values, digits) for values in prices)
        return self._has_digits[digits]

    @cached_property
    def _has_digits(self) -> dict[int, bool]:
        """Whether any price of the window has so many digits, for each number of digits that was asked for."""
        return {}

    @cached_property
    def price_before(self) -> float | None:
        """The last vote of the hour before the window, from which a fall is counted; None without one (section 10)."""
        votes_before = self.day_before.vote[-self.timeframe.count_bars(REACHED_BEFORE_MIN) :]
        known = votes_before[~np.isnan(votes_before)]
        return float(known[-1]) if known.size else None

    def find_fall(self, fraction: float) -> int | None:
        """The first position at which the close lies a fraction below `price_before`."""
        if self.price_before is None:
            return None
        positions = np.flatnonzero(self.minutes.vote / self.price_before - 1 <= -fraction + TOLERANCE)
        return int(positions[0]) if positions.size else None

    @cached_property
    def volume_before(self) -> float:
        """The volume times close of the 24 h before the window, in the quote."""
        return float(self.day_before.turnover.sum())

    @property
    def volume_usd_before(self) -> float:
        """The same in dollars, by the order of magnitude of the quote: for ordering alone."""
        return self.volume_before / self.per_usd

    @cached_property
    def volume_share(self) -> dict[Side, dict[int, float | None]]:
        """The share of base volume in firm minutes at or beyond each size against the own group, by per cent.

        None where the market had no volume in the window.
        """
        firm_d, volume = self.series[self.market.group].firm_d, self.minutes.volume
        total, least = float(volume.sum()), THRESHOLDS_PCT[0] / 100 - TOLERANCE
        shares: dict[Side, dict[int, float | None]] = {}
        for side in Side:
            if not total or self.own_summary.get_side(side).size < least:
                shares[side] = dict.fromkeys(THRESHOLDS_PCT, 0.0 if total else None)
                continue
            reached = np.flatnonzero(firm_d >= least if side is Side.ABOVE else firm_d <= -least)
            sizes, volumes = side.sign * firm_d[reached], volume[reached]
            shares[side] = {x: float(volumes[sizes >= x / 100 - TOLERANCE].sum()) / total for x in THRESHOLDS_PCT}
        return shares

    @cached_property
    def fair_value_split(self) -> FairValueSplit | None:
        """The parts of the largest discount to fair value; None without one, or where the underlying did not vote."""
        summary, fair_value = self.own_summary, self.fair_value
        at = summary.below.at
        if at is None or fair_value is None or fair_value.ratio is None or self.underlying_close is None:
            return None
        underlying = value_at(self.underlying_close, at)
        if underlying is None:
            return None
        price = float(self.minutes.vote[at])
        ratio_part = price / underlying / fair_value.ratio - 1
        total = price / float(self.series[self.market.group].reference_low[at])
        return FairValueSplit(at, ratio_part, total / (1 + ratio_part) - 1)

    def _build_extreme(self, prices: Floats, at: int | None) -> ExtremePrice | None:
        return None if at is None else ExtremePrice(float(prices[at]), at, float(self.minutes.turnover[at]))


def pick_per_family(
    rows: Iterable[MarketRow], rules: Rules, read: Callable[[MarketRow], float]
) -> dict[str, MarketRow]:
    """Of each family the row of the largest value; of equal ones the first by name."""
    by_family: dict[str, list[MarketRow]] = {}
    for row in rows:
        by_family.setdefault(rules.family_of(row.market.venue), []).append(row)
    return {family: pick_most(members, read) for family, members in by_family.items()}


def pick_most(rows: Sequence[MarketRow], read: Callable[[MarketRow], float]) -> MarketRow:
    """The row of the largest value, within `TOLERANCE`; of equal ones the first by name."""
    most = max(read(row) for row in rows)
    return min((row for row in rows if read(row) >= most - TOLERANCE), key=lambda row: row.market)
