"""What a collection is asked for, and what it tells while it runs and at its end."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from collectors.plan import SpanOutcome
from data.errors import UsageError
from data.intervals import Span
from data.schema import SETTLED_OUTCOMES, Outcome, Timeframe


@dataclass(frozen=True, slots=True)
class CollectRequest:
    """Assets over ``[start, end)``, two aware times; edges inside a minute are rounded down to it.

    ``venues`` are ccxt ids (none: every venue of the table). ``symbols`` are further spot markets asked by name, such
    as the ratio market ``WBETH/ETH``, beside each asset's markets in USD, USDT and USDC. ``derivatives`` adds perpetual
    futures, with their mark and index prices. ``placebo`` adds the same window of each of the 7 days before.
    ``refetch`` asks also for what is stored: where a venue now says otherwise, both values stay. ``settled`` are the
    outcomes after which minutes are not asked for again. ``timeframe`` is the length of the candles.

    Raises:
        UsageError: no asset, a time without a zone, or an empty window.
    """

    assets: tuple[str, ...]
    start: datetime
    end: datetime
    venues: tuple[str, ...] = ()
    symbols: tuple[str, ...] = ()
    derivatives: bool = False
    placebo: bool = False
    refetch: bool = False
    final_outcomes: tuple[Outcome, ...] = (Outcome.COMPLETE,)
    timeframe: Timeframe = Timeframe.M1

    def __post_init__(self) -> None:
        if not self.assets:
            message = "nothing to collect: name at least one asset"
            raise UsageError(message)
        for time in (self.start, self.end):
            if time.utcoffset() is None:
                message = f"time {time.isoformat()} has no zone; write it as {time.isoformat()}Z if it is UTC"
                raise UsageError(message)
        if self.end - self.start < timedelta(minutes=1):
            message = f"window {self.start.isoformat()} to {self.end.isoformat()} holds no whole minute"
            raise UsageError(message)


@dataclass(frozen=True, slots=True)
class MarketProgress:
    """How far one market is: candles stored so far, minutes settled of those that were missing.

    Of the settled minutes ``gap_min`` could not be had. ``outcome`` is None while the market is being read; the last
    event of a market carries it, with the message.
    """

    venue: str
    symbol: str
    candles: int
    done_min: int
    total_min: int
    outcome: Outcome | None = None
    message: str = ""
    price: str = "trade"
    gap_min: int = 0


OnProgress = Callable[[MarketProgress], None]


@dataclass(frozen=True, slots=True)
class MarketResult:
    """How the collection of one market over ``window`` ended: from the first to the last minute that was asked for.

    ``symbol`` is ``ASSET/*`` where no market of an asset could be asked: the venue lists none in USD, USDT or USDC, or
    did not list its markets at all. ``candles`` came in this run; of those ``new`` and ``revised`` changed the store.
    ``gaps`` are the spans that could not be had, with the reason of each.
    """

    venue: str
    symbol: str
    window: Span
    outcome: Outcome
    message: str
    candles: int = 0
    new: int = 0
    revised: int = 0
    gaps: tuple[SpanOutcome, ...] = ()
    price: str = "trade"


@dataclass(frozen=True, slots=True)
class CollectionSummary:
    """Every market's result, by venue in the order asked, and ``notes`` on how the request was read."""

    results: tuple[MarketResult, ...]
    notes: tuple[str, ...] = ()

    @property
    def failed(self) -> tuple[MarketResult, ...]:
        """The markets of which something could not be had."""
        return tuple(result for result in self.results if result.outcome not in SETTLED_OUTCOMES)

    @property
    def candles(self) -> int:
        """Candles that came in this run."""
        return sum(result.candles for result in self.results)

    @property
    def new(self) -> int:
        """Candles that the store did not have."""
        return sum(result.new for result in self.results)

    @property
    def revised(self) -> int:
        """Candles that the store had with other values; it keeps both."""
        return sum(result.revised for result in self.results)
