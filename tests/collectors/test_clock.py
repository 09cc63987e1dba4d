"""Candles that may still change, and clocks that differ from those of the venues."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from collectors.collect import collect_candles
from collectors.http.access import Access
from collectors.http.clock import VenueClock
from collectors.request import CollectionSummary, CollectRequest
from data.intervals import MINUTE
from data.schema import Outcome
from data.store import CandleStore
from tests.collectors.replay_setup import NOW, SPOT_OHLCV_VENUES, build_bars, list_expected, to_ms
from tests.replay.faults import Fault
from tests.replay.format import Rows
from tests.replay.server import Replay

TRUE_NOW = NOW.replace(second=1)
"""The venues' time: a second after the end of the minute 11:59."""

START = TRUE_NOW.replace(second=0) - 30 * MINUTE
BARS = build_bars(START - 30 * MINUTE, 90)
TIME_BODIES = {
    "binance": '{"serverTime": 1795176001000}',
    "kucoin": '{"code": "200000", "data": 1795176001000}',
    "coinbaseexchange": '{"iso": "2026-11-20T12:00:01.000Z", "epoch": 1795176001.0}',
}
"""`TRUE_NOW` as the endpoints of the venues for their time send it."""

SYMBOLS = {"binance": "ATOM/USDT", "kucoin": "ATOM/USDT", "upbit": "ATOM/USDT", "coinbaseexchange": "ATOM/USD"}


def collect_from(
    store: CandleStore, venue: str, ahead_s: float, *faults: Fault, at: datetime = TRUE_NOW, has_dates: bool = True
) -> tuple[CollectionSummary, Replay]:
    """Collect the half hour up to now from a venue, by a clock that is so many seconds ahead of the venue's."""
    local_now = at + timedelta(seconds=ahead_s)
    bars = [bar for bar in BARS if bar.open_ms <= to_ms(at)]
    request = CollectRequest(("ATOM",), START, START + 40 * MINUTE, venues=(venue,))

    async def collect_from_replay() -> tuple[CollectionSummary, Replay]:
        markets = {venue: {SYMBOLS[venue]: bars}}
        async with Replay(markets, now_ms=to_ms(at), faults=faults, has_dates=has_dates) as replay:
            summary = await collect_candles(
                store, request, venues=SPOT_OHLCV_VENUES, access=Access(replay.url), now=lambda: local_now
            )
        return summary, replay

    return asyncio.run(collect_from_replay())


def read_stored(store: CandleStore, venue: str) -> list[tuple[object, ...]]:
    """The stored candles of the market: time and values."""
    frame = store.read_candles(["ATOM"], START - 60 * MINUTE, START + 60 * MINUTE, venues=[venue])
    return list(frame.select("open_time", "open", "high", "low", "close", "volume").iter_rows())


def read_covered(store: CandleStore) -> list[tuple[datetime, datetime]]:
    """The covered spans of the market."""
    covered = store.read_covered_spans(["ATOM"], START, START + 60 * MINUTE)
    return list(covered.select("start", "end").iter_rows())


def change_youngest(rows: Rows) -> Rows:
    """The rows as long as trades of 11:59 are still being counted: its candle has another close and less volume."""
    return [[*row[:4], str(row[3]), "0.25", *row[6:]] if row[0] == to_ms(START + 29 * MINUTE) else row for row in rows]


@pytest.mark.parametrize("venue", SYMBOLS)
def test_a_candle_is_stored_two_minutes_after_its_end(tmp_path: Path, venue: str) -> None:
    """A second after 12:00 the candles up to 11:57 are stored, the others stay outstanding and come later."""
    store = CandleStore(str(tmp_path / "lake"))
    summary, _ = collect_from(store, venue, 0)
    final_end = START + 28 * MINUTE
    assert read_stored(store, venue) == list_expected(venue, BARS, START, final_end)
    assert read_covered(store) == [(START, final_end)]
    assert "minutes from 2026-11-20 11:58Z on are not final yet; collect them later" in summary.notes
    collect_from(store, venue, 0, at=TRUE_NOW + 12 * MINUTE)
    assert read_stored(store, venue) == list_expected(venue, BARS, START, START + 40 * MINUTE)


def test_a_candle_that_is_finished_three_seconds_late_is_stored_as_it_ends(tmp_path: Path) -> None:
    """A venue that still counts trades of a minute a second after its end leaves no wrong candle.

    Also where this machine's clock is so far ahead that the minute is requested.
    """
    store = CandleStore(str(tmp_path / "lake"))
    late = Fault("/klines", change_rows=change_youngest)
    _, replay = collect_from(store, "binance", 150, late)
    (request,) = replay.list_candle_requests()
    assert int(request.query["limit"]) == 30
    assert read_stored(store, "binance") == list_expected("binance", BARS, START, START + 28 * MINUTE)
    collect_from(store, "binance", 0, at=TRUE_NOW + 12 * MINUTE)
    assert read_stored(store, "binance") == list_expected("binance", BARS, START, START + 40 * MINUTE)
    assert store.candles.read_revisions().is_empty()


@pytest.mark.parametrize("has_dates", [True, False])
@pytest.mark.parametrize("venue", TIME_BODIES)
def test_the_time_of_the_venue_decides_what_is_final(tmp_path: Path, venue: str, *, has_dates: bool) -> None:
    """By a clock that is 90 s ahead only what is final at the venue is stored; the rest is named, with a note."""
    store = CandleStore(str(tmp_path / "lake"))
    answer = Fault("/time", status=200, body=TIME_BODIES[venue])
    summary, replay = collect_from(store, venue, 90, answer, has_dates=has_dates)
    final_end = START + 28 * MINUTE
    assert read_stored(store, venue) == list_expected(venue, BARS, START, final_end)
    assert read_covered(store) == [(START, final_end)]
    (result,) = [result for result in summary.results if result.symbol == SYMBOLS[venue]]
    assert [(gap.outcome, gap.span, gap.message) for gap in result.gaps] == [
        (Outcome.PARTLY, (final_end, final_end + MINUTE), "by the clock of the venue these candles may still change")
    ]
    # The seconds of a Date are rounded down, in favour of this machine's clock.
    note = f"this machine's clock is {89 if has_dates else 90} s ahead of {venue}: the venues' time decides which"
    assert [other.startswith(note) for other in summary.notes].count(True) == 1
    assert sum("time" in request.path for request in replay.requests) == (not has_dates)


@pytest.mark.parametrize(("ahead_s", "is_noted"), [(-6, True), (-5, False), (0, False), (5, False), (7, True)])
def test_a_difference_of_more_than_five_seconds_is_noted(tmp_path: Path, ahead_s: int, *, is_noted: bool) -> None:
    """Whole seconds of the Date count in favour of this machine's clock."""
    summary, _ = collect_from(CandleStore(str(tmp_path / "lake")), "binance", ahead_s)
    assert any("this machine's clock" in note for note in summary.notes) is is_noted


def test_a_venue_without_any_time_is_read_by_this_clock(tmp_path: Path) -> None:
    """Where neither a Date nor an endpoint tells the time, the own clock has to do."""
    store = CandleStore(str(tmp_path / "lake"))
    summary, _ = collect_from(store, "upbit", 0, has_dates=False)
    assert read_covered(store) == [(START, START + 28 * MINUTE)]
    assert not any("this machine's clock" in note for note in summary.notes)


def test_the_age_of_a_cached_response_is_added_to_its_date() -> None:
    """A response that a cache held for an hour bears the time of an hour ago; an invalid Date tells nothing."""
    clock = VenueClock(lambda: NOW)
    clock.note_headers({"date": "yesterday"})
    assert clock.read() == NOW
    clock.note_headers({"Date": "Fri, 20 Nov 2026 11:00:30 GMT", "Age": "3600"})
    clock.note_headers({"Date": "Fri, 20 Nov 2026 11:59:00 GMT"})
    assert clock.read() == NOW
    clock.note_headers({"Date": "Fri, 20 Nov 2026 12:01:00 GMT"})
    assert clock.read() == NOW + timedelta(seconds=30)
