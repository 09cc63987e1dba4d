import csv
import math
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from data.catalogue import load_catalogue
from data.errors import UsageError
from data.files.export import encode_rows, write_rows
from data.files.import_file import read_candle_file
from data.schema import CANDLE, Origin
from evidence.proof.rows import hash_csv, hash_rows
from tests.data.frames import build_candle, build_candles

MINUTES = st.integers(0, 80_000_000).map(lambda number: datetime(2009, 1, 1, tzinfo=UTC) + timedelta(minutes=number))
SYMBOLS = ("ATOM/USDT", "ATOM/USD", "1000SATS/USDT:USDT", "WBETH/ETH", "币安人生/USDT", "$WIF/USD")
NEW_VENUE = "new_venue_2"
PRICE = st.floats(min_value=1e-18, max_value=1e12)


@st.composite
def draw_frames(draw: st.DrawFn) -> pl.DataFrame:
    """Frames of candles as an import gives them: any market, minute and plausible value, of one kind of evidence.

    Prices of a candle without volume may also be NaN or below 0.
    """
    origin = draw(st.sampled_from([Origin.IMPORTED, Origin.RECONSTRUCTION]))
    market = st.tuples(
        st.sampled_from(["binance", "kraken", NEW_VENUE]),
        st.sampled_from(SYMBOLS),
        MINUTES,
        st.sampled_from(["trade", "mark", "index"]),
    )
    rows = []
    for venue, symbol, time, price in draw(st.lists(market, min_size=1, max_size=20, unique=True)):
        low, first, second, high = sorted(draw(st.lists(PRICE, min_size=4, max_size=4)))
        volume = draw(st.just(0.0) | st.floats(min_value=0.0, max_value=1e20))
        opening, close = draw(st.permutations([first, second]))
        if volume == 0 and draw(st.booleans()):
            opening, close = math.nan, -close
        rows.append((venue, symbol, time, opening, high, low, close, volume, "1m", price, origin.value))
    return pl.DataFrame(rows, schema=CANDLE, orient="row").sort("venue", "symbol", "open_time", "price")


@given(frame=draw_frames(), file_format=st.sampled_from(["csv", "parquet"]))
def test_export_and_import_are_the_identity(
    tmp_path_factory: pytest.TempPathFactory, frame: pl.DataFrame, file_format: str
) -> None:
    """Candles that are written to a file and read from it are the same, to the last bit of every number."""
    path = write_rows(frame, tmp_path_factory.getbasetemp() / f"identity.{file_format}")
    imported = read_candle_file(path, names=load_catalogue().venue_names.declare([NEW_VENUE]))
    assert_frame_equal(imported.candles, frame, check_exact=True)
    assert (imported.report.duplicates, imported.report.empty_rows, imported.report.names) == (0, 0, ())


def test_csv_times_are_iso_with_a_z(tmp_path: Path) -> None:
    """Times are written in UTC with a Z, with milliseconds only where there are any; null is empty."""
    times = [datetime(2025, 10, 10, 21, 20, tzinfo=UTC), datetime(2025, 10, 10, 21, 20, 0, 7000, tzinfo=UTC), None]
    frame = pl.DataFrame(
        {"at": times, "d": [0.1, None, -0.5]}, schema={"at": pl.Datetime("ms", "UTC"), "d": pl.Float64}
    )
    write_rows(frame, tmp_path / "rows.csv")
    assert (tmp_path / "rows.csv").read_text() == "at,d\n2025-10-10T21:20:00Z,0.1\n2025-10-10T21:20:00.007Z,\n,-0.5\n"


def test_the_format_follows_the_ending_unless_it_is_given(tmp_path: Path) -> None:
    """The format is that of the file's ending unless one is given."""
    frame = build_candles(build_candle())
    assert_frame_equal(pl.read_parquet(write_rows(frame, tmp_path / "a.PARQUET")), frame)
    assert (write_rows(frame, tmp_path / "a.txt", "csv")).read_text().startswith("venue,symbol,open_time,")


@pytest.mark.parametrize("file_format", ["csv", "parquet"])
def test_bytes_are_those_of_the_file(tmp_path: Path, file_format: str) -> None:
    """The encoded bytes are those of the written file."""
    frame = build_candles(build_candle())
    assert encode_rows(frame, file_format) == write_rows(frame, tmp_path / f"a.{file_format}").read_bytes()
    with pytest.raises(UsageError, match="csv or parquet, not as xls"):
        encode_rows(frame, "xls")


def test_what_is_said_of_the_rows_lies_beside_a_csv_and_in_a_parquet(tmp_path: Path) -> None:
    """Beside a CSV it is a file with the name and an ending, in a Parquet a text of its own; rows stay the same."""
    frame = build_candles(build_candle())
    write_rows(frame, tmp_path / "a.csv", metadata='{"x": 1}')
    assert (tmp_path / "a.csv-metadata.json").read_text(encoding="utf-8") == '{"x": 1}'
    assert (tmp_path / "a.csv").read_bytes() == encode_rows(frame, "csv")
    write_rows(frame, tmp_path / "b.parquet", metadata='{"x": 1}')
    assert pl.read_parquet_metadata(tmp_path / "b.parquet")["plumbline"] == '{"x": 1}'
    assert_frame_equal(pl.read_parquet(tmp_path / "b.parquet"), frame)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a.csv", "a.csv-metadata.json", "b.parquet"]


FORMULAS = {
    "=1+1": "'=1+1",
    "+SUM(A1)": "'+SUM(A1)",
    "-cmd": "'-cmd",
    "@x": "'@x",
    "\tx": "'\tx",
    "\rx": "'\rx",
    "-": "'-",
    "+1-1": "'+1-1",
    "-2022": "-2022",
    "+1.5e-7": "+1.5e-7",
    "-.5": "-.5",
    "ATOM": "ATOM",
    "a=b": "a=b",
    "": "",
}
"""Texts, and what a CSV has of them."""


@pytest.mark.parametrize("dtype", [pl.String(), pl.Categorical()], ids=["text", "categories"])
def test_a_text_that_begins_like_a_formula_has_an_apostrophe_in_a_csv(tmp_path: Path, dtype: pl.DataType) -> None:
    """Numbers, also negative ones and those in text, stay as they are, and a Parquet has every text as it is."""
    frame = pl.DataFrame({"text": [*FORMULAS, None], "number": -1.0}, schema_overrides={"text": dtype})
    path = write_rows(frame, tmp_path / "rows.csv")
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[1:]
    assert [text for text, _ in rows] == [*FORMULAS.values(), ""]
    assert {number for _, number in rows} == {"-1.0"}
    assert_frame_equal(pl.read_parquet(write_rows(frame, tmp_path / "rows.parquet")), frame)


def test_a_csv_and_a_parquet_of_formulas_have_one_hash(tmp_path: Path) -> None:
    """`verify` compares the CSV of the rows, which is the same whichever file they come from."""
    frame = pl.DataFrame({"text": list(FORMULAS)})
    path = write_rows(frame, tmp_path / "rows.parquet")
    assert hash_rows(pl.read_parquet(path)) == hash_csv(write_rows(frame, tmp_path / "rows.csv").read_bytes())


@pytest.mark.parametrize(
    ("name", "file_format", "said"),
    [("a.json", None, "not json"), ("a", None, "without an ending"), ("a.csv", "xls", "not xls")],
)
def test_other_formats_are_refused(tmp_path: Path, name: str, file_format: str | None, said: str) -> None:
    """Only CSV and Parquet are written."""
    with pytest.raises(UsageError, match=said):
        write_rows(build_candles(build_candle()), tmp_path / name, file_format)


def test_a_file_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    """A folder that does not exist is a usage error that names the file."""
    with pytest.raises(UsageError, match=r"nowhere/a.csv cannot be written: "):
        write_rows(build_candles(build_candle()), tmp_path / "nowhere" / "a.csv")


def test_nothing_half_written_is_left(tmp_path: Path) -> None:
    """A failed write leaves an existing file unchanged, and no temporary file."""
    (tmp_path / "a.csv").write_text("as it was")
    with pytest.raises(pl.exceptions.ComputeError):
        write_rows(pl.DataFrame({"nested": [[1], [2]]}), tmp_path / "a.csv")
    assert [file.name for file in tmp_path.iterdir()] == ["a.csv"]
    assert (tmp_path / "a.csv").read_text() == "as it was"
