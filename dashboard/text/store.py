"""What the store holds and lacks, in words."""

from typing import Any

from dashboard.text.clock import Zone, convert_to_zone
from data.schema import Timeframe

EXCERPT_CHARS = 200
"""Characters that are shown of an answer kept aside."""


def format_market(row: dict[str, object]) -> str:
    """The symbol, with the kind of price where it is not that of trades."""
    return str(row["symbol"]) if row["price"] == "trade" else f"{row['symbol']} ({row['price']})"


def format_candle_time(row: dict[str, Any], zone: Zone) -> str:
    """When a candle opened, to the second where it lasts no minute, and its length where it is not the usual one."""
    timeframe = Timeframe(row["timeframe"])
    time_format = "%Y-%m-%d %H:%M:%S" if timeframe is Timeframe.S1 else "%Y-%m-%d %H:%M"
    length = "" if timeframe is Timeframe.M1 else f" ({timeframe})"
    return f"{convert_to_zone(row['open_time'], zone):{time_format}} {zone}{length}"
