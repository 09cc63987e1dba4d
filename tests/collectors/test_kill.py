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
from tests.collectors.everywhere import archives_of, every_venue, trades_everywhere
from tests.collectors.killed import REQUEST, VENUES, collect_and_exit
from tests.collectors.setting import EPOCH, NOW, OMITS, ms
from tests.replay.faults import Fault
from tests.replay.market import Asked
from tests.replay.server import Replay

PROCESSES = multiprocessing.get_context("forkserver")
# Each process is forked from one that has imported the collectors, and has done nothing else.
PROCESSES.set_forkserver_preload([collect_and_exit.__module__])
KILLS = 20
WINDOW = Span(REQUEST.start, REQUEST.end)


@dataclass(slots=True)
class Killing(Fault):
    """Kills a process when it has sent so many requests; no request is struck."""

    process: BaseProcess | None = None
    left: int = 0

    def strikes(self, asked: Asked) -> bool:
        """Never; counts the request."""
        del asked
        self.left -= 1
        if self.left == 0 and self.process is not None:
            self.process.kill()
        return False


@dataclass(slots=True)
class Known:
    """What a store had whole when a process began."""

    store: CandleStore
    whole: dict[tuple[str, str], set[datetime]] = field(default_factory=dict)

    def look(self) -> None:
        """Look again."""
        spans = self.store.covered(["ATOM", "USDC", "USDT", "WBETH"], *WINDOW)
        self.whole = {}
        for venue, symbol, start, end in spans.select("venue", "symbol", "start", "end").iter_rows():
            self.whole.setdefault((venue, symbol), set()).update(minutes_of(Span(start, end)))


def minutes_of(span: Span) -> set[datetime]:
    """The open times of a span."""
    return {span.start + number * MINUTE for number in range(span.minutes)}


def asked_of(asked: Asked, symbols: list[str]) -> tuple[str, str, set[datetime]] | None:
    """The venue, market and minutes of the window that a request asks for; of Kraken the first minute only."""
    names = {symbol.replace("/", sign): symbol for symbol in symbols for sign in ("", "-")} | {"USDTZUSD": "USDT/USD"}
    window = minutes_of(WINDOW)
    if "history-candles" in asked.path:
        after, before = (EPOCH + timedelta(milliseconds=int(asked.query[key])) for key in ("before", "after"))
        start = after + timedelta(milliseconds=1)
        return "okx", names[asked.query["instId"]], minutes_of(Span(start, before))
    if asked.path.endswith("/Trades"):
        first = EPOCH + timedelta(microseconds=(int(asked.query["since"]) + 1) // 1000)
        return "kraken", names[asked.query["pair"]], {first.replace(second=0, microsecond=0)}
    if asked.path.endswith(".zip"):
        market, _, day = asked.path.removesuffix(".zip").rpartition("/")[2].partition("-1m-")
        return "binance", names[market], {time for time in window if f"{time:%Y-%m-%d}" == day}
    return None


async def collect_once(
    folder: Path, replay: Replay, store: CandleStore, killing: Killing, requests: int, length: str = "1m"
) -> int:
    """How a collection in a process of its own ends, which is killed when it has sent so many requests; 0 for never."""
    (folder / "tmp").mkdir(exist_ok=True)
    process = PROCESSES.Process(target=collect_and_exit, args=(replay.url, store.uri, length, str(folder / "tmp")))
    killing.left, killing.process = requests, process
    process.start()
    await asyncio.to_thread(process.join)
    assert process.exitcode is not None
    return process.exitcode


def test_a_collection_that_is_killed_twenty_times(tmp_path: Path) -> None:
    """SIGKILL in the middle, again and again: in the end all is stored once, and nothing stored was asked again."""
    venues = {venue: every_venue()[venue] for venue in VENUES}
    del venues["binance"]["BNSOL/USDT"]
    symbols = [symbol for markets in venues.values() for symbol in markets]
    store = CandleStore(str(tmp_path / "lake"))
    known, lots = Known(store), Random(20251010)  # noqa: S311 - repeatable, and no secret

    async def run() -> list[int]:
        killing, codes = Killing(""), []
        trades, sites = trades_everywhere(venues), archives_of(venues)
        async with Replay(venues, now_ms=ms(NOW), faults=(killing,), trades=trades, sites=sites) as replay:
            for _ in range(KILLS):
                codes.append(await collect_once(tmp_path, replay, store, killing, lots.randint(3, 9)))
                check(replay)
            codes.append(await collect_once(tmp_path, replay, store, killing, 0))
            check(replay)
            codes.append(await collect_once(tmp_path, replay, store, killing, 0))
            assert [asked for asked in replay.requests if asked_of(asked, symbols)] == []
        return codes

    def check(replay: Replay) -> None:
        for asked in replay.requests:
            found = asked_of(asked, symbols)
            if found is not None:
                venue, symbol, minutes = found
                assert not minutes <= known.whole.get((venue, symbol), set()), asked
        replay.requests.clear()
        known.look()

    codes = asyncio.run(run())
    assert codes == [-signal.SIGKILL] * KILLS + [0, 0]
    for venue, markets in venues.items():
        for symbol, made in markets.items():
            truth = [
                (EPOCH + timedelta(milliseconds=bar.open_ms), *bar[1:])
                for bar in sorted(made)
                if ms(WINDOW.start) <= bar.open_ms < ms(WINDOW.end) and (bar.volume or venue not in OMITS)
            ]
            asset = symbol.split("/")[0]
            read = store.candles([asset], *WINDOW, venues=[venue]).filter(symbol=symbol)
            assert read.select("open_time", "open", "high", "low", "close", "volume").rows() == truth, (venue, symbol)
            kept = pl.scan_delta(f"{store.uri}/candles").filter(venue=venue, symbol=symbol).collect()
            assert kept.height == len(truth), (venue, symbol)
            # Binance's two days are two sources, and each minute is of one of them.
            assert store.holdings().filter(venue=venue, symbol=symbol)["candles"].sum() == len(truth)
            covered = store.covered([asset], *WINDOW).filter(venue=venue, symbol=symbol)
            assert covered.select("start", "end").rows() == [tuple(WINDOW)]
    assert store.revisions().is_empty()
    assert store.bad_pages().is_empty()
