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

COLLECT_AGAIN = "Collect again: only what is missing is requested."

OUTCOME_ADVICE = {
    Outcome.PARTLY.value: COLLECT_AGAIN,
    Outcome.NO_EVIDENCE.value: "Nothing shows whether nobody traded or the exchange has forgotten these minutes: they "
    "count as missing. Collect again, or a longer window: prices on both sides show that the market was open.",
    Outcome.HISTORY_TOO_SHORT.value: "Collecting again will not help: import a file, or do without.",
    Outcome.UNREACHABLE.value: "Check the connection, then collect again.",
    Outcome.REFUSED.value: "The exchange does not serve this country or network: try --proxy, --host or --mirror.",
    Outcome.RATE_LIMITED_OUT.value: "Wait some minutes, then collect again, or fewer exchanges at once.",
    Outcome.BAD_DATA.value: "Look at the answer (`status --set-aside`), then collect again.",
}
"""What a reader can do about minutes with an outcome; nothing for those that are not listed."""

COMMON_FAILURES = {
    Outcome.UNREACHABLE.value: (
        "None of the {count} exchanges could be reached.",
        "Check the internet connection. Behind a proxy, name it with --proxy. Then collect again.",
    ),
    Outcome.REFUSED.value: (
        "All {count} exchanges refused: they do not serve this country or network.",
        "Try a proxy in another country with --proxy, another host with --host, or a mirror with --mirror.",
    ),
    Outcome.RATE_LIMITED_OUT.value: (
        "All {count} exchanges answered that they were asked too often.",
        "Wait some minutes, then collect again, or fewer exchanges at once.",
    ),
    Outcome.HISTORY_TOO_SHORT.value: (
        "None of the {count} exchanges has prices that old.",
        "Collecting again will not help: import a file, or do without.",
    ),
}
"""What happened where every exchange failed alike, and what to do; for the other outcomes see `OUTCOME_ADVICE`."""


def describe_common_failure(outcome: str, count: int) -> tuple[str, str]:
    """Two sentences where all of several exchanges failed alike: what happened, and what to do.

    >>> describe_common_failure("unreachable", 19)[0], describe_common_failure("bad-data", 2)[0]
    ('None of the 19 exchanges could be reached.', 'All 2 exchanges failed: bad data.')
    """
    default = (
        f"All {{count}} exchanges failed: {format_outcome(outcome)}.",
        OUTCOME_ADVICE.get(outcome, COLLECT_AGAIN),
    )
    sentence, advice = COMMON_FAILURES.get(outcome, default)
    return sentence.format(count=count), advice


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
