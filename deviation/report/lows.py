"""The lowest trade per venue over a window, beside the aligned numbers (docs/method.md, section 8).

The table follows the published description of Benson Sun's report. Lows of a day are not simultaneous, and a venue
with more trades has more extreme lows: each unaligned gap is therefore given together with the aligned ones.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from deviation.question import Group
from deviation.result import MarketRow, Measurement
from deviation.summary import value_at


@dataclass(frozen=True, slots=True)
class LowBounds:
    """Bounds of the focus venue's lowest trade against one group, in its minute, and its smallest aligned gap there.

    Fractions; None where fewer than three peers had a range in that minute, or no minute was firm.
    """

    gap_depth: float | None
    wick_shallow: float | None
    wick_deep: float | None


@dataclass(frozen=True, slots=True)
class AssetLows:
    """One asset's line in the table of lows; prices in dollars, gaps as fractions, None where a side has no trade.

    ``rows`` are the spot markets with a trade, lowest first; ``second_lowest`` is the lowest of another
    venue than ``lowest``. ``gap_to_second`` compares the focus venue's low with the lowest of all others,
    ``usdt_usd_gap`` the low of all USDT markets with that of all USD markets. ``focus`` is the focus venue's lowest.
    """

    rows: tuple[MarketRow, ...]
    lowest: MarketRow | None
    second_lowest: MarketRow | None
    focus: MarketRow | None
    gap_to_second: float | None
    usdt_low: float | None
    usd_low: float | None
    usdt_usd_gap: float | None
    bounds: dict[Group, LowBounds]


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


def summarize_lows(measurement: Measurement) -> AssetLows:
    """The lows of the measured asset."""
    rows = tuple(sorted((row for row in measurement.rows if row.is_spot and row.low is not None), key=_low_or_inf))
    venue = measurement.question.focus
    lowest = rows[0] if rows else None
    second = _take_first(row for row in rows if lowest and row.market.venue != lowest.market.venue)
    focus = _take_first(row for row in rows if row.market.venue == venue)
    lowest_other = _take_first(row for row in rows if row.market.venue != venue)
    by_group = {group: _take_first(row for row in rows if row.market.group is group) for group in Group}
    return AssetLows(
        rows=rows,
        lowest=lowest,
        second_lowest=second,
        focus=focus,
        gap_to_second=_compute_gap(focus, lowest_other),
        usdt_low=_low_or_none(by_group[Group.USDT]),
        usd_low=_low_or_none(by_group[Group.USD]),
        usdt_usd_gap=_compute_gap(by_group[Group.USDT], by_group[Group.USD]),
        bounds={group: measure_low_bounds(focus, group) for group in Group},
    )


def measure_low_bounds(row: MarketRow | None, group: Group) -> LowBounds:
    """The aligned numbers of a market's low; all None without a market."""
    if row is None:
        return LowBounds(None, None, None)
    series = row.series[group]
    shallow, deep = value_at(series.wick_shallow, row.low_at), value_at(series.wick_deep, row.low_at)
    has_bounds = shallow is not None and deep is not None and shallow == shallow and deep == deep  # noqa: PLR0124 - NaN
    return LowBounds(row.summaries[group].gap_depth, shallow if has_bounds else None, deep if has_bounds else None)


def find_exact_trade(measurement: Measurement, row: MarketRow, trades: pl.DataFrame) -> ExactTrade | None:
    """The trade that made a market's low; None where its bar was not built from trades.

    Args:
        measurement: The measurement of the row.
        row: A market.
        trades: Frame of `data.schema.LOW_TRADE` over the window.
    """
    if row.low_at is None:
        return None
    low = float(row.minutes.bars.low[row.minutes.span.start + row.low_at])
    matching_trades = trades.filter(
        pl.col("venue") == row.market.venue,
        pl.col("symbol") == row.market.symbol,
        pl.col("timeframe") == row.timeframe.value,
        pl.col("open_time") == measurement.time_at(row.low_at),
        pl.col("price") == low,  # otherwise the bar was not built from these trades
    )
    return next(
        (ExactTrade(*trade) for trade in matching_trades.select("at", "price", "amount", "trade_id").iter_rows()), None
    )


def _low_or_inf(row: MarketRow) -> float:
    return float("inf") if row.low is None else row.low


def _take_first(rows: Iterable[MarketRow]) -> MarketRow | None:
    return next(iter(rows), None)


def _low_or_none(row: MarketRow | None) -> float | None:
    return None if row is None else row.low


def _compute_gap(row: MarketRow | None, other_row: MarketRow | None) -> float | None:
    return None if row is None or other_row is None else _low_or_inf(row) / _low_or_inf(other_row) - 1
