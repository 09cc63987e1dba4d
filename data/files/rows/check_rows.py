"""What can be wrong with a row of a file (docs/method.md, section 1)."""

from collections.abc import Collection

import polars as pl

from data.files.formats.raw_table import quote_column
from data.identity.symbols import SYMBOL_PATTERN
from data.schema import MAX_PRICE, MAX_VOLUME, MIN_PRICE, Timeframe

MARKET_COLUMNS = ("venue", "symbol")
PRICE_COLUMNS = ("open", "high", "low", "close")
NUMBER_COLUMNS = (*PRICE_COLUMNS, "volume")

TIMEFRAMES = tuple(timeframe.value for timeframe in Timeframe)
"""The supported timeframes; only minutes are read by default."""

OUTSIDE_PRICES = f"is no price: it lies outside of {MIN_PRICE:g} to {MAX_PRICE:g}"

PRICE_KINDS = ("trade", "mark", "index")
"""The supported kinds of price; only trades are read by default."""


def list_market_faults(open_names: Collection[str]) -> list[pl.Expr]:
    """The possible faults of what a row says of its market, each null where it does not apply.

    Args:
        open_names: those of `MARKET_COLUMNS` that are not known yet, so that they cannot be at fault.
    """
    conditions = {
        "venue": (pl.col("venue").is_not_null(), "a venue id such as kraken"),
        "symbol": (
            pl.col("symbol").str.contains(f"^{SYMBOL_PATTERN}$"),
            "of the form BASE/QUOTE or BASE/QUOTE:SETTLE",
        ),
    }
    return [
        _describe_unless(is_so, name, expected)
        for name, (is_so, expected) in conditions.items()
        if name not in open_names
    ]


def list_kind_faults() -> list[pl.Expr]:
    """The possible faults of what a row says of its timeframe and kind of price, each null where it does not apply."""
    return [
        _describe_unless(pl.col("timeframe").is_in(TIMEFRAMES), "timeframe", f"one of {', '.join(TIMEFRAMES)}"),
        _describe_unless(pl.col("price").is_in(PRICE_KINDS), "price", f"one of {', '.join(PRICE_KINDS)}"),
    ]


def list_volume_faults() -> list[pl.Expr]:
    """The possible faults of a volume that is a number, each null where it does not apply."""
    return [
        pl.when(~pl.col("volume").is_finite()).then(pl.format("volume {} is not finite", "volume")),
        pl.when(pl.col("volume") < 0).then(pl.format("volume {} is below 0", "volume")),
        pl.when(pl.col("volume") > MAX_VOLUME).then(pl.format(f"volume {{}} is above {MAX_VOLUME:g}", "volume")),
    ]


def list_price_faults() -> list[pl.Expr]:
    """The possible faults of prices that are numbers, each null where it does not apply."""
    finite = [
        pl.when(~pl.col(name).is_finite()).then(pl.format(f"{name} {{}} is not finite", name)) for name in PRICE_COLUMNS
    ]
    positive = [
        pl.when(pl.col(name) <= 0).then(pl.format(f"{name} {{}} is not above 0", name)) for name in PRICE_COLUMNS
    ]
    plausible = [
        pl.when(~pl.col(name).is_between(MIN_PRICE, MAX_PRICE)).then(pl.format(f"{name} {{}} {OUTSIDE_PRICES}", name))
        for name in PRICE_COLUMNS
    ]
    within = [
        fault
        for name in ("open", "close")
        for fault in (
            pl.when(pl.col("low") > pl.col(name)).then(pl.format(f"low {{}} is above {name} {{}}", "low", name)),
            pl.when(pl.col("high") < pl.col(name)).then(pl.format(f"high {{}} is below {name} {{}}", "high", name)),
        )
    ]
    return [*finite, *positive, *plausible, *within]


def _describe_unless(is_so: pl.Expr, name: str, expected: str) -> pl.Expr:
    message = pl.format(f"{name} {{}} is not {expected}", pl.coalesce(quote_column(name), pl.lit("(empty)")))
    return pl.when(~is_so.fill_null(value=False)).then(message)
