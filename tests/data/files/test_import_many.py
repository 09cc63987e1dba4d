from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from data.delta.upsert import WriteReport
from data.files.export import write_rows
from data.files.import_file import read_candle_file
from data.files.import_many import import_files
from data.files.import_trades import FILE_LOW
from data.reconstruction.sample import SAMPLE_SOURCE, ensure_sample
from data.schema import CANDLE, LOW_TRADE, Evidence, Origin
from data.store import CandleStore
from tests.data.frames import LATER, NOW, build_candle, build_candles, build_coverage, get_minute

WIDE = (get_minute(-60), get_minute(60))
OWN_FILE = build_candles(build_candle(0, origin=Origin.IMPORTED), build_candle(9, origin=Origin.IMPORTED))


def test_files_are_stored_under_their_names(store: CandleStore, tmp_path: Path) -> None:
    """The candles of a file are read back, with its name as source, and can be forgotten by it."""
    path = write_rows(OWN_FILE, tmp_path / "mine.csv")
    stored, refusals = import_files(store, [path], now=NOW)
    assert refusals == []
    assert stored[0].write_report == WriteReport(new=2)
    assert stored[0].format_lines()[-1] == "  stored: 2 new, 0 already there, 0 revised"
    assert_frame_equal(store.read_candles(["ATOM"], *WIDE), OWN_FILE)
    assert store.read_covered_spans(["ATOM"], *WIDE).is_empty()
    assert store.forget(source="mine.csv") == 2


def test_many_days_of_few_candles_are_refused_before_they_are_stored(store: CandleStore, tmp_path: Path) -> None:
    """Each day costs the store a file: 7,001 days of one candle of 24 assets take longer than a million candles."""
    header = "venue,symbol,open_time,open,high,low,close,volume"
    days = [datetime(2025, 1, 1, tzinfo=UTC) + timedelta(days=number, minutes=number * 7 % 11) for number in range(280)]
    rows = [f"kraken,A{n}/USD,{day:%Y-%m-%dT%H:%M:%SZ},4,4,4,4,5" for day in days for n in range(26)]
    path = tmp_path / "days.csv"
    path.write_text("\n".join([header, *rows[:7_001], ""]))
    stored, refusals = import_files(store, [path], now=NOW)
    assert stored == []
    assert str(refusals[0]).startswith("days.csv: has 7,001 candles on 7,001 days; of so few a day, 7,000 days are")
    path.write_text("\n".join([header, *rows[:3], ""]))
    assert import_files(store, [path], now=NOW)[1] == []


def test_a_row_of_the_day_after_tomorrow_is_refused(store: CandleStore, tmp_path: Path) -> None:
    """Tomorrow is that of the time of the import."""
    tomorrow = build_candles(build_candle(24 * 60, origin=Origin.IMPORTED))
    later = build_candles(build_candle(3 * 24 * 60, origin=Origin.IMPORTED))
    paths = [write_rows(tomorrow, tmp_path / "a.csv"), write_rows(later, tmp_path / "b.csv")]
    now = get_minute(0)
    stored, refusals = import_files(store, paths, now=now)
    assert [file.report.file for file in stored] == ["a.csv"]
    assert "lies before 2009 or after tomorrow" in str(refusals[0])


def test_a_complete_file_covers_its_span(store: CandleStore, tmp_path: Path) -> None:
    """A file imported as complete has coverage of its own origin and name, which is dropped with it."""
    path = write_rows(OWN_FILE, tmp_path / "mine.csv")
    import_files(store, [path], now=NOW, complete=True)
    expected = build_coverage(0, 10, origin=Origin.IMPORTED, source="mine.csv")
    assert_frame_equal(store.coverage.read_rows(["ATOM"], *WIDE), expected)
    assert store.forget(source="mine.csv") == 3
    assert store.read_covered_spans(["ATOM"], *WIDE).is_empty()


def test_a_refused_file_leaves_nothing_and_the_others_come_in(store: CandleStore, tmp_path: Path) -> None:
    """Of several files the valid ones are stored, and the refusals of the others are returned."""
    bad = tmp_path / "bad.csv"
    write_rows(pl.concat([OWN_FILE, build_candles(build_candle(3, -1.0))]), bad)
    good = write_rows(OWN_FILE, tmp_path / "good.parquet")
    stored, refusals = import_files(store, [bad, good], now=NOW, complete=True)
    assert [file.report.file for file in stored] == ["good.parquet"]
    assert str(refusals[0]).startswith("bad.csv: nothing of it was taken\n  line 4: ")
    assert store.candles.read_holdings()["source"].to_list() == ["good.parquet"]


def test_the_reconstruction_never_becomes_evidence(store: CandleStore, tmp_path: Path) -> None:
    """Exported sample candles are no real candles after their import, and neither is their coverage."""
    sample = OWN_FILE.with_columns(origin=pl.lit(Origin.RECONSTRUCTION.value))
    import_files(store, [write_rows(sample, tmp_path / "sample.csv")], now=NOW, complete=True)
    assert not store.has_candles(Evidence.REAL)
    assert store.read_covered_spans(["ATOM"], *WIDE).is_empty()
    assert store.read_covered_spans(["ATOM"], *WIDE, origin=Evidence.RECONSTRUCTION)["end"].to_list() == [
        get_minute(10)
    ]


def test_a_file_of_one_market(store: CandleStore, tmp_path: Path) -> None:
    """The given venue and symbol become those of the rows."""
    path = write_rows(OWN_FILE.drop("venue", "symbol"), tmp_path / "mine.csv")
    import_files(store, [path], now=NOW, venue="gemini", symbol="ATOM/USD")
    assert store.read_candles(["ATOM"], *WIDE)["symbol"].to_list() == ["ATOM/USD"] * 2


def test_the_lowest_trades_of_a_file_are_stored_and_forgotten_with_it(
    store: CandleStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They have the name of the file as source; collected trades stay."""
    path = write_rows(OWN_FILE, tmp_path / "trades.csv")
    low = {"venue": "binance", "symbol": "ATOM/USDT", "timeframe": "1m", "open_time": get_minute(0)}
    low |= {"at": get_minute(0), "price": 2.0, "amount": 0.5, "trade_id": "7"}
    imported = replace(read_candle_file(path), lows=pl.DataFrame([low], schema=FILE_LOW))
    monkeypatch.setattr("data.files.import_many.read_candle_file", lambda *_, **__: imported)
    import_files(store, [path], now=NOW)
    fetched = {"source": "trades.csv", "fetched_at": NOW}
    stored_low = pl.DataFrame([low | fetched], schema=LOW_TRADE)
    assert_frame_equal(store.read_low_trades(["ATOM"], *WIDE), stored_low)
    collected = stored_low.with_columns(source=pl.lit("api.example"), price=pl.lit(1.0))
    store.lowest_trades.write(collected)
    assert store.forget(source="api.example", origin=Origin.IMPORTED) == 0
    assert store.forget(source="trades.csv", origin=Origin.IMPORTED) == 3
    assert_frame_equal(store.read_low_trades(["ATOM"], *WIDE), collected)


def test_the_sample_is_put_in_once(store: CandleStore) -> None:
    """The reconstruction is written once to a store without it, with complete coverage."""
    assert ensure_sample(store, NOW)
    version = store.read_version()
    assert not ensure_sample(store, LATER)
    assert store.read_version() == version
    holdings = store.candles.read_holdings()
    assert set(holdings["source"]) == {SAMPLE_SOURCE}
    assert {"ATOM", "WBETH", "BNSOL", "DOGE", "XRP", "ETH", "SOL", "USDT"} <= set(holdings["asset"])
    crash = (get_minute(-35), get_minute(115))
    spans = store.read_covered_spans(["ATOM"], *crash, origin=Evidence.RECONSTRUCTION)
    assert set(spans.select("start", "end").rows()) == {crash}
    assert store.read_candles(["ATOM"], *crash, origin=Evidence.RECONSTRUCTION).schema == CANDLE
    assert not store.has_candles(Evidence.REAL)
