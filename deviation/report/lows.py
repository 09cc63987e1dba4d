"""The lowest and highest trades per exchange over a window, beside the aligned numbers (docs/method.md, section 8).

The table follows the published description of Benson Sun's report. Lows of a day are not simultaneous, and a venue
with more trades has more extreme lows: each unaligned gap is therefore given together with the aligned ones.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import numpy as np
import polars as pl

from deviation.measurement import Measurement
from deviation.question import TOLERANCE, USD, USDT, Group, Rules
from deviation.result import ExtremePrice, MarketRow
from deviation.side import Side
from deviation.window.extremes import value_at


@dataclass(frozen=True, slots=True)
class FocusExtreme:
    """The extreme trade of a venue in one group, beside those of the others and what the same minute says.

    Fractions, None where undefined: ``gap`` to ``second``, the row of the most extreme trade of the other families;
    ``next`` beyond the furthest other close, ``least`` and ``most`` the bounds of the trade.
    """

    row: MarketRow
    side: Side
    extreme: ExtremePrice
    second: MarketRow | None
    gap: float | None
    next: float | None
    least: float | None
    most: float | None

    @property
    def is_first(self) -> bool:
        """Whether no other family had a more extreme trade; False where there is no other."""
        return self.gap is not None and self.side.sign * self.gap >= -TOLERANCE

    @property
    def gap_to_second(self) -> float | None:
        """The gap where the trade is the most extreme of all; None elsewhere, where it is no gap to the second."""
        return self.gap if self.is_first else None


@dataclass(frozen=True)
class GroupExtremes:
    """The lowest (``side`` below) or highest trades of one group's spot markets, most extreme first."""

    side: Side
    rows: tuple[MarketRow, ...]

    @property
    def first(self) -> MarketRow:
        """The row of the most extreme trade."""
        return self.rows[0]

    @cached_property
    def second(self) -> MarketRow | None:
        """The row of the most extreme trade of another venue; None without one."""
        return next((row for row in self.rows if row.market.venue != self.first.market.venue), None)

    def find_other(self, row: MarketRow, rules: Rules, venues: Collection[str] = ()) -> MarketRow | None:
        """The row of the most extreme trade of the other families, only of these venues if any are given."""
        family = rules.family_of(row.market.venue)
        return next(
            (
                other
                for other in self.rows
                if rules.family_of(other.market.venue) != family and (not venues or other.market.venue in venues)
            ),
            None,
        )

    def compare(self, row: MarketRow, other: MarketRow | None) -> float | None:
        """The extreme trade of a row against that of another one, less 1; None without one."""
        return None if other is None else self.get_price(row) / self.get_price(other) - 1

    def get_price(self, row: MarketRow) -> float:
        """The extreme trade of one of the rows."""
        extreme = row.get_extreme(self.side)
        return float("nan") if extreme is None else extreme.price


@dataclass(frozen=True)
class AssetLows:
    """The lows and highs of one asset; ``groups`` has those of each group with a traded spot market, on both sides.

    ``usdt_usd_gap``: per side, the extreme USDT trade in dollars over the extreme USD trade, less 1; None without.
    """

    measurement: Measurement
    groups: dict[Group, dict[Side, GroupExtremes]]
    usdt_usd_gap: dict[Side, float | None]

    def measure_focus(self, group: Group, side: Side) -> FocusExtreme | None:
        """The focus venue's extreme trade in a group; None where it has no market there."""
        extremes = self.groups[group][side]
        return next(
            (
                measure_extreme_trade(self.measurement, row, extremes)
                for row in extremes.rows
                if row.market.venue == self.measurement.focus
            ),
            None,
        )


def summarize_lows(measurement: Measurement) -> AssetLows:
    """The lows and highs of the measured asset, within each group as printed."""
    groups: dict[Group, dict[Side, GroupExtremes]] = {}
    for group in measurement.groups:
        rows = [row for row in measurement.select_spot_rows(group) if row.low is not None]
        if rows:
            groups[group] = {side: GroupExtremes(side, _sort_rows(rows, side)) for side in Side}
    gaps = {side: _compare_dollars(groups, side) for side in Side}
    return AssetLows(measurement, groups, gaps)


def measure_extreme_trade(measurement: Measurement, row: MarketRow, extremes: GroupExtremes) -> FocusExtreme | None:
    """What the minute of a row's extreme trade says, against its own group; None where it never traded."""
    side = extremes.side
    extreme = row.get_extreme(side)
    if extreme is None:
        return None
    measures = row.series[row.market.group].measure_side(side, np.array([extreme.at]))
    second = extremes.find_other(row, measurement.question.rules)
    return FocusExtreme(
        row,
        side,
        extreme,
        second,
        extremes.compare(row, second),
        value_at(measures.next, 0),
        value_at(measures.trade_least, 0),
        value_at(measures.trade_most, 0),
    )


@dataclass(frozen=True, slots=True)
class ExactTrade:
    """The trade that was a market's low: its own time, price in the quote, amount in base units, and the venue's id."""

    at: datetime
    price: float
    amount: float
    trade_id: str

    @property
    def time_text(self) -> str:
        """Its time of day in UTC, to the millisecond that venues give."""
        return f"{self.at:%H:%M:%S}.{self.at.microsecond // 1000:03}"


def find_exact_trade(measurement: Measurement, row: MarketRow, trades: pl.DataFrame) -> ExactTrade | None:
    """The trade that made a market's low; None where its bar was not built from trades.

    Args:
        measurement: The measurement of the row.
        row: A market.
        trades: Frame of `data.schema.LOW_TRADE` over the window.
    """
    if row.low is None:
        return None
    matching_trades = trades.filter(
        pl.col("venue") == row.market.venue,
        pl.col("symbol") == row.market.symbol,
        pl.col("timeframe") == row.timeframe.value,
        pl.col("open_time") == measurement.time_at(row.low.at),
        pl.col("price") == row.low.price,  # otherwise the bar was not built from these trades
    )
    return next(
        (ExactTrade(*trade) for trade in matching_trades.select("at", "price", "amount", "trade_id").iter_rows()), None
    )


def _sort_rows(rows: Sequence[MarketRow], side: Side) -> tuple[MarketRow, ...]:
    """By price, the most extreme first; of equal ones the first by name."""

    def sort_key(row: MarketRow) -> float:
        extreme = row.get_extreme(side)
        return 0.0 if extreme is None else -side.sign * extreme.price

    return tuple(sorted(rows, key=sort_key))


def _compare_dollars(groups: dict[Group, dict[Side, GroupExtremes]], side: Side) -> float | None:
    if USDT not in groups or USD not in groups:
        return None
    usdt, usd = groups[USDT][side], groups[USD][side]
    extreme = usdt.first.get_extreme(side)
    rate = value_at(usdt.first.dollars, None if extreme is None else extreme.at)
    return None if rate is None else usdt.get_price(usdt.first) * rate / usd.get_price(usd.first) - 1
