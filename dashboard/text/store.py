"""Texts on stored candles and rejected answers."""

from typing import Any

from dashboard.text.clock import Zone, convert_to_zone
from data.schema import Timeframe

EXCERPT_CHARS = 200
"""Characters shown of a rejected answer."""


def format_market(row: dict[str, object]) -> str:
    """The symbol, with the kind of price where it is not that of trades."""
    return str(row["symbol"]) if row["price"] == "trade" else f"{row['symbol']} ({row['price']})"


def format_candle_time(row: dict[str, Any], zone: Zone) -> str:
    """The open time of a candle, with seconds for bars of a second, and its length unless it is a minute."""
    timeframe = Timeframe(row["timeframe"])
    time_format = "%Y-%m-%d %H:%M:%S" if timeframe is Timeframe.S1 else "%Y-%m-%d %H:%M"
    length = "" if timeframe is Timeframe.M1 else f" ({timeframe})"
    return f"{convert_to_zone(row['open_time'], zone):{time_format}} {zone}{length}"
