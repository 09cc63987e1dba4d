"""`BatchWriter`: chunks are stored in time while markets are still being read."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from collectors import store_writer
from collectors.chunk import Chunk
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
