"""The request for a collection, its progress, and its results."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain

from collectors.plan import SpanOutcome
from data.errors import UsageError
from data.intervals import Span
from data.schema import SETTLED_OUTCOMES, Outcome, Timeframe


@dataclass(frozen=True, slots=True)
class CollectRequest:
    """Assets over ``[start, end)``, two aware times; edges inside a minute are rounded down.

    ``venues`` are ccxt ids (empty: those that the table asks by default). ``symbols`` are further markets, such as the
    ratio market ``WBETH/ETH``, beside the markets of each asset in USD, USDT and USDC and in ``quotes``, such as KRW.
    ``venue_symbols`` are further markets of single venues, by venue id, such as ``1000SATS/USDT`` of Binance.
    ``derivatives`` adds perpetual futures, with their mark and index prices. ``placebo`` adds the same window on each
    of the 7 days before.
    ``personal_archives`` reads archives whose terms of use allow personal use only, which is for the user to say.
    ``all_routes`` requests all minutes by every route of a venue, so that the routes can be compared.
    ``refetch`` requests stored minutes too: where values differ now, both are kept. ``final_outcomes`` are those after
    which a span is not requested again.

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
    personal_archives: bool = False
    all_routes: bool = False
    quotes: tuple[str, ...] = ()
    venue_symbols: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def all_symbols(self) -> tuple[str, ...]:
        """The symbols of all venues and those of single ones, each once."""
        return tuple(dict.fromkeys([*self.symbols, *chain.from_iterable(self.venue_symbols.values())]))

    def list_symbols(self, venue: str) -> tuple[str, ...]:
        """The symbols that are requested of a venue beside the markets of the assets, each once."""
        return tuple(dict.fromkeys([*self.symbols, *self.venue_symbols.get(venue, ())]))

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
    """The progress of one market: candles read, and ``done_min`` of the ``total_min`` minutes that were missing.

    ``gap_min`` of the done minutes could not be read. ``outcome`` is None until the last event of the market.
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
    """The result of one market; ``window`` is from the first to the last requested minute.

    ``symbol`` is ``ASSET/*`` where no market of an asset could be requested: the venue lists none in a requested quote,
    or did not list its markets at all. ``candles`` were read in this run; the store did not have ``new`` of them, and
    had ``revised`` of them with other values. ``gaps`` are the spans that could not be read, each with its reason.
    ``failed_routes`` says which routes failed on minutes that a later one brought, and why; ``message`` repeats it.
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
    failed_routes: str = ""


@dataclass(frozen=True, slots=True)
class CollectionSummary:
    """The results of all markets, by venue in the order requested, and ``notes`` on how the window was cut."""

    results: tuple[MarketResult, ...]
    notes: tuple[str, ...] = ()

    @property
    def failed(self) -> tuple[MarketResult, ...]:
        """The results whose outcome is not settled: something is missing."""
        return tuple(result for result in self.results if result.outcome not in SETTLED_OUTCOMES)

    @property
    def candles(self) -> int:
        """Candles that were read in this run."""
        return sum(result.candles for result in self.results)

    @property
    def new(self) -> int:
        """Candles that the store did not have."""
        return sum(result.new for result in self.results)

    @property
    def revised(self) -> int:
        """Candles that the store had with other values; both are kept."""
        return sum(result.revised for result in self.results)
