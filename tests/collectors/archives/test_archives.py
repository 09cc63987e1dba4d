import asyncio
import gzip
import hashlib
import tempfile
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from collectors.archives.formats import ARCHIVE_FORMATS
from collectors.archives.paths import find_unavailability, format_path, split_by_day
from collectors.archives.route import ArchiveReader, run_in_thread
from collectors.chunk import Chunk
from collectors.failures import CollectFailure, Refused, Unreachable
from collectors.http.access import Access
from collectors.plan import SpanOutcome
from collectors.venues.row import Archive, EmptyMinutes, FilePattern
from collectors.venues.table import VENUES
from data.intervals import MINUTE, Span
from data.schema import Origin, Outcome, Timeframe
from data.trades.candles import BAR_SCHEMA
from tests.collectors import replay_setup
from tests.collectors.replay_setup import to_ms
from tests.replay.archives import (
    CANDLE_ARCHIVES,
    ArchiveSite,
    Files,
    build_bybit_files,
    build_kucoin_files,
    build_okx_trade_files,
    build_zip,
    format_checksum_line,
)
from tests.replay.faults import Fault, limit_rate, refuse_location, replace_body, return_outage
from tests.replay.formats import FORMATS
from tests.replay.market import Bar, PublicTrade, RecordedRequest
from tests.replay.server import Replay

ARCHIVES: Mapping[str, Archive] = {
    "binance": Archive(
        host="data.binance.vision",
        files=(
            FilePattern(
                "data/spot/daily/klines/{base}{quote}/1m/{base}{quote}-1m-{day:%Y-%m-%d}.zip",
                "binance-klines",
                date(2017, 8, 17),
                "{path}.CHECKSUM",
            ),
        ),
        day_zone_h=0,
        empty_minutes=EmptyMinutes.FLAT,
        lag_h=24,
        volume_unit="base",
    ),
    "gate": Archive(
        host="download.gatedata.org",
        files=(
            FilePattern(
                "spot/candlesticks_1m/{day:%Y%m}/{base}_{quote}-{day:%Y%m%d}.csv.gz", "gate-candles", date(2023, 1, 1)
            ),
        ),
        day_zone_h=0,
        empty_minutes=EmptyMinutes.OMITTED,
        lag_h=48,
        volume_unit="base",
    ),
    "kucoin": Archive(
        host="historical-data.kucoin.com",
        files=(
            FilePattern(
                "data/spot/daily/klines/{base}{quote}/1m/{base}{quote}-1m-{day:%Y-%m-%d}.zip",
                "kucoin-klines",
                date(2022, 12, 1),
                "{path}.CHECKSUM",
            ),
        ),
        day_zone_h=0,
        empty_minutes=EmptyMinutes.UNKNOWN,
        lag_h=48,
        volume_unit="base",
    ),
    "okx": Archive(
        host="static.okx.com",
        files=(
            FilePattern(
                "/cdn/okex/traderecords/candlesticks/daily/{day:%Y%m%d}/{base}-{quote}-candlesticks-{day:%Y-%m-%d}.zip",
                "okx-candles",
                date(2023, 7, 1),
            ),
        ),
        day_zone_h=8,
        empty_minutes=EmptyMinutes.FLAT,
        lag_h=48,
        volume_unit="base",
    ),
    "htx": Archive(
        host="www.htx.com",
        files=(
            FilePattern(
                "data/historical_data/spot/daily/klines/{base}-{quote}/1m/{base}-{quote}-klines-1m-{day:%Y-%m-%d}.zip",
                "htx-klines-2026",
                date(2026, 2, 1),
                "{path}.CHECKSUM",
            ),
            FilePattern(
                "data/data/klines/spot/daily/{base}{quote}/1min/{base}{quote}-1min-{day:%Y-%m-%d}.zip",
                "htx-klines",
                date(2020, 6, 1),
                "{stem}.CHECKSUM",
            ),
        ),
        day_zone_h=8,
        empty_minutes=EmptyMinutes.UNKNOWN,
        lag_h=48,
        volume_unit="base",
    ),
    "upbit": Archive(
        host="crix-data.upbit.com",
        files=(
            FilePattern(
                "candle/{quote}-{base}/daily/{timeframe}/{day:%Y}/{quote}-{base}_candle-{timeframe}_{day:%Y%m%d}.zip",
                "upbit-candles",
                date(2017, 10, 24),
                "{path}.checksum",
            ),
        ),
        day_zone_h=0,
        empty_minutes=EmptyMinutes.OMITTED,
        lag_h=48,
        volume_unit="base",
        terms="personal use",
    ),
    "bybit": Archive(
        host="public.bybit.com",
        files=(
            FilePattern("spot/{base}{quote}/{base}{quote}_{day:%Y-%m-%d}.csv.gz", "bybit-trades", date(2022, 11, 1)),
        ),
        day_zone_h=0,
        empty_minutes=EmptyMinutes.OMITTED,
        lag_h=24,
        volume_unit="base",
    ),
}

SYMBOL = "ATOM/USDT"
DAY = datetime(2025, 10, 10, tzinfo=UTC)
NEXT_DAY = DAY + timedelta(days=1)
EVENING = Span(DAY + timedelta(hours=20), NEXT_DAY)
NOW = datetime(2026, 11, 20, 12, 0, 30, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FILE = "/data/spot/daily/klines/ATOMUSDT/1m/ATOMUSDT-1m-2025-10-10.zip"
ACCESS_DENIED = '<?xml version="1.0"?>\n<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>'

CandleRows = list[tuple[object, ...]]


def build_bars(start: datetime, minutes: int) -> list[Bar]:
    """Bars of consecutive minutes, of which every seventh is flat and without volume."""
    return replay_setup.build_bars(start, minutes, quiet=range(0, minutes, 7))


TWO_DAYS = build_bars(DAY, 2880)


def list_rows(market_bars: Iterable[Bar], span: Span, *, quiet: bool = True) -> CandleRows:
    """The expected candles of a span, with or without quiet ones."""
    inside = (bar for bar in market_bars if to_ms(span.start) <= bar.open_ms < to_ms(span.end))
    return [(EPOCH + timedelta(milliseconds=bar.open_ms), *bar[1:]) for bar in inside if quiet or bar.volume]


class ArchiveRead:
    """The chunks of an archive read over HTTP, the requested paths, and the fatal failure if any."""

    def __init__(
        self, archive: Archive, files: Files, *missing: Span, faults: Sequence[Fault] = (), now: datetime = NOW
    ) -> None:
        self.chunks: list[Chunk] = []
        self.paths: list[str] = []
        self.mirror = ""
        self.fatal_failure: CollectFailure | None = None
        asyncio.run(self._read(archive, files, missing, tuple(faults), now))

    async def _read(
        self, archive: Archive, files: Files, missing: Sequence[Span], faults: tuple[Fault, ...], now: datetime
    ) -> None:
        site = ArchiveSite(files)
        async with Replay({}, now_ms=to_ms(now), faults=faults, sites={archive.host: site}) as replay:
            self.mirror = replay.url
            async with ArchiveReader(archive, Access(mirror=replay.url), lambda: now) as reader:
                async for chunk in reader.read(SYMBOL, Timeframe.M1, missing):
                    self.chunks.append(chunk)
                self.fatal_failure = reader.fatal_failure
        self.paths = [request.path for request in replay.requests]

    @property
    def rows(self) -> CandleRows:
        """The candles of all chunks."""
        return [row for chunk in self.chunks for row in chunk.candles.iter_rows()]

    @property
    def span_outcomes(self) -> list[SpanOutcome]:
        """The outcomes of all chunks."""
        return [piece for chunk in self.chunks for piece in chunk.outcomes]

    @property
    def outcomes(self) -> list[tuple[Outcome, Span]]:
        """The outcomes without their messages."""
        return [(piece.outcome, piece.span) for piece in self.span_outcomes]


@pytest.fixture(autouse=True)
def _check_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    """No test leaves temporary files."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield
    assert list(folder.iterdir()) == []


def build_files(venue: str, market_bars: Iterable[Bar] = TWO_DAYS) -> Files:
    """The files of a venue with the bars."""
    return CANDLE_ARCHIVES[venue][1](SYMBOL, market_bars)


@pytest.mark.parametrize("venue", CANDLE_ARCHIVES)
def test_every_layout_gives_what_the_venue_had(venue: str) -> None:
    """Four hours over midnight are read from the files of each layout, row by row."""
    span = Span(NEXT_DAY - timedelta(hours=2), NEXT_DAY + timedelta(hours=2))
    result = ArchiveRead(ARCHIVES[venue], build_files(venue), span)
    assert result.rows == list_rows(TWO_DAYS, span, quiet=venue not in {"gate", "upbit"})
    assert [piece.outcome for piece in result.span_outcomes] == [Outcome.COMPLETE] * len(result.span_outcomes)
    assert sum(piece.span.minutes for piece in result.span_outcomes) == 240
    assert all(chunk.candles.schema == BAR_SCHEMA and chunk.origin is Origin.ARCHIVE for chunk in result.chunks)


def test_the_source_names_host_file_and_sum() -> None:
    """The source is the host behind the mirror, the file, and the SHA-256 of its bytes."""
    files = build_files("binance")
    result = ArchiveRead(ARCHIVES["binance"], files, EVENING)
    digest = format_checksum_line("", files[FILE])[:64].decode()
    host = f"{result.mirror.removeprefix('http://')}/data.binance.vision"
    assert [chunk.source for chunk in result.chunks] == [f"{host}/ATOMUSDT-1m-2025-10-10.zip sha256:{digest}"]
    assert result.paths == [FILE, f"{FILE}.CHECKSUM"]


def test_stamps_in_microseconds_give_the_rows_of_rest() -> None:
    """The rows of the archive, in us, equal those of the candle request, in ms."""
    result = ArchiveRead(ARCHIVES["binance"], build_files("binance"), EVENING)
    query = {"startTime": str(to_ms(EVENING.start)), "endTime": str(to_ms(EVENING.end) - 1), "limit": "1000"}
    wire = FORMATS["binance"].list_rows(RecordedRequest("", "/api/v3/klines", query), TWO_DAYS, to_ms(NOW))
    rest = [tuple(float(str(value)) for value in row[:6]) for row in wire]
    assert [(float(to_ms(row[0])), *row[1:]) for row in result.rows if isinstance(row[0], datetime)] == rest
    assert len(rest) == 240


def test_stamps_before_2025_are_milliseconds() -> None:
    """The last day in milliseconds and the first in microseconds are both read."""
    new_year = datetime(2025, 1, 1, tzinfo=UTC)
    market_bars = build_bars(new_year - timedelta(days=1), 2880)
    span = Span(new_year - timedelta(hours=1), new_year + timedelta(hours=1))
    assert ArchiveRead(ARCHIVES["binance"], build_files("binance", market_bars), span).rows == list_rows(
        market_bars, span
    )


def test_days_of_another_zone() -> None:
    """20:00 to 24:00 UTC of 10 October are in OKX's file of the 11th, and 15:59 and 16:00 in two files."""
    evening = ArchiveRead(ARCHIVES["okx"], build_files("okx"), EVENING)
    assert [path.rpartition("/")[2] for path in evening.paths] == ["ATOM-USDT-candlesticks-2025-10-11.zip"]
    assert evening.rows == list_rows(TWO_DAYS, EVENING)
    border = Span(DAY + timedelta(hours=15, minutes=59), DAY + timedelta(hours=16, minutes=1))
    both_days = ArchiveRead(ARCHIVES["okx"], build_files("okx"), border)
    assert len(both_days.paths) == 2
    assert both_days.rows == list_rows(TWO_DAYS, border)


def test_rows_in_no_order_with_and_without_a_header() -> None:
    """KuCoin's rows are sorted, with and without a header."""
    for header in (True, False):
        result = ArchiveRead(ARCHIVES["kucoin"], build_kucoin_files(SYMBOL, TWO_DAYS, header=header), EVENING)
        assert result.rows == list_rows(TWO_DAYS, EVENING)
        assert result.outcomes == [(Outcome.COMPLETE, EVENING)]


def build_trade(seconds: float, price: str, amount: str, number: int) -> PublicTrade:
    """A trade by seconds after 20:00."""
    return PublicTrade(to_ms(EVENING.start) * 1_000_000 + round(seconds * 1e9), price, amount, number)


def test_trades_are_made_into_candles() -> None:
    """Unordered trades give the candles worked out by hand; minutes without a trade are quiet."""
    built_trades = [
        build_trade(61.5, "3.2", "0.2", 4),
        build_trade(0.25, "3.1", "72.357", 1),
        build_trade(61.5, "3.4", "0.1", 3),
        build_trade(119.999, "3.3", "0.4", 5),
        build_trade(59.999, "3.0", "1", 2),
        build_trade(4 * 3600 - 0.001, "2.9", "5", 6),
    ]
    result = ArchiveRead(ARCHIVES["bybit"], build_bybit_files(SYMBOL, built_trades), EVENING)
    assert result.rows == [
        (EVENING.start, 3.1, 3.1, 3.0, 3.0, 73.357),
        (EVENING.start + MINUTE, 3.4, 3.4, 3.2, 3.3, 0.7),
        (EVENING.end - MINUTE, 2.9, 2.9, 2.9, 2.9, 5.0),
    ]
    assert result.outcomes == [(Outcome.COMPLETE, EVENING)]


def test_only_missing_minutes_are_taken() -> None:
    """Of two spans in one file only their minutes are read, by one download, with an outcome each."""
    one, two = (Span(EVENING.start + n * MINUTE, EVENING.start + (n + 5) * MINUTE) for n in (0, 60))
    result = ArchiveRead(ARCHIVES["binance"], build_files("binance"), one, two)
    assert result.rows == list_rows(TWO_DAYS, one) + list_rows(TWO_DAYS, two)
    assert result.outcomes == [(Outcome.COMPLETE, one), (Outcome.COMPLETE, two)]
    assert result.paths.count(FILE) == 1


def test_a_file_that_ends_early_is_a_part() -> None:
    """Where quiet minutes are flat, those before the first and after the last candle are missing."""
    start, end = EVENING.start + 60 * MINUTE, EVENING.start + 90 * MINUTE
    result = ArchiveRead(ARCHIVES["binance"], build_files("binance", list_rows_between(start, end)), EVENING)
    before, after = Span(EVENING.start, start), Span(end, EVENING.end)
    inside = Span(start, end)
    assert result.outcomes == [(Outcome.PARTLY, before), (Outcome.COMPLETE, inside), (Outcome.PARTLY, after)]
    morning = Span(DAY, DAY + timedelta(hours=1))
    outside = ArchiveRead(ARCHIVES["binance"], build_files("binance", list_rows_between(start, end)), morning)
    assert (outside.outcomes, outside.rows) == ([(Outcome.PARTLY, morning)], [])


def list_rows_between(start: datetime, end: datetime) -> list[Bar]:
    """The bars that open between two times."""
    return [bar for bar in TWO_DAYS if to_ms(start) <= bar.open_ms < to_ms(end)]


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(lambda: return_outage(FILE, times=2), id="503"),
        pytest.param(lambda: limit_rate(FILE, times=2), id="429"),
        pytest.param(lambda: Fault(FILE, times=2, cut=True), id="cut body"),
        pytest.param(lambda: replace_body(FILE, "PK but no zip", times=2), id="broken zip"),
        pytest.param(lambda: return_outage(f"{FILE}.CHECKSUM", times=2), id="503 of the sum"),
        pytest.param(lambda: replace_body(f"{FILE}.CHECKSUM", "<html>", times=2), id="no sum"),
    ],
)
def test_what_passes_leaves_no_trace(fault: object) -> None:
    """After a transient fault all candles are read."""
    assert callable(fault)
    result = ArchiveRead(ARCHIVES["binance"], build_files("binance"), EVENING, faults=[fault()])
    assert result.rows == list_rows(TWO_DAYS, EVENING)
    assert result.outcomes == [(Outcome.COMPLETE, EVENING)]
    assert result.fatal_failure is None


@pytest.mark.parametrize(
    ("fault", "outcome", "requests", "words"),
    [
        pytest.param(return_outage(FILE), Outcome.UNREACHABLE, 3, "HTTP 503", id="503"),
        pytest.param(limit_rate(FILE), Outcome.RATE_LIMITED_OUT, 3, "HTTP 429", id="429"),
        pytest.param(refuse_location(FILE), Outcome.REFUSED, 1, "HTTP 451", id="451"),
        pytest.param(replace_body(FILE, "<html>Forbidden", status=403), Outcome.REFUSED, 1, "HTTP 403", id="403"),
        pytest.param(replace_body(FILE, "no", status=400), Outcome.UNREACHABLE, 1, "HTTP 400", id="400"),
        pytest.param(
            replace_body(FILE, "no" * 4000, status=410), Outcome.UNREACHABLE, 1, "HTTP 410", id="a long answer"
        ),
    ],
)
def test_what_does_not_pass_ends_the_rest(fault: Fault, outcome: Outcome, requests: int, words: str) -> None:
    """After a permanent failure no further day is requested, and both days have its reason."""
    faults = [replace(fault)]
    span = Span(EVENING.start, NEXT_DAY + timedelta(hours=1))
    result = ArchiveRead(ARCHIVES["binance"], build_files("binance"), span, faults=faults)
    assert [piece.outcome for piece in result.span_outcomes] == [outcome, outcome]
    assert all(words in piece.message for piece in result.span_outcomes)
    assert result.paths == [FILE] * requests
    assert result.rows == []
    assert result.chunks[0].source.endswith("/data.binance.vision/ATOMUSDT-1m-2025-10-10.zip")


def test_a_failure_of_the_host_ends_its_archive_for_all_markets() -> None:
    """A failure of the host is fatal for the archive; another status ends only the market."""
    ended = [
        ArchiveRead(ARCHIVES["binance"], build_files("binance"), EVENING, faults=[fault]).fatal_failure
        for fault in (refuse_location(FILE), return_outage(FILE), replace_body(FILE, "no", status=400))
    ]
    assert [type(failure) for failure in ended] == [Refused, Unreachable, type(None)]


@pytest.mark.parametrize(
    ("venue", "faults"),
    [("gate", ()), ("binance", (replace_body(FILE, ACCESS_DENIED, status=403),))],
    ids=["404", "403 of S3"],
)
def test_a_file_that_is_not_there(venue: str, faults: tuple[Fault, ...]) -> None:
    """A day without a file is `HISTORY_TOO_SHORT`, and the next day is still requested."""
    span = Span(NEXT_DAY - timedelta(hours=1), NEXT_DAY + timedelta(hours=1))
    files = build_files(venue, build_bars(NEXT_DAY, 1440)) if venue == "gate" else build_files(venue)
    result = ArchiveRead(ARCHIVES[venue], files, span, faults=[replace(fault) for fault in faults])
    missing, complete = result.span_outcomes
    assert (missing.outcome, missing.span) == (Outcome.HISTORY_TOO_SHORT, Span(span.start, NEXT_DAY))
    assert missing.message.startswith("no archive file ATOM")
    assert complete == SpanOutcome(Span(NEXT_DAY, span.end), Outcome.COMPLETE)
    # Gate leaves out the 9 quiet minutes: 0, 7, 14 to 56.
    assert len(result.rows) == (60 if venue == "binance" else 51)


LATER = "archives publish a day or two later, collect again then"


def test_days_without_a_file_yet_are_not_asked() -> None:
    """Days before the first file, and those whose file is not published yet, are not requested."""
    now = NEXT_DAY + timedelta(hours=23, minutes=59)
    result = ArchiveRead(ARCHIVES["binance"], build_files("binance"), EVENING, now=now)
    assert result.span_outcomes == [
        SpanOutcome(EVENING, Outcome.UNREACHABLE, f"the archive file of 2025-10-10 is not published yet: {LATER}")
    ]
    old = Span(datetime(2022, 10, 30, tzinfo=UTC), datetime(2022, 11, 1, tzinfo=UTC))
    before = ArchiveRead(ARCHIVES["bybit"], {}, old)
    assert before.span_outcomes == [SpanOutcome(old, Outcome.HISTORY_TOO_SHORT, "the archive begins with 2022-11-01")]
    assert result.paths == before.paths == []
    assert find_unavailability(ARCHIVES["binance"], DAY.date(), now + MINUTE) is None


def test_a_missing_file_of_the_last_days_may_still_come() -> None:
    """A file that is missing 47 hours after its day is asked for again later; 49 hours after it, it will not come.

    The file of 10 October is complete at 00:00 on the 11th, and expected from 00:00 on the 12th.
    """
    missing = {"some.zip": b""}
    early = ArchiveRead(ARCHIVES["binance"], missing, EVENING, now=NEXT_DAY + timedelta(hours=47))
    (span_outcome,) = early.span_outcomes
    assert span_outcome.outcome is Outcome.UNREACHABLE
    assert span_outcome.message == (f"no archive file ATOMUSDT-1m-2025-10-10.zip yet (HTTP 404): {LATER}")
    late = ArchiveRead(ARCHIVES["binance"], missing, EVENING, now=NEXT_DAY + timedelta(hours=49))
    assert [(o.outcome, o.message) for o in late.span_outcomes] == [
        (Outcome.HISTORY_TOO_SHORT, "no archive file ATOMUSDT-1m-2025-10-10.zip (HTTP 404)")
    ]


def test_an_archive_that_begins_within_the_span() -> None:
    """The days before the first file have one outcome, and later files are read."""
    (file,) = ARCHIVES["gate"].files
    archive = replace(ARCHIVES["gate"], files=(replace(file, from_day=NEXT_DAY.date()),))
    span = Span(DAY - timedelta(days=3), NEXT_DAY + timedelta(hours=1))
    result = ArchiveRead(archive, build_files("gate"), span)
    assert result.outcomes == [
        (Outcome.HISTORY_TOO_SHORT, Span(span.start, NEXT_DAY)),
        (Outcome.COMPLETE, Span(NEXT_DAY, span.end)),
    ]
    assert result.rows == list_rows(TWO_DAYS, Span(NEXT_DAY, span.end), quiet=False)


def add_checksum(body: bytes) -> Files:
    """Binance's file of the day with other bytes, and the sum that fits them."""
    return {FILE: body, f"{FILE}.CHECKSUM": format_checksum_line("ATOMUSDT-1m-2025-10-10.zip", body)}


def format_table(*lines: str) -> Files:
    """Binance's file of the day with other lines."""
    return add_checksum(build_zip("ATOMUSDT-1m-2025-10-10.csv", lines))


def format_row(minute: int = 0, ohlcv: str = "3,4,2,3.5,1", more: str = ",0,0,1,0,0,0") -> str:
    """A line of Binance's file, by minutes after midnight."""
    return f"{to_ms(DAY) * 1000 + minute * 60_000_000},{ohlcv}{more}"


WHOLE_DAY_LINES = build_files("binance")[FILE]


@pytest.mark.parametrize(
    ("files", "words", "requests"),
    [
        pytest.param(
            {FILE: WHOLE_DAY_LINES, f"{FILE}.CHECKSUM": format_checksum_line("x.zip", WHOLE_DAY_LINES)},
            "holds no checksum of ATOMUSDT-1m-2025-10-10.zip, but of x.zip",
            4,
            id="name",
        ),
        pytest.param({FILE: WHOLE_DAY_LINES}, "cannot be verified: no archive file", 2, id="no sum"),
        pytest.param(
            {FILE: WHOLE_DAY_LINES, f"{FILE}.CHECKSUM": b"0" * 128 + b"  ATOMUSDT-1m-2025-10-10.zip\n"},
            "holds 128 digits, which is no MD5, SHA-1 or SHA-256",
            2,
            id="unknown sum",
        ),
        pytest.param(add_checksum(WHOLE_DAY_LINES[:-1]), "cannot be unpacked", 6, id="cut zip"),
        pytest.param(
            add_checksum(WHOLE_DAY_LINES[:99] + b"\0\0" + WHOLE_DAY_LINES[101:]),
            "cannot be unpacked",
            6,
            id="damaged zip",
        ),
        pytest.param(
            add_checksum(build_zip("other.csv", [format_row()])),
            "holds ['other.csv'] and not",
            2,
            id="another member",
        ),
        pytest.param(
            add_checksum(build_zip("ATOMUSDT-1m-2025-10-10.csv", [], extra_files=b"")), "alone", 2, id="two members"
        ),
        pytest.param(
            add_checksum(build_zip("ATOMUSDT-1m-2025-10-10.csv", ["0" * (17 << 20)])),
            "a file of candles, unpacked",
            2,
            id="bomb",
        ),
        pytest.param(format_table("a,b"), "other columns", 2, id="other header"),
        pytest.param(format_table(), "other columns", 2, id="empty"),
        pytest.param(format_table(format_row(more="")), "other columns", 2, id="few columns"),
        pytest.param(format_table(format_row(), format_row(1) + ",7"), "no table", 2, id="a longer row"),
        pytest.param(
            format_table(format_row(), format_row(1, "3,4,2,3.5", "")), "missing or not finite", 2, id="a shorter row"
        ),
        pytest.param(format_table(format_row(ohlcv="3,4,2,x,1")), "missing or not finite", 2, id="a word"),
        pytest.param(format_table(format_row(ohlcv="3,4,2,inf,1")), "missing or not finite", 2, id="infinity"),
        pytest.param(format_table(format_row(ohlcv="3,3.2,2,3.5,1")), "cannot be", 2, id="high below close"),
        pytest.param(format_table(format_row(ohlcv="3,4,0,3.5,1")), "cannot be", 2, id="low of 0"),
        pytest.param(format_table(format_row(ohlcv="3,4,2,3.5,-1")), "cannot be", 2, id="volume below 0"),
        pytest.param(format_table("1760054401000000" + format_row()[16:]), "inside a minute", 2, id="a second late"),
        pytest.param(
            format_table(format_row(1440)), "2025-10-11 00:00Z, which is not of its day", 2, id="the next day"
        ),
        pytest.param(
            format_table(format_row(-1)), "2025-10-09 23:59Z, which is not of its day", 2, id="the day before"
        ),
        pytest.param(
            format_table(format_row(), format_row(ohlcv="3,4,2,3.5,2")), "two different candles", 2, id="twice"
        ),
    ],
)
def test_a_file_that_is_not_what_it_should_be(files: Files, words: str, requests: int) -> None:
    """A file that fails a check has no candles; it is requested again only where it may be garbled."""
    result = ArchiveRead(ARCHIVES["binance"], files, EVENING)
    assert result.outcomes == [(Outcome.BAD_DATA, EVENING)]
    assert words in result.span_outcomes[0].message
    assert result.rows == []
    assert len(result.paths) == requests
    assert result.fatal_failure is None


def test_a_sum_that_does_not_fit_names_both() -> None:
    """Where file and published SHA-256 differ the message has both, and no candle is read."""
    files = build_files("binance") | {f"{FILE}.CHECKSUM": f"{'0' * 64}  ATOMUSDT-1m-2025-10-10.zip\n".encode()}
    result = ArchiveRead(ARCHIVES["binance"], files, EVENING)
    digest = format_checksum_line("", WHOLE_DAY_LINES)[:64].decode()
    words = f"ATOMUSDT-1m-2025-10-10.zip has the SHA-256 {digest}, and its published one is {'0' * 64}"
    assert result.span_outcomes == [SpanOutcome(EVENING, Outcome.BAD_DATA, words)]
    assert result.rows == []
    assert result.paths == [FILE, f"{FILE}.CHECKSUM"] * 2


def test_a_file_that_was_being_replaced_is_read() -> None:
    """Where file and checksum do not fit at first, and do at the second request, the candles are read."""
    fault = replace_body(f"{FILE}.CHECKSUM", "0" * 64, times=1)
    result = ArchiveRead(ARCHIVES["binance"], build_files("binance"), EVENING, faults=[fault])
    assert result.rows == list_rows(TWO_DAYS, EVENING)
    assert result.outcomes == [(Outcome.COMPLETE, EVENING)]
    assert result.paths == [FILE, f"{FILE}.CHECKSUM"] * 2


DIGESTS = {
    "MD5": (hashlib.md5, 32),
    "SHA-1": (hashlib.sha1, 40),
    "SHA-256": (hashlib.sha256, 64),
}


@pytest.mark.parametrize("algorithm", DIGESTS)
@pytest.mark.parametrize("named", [True, False], ids=["with name", "bare"])
def test_the_length_of_a_digest_tells_its_algorithm(algorithm: str, *, named: bool) -> None:
    """A file is read with the right MD5, SHA-1 or SHA-256, with or without its name, and refused with a wrong one."""
    build_hash, digits = DIGESTS[algorithm]
    digest = build_hash(WHOLE_DAY_LINES).hexdigest()
    assert len(digest) == digits
    name = " *ATOMUSDT-1m-2025-10-10.zip\r\n" if named else ""
    files = build_files("binance") | {f"{FILE}.CHECKSUM": f"{digest.upper()}{name}".encode()}
    result = ArchiveRead(ARCHIVES["binance"], files, EVENING)
    assert result.rows == list_rows(TWO_DAYS, EVENING)
    assert result.chunks[0].source.endswith(f"sha256:{hashlib.sha256(WHOLE_DAY_LINES).hexdigest()}")
    wrong = ("0" if digest[0] != "0" else "1") + digest[1:]
    files[f"{FILE}.CHECKSUM"] = f"{wrong}{name}".encode()
    refused = ArchiveRead(ARCHIVES["binance"], files, EVENING)
    words = f"ATOMUSDT-1m-2025-10-10.zip has the {algorithm} {digest}, and its published one is {wrong}"
    assert refused.span_outcomes == [SpanOutcome(EVENING, Outcome.BAD_DATA, words)]


def test_the_same_candle_twice_counts_once() -> None:
    """A repeated row counts once."""
    result = ArchiveRead(
        ARCHIVES["binance"], format_table(format_row(), format_row(1), format_row()), Span(DAY, DAY + 2 * MINUTE)
    )
    assert result.rows == [(DAY, 3.0, 4.0, 2.0, 3.5, 1.0), (DAY + MINUTE, 3.0, 4.0, 2.0, 3.5, 1.0)]


OKX_FILE = "/cdn/okex/traderecords/candlesticks/daily/20251011/ATOM-USDT-candlesticks-2025-10-11.zip"
OKX_HEADER = "instrument_name,open,high,low,close,vol,vol_ccy,vol_quote,open_time,confirm"


@pytest.mark.parametrize(
    ("lines", "outcome", "words"),
    [
        ([OKX_HEADER, "BTC-USDT,3,4,2,3.5,1,1,1,1760126400000,1"], Outcome.BAD_DATA, "instrument_name 'BTC-USDT'"),
        ([OKX_HEADER, "ATOM-USDT,3,4,2,3.5,1,1,1,1760126400000,0"], Outcome.BAD_DATA, "confirm '0' instead of '1'"),
        (["ATOM-USDT,3,4,2,3.5,1,1,1,1760126400000,1"], Outcome.BAD_DATA, "other columns"),
        ([OKX_HEADER], Outcome.HISTORY_TOO_SHORT, "a file without a candle"),
    ],
)
def test_rows_of_another_market_or_not_confirmed(lines: list[str], outcome: Outcome, words: str) -> None:
    """OKX's rows must name the market and be confirmed, under a header; a header alone is `HISTORY_TOO_SHORT`."""
    files = {OKX_FILE: build_zip("ATOM-USDT-candlesticks-2025-10-11.csv", lines)}
    result = ArchiveRead(ARCHIVES["okx"], files, EVENING)
    assert result.outcomes == [(outcome, EVENING)]
    assert words in result.span_outcomes[0].message


def test_exact_duplicates_count_once() -> None:
    """A row that comes twice counts once, as 56 of 1.7 million of OKX's did."""
    row = "ATOM-USDT,3,4,2,3.5,1,1,1,1760126400000,1"
    files = {OKX_FILE: build_zip("ATOM-USDT-candlesticks-2025-10-11.csv", [OKX_HEADER, row, row])}
    minute = Span(EVENING.start, EVENING.start + MINUTE)
    result = ArchiveRead(ARCHIVES["okx"], files, minute)
    assert result.rows == [(EVENING.start, 3.0, 4.0, 2.0, 3.5, 1.0)]
    assert result.outcomes == [(Outcome.COMPLETE, minute)]


OKX_TRADES = Archive(
    host="static.okx.com",
    files=(
        FilePattern(
            "cdn/okex/traderecords/trades/daily/{day:%Y%m%d}/{base}-{quote}-trades-{day:%Y-%m-%d}.zip",
            "okx-trades",
            date(2021, 9, 1),
        ),
    ),
    day_zone_h=8,
    empty_minutes=EmptyMinutes.OMITTED,
    lag_h=48,
    volume_unit="base",
)
OKX_TRADES_FILE = "/cdn/okex/traderecords/trades/daily/20251011/ATOM-USDT-trades-2025-10-11.zip"


def test_trades_of_okx_are_made_into_candles_with_their_lowest_trade() -> None:
    """The evening of 10 October is in the file of the 11th; the first trade at a minute's low is its lowest."""
    trades = [
        build_trade(0.25, "3.1", "2", 11),
        build_trade(30, "2.9", "0.5", 12),
        build_trade(31, "2.9", "7", 13),
        build_trade(59.999, "3.0", "1", 14),
        build_trade(4 * 3600 - 0.001, "2.8", "5", 15),
    ]
    result = ArchiveRead(OKX_TRADES, build_okx_trade_files(SYMBOL, trades), EVENING)
    assert result.paths == [OKX_TRADES_FILE]
    assert result.rows == [
        (EVENING.start, 3.1, 3.1, 2.9, 3.0, 10.5),
        (EVENING.end - MINUTE, 2.8, 2.8, 2.8, 2.8, 5.0),
    ]
    assert result.outcomes == [(Outcome.COMPLETE, EVENING)]
    assert [row for chunk in result.chunks for row in chunk.lows.iter_rows()] == [
        (EVENING.start, EVENING.start + timedelta(seconds=30), 2.9, 0.5, "12"),
        (EVENING.end - MINUTE, EVENING.end - timedelta(milliseconds=1), 2.8, 5.0, "15"),
    ]


def test_trades_of_another_market_are_refused() -> None:
    """A file of trades with a row of another market is bad data."""
    lines = [
        "instrument_name,trade_id,side,price,size,created_time",
        "ATOM-USDT,1,buy,3,1,1760126400000",
        "BTC-USDT,2,buy,3,1,1760126401000",
    ]
    files = {OKX_TRADES_FILE: build_zip("ATOM-USDT-trades-2025-10-11.csv", lines)}
    result = ArchiveRead(OKX_TRADES, files, EVENING)
    assert result.outcomes == [(Outcome.BAD_DATA, EVENING)]
    assert "a row with instrument_name 'BTC-USDT' instead of 'ATOM-USDT'" in result.span_outcomes[0].message


HTX_OLD = "/data/data/klines/spot/daily/ATOMUSDT/1min/ATOMUSDT-1min-{day}"
HTX_NEW = "/data/historical_data/spot/daily/klines/ATOM-USDT/1m/ATOM-USDT-klines-1m-{day}.zip"


def test_the_older_tree_of_htx_has_close_before_high_and_base_volume_last() -> None:
    """A row by hand, with and without a header, is read; the SHA-256 stands beside the name without its ending."""
    path = HTX_OLD.format(day="2025-10-11")
    row = "1760126400,3,3.5,4,2,99,7"
    for header in ([], ["timestamp,open,close,high,low,vol,amount"], ["id,open,close,high,low,vol,amount"]):
        body = build_zip("ATOMUSDT-1min-2025-10-11.csv", [*header, row])
        files = {
            f"{path}.zip": body,
            f"{path}.CHECKSUM": format_checksum_line("ATOMUSDT-1min-2025-10-11.zip", body),
        }
        minute = Span(EVENING.start, EVENING.start + MINUTE)
        result = ArchiveRead(ARCHIVES["htx"], files, minute)
        assert result.rows == [(EVENING.start, 3.0, 4.0, 2.0, 3.5, 7.0)]
        assert result.paths == [f"{path}.zip", f"{path}.CHECKSUM"]


def test_of_two_trees_the_newer_is_asked_first_and_the_older_where_it_has_no_file() -> None:
    """From February 2026 on a day is read from the newer tree, and where that lacks it from the older."""
    new_day = datetime(2026, 2, 9, 16, tzinfo=UTC)
    bars = build_bars(new_day, 2 * 1440)
    older_bars = [bar._replace(open_ms=bar.open_ms - 365 * 86_400_000) for bar in bars]
    files = build_files("htx", bars)
    new_paths = [HTX_NEW.format(day=f"2026-02-{day}") for day in (10, 11)]
    assert [path for path in files if path.endswith(".zip")] == new_paths
    # The older tree's file of the second day, with the same rows.
    old_path = HTX_OLD.format(day="2026-02-11")
    lines = [f"{bar.open_ms // 1000},{bar.open},{bar.close},{bar.high},{bar.low},0,{bar.volume}" for bar in bars[1440:]]
    body = build_zip("ATOMUSDT-1min-2026-02-11.csv", lines)
    del files[new_paths[1]]
    files |= {
        f"{old_path}.zip": body,
        f"{old_path}.CHECKSUM": format_checksum_line("ATOMUSDT-1min-2026-02-11.zip", body),
    }
    span = Span(new_day, new_day + timedelta(days=2))
    result = ArchiveRead(ARCHIVES["htx"], files, span)
    assert result.rows == list_rows(bars, span)
    assert result.paths == [
        new_paths[0],
        f"{new_paths[0]}.CHECKSUM",
        new_paths[1],
        f"{old_path}.zip",
        f"{old_path}.CHECKSUM",
    ]
    assert {outcome for outcome, _ in result.outcomes} == {Outcome.COMPLETE}
    older_span = Span(span.start - timedelta(days=365), span.end - timedelta(days=365))
    assert ArchiveRead(ARCHIVES["htx"], build_files("htx", older_bars), older_span).rows == list_rows(
        older_bars, older_span
    )


def test_a_file_that_no_tree_has_names_both() -> None:
    """Where no tree has a file the outcome names both files; a day before the newer tree asks the older alone."""
    day = Span(datetime(2026, 2, 9, 16, tzinfo=UTC), datetime(2026, 2, 9, 17, tzinfo=UTC))
    result = ArchiveRead(ARCHIVES["htx"], {}, day)
    assert result.span_outcomes == [
        SpanOutcome(
            day,
            Outcome.HISTORY_TOO_SHORT,
            "no archive file ATOM-USDT-klines-1m-2026-02-10.zip (HTTP 404); "
            "no archive file ATOMUSDT-1min-2026-02-10.zip (HTTP 404)",
        )
    ]
    assert ArchiveRead(ARCHIVES["htx"], {}, EVENING).paths == [HTX_OLD.format(day="2025-10-11") + ".zip"]


UPBIT_FILE = "/candle/USDT-ATOM/daily/1m/2025/USDT-ATOM_candle-1m_20251010.zip"


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("2025-10-10T20:00:30,3,4,2,3.5,9,7", "inside a minute"),
        ("2025-10-10 20:00:00,3,4,2,3.5,9,7", "missing or not finite"),
        ("1760126400,3,4,2,3.5,9,7", "missing or not finite"),
    ],
)
def test_times_of_upbit_are_text_in_utc(row: str, words: str) -> None:
    """A row by hand is read, with volume in base units from the last column; other times are refused."""
    header = "date_time_utc,open,high,low,close,acc_trade_price,acc_trade_volume"
    good_row = "2025-10-10T20:00:00,3,4,2,3.5,24.5,7"
    outcomes = []
    for lines in ([header, good_row], [header, row]):
        body = build_zip("USDT-ATOM_candle-1m_20251010.csv", lines)
        files = {UPBIT_FILE: body, f"{UPBIT_FILE}.checksum": hashlib.sha256(body).hexdigest().encode()}
        outcomes.append(ArchiveRead(ARCHIVES["upbit"], files, EVENING))
    assert outcomes[0].rows == [(EVENING.start, 3.0, 4.0, 2.0, 3.5, 7.0)]
    assert outcomes[0].outcomes == [(Outcome.COMPLETE, EVENING)]
    assert outcomes[1].outcomes == [(Outcome.BAD_DATA, EVENING)]
    assert words in outcomes[1].span_outcomes[0].message


BYBIT_FILE = "/spot/ATOMUSDT/ATOMUSDT_2025-10-10.csv.gz"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"id,timestamp,price,volume,side\n1,1760126400000,0,1,buy\n", "a trade with a price that is no positive"),
        (b"id,timestamp,price,volume,side\n1,soon,3,1,buy\n", "a trade without time or id"),
        (b"id,timestamp,price,volume,side\n1,1760140800000,3,1,buy\n", "which is not of its day"),
        (b"1,1760126400000,3,1,buy\n", "other columns"),
        (b"\xff\xfe\n", "other columns"),
    ],
)
def test_a_file_that_holds_no_trades(body: bytes, words: str) -> None:
    """A file of trades with an invalid row, a row of another day, or no header is bad data."""
    result = ArchiveRead(ARCHIVES["bybit"], {BYBIT_FILE: gzip.compress(body)}, EVENING)
    assert result.outcomes == [(Outcome.BAD_DATA, EVENING)]
    assert words in result.span_outcomes[0].message


def test_a_broken_gzip_is_asked_again() -> None:
    """A broken gzip is requested again, and then bad data."""
    whole_file = gzip.compress(b"id,timestamp,price,volume,side\n1,1760126400000,3,1,buy\n")
    for body in (whole_file[:-5], whole_file[:12], b"<html>"):
        result = ArchiveRead(ARCHIVES["bybit"], {BYBIT_FILE: body}, EVENING)
        assert result.outcomes == [(Outcome.BAD_DATA, EVENING)]
        assert "cannot be unpacked" in result.span_outcomes[0].message
        assert len(result.paths) == 3


def test_volume_in_the_quote_is_not_taken_for_base_units() -> None:
    """An archive whose volume is in the quote has no candles, as their volume in base units is unknown."""
    result = ArchiveRead(replace(ARCHIVES["gate"], volume_unit="quote"), build_files("gate"), EVENING)
    assert result.outcomes == [(Outcome.BAD_DATA, EVENING)]
    assert "counts volume in the quote" in result.span_outcomes[0].message


def test_a_closed_port_is_unreachable() -> None:
    """A closed port makes the archive unreachable, as an outcome and not as an exception."""

    async def read() -> list[Chunk]:
        async with Replay({}, now_ms=to_ms(NOW)) as replay:
            address = replay.url
        async with ArchiveReader(ARCHIVES["gate"], Access(mirror=address), lambda: NOW) as reader:
            return [chunk async for chunk in reader.read(SYMBOL, Timeframe.M1, [EVENING])]

    (chunk,) = asyncio.run(read())
    assert [piece.outcome for piece in chunk.outcomes] == [Outcome.UNREACHABLE]


def test_who_cancels_leaves_no_file() -> None:
    """A read that is cancelled during a download leaves no temporary files."""

    async def cancelled() -> None:
        waiting, release = asyncio.Event(), asyncio.Event()
        fault = Fault(".CHECKSUM", release=release, waiting=waiting)
        site = ArchiveSite(build_files("binance"))
        async with Replay({}, now_ms=to_ms(NOW), faults=(fault,), sites={"data.binance.vision": site}) as replay:
            async with ArchiveReader(ARCHIVES["binance"], Access(mirror=replay.url), lambda: NOW) as reader:
                reading = asyncio.ensure_future(anext(aiter(reader.read(SYMBOL, Timeframe.M1, [EVENING]))))
                await waiting.wait()
                reading.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await reading
            release.set()

    asyncio.run(cancelled())


def test_who_cancels_waits_for_the_thread() -> None:
    """A cancelled caller waits for its thread, so that no file is written after its folder is deleted."""
    finished: list[bool] = []

    async def cancelled() -> None:
        started, release = threading.Event(), threading.Event()

        def work() -> None:
            started.set()
            release.wait()
            finished.append(True)

        working = asyncio.ensure_future(run_in_thread(work))
        await asyncio.to_thread(started.wait)
        working.cancel()
        asyncio.get_running_loop().call_soon(release.set)
        with pytest.raises(asyncio.CancelledError):
            await working
        assert finished == [True]

    asyncio.run(cancelled())


def test_a_sum_without_a_name_is_enough() -> None:
    """A published checksum needs no file name."""
    files = build_files("binance") | {f"{FILE}.CHECKSUM": format_checksum_line("", WHOLE_DAY_LINES)[:64].upper()}
    assert ArchiveRead(ARCHIVES["binance"], files, EVENING).rows == list_rows(TWO_DAYS, EVENING)


def test_the_days_of_spans() -> None:
    """Spans are cut where files end; two spans of one file are grouped."""
    spans = [Span(DAY - 10 * MINUTE, DAY + 10 * MINUTE), Span(DAY + 20 * MINUTE, DAY + 30 * MINUTE)]
    assert split_by_day(ARCHIVES["gate"], spans) == {
        date(2025, 10, 9): [Span(DAY - 10 * MINUTE, DAY)],
        date(2025, 10, 10): [Span(DAY, DAY + 10 * MINUTE), Span(DAY + 20 * MINUTE, DAY + 30 * MINUTE)],
    }
    assert split_by_day(ARCHIVES["okx"], spans) == {
        date(2025, 10, 10): [Span(DAY - 10 * MINUTE, DAY + 10 * MINUTE), spans[1]]
    }


def test_every_archive_of_the_table_can_be_read() -> None:
    """Each archive of the venue table has a known layout, and a path with market and day."""
    files = [file for row in VENUES for archive in row.archives.values() for file in archive.files]
    assert len(files) > len([row for row in VENUES if row.archive is not None])
    for file in files:
        assert file.layout in ARCHIVE_FORMATS
        path = format_path(file, SYMBOL, Timeframe.M1, DAY.date())
        assert path != format_path(file, "DOGE/USDT", Timeframe.M1, DAY.date())
        assert path != format_path(file, SYMBOL, Timeframe.M1, NEXT_DAY.date())
