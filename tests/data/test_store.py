from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import rmtree

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from data.delta.upsert import WriteReport
from data.errors import StoreUnusable, UsageError
from data.schema import CANDLE, COVERAGE, HOLDING, SPAN, Evidence, Origin, build_empty_frame
from data.store import CandleStore
from tests.data.frames import LATER, NOW, build_candle, build_candles, build_coverage, get_minute

WIDE = (get_minute(-60), get_minute(60))


def list_closes(frame: pl.DataFrame) -> list[float]:
    """The closes of a frame."""
    return frame["close"].to_list()


def count_stored_rows(store: CandleStore) -> int:
    """The number of rows in the table, revisions included."""
    return len(pl.scan_delta(f"{store.uri}/candles").collect())


def test_absent_store_reads_as_empty_frames_and_is_not_created(store: CandleStore) -> None:
    """Every read of a store that does not exist returns an empty frame of the schema, and creates no file."""
    assert_frame_equal(store.read_candles(["ATOM"], *WIDE), build_empty_frame(CANDLE))
    assert_frame_equal(store.read_covered_spans(["ATOM"], *WIDE), build_empty_frame(SPAN))
    assert_frame_equal(store.coverage.read_rows(["ATOM"], *WIDE), build_empty_frame(COVERAGE))
    assert_frame_equal(store.candles.read_holdings(), build_empty_frame(HOLDING))
    assert not store.has_candles(Evidence.REAL)
    assert store.read_version() == "-/-/-/-/-"
    assert store.forget(source="a.csv") == 0
    assert not Path(store.uri).exists()


def test_what_is_written_is_read_back_sorted(store: CandleStore) -> None:
    """Candles come back with the same values and dtypes, sorted by venue, symbol and open time."""
    okx, late, early = build_candle(0, 1.5, venue="okx"), build_candle(1, 2.5), build_candle(0, 0.1)
    report = store.write_candles(build_candles(okx, late, early), source="api.example", fetched_at=NOW)
    assert report == WriteReport(new=3)
    assert_frame_equal(store.read_candles(["ATOM"], *WIDE), build_candles(early, late, okx))


@pytest.mark.parametrize("folder", ["Application Support", "K\N{LATIN SMALL LETTER O WITH DIAERESIS}ln 100%", "a+b#c"])
def test_a_store_may_lie_in_any_folder(tmp_path: Path, folder: str) -> None:
    """Also in one whose name has a space, as that for program data on macOS; it is maintained there too."""
    store = CandleStore(str(tmp_path / folder / "lake"))
    for minute in range(3):
        store.write_candles(build_candles(build_candle(minute)), source="api.example", fetched_at=NOW)
    store.maintain(NOW + timedelta(days=60))
    candles = build_candles(*(build_candle(minute) for minute in range(3)))
    assert_frame_equal(CandleStore(store.uri).read_candles(["ATOM"], *WIDE), candles)


def test_columns_may_come_in_any_order(store: CandleStore) -> None:
    """The order of the columns of a batch does not matter."""
    frame = build_candles(build_candle())
    store.write_candles(frame.select(reversed(frame.columns)), source="api.example", fetched_at=NOW)
    assert_frame_equal(store.read_candles(["ATOM"], *WIDE), frame)


def test_writing_a_batch_again_stores_nothing(store: CandleStore) -> None:
    """The same values for the same minute are counted as the same and not stored."""
    frame = build_candles(build_candle(0), build_candle(1))
    store.write_candles(frame, source="api.example", fetched_at=NOW)
    version = store.read_version()
    assert store.write_candles(frame, source="api.example", fetched_at=LATER) == WriteReport(same=2)
    assert count_stored_rows(store) == 2
    assert store.read_version() == version


def test_a_change_and_its_return_make_three_rows(store: CandleStore) -> None:
    """A value that changes from A to B and back to A is stored three times, and the last is read."""
    for number, close in enumerate((2.0, 3.0, 2.0)):
        at = NOW + timedelta(hours=number)
        report = store.write_candles(build_candles(build_candle(0, close)), source="api.example", fetched_at=at)
        assert report == (WriteReport(revised=1) if number else WriteReport(new=1))
        assert list_closes(store.read_candles(["ATOM"], *WIDE)) == [close]
    assert count_stored_rows(store) == 3


def test_a_clock_set_back_does_not_hide_a_revision(store: CandleStore) -> None:
    """A revision fetched at the same or an earlier time is stored one millisecond after the row that it revises."""
    store.write_candles(build_candles(build_candle(0, 2.0)), source="api.example", fetched_at=LATER)
    store.write_candles(build_candles(build_candle(0, 3.0)), source="api.example", fetched_at=NOW)
    assert list_closes(store.read_candles(["ATOM"], *WIDE)) == [3.0]
    times = pl.scan_delta(f"{store.uri}/candles").select("fetched_at").collect()["fetched_at"].sort().to_list()
    assert times == [LATER, LATER + timedelta(milliseconds=1)]


@pytest.mark.parametrize("column", ["open", "high", "low", "close", "volume"])
def test_each_value_can_make_a_revision(store: CandleStore, column: str) -> None:
    """A change of any one of the five values is a revision."""
    frame = build_candles(build_candle())
    store.write_candles(frame, source="api.example", fetched_at=NOW)
    changed = frame.with_columns(pl.col(column) + 0.5)
    assert store.write_candles(changed, source="api.example", fetched_at=LATER) == WriteReport(revised=1)


def test_another_source_is_no_revision(store: CandleStore) -> None:
    """The same minute from another file counts as new with any values: files never revise each other."""
    frame = build_candles(build_candle(origin=Origin.IMPORTED))
    store.write_candles(frame, source="a.csv", fetched_at=NOW)
    assert store.write_candles(frame, source="b.csv", fetched_at=LATER) == WriteReport(new=1)


@pytest.mark.parametrize(("better", "worse"), list(zip(list(Origin)[:3], list(Origin)[1:4], strict=True)))
def test_better_origin_wins_whatever_came_last(store: CandleStore, better: Origin, worse: Origin) -> None:
    """Of two rows for one minute that of the origin listed first is read, even if it was fetched first."""
    store.write_candles(build_candles(build_candle(0, 1.0, origin=better)), source="one", fetched_at=NOW)
    store.write_candles(build_candles(build_candle(0, 9.0, origin=worse)), source="two", fetched_at=LATER)
    read = store.read_candles(["ATOM"], *WIDE)
    assert list_closes(read) == [1.0]
    assert read["origin"].to_list() == [better.value]


def test_within_an_origin_the_latest_then_the_first_source_wins(store: CandleStore) -> None:
    """Of one origin the row fetched last is read; fetched together, that of the source first by name."""
    for source, close, at in (("b", 2.0, NOW), ("a", 1.0, NOW), ("c", 3.0, NOW)):
        store.write_candles(build_candles(build_candle(0, close)), source=source, fetched_at=at)
    assert list_closes(store.read_candles(["ATOM"], *WIDE)) == [1.0]
    store.write_candles(build_candles(build_candle(0, 4.0)), source="d", fetched_at=LATER)
    assert list_closes(store.read_candles(["ATOM"], *WIDE)) == [4.0]


def test_of_files_the_one_written_last_wins(store: CandleStore) -> None:
    """Whatever their names and the clock say; a file written again counts again."""
    for source, close in (("b.csv", 2.0), ("a.csv", 1.0), ("c.csv", 3.0), ("b.csv", 2.0)):
        store.write_candles(
            build_candles(build_candle(0, close, origin=Origin.IMPORTED)), source=source, fetched_at=NOW
        )
        assert list_closes(store.read_candles(["ATOM"], *WIDE)) == [close]


def test_real_and_reconstruction_never_mix(store: CandleStore) -> None:
    """A read gives either real candles or those of the reconstruction, and so does the coverage."""
    store.write_candles(build_candles(build_candle(0, 1.0)), source="api.example", fetched_at=NOW)
    sample = build_candles(
        build_candle(0, 9.0, origin=Origin.RECONSTRUCTION), build_candle(1, 9.0, origin=Origin.RECONSTRUCTION)
    )
    store.write_candles(sample, source="sample", fetched_at=LATER)
    store.coverage.write(build_coverage(0, 1))
    store.coverage.write(build_coverage(0, 2, origin=Origin.RECONSTRUCTION, source="sample"))
    assert list_closes(store.read_candles(["ATOM"], *WIDE)) == [1.0]
    assert list_closes(store.read_candles(["ATOM"], *WIDE, origin=Evidence.RECONSTRUCTION)) == [9.0, 9.0]
    assert store.read_covered_spans(["ATOM"], *WIDE)["end"].to_list() == [get_minute(1)]
    assert store.read_covered_spans(["ATOM"], *WIDE, origin=Evidence.RECONSTRUCTION)["end"].to_list() == [get_minute(2)]


def test_reads_are_bounded_by_asset_window_and_venue(store: CandleStore) -> None:
    """A read returns the given assets and venues in the half-open window."""
    batch = build_candles(
        build_candle(0),
        build_candle(1),
        build_candle(2),
        build_candle(1, venue="okx"),
        build_candle(1, symbol="DOGE/USDT"),
        build_candle(1, symbol="ATOMX/USD"),
    )
    store.write_candles(batch, source="api.example", fetched_at=NOW)
    read = store.read_candles(["ATOM"], get_minute(1), get_minute(2))
    assert_frame_equal(read, build_candles(build_candle(1), build_candle(1, venue="okx")))
    assert_frame_equal(
        store.read_candles(["ATOM"], get_minute(1), get_minute(3), venues=["binance"]),
        build_candles(build_candle(1), build_candle(2)),
    )
    assert_frame_equal(store.read_candles(["DOGE"], *WIDE), build_candles(build_candle(1, symbol="DOGE/USDT")))
    assert store.read_candles([], *WIDE).is_empty()


def test_only_minute_candles_of_trades_are_read(store: CandleStore) -> None:
    """Mark and index candles are stored, but a read returns only trade candles."""
    store.write_candles(
        build_candles(build_candle(price="mark"), build_candle(price="index")), source="api.example", fetched_at=NOW
    )
    assert store.read_candles(["ATOM"], *WIDE).is_empty()
    assert not store.has_candles(Evidence.REAL)
    assert count_stored_rows(store) == 2


def test_batch_over_months_and_days_is_stored_whole(store: CandleStore) -> None:
    """A batch that crosses midnight and a month's end comes back whole, and pruning by day loses no edge."""
    midnight = datetime(2025, 11, 1, tzinfo=UTC)
    rows = [build_candle(at=midnight + timedelta(minutes=number)) for number in (-1441, -1, 0, 1, 1440)]
    assert store.write_candles(build_candles(*rows), source="api.example", fetched_at=NOW) == WriteReport(new=5)
    assert_frame_equal(
        store.read_candles(["ATOM"], midnight - timedelta(days=2), midnight + timedelta(days=2)), build_candles(*rows)
    )
    assert_frame_equal(store.read_candles(["ATOM"], midnight - timedelta(minutes=1), midnight), build_candles(rows[1]))


def test_empty_batches_do_nothing(store: CandleStore) -> None:
    """Writing empty frames creates no store."""
    assert store.write_candles(build_empty_frame(CANDLE), source="api.example", fetched_at=NOW) == WriteReport()
    store.coverage.write(build_empty_frame(COVERAGE))
    assert not Path(store.uri).exists()


def test_exact_duplicates_in_a_batch_are_stored_once(store: CandleStore) -> None:
    """The same candle twice in a batch, as overlapping pages give it, is stored once."""
    assert store.write_candles(
        build_candles(build_candle(), build_candle()), source="api.example", fetched_at=NOW
    ) == WriteReport(new=1)


@pytest.mark.parametrize(
    ("frame", "fault"),
    [
        (build_candles(build_candle()).drop("volume"), "these are no candles"),
        (build_candles(build_candle()).with_columns(extra=1), "these are no candles"),
        (build_candles(build_candle()).cast({"close": pl.Float32}), "these are no candles"),
        (build_candles(build_candle()).with_columns(close=pl.lit(None, pl.Float64)), "a value is null"),
        (build_candles(build_candle()).with_columns(origin=pl.lit("hearsay")), "an origin is unknown"),
        (build_candles(build_candle(at=get_minute(0) + timedelta(seconds=1))), "an open time lies inside its bar"),
        (build_candles(build_candle(0, 1.0), build_candle(0, 2.0)), "one candle is there twice with different values"),
    ],
)
def test_invalid_batches_are_refused(store: CandleStore, frame: pl.DataFrame, fault: str) -> None:
    """A batch with other columns, nulls, unknown origins, broken minutes or contradictions is refused whole."""
    with pytest.raises(ValueError, match=fault):
        store.write_candles(frame, source="api.example", fetched_at=NOW)
    assert not Path(store.uri).exists()


def test_time_of_fetching_needs_a_zone(store: CandleStore) -> None:
    """A naive time of fetching is refused."""
    with pytest.raises(ValueError, match="no time zone"):
        store.write_candles(build_candles(build_candle()), source="api.example", fetched_at=NOW.replace(tzinfo=None))


def test_forget_undoes_one_import(store: CandleStore) -> None:
    """Forgetting a file drops only its candles and coverage, and returns the number of rows."""
    mine = build_candles(build_candle(0, origin=Origin.IMPORTED), build_candle(1, origin=Origin.IMPORTED))
    store.write_candles(mine, source="it's mine.csv", fetched_at=NOW)
    store.coverage.write(build_coverage(0, 2, origin=Origin.IMPORTED, source="it's mine.csv"))
    store.write_candles(build_candles(build_candle(0, 7.0)), source="api.example", fetched_at=NOW)
    store.coverage.write(build_coverage(0, 1))
    version = store.read_version()
    assert store.forget(source="it's mine.csv") == 3
    assert store.read_version() != version
    assert list_closes(store.read_candles(["ATOM"], *WIDE)) == [7.0]
    assert store.read_covered_spans(["ATOM"], *WIDE)["end"].to_list() == [get_minute(1)]
    assert store.forget(source="it's mine.csv") == 0


def test_forget_drops_the_sample(store: CandleStore) -> None:
    """Forgetting the reconstruction leaves real candles, and the sample can come back afterwards."""
    sample = build_candles(build_candle(origin=Origin.RECONSTRUCTION))
    store.write_candles(sample, source="sample", fetched_at=NOW)
    store.write_candles(build_candles(build_candle()), source="api.example", fetched_at=NOW)
    assert store.forget(origin=Origin.RECONSTRUCTION) == 1
    assert not store.has_candles(Evidence.RECONSTRUCTION)
    assert store.has_candles(Evidence.REAL)
    assert store.write_candles(sample, source="sample", fetched_at=LATER) == WriteReport(new=1)


def test_forget_needs_a_source_or_an_origin(store: CandleStore) -> None:
    """Without a source or an origin nothing is dropped."""
    with pytest.raises(UsageError, match="say what to forget"):
        store.forget()


def test_holdings_count_minutes_not_revisions(store: CandleStore) -> None:
    """Holdings are counted by origin, source and market, and a revised minute counts once."""
    store.write_candles(build_candles(build_candle(0), build_candle(5)), source="api.example", fetched_at=NOW)
    store.write_candles(build_candles(build_candle(0, 9.0)), source="api.example", fetched_at=LATER)
    store.write_candles(
        build_candles(build_candle(3, venue="okx", origin=Origin.IMPORTED)), source="a.csv", fetched_at=NOW
    )
    expected = pl.DataFrame(
        [
            (Origin.OHLCV.value, "api.example", "ATOM", "binance", "ATOM/USDT", get_minute(0), get_minute(5), 2, "1m"),
            (Origin.IMPORTED.value, "a.csv", "ATOM", "okx", "ATOM/USDT", get_minute(3), get_minute(3), 1, "1m"),
        ],
        schema=HOLDING,
        orient="row",
    )
    assert_frame_equal(store.candles.read_holdings(), expected)


def test_markets_of_a_window_are_those_with_a_real_trade_in_it(store: CandleStore) -> None:
    """Its end is not in it; marks, bars of other lengths, the sample and other months do not count."""
    month = timedelta(days=31)
    rows = build_candles(
        build_candle(0, venue="okx"),
        build_candle(9, venue="okx"),
        build_candle(5, venue="gate", origin=Origin.IMPORTED),
        build_candle(10, venue="bybit"),
        build_candle(-1, venue="htx"),
        build_candle(5, venue="mexc", price="mark"),
        build_candle(5, venue="kraken", timeframe="5m"),
        build_candle(5, venue="bitget", origin=Origin.RECONSTRUCTION),
        build_candle(venue="kucoin", at=get_minute(5) - month),
    )
    assert store.candles.read_markets(get_minute(0), get_minute(10)) == []
    store.write_candles(rows, source="api.example", fetched_at=NOW)
    assert store.candles.read_markets(get_minute(0), get_minute(10)) == [("gate", "ATOM/USDT"), ("okx", "ATOM/USDT")]
    both = store.candles.read_markets(get_minute(5) - month, get_minute(10))
    assert both == [(venue, "ATOM/USDT") for venue in ("gate", "htx", "kucoin", "okx")]


def test_has_candles_of_assets(store: CandleStore) -> None:
    """The check for candles distinguishes kinds of evidence and assets."""
    store.write_candles(build_candles(build_candle()), source="api.example", fetched_at=NOW)
    assert store.has_candles(Evidence.REAL)
    assert store.has_candles(Evidence.REAL, ["DOGE", "ATOM"])
    assert not store.has_candles(Evidence.REAL, ["DOGE"])
    assert not store.has_candles(Evidence.RECONSTRUCTION, ["ATOM"])


def test_version_changes_with_every_change(store: CandleStore) -> None:
    """Each write that stores candles or coverage gives a new version."""
    versions = [store.read_version()]
    store.write_candles(build_candles(build_candle()), source="api.example", fetched_at=NOW)
    versions.append(store.read_version())
    store.coverage.write(build_coverage(0, 1))
    versions.append(store.read_version())
    assert len(set(versions)) == 3


def test_other_stores_have_other_versions(tmp_path: Path) -> None:
    """Two stores with equal content have different versions, so that no cached result is used for the wrong one."""
    stores = [CandleStore(str(tmp_path / name)) for name in ("one", "two")]
    for store in stores:
        store.write_candles(build_candles(build_candle()), source="api.example", fetched_at=NOW)
    assert stores[0].read_version() != stores[1].read_version()


def test_a_store_can_be_named_by_uri(tmp_path: Path) -> None:
    """A store at a URI with a scheme reads as empty, is written, and is read back."""
    store = CandleStore(f"file://{tmp_path}/lake/")
    assert not store.has_candles(Evidence.REAL)
    store.write_candles(build_candles(build_candle()), source="api.example", fetched_at=NOW)
    assert_frame_equal(store.read_candles(["ATOM"], *WIDE), build_candles(build_candle()))


def test_what_others_write_is_seen_at_once(store: CandleStore) -> None:
    """A store that was read before sees what another writer added and compacted."""
    other = CandleStore(store.uri)
    for number in range(3):
        other.write_candles(build_candles(build_candle(number)), source="host", fetched_at=NOW)
        assert store.read_candles(["ATOM"], *WIDE).height == number + 1
    other.maintain(NOW)
    assert store.read_candles(["ATOM"], *WIDE).height == 3


def test_a_store_made_anew_in_the_same_place_is_another_one(store: CandleStore) -> None:
    """After the folder is deleted and written again, a running program reads the new candles."""
    for close in (2.0, 3.0):
        CandleStore(store.uri).write_candles(build_candles(build_candle(0, close)), source="host", fetched_at=NOW)
        assert list_closes(store.read_candles(["ATOM"], *WIDE)) == [close]
        rmtree(store.uri)
        assert store.read_candles(["ATOM"], *WIDE).is_empty()


def test_unknown_scheme_is_a_usage_error() -> None:
    """A URI with an unknown scheme is refused by name instead of reading as empty."""
    with pytest.raises(UsageError, match="nowhere://bucket"):
        CandleStore("nowhere://bucket/lake").read_candles(["ATOM"], *WIDE)


def test_a_file_in_the_way_is_said(tmp_path: Path) -> None:
    """A store below a file cannot exist; reading and writing raise an error."""
    (tmp_path / "file").write_text("no folder")
    store = CandleStore(str(tmp_path / "file"))
    with pytest.raises(StoreUnusable, match="file/candles"):
        store.has_candles(Evidence.REAL)
    with pytest.raises(StoreUnusable, match="file/candles"):
        store.write_candles(build_candles(build_candle()), source="api.example", fetched_at=NOW)


def test_malformed_log_raises(store: CandleStore) -> None:
    """A table with a malformed log raises an error that names its place, instead of reading as empty."""
    store.write_candles(build_candles(build_candle()), source="api.example", fetched_at=NOW)
    for entry in (Path(store.uri) / "candles" / "_delta_log").glob("*.json"):
        entry.write_text("garbage")
    with pytest.raises(StoreUnusable, match="candles"):
        store.read_candles(["ATOM"], *WIDE)


def test_missing_data_file_raises(store: CandleStore) -> None:
    """A table without one of its data files raises an error that names its place, instead of reading as empty."""
    store.write_candles(build_candles(build_candle()), source="api.example", fetched_at=NOW)
    for data_file in (Path(store.uri) / "candles").rglob("*.parquet"):
        data_file.unlink()
    with pytest.raises(StoreUnusable, match="candles"):
        store.read_candles(["ATOM"], *WIDE)


def test_only_the_given_columns_are_read(store: CandleStore) -> None:
    """A read of some columns returns them in the given order, with the same rows."""
    store.write_candles(build_candles(build_candle(1, 3.0), build_candle(0)), source="api.example", fetched_at=NOW)
    assert store.read_candles(["ATOM"], *WIDE, columns=["close", "venue"]).rows() == [
        (2.0, "binance"),
        (3.0, "binance"),
    ]
