"""What is refused for its size, by what metadata say, before it takes memory; and files that have no end."""

import io
import os
import struct
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest
from pyarrow import feather, parquet

from data.files.formats.feather_size import measure_feather
from data.files.formats.limits import FILE_LIMITS, UPLOAD_LIMITS, Limits
from data.files.formats.parquet_size import measure_parquet
from tests.data.files.content import MARKET, read_refusal, write_file

HEADER = "time,open,high,low,close,volume"
ROW = "1760131200,4,4.5,3.5,4.25,10"
FOOTER_BYTES = FILE_LIMITS.footer_bytes
COLUMNS = ("time", "open", "high", "low", "close", "volume")


def build_table(rows: int, text: str) -> pa.Table:
    """A table of one long text per row, and a number."""
    return pa.table({"note": [text] * rows, "open": [4.0] * rows})


def test_pages_are_measured_as_unpacked() -> None:
    """1,000 numbers of 8 bytes, and 1,000 texts of 100 bytes with a length of 4 bytes each, in either format."""
    table = build_table(1_000, "x" * 100)
    packed = io.BytesIO()
    parquet.write_table(table, packed, use_dictionary=False, compression="zstd")
    size = measure_parquet(packed, FOOTER_BYTES)
    assert (size.rows, size.columns) == (1_000, 2)
    pages = [page for page in size.page_bytes if page]
    assert len(pages) == 2
    assert 104_000 <= pages[0] < 104_100
    assert 8_000 <= pages[1] < 8_100
    packed = io.BytesIO()
    feather.write_feather(table, packed, compression="lz4")
    size = measure_feather(packed, FOOTER_BYTES)
    assert (size.rows, size.columns) == (1_000, 2)
    # 1,001 offsets of 4 bytes, the texts, and the numbers; there is no null, so no mask.
    assert sorted(page for page in size.page_bytes if page) == [4_004, 8_000, 100_000]


@pytest.mark.parametrize("suffix", [".parquet", ".feather"])
def test_a_table_that_unpacks_to_too_much_is_refused(tmp_path: Path, suffix: str) -> None:
    """Texts of 50 MB pack into some kilobytes; they are refused at a limit of 10 MB, and not at one of 100 MB."""
    path = tmp_path / f"bomb{suffix}"
    table = build_table(50_000, "x" * 1_000)
    if suffix == ".parquet":
        parquet.write_table(table, path, use_dictionary=False, compression="zstd")
    else:
        feather.write_feather(table, path, compression="zstd")
    assert path.stat().st_size < 200_000
    small = replace(FILE_LIMITS, unpacked_bytes=10_000_000)
    assert read_refusal(path, **MARKET, limits=small) == f"{path.name}: unpacks to more than 10 MB; import it in parts"
    assert "has no column" in read_refusal(path, **MARKET, limits=replace(small, unpacked_bytes=100_000_000))


def test_texts_that_only_unpacking_measures_are_refused(tmp_path: Path) -> None:
    """Each text is the one before and a sign, so that pages do not tell how much they unpack to."""
    path = tmp_path / "a.parquet"
    encodings = {"note": "DELTA_BYTE_ARRAY", "open": "PLAIN"}
    parquet.write_table(build_table(10, "x"), path, use_dictionary=False, column_encoding=encodings)
    assert read_refusal(path, **MARKET) == "a.parquet: is no Parquet file that can be read"


def test_a_hundred_million_rows_are_refused_by_their_number(tmp_path: Path) -> None:
    """Ten groups of equal rows are a file of some kilobytes."""
    path = tmp_path / "rows.parquet"
    table = pa.table({"open": pa.array([4.0] * 1_000_000)})
    with parquet.ParquetWriter(path, table.schema, compression="zstd") as writer:
        for _ in range(3):
            writer.write_table(table)
    message = read_refusal(path, **MARKET, limits=UPLOAD_LIMITS)
    assert message.startswith("rows.parquet: has 3,000,000 rows of 1 columns; 2,000,000 rows and 20,000,000 values")
    assert message.endswith("split it")


def test_a_footer_that_is_too_long_or_lies_is_refused(tmp_path: Path) -> None:
    """The length of the footer is checked before it is read, and its rows against those of its groups."""
    path = tmp_path / "a.parquet"
    parquet.write_table(pa.table({f"c{number}": [1] for number in range(150)}), path)
    message = read_refusal(path, **MARKET, limits=replace(FILE_LIMITS, footer_bytes=1_000))
    assert message.startswith("a.parquet: has metadata of more than 1,000 bytes; write fewer columns")
    data = path.read_bytes()
    path.write_bytes(data[:-8] + struct.pack("<I", 1 << 31) + b"PAR1")
    assert read_refusal(path, **MARKET) == "a.parquet: is no Parquet file that can be read"


WIDE = [f"c{number}" for number in range(30_000)]


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("a.csv", [",".join(WIDE), ",".join("1" for _ in WIDE)]),
        ("a.csv", [",".join("1760131200" for _ in WIDE)]),
        ("a.json", ["[[" + ",".join("1" for _ in WIDE) + "]]"]),
        ("a.json", ["[{" + ",".join(f'"{name}":1' for name in WIDE) + "}]"]),
        ("a.jsonl", ["[" + ",".join("1" for _ in WIDE) + "]"] * 2),
    ],
)
def test_thirty_thousand_columns_are_refused(tmp_path: Path, name: str, lines: Sequence[str]) -> None:
    """They are counted before a table is made of them."""
    message = read_refusal(write_file(tmp_path / name, *lines), **MARKET)
    assert message == f"{name}: has 30,000 columns; a table may have 200: leave out those of no use"


def test_lines_values_and_names_have_a_longest_length(tmp_path: Path) -> None:
    """A line, a value and the name of a column each have a limit, and the message says which and where."""
    long_line = write_file(tmp_path / "a.csv", HEADER, ROW, "x" * 1_100_000)
    assert "line 3 has more than 1,048,576 bytes" in read_refusal(long_line, **MARKET)
    for value in ("x" * 1_001, "x" * 140_000):
        path = write_file(tmp_path / "b.csv", f"{HEADER},note", f"{ROW},", f"{ROW.replace('200', '260')},{value}")
        assert "line 3: holds a text of more than 1,000 bytes, which is no value" in read_refusal(path, **MARKET)
    path = write_file(tmp_path / "c.csv", f"{HEADER},{'n' * 201}", f"{ROW},1")
    assert "names column 7 with more than 200 bytes" in read_refusal(path, **MARKET)


@pytest.mark.parametrize("quoted", ["x" * 140_000, "x\n" * 70_000])
def test_a_value_that_the_reader_of_csv_gives_up_on_is_translated(tmp_path: Path, quoted: str) -> None:
    """A row of too many values is looked for with Python's reader, which takes 131,072 characters of one."""
    path = write_file(tmp_path / "a.csv", HEADER, f'{ROW},"{quoted}"')
    assert "is no CSV that can be read: a value has more than 131,072 characters" in read_refusal(path, **MARKET)


@pytest.mark.parametrize("text", [f"{HEADER}\n{ROW}\r{ROW}\r", f"{HEADER}\r{ROW}\r{ROW}\n"])
def test_lines_that_end_with_cr_alone_among_others_are_refused_by_name(tmp_path: Path, text: str) -> None:
    """A file in which all lines end so is read; one that mixes them cannot be told apart."""
    path = tmp_path / "a.csv"
    path.write_bytes(text.encode())
    assert "some lines end with CR alone; save it with lines that end with LF or CR LF" in read_refusal(path, **MARKET)


@pytest.mark.parametrize("suffix", [".csv", ".json", ".parquet"])
def test_a_column_named_like_an_inner_one_is_refused(tmp_path: Path, suffix: str) -> None:
    """The number of a line is a column of every table."""
    path = tmp_path / f"a{suffix}"
    frame = pl.DataFrame({**{name: [1.0] for name in COLUMNS}, "line of file": [1]})
    if suffix == ".csv":
        frame.write_csv(path)
    elif suffix == ".json":
        frame.write_json(path)
    else:
        frame.write_parquet(path)
    assert "has a column 'line of file', a name that the program uses itself" in read_refusal(path, **MARKET)


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (Limits(unpacked_bytes=100, json_bytes=100, rows=100), "has more than 0 MB; import it in parts"),
        (Limits(unpacked_bytes=10_000, json_bytes=100, rows=3), "has 5 rows of 6 columns; 3 rows and"),
        (Limits(unpacked_bytes=10_000, json_bytes=100, rows=100, cells=29), "100 rows and 29 values are read"),
    ],
)
def test_the_rows_of_a_text_are_counted_before_they_are_parsed(tmp_path: Path, limits: Limits, reason: str) -> None:
    """Bytes, rows and values of a CSV have limits too: an empty value has one byte in the file and 16 in memory."""
    path = write_file(tmp_path / "a.csv", HEADER, ROW, ROW, ROW, ROW)
    assert reason in read_refusal(path, **MARKET, limits=limits)


def test_a_file_without_end_is_not_opened(tmp_path: Path) -> None:
    """A pipe that nobody writes to would wait for ever, and a device behind a link would fill the memory."""
    for suffix in (".csv", ".zip", ".parquet", ".csv.gz", ".json"):
        pipe, link = tmp_path / f"pipe{suffix}", tmp_path / f"zero{suffix}"
        os.mkfifo(pipe)
        link.symlink_to("/dev/zero")
        for path in (pipe, link):
            assert read_refusal(path, **MARKET) == (
                f"{path.name}: is a pipe or a device; write what it holds to a file, and import that"
            )


@pytest.mark.parametrize("document", ["[[]]", "[[], []]", "[{}]"])
def test_rows_without_values_are_no_rows(tmp_path: Path, document: str) -> None:
    """JSON may hold rows that have nothing in them."""
    assert "holds no list of rows" in read_refusal(write_file(tmp_path / "a.json", document), **MARKET)


def test_half_a_sign_in_json_is_refused(tmp_path: Path) -> None:
    """JSON can write half of a pair that stands for one sign, which no text can hold."""
    row = '[{"time": "\\ud800", "open": 1, "high": 1, "low": 1, "close": 1, "volume": 1}]'
    message = read_refusal(write_file(tmp_path / "a.json", row), **MARKET)
    assert message == "a.json: holds half a sign ('\\ud800'), which is no text"
