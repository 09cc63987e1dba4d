"""The ZIP of a case file: the same bytes each time, and refused where anything in it is another."""

import hashlib
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest

from data.errors import ManifestDamaged
from data.files.formats.limits import Limits
from evidence.case.bundle import is_case, pack_case, read_case

FILES = {"tables/a.csv": b"low\n0.001\n", "index.html": b"<!doctype html>"}
ABOUT = {"asset": "ATOM"}
SMALL = Limits(unpacked_bytes=200_000, json_bytes=2_000, rows=10)


def write_case(folder: Path, content: bytes | None = None) -> Path:
    """A case file of two files, or of other bytes."""
    path = folder / "case.zip"
    path.write_bytes(pack_case(FILES, ABOUT) if content is None else content)
    return path


def rewrite(change: Callable[[dict[str, bytes]], None]) -> bytes:
    """The case file with other members."""
    with zipfile.ZipFile(BytesIO(pack_case(FILES, ABOUT))) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return target.getvalue()


def test_the_same_files_give_the_same_bytes() -> None:
    """Whatever their order; each has the earliest time that a ZIP knows, and the manifest is first."""
    content = pack_case(FILES, ABOUT)
    assert pack_case(dict(reversed(FILES.items())), ABOUT) == content
    with zipfile.ZipFile(BytesIO(content)) as archive:
        assert archive.namelist() == ["manifest.json", "index.html", "tables/a.csv"]
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_the_manifest_has_the_hash_of_each_file(tmp_path: Path) -> None:
    """Hashes are those of `sha256sum`; what was given about the case is beside them."""
    path = write_case(tmp_path)
    manifest, contents = read_case(path)
    assert is_case(path)
    assert contents == FILES
    assert manifest["asset"] == "ATOM"
    assert manifest["files"] == [
        {"name": name, "bytes": len(FILES[name]), "sha256": hashlib.sha256(FILES[name]).hexdigest()}
        for name in ("index.html", "tables/a.csv")
    ]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda members: members.update({"tables/a.csv": b"low\n0.9\n"}), "tables/a.csv was changed"),
        (lambda members: members.pop("tables/a.csv"), "tables/a.csv is missing"),
        (lambda members: members.update({"new.txt": b""}), "new.txt is in the case file, but not in its manifest"),
        (lambda members: members.pop("manifest.json"), "cannot be read"),
        (
            lambda members: members.update({"manifest.json": members["manifest.json"].replace(b"ATOM", b"DOGE")}),
            "was changed: it does not have the SHA-256",
        ),
        (lambda members: members.update({"manifest.json": b"[" * 100_000}), "cannot be read"),
        (lambda members: members.update({"../escape.txt": b""}), "a file with the name '../escape.txt'"),
        (lambda members: members.update({"/etc/passwd": b""}), "a file with the name '/etc/passwd'"),
        (lambda members: members.update({"C:/a.txt": b""}), "a file with the name 'C:/a.txt'"),
        (lambda members: members.update({"INDEX.html": b""}), "two of one name"),
        (lambda members: members.update({"tables/big.csv": bytes(300_000)}), "unpacks to more than"),
    ],
)
def test_a_changed_case_file_is_refused(
    tmp_path: Path, change: Callable[[dict[str, bytes]], None], reason: str
) -> None:
    """Another, missing or additional file, a changed manifest, names that leave the folder, and too much content."""
    path = write_case(tmp_path, rewrite(change))
    with pytest.raises(ManifestDamaged, match="^" + ".*".join(["", reason.replace("(", r"\(")])):
        read_case(path, SMALL)


@pytest.mark.parametrize("kept", [0, 30, 200, -1])
def test_a_cut_case_file_is_refused(tmp_path: Path, kept: int) -> None:
    """A ZIP without its end is no case file, and reading it says that it is damaged."""
    path = write_case(tmp_path, pack_case(FILES, ABOUT)[:kept])
    with pytest.raises(ManifestDamaged, match="cannot be unpacked"):
        read_case(path)


def test_a_changed_byte_of_a_case_file_is_refused(tmp_path: Path) -> None:
    """Whichever packed byte is another, the content is not read as if nothing had happened."""
    content = pack_case(FILES, ABOUT)
    for position in range(0, len(content), 7):
        changed = bytearray(content)
        changed[position] ^= 0x55
        path = write_case(tmp_path, bytes(changed))
        try:
            _, contents = read_case(path)
        except ManifestDamaged:
            continue
        # Bytes that only describe a member, such as its time, change nothing that is read.
        assert contents == FILES


def test_other_files_are_no_cases(tmp_path: Path) -> None:
    """A ZIP of candles, what only ends in .zip, and what is not there."""
    other = tmp_path / "candles.zip"
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("candles.csv", "time,open")
    text = tmp_path / "text.zip"
    text.write_text("nothing", encoding="utf-8")
    assert [is_case(path) for path in (other, text, tmp_path / "none.zip", tmp_path / "a.csv")] == [False] * 4
