"""Files in other formats than plain CSV: separators, packed files, JSON, Feather, and the bounds of what is read."""

import gzip
import json
import zipfile
from pathlib import Path

import polars as pl
import pytest

from data.files.formats.limits import Limits
from tests.data.files.content import MARKET, list_candles, read_file, read_refusal, write_file

HEADER = "time,open,high,low,close,volume"
ROW = "1760131200,4,4.5,3.5,4.25,10"
CANDLE = [("21:20:00", (4.0, 4.5, 3.5, 4.25, 10.0))]
SMALL = Limits(unpacked_bytes=2_000_000, json_bytes=500, rows=100)


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_any_common_separator_end_and_mark_is_read(tmp_path: Path, separator: str, end: str, encoding: str) -> None:
    """The separator is that of the first line; the byte order mark says how text is encoded."""
    text = end.join([HEADER, ROW, ""]).replace(",", separator)
    path = tmp_path / "a.txt"
    path.write_bytes(text.encode(encoding))
    assert list_candles(read_file(path, **MARKET)) == CANDLE


@pytest.mark.parametrize(
    "lines",
    [
        ["time;open;high;low;close;volume", "1760131200;4,00;4,50;3,50;4,25;10"],
        ["time;open;high;low;close;volume", "1,7601312E+12;4,00;4,50;3,50;4,25;10"],
        [HEADER, '"1760131200","4,00","4,50","3,50","4,25","10"'],
        ["1760131200;4,00;4,50;3,50;4,25;10"],
        ["sep=;", "time;open;high;low;close;volume", "1760131200;4,00;4,50;3,50;4,25;10"],
    ],
)
def test_decimal_commas_are_read(tmp_path: Path, lines: list[str]) -> None:
    """Numbers with a decimal comma are read where the comma does not separate values."""
    assert list_candles(read_file(write_file(tmp_path / "a.csv", *lines), **MARKET)) == CANDLE


def test_a_comma_that_may_separate_thousands_is_not_guessed_at(tmp_path: Path) -> None:
    """Where all commas stand before three digits the caller decides; commas beside points are refused."""
    header = HEADER.replace(",", ";")
    path = write_file(tmp_path / "a.csv", header, "1760131200;4,000;4,500;3,500;4,250;10")
    message = read_refusal(path, **MARKET)
    assert "a number such as 4,000 has a decimal comma or one between thousands" in message
    assert message.endswith("--decimal-comma")
    assert list_candles(read_file(path, **MARKET, decimal_comma=True)) == CANDLE
    path = write_file(tmp_path / "b.csv", header, "1760131200;4.0;4.5;3.5;4.25;1,234")
    assert "has numbers with a comma, such as 1,234, and numbers with a point" in read_refusal(
        path, **MARKET, decimal_comma=True
    )


@pytest.mark.parametrize("comments", [["# exported"], ["https://example.org"], ["", "# a", "# b"], ["// c"]])
def test_lines_of_comment_are_skipped(tmp_path: Path, comments: list[str]) -> None:
    """They count as lines: a bad row is named by its line in the file."""
    path = write_file(tmp_path / "a.csv", *comments, HEADER, ROW)
    assert list_candles(read_file(path, **MARKET)) == CANDLE
    bad = write_file(tmp_path / "b.csv", *comments, HEADER, ROW, ROW.replace("4.25", "x"))
    assert f"line {len(comments) + 3}: close x is no number" in read_refusal(bad, **MARKET)


def test_a_header_in_a_comment_names_the_columns(tmp_path: Path) -> None:
    """Some programs write the names of the columns behind a mark of comment."""
    path = write_file(tmp_path / "a.csv", f"# {HEADER}", ROW)
    assert list_candles(read_file(path, **MARKET)) == CANDLE


def write_zip(path: Path, *names: str, text: str = f"{HEADER}\n{ROW}\n") -> Path:
    """Write a zip file of files of one text."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, text)
    return path


def test_a_packed_file_is_read(tmp_path: Path) -> None:
    """A zip file of one file, and a gzip file, are read as what they hold; folders and checksums do not count."""
    gz_path = tmp_path / "a.csv.gz"
    gz_path.write_bytes(gzip.compress(f"{HEADER}\n{ROW}\n".encode()))
    assert list_candles(read_file(gz_path, **MARKET)) == CANDLE
    zip_path = write_zip(tmp_path / "a.zip", "data/a.csv", "__MACOSX/._a.csv", "data/a.csv.CHECKSUM")
    imported = read_file(zip_path, **MARKET)
    assert list_candles(imported) == CANDLE
    assert "CSV in a zip file" in imported.report.recognised
    assert imported.report.file == "a.zip"


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        (("a.csv", "b.csv"), "is a zip of 2 files (a.csv, b.csv, ...); one is read"),
        ((), "is a zip of 0 files; one is read"),
        (("a.xlsx",), "holds a.xlsx, which ends in '.xlsx'"),
        (("a.zip",), "holds a.zip, which ends in '.zip'"),
    ],
)
def test_a_zip_file_of_anything_else_is_refused(tmp_path: Path, names: tuple[str, ...], reason: str) -> None:
    """One file of candles is read, not several, none or another kind."""
    assert reason in read_refusal(write_zip(tmp_path / "a.zip", *names), **MARKET)


def test_names_within_a_zip_file_are_repeated_short_and_visible(tmp_path: Path) -> None:
    """A member may have a name of 65,535 characters, and signs that turn the message around."""
    path = write_zip(tmp_path / "a.zip", "x" * 5_000 + ".exe", "\u202evsc.b")
    message = read_refusal(path, **MARKET)
    assert "\\u202evsc.b" in message
    assert len(message) < 400
    message = read_refusal(write_zip(tmp_path / "b.zip", "x" * 5_000 + ".exe"), **MARKET)
    assert len(message) < 500
    path = write_file(tmp_path / "c.csv", ",".join(f"{number:0200}" for number in range(150)), "1")
    assert len(read_refusal(path, **MARKET)) < 900


def test_what_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    """Bytes are counted while they are unpacked: neither a ratio nor a size beyond the limits is read to its end."""
    zeros = "0" * 3_000_000
    path = write_zip(tmp_path / "a.zip", "a.csv", text=zeros)
    assert read_refusal(path, **MARKET) == "a.zip: unpacks to more than 200 times its size; unpack it if you trust it"
    gz_path = tmp_path / "a.csv.gz"
    gz_path.write_bytes(gzip.compress(zeros.encode()))
    assert "unpacks to more than 200 times its size" in read_refusal(gz_path, **MARKET)
    rows = "".join(f"{1760131200 + 60 * number},4,4.5,3.5,4.25,{number * 7919 % 1000}\n" for number in range(80_000))
    gz_path.write_bytes(gzip.compress(f"{HEADER}\n{rows}".encode()))
    assert "unpacks to more than 2 MB" in read_refusal(gz_path, **MARKET, limits=SMALL)
    path = write_zip(tmp_path / "b.zip", "a.csv", text=f"{HEADER}\n{rows}")
    assert "unpacks to more than 2 MB" in read_refusal(path, **MARKET, limits=SMALL)


@pytest.mark.parametrize(("name", "content"), [("a.zip", b"PK\3\4 and no end"), ("a.csv.gz", b"\x1f\x8b\x08 broken")])
def test_a_damaged_packed_file_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    """So is one that ends too early."""
    (tmp_path / name).write_bytes(content)
    assert "is damaged and cannot be unpacked" in read_refusal(tmp_path / name, **MARKET)
    (tmp_path / "b.csv.gz").write_bytes(gzip.compress(f"{HEADER}\n{ROW}\n".encode())[:-9])
    assert "is damaged and cannot be unpacked" in read_refusal(tmp_path / "b.csv.gz", **MARKET)


@pytest.mark.parametrize("suffix", [".parquet", ".feather"])
def test_rows_and_columns_are_counted_before_they_are_read(tmp_path: Path, suffix: str) -> None:
    """A small file may stand for millions of equal rows: it is refused by what its metadata says."""
    path = tmp_path / f"a{suffix}"
    long, wide = pl.DataFrame({"open": [4.0] * 101}), pl.DataFrame({f"c{number}": [1] for number in range(201)})
    for frame, reason in (
        (long, "has 101 rows of 1 columns; 100 rows"),
        (wide, "has 201 columns"),
    ):
        if suffix == ".parquet":
            frame.write_parquet(path)
        else:
            frame.write_ipc(path)
        assert reason in read_refusal(path, **MARKET, limits=SMALL)


def test_a_long_text_in_a_table_is_refused(tmp_path: Path) -> None:
    """One long text in a dictionary can stand in every row."""
    path = tmp_path / "a.parquet"
    pl.DataFrame({"symbol": ["A" * 1001]}).write_parquet(path)
    assert "holds a text of more than 1,000 bytes" in read_refusal(path, **MARKET)


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ("{", "is no JSON (Expecting property name"),
        ("[" * 100_000, "is JSON nested too deeply"),
        ("3", "holds no list of rows"),
        ("[]", "holds no list of rows"),
        ("[1, 2]", "holds no list of rows"),
        ('{"a": 1}', "holds no list of rows"),
        ("[[1760131200000,4,4.5,3.5,4.25,10],[1760131260000,4]]", "row 2: has 2 values, the first has 6"),
        ("[[1760131200000,4,4.5,3.5,4.25,10],{}]", "row 2: is of another form than the first"),
        ("[[1760131200000,4,4.5,3.5,4.25,[10]]]", "row 1: holds a list or an object in place of a value"),
    ],
)
def test_json_that_holds_no_rows_is_refused(tmp_path: Path, document: str, reason: str) -> None:
    """The file, the row and the reason are named."""
    assert reason in read_refusal(write_file(tmp_path / "a.json", document), **MARKET)


def test_json_keeps_its_numbers_and_its_bound(tmp_path: Path) -> None:
    """The one list of an object is read, numbers as they are written; a larger file than the limit is refused."""
    document = {"code": "0", "data": [[1760131200000, "4", "4.5", 3.5, 4.25, 10]]}
    path = write_file(tmp_path / "a.json", json.dumps(document))
    assert list_candles(read_file(path, **MARKET, limits=SMALL)) == CANDLE
    path = write_file(tmp_path / "b.json", json.dumps(document) + " " * 500)
    assert "is JSON of more than 0 MB" in read_refusal(path, **MARKET, limits=SMALL)


def test_a_bad_line_of_json_lines_is_named(tmp_path: Path) -> None:
    """Blank lines count."""
    path = write_file(tmp_path / "a.jsonl", "[1760131200000,4,4.5,3.5,4.25,10]", "", "[1760131200000,")
    assert "line 3: is no JSON" in read_refusal(path, **MARKET)
