"""Scans are saved whole and read as they were saved."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from data.schema import build_empty_frame
from data.store import CandleStore
from data.tables.scans import SCAN_CROSS, SCAN_ROW, MarketScan, SetAside, Universe, order_scans
from tests.data.scan_frames import MADE_AT, SCAN_END, SCAN_START, build_run, build_scan, build_set_aside

LOWS = {"ATOM": {"binance": 0.001, "okx": 1.5, "gate": 1.6}, "SKY": {"binance": 0.04, "okx": 0.03}}


def test_a_store_without_scans_has_none_and_is_not_created(store: CandleStore) -> None:
    """Reading neither fails nor creates a file."""
    assert store.scans.read_latest(SCAN_START, SCAN_END) is None
    assert store.scans.list_runs() == ()
    assert not Path(store.uri).exists()


def test_a_saved_scan_is_read_as_it_was_saved(store: CandleStore) -> None:
    """All fields of the run and all frames come back, in their order."""
    run = build_run(asset_count=2, choices={"venues": ["binance", "okx"]}, window=None, universe=Universe.LISTED)
    saved = build_scan(LOWS, run=run, set_aside=build_set_aside("BTT", "gate", SetAside.OTHER_COIN, 3.5, 1.0))
    cross = pl.DataFrame(
        [("scan-1", "ATOM", "usdt", "usd", "below", 2, 1, -0.4, "okx", -0.5, "binance")],
        schema=SCAN_CROSS,
        orient="row",
    )
    store.scans.save(MarketScan(run, saved.rows.sample(fraction=1, shuffle=True, seed=3), cross, saved.set_aside))
    read = store.scans.read_latest(SCAN_START, SCAN_END)
    assert read is not None
    assert read.run == run
    assert_frame_equal(read.rows, saved.rows.select(*SCAN_ROW).sort("asset", "venue"), check_row_order=False)
    assert read.rows["venue"].to_list()[:6] == ["binance", "binance", "gate", "gate", "okx", "okx"]
    assert read.rows["side"].to_list()[:2] == ["above", "below"]
    assert_frame_equal(read.cross, cross)
    assert_frame_equal(read.set_aside, saved.set_aside)


def test_the_latest_scan_of_exactly_the_window_is_read(store: CandleStore) -> None:
    """Neither an older one of that window nor a later one of another is."""
    later = MADE_AT + timedelta(hours=1)
    runs = [
        build_run("a"),
        build_run("b", made_at=later),
        build_run("c", made_at=later + timedelta(hours=1), end=SCAN_END - timedelta(minutes=1)),
    ]
    for run in runs:
        store.scans.save(build_scan(LOWS, run=run))
    latest = store.scans.read_latest(SCAN_START, SCAN_END)
    assert latest is not None
    assert latest.run.scan_id == "b"
    assert set(latest.rows["scan_id"]) == {"b"}
    assert [run.scan_id for run in store.scans.list_runs()] == ["c", "b", "a"]


def test_a_scan_whose_saving_was_interrupted_does_not_exist(
    store: CandleStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The row of the run is written last."""
    *_, runs = store.scans.tables

    def fail(_: pl.DataFrame) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(runs, "append", fail)
    with pytest.raises(KeyboardInterrupt):
        store.scans.save(build_scan(LOWS))
    assert CandleStore(store.uri).scans.read_latest(SCAN_START, SCAN_END) is None
    monkeypatch.undo()
    store.scans.save(build_scan(LOWS, run=build_run("scan-2")))
    read = CandleStore(store.uri).scans.read_latest(SCAN_START, SCAN_END)
    assert read is not None
    assert len(read.rows) == 10


def test_the_version_changes_with_every_scan_and_not_that_of_candles(store: CandleStore) -> None:
    """Results cached by the version of candles stay."""
    versions = [(store.scans.read_version(), store.read_version())]
    for name in ("a", "b"):
        store.scans.save(build_scan(LOWS, run=build_run(name)))
        versions.append((store.scans.read_version(), store.read_version()))
    assert len({scans for scans, _ in versions}) == 3
    assert len({candles for _, candles in versions}) == 1


def test_a_frame_of_another_scan_or_with_other_columns_is_refused(store: CandleStore) -> None:
    """Nothing is written then."""
    scan = build_scan(LOWS)
    with pytest.raises(ValueError, match="not all of the scan other"):
        store.scans.save(MarketScan(build_run("other"), scan.rows, scan.cross, scan.set_aside))
    with pytest.raises(ValueError, match="no rows of a scan"):
        store.scans.save(MarketScan(scan.run, scan.rows.drop("gap"), scan.cross, scan.set_aside))
    with pytest.raises(ValueError, match="focus is null"):
        store.scans.save(MarketScan(build_run(focus=None), scan.rows, build_empty_frame(SCAN_CROSS), scan.set_aside))
    assert not Path(store.uri).exists()


def test_maintenance_compacts_scans_too(store: CandleStore) -> None:
    """They are still there afterwards."""
    for name in ("a", "b"):
        store.scans.save(build_scan(LOWS, run=build_run(name)))
    store.maintain(MADE_AT)
    assert len(store.scans.list_runs()) == 2
    assert store.scans.tables[-1].measure_live_files()[0] == 1


def test_a_scan_of_what_the_store_held_stands_behind_one_of_listed_coins() -> None:
    """However late it is made: all listed coins first, then those that chosen exchanges list, then the store's."""
    chosen = {"venues": ["binance", "okx", "gate"]}
    fields: dict[str, dict[str, Any]] = {
        "first listed": {"universe": Universe.LISTED},
        "of OKX": {"universe": Universe.LISTED, "focus": "okx"},
        "second listed": {"universe": Universe.LISTED},
        "chosen": {"universe": Universe.LISTED, "choices": chosen},
        "first stored": {},
        "second stored": {},
    }
    runs = [
        build_run(name, made_at=MADE_AT + timedelta(hours=hour), **values)
        for hour, (name, values) in enumerate(fields.items())
    ]
    assert [run.scan_id for run in order_scans(runs, "binance")] == [
        *("second listed", "first listed", "of OKX", "chosen", "second stored", "first stored"),
    ]
    assert order_scans(runs, "okx")[0].scan_id == "of OKX"
    assert order_scans([], "binance") == ()
