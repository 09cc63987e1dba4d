"""Texts on stored candles and rejected answers."""

from datetime import datetime
from typing import Any

from dashboard.text.clock import Zone, convert_to_zone, format_day
from data.schema import Outcome, Timeframe

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


BAR_NAMES = {Timeframe.M1: "minute", Timeframe.S1: "second", Timeframe.M5: "5-minute bar"}
"""The noun for a bar of each length."""

LENGTH_NAMES = {Timeframe.M1.value: "1 min", Timeframe.S1.value: "1 s", Timeframe.M5.value: "5 min"}
"""Lengths of candles as tables and choices show them, minutes first."""

OUTCOME_NAMES = {
    Outcome.COMPLETE.value: "complete",
    Outcome.PARTLY.value: "partly available",
    Outcome.NO_EVIDENCE.value: "empty answer",
    Outcome.HISTORY_TOO_SHORT.value: "history too short",
    Outcome.NOT_LISTED.value: "not listed",
    Outcome.NOT_OFFERED.value: "not offered",
    Outcome.UNREACHABLE.value: "unreachable",
    Outcome.REFUSED.value: "refused",
    Outcome.RATE_LIMITED_OUT.value: "too many requests",
    Outcome.BAD_DATA.value: "bad data",
}
"""Each outcome in plain words."""

OUTCOME_ADVICE = {
    Outcome.PARTLY.value: "Collect again: only what is missing is requested.",
    Outcome.NO_EVIDENCE.value: "Nothing shows whether nobody traded or the exchange has forgotten these minutes: they "
    "count as missing. Collect again, or a longer window: prices on both sides show that the market was open.",
    Outcome.HISTORY_TOO_SHORT.value: "Collecting again will not help: import a file, or go without.",
    Outcome.UNREACHABLE.value: "Collect again later.",
    Outcome.REFUSED.value: "It does not serve this location: try another host, a proxy or a mirror "
    "(collect --host, --proxy, --mirror).",
    Outcome.RATE_LIMITED_OUT.value: "Collect again later, or fewer exchanges at once.",
    Outcome.BAD_DATA.value: "Look at the answer set aside, then collect again.",
}
"""What a reader can do about minutes with an outcome; nothing for those that are not listed."""


def format_outcome(outcome: str) -> str:
    """An outcome in plain words; the text itself if it is no `data.schema.Outcome`."""
    return OUTCOME_NAMES.get(outcome, outcome)


def format_symbol(symbol: str) -> str:
    """A symbol; words for the wildcard under which all markets of an asset were requested.

    >>> format_symbol("ATOM/USDT"), format_symbol("ATOM/*"), format_symbol("ATOM/*:*")
    ('ATOM/USDT', 'ATOM, any market', 'ATOM, any perpetual')
    """
    return symbol.replace("/*:*", ", any perpetual").replace("/*", ", any market")


def format_instant(time: datetime, zone: Zone) -> str:
    """A time on the reader's clock, to the minute.

    >>> from datetime import UTC
    >>> format_instant(datetime(2025, 10, 10, 21, 5, tzinfo=UTC), Zone.UTC8)
    '11 Oct 2025 05:05'
    """
    local_time = convert_to_zone(time, zone)
    return f"{format_day(local_time.date())} {local_time.year} {local_time:%H:%M}"
