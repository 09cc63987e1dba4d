"""Progress and summary of a collection as bars, plain lines and JSON."""

import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from rich.console import Console
from rich.text import Text

from cli.collect_display import JsonDisplay, LiveDisplay, PlainDisplay, format_summary, select_display
from collectors.plan import SpanOutcome
from collectors.request import CollectionSummary, MarketProgress, MarketResult
from data.intervals import Span
from data.schema import Outcome

WINDOW = Span(datetime(2025, 10, 10, 20, 0, tzinfo=UTC), datetime(2025, 10, 10, 21, 0, tzinfo=UTC))
HALF_DONE = MarketProgress("okx", "ATOM/USDT", candles=30, done_min=30, total_min=60)
DONE = MarketProgress("okx", "ATOM/USDT", candles=60, done_min=60, total_min=60, outcome=Outcome.COMPLETE)
REFUSED = MarketResult(
    "bybit",
    "ATOM/USDT",
    WINDOW,
    Outcome.REFUSED,
    "HTTP 403",
    gaps=(SpanOutcome(WINDOW, Outcome.REFUSED, "HTTP 403"),),
)
SUMMARY = CollectionSummary(
    (
        MarketResult("okx", "ATOM/USDT", WINDOW, Outcome.COMPLETE, "", candles=60, new=60),
        MarketResult("okx", "WBETH/*", WINDOW, Outcome.NOT_LISTED, "no market"),
        REFUSED,
    ),
    ("edges rounded down",),
)
CLOSING_LINES = [
    "60 candles: 60 new, 0 with other values than before",
    "edges rounded down",
    "Not listed: okx WBETH",
    "Not had: bybit ATOM/USDT: 60 min of 2025-10-10 20:00 to 2025-10-10 21:00 UTC: refused: HTTP 403",
    "A venue that refuses may answer by --host, --proxy or --mirror; see docs/collecting.md.",
    "Run the same command again to ask for what is missing.",
]


def test_plain_lines(capsys: pytest.CaptureFixture[str]) -> None:
    """A line per market when it is done, then totals and failures."""
    display = PlainDisplay()
    with display.run_live():
        display.show_progress(HALF_DONE)
        display.show_progress(DONE)
    display.show_summary(SUMMARY)
    assert capsys.readouterr().out.splitlines() == ["okx ATOM/USDT: 60 candles, complete", *CLOSING_LINES]


def test_json_lines(capsys: pytest.CaptureFixture[str]) -> None:
    """Progress and summary are a JSON object per line."""
    display = JsonDisplay()
    with display.run_live():
        display.show_progress(HALF_DONE)
    display.show_summary(SUMMARY)
    progress, summary = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert progress == {
        "event": "progress",
        "venue": "okx",
        "symbol": "ATOM/USDT",
        "candles": 30,
        "done_min": 30,
        "total_min": 60,
        "outcome": None,
        "message": "",
        "price": "trade",
        "gap_min": 0,
    }
    assert (summary["event"], summary["candles"], summary["failed"]) == ("summary", 60, 1)
    edges = {"from": "2025-10-10T20:00:00Z", "to": "2025-10-10T21:00:00Z"}
    assert summary["results"][2]["gaps"] == [{**edges, "outcome": "refused", "message": "HTTP 403"}]


def test_bar_per_venue() -> None:
    """On a terminal each venue has a bar with candles, missing minutes and rate; the summary follows."""
    screen = io.StringIO()
    seconds = iter([10.0, 10.0, 12.0])
    display = LiveDisplay(Console(file=screen, force_terminal=True, width=200), lambda: next(seconds))
    with display.run_live():
        display.show_progress(HALF_DONE)
        display.show_progress(replace(DONE, candles=50, gap_min=10))
    display.show_summary(SUMMARY)
    assert "50 candles, 10 min missing, 25/s" in screen.getvalue()
    assert "100%" in screen.getvalue()
    assert "Not listed: okx WBETH" in screen.getvalue()


def test_failures_are_grouped_by_reason() -> None:
    """Markets of a venue with the same reason share a line with their total of minutes."""
    doge = replace(REFUSED, symbol="DOGE/USDT")
    marks = replace(REFUSED, symbol="DOGE/USDT:USDT", price="mark")
    late = SpanOutcome(Span(WINDOW.start, WINDOW.start + timedelta(minutes=7)), Outcome.HISTORY_TOO_SHORT, "too old")
    partly = replace(REFUSED, outcome=Outcome.PARTLY, gaps=(late,))
    window = "2025-10-10 20:00 to 2025-10-10 21:00 UTC"
    assert format_summary(CollectionSummary((REFUSED, doge, partly, marks)))[1:3] == [
        f"Not had: bybit ATOM/USDT, DOGE/USDT, DOGE/USDT:USDT (mark): 180 min of {window}: refused: HTTP 403",
        f"Not had: bybit ATOM/USDT: 7 min of {window}: partly: too old",
    ]


def test_failed_routes_are_told_though_all_is_there() -> None:
    """Markets of which a route failed and another brought the minutes are listed by reason, also where all is there."""
    reason = "60 minutes came by another route, not by archive: no archive file {}USDT-1m-2025-10-10.zip (HTTP 404)"
    atom = MarketResult(
        "kucoin", "ATOM/USDT", WINDOW, Outcome.COMPLETE, "", candles=60, failed_routes=reason.format("ATOM")
    )
    doge = replace(atom, symbol="DOGE/USDT", failed_routes=reason.format("DOGE"))
    (line,) = format_summary(CollectionSummary((atom, doge)))[1:]
    assert line == (
        "Had otherwise: kucoin ATOM/USDT, DOGE/USDT: "
        "60 minutes came by another route, not by archive: no archive file (HTTP 404)"
    )


def test_advice_for_short_history() -> None:
    """For history that a venue no longer has, no repetition is advised."""
    short_history = (SpanOutcome(WINDOW, Outcome.HISTORY_TOO_SHORT, "too old"),)
    advice = format_summary(
        CollectionSummary((replace(REFUSED, outcome=Outcome.HISTORY_TOO_SHORT, gaps=short_history),))
    )[2:]
    assert advice == ["What is history-too-short will not come by asking again; `import` takes files."]


def test_advice_for_an_empty_answer() -> None:
    """For an answer without a candle the summary says how it counts, and that it can be asked again."""
    empty = (SpanOutcome(WINDOW, Outcome.NO_EVIDENCE, "answered without a candle"),)
    advice = format_summary(CollectionSummary((replace(REFUSED, outcome=Outcome.NO_EVIDENCE, gaps=empty),)))[2:]
    assert advice == [
        "What is no-evidence counts as missing: candles on both sides would show that nobody traded.",
        "Run the same command again to ask for what is missing.",
    ]


def test_bar_without_minutes() -> None:
    """A venue that refuses has an empty bar with the outcome; one with everything stored a full bar."""
    screen = io.StringIO()
    display = LiveDisplay(Console(file=screen, force_terminal=True, width=100), lambda: 1.0)
    with display.run_live():
        display.show_progress(MarketProgress("bybit", "ATOM/*", 0, 0, 0, Outcome.REFUSED, "HTTP 451"))
        display.show_progress(MarketProgress("okx", "ATOM/USDT", 0, 0, 0, Outcome.COMPLETE, "already stored"))
    last = Text.from_ansi(screen.getvalue()).plain.splitlines()
    assert next(line for line in reversed(last) if line.startswith("bybit")).split()[2:4] == ["0%", "refused"]
    assert next(line for line in reversed(last) if line.startswith("okx")).split()[2:5] == [
        "100%",
        "nothing",
        "missing",
    ]


def test_messages_are_not_markup() -> None:
    """Brackets in a message of an exchange are printed as they are."""
    screen = io.StringIO()
    reason = (SpanOutcome(WINDOW, Outcome.BAD_DATA, "answered [/b] [red]"),)
    LiveDisplay(Console(file=screen, width=200)).show_summary(CollectionSummary((replace(REFUSED, gaps=reason),)))
    assert "answered [/b] [red]" in screen.getvalue()


def test_select_display() -> None:
    """JSON if requested, bars on a terminal, else plain lines."""
    assert isinstance(select_display(Console(file=io.StringIO(), force_terminal=True), as_json=False), LiveDisplay)
    console = Console(file=io.StringIO())
    assert isinstance(select_display(console, as_json=True), JsonDisplay)
    assert isinstance(select_display(console, as_json=False), PlainDisplay)
