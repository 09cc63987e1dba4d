"""Progress and summary of a collection as bars, plain lines and JSON."""

import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from rich.console import Console
from rich.text import Text

from cli.collect_display import JsonDisplay, LiveDisplay, PlainDisplay, select_display
from cli.collect_summary import format_summary
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
    "Missing: bybit, 1 market, 60 min: refused: HTTP 403",
    "Refused: the exchange does not serve this country or network: try --proxy, --host or --mirror.",
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
    """Where all is shown, markets of a venue with the same reason share a line with their total of minutes."""
    doge = replace(REFUSED, symbol="DOGE/USDT")
    marks = replace(REFUSED, symbol="DOGE/USDT:USDT", price="mark")
    late = SpanOutcome(Span(WINDOW.start, WINDOW.start + timedelta(minutes=7)), Outcome.HISTORY_TOO_SHORT, "too old")
    partly = replace(REFUSED, outcome=Outcome.PARTLY, gaps=(late,))
    window = "2025-10-10 20:00 to 2025-10-10 21:00 UTC"
    assert format_summary(CollectionSummary((REFUSED, doge, partly, marks)), shows_all=True)[:2] == [
        f"Missing: bybit ATOM/USDT, DOGE/USDT, DOGE/USDT:USDT (mark): 180 min of {window}: refused: HTTP 403",
        f"Missing: bybit ATOM/USDT: 7 min of {window}: partly available: too old",
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


def test_an_exchange_has_one_line() -> None:
    """Markets that fail for two reasons are one line of their exchange, cut to the width of the terminal."""
    late = SpanOutcome(Span(WINDOW.start, WINDOW.start + timedelta(minutes=7)), Outcome.HISTORY_TOO_SHORT, "too old")
    partly = replace(REFUSED, symbol="DOGE/USDT", outcome=Outcome.PARTLY, gaps=(late,))
    summary = CollectionSummary((*SUMMARY.results, partly))
    line = "Missing: bybit, 2 markets, 67 min: refused, history too short: HTTP 403; too old"
    assert line in format_summary(summary)
    cut = "Missing: bybit, 2 markets, 67 min: refused, history too short: HTTP 403..."
    assert cut in format_summary(summary, width=78)


def test_many_absent_assets_are_counted() -> None:
    """A line of absent assets that is too long for the terminal becomes a number."""
    absent = [
        replace(SUMMARY.results[1], venue=venue, symbol=symbol)
        for venue in ("okx", "bybit")
        for symbol in ("WBETH/*", "BNSOL/*")
    ]
    summary = CollectionSummary(tuple(absent))
    assert "Not listed: okx WBETH, BNSOL; bybit WBETH, BNSOL" in format_summary(summary, width=80)
    assert "Not listed: 4 of the assets on 2 exchanges" in format_summary(summary, width=40)
    assert "Not listed: okx WBETH, BNSOL; bybit WBETH, BNSOL" in format_summary(summary, shows_all=True, width=40)


def build_failures(outcome: Outcome, *venues: str) -> CollectionSummary:
    """Exchanges that did not list their markets, each with three assets."""
    gaps = (SpanOutcome(WINDOW, outcome, "no address found"),)
    return CollectionSummary(
        tuple(
            MarketResult(venue, f"{asset}/*", WINDOW, outcome, "", gaps=gaps)
            for venue in venues
            for asset in ("ATOM", "DOGE", "XRP")
        )
    )


def test_exchanges_that_all_fail_alike_are_one_line() -> None:
    """Three exchanges with nine assets: what happened, what to do, one reason, and how to see the rest."""
    assert format_summary(build_failures(Outcome.UNREACHABLE, "okx", "gate", "htx")) == [
        "None of the 3 exchanges could be reached.",
        "Check the internet connection. Behind a proxy, name it with --proxy. Then collect again.",
        "For example okx: no address found",
        "--verbose names every exchange and market.",
    ]
    assert format_summary(build_failures(Outcome.REFUSED, "okx", "gate"))[0] == (
        "All 2 exchanges refused: they do not serve this country or network."
    )
    lines = format_summary(build_failures(Outcome.UNREACHABLE, "okx", "gate"), shows_all=True)
    assert lines[0].startswith("Missing: okx ATOM/*, DOGE/*, XRP/*: 180 min of")
    assert "None of the 2 exchanges could be reached." in lines


def test_one_exchange_or_mixed_failures_have_lines_of_their_own() -> None:
    """A single exchange, two outcomes, or one exchange that answered: each failing exchange has its line."""
    one = format_summary(build_failures(Outcome.UNREACHABLE, "okx"))
    assert one[0] == "Missing: okx, all markets: unreachable: no address found"
    first, second = build_failures(Outcome.UNREACHABLE, "okx"), build_failures(Outcome.REFUSED, "gate")
    mixed = format_summary(CollectionSummary((*first.results, *second.results)))
    assert [line.split(",")[0] for line in mixed[:2]] == ["Missing: okx", "Missing: gate"]
    partial = format_summary(CollectionSummary((SUMMARY.results[0], *first.results)))
    assert partial[1].startswith("Missing: okx")


def test_advice_for_short_history() -> None:
    """For history that a venue no longer has, no repetition is advised."""
    short_history = (SpanOutcome(WINDOW, Outcome.HISTORY_TOO_SHORT, "too old"),)
    lines = format_summary(
        CollectionSummary((replace(REFUSED, outcome=Outcome.HISTORY_TOO_SHORT, gaps=short_history),))
    )
    assert "History too short: collecting again will not help: import a file, or do without." in lines


def test_plain_lines_of_failures_are_folded(capsys: pytest.CaptureFixture[str]) -> None:
    """An exchange that fails for three assets has one line, and three if all are shown."""
    steps = [
        MarketProgress("okx", f"{asset}/*", 0, 0, 0, Outcome.UNREACHABLE, "no address found")
        for asset in ("ATOM", "DOGE", "XRP")
    ]
    for display, count in ((PlainDisplay(), 1), (PlainDisplay(shows_all=True), 3)):
        for step in steps:
            display.show_progress(step)
        lines = capsys.readouterr().out.splitlines()
        assert len(lines) == count
    assert lines[0] == "okx ATOM/*: 0 candles, unreachable: no address found"


def test_advice_for_an_empty_answer() -> None:
    """For an answer without a candle the summary says how it counts, and that it can be asked again."""
    empty = (SpanOutcome(WINDOW, Outcome.NO_EVIDENCE, "answered without a candle"),)
    advice = format_summary(CollectionSummary((replace(REFUSED, outcome=Outcome.NO_EVIDENCE, gaps=empty),)))[1:]
    assert advice == [
        (
            "Empty answer: nothing shows whether nobody traded or the exchange has forgotten these minutes: they "
            "count as missing. Collect again, or a longer window: prices on both sides show that the market was open."
        )
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
