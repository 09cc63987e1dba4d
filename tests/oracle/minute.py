"""One row in one bar against one group: every distance of sections 3 and 4 of docs/method.md."""

from __future__ import annotations

from dataclasses import dataclass

from tests.oracle.book import PriceRange
from tests.oracle.question import TOLERANCE, OracleMarket, Side
from tests.oracle.rates import Rate, find_inner_pair
from tests.oracle.votes import OracleRun, Vote, find_median_interval

FIRM_VOTES = 3


def compute_distance(price: float, low: float, high: float) -> float:
    """Give the distance of a price to the nearest edge of an interval, 0 inside."""
    if price < low:
        return price / low - 1
    return price / high - 1 if price > high else 0.0


NUMBER_FIELDS = (
    "reference_low",
    "reference_high",
    "d",
    "jackknife",
    "lag",
    "next_below",
    "next_above",
    "wick_least",
    "wick_most",
    "spike_least",
    "spike_most",
    "sure_below",
    "sure_above",
)
"""The fields of a cell that the program shows under the same names."""


@dataclass(frozen=True)
class OracleCell:
    """One row in one bar against one group; prices in the row's quote, None where undefined.

    `d`, `jackknife`, `next_*` need a voting row, a vote and a factor; `lag`, wicks, spikes and `sure_*` a firm minute.
    """

    time: int
    is_voting: bool
    votes: int
    factor: Rate | None
    reference_low: float | None = None
    reference_high: float | None = None
    split: float | None = None
    d: float | None = None
    jackknife: float | None = None
    lag: float | None = None
    next_below: float | None = None
    next_above: float | None = None
    wick_least: float | None = None
    wick_most: float | None = None
    spike_least: float | None = None
    spike_most: float | None = None
    sure_below: float | None = None
    sure_above: float | None = None

    @property
    def is_firm(self) -> bool:
        """Whether the row votes, a factor exists and at least three others vote (section 3)."""
        return self.d is not None and self.votes >= FIRM_VOTES

    @property
    def is_thin(self) -> bool:
        """Whether the row votes, a factor exists and one or two others vote (section 3)."""
        return self.d is not None and self.votes < FIRM_VOTES

    @property
    def has_no_rate(self) -> bool:
        """Whether only the factor is wanting."""
        return self.is_voting and self.votes > 0 and self.factor is None

    def is_split_beyond(self, limit: float) -> bool:
        """Whether the inner votes differ by more than a limit."""
        return self.split is not None and self.split > limit + TOLERANCE

    def get_next(self, side: Side) -> float | None:
        """Give the distance to the outermost vote of a side."""
        return self.next_below if side == "below" else self.next_above

    def get_trade(self, side: Side) -> tuple[float | None, float | None]:
        """Give least and most of the wick below, of the spike above."""
        return (self.wick_least, self.wick_most) if side == "below" else (self.spike_least, self.spike_most)

    def get_whole(self, side: Side) -> float | None:
        """Give the bound that holds throughout the bar."""
        return self.sure_below if side == "below" else self.sure_above


class CellTable:
    """Cells of a run by row, group and time; computed when asked for."""

    def __init__(self, run: OracleRun) -> None:
        self.run = run
        self._cells: dict[tuple[OracleMarket, str, int], OracleCell] = {}

    def list_cells(self, row: OracleMarket, group: str, times: range) -> list[OracleCell]:
        """List the cells of a span."""
        return [self.get_cell(row, group, time) for time in times]

    def get_cell(self, row: OracleMarket, group: str, time: int) -> OracleCell:
        """Give one cell."""
        key = row, group, time
        if key not in self._cells:
            self._cells[key] = self._compute_cell(row, group, time)
        return self._cells[key]

    def get_factor(self, row: OracleMarket, group: str, time: int) -> Rate | None:
        """Give the factor from the group's money into the row's."""
        return self.run.rates.get_factor(group.upper(), row.quote, time)

    def find_interval(self, votes: list[Vote], factor: Rate) -> tuple[float, float]:
        """Give the reference in the row's money."""
        m1, m2 = find_median_interval(votes, weighted=self.run.question.weighted)
        return m1 * factor.a, m2 * factor.b

    def _compute_cell(self, row: OracleMarket, group: str, time: int) -> OracleCell:
        candle = self.run.book.find_voting(row, time)
        factor = self.get_factor(row, group, time)
        votes = self.run.list_votes(row, group, time)
        is_voting, count = candle is not None, len(votes)
        if not votes or factor is None:
            return OracleCell(time, is_voting, count, factor)
        low, high = self.find_interval(votes, factor)
        prices = [vote.price for vote in votes]
        i1, i2 = find_inner_pair(prices)
        if candle is None:
            return OracleCell(time, is_voting, count, factor, low, high, i2 / i1 - 1)
        price = candle.close
        bounds = self._compute_bounds(row, time, votes, factor) if count >= FIRM_VOTES else [None] * 6
        return OracleCell(
            time,
            is_voting,
            count,
            factor,
            low,
            high,
            i2 / i1 - 1,
            compute_distance(price, low, high),
            compute_distance(price, i1 * factor.a, i2 * factor.b),
            self._compute_lag(row, group, time, price) if count >= FIRM_VOTES else None,
            min(0.0, price / (min(prices) * factor.a) - 1),
            max(0.0, price / (max(prices) * factor.b) - 1),
            *bounds,
        )

    def _find_firm_interval(self, row: OracleMarket, group: str, time: int) -> tuple[float, float] | None:
        factor, votes = self.get_factor(row, group, time), self.run.list_votes(row, group, time)
        return self.find_interval(votes, factor) if factor is not None and len(votes) >= FIRM_VOTES else None

    def _compute_lag(self, row: OracleMarket, group: str, time: int, price: float) -> float | None:
        """Give the distance to the references around, whether or not the row votes there; None where untested."""
        nearby = [self._find_firm_interval(row, group, time + step) for step in self.run.question.list_lags()]
        around = [interval for interval in nearby if interval is not None]
        own = self._find_firm_interval(row, group, time)
        if not around or own is None:
            return None
        return compute_distance(price, min(low for low, _ in (own, *around)), max(high for _, high in (own, *around)))

    def _compute_bounds(self, row: OracleMarket, time: int, votes: list[Vote], factor: Rate) -> list[float | None]:
        """Give wick_least, wick_most, spike_least, spike_most, sure_below, sure_above of a firm minute."""
        candle, own = self.run.book.candles[row][time], self.run.book.compute_range(row, time)
        ranges = [vote.price_range or PriceRange(0.0, float("inf")) for vote in votes]
        n = len(ranges)
        low_edge = sorted(bounds.low for bounds in ranges)[(n - 1) // 2] * factor.lo
        high_edge = sorted(bounds.high for bounds in ranges)[n // 2] * factor.hi
        l1 = None if low_edge == 0 else low_edge
        h2 = None if high_edge == float("inf") else high_edge
        return [
            _compare(candle.low, l1),
            _compare(candle.low, h2),
            _compare(candle.high, h2),
            _compare(candle.high, l1),
            _compare(own and own.high, l1),
            _compare(own and own.low, h2),
        ]


def _compare(price: float | None, edge: float | None) -> float | None:
    return None if price is None or edge is None else price / edge - 1
