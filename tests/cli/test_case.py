"""Case files on the command line: written, taken into another store, and verified there."""

import json
import zipfile
from io import BytesIO
from pathlib import Path

import polars as pl
import pytest

from dashboard.sheet.renderer import Renderer
from data.schema import Evidence, Origin
from data.store import CandleStore
from tests.cli.program import RunCommand, write_csv
from tests.cli.test_verify import WINDOW, draw_without_browser, list_lines
from tests.data.frames import build_candle, build_candles

FILES = {
    *(f"pictures/{view}.{ending}" for view in ("comparison", "thresholds", "bounds") for ending in ("png", "svg")),
    *(
        f"tables/{view}.{ending}"
        for view in ("comparison", "thresholds", "bounds")
        for ending in ("csv", "csv-metadata.json", "parquet")
    ),
    *(f"input/{name}.parquet" for name in ("candles", "spans", "low_trades", "coverage", "revisions")),
    *("measurement.json", "method.md", "index.html", "manifest.json"),
}


@pytest.fixture
def filled(run: RunCommand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunCommand:
    """Runs commands on a store of three minutes on four exchanges; pictures are drawn without a browser."""
    monkeypatch.setattr(Renderer, "draw", draw_without_browser)
    assert run("import", "--complete", write_csv(tmp_path / "source.csv", list_lines())).exit_code == 0
    return run


def write_case(run: RunCommand, path: Path, *options: str | Path) -> Path:
    """The case of ATOM in three minutes."""
    result = run("export", *WINDOW, "--asset", "ATOM", "--case", path, *options)
    assert result.exit_code == 0, result.output
    return path


def read_member(path: Path, name: str) -> bytes:
    """A file of a case file."""
    with zipfile.ZipFile(path) as archive:
        return archive.read(name)


def test_a_case_file_has_everything(filled: RunCommand, tmp_path: Path) -> None:
    """Pictures, tables with metadata, input with source and time of fetching, method, page, and an attached file."""
    log = tmp_path / "orders.csv"
    log.write_text("code,count\n-2022,3\n", encoding="utf-8")
    path = write_case(filled, tmp_path / "atom.zip", "--attach", log)
    with zipfile.ZipFile(path) as archive:
        assert set(archive.namelist()) == FILES | {"attachments/orders.csv"}
    candles = pl.read_parquet(BytesIO(read_member(path, "input/candles.parquet")))
    assert candles["source"].unique().to_list() == ["source.csv"]
    assert (candles.height, candles["fetched_at"].null_count()) == (12, 0)
    assert json.loads(read_member(path, "measurement.json"))["asset"] == "ATOM"
    chosen = write_case(filled, tmp_path / "one.zip", "--views", "thresholds")
    with zipfile.ZipFile(chosen) as archive:
        assert {name for name in archive.namelist() if name.startswith("pictures/")} == {
            "pictures/thresholds.png",
            "pictures/thresholds.svg",
        }


def test_the_same_data_give_the_same_bytes(filled: RunCommand, tmp_path: Path) -> None:
    """A case file is written twice alike."""
    first, second = write_case(filled, tmp_path / "a.zip"), write_case(filled, tmp_path / "b.zip")
    assert first.read_bytes() == second.read_bytes()


def test_an_empty_store_verifies_the_case_after_its_import(filled: RunCommand, tmp_path: Path) -> None:
    """Before the import nothing is there; after it every picture and table is consistent, until a candle changes."""
    path, other = write_case(filled, tmp_path / "atom.zip"), ("--store", tmp_path / "other")
    assert filled("verify", path).exit_code == 0
    assert filled(*other, "verify", path).exit_code == 1
    result = filled(*other, "import", path)
    assert (result.exit_code, "12 candles imported" in result.output) == (0, True)
    results = json.loads(filled(*other, "verify", path, "--json").output)
    assert results["status"] == "consistent"
    assert {file["file"] for file in results["files"]} == {
        name for name in FILES if name.startswith(("pictures/", "tables/")) and not name.endswith(".json")
    }
    # A case of the new store has the same pictures: neither origin nor source is part of the hash of rows.
    again = write_case(lambda *words: filled(*other, *words), tmp_path / "again.zip")
    hashes = [json.loads(read_member(case, "manifest.json"))["inputs"] for case in (path, again)]
    assert hashes[0] == hashes[1]
    changed = write_csv(tmp_path / "later.csv", list_lines(low_of_gate="97.5"))
    assert filled(*other, "import", "--replace", changed).exit_code == 0
    assert filled(*other, "verify", path).exit_code == 1
    assert filled(*other, "forget", "atom.zip").exit_code == 0
    assert CandleStore(str(tmp_path / "other")).candles.read_holdings()["source"].unique().to_list() == ["later.csv"]


@pytest.mark.parametrize(
    ("origin", "restored"),
    [
        (Origin.OHLCV, Origin.IMPORTED),
        (Origin.IMPORTED, Origin.IMPORTED),
        (Origin.RECONSTRUCTION, Origin.RECONSTRUCTION),
    ],
)
def test_origin_of_restored_candles(
    filled: RunCommand, lake: str, tmp_path: Path, origin: Origin, restored: Origin
) -> None:
    """The reconstruction stays what it is; nothing from a file passes for what an exchange sent to this store."""
    store = CandleStore(f"{lake}-{restored.value}")
    venues = ("binance", "okx")
    candles = build_candles(*[build_candle(venue=venue, symbol="DOGE/USDT", origin=origin) for venue in venues])
    time = candles["open_time"].to_list()[0]
    store.write_candles(candles, source="api.example", fetched_at=time)
    path = tmp_path / "doge.zip"
    is_sample = origin is Origin.RECONSTRUCTION
    window = ("--from", f"{time:%Y-%m-%dT%H:%MZ}", "--to", f"{time:%Y-%m-%dT%H}:59Z")
    words = ("--asset", "DOGE", *window, *(("--origin", "reconstruction") if is_sample else ()))
    assert filled("--store", store.uri, "export", *words, "--case", path).exit_code == 0
    other = CandleStore(str(tmp_path / "other"))
    assert filled("--store", other.uri, "import", path).exit_code == 0
    held = other.candles.read_holdings()
    assert held["origin"].unique().to_list() == [restored.value]
    assert held["source"].str.contains(r"^doge\.zip sha256:[0-9a-f]{64}$").all()
    assert other.has_candles(Evidence.RECONSTRUCTION) is is_sample
    assert filled("--store", other.uri, "verify", path).exit_code == 0


def test_a_damaged_case_file_is_not_imported(filled: RunCommand, tmp_path: Path) -> None:
    """Nothing of it is stored; `verify` names the file that was changed."""
    path, damaged = write_case(filled, tmp_path / "atom.zip"), tmp_path / "damaged.zip"
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(damaged, "w") as target:
        for name in archive.namelist():
            content = archive.read(name)
            target.writestr(name, content + b"\n" if name == "tables/comparison.csv" else content)
    other = ("--store", tmp_path / "other")
    result = filled(*other, "import", damaged)
    assert (result.exit_code, "tables/comparison.csv was changed" in result.output) == (3, True)
    assert CandleStore(str(tmp_path / "other")).candles.read_holdings().is_empty()
    result = filled("verify", damaged)
    assert (result.exit_code, result.output.splitlines()[0]) == (3, "damaged.zip: no manifest, or damaged")
    assert "a case file, whole and unchanged" in filled("import", "--dry-run", path).output


def test_a_case_that_contradicts_imported_candles_is_refused(filled: RunCommand, tmp_path: Path) -> None:
    """As any other file, unless it is to replace them."""
    path, other = write_case(filled, tmp_path / "atom.zip"), ("--store", tmp_path / "other")
    changed = write_csv(tmp_path / "later.csv", list_lines(low_of_gate="97.5"))
    assert filled(*other, "import", changed).exit_code == 0
    assert filled(*other, "import", path).exit_code == 3
    assert filled(*other, "import", "--replace", path).exit_code == 0
    assert filled(*other, "verify", path).exit_code == 0


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("--case", "a.zip", "--what", "candles"), "not both"),
        (("--what", "candles"), "--what and --out"),
        (("--case", "a.txt"), "a case file is a ZIP"),
        (("--case", "a.zip", "--views", "matrix"), "the views of a case file are comparison, thresholds, bounds"),
        (("--case", "a.zip", "--input", "source.csv"), "made from the store"),
    ],
)
def test_wrong_words(filled: RunCommand, words: tuple[str, ...], reason: str) -> None:
    """Each is bad usage, with a sentence."""
    result = filled("export", *WINDOW, "--asset", "ATOM", *words)
    assert (result.exit_code, reason in result.output) == (2, True)
