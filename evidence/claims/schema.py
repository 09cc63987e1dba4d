"""What a claim consists of: who said what when, and for each of its parts the one thing that decides it."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StrictBool, StrictInt
from pydantic.dataclasses import dataclass

from data.catalogue import NOTE_MARKS
from data.tables.scans import FIVE_PEERS
from data.toml import TABLE_CONFIG, SpanTable, Text, check_known
from deviation.side import Side


class ClaimKind(StrEnum):
    """What a part is decided by."""

    SPOT = "spot"
    PERPETUAL = "perpetual"
    INDEX = "index"
    TRADES = "trades"
    REVISIONS = "revisions"
    ARITHMETIC = "arithmetic"
    OUTSIDE = "outside"


class Metric(StrEnum):
    """What a query reads of the store (docs/claims.md)."""

    # of each market
    DEVIATION = "deviation"
    MINUTES = "minutes"
    RANK_SIZE = "rank-size"
    RANK_LENGTH = "rank-length"
    FIRST_BEYOND = "first-beyond"
    REACHED = "reached"
    LOW = "low"
    LOW_TIME = "low-time"
    HIGH = "high"
    FALL = "fall"
    OPEN_TO_LOW = "open-to-low"
    FALL_60 = "fall-60"
    LOW_GAP = "low-gap"
    LOW_PREMIUM = "low-premium"
    ALIGNED_GAP = "aligned-gap"
    QUIET = "quiet"
    MARK_LOW = "mark-low"
    INDEX_LOW = "index-low"
    TRADE_PRICE = "trade-price"
    TRADE_TIME = "trade-time"
    REVISIONS = "revisions"
    # of each index rule, replayed
    RULE_LOW = "rule-low"
    RULE_OWN_SHARE = "rule-own-share"
    RULE_FIRST_BEYOND = "rule-first-beyond"
    RULE_LAST_BEYOND = "rule-last-beyond"
    # of each asset and group
    ONSET = "onset"
    RUN_START = "run-start"
    BOTTOM = "bottom"
    MEDIAN_LOW = "median-low"
    VOLUME_CORRELATION = "volume-correlation"
    # of each asset
    LOW_USDT_USD = "low-usdt-usd"
    ISOLATED_FALL = "isolated-fall"
    # of each group, over all assets together
    MARKET_RUN_START = "market-run-start"
    MARKET_BOTTOM = "market-bottom"


SCAN_METRICS = {Metric.LOW_GAP, Metric.LOW_PREMIUM, Metric.OPEN_TO_LOW}
"""What can be read of a saved scan of the market."""

RULE_METRICS = {Metric.RULE_LOW, Metric.RULE_OWN_SHARE, Metric.RULE_FIRST_BEYOND, Metric.RULE_LAST_BEYOND}
"""What is read of an index as a rule would have printed it."""


def _check_mark(mark: str) -> str:
    if mark not in NOTE_MARKS:
        message = f"{mark!r} is none of {', '.join(NOTE_MARKS)}"
        raise ValueError(message)
    return mark


def _check_date(date: str) -> str:
    for form in ("%Y-%m-%d", "%Y-%m"):
        try:
            datetime.strptime(date, form)  # noqa: DTZ007 - a date as published, which has no zone
        except ValueError:
            continue
        return date
    message = f"{date!r} is neither YYYY-MM-DD nor YYYY-MM"
    raise ValueError(message)


def _check_order(pair: tuple[float, float]) -> tuple[float, float]:
    least, most = pair
    if least > most:
        message = f"{least} is above {most}"
        raise ValueError(message)
    return pair


def _check_not_empty(rows: tuple[Any, ...]) -> tuple[Any, ...]:
    if not rows:
        message = "holds nothing"
        raise ValueError(message)
    return rows


NotEmpty = AfterValidator(_check_not_empty)
"""A validator of a list with at least one entry."""

PublishedDate = Annotated[str, AfterValidator(_check_date)]
"""A day or a month, as YYYY-MM-DD or YYYY-MM."""

Number = Annotated[float, Field(allow_inf_nan=False)]

KnownVenue = Annotated[str, check_known("venues")]

KnownRule = Annotated[str, check_known("index_rules")]


@dataclass(frozen=True, slots=True, kw_only=True, config=TABLE_CONFIG)
class Subject:
    """What is looked at: a metric, over which markets, in which window.

    Attributes:
        metric: what is read.
        assets: tickers; ``event``: those of the event; ``stored``: every one with a real candle in the store;
            ``scanned``: every one of the saved scan of the window; ``history``: every one of each day of the saved
            history (docs/scan.md).
        venues: the exchanges whose markets are looked at; empty for all.
        peers: for gaps the exchanges that the low is compared with; empty for all others of the quote.
        groups: the quotes of the markets that are looked at, in lower case; empty for all.
        index_rules: for the metrics of replayed rules their ids (docs/index-rules.md), each of which has its asset and
            exchange; ``assets``, ``venues`` and ``groups`` are not looked at.
        against: the quote group that the markets are compared with; None for their own.
        market: spot markets, or derivatives.
        window: name of a window of the event; None for its default one, unless there is a span.
        span: another window, instead.
        side: below or above the benchmark.
        size: a fraction, for minutes counted, reached, or first or last beyond; None for the method's threshold.
        days: of a history the UTC days without which nothing is supported; others of the span can refute.
    """

    metric: Metric
    assets: Literal["event", "stored", "scanned", "history"] | tuple[Text, ...] = "event"
    venues: tuple[KnownVenue, ...] = ()
    peers: tuple[KnownVenue, ...] = ()
    groups: tuple[Text, ...] = ()
    index_rules: tuple[KnownRule, ...] = ()
    against: Text | None = None
    market: Literal["spot", "derivative"] = "spot"
    window: Annotated[str, check_known("windows")] | None = None
    span: SpanTable | None = None
    side: Side = Side.BELOW
    size: Annotated[float, Field(gt=0, lt=1)] | None = None
    days: tuple[date, ...] = ()

    def __post_init__(self) -> None:
        """Check that index rules are named where they are read, and nowhere else, and what is read of a scan."""
        if bool(self.index_rules) is not (self.metric in RULE_METRICS):
            message = f"index_rules belongs to {', '.join(sorted(RULE_METRICS))}, and each of these has it"
            raise ValueError(message)
        if self.assets == "scanned":
            self._check_scanned()
        if bool(self.days) is not (self.assets == "history"):
            message = "days belongs to the assets of a history, and these have it"
            raise ValueError(message)
        if self.assets == "history":
            self._check_history()

    def _check_scanned(self) -> None:
        """Check that a scan has what is asked for."""
        faults = {
            f"the metric is none of {', '.join(sorted(SCAN_METRICS))}": self.metric not in SCAN_METRICS,
            "it has spot markets alone": self.market != "spot",
            "one exchange and one quote are to be named": (len(self.venues), len(self.groups)) != (1, 1),
            f"its peers are all, or exactly {', '.join(FIVE_PEERS)}": bool(self.peers)
            and set(self.peers) != set(FIVE_PEERS),
        }
        _refuse("a scan", faults)

    def _check_history(self) -> None:
        """Check that a history has what is asked for, and that the days lie in the span."""
        span = self.span
        faults = {
            f"the metric is not {Metric.LOW_GAP.value}": self.metric is not Metric.LOW_GAP,
            "it has spot markets alone": self.market != "spot",
            "one exchange and one quote are to be named": (len(self.venues), len(self.groups)) != (1, 1),
            "it compares with all others, so no peers are named": bool(self.peers),
            "a span is needed that has all of the days": span is None
            or any(not span.start.date() <= day < span.end.date() for day in self.days),
        }
        _refuse("a history", faults)


def _refuse(source: str, faults: Mapping[str, bool]) -> None:
    """Raise ValueError with the faults that there are."""
    messages = [text for text, is_so in faults.items() if is_so]
    if messages:
        message = f"{source} does not give this: {'; '.join(messages)}"
        raise ValueError(message)


@dataclass(frozen=True, slots=True, kw_only=True, config=TABLE_CONFIG)
class Expectation:
    """What the claim says of a value; exactly one of these is given, ``tolerance`` belongs to ``equals``.

    Attributes:
        at_most: the value is at most this.
        at_least: the value is at least this.
        below: the value is less than this.
        above: the value is more than this.
        between: the value lies between these two, both included.
        equals: the value is this, give or take ``tolerance``.
        tolerance: how far the value may be from ``equals``.
        within: the minute lies in this half-open span.
        word: the rank is this word of the method.
        before: the minute comes before that of this subject.
        after: the minute comes after that of this subject.
    """

    at_most: Number | None = None
    at_least: Number | None = None
    below: Number | None = None
    above: Number | None = None
    between: Annotated[tuple[Number, Number], AfterValidator(_check_order)] | None = None
    equals: Number | None = None
    tolerance: Number = 0.0
    within: SpanTable | None = None
    word: Literal["largest", "longest"] | None = None
    before: Subject | None = None
    after: Subject | None = None

    def __post_init__(self) -> None:
        """Check that exactly one expectation is given."""
        names = ("at_most", "at_least", "below", "above", "between", "equals", "within", "word", "before", "after")
        given = [name for name in names if getattr(self, name) is not None]
        if len(given) != 1:
            message = f"give one of {', '.join(names)}, not {', '.join(given) or 'none'}"
            raise ValueError(message)
        if self.tolerance and self.equals is None:
            message = "a tolerance belongs to equals"
            raise ValueError(message)


@dataclass(frozen=True, slots=True, kw_only=True, config=TABLE_CONFIG)
class Query(Subject):
    """A subject, what the claim says of each of its values, and of how many of them.

    Attributes:
        expect: what is said of one value.
        holds_for: ``all``, ``any`` or ``most`` of the values, at least so many, or the ``mean`` of the values;
            ``always``: all, and a single one that is not as claimed contradicts it.
        universe: what the claim speaks of where that is more than a store can hold, such as "all coins listed on
            Binance"; None where the subject is all of it.
    """

    expect: Expectation
    holds_for: Literal["all", "always", "any", "most", "mean"] | Annotated[StrictInt, Field(ge=1)] = "all"
    universe: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True, config=TABLE_CONFIG)
class Arithmetic:
    """A calculation from figures that were published: names and numbers, an expression of them, and the result.

    ``expression`` has names, numbers, ``+ - * /`` and brackets (`evidence.claims.arithmetic`).
    """

    numbers: dict[str, Number] = Field(default_factory=dict)
    expression: Text
    expect: Expectation


@dataclass(frozen=True, slots=True, kw_only=True, config=TABLE_CONFIG)
class Part:
    """One part of a claim with exactly one of ``query``, ``arithmetic`` and ``outside``.

    Attributes:
        kind: what it is decided by.
        says: what this part says, where the claim has several.
        query: a question to candles, trades or revisions.
        arithmetic: a calculation.
        outside: what would decide it, where neither can.
        collect: what to collect where the store does not decide it; required with a query.
        note: a remark on the result or its limits.
    """

    kind: ClaimKind
    says: Text | None = None
    query: Query | None = None
    arithmetic: Arithmetic | None = None
    outside: Text | None = None
    collect: Text | None = None
    note: Text | None = None

    def __post_init__(self) -> None:
        """Check that the part has one decider, and that it is of the part's kind."""
        deciders = {"query": self.query, "arithmetic": self.arithmetic, "outside": self.outside}
        given = [name for name, decider in deciders.items() if decider is not None]
        if len(given) != 1:
            message = f"give one of {', '.join(deciders)}, not {', '.join(given) or 'none'}"
            raise ValueError(message)
        expected = self.kind.value if self.kind in {ClaimKind.ARITHMETIC, ClaimKind.OUTSIDE} else "query"
        if given != [expected]:
            message = f"kind {self.kind.value!r} is decided by {expected}, not by {given[0]}"
            raise ValueError(message)
        if (self.collect is None) != (self.query is None):
            message = "collect belongs to a query, and every query has it"
            raise ValueError(message)


@dataclass(frozen=True, slots=True, kw_only=True, config=TABLE_CONFIG)
class Claim:
    """One claim.

    Attributes:
        id: unique in its file.
        side: a key of the file's sides.
        who: institution or role; never the name of a private person.
        dates: when it was published.
        says: the claim in a neutral sentence.
        sources: keys of the file's sources.
        mark: one of `data.catalogue.NOTE_MARKS`.
        parts: at least one.
    """

    id: Text
    side: Annotated[str, check_known("sides")]
    who: Text
    dates: Annotated[tuple[PublishedDate, ...], NotEmpty]
    says: Text
    sources: tuple[Annotated[str, check_known("sources")], ...]
    mark: Annotated[str, AfterValidator(_check_mark)]
    parts: Annotated[tuple[Part, ...], NotEmpty]


@dataclass(frozen=True, slots=True, config=TABLE_CONFIG)
class ClaimSource:
    """Where a claim was read; ``url`` is None without a public page, ``copied`` if the page is not the original's."""

    text: Text
    url: Annotated[str, Field(pattern=r"^https://\S+$")] | None = None
    copied: StrictBool = False


@dataclass(frozen=True, slots=True)
class Ledger:
    """The claims about one event: sides by key in the order of the file, sources by key, and claims."""

    event: str
    sides: dict[str, str]
    sources: dict[str, ClaimSource]
    claims: tuple[Claim, ...]
