"""What a scan of the market asks for, and the tasks that it falls into: one for each asset."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from analysis.questions import build_question
from data.catalogue import Catalogue
from data.identity.market_universe import ScanAsset
from data.schema import is_derivative, parse_base, parse_quote
from data.tables.scans import Universe
from deviation.placebo import PLACEBO_DAYS
from deviation.question import Parameters, Question


@dataclass(frozen=True, kw_only=True)
class ScanRequest:
    """A scan of real one-minute candles.

    Attributes:
        scan_id: unique among all scans.
        made_at: aware.
        assets: the assets and their markets.
        left_out: assets of the focus that are not scanned, as too few others have them.
        universe: where that list is from; only a scan of what exchanges list can decide a claim about all coins.
        start: of the window, aware; rounded down to a minute.
        end: of the window, aware; rounded down to a minute.
        event: id of the event that gives the calm span; None for none.
        focus: id of the exchange whose coins are scanned.
        parameters: of the method; those that differ from the defaults are choices too.
        placebo_days: how many days before to measure the same clock window, the nearest first; of a window of more than
            a day those that reach into it are left out.
        choices: what was chosen by hand, for all outputs; empty where nothing was.
    """

    scan_id: str
    made_at: datetime
    assets: tuple[ScanAsset, ...]
    left_out: tuple[str, ...] = ()
    universe: Universe = Universe.STORED
    start: datetime
    end: datetime
    event: str | None = None
    focus: str
    parameters: Parameters = field(default_factory=Parameters)
    placebo_days: tuple[int, ...] = tuple(range(1, PLACEBO_DAYS + 1))
    choices: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ScanTask:
    """One asset of a scan.

    Attributes:
        scanned: the asset and its markets, named as in the store.
        question: the window; its markets are not restricted yet.
        focus: id of the exchange whose coins are scanned.
        placebo_days: the days before whose window is measured too.
        unlisted: venue and quote of markets of the asset that their venue is known not to list.
    """

    scanned: ScanAsset
    question: Question
    focus: str
    placebo_days: tuple[int, ...]
    unlisted: frozenset[tuple[str, str]]

    @property
    def asset(self) -> str:
        """The ticker."""
        return self.scanned.asset

    @property
    def start(self) -> datetime:
        """The first minute of the window."""
        return self.question.start

    @property
    def end(self) -> datetime:
        """The end of the window."""
        return self.question.end


def build_tasks(
    request: ScanRequest, catalogue: Catalogue, unlisted_markets: Collection[tuple[str, str]]
) -> Iterator[ScanTask]:
    """The tasks of a scan, in the order of its assets.

    Args:
        request: what is asked.
        catalogue: the facts on assets, venues and the event.
        unlisted_markets: venue and symbol of markets that their venue is known not to list.

    Raises:
        UsageError: the event is unknown or the window empty.
    """
    unlisted_by_ticker = group_by_ticker(unlisted_markets)
    for scanned in request.assets:
        question = build_question(
            catalogue,
            scanned.asset,
            request.start,
            request.end,
            event=request.event,
            parameters=request.parameters,
            focus=request.focus,
        )
        unlisted = select_unlisted(scanned, unlisted_by_ticker)
        length = question.end - question.start
        placebo_days = tuple(days for days in request.placebo_days if timedelta(days=days) >= length)
        yield ScanTask(scanned, question, request.focus, placebo_days, unlisted)


def group_by_ticker(markets: Iterable[tuple[str, str]]) -> dict[str, list[tuple[str, str]]]:
    """Venue and symbol of spot markets by their ticker."""
    by_ticker: dict[str, list[tuple[str, str]]] = {}
    for venue, symbol in markets:
        if not is_derivative(symbol):
            by_ticker.setdefault(parse_base(symbol), []).append((venue, symbol))
    return by_ticker


def select_unlisted(
    scanned: ScanAsset, unlisted_by_ticker: Mapping[str, Collection[tuple[str, str]]]
) -> frozenset[tuple[str, str]]:
    """Venue and quote of the markets of an asset among those that their venue is known not to list."""
    tickers = {scanned.asset, *(parse_base(market.symbol) for market in scanned.markets)}
    return frozenset(
        (venue, parse_quote(symbol)) for ticker in tickers for venue, symbol in unlisted_by_ticker.get(ticker, ())
    )
