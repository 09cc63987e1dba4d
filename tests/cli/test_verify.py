"""`verify`: what it says of a fresh picture, of changed data, of other numbers and of damaged files."""

import json
import os
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import pytest
from PIL import Image

from cli.main import main
from dashboard.sheet.renderer import FileFormat, Renderer
from evidence.proof.canonical import encode_json
from evidence.proof.manifest import seal
from evidence.proof.png import embed_in_png
from evidence.proof.read_file import read_picture_manifest
from evidence.proof.svg import embed_in_svg
from tests.cli.program import RunCommand, write_csv
from tests.oracle.input_hash import hash_rows

WINDOW = ("--from", "2025-10-10T21:20Z", "--to", "2025-10-10T21:23Z")
VENUES = ("binance", "bitget", "bybit", "gate")
HEADER = ("venue", "symbol", "open_time", "open", "high", "low", "close", "volume")


def list_lines(low_of_gate: str = "98") -> list[str]:
    """Three minutes of ATOM on four exchanges; the low of one candle may be another."""
    return [
        f"{venue},ATOM/USDT,2025-10-10T21:2{minute}:00Z,100,101,"
        f"{low_of_gate if (venue, minute) == ('gate', 1) else '98'},99,50"
        for venue in VENUES
        for minute in range(3)
    ]


def build_plain_png() -> bytes:
    """A picture without a manifest."""
    file = BytesIO()
    Image.new("RGB", (3, 2), "#a0522d").save(file, "png")
    return file.getvalue()


def draw_without_browser(_: Renderer, figure: go.Figure, file_format: FileFormat, manifest: Mapping[str, Any]) -> bytes:
    """A picture of six pixels, or of the figure's texts, with the manifest in its place."""
    text = encode_json(manifest)
    if file_format is FileFormat.PNG:
        return embed_in_png(build_plain_png(), text)
    texts = "".join(f"<text>{annotation.text}</text>" for annotation in figure.layout.annotations)
    return embed_in_svg(f"<svg>{texts}</svg>".encode(), text)


@pytest.fixture
def picture(run: RunCommand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A picture of three minutes in the store."""
    monkeypatch.setattr(Renderer, "__enter__", lambda self: self)
    monkeypatch.setattr(Renderer, "draw", draw_without_browser)
    assert run("import", write_csv(tmp_path / "candles.csv", list_lines())).exit_code == 0
    path = tmp_path / "atom.png"
    assert run("chart", *WINDOW, "--asset", "ATOM", "--out", path).exit_code == 0
    return path


def test_a_fresh_picture_is_consistent(run: RunCommand, picture: Path) -> None:
    """The store gives the same rows and numbers, and so does the file that the candles came from."""
    result = run("verify", picture)
    assert (result.exit_code, result.output.splitlines()[0]) == (0, "atom.png: consistent")
    assert "the same 12 rows give the same numbers" in result.output
    files = ("--input", picture.parent / "candles.csv")
    assert json.loads(run("verify", picture, *files, "--json").output) == {
        "status": "consistent",
        "files": [
            {
                "file": "atom.png",
                "status": "consistent",
                "reason": None,
                "manifest": read_picture_manifest(picture.read_bytes())["sha256"],
                "spans_changed": False,
                "markets": [],
                "revisions": [],
                "numbers": [],
            }
        ],
    }


def test_the_manifest_describes_input_and_numbers(picture: Path) -> None:
    """Rows have the hash that an independent program gives them; sources and numbers are those of the store."""
    manifest = read_picture_manifest(picture.read_bytes())
    rows = [
        {**dict(zip(HEADER, line.split(","), strict=True)), "price": "trade", "timeframe": "1m"}
        for line in list_lines()
    ]
    total, markets = hash_rows(rows)
    assert manifest["inputs"][0]["sha256"] == total
    assert [market["sha256"] for market in manifest["inputs"][0]["markets"]] == list(markets.values())
    assert [
        (source["venue"], source["origin"], source["source"], source["rows"]) for source in manifest["sources"]
    ] == [(venue, "imported", "candles.csv", 3) for venue in VENUES]
    assert {source["first_fetched"] for source in manifest["sources"]} == {
        source["last_fetched"] for source in manifest["sources"]
    }
    assert manifest["measured"][0]["numbers"]["rows"][0]["low"] == 98.0
    assert (manifest["kind"], manifest["as_first_seen"], manifest["size"]) == ("comparison", False, "wide")


def test_the_hash_is_printed_in_the_picture(run: RunCommand, picture: Path, tmp_path: Path) -> None:
    """The foot has the first twelve digits of the manifest's hash."""
    path = tmp_path / "atom.svg"
    assert run("chart", *WINDOW, "--asset", "ATOM", "--out", path).exit_code == 0
    digest = read_picture_manifest(path.read_bytes())["sha256"]
    assert digest == read_picture_manifest(picture.read_bytes())["sha256"]
    assert f"manifest\N{NO-BREAK SPACE}{digest[:12]}," in path.read_text(encoding="utf-8").partition("</metadata>")[2]


def test_one_changed_candle_is_found(run: RunCommand, picture: Path, tmp_path: Path) -> None:
    """The market is named, and the numbers that follow from the change."""
    changed = write_csv(tmp_path / "later.csv", list_lines(low_of_gate="97.5"))
    assert run("import", "--replace", changed).exit_code == 0
    result = run("verify", picture)
    assert (result.exit_code, result.output.splitlines()[0]) == (1, "atom.png: data changed since")
    assert "gate ATOM/USDT: other values (3 rows then, 3 now)" in result.output
    assert "ATOM rows gate ATOM/USDT low: 98.0 in the file, 97.5 now" in result.output
    assert "binance" not in result.output
    # The file that was imported first still says what the picture says.
    assert run("verify", picture, "--input", tmp_path / "candles.csv").exit_code == 0


def test_added_and_missing_rows_are_found(run: RunCommand, picture: Path, tmp_path: Path) -> None:
    """A market that was not there, one that is gone, and one with fewer rows than then."""
    lines = [
        line
        for line in list_lines()
        if not line.startswith("binance") and "bybit,ATOM/USDT,2025-10-10T21:22" not in line
    ]
    lines += ["okx,ATOM/USDT,2025-10-10T21:20:00Z,100,101,98,99,50"]
    other = write_csv(tmp_path / "other.csv", lines)
    result = json.loads(run("verify", picture, "--input", other, "--json").output)
    assert result["status"] == "data changed since"
    markets = result["files"][0]["markets"]
    assert [(m["venue"], m["change"], m["old_rows"], m["new_rows"]) for m in markets] == [
        ("binance", "missing", 3, 0),
        ("bybit", "rows missing", 3, 2),
        ("okx", "added", 0, 1),
    ]
    added = write_csv(tmp_path / "added.csv", ["gate,ATOM/USDT,2025-10-10T21:19:00Z,100,101,98,99,50"])
    assert run("import", added).exit_code == 0
    assert "gate ATOM/USDT: rows added (3 rows then, 4 now)" in run("verify", picture).output


def test_complete_spans_are_part_of_the_data(run: RunCommand, picture: Path) -> None:
    """Whether absent minutes are quiet or missing changes counts, so it is no silent difference."""
    result = run("verify", picture, "--input", picture.parent / "candles.csv", "--complete")
    assert (result.exit_code, result.output.splitlines()[0]) == (1, "atom.png: data changed since")
    assert "other spans are known to be complete" in result.output


def test_an_empty_store_has_none_of_the_rows(run: RunCommand, picture: Path, tmp_path: Path) -> None:
    """All markets are missing."""
    result = run("--store", tmp_path / "empty", "verify", picture)
    assert (result.exit_code, result.output.splitlines()[0]) == (1, "atom.png: data changed since")
    assert result.output.count(": missing (3 rows then, 0 now)") == len(VENUES)


def test_other_numbers_of_the_same_rows_are_found(run: RunCommand, picture: Path) -> None:
    """A manifest that was written anew with another number is intact, but its rows do not give that number."""
    manifest = read_picture_manifest(picture.read_bytes())
    manifest["measured"][0]["numbers"]["rows"][0]["low"] = 9.0
    picture.write_bytes(embed_in_png(build_plain_png(), encode_json(seal(manifest))))
    result = run("verify", picture)
    assert (result.exit_code, result.output.splitlines()[0]) == (1, "atom.png: numbers differ")
    assert "ATOM rows binance ATOM/USDT low: 9.0 in the file, 98.0 now" in result.output


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda content: content[:-20], "the picture is cut"),
        (lambda content: content.replace(b"zTXt", b"tEXt"), "the checksum of its part 'tEXt' is wrong"),
        (lambda _: b"", "the picture is cut"),
        (lambda _: build_plain_png(), "the picture has no manifest"),
    ],
)
def test_damaged_files_are_found(run: RunCommand, picture: Path, change: Callable[[bytes], bytes], reason: str) -> None:
    """A cut file, a changed chunk, and a picture without a manifest prove nothing."""
    picture.write_bytes(change(picture.read_bytes()))
    result = run("verify", picture)
    assert result.exit_code == 3
    assert result.output.splitlines()[0] == "atom.png: no manifest, or damaged"
    assert reason in result.output


@pytest.mark.parametrize(
    ("entry", "value"),
    [
        ("format", 99),
        ("measured", []),
        ("measured", "ATOM"),
        ("inputs", []),
        ("inputs", [{}]),
        ("parameters", {"enter": "far"}),
        ("origin", "elsewhere"),
        ("timeframe", "1h"),
    ],
)
def test_sealed_nonsense_is_damaged(run: RunCommand, picture: Path, entry: str, value: object) -> None:
    """A manifest with a good hash whose entries have no meaning is refused with a sentence."""
    manifest = {**read_picture_manifest(picture.read_bytes()), entry: value}
    picture.write_bytes(embed_in_png(build_plain_png(), encode_json(seal(manifest))))
    result = run("verify", picture)
    assert (result.exit_code, result.output.splitlines()[0]) == (3, "atom.png: no manifest, or damaged")


def test_candles_as_first_seen(run: RunCommand, picture: Path, tmp_path: Path) -> None:
    """A picture of candles as they first came is checked against those, whatever was imported since."""
    changed = write_csv(tmp_path / "candles.csv", list_lines(low_of_gate="97.5"))
    assert run("import", "--replace", changed).exit_code == 0
    first = tmp_path / "first.png"
    assert run("chart", *WINDOW, "--asset", "ATOM", "--as-first-seen", "--out", first).exit_code == 0
    assert run("verify", first).exit_code == 0
    assert run("verify", picture).exit_code == 1


def test_a_file_that_is_not_there_is_a_usage_error(run: RunCommand, tmp_path: Path) -> None:
    """The message names it."""
    result = run("verify", tmp_path / "none.png")
    assert result.exit_code == 2
    assert "none.png cannot be read" in result.output


def test_exit_codes_are_those_of_the_program() -> None:
    """The help of the command says what its exit codes mean."""
    assert "3: no manifest, or damaged" in (main.commands["verify"].help or "")


def test_a_pipe_is_not_waited_for(run: RunCommand, tmp_path: Path) -> None:
    """Nobody writes to it; a device behind a link would fill the memory."""
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "zero.png").symlink_to("/dev/zero")
    for name in ("pipe.csv", "zero.png"):
        result = run("verify", tmp_path / name)
        assert result.exit_code == 3
        assert f"{name}: is a pipe or a device" in result.stderr


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2024-01-01T00:00:00Z", "2025-12-31T00:00:00Z"),
        ("0001-01-02T00:00:00Z", "0001-01-03T00:00:00Z"),
        ("9999-12-30T00:00:00Z", "9999-12-31T00:00:00Z"),
    ],
    ids=["two years", "the first year", "the last year"],
)
def test_a_manifest_of_a_span_that_no_picture_has_is_damaged(
    run: RunCommand, picture: Path, start: str, end: str
) -> None:
    """Millions of bars take gigabytes, and some years have no day before them: neither is measured, nor read."""
    manifest = read_picture_manifest(picture.read_bytes())
    (measured,) = manifest["measured"]
    span = {"from": start, "to": end}
    changes: tuple[dict[str, Any], ...] = (
        {"measured": [{**measured, **span}]},
        {"inputs": [{**entry, **span} for entry in manifest["inputs"]]},
    )
    for change in changes:
        picture.write_bytes(embed_in_png(build_plain_png(), encode_json(seal({**manifest, **change}))))
        for source in ((), ("--input", picture.parent / "candles.csv")):
            result = run("verify", picture, *source)
            assert (result.exit_code, "is no span of a file" in result.output) == (3, True)


@pytest.mark.parametrize("entry", ["measured", "inputs"])
def test_a_manifest_of_thousands_of_questions_is_damaged(run: RunCommand, picture: Path, entry: str) -> None:
    """Each takes time; a picture of a whole event has some dozens."""
    manifest = read_picture_manifest(picture.read_bytes())
    changed = seal({**manifest, entry: manifest[entry] * 501})
    picture.write_bytes(embed_in_png(build_plain_png(), encode_json(changed)))
    result = run("verify", picture)
    assert (result.exit_code, "501 questions or reads; 500 are answered" in result.output) == (3, True)
