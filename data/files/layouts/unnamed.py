"""Recognises a file without a header: by the number of its columns, and by which of the known orders its rows fit."""

from collections.abc import Sequence

import polars as pl

from data.files.layouts.layout import CANDLE_LAYOUTS, TRADE_LAYOUTS, CandleLayout, TradeLayout
from data.files.layouts.volume import ROUNDING
from data.files.rows.parse_times import find_unit_of

HEAD_ROWS = 1000
"""Rows that are tried."""

MIN_SHARE = 0.5
"""The least share of rows that fit, of those with volume; the others may be bad rows, which are named later."""

ANY = pl.lit(value=True)


def find_order(rows: pl.DataFrame) -> CandleLayout | TradeLayout | None:
    """The layout whose order fits most of the rows, the first of several; None if none fits.

    Args:
        rows: text columns in the order of the file.
    """
    head = rows.head(HEAD_ROWS)
    layouts: tuple[CandleLayout | TradeLayout, ...] = (*CANDLE_LAYOUTS, *TRADE_LAYOUTS)
    candidates = [layout for layout in layouts if len(layout.order) == len(rows.columns)]
    shares = [_measure_fit(head, layout) for layout in candidates]
    best = max(shares, default=0.0)
    return candidates[shares.index(best)] if best >= MIN_SHARE else None


def name_roles(order: Sequence[str], columns: Sequence[str]) -> dict[str, str]:
    """The column of each role of an order."""
    return {role: column for role, column in zip(order, columns, strict=True) if role != "other"}


def _measure_fit(head: pl.DataFrame, layout: CandleLayout | TradeLayout) -> float:
    """The share of rows that are candles or trades of a layout."""
    roles = name_roles(layout.order, head.columns)
    time_role = "open_time" if isinstance(layout, CandleLayout) else "time"
    time = head[roles[time_role]]
    unit = find_unit_of(time)
    if unit is None and time.str.contains(r"^\s*[0-9]{4}-[0-9]{2}-[0-9]{2}").mean() != 1:
        return 0.0
    if unit is not None and isinstance(layout, CandleLayout) and unit not in layout.units:
        return 0.0
    numbers = head.select(**{role: pl.col(name).cast(pl.Float64, strict=False) for role, name in roles.items()})
    values = numbers.with_columns(pl.when(pl.all().is_finite()).then(pl.all()))
    if isinstance(layout, TradeLayout):
        return float(values.select(_is_trade(layout).fill_null(value=False).mean()).item() or 0)
    traded = values.filter(pl.col("volume") != 0, pl.any_horizontal("open", "close").is_not_null())
    tried = traded if len(traded) else values
    return float(tried.select(_is_candle(layout).fill_null(value=False).mean()).item() or 0)


def _is_candle(layout: CandleLayout) -> pl.Expr:
    open_, high, low, close, volume = (pl.col(name) for name in ("open", "high", "low", "close", "volume"))
    conditions = [
        (low > 0) & (low <= pl.min_horizontal(open_, close)) & (high >= pl.max_horizontal(open_, close)),
        volume >= 0,
    ]
    if "vwap" in layout.order:
        vwap = pl.col("vwap")
        conditions.append((vwap == 0) | vwap.is_between(low / ROUNDING, high * ROUNDING))
    if "trades" in layout.order:
        conditions.append(pl.col("trades") == pl.col("trades").floor())
    if "quote_volume" in layout.order:
        mean_price = pl.col("quote_volume") / volume
        conditions.append((volume == 0) | mean_price.is_between(low / ROUNDING, high * ROUNDING))
    if "close_time" in layout.order:
        conditions.append(pl.col("close_time") > pl.col("open_time"))
    return pl.all_horizontal(conditions)


def _is_trade(layout: TradeLayout) -> pl.Expr:
    price, amount = pl.col("price"), pl.col("amount")
    conditions = [price > 0, amount >= 0]
    if "id" in layout.order:
        conditions.append(pl.col("id") == pl.col("id").floor())
    if "quote_amount" in layout.order:
        mean_price = pl.col("quote_amount") / amount
        conditions.append((amount == 0) | mean_price.is_between(price / ROUNDING, price * ROUNDING))
    return pl.all_horizontal(conditions)
