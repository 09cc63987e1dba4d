"""The question: an asset, a window, the parameters of the test, and the rules that classify markets."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from data.schema import Evidence, Timeframe

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

TOLERANCE = 1e-12
"""Tolerance of comparisons with enter, exit, thresholds, leads and half-recovery (docs/method.md, section 1)."""

FIRM_VOTES = 3
"""Votes that make a minute firm; the same number of peers with a range makes bounds (sections 3 and 4)."""

CARRY_MIN = 5
"""Minutes for which the price of a last trade still stands (section 4); an older rate is stale (section 2)."""

RATE_CARRY_MIN = 60
"""Minutes for which the last close of a leg still counts in a conversion rate (section 2)."""

LAG_S = 5
"""Seconds on either side that the lag test looks at in bars shorter than a minute; else one bar (section 4)."""

LEG_FLOOR_USD = 100.0
"""Dollars that a minute of a leg must trade to give a rate, whatever `Parameters.min_vote` (section 2)."""

DAY = timedelta(hours=24)
"""Length of the span before the window that gives baseline, volume and the selection of markets."""

DEFAULT_RATIO_SPAN = (timedelta(hours=36), timedelta(hours=8))
"""Where no event is named, the calm span lies this far before the window, for the ratio of section 6 alone."""


Group = str
"""A quote currency in lower case: the markets of an asset with that quote are compared as printed (section 2)."""

USD: Group = "usd"
USDT: Group = "usdt"

COMMON_GROUPS: tuple[Group, ...] = (USDT, USD)
"""The groups against which every row is measured besides its own (section 2)."""


def sort_groups(groups: Iterable[Group]) -> tuple[Group, ...]:
    """The distinct groups: `usdt` and `usd` first, then by name.

    >>> sort_groups(["krw", "usd", "eur", "usd"])
    ('usd', 'eur', 'krw')
    """
    distinct = set(groups)
    return (*(group for group in COMMON_GROUPS if group in distinct), *sorted(distinct - set(COMMON_GROUPS)))


class InstrumentKind(StrEnum):
    """Only spot markets are peers; a derivative is measured against them and never ranked (section 2)."""

    SPOT = "spot"
    DERIVATIVE = "derivative"


class ReferenceKind(StrEnum):
    """How the votes of the other venues are reduced to one price (section 3)."""

    MEDIAN = "median"
    WEIGHTED_MEDIAN = "weighted-median"

    @property
    def label(self) -> str:
        """The reference as people write it.

        >>> ReferenceKind.WEIGHTED_MEDIAN.label
        'weighted median'
        """
        return self.value.replace("-", " ")


class QuoteHandling(StrEnum):
    """Whether the rates of USD stablecoins are measured, or taken as exactly 1 (section 2)."""

    USD = "usd"
    AS_IS = "as-is"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """The choices behind a number: fractions, ``min_vote`` in dollars by ``Rules.quotes``, ``confirm`` in minutes.

    Raises:
        ValueError: A value lies outside its range, or ``exit`` exceeds ``enter``.
    """

    reference: ReferenceKind = ReferenceKind.MEDIAN
    quote: QuoteHandling = QuoteHandling.USD
    enter: float = 0.02
    exit: float = 0.01
    confirm: int = 3
    min_vote: float = 100.0

    def __post_init__(self) -> None:
        if not 0 < self.enter < float("inf"):
            message = f"enter must be above 0, not {self.enter:.4%}"
            raise ValueError(message)
        if not 0 < self.exit <= self.enter:
            message = f"exit must be above 0 and at most enter ({self.enter:.4%}), not {self.exit:.4%}"
            raise ValueError(message)
        if self.confirm < 1:
            message = f"confirm must be at least 1 minute, not {self.confirm}"
            raise ValueError(message)
        if not 0 <= self.min_vote < float("inf"):
            message = f"min-vote must be 0 or more, not {self.min_vote}"
            raise ValueError(message)

    def reaches_enter(self, size: float) -> bool:
        """Whether a deviation, positive on its side, is at least ``enter``.

        >>> Parameters(enter=0.3).reaches_enter(0.1 + 0.2), Parameters(enter=0.3).reaches_enter(0.29)
        (True, False)
        """
        return size >= self.enter - TOLERANCE


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Quotes, families and names of venues, from the catalogue.

    ``quotes`` gives for each quote that makes a group an order of magnitude of its units per dollar, ``ratio_quotes``
    the same for quotes of ratio markets alone (section 6). ``stablecoins`` are the quotes that promise one dollar.
    ``families`` maps a venue to the name it shares with its relatives (absent: its own id), ``names`` to the name that
    people write (absent: its id).
    """

    quotes: Mapping[str, float]
    ratio_quotes: Mapping[str, float] = field(default_factory=dict)
    stablecoins: frozenset[str] = frozenset()
    families: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)

    def family_of(self, venue: str) -> str:
        """The family whose members never vote on each other."""
        return self.families.get(venue, venue)

    def name_of(self, venue: str) -> str:
        """The venue's name as people write it."""
        return self.names.get(venue, venue)

    def convert_floor(self, usd: float, quote: str) -> float:
        """A floor in dollars in units of a quote; that many units for a quote that is not listed."""
        return usd * (self.quotes.get(quote) or self.ratio_quotes.get(quote, 1.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedPrice:
    """A lowest trade on public record, in its market's quote, and where it was published; ``at``: None if not when.

    ``price`` has the digits that the source gave.
    """

    venue: str
    symbol: str
    price: Decimal
    at: datetime | None
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedRange:
    """What is on public record of the lowest trades of a symbol on venues that the source does not name."""

    symbol: str
    least: Decimal
    most: Decimal
    source: str


def floor_to_bar(time: datetime, timeframe: Timeframe) -> datetime:
    """The start of the bar that holds an aware time.

    >>> from datetime import UTC
    >>> floor_to_bar(datetime(2025, 10, 10, 21, 12, 30, tzinfo=UTC), Timeframe.M5).isoformat()
    '2025-10-10T21:10:00+00:00'
    """
    return time - (time - EPOCH) % timedelta(seconds=timeframe.seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One measurement: ``asset`` over the half-open window ``[start, end)`` in whole UTC minutes.

    ``timeframe`` is the length of the bars that are measured: what the method defines for a minute holds for a bar,
    while durations, carries and ``confirm`` stay in minutes. ``calm_span`` is that of the named event, None without
    one. ``underlying`` and ``ratio_market`` are set for an asset without peer markets (section 6). ``venues`` restricts
    which venues are measured and vote: items are ``kraken`` or ``kraken:BTC/USDC``; empty means every venue.
    ``excluded`` are ids of venues that are neither measured nor vote. ``focus``: None where volume decides.
    ``published`` and ``published_ranges`` are the figures that the reconstruction was made from; empty for real
    candles.

    Raises:
        ValueError: The window is empty, or an edge lies inside a bar.
    """

    asset: str
    start: datetime
    end: datetime
    rules: Rules
    focus: str | None = None
    parameters: Parameters = field(default_factory=Parameters)
    event: str | None = None
    window: str | None = None
    calm_span: tuple[datetime, datetime] | None = None
    underlying: str | None = None
    ratio_market: str | None = None
    venues: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    origin: Evidence = Evidence.REAL
    timeframe: Timeframe = Timeframe.M1
    published: tuple[PublishedPrice, ...] = ()
    published_ranges: tuple[PublishedRange, ...] = ()

    def __post_init__(self) -> None:
        if self.start >= self.end:
            message = f"the window from {self.start:%Y-%m-%dT%H:%MZ} to {self.end:%Y-%m-%dT%H:%MZ} is empty"
            raise ValueError(message)
        for edge in (self.start, self.end):
            if edge != floor_to_bar(edge, self.timeframe):
                message = f"the window's edge {edge:%Y-%m-%dT%H:%M:%SZ} lies inside a bar of {self.timeframe}"
                raise ValueError(message)

    @property
    def duration_min(self) -> float:
        """Length of the window in minutes."""
        return self.timeframe.convert_to_minutes((self.end - self.start) // timedelta(seconds=self.timeframe.seconds))

    @property
    def lag_bars(self) -> int:
        """Bars on either side that the lag test looks at (section 4)."""
        return max(LAG_S // self.timeframe.seconds, 1)

    @property
    def baseline_span(self) -> tuple[datetime, datetime]:
        """The span of the baseline: the event's calm span, else the 24 h before the window (section 5)."""
        return self.calm_span or (self.start - DAY, self.start)

    @property
    def ratio_span(self) -> tuple[datetime, datetime]:
        """The span that gives the ratio of section 6: the event's calm span, else 36 h to 8 h before the window."""
        if self.calm_span is not None:
            return self.calm_span
        start_offset, end_offset = DEFAULT_RATIO_SPAN
        return self.start - start_offset, self.start - end_offset

    @property
    def required_span(self) -> tuple[datetime, datetime]:
        """The span ``[from, to)`` of candles that the measurement needs, carries and the bars beside it included."""
        spans = [(self.start - DAY, self.end), self.baseline_span]
        if self.underlying is not None:
            spans.append(self.ratio_span)
        bar = timedelta(seconds=self.timeframe.seconds)
        lag = self.lag_bars * bar
        carry = max(timedelta(minutes=RATE_CARRY_MIN + CARRY_MIN), 2 * bar) + lag
        return min(start for start, _ in spans) - carry, max(end for _, end in spans) + lag

    @property
    def required_assets(self) -> frozenset[str]:
        """The assets whose candles the measurement needs: its own, the underlying, and the legs of rates."""
        assets = {self.asset, *self.rules.quotes, *({self.underlying} if self.underlying else ())}
        return frozenset(assets)
