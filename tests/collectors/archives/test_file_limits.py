"""Files of archives that are too large, never end, or harm their reader; see `tests.torture.exchanges.venue_bombs`."""

import struct
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest

from collectors.archives.limited_file import DiskBudget, LimitedFile
from collectors.archives.unpack import unpack_file
from collectors.failures import BadData
from collectors.limits import CANDLE_FILE, CANDLE_FILE_UNPACKED, FILE_TIME, Limit, Unit
from data.schema import Outcome
from tests.collectors.archives.test_archives import ARCHIVES, EVENING, FILE, ArchiveRead, add_checksum
from tests.collectors.archives.test_sheets import BITGET, NEWER_FILE
from tests.replay.archives import build_sheet_workbook, build_zip
from tests.replay.bombs import build_bomb, redirect, send_endlessly

SMALL = Limit("a small file", 1024, Unit.BYTES, "a test")


@pytest.fixture(autouse=True)
def _check_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing is left in the folder for temporary files."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    yield
    assert [path for path in tmp_path.iterdir() if path.name.startswith("plumbline-")] == []


def read_failure(result: ArchiveRead) -> str:
    """The message of a file that is bad data; nothing of it was stored, and nothing else was ended."""
    assert result.outcomes == [(Outcome.BAD_DATA, EVENING)]
    assert result.rows == []
    assert result.fatal_failure is None
    return result.span_outcomes[0].message


def test_a_file_without_end_ends_at_its_limit() -> None:
    """A download goes no further than a file of candles may be, and is not repeated."""
    result = ArchiveRead(ARCHIVES["binance"], {}, EVENING, faults=[send_endlessly(".zip")])
    message = read_failure(result)
    assert "ATOMUSDT-1m-2025-10-10.zip: more than 16 MiB, the limit of a file of candles, packed; look at" in message
    assert len(result.paths) == 1


def test_a_drip_ends_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that comes byte by byte ends at the time that a file may take."""
    monkeypatch.setattr("collectors.archives.download.FILE_TIME", replace(FILE_TIME, amount=0))
    result = ArchiveRead(ARCHIVES["binance"], {}, EVENING, faults=[send_endlessly(".zip", b"x")])
    assert "more than 0 s, the limit of a file of an archive" in read_failure(result)


def test_a_checksum_without_end_is_no_checksum() -> None:
    """Of a checksum only its start is read."""
    files = {FILE: build_zip("ATOMUSDT-1m-2025-10-10.csv", [])}
    result = ArchiveRead(ARCHIVES["binance"], files, EVENING, faults=[send_endlessly(".CHECKSUM", b" " * 1024)])
    assert "holds no checksum" in read_failure(result)


def test_a_redirect_of_an_archive_to_another_server_is_not_followed() -> None:
    """The other server is not asked."""
    fault = redirect(".zip", "{url}/evil.example/day.zip")
    result = ArchiveRead(ARCHIVES["binance"], {}, EVENING, faults=[fault])
    assert "redirects to http://evil.example, which is no host of this exchange" in read_failure(result)
    assert len(result.paths) == 1


def test_a_gzip_bomb_ends_at_its_limit() -> None:
    """A file that unpacks to 100 MiB ends at what a file of candles may have."""
    archive = ARCHIVES["gate"]
    path = ArchiveRead(archive, {}, EVENING).paths[0]
    assert "the limit of a file of candles, unpacked" in read_failure(
        ArchiveRead(archive, {path: build_bomb(100)}, EVENING)
    )


def zip_member(name: str, content: bytes, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of one member."""
    body = BytesIO()
    with zipfile.ZipFile(body, "w", method) as archive:
        archive.writestr(name, content)
    return body.getvalue()


def zip_many(count: int) -> bytes:
    """A zip of so many empty members."""
    body = BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        for number in range(count):
            archive.writestr(f"{number:060}.csv", b"")
    return body.getvalue()


def understate_sizes(body: bytes) -> bytes:
    """A zip of one member whose records say that it unpacks to one byte."""
    changed = bytearray(body)
    central = body.index(b"PK\x01\x02")
    changed[22:26] = changed[central + 24 : central + 28] = struct.pack("<I", 1)
    return bytes(changed)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (zip_many(20_000), "a zip: more than 1 MiB, the limit of a zip's list of members"),
        (zip_many(3), "and not ATOMUSDT-1m-2025-10-10.csv alone"),
        (zip_member("../ATOMUSDT-1m-2025-10-10.csv", b"1"), "and not ATOMUSDT-1m-2025-10-10.csv alone"),
        (
            zip_member("ATOMUSDT-1m-2025-10-10.csv", b" " * (100 << 20), zipfile.ZIP_BZIP2),
            "packed by another method than deflate",
        ),
        (
            understate_sizes(zip_member("ATOMUSDT-1m-2025-10-10.csv", b" " * (1 << 20))),
            "cannot be unpacked: Bad CRC-32",
        ),
    ],
    ids=["20,000 members", "three members", "a way out", "bzip2", "wrong size"],
)
def test_a_zip_is_one_table_and_nothing_else(body: bytes, words: str) -> None:
    """A zip with more members, other names or methods, or wrong sizes is refused before it takes memory."""
    assert words in read_failure(ArchiveRead(ARCHIVES["binance"], add_checksum(body), EVENING))


@pytest.mark.parametrize("name", ["../../etc/x.csv", "a\\..\\x.csv", "..", "/../x.csv"])
def test_no_member_leads_out_of_its_folder(tmp_path: Path, name: str) -> None:
    """Where any name of a table is accepted, one with a way out is not."""
    path = tmp_path / "packed"
    path.write_bytes(zip_member(name, b"1"))
    with pytest.raises(BadData, match="alone"):
        unpack_file(path, "x.zip", "*", tmp_path / "table", CANDLE_FILE_UNPACKED, DiskBudget())
    assert not (tmp_path / "table").exists() or (tmp_path / "table").stat().st_size == 0


def test_files_of_an_archive_share_its_disk(tmp_path: Path) -> None:
    """Two files may not take more together than the archive may; what is removed makes room."""
    budget = DiskBudget(SMALL)
    first, second = tmp_path / "first", tmp_path / "second"
    with LimitedFile(first, "first", CANDLE_FILE, budget) as file:
        file.write(b"x" * 1000)
    with LimitedFile(second, "second", CANDLE_FILE, budget) as file, pytest.raises(BadData, match="more than 1 KiB"):
        file.write(b"x" * 1000)
    with LimitedFile(first, "first", CANDLE_FILE, budget) as file:
        file.write(b"x" * 1000)
    budget.remove(tmp_path)
    with LimitedFile(second, "second", CANDLE_FILE, budget) as file:
        file.write(b"x" * 1000)
    assert second.stat().st_size == 1000


def build_cell(name: str) -> str:
    """A row with one cell at a place."""
    return f'<row><c r="{name}" t="str"><v>1</v></c></row>'


@pytest.mark.parametrize(
    ("sheet", "words"),
    [
        (build_cell("A1") + build_cell("XFD1048576"), "the limit of a sheet's number of rows"),
        (build_cell("A1") + build_cell("XFD1"), "the limit of a sheet's number of columns"),
        (build_cell("a1") + build_cell("xfd1"), "the limit of a sheet's number of columns"),
        (build_cell("A1") + '<row r="9999999"><c t="str"><v>1</v></c></row>', "the limit of a sheet's number of rows"),
        ("<row>" + "<c><v>1</v></c>" * 65 + "</row>", "the limit of a sheet's number of columns"),
        ("<row/>" * 100_001, "the limit of a sheet's number of rows"),
        (build_cell("A1 or so"), "a sheet with a c at 'A1 or so'"),
        ("<row>", "no workbook"),
        (" " * (17 << 20), "the limit of a workbook, unpacked"),
    ],
    ids=["far", "wide", "small letters", "row", "unnamed cells", "unnamed rows", "no place", "no XML", "large"],
)
def test_a_sheet_is_checked_before_it_is_read(sheet: str, words: str) -> None:
    """A few cells far out would take more memory than there is; they are refused by their places."""
    pytest.importorskip("fastexcel")
    body = zip_member("ATOMUSDT_1min.xlsx", build_sheet_workbook(sheet))
    assert words in read_failure(ArchiveRead(BITGET, {NEWER_FILE: body}, EVENING))


def test_a_sheet_that_declares_entities_is_refused() -> None:
    """A document type could make ten lines of XML a gigabyte."""
    pytest.importorskip("fastexcel")
    workbook = build_sheet_workbook("", before='<!DOCTYPE x [<!ENTITY a "aaaa">]>')
    body = zip_member("ATOMUSDT_1min.xlsx", workbook)
    assert "declares entities" in read_failure(ArchiveRead(BITGET, {NEWER_FILE: body}, EVENING))
