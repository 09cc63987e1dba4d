"""The trades route of Coinbase, whose trades are paged by their numbers."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from collectors.routes import trades_by_id
from collectors.venues.row import Route
from data.schema import Outcome
from tests.collectors.memory_sink import MemorySink
from tests.collectors.replay_setup import END, FAST_VENUES, START, ReplayRun, build_bars, list_expected
from tests.replay.faults import replace_body, return_outage
from tests.replay.market import Bar, PublicTrade

SYMBOL = "ATOM/USD"
TABLE = tuple(replace(row, routes=(Route.TRADES,)) if row.id == "coinbaseexchange" else row for row in FAST_VENUES)
BARS = build_bars(START - timedelta(hours=20), 48 * 60, quiet=range(0, 48 * 60, 7))
"""Two days around the window, of which every seventh minute is quiet."""


def build_trades(bars: Sequence[Bar], *, first: int = 900_000_001, step: int = 1) -> list[PublicTrade]:
    """Four trades for every bar with a volume, open to close; ``step`` is the distance of their numbers."""
    prices = ((bar, part, price) for bar in bars if bar.volume for part, price in enumerate(bar[1:5]))
    return [
        PublicTrade(
            bar.open_ms * 1_000_000 + part * 14_999_000_000, str(price), str(bar.volume / 4), first + step * index
        )
        for index, (bar, part, price) in enumerate(prices)
    ]


def build_run(trades: list[PublicTrade]) -> ReplayRun[MemorySink]:
    """A run of Coinbase by its trades alone."""
    venues = {"coinbaseexchange": {SYMBOL: BARS}}
    return ReplayRun(MemorySink(), venues, {"coinbaseexchange": {SYMBOL: trades}}, table=TABLE)


@pytest.mark.parametrize("step", [1, 3], ids=["one by one", "with gaps"])
def test_trades_in_the_middle_of_a_history_are_found_by_their_numbers(step: int) -> None:
    """A window among 900 million numbers is found in few requests and gives the venue's candles, also with gaps."""
    trades = build_trades(BARS, step=step)
    run = build_run(trades)
    summary, replay = run.collect()
    result = next(result for result in summary.results if result.symbol == SYMBOL)
    assert (result.outcome, result.message) == (Outcome.COMPLETE, "")
    assert run.read_stored("coinbaseexchange", SYMBOL) == list_expected("coinbaseexchange", BARS)
    requests = [request for request in replay.requests if request.path == "/products/ATOM-USD/trades"]
    # One for the newest number, 20 halvings from 900 million to 1,000, and the pages: 206 minutes of four trades.
    assert len(requests) <= 1 + 20 + 2 * step
    assert replay.unknown_parameters == set()


def test_an_interrupted_run_goes_on_with_the_next_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    """A failure between two chunks leaves whole bars; the next run requests the rest, and no candle twice."""
    monkeypatch.setattr(trades_by_id, "TRADES_PER_PAGE", 100)
    monkeypatch.setattr(trades_by_id, "PAGES_PER_CHUNK", 1)
    run = build_run(build_trades(BARS, first=1))
    summary, _ = run.collect(replace(return_outage("/trades"), skip=12))
    (gap,) = next(result for result in summary.results if result.symbol == SYMBOL).gaps
    assert START < gap.span.start < gap.span.end == END
    assert (gap.span.start.second, gap.outcome) == (0, Outcome.UNREACHABLE)
    before = run.read_stored("coinbaseexchange", SYMBOL)
    assert before == list_expected("coinbaseexchange", BARS, START, gap.span.start)
    second_summary, _ = run.collect()
    assert next(result for result in second_summary.results if result.symbol == SYMBOL).outcome is Outcome.COMPLETE
    assert run.read_stored("coinbaseexchange", SYMBOL) == list_expected("coinbaseexchange", BARS)


def test_a_market_without_any_trade_proves_nothing() -> None:
    """An empty answer is no quiet window."""
    run = build_run([])
    summary, _ = run.collect()
    result = next(result for result in summary.results if result.symbol == SYMBOL)
    assert result.outcome is Outcome.HISTORY_TOO_SHORT
    assert "answered with no trade at all" in result.message


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        ('[{"trade_id": 7, "price": "3", "size": "1", "time": "soon"}]', "bad-data"),
        ('[{"trade_id": 0, "price": "3", "size": "1", "time": "2025-10-10T20:00:00Z"}]', "bad-data"),
        ('{"message": "sorry"}', "unreachable"),
    ],
)
def test_what_is_no_page_of_trades_gives_no_candle(body: str, outcome: str) -> None:
    """A trade without time or with an impossible number is bad data, and a message an error of the venue."""
    run = build_run(build_trades(BARS))
    summary, _ = run.collect(replace_body("/trades", body))
    result = next(result for result in summary.results if result.symbol == SYMBOL)
    assert result.outcome.value == outcome
    assert run.read_stored("coinbaseexchange", SYMBOL) == []
