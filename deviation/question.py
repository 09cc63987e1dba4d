"""The question: an asset, a window, the parameters of the test, and the rules that classify markets."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from data.schema import Evidence, Timeframe

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

TOLERANCE = 1e-12
"""Tolerance of comparisons with enter, exit, thresholds, leads and half-recovery (docs/method.md, section 1)."""

FIRM_VOTES = 3
"""Votes that make a minute firm; the same number of peers with a range makes bounds (sections 3 and 4)."""

CARRY_MIN = 5
"""Minutes for which a conversion rate, or the price of a last trade, still stands (sections 2 and 4)."""

DAY = timedelta(hours=24)
"""Length of the span before the window that gives baseline, volume and the selection of markets."""

DEFAULT_RATIO_SPAN = (timedelta(hours=36), timedelta(hours=8))
"""Where no event is named, the calm span lies this far before the window, for the ratio of section 6 alone."""


class Group(StrEnum):
    """The quote groups that are measured side by side and never blended (section 2)."""

    USDT = "usdt"
    USD = "usd"

    @property
    def other(self) -> "Group":
        """The other one of the two groups."""
        return Group.USD if self is Group.USDT else Group.USDT


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
    """Whether prices are converted to dollars at the market's own rate, or taken as printed (section 2)."""

    USD = "usd"
    AS_IS = "as-is"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """The choices behind a number. Fractions, not per cent; ``min_vote_usd`` in dollars, ``confirm`` in minutes.

    Raises:
        ValueError: A value lies outside its range, or ``exit`` exceeds ``enter``.
    """

    reference: ReferenceKind = ReferenceKind.MEDIAN
    quote: QuoteHandling = QuoteHandling.USD
    enter: float = 0.02
    exit: float = 0.01
    confirm: int = 3
    min_vote_usd: float = 100.0

    def __post_init__(self) -> None:
        if not 0 < self.enter < 1:
            message = f"enter must lie between 0 and 100 %, not at {self.enter:.4%}"
            raise ValueError(message)
        if not 0 <= self.exit <= self.enter:
            message = f"exit must lie between 0 and enter ({self.enter:.4%}), not at {self.exit:.4%}"
            raise ValueError(message)
        if self.confirm < 1:
            message = f"confirm must be at least 1 minute, not {self.confirm}"
            raise ValueError(message)
        if not 0 <= self.min_vote_usd < float("inf"):
            message = f"min-vote must be 0 or more dollars, not {self.min_vote_usd}"
            raise ValueError(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Quote groups, families and names of venues.

    ``families`` maps a venue to the name it shares with its relatives (absent: its own id), ``names`` to the name that
    people write (absent: its id). ``stablecoins`` are the quotes of the group ``usdt``.
    """

    stablecoins: frozenset[str]
    families: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)

    def family_of(self, venue: str) -> str:
        """The family whose members never vote on each other."""
        return self.families.get(venue, venue)

    def name_of(self, venue: str) -> str:
        """The venue's name as people write it."""
        return self.names.get(venue, venue)

    def group_of(self, quote: str) -> Group | None:
        """The quote group of a currency; None where it has no value in dollars here."""
        if quote == "USD":
            return Group.USD
        return Group.USDT if quote in self.stablecoins else None


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

    Raises:
        ValueError: The window is empty, or an edge lies inside a bar.
    """

    asset: str
    start: datetime
    end: datetime
    rules: Rules
    focus: str
    parameters: Parameters = field(default_factory=Parameters)
    event: str | None = None
    window: str | None = None
    calm_span: tuple[datetime, datetime] | None = None
    underlying: str | None = None
    ratio_market: str | None = None
    venues: tuple[str, ...] = ()
    origin: Evidence = Evidence.REAL
    timeframe: Timeframe = Timeframe.M1

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
    def ratio_span(self) -> tuple[datetime, datetime]:
        """The span that gives the ratio of section 6: the event's calm span, else 36 h to 8 h before the window."""
        if self.calm_span is not None:
            return self.calm_span
        start_offset, end_offset = DEFAULT_RATIO_SPAN
        return self.start - start_offset, self.start - end_offset

    @property
    def required_span(self) -> tuple[datetime, datetime]:
        """The span ``[from, to)`` of candles that the measurement needs, carries included."""
        spans = [(self.start - DAY, self.end)]
        if self.calm_span is not None or self.underlying is not None:
            spans.append(self.ratio_span)
        carry = timedelta(minutes=2 * CARRY_MIN)
        return min(span_start for span_start, _ in spans) - carry, max(span_end for _, span_end in spans)

    @property
    def required_assets(self) -> frozenset[str]:
        """The assets whose candles the measurement needs: its own, the underlying, and the stablecoins."""
        assets = {self.asset, *self.rules.stablecoins}
        return frozenset(assets | {self.underlying} if self.underlying else assets)
