"""`BatchWriter`: chunks are stored in time while markets are still being read."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from collectors import store_writer
from collectors.chunk import Chunk, RejectedPage
from collectors.plan import SeriesKey, SpanOutcome
from collectors.store_writer import BatchWriter
from data.intervals import Span
from data.schema import Origin, Outcome
from data.store import CandleStore
from data.trades.candles import build_empty_bars
from tests.collectors.replay_setup import NOW, START

START_HOUR = timedelta(hours=1)


def build_chunk(hour: int) -> Chunk:
    """A complete hour of a market without a trade."""
    span = Span(START + hour * START_HOUR, START + (hour + 1) * START_HOUR)
    return Chunk(build_empty_bars(), [SpanOutcome(span, Outcome.COMPLETE, "")], Origin.ARCHIVE, "by.hand")


def test_every_chunk_has_a_wait_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A chunk that is submitted right after a flush is stored too, while a market is still being read."""
    monkeypatch.setattr(store_writer, "MAX_WAIT_S", 0.0)
    store = CandleStore(str(tmp_path / "lake"))

    async def write_chunks() -> list[int]:
        writer, stored = BatchWriter(store, lambda: NOW), []
        async with writer.register_reader():
            for hour in range(3):
                await asyncio.wait_for(await writer.submit("okx", SeriesKey("ATOM/USDT"), build_chunk(hour)), 30)
                stored.append(store.coverage.read_rows(["ATOM"], START, START + 3 * START_HOUR).height)
        await writer.close()
        return stored

    assert asyncio.run(write_chunks()) == [1, 2, 3]


def test_a_market_has_twenty_rejected_pages_a_day(tmp_path: Path) -> None:
    """A follower that gets three bad pages every hour stores those of the first seven runs, and a day later the next.

    The other market has a count of its own, and the coverage has the reason of each.
    """
    store = CandleStore(str(tmp_path / "lake"))
    now = START

    async def write_chunks() -> None:
        nonlocal now
        writer = BatchWriter(store, lambda: now)
        for hour in (*range(9), 25):
            now = START + hour * START_HOUR
            span = Span(now, now + START_HOUR)
            pages = [RejectedPage(*span, "bad", f"page {number} of hour {hour}") for number in range(3)]
            outcomes = [SpanOutcome(span, Outcome.BAD_DATA, "bad")]
            await writer.submit(
                "okx", SeriesKey("ATOM/USDT"), Chunk(build_empty_bars(), outcomes, Origin.OHLCV, "by.hand", pages)
            )
        await writer.submit(
            "okx", SeriesKey("SOL/USDT"), Chunk(build_empty_bars(), outcomes, Origin.OHLCV, "by.hand", pages[:1])
        )
        await writer.close()

    asyncio.run(write_chunks())
    pages = store.rejected_pages.read_rows()
    in_order = [f"page {number} of hour {hour}" for hour in range(7) for number in range(3)][:20]
    # At the last run the three pages of the first one are more than a day old.
    last = [f"page {number} of hour 25" for number in range(3)]
    assert sorted(pages.filter(symbol="ATOM/USDT")["body"]) == sorted([*in_order, *last])
    assert pages.filter(symbol="SOL/USDT")["body"].to_list() == ["page 0 of hour 25"]
    assert store.coverage.read_rows(["ATOM"], START, START + 26 * START_HOUR)["message"].to_list() == ["bad"] * 10
