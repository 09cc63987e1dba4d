"""Good files that `verify` reads, a store that they are of, and bad files made of them that get further than chance."""

import json
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any
from unittest.mock import patch

from click.testing import CliRunner

from cli import clock
from cli.main import main
from dashboard.sheet.renderer import Renderer
from data.errors import UsageError
from data.files.export import METADATA_SUFFIX
from evidence.case.bundle import MANIFEST_NAME, pack_case
from evidence.proof.canonical import encode_json
from evidence.proof.manifest import seal
from evidence.proof.png import PNG_SIGNATURE, embed_in_png
from evidence.proof.read_file import read_picture_manifest, read_proven_content
from tests.cli.program import run_main, write_csv
from tests.cli.test_verify import WINDOW, build_plain_png, draw_without_browser, list_lines
from tests.collectors.replay_setup import NOW
from tests.torture.files.fuzz_runner import check_message

LINK_MANIFEST = {
    "format": 1,
    "kind": "matrix",
    "link": "window=crash&asset=ATOM",
    "rows_sha256": "0" * 64,
    "origin": "imported",
    "size": "wide",
    "theme": "light",
}
"""The manifest of a picture of the page that no measurement is behind."""


MAX_OUTPUT_CHARS = 20_000
"""What `verify` says of a case file: 20 lines of each list of each file."""


@dataclass(frozen=True, slots=True)
class ProofFiles:
    """Where the store and the candles of it lie, and the good files by name."""

    folder: Path
    files: dict[str, bytes]

    @property
    def manifest(self) -> dict[str, Any]:
        """The manifest of the picture."""
        return read_picture_manifest(self.files["atom.png"])

    @property
    def table_manifest(self) -> dict[str, Any]:
        """The manifest of the table."""
        name = "atom.csv"
        return read_proven_content(name, self.files[name], self.files[f"{name}{METADATA_SUFFIX}"]).manifest

    @property
    def members(self) -> dict[str, bytes]:
        """The files in the case file, without its manifest."""
        with zipfile.ZipFile(BytesIO(self.files["case.zip"])) as archive:
            return {name: archive.read(name) for name in archive.namelist() if name != MANIFEST_NAME}

    def verify(self, name: str, data: bytes, metadata: bytes | None = None, *, from_file: bool = True) -> str:
        """Run `verify` on the bytes of a file; returns what is wrong with what it says.

        Args:
            name: its name, in the folder.
            data: its bytes.
            metadata: those beside a CSV.
            from_file: whether it is compared with the candles in their file, not in the store.

        Raises:
            UsageError: the file is refused, as the command says it.
        """
        (self.folder / name).write_bytes(data)
        if metadata is not None:
            (self.folder / f"{name}{METADATA_SUFFIX}").write_bytes(metadata)
        words = [
            "verify",
            str(self.folder / name),
            *(("--input", str(self.folder / "candles.csv")) if from_file else ()),
        ]
        return self._run(words, data)

    def import_case(self, data: bytes) -> str:
        """The same of an import of a case file into the store; its candles contradict none there."""
        (self.folder / "case.zip").write_bytes(data)
        return self._run(["import", "--replace", str(self.folder / "case.zip")], data)

    def _run(self, words: list[str], data: bytes) -> str:
        result = CliRunner().invoke(main, ["--store", str(self.folder / "lake"), *words])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        if result.exit_code not in {0, 1}:
            raise UsageError(result.output)
        return check_message(result.output, data, MAX_OUTPUT_CHARS)


def build_proof_files(folder: Path) -> ProofFiles:
    """Import some candles to a store in an empty folder, and write a picture, tables and a case file of them."""
    store = ("--store", str(folder / "lake"))
    candles = write_csv(folder / "candles.csv", list_lines())
    out = folder / "out"
    out.mkdir()
    what = ("--asset", "ATOM", "--out")
    with (
        patch.object(clock, "now", lambda: NOW),
        patch.object(Renderer, "__enter__", lambda self: self),
        patch.object(Renderer, "draw", draw_without_browser),
    ):
        for words in (
            ("import", "--complete", candles),
            ("chart", *WINDOW, *what, out / "atom.png"),
            ("chart", *WINDOW, *what, out / "atom.svg"),
            ("export", *WINDOW, "--what", "deviation", *what, out / "atom.csv"),
            ("export", *WINDOW, "--what", "deviation", *what, out / "atom.parquet"),
            ("export", *WINDOW, "--asset", "ATOM", "--case", out / "case.zip"),
        ):
            result = run_main(*store, *words)
            assert result.exit_code == 0, result.output
    return ProofFiles(folder, {path.name: path.read_bytes() for path in sorted(out.iterdir())})


def seal_json(data: bytes) -> dict[str, Any]:
    """The manifest of some JSON, with the right hash.

    Raises:
        UsageError: it is no object that a manifest can have.
    """
    try:
        content = json.loads(data)
        return seal(content if isinstance(content, dict) else {"format": content})
    except (ValueError, RecursionError, TypeError) as error:
        message = "this is no manifest"
        raise UsageError(message) from error


def embed_manifest(data: bytes) -> bytes:
    """A picture with the manifest of some JSON."""
    return embed_in_png(build_plain_png(), encode_json(seal_json(data)))


def repair_checksums(content: bytes) -> bytes:
    """A PNG with the right checksum of each of its parts, as far as they reach."""
    repaired, offset = bytearray(content), len(PNG_SIGNATURE)
    while offset + 12 <= len(repaired):
        end = offset + 8 + int.from_bytes(repaired[offset : offset + 4])
        if end + 4 > len(repaired):
            break
        repaired[end : end + 4] = zlib.crc32(repaired[offset + 4 : end]).to_bytes(4)
        offset = end + 4
    return bytes(repaired)


def list_case_readers(proof: ProofFiles) -> dict[str, Callable[[bytes], str]]:
    """What verifies, and imports, a case file of which one member is another, with the right hash; by its name."""

    def build_reader(name: str) -> Callable[[bytes], str]:
        def read(data: bytes) -> str:
            content = pack_case({**proof.members, name: data}, {"asset": "ATOM"})
            if name.startswith("input/"):
                return proof.import_case(content)
            return proof.verify("case.zip", content)

        return read

    names = [name for name in proof.members if name.startswith(("input/", "tables/", "pictures/"))]
    return {name: build_reader(name) for name in names}


def name_members(proof: ProofFiles, data: bytes) -> bytes:
    """A case file whose members have the names in the lines of a text, and are in its manifest."""
    names = data.decode("utf-8", "replace").split("\n")
    contents = list(proof.members.values())
    return pack_case(dict(zip(names, contents, strict=False)), {"asset": "ATOM"})
