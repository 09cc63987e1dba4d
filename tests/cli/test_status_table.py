"""The texts of `status`, which stay short with hundreds of markets, and its complete JSON."""

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from rich.console import Console, RenderableType

from cli.tables.status import (
    EMPTY_STORE_HINT,
    build_status_json,
    format_rejected_pages,
    format_revisions,
    format_status,
)
from dashboard.text.clock import Zone
from dashboard.text.store import format_candle_time
from data.schema import CANDLE, COVERAGE, REJECTED_PAGE, REVISION, Origin, RunOutcome, build_empty_frame
from data.store import CandleStore
from data.tables.runs import RunRecord

START = datetime(2025, 10, 10, 20, tzinfo=UTC)
HOUR = timedelta(hours=1)
ASKED_AT = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> CandleStore:
    """An empty store."""
    return CandleStore(str(tmp_path / "lake"))


def render_lines(text: RenderableType, width: int = 200) -> list[str]:
    """The lines on a terminal of that width."""
    buffer = io.StringIO()
    Console(file=buffer, width=width, highlight=False).print(text)
    return [line.rstrip() for line in buffer.getvalue().splitlines()]


def store_candle(
    store: CandleStore, venue: str, symbol: str, origin: Origin, source: str, *, minute: int = 0, timeframe: str = "1m"
) -> None:
    """Store one candle."""
    row = {"venue": venue, "symbol": symbol, "open_time": START + timedelta(minutes=minute), "timeframe": timeframe}
    values = {"open": 1.0, "high": 2.0, "low": 0.5, "close": 1.5, "volume": 3.0, "price": "trade"}
    candles = pl.DataFrame([{**row, **values, "origin": origin.value}], schema=CANDLE)
    store.write_candles(candles, source=source, fetched_at=ASKED_AT)


def store_missing(store: CandleStore, *rows: tuple[str, str, str, str, str]) -> None:
    """Store an hour of each (venue, symbol, price, outcome, message) as outstanding."""
    names = ("venue", "symbol", "price", "outcome", "message")
    defaults = {"start": START, "end": START + HOUR, "asked_at": ASKED_AT, "origin": Origin.OHLCV.value}
    coverage_rows = [
        {**dict(zip(names, row, strict=True)), **defaults, "source": "api", "timeframe": "1m"} for row in rows
    ]
    store.coverage.write(pl.DataFrame(coverage_rows, schema=COVERAGE))


def test_an_empty_store_has_a_hint(store: CandleStore) -> None:
    """An empty store shows its location, its size and how to get candles."""
    assert render_lines(format_status(store))[1:] == [EMPTY_STORE_HINT]
    assert render_lines(format_status(store))[0].endswith("lake (0.0 MB in 0 files)")


def test_candles_of_two_lengths_have_lines_of_their_own(store: CandleStore) -> None:
    """Candles of a second are not added to those of a minute."""
    for timeframe in ("1s", "1m"):
        store_candle(store, "binance", "ATOM/USDT", Origin.OHLCV, "api", timeframe=timeframe)
    assert [line.split(" of ")[0] for line in render_lines(format_status(store))[1::2]] == [
        "binance, candles: 1 candle",
        "binance, candles: 1 one-second candle",
        "Candles",
    ]
    assert render_lines(format_status(store))[5:] == [
        "Candles of a second are stored by asset and day",
        "Candles of a minute are stored by asset and month",
    ]


def test_candles_are_listed_by_venue_and_route(store: CandleStore) -> None:
    """The files of an archive are one route, whatever their checksums; an imported file is named."""
    store_candle(store, "binance", "ATOM/USDT", Origin.ARCHIVE, "vision/a-10.zip sha256:aa")
    store_candle(store, "binance", "ATOM/USDT", Origin.ARCHIVE, "vision/a-11.zip sha256:bb", minute=1)
    store_candle(store, "binance", "DOGE/USDT", Origin.ARCHIVE, "vision/d-10.zip sha256:cc")
    store_candle(store, "binance", "ATOM/USDT", Origin.IMPORTED, "mine.csv")
    store_candle(store, "kraken", "ATOM/USD", Origin.TRADES, "api.kraken.com")
    assert render_lines(format_status(store))[1:] == [
        "binance, archive: 3 candles of 2025-10-10 20:00 to 2025-10-10 20:01 UTC",
        "    ATOM/USDT, DOGE/USDT",
        "binance, mine.csv: 1 candle of 2025-10-10 20:00 to 2025-10-10 20:00 UTC",
        "    ATOM/USDT",
        "kraken, trades: 1 candle of 2025-10-10 20:00 to 2025-10-10 20:00 UTC",
        "    ATOM/USD",
        "Candles of a minute are stored by asset and month",
    ]
    candles_json = build_status_json(store)["candles"]
    assert isinstance(candles_json, list)
    assert len(candles_json) == 5


def test_three_hundred_markets_take_two_lines_a_venue(store: CandleStore) -> None:
    """Outstanding candles are summed by venue and reason; the JSON has every span."""
    venues = [f"venue{number:02}" for number in range(20)]
    store_missing(store, *((v, f"A{n:02}/USDT", "trade", "refused", "HTTP 451") for v in venues for n in range(15)))
    lines = render_lines(format_status(store), width=1000)[2:]
    markets = ", ".join(f"A{n:02}/USDT" for n in range(15))
    assert lines[:3] == [
        "Requested and missing:",
        "venue00, refused: HTTP 451",
        f"    900 min of 2025-10-10 20:00 to 2025-10-10 21:00 UTC: {markets}",
    ]
    assert len(lines) == 41
    not_had = build_status_json(store)["not_had"]
    assert isinstance(not_had, list)
    assert len(not_had) == 300


def test_reasons_have_lines_of_their_own(store: CandleStore) -> None:
    """Each reason of a venue has its lines, with the kind of price; brackets in a message are not markup."""
    store_missing(
        store,
        ("okx", "ATOM/USDT:USDT", "mark", "bad-data", "answered [/b]"),
        ("okx", "ATOM/USDT", "trade", "unreachable", "HTTP 503"),
    )
    assert render_lines(format_status(store))[3:] == [
        "okx, bad-data: answered [/b]",
        "    60 min of 2025-10-10 20:00 to 2025-10-10 21:00 UTC: ATOM/USDT:USDT (mark)",
        "okx, unreachable: HTTP 503",
        "    60 min of 2025-10-10 20:00 to 2025-10-10 21:00 UTC: ATOM/USDT",
    ]


def test_files_of_an_archive_are_not_named_one_by_one(store: CandleStore) -> None:
    """Names of files are removed from messages, so that one reason is not listed once per file."""
    messages = [f"no archive file {name}-2025-10-10.zip (HTTP 404)" for name in ("ATOMUSDT-1m", "DOGEUSDT-1m")]
    store_missing(
        store,
        ("okx", "ATOM/USDT", "trade", "history-too-short", messages[0]),
        ("okx", "DOGE/USDT", "trade", "history-too-short", messages[1]),
    )
    assert render_lines(format_status(store))[3:] == [
        "okx, history-too-short: no archive file (HTTP 404)",
        "    120 min of 2025-10-10 20:00 to 2025-10-10 21:00 UTC: ATOM/USDT, DOGE/USDT",
    ]


def test_the_last_five_runs_are_shown(store: CandleStore) -> None:
    """The five newest runs are listed, newest first, with outcome, counts and message."""
    for number in range(7):
        began = ASKED_AT + number * HOUR
        store.runs.add(
            RunRecord(kind="follow", outcome=RunOutcome.DONE, began_at=began, ended_at=began, new=1000 + number)
        )
    failed_at = ASKED_AT + 9 * HOUR
    store.runs.add(
        RunRecord(kind="follow", outcome=RunOutcome.FAILED, began_at=failed_at, ended_at=failed_at, message="no")
    )
    lines = render_lines(format_status(store))[2:]
    assert lines[0] == "Last runs of the follower:"
    assert lines[1] == "2026-11-20 21:00 UTC follow: failed, 0 new, 0 revised: no"
    assert lines[2] == "2026-11-20 18:00 UTC follow: done, 1,006 new, 0 revised"
    assert len(lines) == 6


def test_revisions_are_a_table() -> None:
    """A row has the first and the latest value of a field with their times; without a row there is a sentence."""
    row = {
        "venue": "okx",
        "symbol": "ATOM/USDT",
        "price": "trade",
        "timeframe": "1m",
        "open_time": START,
        "field": "low",
        "first_seen": 0.001,
        "first_seen_at": ASKED_AT,
        "now": 2.25,
        "now_at": ASKED_AT + HOUR,
        "changes": 1,
        "origin": "collected:ccxt-ohlcv",
        "source": "www.okx.com",
    }
    text = " ".join(render_lines(format_revisions(pl.DataFrame([row], schema=REVISION))))
    assert "0.001 (2026-11-20 12:00)" in text
    assert "2.25 (2026-11-20 13:00)" in text
    assert "2025-10-10 20:00 UTC" in text
    assert render_lines(format_revisions(build_empty_frame(REVISION))) == [
        "No exchange has reported a stored candle with other values."
    ]


def test_times_of_candles_of_each_length() -> None:
    """The time of a candle has its length unless it is a minute, and seconds if its length is one."""
    time = START.replace(minute=17, second=3)
    row = {"timeframe": "1m"}
    assert format_candle_time({**row, "open_time": START}, Zone.UTC) == "2025-10-10 20:00 UTC"
    assert format_candle_time({**row, "timeframe": "1s", "open_time": time}, Zone.UTC) == "2025-10-10 20:17:03 UTC (1s)"
    assert (
        format_candle_time({**row, "timeframe": "5m", "open_time": START}, Zone.UTC8) == "2025-10-11 04:00 UTC+8 (5m)"
    )


def test_rejected_pages_have_an_excerpt() -> None:
    """A rejected page has its reason and 200 characters on one line, with brackets and without line feeds."""
    row = {
        "venue": "okx",
        "symbol": "ATOM/USDT",
        "price": "trade",
        "start": START,
        "end": START + HOUR,
        "asked_at": ASKED_AT,
        "source": "okx",
        "message": "no JSON",
        "body": "[[1760\n [/b]" + "x" * 500,
    }
    assert render_lines(format_rejected_pages(pl.DataFrame([row], schema=REJECTED_PAGE)), width=300) == [
        "okx ATOM/USDT 2025-10-10T20:00:00Z to 2025-10-10T21:00:00Z, asked 2026-11-20T12:00:00Z of okx: no JSON",
        "    [[1760 [/b]" + "x" * 189,
    ]
    assert render_lines(format_rejected_pages(build_empty_frame(REJECTED_PAGE))) == ["No answer was set aside."]
