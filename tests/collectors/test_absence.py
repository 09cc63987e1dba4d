"""Answers without a candle: quiet where candles on both sides show that the market was open, otherwise missing."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from collectors.request import CollectRequest
from data.intervals import MINUTE
from data.schema import Outcome
from tests.collectors.memory_sink import MemorySink
from tests.collectors.replay_setup import (
    END,
    FAST_VENUES,
    NOW,
    REQUEST,
    START,
    ReplayRun,
    build_bars,
    list_expected,
    open_store,
    to_ms,
)
from tests.replay.faults import change_rows, ignore_window
from tests.replay.market import Bar, PublicTrade

SYMBOLS = {
    "coinbaseexchange": "ATOM/USD",
    "coinbase": "ATOM/USD",
    "upbit": "ATOM/USDT",
    "bithumb": "ATOM/USDT",
}
"""The market of each venue that sends no row for a minute without a trade, and none of another time.

Bitfinex counts forward without an end: it sends later candles instead of none.
"""

HOUR = timedelta(hours=1)
TODAY = NOW.replace(second=0) - 2 * HOUR


def build_traded(start: datetime, end: datetime) -> list[Bar]:
    """Bars with a trade in every minute from start to end."""
    return build_bars(start, (end - start) // MINUTE)


def build_absence_run(store: MemorySink, venue: str, *traded: tuple[datetime, datetime]) -> ReplayRun[MemorySink]:
    """A run of one market that traded from time to time only."""
    market_bars = [bar for start, end in traded for bar in build_traded(start, end)]
    return ReplayRun(store, {venue: {SYMBOLS[venue]: market_bars}})


def list_covered(run: ReplayRun[MemorySink], venue: str) -> list[tuple[datetime, datetime]]:
    """The spans of the market in which a minute without a candle is quiet."""
    covered = run.store.read_covered_spans(["ATOM"], START, END).filter(symbol=SYMBOLS[venue])
    return list(covered.select("start", "end").iter_rows())


@pytest.mark.parametrize("venue", SYMBOLS)
def test_a_venue_that_has_forgotten_a_window_does_not_show_that_nobody_traded(venue: str) -> None:
    """Of a venue that gives only today's candles of a market that traded, every minute is missing, and asked again."""
    run = build_absence_run(MemorySink(), venue, (TODAY, TODAY + HOUR))
    for _ in range(2):
        summary, replay = run.collect()
        (result,) = [result for result in summary.results if result.symbol == SYMBOLS[venue]]
        assert result.outcome is Outcome.NO_EVIDENCE
        assert "answered without a candle, and gave none before" in result.message
        assert result in summary.failed
        assert replay.list_candle_requests()
    assert [tuple(gap.span) for gap in result.gaps] == [(START, END)]
    assert set(run.read_coverage(venue, SYMBOLS[venue])) == {("no-evidence", START, END)}
    assert list_covered(run, venue) == []


@pytest.mark.parametrize("venue", ["coinbaseexchange", "upbit", "bithumb"])
def test_a_venue_that_sends_newer_rows_for_a_forgotten_window_does_not_either(venue: str) -> None:
    """Today's candles instead of those of the window are no answer for it."""
    run = build_absence_run(MemorySink(), venue, (START - HOUR, END), (TODAY - 9 * HOUR, TODAY + HOUR))
    summary, _ = run.collect(ignore_window("candles", "start", "end", "startAt", "endAt", "to"))
    (result,) = [result for result in summary.results if result.symbol == SYMBOLS[venue]]
    assert (result.outcome, result.candles) == (Outcome.HISTORY_TOO_SHORT, 0)
    assert list_covered(run, venue) == []


def test_a_venue_that_counts_forward_sends_later_rows_for_a_forgotten_window() -> None:
    """Where the venue answers with the next candles that it has, the window before them is missing."""
    run = ReplayRun(MemorySink(), {"bitfinex": {"ATOM/USD": build_traded(TODAY, TODAY + HOUR)}})
    summary, _ = run.collect()
    (result,) = [result for result in summary.results if result.symbol == "ATOM/USD"]
    assert (result.outcome, result.candles) == (Outcome.HISTORY_TOO_SHORT, 0)
    assert run.store.read_covered_spans(["ATOM"], START, END).is_empty()


@pytest.mark.parametrize("venue", SYMBOLS)
def test_minutes_between_two_candles_are_quiet(venue: str) -> None:
    """Without a trade in the window, but with candles before and after it, the window is quiet."""
    before, after = (START - HOUR, START - 30 * MINUTE), (END + 90 * MINUTE, END + 2 * HOUR)
    run = build_absence_run(MemorySink(), venue, before, after)
    summary, _ = run.collect()
    assert summary.failed == ()
    assert run.read_stored(venue, SYMBOLS[venue]) == []
    assert run.read_coverage(venue, SYMBOLS[venue]) == [("complete", START, END)]
    _, replay = run.collect()
    assert replay.list_candle_requests() == []


@pytest.mark.parametrize("venue", SYMBOLS)
def test_minutes_before_the_first_candle_of_a_market_are_missing(venue: str) -> None:
    """A market that opens in the window is missing before its first candle, and quiet after its last one."""
    first = START + 95 * MINUTE
    run = build_absence_run(MemorySink(), venue, (first, END - 10 * MINUTE), (END + 5 * MINUTE, END + HOUR))
    summary, _ = run.collect()
    (result,) = [result for result in summary.results if result.symbol == SYMBOLS[venue]]
    assert (result.outcome, [(gap.outcome, gap.span) for gap in result.gaps]) == (
        Outcome.PARTLY,
        [(Outcome.NO_EVIDENCE, (START, first))],
    )
    assert result.message == (
        "95 of 240 minutes missing: answered without a candle, and gave none before: the market may have been opened "
        "only then, or the exchange has forgotten them"
    )
    assert list_covered(run, venue) == [(first, END)]
    assert run.read_stored(venue, SYMBOLS[venue]) == list_expected(venue, run.venues[venue][SYMBOLS[venue]])


def test_minutes_after_the_last_candle_of_a_market_are_missing() -> None:
    """A market that never trades again after 22:00 is missing from then on."""
    run = build_absence_run(MemorySink(), "coinbaseexchange", (START - HOUR, START + 2 * HOUR))
    summary, _ = run.collect()
    (result,) = [result for result in summary.results if result.symbol == "ATOM/USD"]
    assert "gave none after: the market may have been halted or closed, or nobody has traded since" in result.message
    assert list_covered(run, "coinbaseexchange") == [(START, START + 2 * HOUR)]


def test_a_pause_over_several_chunks_is_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages and chunks without a candle are held back until a candle comes, and lose none of their minutes."""
    monkeypatch.setattr("collectors.routes.ohlcv.CHUNK_BARS", 60)
    table = [replace(row, page_min=30) for row in FAST_VENUES]
    pause = (START + 50 * MINUTE, START + 200 * MINUTE)
    run = build_absence_run(MemorySink(), "coinbaseexchange", (START - HOUR, pause[0]), (pause[1], END + HOUR))
    summary, _ = run.collect(table=table)
    assert summary.failed == ()
    assert list_covered(run, "coinbaseexchange") == [(START, END)]
    assert len(run.read_stored("coinbaseexchange", "ATOM/USD")) == 240 - 150


def test_candles_that_come_later_make_an_earlier_absence_quiet(tmp_path: Path) -> None:
    """The newest minutes without a trade are missing until somebody trades, and then quiet without a new request."""
    last, next_ = START + 30 * MINUTE, START + 100 * MINUTE
    market_bars = [*build_traded(START - HOUR, last), *build_traded(next_, END)]
    run = ReplayRun(open_store(tmp_path), {"coinbaseexchange": {"ATOM/USD": market_bars[:90]}})
    first_hour = CollectRequest(("ATOM",), START, START + HOUR)
    run.collect(request=first_hour, now=START + HOUR + 5 * MINUTE)
    read = run.store.read_covered_spans
    assert read(["ATOM"], START, END).rows() == [("coinbaseexchange", "ATOM/USD", START, last)]
    outstanding = run.store.coverage.read_outstanding().filter(symbol="ATOM/USD")
    assert outstanding.select("start", "end", "outcome").rows() == [(last, START + HOUR, "no-evidence")]

    run.venues = {"coinbaseexchange": {"ATOM/USD": market_bars}}
    run.collect(request=CollectRequest(("ATOM",), START + HOUR, START + 3 * HOUR), now=END)
    assert read(["ATOM"], START, END).rows() == [("coinbaseexchange", "ATOM/USD", START, START + 3 * HOUR)]
    assert run.store.coverage.read_outstanding().filter(symbol="ATOM/USD").is_empty()
    _, replay = run.collect(request=first_hour, now=END)
    assert replay.list_candle_requests() == []
    assert run.read_stored("coinbaseexchange", "ATOM/USD", START, START + 3 * HOUR) == list_expected(
        "coinbaseexchange", market_bars, START, START + 3 * HOUR
    )


def test_a_venue_that_has_forgotten_candles_that_it_gave_shows_nothing(tmp_path: Path) -> None:
    """What it omits beside stored candles that it no longer gives is forgotten, and not quiet when others follow."""
    evening = [*build_traded(START - HOUR, END + HOUR), *build_traded(TODAY, TODAY + HOUR)]
    run = ReplayRun(open_store(tmp_path), {"coinbaseexchange": {"ATOM/USD": evening}})
    middle = START + 2 * HOUR
    run.collect(request=CollectRequest(("ATOM",), START, middle))
    run.venues = {"coinbaseexchange": {"ATOM/USD": evening[-60:]}}
    summary, _ = run.collect()
    (result,) = [result for result in summary.results if result.symbol == "ATOM/USD"]
    assert [(gap.outcome, gap.span) for gap in result.gaps] == [(Outcome.HISTORY_TOO_SHORT, (middle, END))]
    assert "where it gave candles before" in result.message
    run.collect(request=CollectRequest(("ATOM",), TODAY, TODAY + HOUR))
    covered = run.store.read_covered_spans(["ATOM"], START, END).select("start", "end")
    assert covered.rows() == [(START, middle)]


@pytest.mark.parametrize(("first_min", "missing_min"), [(-30, 0), (20, 20)])
def test_trades_show_when_a_market_was_open(first_min: int, missing_min: int) -> None:
    """Of Kraken's trades, minutes before the first one are missing; a trade before the window makes them quiet."""
    times = (START + first_min * MINUTE, START + 40 * MINUTE, END + HOUR)
    trades = [PublicTrade(to_ms(time) * 1_000_000, "3.5", "2", number) for number, time in enumerate(sorted(times), 1)]
    run = ReplayRun(MemorySink(), {"kraken": {"ATOM/USD": []}}, {"kraken": {"ATOM/USD": trades}}, table=FAST_VENUES)
    summary, _ = run.collect()
    (result,) = [result for result in summary.results if result.symbol == "ATOM/USD"]
    assert sum(gap.span.minutes for gap in result.gaps) == missing_min
    covered = run.store.read_covered_spans(["ATOM"], START, END)
    assert covered.rows() == [("kraken", "ATOM/USD", START + missing_min * MINUTE, END)]


def test_an_answer_without_a_row_of_a_venue_that_sends_quiet_minutes_is_no_evidence_of_them() -> None:
    """Where a quiet minute comes as a row, an empty answer stays `HISTORY_TOO_SHORT`."""
    run = ReplayRun(MemorySink(), {"okx": {"ATOM/USDT": build_traded(START - HOUR, END + HOUR)}})
    summary, _ = run.collect(change_rows("candles", lambda _: []), request=REQUEST)
    (result,) = [result for result in summary.results if result.symbol == "ATOM/USDT"]
    assert result.outcome is Outcome.HISTORY_TOO_SHORT
    assert run.store.read_covered_spans(["ATOM"], START, END).is_empty()
