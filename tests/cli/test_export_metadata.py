"""`export` writes what the columns mean, and what was chosen, with the rows."""

import csv
import json
from pathlib import Path

import polars as pl
import pytest

from tests.cli.program import RunCommand, write_csv

WINDOW = ("--from", "2025-10-10T21:20Z", "--to", "2025-10-10T21:22Z")


@pytest.fixture
def prices(run: RunCommand, tmp_path: Path) -> Path:
    """A folder for files, and a store with two minutes of three exchanges."""
    rows = [
        f"{venue},ATOM/USDT,2025-10-10T21:2{i}:00Z,100,101,99,100,50"
        for venue in ("binance", "bybit", "gate")
        for i in range(2)
    ]
    run("import", write_csv(tmp_path / "candles.csv", rows))
    return tmp_path


def test_a_csv_has_its_metadata_beside_it(run: RunCommand, prices: Path) -> None:
    """The file beside it defines every column, names the CSV, and has the choices that each row has."""
    arguments = ("--asset", "ATOM", *WINDOW, "--what", "deviation", "--exclude", "gate", "--out", prices / "rows.csv")
    assert run("export", *arguments).exit_code == 0
    metadata = json.loads((prices / "rows.csv-metadata.json").read_text(encoding="utf-8"))
    with (prices / "rows.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    columns = metadata["tableSchema"]["columns"]
    assert [column["name"] for column in columns] == list(rows[0])
    assert [column["name"] for column in columns if not column.get("dc:description")] == []
    assert metadata["url"] == "rows.csv"
    assert metadata["notes"][0]["choices"] == {"excluded": ["gate"], "window": "chosen by hand"}
    assert {row["choices"] for row in rows} == {
        "Chosen by hand: Gate excluded; window 2025-10-10 21:20 to 2025-10-10 21:22 UTC"
    }


def test_a_parquet_holds_the_same(run: RunCommand, prices: Path) -> None:
    """Prices as stored depend on no choice; a Parquet needs no second file."""
    arguments = ("--asset", "ATOM", *WINDOW, "--what", "candles", "--out", prices / "rows.parquet")
    assert run("export", *arguments).exit_code == 0
    metadata = json.loads(pl.read_parquet_metadata(prices / "rows.parquet")["plumbline"])
    names = [column["name"] for column in metadata["tableSchema"]["columns"]]
    assert names == pl.read_parquet(prices / "rows.parquet").columns
    assert "choices" not in names
    assert not (prices / "rows.parquet-metadata.json").exists()
