"""Pictures, tables and case files that nobody should open: refused by size, without a foreign error or a long echo."""

import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import polars as pl
import pytest

from data.errors import ManifestDamaged
from data.files.export import METADATA_KEY
from evidence.case.bundle import pack_case, read_case
from evidence.proof.canonical import encode_json
from evidence.proof.manifest import seal
from evidence.proof.png import embed_in_png
from evidence.proof.read_file import parse_manifest, read_picture_manifest, read_proven_content
from evidence.proof.svg import embed_in_svg
from tests.evidence.proof.test_pictures import PLAIN_SVG, build_png

MIB = 1 << 20


def build_chunk(name: bytes, body: bytes) -> bytes:
    """A part of a PNG."""
    return len(body).to_bytes(4) + name + body + zlib.crc32(name + body).to_bytes(4)


def insert_chunks(chunks: bytes) -> bytes:
    """A picture with further parts after its header."""
    content = build_png()
    return content[:33] + chunks + content[33:]


def build_parquet(rows: pl.DataFrame, metadata: str = "{}") -> bytes:
    """A Parquet file with a text about its rows."""
    target = BytesIO()
    rows.write_parquet(target, metadata={METADATA_KEY: metadata})
    return target.getvalue()


@pytest.mark.parametrize("value", [b"[],", b"{},", b"1,", b'"",'])
def test_a_manifest_of_millions_of_values_is_refused_before_it_is_parsed(value: bytes) -> None:
    """A picture of some kilobytes whose manifest would take a gigabyte of memory."""
    text = b'{"inputs":[' + value * 2_000_000 + b"1]}"
    with pytest.raises(ManifestDamaged, match="more than 16 MB, or than 1,000,000 values"):
        read_picture_manifest(embed_in_png(build_png(), text))
    with pytest.raises(ManifestDamaged, match="more than 16 MB, or than 1,000,000 values"):
        read_picture_manifest(embed_in_svg(PLAIN_SVG, text))
    with pytest.raises(ManifestDamaged, match="more than 16 MB, or than 1,000,000 values"):
        read_proven_content("a.csv", b"low\n1\n", text)
    with pytest.raises(ManifestDamaged, match="its metadata have more than 2,097,152 bytes"):
        read_proven_content("a.parquet", build_parquet(pl.DataFrame({"low": [1]}), text.decode()))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (embed_in_png(build_png(), b'"' + b"a" * (17 * MIB) + b'"'), "is cut, or too long"),
        (embed_in_svg(PLAIN_SVG, b'"' + b"a" * (17 * MIB) + b'"'), "the manifest is too long"),
        (insert_chunks(build_chunk(b"tEXt", b"") * 100_001), "more than 100,000 parts"),
        (insert_chunks(build_chunk(b"tEXt", bytes(MIB))), "has no manifest"),
        (insert_chunks(build_chunk(b"iTXt", b"Plumbline\0\1\0\0\0" + zlib.compress(bytes(MIB)))), "has no manifest"),
        (insert_chunks(build_chunk(b"zTXt", b"Plumbline\0\0" + bytes(100))), "cannot be unpacked"),
        (insert_chunks(b"\xff\xff\xff\xfftEXt"), "the picture is cut"),
    ],
    ids=["PNG", "SVG", "many parts", "a long part", "iTXt", "no zlib", "an endless part"],
)
def test_a_picture_that_is_too_long_or_no_picture_is_refused(content: bytes, reason: str) -> None:
    """The message says what is too much; parts that are no manifest are passed over."""
    with pytest.raises(ManifestDamaged, match=reason):
        read_picture_manifest(content)


def test_a_parquet_file_of_too_many_values_is_refused_before_it_is_read() -> None:
    """A file of some kilobytes with 50 million values."""
    content = build_parquet(pl.DataFrame({f"c{n}": pl.zeros(5_000_000, pl.Int8, eager=True) for n in range(10)}))
    assert len(content) < MIB
    with pytest.raises(ManifestDamaged, match=r"5,000,000 rows of 10 columns; 40,000,000 values are read"):
        read_proven_content("a.parquet", content)


def test_a_text_that_is_repeated_is_counted_as_often() -> None:
    """A text of a megabyte that is there once, and stands in a thousand rows."""
    content = build_parquet(pl.DataFrame({"note": ["x" * MIB] * 1_000}))
    assert len(content) < 2 * MIB
    with pytest.raises(ManifestDamaged, match="unpacks to more than 512 MB"):
        read_proven_content("a.parquet", content)


@pytest.mark.parametrize(
    "rows",
    [
        pl.DataFrame({"a": [[1, 2]]}),
        pl.DataFrame({"a": [{"b": 1}]}),
        pl.DataFrame({"a": [b"\xff"]}),
        pl.DataFrame({"a": pl.Series([1 << 62]).cast(pl.Datetime("us", "UTC"))}),
        pl.DataFrame({"a": pl.Series([-(1 << 62)]).cast(pl.Datetime("ms", "UTC"))}),
        pl.DataFrame(),
    ],
    ids=["lists", "structs", "bytes", "late times", "early times", "nothing"],
)
def test_a_table_of_what_no_export_writes_is_damaged(rows: pl.DataFrame) -> None:
    """Values that a CSV cannot have, and times of no year, end in words and not in an error of a library."""
    with pytest.raises(ManifestDamaged):
        read_proven_content("a.parquet", build_parquet(rows))


def test_every_cut_and_changed_parquet_file_is_damaged() -> None:
    """A table without its end, and one with any of its bytes changed, whatever the library says of it."""
    content = build_parquet(pl.DataFrame({"venue": ["okx", "gate"], "low": [1.0, 2.0]}))
    for position in range(0, len(content), 7):
        changed = bytearray(content)
        changed[position] ^= 0x41
        for data in (content[:position], bytes(changed)):
            with pytest.raises(ManifestDamaged) as refusal:
                read_proven_content("a.parquet", data)
            assert str(refusal.value).isprintable()


@pytest.mark.parametrize(
    "change",
    [
        lambda text: {"../" + text: b""},
        lambda text: {f"tables/{text}\u202e.csv": b""},
    ],
    ids=["out of the folder", "turned"],
)
def test_names_in_case_files_are_shown_short_and_plain(
    tmp_path: Path, change: Callable[[str], dict[str, bytes]]
) -> None:
    """A name of thousands of signs, or with hidden ones, neither fills nor turns a message."""
    path = tmp_path / "case.zip"
    path.write_bytes(pack_case(change("x" * 5_000), {}))
    with pytest.raises(ManifestDamaged) as refusal:
        read_case(path)
    assert len(str(refusal.value)) < 300
    assert str(refusal.value).isprintable()


def test_names_in_the_manifest_of_a_case_file_are_shown_short_and_plain(tmp_path: Path) -> None:
    """The same of names that are in the manifest only."""
    files = [{"name": "\u202e" + "x" * 5_000, "bytes": 1, "sha256": "0"}]
    path = tmp_path / "case.zip"
    path.write_bytes(_pack_manifest(encode_json(seal({"kind": "case", "format": 1, "files": files}))))
    with pytest.raises(ManifestDamaged, match="is missing in the case file") as refusal:
        read_case(path)
    assert len(str(refusal.value)) < 300
    assert str(refusal.value).isprintable()


def _pack_manifest(text: bytes) -> bytes:

    target = BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("manifest.json", text)
    return target.getvalue()


def test_a_hidden_sign_in_a_damaged_manifest_is_not_repeated() -> None:
    """What the parser of JSON says of a text has no sign that turns a line."""
    with pytest.raises(ManifestDamaged) as refusal:
        parse_manifest('{"a": "\u202e"')
    assert str(refusal.value).isprintable()
