"""Candles of one second, one minute and five minutes are never mixed in the store, in coverage and in files."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from data.delta.upkeep.maintenance import StoreSize
from data.errors import FileRefused
from data.files.import_file import read_candle_file
from data.files.import_many import import_files
from data.files.source import FileSource
from data.schema import LOW_TRADE, Evidence, Origin, Outcome, Timeframe, build_empty_frame
from data.store import CandleStore
from tests.data.frames import LATER, NOW, build_candle, build_candles, build_coverage, get_minute

WIDE = (get_minute(-60), get_minute(60))
HEADER = "venue,symbol,open_time,open,high,low,close,volume,timeframe"


def get_second(number: int) -> datetime:
    """The open time a number of seconds after 21:20."""
    return get_minute(0) + timedelta(seconds=number)


def build_low_trade(
    number: int = 0, price: float = 2.0, *, timeframe: str = "1s", **other: object
) -> dict[str, object]:
    """The lowest trade of a bar that opens so many seconds after 21:20, made a quarter of a second later."""
    return {
        "venue": "kraken",
        "symbol": "ATOM/USD",
        "timeframe": timeframe,
        "open_time": get_second(number),
        "at": get_second(number) + timedelta(milliseconds=250),
        "price": price,
        "amount": 1.5,
        "trade_id": str(number),
        "source": "api.kraken.com",
        "fetched_at": NOW,
        **other,
    }


def build_low_trades(*rows: dict[str, object]) -> pl.DataFrame:
    """A frame in the schema of lowest trades."""
    return pl.DataFrame(list(rows), schema=LOW_TRADE)


def test_a_timeframe_knows_its_length() -> None:
    """The lengths are 1, 60 and 300 seconds, and a thousand times as many milliseconds."""
    assert [(str(t), t.seconds, t.ms) for t in Timeframe] == [
        ("1s", 1, 1000),
        ("1m", 60, 60_000),
        ("5m", 300, 300_000),
    ]


def test_candles_of_two_lengths_never_come_out_of_one_read(store: CandleStore) -> None:
    """Each read returns the candles of its timeframe, minutes by default, of the same market, batch and open time."""
    by_length = {t: build_candle(0, 2.0 + n, timeframe=t) for n, t in enumerate(("1s", "1m", "5m"))}
    counts = store.write_candles(build_candles(*by_length.values()), source="api.example", fetched_at=NOW)
    assert counts.new == 3
    assert_frame_equal(store.read_candles(["ATOM"], *WIDE), build_candles(by_length["1m"]))
    for timeframe in Timeframe:
        assert_frame_equal(
            store.read_candles(["ATOM"], *WIDE, timeframe=timeframe), build_candles(by_length[timeframe])
        )
        assert_frame_equal(
            CandleStore(store.uri, first_seen=True).read_candles(["ATOM"], *WIDE, timeframe=timeframe),
            build_candles(by_length[timeframe]),
        )
    assert store.candles.read_holdings().select("first", "candles", "timeframe").rows() == [
        (get_minute(0), 1, timeframe) for timeframe in ("1m", "1s", "5m")
    ]
    second_report = store.write_candles(build_candles(*by_length.values()), source="api.example", fetched_at=LATER)
    assert (second_report.new, second_report.same, second_report.revised) == (0, 3, 0)


def test_seconds_alone_are_no_minutes(store: CandleStore) -> None:
    """A store of seconds has no candle that is measured by default, and forgetting an origin takes them too."""
    store.write_candles(build_candles(build_candle(timeframe="1s")), source="api.example", fetched_at=NOW)
    assert not store.has_candles(Evidence.REAL)
    assert store.read_candles(["ATOM"], *WIDE).is_empty()
    assert store.forget(origin=Origin.OHLCV) == 1
    assert store.candles.read_holdings().is_empty()


def test_revisions_of_seconds_are_listed(store: CandleStore) -> None:
    """Revisions of every timeframe are listed; reads give the latest value, or with ``first_seen`` the first."""
    for close, at in ((2.0, NOW), (3.0, LATER)):
        batch = build_candles(build_candle(0, close, timeframe="1s"), build_candle(0, close))
        store.write_candles(batch, source="api.example", fetched_at=at)
    changed = store.candles.read_revisions().filter(field="close")
    assert changed.select("timeframe", "first_seen", "now").rows() == [("1m", 2.0, 3.0), ("1s", 2.0, 3.0)]
    closes = [
        source.read_candles(["ATOM"], *WIDE, timeframe=Timeframe.S1)["close"].to_list()
        for source in (store, CandleStore(store.uri, first_seen=True))
    ]
    assert closes == [[3.0], [2.0]]


def test_one_second_from_two_files_of_seconds_comes_once(store: CandleStore) -> None:
    """Two overlapping fetches of seconds are read with each second once, in order."""
    store.write_candles(
        build_candles(*(build_candle(at=get_second(n), timeframe="1s") for n in range(5, 15))),
        source="b",
        fetched_at=NOW,
    )
    store.write_candles(
        build_candles(*(build_candle(at=get_second(n), timeframe="1s") for n in range(10))),
        source="a",
        fetched_at=LATER,
    )
    read = store.read_candles(["ATOM"], *WIDE, timeframe=Timeframe.S1)
    assert read["open_time"].to_list() == [get_second(n) for n in range(15)]


def test_coverage_of_one_length_covers_no_other(store: CandleStore) -> None:
    """Complete seconds do not cover minutes; a span may end inside a minute."""
    span_rows = build_coverage(0, 2, timeframe="1s").with_columns(
        end=pl.lit(get_second(90)).cast(pl.Datetime("ms", "UTC"))
    )
    store.coverage.write(pl.concat([span_rows, build_coverage(5, 10, timeframe="5m")]))
    assert store.read_covered_spans(["ATOM"], *WIDE).is_empty()
    assert store.read_covered_spans(["ATOM"], *WIDE, timeframe=Timeframe.S1).select("start", "end").rows() == [
        (get_minute(0), get_second(90))
    ]
    assert CandleStore(store.uri, first_seen=True).read_covered_spans(["ATOM"], *WIDE, timeframe=Timeframe.M5).select(
        "start", "end"
    ).rows() == [(get_minute(5), get_minute(10))]


def test_seconds_that_are_not_offered_settle_no_minutes(store: CandleStore) -> None:
    """Minutes of unlisted markets stay outstanding if the venue later turns out to offer no seconds."""
    store.coverage.write(build_coverage(0, 10, symbol="ATOM/*", outcome=Outcome.UNREACHABLE))
    store.coverage.write(
        build_coverage(0, 10, symbol="ATOM/*", outcome=Outcome.NOT_OFFERED, timeframe="1s", asked_at=LATER)
    )
    assert store.coverage.read_outstanding().select("symbol", "timeframe", "outcome").rows() == [
        ("ATOM/*", "1m", "unreachable")
    ]
    store.coverage.write(build_coverage(0, 10, outcome=Outcome.COMPLETE, asked_at=LATER))
    assert store.coverage.read_outstanding().is_empty()


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (build_candle(at=get_second(1)), "an open time lies inside its bar"),
        (build_candle(at=get_second(60), timeframe="5m"), "an open time lies inside its bar"),
        (
            build_candle(at=get_second(1) + timedelta(milliseconds=1), timeframe="1s"),
            "an open time lies inside its bar",
        ),
        (build_candle(timeframe="1h"), "a timeframe is unknown"),
    ],
)
def test_a_candle_that_opens_inside_its_bar_is_not_stored(
    store: CandleStore, row: dict[str, object], fault: str
) -> None:
    """Open times are multiples of the candle's own length, and the length is a known one, beside sound rows too."""
    with pytest.raises(ValueError, match=fault):
        store.write_candles(
            build_candles(build_candle(5), build_candle(timeframe="1s"), row), source="api.example", fetched_at=NOW
        )


CsvOf = Callable[..., Path]


@pytest.fixture
def csv_of(tmp_path: Path) -> CsvOf:
    """A file of the given lines below the header."""

    def write_csv(*lines: str) -> Path:
        path = tmp_path / "mine.csv"
        path.write_text("\n".join([HEADER, *lines, ""]), encoding="utf-8")
        return path

    return write_csv


def test_a_file_of_seconds_comes_in_second_by_second(store: CandleStore, csv_of: CsvOf) -> None:
    """Rows of seconds become candles of seconds, whole where declared so, beside minutes of the same file."""
    path = csv_of(
        "kraken,ATOM/USD,2025-10-10T21:20:01Z,3,3,3,3,1,1s",
        "kraken,ATOM/USD,2025-10-10T21:20:04Z,2,2,2,2,1,1s",
        "kraken,ATOM/USD,2025-10-10T21:20:00Z,4,4,4,4,1,",
        "kraken,ATOM/USD,2025-10-10T21:25:00Z,5,5,5,5,1,5m",
    )
    (stored,), refused = import_files(store, [path], now=NOW, complete=True)
    assert refused == []
    assert stored.format_lines() == [
        "mine.csv: 4 rows imported; bars without a candle are quiet",
        "  read as candles (CSV): times with a zone, volume in base units from column volume",
        "  kraken ATOM/USD: 1 candle, 2025-10-10 21:20 to 2025-10-10 21:20 UTC",
        "  kraken ATOM/USD (1s): 2 candles, 2025-10-10 21:20:01 to 2025-10-10 21:20:04 UTC",
        "  kraken ATOM/USD (5m): 1 candle, 2025-10-10 21:25 to 2025-10-10 21:25 UTC",
        "  stored: 4 new, 0 already there, 0 revised",
    ]
    expected = {
        Timeframe.S1: ([(get_second(1), 3.0), (get_second(4), 2.0)], (get_second(1), get_second(5))),
        Timeframe.M1: ([(get_second(0), 4.0)], (get_minute(0), get_minute(1))),
        Timeframe.M5: ([(get_minute(5), 5.0)], (get_minute(5), get_minute(10))),
    }
    for source in (store, FileSource([path], complete=True)):
        for timeframe, (rows, span) in expected.items():
            read = source.read_candles(["ATOM"], *WIDE, timeframe=timeframe)
            assert read.select("open_time", "close").rows() == rows
            assert source.read_covered_spans(["ATOM"], *WIDE, timeframe=timeframe).select("start", "end").rows() == [
                span
            ]


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("2025-10-10T21:21:00Z,3,3,3,3,1,5m", "time 2025-10-10T21:21:00Z lies inside a span of 5 minutes"),
        ("2025-10-10T21:20:01Z,3,3,3,3,1,1m", "time 2025-10-10T21:20:01Z lies inside a minute"),
        ("2025-10-10T21:20:00.5Z,3,3,3,3,1,1s", "time 2025-10-10T21:20:00.5Z lies inside a second"),
        ("2025-10-10T21:20:00Z,3,3,3,3,1,1h", "timeframe 1h is not one of 1s, 1m, 5m"),
    ],
)
def test_a_row_that_fits_no_length_is_refused(csv_of: CsvOf, row: str, fault: str) -> None:
    """A time inside the row's bar, or an unknown timeframe, is refused with file and line."""
    path = csv_of("kraken,ATOM/USD,2025-10-10T21:20:00Z,3,3,3,3,1,1s", f"kraken,ATOM/USD,{row}")
    with pytest.raises(FileRefused) as caught:
        read_candle_file(path)
    assert "mine.csv" in str(caught.value)
    assert f"line 3: {fault}" in str(caught.value)


def test_lowest_trades_are_stored_once(store: CandleStore) -> None:
    """A trade written or fetched again is not new; reads are sorted, of one timeframe and window."""
    rows = build_low_trades(
        build_low_trade(3), build_low_trade(1), build_low_trade(0, timeframe="1m"), build_low_trade(2, venue="bybit")
    )
    assert store.lowest_trades.write(rows) == 4
    assert store.lowest_trades.write(rows.with_columns(fetched_at=pl.lit(LATER).cast(pl.Datetime("ms", "UTC")))) == 0
    read = store.read_low_trades(["ATOM"], *WIDE, timeframe=Timeframe.S1)
    assert_frame_equal(
        read, build_low_trades(build_low_trade(2, venue="bybit"), build_low_trade(1), build_low_trade(3))
    )
    assert_frame_equal(store.read_low_trades(["ATOM"], *WIDE), build_low_trades(build_low_trade(0, timeframe="1m")))
    assert_frame_equal(
        store.read_low_trades(["ATOM"], get_second(2), get_second(3), timeframe=Timeframe.S1),
        build_low_trades(build_low_trade(2, venue="bybit")),
    )
    assert store.read_low_trades(["DOGE"], *WIDE).is_empty()


def test_the_lowest_trade_that_was_fetched_last_counts(store: CandleStore) -> None:
    """If the lowest trade of a bar changed, the later one is read."""
    store.lowest_trades.write(build_low_trades(build_low_trade(0, 2.0)))
    assert store.lowest_trades.write(build_low_trades(build_low_trade(0, 1.5, fetched_at=LATER))) == 1
    assert store.read_low_trades(["ATOM"], *WIDE, timeframe=Timeframe.S1)["price"].to_list() == [1.5]


def test_lowest_trades_go_with_their_source(store: CandleStore) -> None:
    """Forgetting a source, or an origin, forgets its lowest trades: those of files by their checksum."""
    file = "public.bybit.com/ATOMUSDT.csv.gz sha256:abc"
    rows = build_low_trades(
        build_low_trade(0), build_low_trade(1, source=file), build_low_trade(2, source="www.example")
    )
    store.lowest_trades.write(rows)
    assert store.forget(origin=Origin.IMPORTED) == 0
    assert store.forget(source="www.example") == 1
    assert store.forget(origin=Origin.ARCHIVE) == 1
    assert store.read_low_trades(["ATOM"], *WIDE, timeframe=Timeframe.S1)["source"].to_list() == ["api.kraken.com"]
    assert store.forget(origin=Origin.TRADES, source="api.kraken.com") == 1


def test_lowest_trades_count_in_version_size_and_upkeep(store: CandleStore) -> None:
    """Lowest trades count for version and size, and their files are compacted to one per partition."""
    before = store.read_version()
    for number in range(3):
        store.lowest_trades.write(build_low_trades(build_low_trade(number)))
    size = store.measure_size()
    assert store.read_version() != before
    assert size is not None
    assert size.files >= 3
    assert store.measure_size(Timeframe.S1) == StoreSize(0, 0), "of the lowest trades none is a candle"
    store.maintain(NOW)
    assert store.read_low_trades(["ATOM"], *WIDE, timeframe=Timeframe.S1)["trade_id"].to_list() == ["0", "1", "2"]
    assert len(list((Path(store.uri) / "low_trades").glob("asset=ATOM/**/*.parquet"))) == 4


@pytest.mark.parametrize(
    ("frame", "fault"),
    [
        (build_low_trades(build_low_trade()).drop("amount"), "these are no lowest trades"),
        (build_low_trades(build_low_trade(trade_id=None)), "a value is null"),
        (build_low_trades(build_low_trade(timeframe="1h")), "a timeframe is unknown"),
        (build_low_trades(build_low_trade(1, timeframe="1m")), "an open time lies inside its bar"),
        (build_low_trades(build_low_trade(at=get_second(1))), "a trade lies outside of its bar"),
        (build_low_trades(build_low_trade(at=get_second(-1))), "a trade lies outside of its bar"),
    ],
)
def test_what_is_no_lowest_trade_is_not_stored(store: CandleStore, frame: pl.DataFrame, fault: str) -> None:
    """Other columns, nulls, unknown lengths, and trades of another bar are refused."""
    with pytest.raises(ValueError, match=fault):
        store.lowest_trades.write(frame)
    assert store.read_low_trades(["ATOM"], *WIDE).is_empty()


def test_no_lowest_trades_make_no_table(store: CandleStore) -> None:
    """Writing an empty frame creates no table, and an absent table reads as empty."""
    assert store.lowest_trades.write(build_empty_frame(LOW_TRADE)) == 0
    assert not Path(store.uri).exists()
    assert_frame_equal(store.read_low_trades(["ATOM"], *WIDE), build_empty_frame(LOW_TRADE))
