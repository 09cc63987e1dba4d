"""Inputs of the brute force, and the comparisons of section 1 of docs/method.md.

Section numbers in comments and docstrings of this package are those of docs/method.md. Times are seconds since the
epoch, UTC, and name a bar by its open; spans are half-open. Deviations are fractions.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple

Side = Literal["below", "above"]
CoveredSpan = tuple[str, str, int, int]
Json = dict[str, Any]

SIDES: tuple[Side, Side] = ("below", "above")
THRESHOLDS_PCT = (1, 2, 5, 10, 20, 50)
TOLERANCE = 1e-12  # section 1
MINUTE = 60
DAY = 24 * 60 * MINUTE


@dataclass(frozen=True)
class Candle:
    """One reported bar of one market; prices in the quote, volume in base units."""

    venue: str
    symbol: str
    time: int
    open: float
    high: float
    low: float
    close: float
    volume: float

    @property
    def turnover(self) -> float:
        """Volume x close, in the quote."""
        return self.volume * self.close


class OracleMarket(NamedTuple):
    """A venue and a symbol (section 2)."""

    venue: str
    symbol: str

    @property
    def base(self) -> str:
        """The base: ATOM in ATOM/USDT:USDT."""
        return self.symbol.split("/")[0]

    @property
    def quote(self) -> str:
        """The quote: USDT in ATOM/USDT:USDT."""
        return self.symbol.split(":")[0].split("/")[-1]

    @property
    def group(self) -> str:
        """The group is the quote, in lower case."""
        return self.quote.lower()

    @property
    def is_spot(self) -> bool:
        """Whether the symbol has no colon."""
        return ":" not in self.symbol


@dataclass(frozen=True)
class OracleQuestion:
    """The question: asset, window, event, tables of the catalogue, choices and parameters.

    `quotes` and `ratio_quotes` give `per_usd` by quote; `bar` is the length of a bar in seconds.
    """

    asset: str
    start: int
    end: int
    calm: tuple[int, int] | None = None
    quotes: dict[str, float] = field(default_factory=dict)
    ratio_quotes: dict[str, float] = field(default_factory=dict)
    stablecoins: frozenset[str] = frozenset()
    families: dict[str, str] = field(default_factory=dict)
    underlying: str | None = None
    ratio_market: str | None = None
    venues: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    as_is: bool = False
    weighted: bool = False
    min_vote: float = 100.0
    enter: float = 0.02
    exit: float = 0.01
    confirm: int = 3
    bar: int = MINUTE
    focus: str = "binance"
    origin: str = "real"
    event: str | None = None
    window_name: str | None = None

    def __post_init__(self) -> None:
        """Refuse what section 1 calls a usage error."""
        is_bad = self.enter <= 0 or self.exit <= 0 or self.exit > self.enter or self.confirm < 1 or self.min_vote < 0
        if is_bad or self.end <= self.start:
            message = "parameters out of bounds, or an empty window"
            raise ValueError(message)

    def family_of(self, venue: str) -> str:
        """Name the family of a venue: members of one never vote on each other (section 2)."""
        return self.families.get(venue, venue)

    def list_window(self) -> range:
        """List the bars of the window."""
        return range(self.start, self.end, self.bar)

    def list_baseline(self) -> range:
        """List the bars of the baseline: the calm span, else the 24 hours before the window (section 5)."""
        start, end = self.calm or (self.start - DAY, self.start)
        return range(start, end, self.bar)

    def get_carry(self, minutes: int) -> int:
        """Give a carry in seconds: so many minutes, never less than one bar (section 1)."""
        return max(minutes * MINUTE, self.bar)

    def count_bars(self, minutes: int) -> int:
        """Give the number of bars that last so many minutes, at least one (section 1)."""
        return max(1, -(-minutes * MINUTE // self.bar))

    def count_minutes(self, items: Iterable[object]) -> float:
        """Count minutes as bars x length (section 1)."""
        return sum(1 for _ in items) * self.bar / MINUTE

    def list_lags(self) -> list[int]:
        """List the distances in seconds of the bars that `lag` looks at, the bar itself left out (sections 1 and 4)."""
        reach = 1 if self.bar >= MINUTE else max(1, 5 // self.bar)
        return [step * self.bar for step in range(-reach, reach + 1) if step]


def is_at_most(value: float, limit: float) -> bool:
    """Compare as value <= limit, where equal means equal to 1e-12 (section 1)."""
    return value <= limit + TOLERANCE


def is_at_least(value: float, limit: float) -> bool:
    """Compare as value >= limit, where equal means equal to 1e-12 (section 1)."""
    return value >= limit - TOLERANCE


def get_sign(side: Side) -> int:
    """Give the factor that turns deviations above into deviations below: 1 for below, -1 for above."""
    return 1 if side == "below" else -1


def is_beyond(value: float, limit: float, side: Side) -> bool:
    """Whether a deviation is at least `limit` to the given side."""
    return is_at_most(get_sign(side) * value, -limit)


def find_extreme(values: Iterable[tuple[float | None, int]], side: Side) -> tuple[float | None, int | None]:
    """Give the extreme of (value, time) to the given side, and the first time within 1e-12 of it (section 1)."""
    sign = get_sign(side)
    known = [(sign * value, time) for value, time in values if value is not None]
    if not known:
        return None, None
    least = min(value for value, _ in known)
    return sign * least, min(time for value, time in known if is_at_most(value, least))


def find_clipped(values: Iterable[tuple[float | None, int]], side: Side) -> tuple[float | None, int | None]:
    """Give the extreme to the given side; 0 at no time where nothing lies on that side (section 5)."""
    value, time = find_extreme(values, side)
    if value is not None and not get_sign(side) * value < -TOLERANCE:
        return 0.0, None
    return value, time


def find_extreme_price(values: Iterable[tuple[float, int]], side: Side) -> tuple[float | None, int | None]:
    """Give the lowest or highest price, and the first time within 1e-12, relatively, of it (section 1)."""
    known = list(values)
    if not known:
        return None, None
    prices = [price for price, _ in known]
    extreme = min(prices) if side == "below" else max(prices)
    return extreme, min(time for price, time in known if abs(price - extreme) <= TOLERANCE * extreme)


def format_time(time: int | None) -> str | None:
    """Write a time as ISO 8601 with Z."""
    return None if time is None else datetime.fromtimestamp(time, UTC).isoformat().replace("+00:00", "Z")
