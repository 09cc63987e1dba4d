import asyncio
import multiprocessing
import signal
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path
from random import Random

import polars as pl

from collectors.plan import MINUTE, Span
from data.store import CandleStore
from tests.collectors.all_venues import build_archives, build_every_venue, build_trades_by_venue
from tests.collectors.collection_process import REQUEST, VENUES, collect_and_exit
from tests.collectors.replay_setup import EPOCH, NOW, VENUES_OMITTING_QUIET, to_ms
from tests.replay.faults import Fault
from tests.replay.market import RecordedRequest
from tests.replay.server import Replay

PROCESSES = multiprocessing.get_context("forkserver")
# Each process is forked from one that has imported the collectors, and has done nothing else.
PROCESSES.set_forkserver_preload([collect_and_exit.__module__])
KILL_COUNT = 20
WINDOW = Span(REQUEST.start, REQUEST.end)


@dataclass(slots=True)
class KillingFault(Fault):
    """Kills a process after so many requests; it never applies to a request."""

    process: BaseProcess | None = None
    requests_left: int = 0

    def applies_to(self, request: RecordedRequest) -> bool:
        """Count the request, and never apply."""
        del request
        self.requests_left -= 1
        if self.requests_left == 0 and self.process is not None:
            self.process.kill()
        return False


@dataclass(slots=True)
class KnownCoverage:
    """The complete minutes of a store when a process starts."""

    store: CandleStore
    complete: dict[tuple[str, str], set[datetime]] = field(default_factory=dict)

    def refresh(self) -> None:
        """Read the store again."""
        spans = self.store.read_covered_spans(["ATOM", "USDC", "USDT", "WBETH"], *WINDOW)
        self.complete = {}
        for venue, symbol, start, end in spans.select("venue", "symbol", "start", "end").iter_rows():
            self.complete.setdefault((venue, symbol), set()).update(list_minutes(Span(start, end)))


def list_minutes(span: Span) -> set[datetime]:
    """The open times of a span."""
    return {span.start + number * MINUTE for number in range(span.minutes)}


def parse_request(request: RecordedRequest, symbols: list[str]) -> tuple[str, str, set[datetime]] | None:
    """The venue, market and minutes that a request is for; of Kraken the first minute only. None for other requests."""
    names = {symbol.replace("/", sign): symbol for symbol in symbols for sign in ("", "-")} | {"USDTZUSD": "USDT/USD"}
    window = list_minutes(WINDOW)
    if "history-candles" in request.path:
        after, before = (EPOCH + timedelta(milliseconds=int(request.query[key])) for key in ("before", "after"))
        start = after + timedelta(milliseconds=1)
        return "okx", names[request.query["instId"]], list_minutes(Span(start, before))
    if request.path.endswith("/Trades"):
        first_time = EPOCH + timedelta(microseconds=(int(request.query["since"]) + 1) // 1000)
        return "kraken", names[request.query["pair"]], {first_time.replace(second=0, microsecond=0)}
    if request.path.endswith(".zip"):
        market, _, day = request.path.removesuffix(".zip").rpartition("/")[2].partition("-1m-")
        return "binance", names[market], {time for time in window if f"{time:%Y-%m-%d}" == day}
    return None


async def run_killed_collection(
    folder: Path, replay: Replay, store: CandleStore, fault: KillingFault, requests: int, length: str = "1m"
) -> int:
    """The exit code of a collection in its own process, killed after so many requests (0: never)."""
    (folder / "tmp").mkdir(exist_ok=True)
    process = PROCESSES.Process(target=collect_and_exit, args=(replay.url, store.uri, length, str(folder / "tmp")))
    fault.requests_left, fault.process = requests, process
    process.start()
    await asyncio.to_thread(process.join)
    assert process.exitcode is not None
    return process.exitcode


def test_a_collection_that_is_killed_twenty_times(tmp_path: Path) -> None:
    """After 20 kills every candle is stored once, and no stored candle was requested again."""
    venues = {venue: build_every_venue()[venue] for venue in VENUES}
    del venues["binance"]["BNSOL/USDT"]
    symbols = [symbol for markets in venues.values() for symbol in markets]
    store = CandleStore(str(tmp_path / "lake"))
    known, generator = KnownCoverage(store), Random(20251010)  # noqa: S311 - repeatable, and no secret

    async def collect_until_done() -> list[int]:
        fault, codes = KillingFault(""), []
        trades, sites = build_trades_by_venue(venues), build_archives(venues)
        async with Replay(venues, now_ms=to_ms(NOW), faults=(fault,), trades=trades, sites=sites) as replay:
            for _ in range(KILL_COUNT):
                codes.append(await run_killed_collection(tmp_path, replay, store, fault, generator.randint(3, 9)))
                check_requests(replay)
            codes.append(await run_killed_collection(tmp_path, replay, store, fault, 0))
            check_requests(replay)
            codes.append(await run_killed_collection(tmp_path, replay, store, fault, 0))
            assert [request for request in replay.requests if parse_request(request, symbols)] == []
        return codes

    def check_requests(replay: Replay) -> None:
        for request in replay.requests:
            parsed = parse_request(request, symbols)
            if parsed is not None:
                venue, symbol, minutes = parsed
                assert not minutes <= known.complete.get((venue, symbol), set()), request
        replay.requests.clear()
        known.refresh()

    codes = asyncio.run(collect_until_done())
    assert codes == [-signal.SIGKILL] * KILL_COUNT + [0, 0]
    for venue, markets in venues.items():
        for symbol, market_bars in markets.items():
            truth = [
                (EPOCH + timedelta(milliseconds=bar.open_ms), *bar[1:])
                for bar in sorted(market_bars)
                if to_ms(WINDOW.start) <= bar.open_ms < to_ms(WINDOW.end)
                and (bar.volume or venue not in VENUES_OMITTING_QUIET)
            ]
            asset = symbol.split("/")[0]
            read = store.read_candles([asset], *WINDOW, venues=[venue]).filter(symbol=symbol)
            assert read.select("open_time", "open", "high", "low", "close", "volume").rows() == truth, (venue, symbol)
            stored = pl.scan_delta(f"{store.uri}/candles").filter(venue=venue, symbol=symbol).collect()
            assert stored.height == len(truth), (venue, symbol)
            # Binance's two days are two sources, and each minute is of one of them.
            assert store.read_holdings().filter(venue=venue, symbol=symbol)["candles"].sum() == len(truth)
            covered = store.read_covered_spans([asset], *WINDOW).filter(venue=venue, symbol=symbol)
            assert covered.select("start", "end").rows() == [tuple(WINDOW)]
    assert store.read_revisions().is_empty()
    assert store.read_rejected_pages().is_empty()
