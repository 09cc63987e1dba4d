from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from data.errors import FileRefused, UsageError
from data.files.import_file import COVERED_SPAN, read_candle_file
from data.files.report import MarketReport
from data.schema import CANDLE, Origin
from tests.data.frames import START, build_candle, build_candles, get_minute

HEADER = "venue,symbol,open_time,open,high,low,close,volume"
ENDINGS = ".csv, .tsv, .txt, .parquet, .feather, .arrow, .json, .jsonl, .ndjson, .zip and .gz"
GOOD_ROW = "kraken,ATOM/USD,2025-10-10T21:20:00Z,3.37,3.40,3.00,3.32,120.5"


@pytest.fixture
def csv_of(tmp_path: Path) -> "CsvWriter":
    """Writes lines to a CSV file."""
    return CsvWriter(tmp_path / "mine.csv")


class CsvWriter:
    """Writes lines to a file and gives its path."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __call__(self, *lines: str, end: str = "\n") -> Path:
        """Write the lines, each with the end given."""
        self.path.write_bytes((end.join(lines) + end).encode())
        return self.path


def read_refusal(path: Path, venue: str | None = None, symbol: str | None = None) -> str:
    """The message of the refusal of a file."""
    with pytest.raises(FileRefused) as error_info:
        read_candle_file(path, venue=venue, symbol=symbol)
    return str(error_info.value)


def test_a_candle_row_comes_in_with_the_declared_defaults(csv_of: CsvWriter) -> None:
    """A row in the format of candles is read as it is; timeframe, price and origin have defaults."""
    imported = read_candle_file(csv_of(HEADER, GOOD_ROW))
    expected = pl.DataFrame(
        [("kraken", "ATOM/USD", START, 3.37, 3.40, 3.00, 3.32, 120.5, "1m", "trade", "imported")],
        schema=CANDLE,
        orient="row",
    )
    assert_frame_equal(imported.candles, expected)
    nothing = expected.clear().select("venue", "symbol", "timeframe", start="open_time", end="open_time")
    assert_frame_equal(imported.covered_spans, nothing.select(*COVERED_SPAN))


def test_the_report_says_what_came_in(csv_of: CsvWriter) -> None:
    """The report has rows, markets with first and last minute, dropped duplicates and unused columns."""
    path = csv_of(
        f"{HEADER},price,trades,fetched_at",
        "kraken,ATOM/USD,2025-10-10T21:21:00Z,3,3,3,3,1,,7,x",
        "kraken,ATOM/USD,2025-10-10T21:20:00Z,3,3,3,3,1,trade,8,y",
        "kraken,ATOM/USD,2025-10-10T21:20:00Z,3,3,3,3,1,trade,9,z",
        "okx,ATOM/USDT:USDT,2025-10-10T21:20:00Z,3,3,3,3,0,mark,9,z",
    )
    report = read_candle_file(path).report
    assert report.rows == 4
    assert report.duplicates == 1
    assert report.unused == ("trades",)
    assert report.markets == (
        MarketReport("kraken", "ATOM/USD", "trade", get_minute(0), get_minute(1), 2),
        MarketReport("okx", "ATOM/USDT:USDT", "mark", get_minute(0), get_minute(0), 1),
    )
    assert report.format_lines() == [
        "mine.csv: 4 rows imported; minutes without a candle are missing",
        "  read as candles (CSV): times with a zone, volume in base units from column volume",
        "  kraken ATOM/USD: 2 candles, 2025-10-10 21:20 to 2025-10-10 21:21 UTC",
        "  okx ATOM/USDT:USDT (mark): 1 candle, 2025-10-10 21:20 to 2025-10-10 21:20 UTC",
        "  exact duplicates dropped: 1",
        "  columns not used: trades",
    ]


def test_with_complete_absent_minutes_are_quiet(csv_of: CsvWriter) -> None:
    """In a complete file each market is covered from its first row to its last; mark candles cover nothing."""
    path = csv_of(
        f"{HEADER},price",
        "kraken,ATOM/USD,2025-10-10T21:20:00Z,3,3,3,3,1,trade",
        "kraken,ATOM/USD,2025-10-10T21:29:00Z,3,3,3,3,1,trade",
        "gemini,ATOM/USD,2025-10-10T21:25:00Z,3,3,3,3,1,trade",
        "okx,ATOM/USDT:USDT,2025-10-10T21:25:00Z,3,3,3,3,0,mark",
    )
    imported = read_candle_file(path, complete=True)
    expected = pl.DataFrame(
        [
            ("gemini", "ATOM/USD", get_minute(5), get_minute(6), "1m"),
            ("kraken", "ATOM/USD", get_minute(0), get_minute(10), "1m"),
        ],
        schema=COVERED_SPAN,
        orient="row",
    )
    assert_frame_equal(imported.covered_spans, expected)
    assert imported.report.format_lines()[0] == "mine.csv: 4 rows imported; minutes without a candle are quiet"


@pytest.mark.parametrize("name", ["open_time", "Time", "TIMESTAMP", " Date "])
def test_a_file_of_one_market_needs_only_times_and_values(csv_of: CsvWriter, name: str) -> None:
    """With a given venue and symbol, a file of times and values with headers in any case is sufficient."""
    path = csv_of(f"{name},OPEN,High,low,Close,Volume", "1760131200,3,4,2,3.5,10")
    imported = read_candle_file(path, venue="kraken", symbol="ATOM/USD")
    assert imported.candles.select("venue", "symbol", "open_time", "high").rows() == [
        ("kraken", "ATOM/USD", START, 4.0)
    ]


def test_the_first_known_time_column_counts(csv_of: CsvWriter) -> None:
    """Of several time columns open_time comes before time, timestamp and date; the others are named as unused."""
    path = csv_of("date,open_time,open,high,low,close,volume", "never,2025-10-10T21:20Z,3,3,3,3,1")
    imported = read_candle_file(path, venue="kraken", symbol="ATOM/USD")
    assert imported.candles["open_time"].to_list() == [START]
    assert imported.report.unused == ("date",)


@pytest.mark.parametrize(
    "text",
    [
        "2025-10-10T21:20:00Z",
        "2025-10-10T21:20Z",
        "2025-10-10t21:20:00.000z",
        "2025-10-10 21:20:00+00:00",
        "2025-10-11T05:20:00+0800",
        "2025-10-10 21:20:00 UTC",
        "1760131200",
        "1760131200.0",
        "1760131200000",
        "1760131200000000",
    ],
)
def test_times_come_as_iso_or_epoch(csv_of: CsvWriter, text: str) -> None:
    """ISO 8601 with a zone, and epoch seconds, milliseconds and microseconds, name the same minute."""
    assert (
        read_candle_file(csv_of(HEADER, GOOD_ROW.replace("2025-10-10T21:20:00Z", text))).candles["open_time"][0]
        == START
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2025-10-10T21:20:00", "has no time zone; end it with Z"),
        ("2025-10-10 21:20", "has no time zone; end it with Z"),
        ("2025-10-10", "has no time zone; end it with Z"),
        ("2025-10-10T21:20:01Z", "lies inside a minute"),
        ("2025-10-10T21:20:00.001Z", "lies inside a minute"),
        ("1760131201", "lies inside a minute"),
        ("1760131200.5", "is neither ISO 8601 nor an epoch number"),
        ("2025-13-10T21:20:00Z", "is neither ISO 8601 nor an epoch number"),
        ("noon", "is neither ISO 8601 nor an epoch number"),
        ("45940", "is no time in epoch seconds"),
        ("1760131200000000000", "is no time in epoch seconds"),
        ("9" * 400, "is no time in epoch seconds"),
        ("-1760131200", "is no time in epoch seconds"),
        ("0001-01-01T00:00Z", "lies before 2009 or after tomorrow"),
        ("9999-12-31T23:59-10:00", "lies before 2009 or after tomorrow"),
        ("", "has no time"),
    ],
)
def test_what_is_no_minute_is_refused(csv_of: CsvWriter, text: str, reason: str) -> None:
    """A time without a zone, inside a minute, of no known unit or no time at all is refused with line and reason."""
    message = read_refusal(csv_of(HEADER, GOOD_ROW, GOOD_ROW.replace("2025-10-10T21:20:00Z", text)))
    assert "mine.csv: nothing of it was taken\n  line 3: " in message
    assert reason in message


def test_a_file_that_mixes_epoch_units_is_refused(csv_of: CsvWriter) -> None:
    """The unit of epoch times is that of the file's first row; a row in another unit is refused."""
    other_row = GOOD_ROW.replace("2025-10-10T21:20:00Z", "1760131260000")
    message = read_refusal(csv_of(HEADER, GOOD_ROW.replace("2025-10-10T21:20:00Z", "1760131200"), other_row))
    assert "line 3: time 1760131260000 is in ms, the first of the file in s" in message


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("kraken,ATOM/USD,2025-10-10T21:21Z,x,4,2,3,1", "open x is no number"),
        ("kraken,ATOM/USD,2025-10-10T21:21Z,3,4,2,3,", "has no volume"),
        ("kraken,ATOM/USD,2025-10-10T21:21Z,3,4,2,NaN,1", "close NaN is not finite"),
        ("kraken,ATOM/USD,2025-10-10T21:21Z,3,inf,2,3,1", "high inf is not finite"),
        ("kraken,ATOM/USD,2025-10-10T21:21Z,3,4,0,3,1", "low 0.0 is not above 0"),
        ("kraken,ATOM/USD,2025-10-10T21:21Z,-3,4,2,3,1", "open -3.0 is not above 0"),
        ("kraken,ATOM/USD,2025-10-10T21:21Z,3,4,2,3,-1", "volume -1.0 is below 0"),
        ("kraken,ATOM/USD,2025-10-10T21:21Z,3,4,3.1,3,1", "low 3.1 is above open 3.0"),
        ("kraken,ATOM/USD,2025-10-10T21:21Z,3,4,2.5,2.4,1", "low 2.5 is above close 2.4"),
        ("kraken,ATOM/USD,2025-10-10T21:21Z,3,2.9,2,2.5,1", "high 2.9 is below open 3.0"),
        ("kraken,ATOM/USD,2025-10-10T21:21Z,3,4,2,4.1,1", "high 4.0 is below close 4.1"),
        ("kraken,ATOMUSD,2025-10-10T21:21Z,3,4,2,3,1", "symbol ATOMUSD is not of the form BASE/QUOTE"),
        ("kraken,ATOM/USD:,2025-10-10T21:21Z,3,4,2,3,1", "symbol ATOM/USD: is not of the form"),
        ("kraken,,2025-10-10T21:21Z,3,4,2,3,1", "symbol (empty) is not of the form"),
        (",ATOM/USD,2025-10-10T21:21Z,3,4,2,3,1", "venue (empty) is not a venue id"),
        ("krakn,ATOM/USD,2025-10-10T21:21Z,3,4,2,3,1", "venue 'krakn' is unknown; the nearest known one is kraken"),
        ("kraken,ATOM/USD,2025-10-10T21:21Z,3,2,4,3,1", "low 4.0 is above open 3.0"),
        ("kraken,ATOM/USD,2025-10-10T21:21Z,,4,2,3,1", "has no open"),
        ("kraken,ATOM/USD,2025-10-10T21:21Z,3,4,2,,1", "has no close"),
        ("kraken,ATOM/USD,2025-10-10T21:21Z,,,,,1", "has no open"),
        ("kraken,ATOM/USD,2025-10-10T21:21Z,nan,nan,nan,nan,1", "open NaN is not finite"),
        ("kraken,ATOM/USD,2025-10-10T21:21Z,3,4,2,3, ", "has no volume"),
        ("kraken,ATOM/USD,2025-10-10T21:21Z,3,4,2,3,much", "volume much is no number"),
        ("kraken,ATOM/USD,2025-10-10T21:21Z,3,4,2,3,nan", "volume NaN is not finite"),
        ("kraken,ATOM/USD,2025-10-10T21:21Z,3,4,2,3,inf", "volume inf is not finite"),
        ("kraken,ATOM/USD,2025-10-10T21:21Z,,,,,-0.5", "volume -0.5 is below 0"),
        ("kraken,ATOM/USD,2025-10-10T21:21Z,x,x,x,x,x", "volume x is no number"),
        ("kraken,ATOM/USD,2025-10-10T21:20Z,3,4,2,3,1", "line 2 has this market and minute with other values"),
        ("kraken,ATOM/USD,2025-10-10T21:20Z,,,,,0", "line 2 has this market and minute with other values"),
        ("kraken,ATOM/USD", "has no time"),
    ],
)
def test_a_bad_row_is_named_with_its_line_and_reason(csv_of: CsvWriter, row: str, reason: str) -> None:
    """A file with an invalid row is refused; the error has its name, the line and the reason."""
    message = read_refusal(csv_of(HEADER, GOOD_ROW, row))
    assert message.startswith("mine.csv: nothing of it was taken\n  line 3: ")
    assert reason in message


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("timeframe", "3m", "timeframe 3m is not one of 1s, 1m, 5m"),
        ("price", "bid", "price bid is not one of trade, mark, index"),
    ],
)
def test_only_known_kinds_are_taken(csv_of: CsvWriter, column: str, value: str, reason: str) -> None:
    """Only one-minute candles of trades, marks and indices are taken."""
    assert reason in read_refusal(csv_of(f"{HEADER},{column}", f"{GOOD_ROW},{value}"))


def test_the_first_bad_rows_are_named_and_the_others_counted(csv_of: CsvWriter) -> None:
    """Of many bad rows the first five are named, in order of lines, and the others are counted."""
    message_lines = read_refusal(csv_of(HEADER, *(GOOD_ROW.replace("120.5", "none") for _ in range(1007)))).split("\n")
    assert message_lines[1] == "  line 2: volume none is no number"
    assert message_lines[5] == "  line 6: volume none is no number"
    assert message_lines[6:] == ["  and 1,002 more such lines"]


def test_blank_lines_count_as_lines_and_hold_nothing(csv_of: CsvWriter) -> None:
    """Blank lines before, between and after rows are skipped, and errors name the line of the file."""
    path = csv_of("", HEADER, GOOD_ROW, "", GOOD_ROW.replace("21:20", "21:21").replace("120.5", "none"), "", end="\r\n")
    assert "line 5: volume none is no number" in read_refusal(path)
    assert len(read_candle_file(csv_of("", HEADER, "", GOOD_ROW, "", "")).candles) == 1


def test_a_byte_order_mark_and_blanks_are_no_matter(csv_of: CsvWriter) -> None:
    """A byte order mark before the header and blanks around values are ignored."""
    path = csv_of("\ufeff Venue , symbol,open_time,open,high,low,close,volume", GOOD_ROW.replace(",", " , "))
    assert read_candle_file(path).candles["venue"].to_list() == ["kraken"]


def test_missing_columns_are_named(csv_of: CsvWriter) -> None:
    """The error names missing columns, with the options that stand for them if only those of the market are missing."""
    assert (
        read_refusal(csv_of("venue,symbol,open,high,low", "a,b,1,2,3"))
        == "mine.csv: has no column open_time, close, volume"
    )
    message = read_refusal(csv_of("time,open,high,low,close,volume", "1760131200,1,1,1,1,1"))
    assert message == (
        "mine.csv: was recognised as candles (CSV): times in seconds, volume in base units from column volume; "
        "nothing of it was taken, because\n"
        "  it does not name its exchange: --venue NAME\n"
        "  it does not name its market: --symbol BASE/QUOTE"
    )


def test_a_market_is_named_in_one_place(csv_of: CsvWriter) -> None:
    """A file with a venue column is refused if a market is given."""
    assert "has a column venue, symbol of its own" in read_refusal(csv_of(HEADER, GOOD_ROW), "okx", "ATOM/USDT")


@pytest.mark.parametrize(
    ("venue", "symbol", "reason"),
    [
        ("krakne", "ATOM/USD", "venue 'krakne' is unknown; the nearest known one is kraken"),
        ("kraken", "ATOMUSD", "'ATOMUSD' names no market; write it like ATOM/USD"),
    ],
)
def test_a_market_beside_the_file_is_checked(csv_of: CsvWriter, venue: str, symbol: str, reason: str) -> None:
    """A venue that is not known and a symbol of another form are usage errors."""
    with pytest.raises(UsageError, match=reason):
        read_candle_file(csv_of(HEADER, GOOD_ROW), venue=venue, symbol=symbol)


@pytest.mark.parametrize(
    ("header", "row", "venue", "symbol"),
    [
        (HEADER.removeprefix("venue,"), GOOD_ROW.removeprefix("kraken,"), "Kraken", None),
        (HEADER.replace("symbol,", ""), GOOD_ROW.replace("ATOM/USD,", ""), None, "atom/usd"),
    ],
)
def test_one_absent_column_can_be_named(
    csv_of: CsvWriter, header: str, row: str, venue: str | None, symbol: str | None
) -> None:
    """A file with only one of the columns venue and symbol needs only the other one named, in any spelling."""
    candles = read_candle_file(csv_of(header, row), venue=venue, symbol=symbol).candles
    assert candles.select("venue", "symbol").rows() == [("kraken", "ATOM/USD")]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("absent.csv", None, "there is no such file"),
        ("empty.csv", b"", "is empty"),
        ("blank.csv", b"\n\r\n", "is empty"),
        ("header.csv", f"{HEADER}\n".encode(), "holds no candle"),
        ("noise.csv", bytes(range(256)), "is no text in UTF-8 (byte 129)"),
        ("zeros.csv", bytes(64), "is no text: it holds zero bytes"),
        ("twins.csv", b"open,Open \n1,2\n", "has more than one column open"),
        ("wide.csv", f"{HEADER}\n{GOOD_ROW}\n{GOOD_ROW},1,2\n".encode(), "line 3 has 10 fields, the header has 8"),
        ("quote.csv", f"{HEADER}\n{GOOD_ROW.replace('120.5', chr(34))}\n".encode(), "is no CSV that can be read"),
        ("noise.parquet", bytes(range(256)), "is no Parquet file that can be read"),
        ("empty.parquet", b"", "is empty"),
        ("book.xlsx", b"PK", f"ends in '.xlsx'; candles are read from {ENDINGS}"),
        ("plain", b"", f"ends in nothing; candles are read from {ENDINGS}"),
    ],
)
def test_what_is_no_file_of_candles_is_refused(tmp_path: Path, name: str, content: bytes | None, reason: str) -> None:
    """A file that is absent, empty, binary, broken or of another kind is refused by name with a reason."""
    if content is not None:
        (tmp_path / name).write_bytes(content)
    assert read_refusal(tmp_path / name) == f"{name}: {reason}"


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    """A folder with the name of a file is refused."""
    (tmp_path / "folder.csv").mkdir()
    assert read_refusal(tmp_path / "folder.csv") == "folder.csv: is a folder; name the files in it"


def test_reconstruction_stays_what_it_is(csv_of: CsvWriter) -> None:
    """The origin reconstruction is accepted in any case, every other becomes imported; a file with both is refused."""
    header = f"{HEADER},origin"
    imported = read_candle_file(csv_of(header, f"{GOOD_ROW}, Reconstruction "))
    assert imported.candles["origin"].to_list() == ["reconstruction"]
    assert "no evidence" in imported.report.format_lines()[0]
    path = csv_of(header, f"{GOOD_ROW},collected:archive", f"{GOOD_ROW.replace('21:20', '21:21')},")
    assert read_candle_file(path).candles["origin"].to_list() == ["imported", "imported"]
    message = read_refusal(
        csv_of(header, f"{GOOD_ROW},reconstruction", f"{GOOD_ROW.replace('21:20', '21:21')},imported")
    )
    assert message == "mine.csv: mixes candles of the reconstruction with others; give each a file of its own"


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
def test_parquet_times_of_any_unit_and_zone(tmp_path: Path, unit: "pl._typing.TimeUnit") -> None:
    """Times with a zone are taken from Parquet in any unit and zone, columns of categories and whole numbers too."""
    frame = build_candles(build_candle(0, 2.0)).with_columns(
        pl.col("open_time").cast(pl.Datetime(unit, "UTC")).dt.convert_time_zone("Asia/Shanghai"),
        pl.col("venue").cast(pl.Categorical),
        pl.col("close").cast(pl.Int32),
    )
    frame.write_parquet(tmp_path / "a.parquet")
    assert_frame_equal(
        read_candle_file(tmp_path / "a.parquet").candles, build_candles(build_candle(0, 2.0, origin=Origin.IMPORTED))
    )


@pytest.mark.parametrize(
    ("column", "reason"),
    [
        (pl.lit(START.replace(tzinfo=None)).alias("open_time"), "its times have no time zone"),
        (pl.lit(date(2025, 10, 10)).alias("open_time"), "its times have no time zone"),
        (pl.lit(value=True).alias("open_time"), "its times are of type Boolean"),
        (pl.lit(START + timedelta(seconds=1)).alias("open_time"), "row 1: time .* lies inside a minute"),
        (
            (pl.lit(START).cast(pl.Datetime("ns", "UTC")) + pl.duration(nanoseconds=1)).alias("open_time"),
            "inside a minute",
        ),
        (pl.lit(1760131200.5).alias("open_time"), "row 1: time 1760131200.5 lies inside a minute"),
        (pl.lit(None, pl.Datetime("ms", "UTC")).alias("open_time"), "row 1: has no time"),
        (pl.lit(value=True).alias("close"), "column close holds Boolean, not numbers"),
        (pl.lit(5).alias("venue"), "column venue holds Int32, not text"),
        (pl.lit(None).alias("volume"), "row 1: has no volume"),
    ],
)
def test_parquet_columns_of_the_wrong_type_are_refused(tmp_path: Path, column: pl.Expr, reason: str) -> None:
    """Naive times and columns that hold no text or numbers are refused by name, bad rows by their number."""
    build_candles(build_candle()).with_columns(column).write_parquet(tmp_path / "a.parquet")
    with pytest.raises(FileRefused, match=reason):
        read_candle_file(tmp_path / "a.parquet")


def test_epoch_numbers_in_parquet(tmp_path: Path) -> None:
    """Whole numbers in the time column of a Parquet file are epoch times."""
    frame = build_candles(build_candle()).with_columns(pl.lit(1760131200000).alias("open_time"))
    frame.write_parquet(tmp_path / "a.parquet")
    assert read_candle_file(tmp_path / "a.parquet").candles["open_time"].to_list() == [START]


REAL_FILE = Path(__file__).resolve().parents[3].parent / "shared" / "real"


@pytest.mark.skipif(not REAL_FILE.is_dir(), reason="no real candles beside the checkout, at ../shared/real")
def test_real_candles_come_in() -> None:
    """The ATOM candle of 21:20 on Coinbase comes in from a file of real candles as its publisher states it."""
    imported = read_candle_file(REAL_FILE / "2025-10-10-crash-1m.csv")
    at = (pl.col("venue") == "coinbaseexchange", pl.col("symbol") == "ATOM/USD", pl.col("open_time") == START)
    assert imported.candles.filter(*at).select("open", "high", "low", "close").rows() == [(3.560, 3.594, 3.560, 3.594)]
    lowest = imported.candles.filter(*at[:2]).sort("low").row(0, named=True)
    assert (lowest["low"], lowest["open_time"]) == (3.0, datetime(2025, 10, 10, 23, 47, tzinfo=UTC))
