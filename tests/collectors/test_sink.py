"""The keeper: what comes in while others are still being read is stored in time."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from collectors import sink
from collectors.chunk import Chunk, no_bars
from collectors.plan import Market, Piece, Span
from collectors.sink import Keeper
from data.schema import Origin, Outcome
from data.store import CandleStore
from tests.collectors.setting import NOW, START

HOUR = timedelta(hours=1)


def chunk(hour: int) -> Chunk:
    """An hour of a market that was asked for and held no trade."""
    span = Span(START + hour * HOUR, START + (hour + 1) * HOUR)
    return Chunk(no_bars(), [Piece(span, Outcome.COMPLETE, "")], Origin.ARCHIVE, "by.hand")


def test_every_chunk_has_a_wait_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes at the very moment in which an earlier chunk was stored is stored too, though a market is read on."""
    monkeypatch.setattr(sink, "LONGEST_WAIT_S", 0.0)
    store = CandleStore(str(tmp_path / "lake"))

    async def run() -> list[int]:
        keeper, stored = Keeper(store, lambda: NOW), []
        async with keeper.reading():
            for hour in range(3):
                await asyncio.wait_for(await keeper.keep("okx", Market("ATOM/USDT"), chunk(hour)), 30)
                stored.append(store.coverage(["ATOM"], START, START + 3 * HOUR).height)
        await keeper.close()
        return stored

    assert asyncio.run(run()) == [1, 2, 3]
