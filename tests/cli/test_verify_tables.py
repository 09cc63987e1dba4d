"""`verify` of tables: CSV with its metadata, and Parquet, from the command line and from links of pages."""

import hashlib
import json
from datetime import timedelta
from functools import partial
from pathlib import Path

import polars as pl
import pytest

from dashboard.exports.routes import build_export
from dashboard.service.measurements import Measurements
from dashboard.sheet.renderer import Renderer
from data.catalogue import load_catalogue
from data.files.export import METADATA_SUFFIX
from data.store import CandleStore
from tests.cli.program import RunCommand, write_csv
from tests.cli.test_verify import WINDOW, draw_without_browser, list_lines
from tests.dashboard.pages.test_history import build_history
from tests.data.scan_frames import MADE_AT, build_run, build_scan

TABLES = ("candles", "deviation")
LINKS = ("comparison", "thresholds", "gaps", "matrix", "compare")
STORE_TABLES = ("held", "coverage", "incidents", "revisions")
QUERY = {"asset": "ATOM", "from": "2025-10-10T21:20Z", "to": "2025-10-10T21:23Z"}


@pytest.fixture
def filled(run: RunCommand, tmp_path: Path) -> RunCommand:
    """Runs commands on a store of three minutes on four exchanges."""
    assert run("import", write_csv(tmp_path / "source.csv", list_lines())).exit_code == 0
    return run


def change_low(run: RunCommand, folder: Path) -> None:
    """Give one candle of Gate another low."""
    changed = write_csv(folder / "later.csv", list_lines(low_of_gate="97.5"))
    assert run("import", "--replace", changed).exit_code == 0


def write_table(run: RunCommand, path: Path, what: str) -> Path:
    """A table of the command line."""
    assert run("export", *WINDOW, "--asset", "ATOM", "--what", what, "--out", path).exit_code == 0
    return path


def write_linked(lake: str, folder: Path, kind: str, file_format: str) -> Path:
    """A table of a page's link, a CSV with its metadata."""
    build = partial(build_export, Measurements(CandleStore(lake), load_catalogue()), Renderer(), kind, query=QUERY)
    file = build(file_format=file_format)
    path = folder / f"linked.{file_format}"
    path.write_bytes(file.content)
    if file_format == "csv":
        path.with_name(f"{path.name}{METADATA_SUFFIX}").write_bytes(build(file_format="csv-metadata.json").content)
    return path


@pytest.mark.parametrize("what", TABLES)
@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_fresh_table_is_consistent_until_a_candle_changes(
    filled: RunCommand, tmp_path: Path, what: str, ending: str
) -> None:
    """The same rows come out of store and file; after a change the market and the cell are named."""
    path = write_table(filled, tmp_path / f"table.{ending}", what)
    assert (filled("verify", path).exit_code, filled("verify", path, "--input", tmp_path / "source.csv").exit_code) == (
        0,
        0,
    )
    change_low(filled, tmp_path)
    result = filled("verify", path)
    assert (result.exit_code, result.output.splitlines()[0]) == (1, f"{path.name}: data changed since")
    assert "gate ATOM/USDT: other values" in result.output
    if what == "candles":
        assert "row 11 low: 98.0 in the file, 97.5 now" in result.output


@pytest.mark.parametrize("kind", LINKS)
def test_tables_of_links_are_made_again(filled: RunCommand, lake: str, tmp_path: Path, kind: str) -> None:
    """Each table of a page is consistent when it is fresh, and is not once a candle has changed."""
    path = write_linked(lake, tmp_path, kind, "csv")
    assert filled("verify", path).output.splitlines()[0] == "linked.csv: consistent"
    change_low(filled, tmp_path)
    assert filled("verify", path).output.splitlines()[0] == "linked.csv: data changed since"


@pytest.mark.parametrize("kind", STORE_TABLES)
def test_tables_of_the_store(filled: RunCommand, lake: str, tmp_path: Path, kind: str) -> None:
    """A table of what the store holds is compared with what it holds now."""
    path = write_linked(lake, tmp_path, kind, "csv")
    assert filled("verify", path).output.splitlines()[0] == "linked.csv: consistent"
    change_low(filled, tmp_path)
    assert filled("verify", path).exit_code == (1 if kind == "held" else 0)


def test_the_hash_of_rows_is_that_of_the_csv(filled: RunCommand, tmp_path: Path) -> None:
    """`sha256sum FILE.csv` gives what the manifest of CSV and Parquet names."""
    csv = write_table(filled, tmp_path / "a.csv", "deviation")
    parquet = write_table(filled, tmp_path / "a.parquet", "deviation")
    digest = hashlib.sha256(csv.read_bytes()).hexdigest()
    for text in (
        csv.with_name("a.csv-metadata.json").read_text(encoding="utf-8"),
        pl.read_parquet_metadata(parquet)["plumbline"],
    ):
        assert json.loads(text)["notes"][1]["rows_sha256"] == digest


def test_one_changed_cell_is_damage(filled: RunCommand, tmp_path: Path) -> None:
    """A CSV or Parquet whose rows are not those that were written proves nothing."""
    csv = write_table(filled, tmp_path / "a.csv", "candles")
    csv.write_text(csv.read_text(encoding="utf-8").replace("98.0", "98.5", 1), encoding="utf-8")
    parquet = write_table(filled, tmp_path / "a.parquet", "candles")
    metadata = pl.read_parquet_metadata(parquet)["plumbline"]
    rows = pl.read_parquet(parquet).with_columns(low=pl.col("low") - 0.5)
    rows.write_parquet(parquet, metadata={"plumbline": metadata})
    for path in (csv, parquet):
        result = filled("verify", path)
        assert (result.exit_code, result.output.splitlines()[0]) == (3, f"{path.name}: no manifest, or damaged")
        assert "the rows were changed" in result.output


def test_a_rewritten_table_with_a_good_hash_differs(filled: RunCommand, tmp_path: Path) -> None:
    """Rows of another store under the manifest's form are found by making them again."""
    honest, forged = write_table(filled, tmp_path / "honest.csv", "deviation"), tmp_path / "forged.csv"
    other_store = ("--store", tmp_path / "other")
    change_low(partial(filled, *other_store), tmp_path)
    words = ("export", *WINDOW, "--asset", "ATOM", "--what", "deviation", "--out", forged)
    assert filled(*other_store, *words).exit_code == 0
    assert filled("verify", honest).exit_code == 0
    result = filled("verify", forged)
    assert (result.exit_code, result.output.splitlines()[0]) == (1, "forged.csv: data changed since")


@pytest.mark.parametrize("kept", [0, 10, 400, -1])
@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_cut_tables_are_damaged(filled: RunCommand, tmp_path: Path, ending: str, kept: int) -> None:
    """A table without its end proves nothing."""
    path = write_table(filled, tmp_path / f"a.{ending}", "candles")
    path.write_bytes(path.read_bytes()[:kept])
    result = filled("verify", path)
    assert (result.exit_code, result.output.splitlines()[0]) == (3, f"a.{ending}: no manifest, or damaged")


def test_a_csv_without_its_metadata_proves_nothing(filled: RunCommand, tmp_path: Path) -> None:
    """The message names the file that has to lie beside it; metadata without a manifest are refused too."""
    path = write_table(filled, tmp_path / "a.csv", "candles")
    metadata_path = tmp_path / "a.csv-metadata.json"
    metadata = json.loads(metadata_path.read_text(encoding="utf-8"))
    metadata["notes"] = metadata["notes"][:1]
    metadata_path.write_text(json.dumps(metadata), encoding="utf-8")
    assert "the metadata have no manifest" in filled("verify", path).output
    metadata_path.unlink()
    result = filled("verify", path)
    assert result.exit_code == 3
    assert "a.csv-metadata.json, which is not beside it" in result.output


@pytest.mark.parametrize("ending", ["png", "csv"])
def test_a_picture_of_a_scan_holds_until_another_scan_is_saved(
    run: RunCommand, lake: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    """Pictures and tables of the whole market are compared with the rows of the latest scan of the window."""
    monkeypatch.setattr(Renderer, "draw", draw_without_browser)
    store = CandleStore(lake)
    store.scans.save(build_scan({"ATOM": {"binance": 0.5, "okx": 1.0, "gate": 1.2}}))
    query = {"event": "2025-10-10", "window": "report-day"}
    with_metadata = partial(build_export, Measurements(store, load_catalogue()), Renderer(), "market", query=query)
    path = tmp_path / f"market.{ending}"
    path.write_bytes(with_metadata(file_format=ending).content)
    if ending == "csv":
        metadata = with_metadata(file_format="csv-metadata.json")
        path.with_name(f"{path.name}{METADATA_SUFFIX}").write_bytes(metadata.content)
    assert run("verify", path).output.splitlines() == [
        f"{path.name}: consistent",
        "  market, of what a store held",
        "  the rows are the same",
    ]
    later_run = build_run("scan-2", made_at=MADE_AT + timedelta(days=1), asset_count=1)
    store.scans.save(build_scan({"ATOM": {"binance": 0.6, "okx": 1.0, "gate": 1.2}}, run=later_run))
    result = run("verify", path)
    assert (result.exit_code, result.output.splitlines()[0]) == (1, f"{path.name}: data changed since")


@pytest.mark.parametrize("ending", ["png", "csv", "parquet"])
def test_a_picture_of_a_history_holds_until_a_day_is_measured_again(
    run: RunCommand, lake: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    """Pictures and tables of a history are compared with the rows of the days as measured last."""
    monkeypatch.setattr(Renderer, "draw", draw_without_browser)
    store, rows = CandleStore(lake), build_history()
    store.history.save(rows)
    build = partial(build_export, Measurements(store, load_catalogue()), Renderer(), "history", query={})
    path = tmp_path / f"history.{ending}"
    path.write_bytes(build(file_format=ending).content)
    if ending == "csv":
        path.with_name(f"{path.name}{METADATA_SUFFIX}").write_bytes(build(file_format="csv-metadata.json").content)
    assert run("verify", path).output.splitlines() == [
        f"{path.name}: consistent",
        "  history, of what a store held",
        "  the rows are the same",
    ]
    later = pl.col("made_at") + timedelta(days=1)
    store.history.save(
        rows.filter(pl.col("day") == rows["day"].max()).with_columns(made_at=later, assets=pl.lit(101, pl.Int64))
    )
    result = run("verify", path)
    assert (result.exit_code, result.output.splitlines()[0]) == (1, f"{path.name}: data changed since")
