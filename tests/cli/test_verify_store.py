"""`verify-store` on the command line."""

import os
from pathlib import Path

from deltalake import DeltaTable

from data.store import CandleStore
from tests.cli.program import RunCommand, split_lines
from tests.data.frames import NOW, build_candle, build_candles, build_coverage, get_minute


def fill_store(lake: str) -> Path:
    """A store of a candle and its coverage; the file of candles."""
    store = CandleStore(lake)
    store.write_candles(build_candles(build_candle(0)), source="api", fetched_at=NOW)
    store.coverage.write(build_coverage(0, 5))
    return Path(DeltaTable(f"{lake}/candles").file_uris()[0].removeprefix("file://"))


def flip_bit(path: Path) -> None:
    """Change one bit in the middle of a file."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def test_a_whole_store_passes(run: RunCommand, lake: str) -> None:
    """Each table has a line."""
    fill_store(lake)
    result = run("verify-store")
    assert result.exit_code == 0
    assert split_lines(result.stdout) == ["candles: 1 file, none damaged", "coverage: 1 file, none damaged"]


def test_a_damaged_file_is_named_and_set_aside(run: RunCommand, lake: str) -> None:
    """With the command that gets its minutes again; after that the store is whole."""
    path = fill_store(lake)
    flip_bit(path)
    result = run("verify-store")
    assert result.exit_code == 3
    assert split_lines(result.stdout) == [
        "candles: 1 file, 1 damaged",
        f"candles/{path.relative_to(Path(lake, 'candles')).as_posix()} is not as it was written",
        "coverage: 1 file, none damaged",
        "`verify-store --set-aside` takes damaged files out, and names the minutes to get again.",
    ]
    set_aside = run("verify-store", "--set-aside")
    assert set_aside.exit_code == 3
    assert split_lines(set_aside.stdout)[-1] == (
        "Set aside: candles of ATOM between 2025-10-10T21:20Z and 2025-10-10T21:21Z. To get them again: collect "
        "--assets ATOM --from 2025-10-10T21:20Z --to 2025-10-10T21:21Z, or import their files again."
    )
    assert run("verify-store").exit_code == 0


def test_damaged_coverage_is_set_aside(run: RunCommand, lake: str) -> None:
    """What it covered counts as not collected."""
    fill_store(lake)
    flip_bit(Path(DeltaTable(f"{lake}/coverage").file_uris()[0].removeprefix("file://")))
    assert run("verify-store", "--set-aside").stdout.splitlines()[-1] == (
        "Set aside: 1 file of coverage. What it noted is unknown now: collect again."
    )
    assert CandleStore(lake).read_covered_spans(["ATOM"], get_minute(0), get_minute(5)).is_empty()
    assert run("verify-store").exit_code == 0


def test_a_damaged_log_is_named(run: RunCommand, lake: str) -> None:
    """Nothing is set aside: the files are unknown."""
    fill_store(lake)
    Path(lake, "candles", "_delta_log", f"{1:020}.json").write_bytes(b"")
    result = run("verify-store", "--set-aside")
    assert result.exit_code == 3
    assert split_lines(result.stdout)[:2] == [
        "candles: its log is damaged; put the folder back from a copy",
        f"candles/_delta_log/{1:020}.json is not as it was written",
    ]


def test_a_file_that_no_commit_names_is_counted(run: RunCommand, lake: str) -> None:
    """Once it is as old as files that nobody needs any more."""
    path = fill_store(lake)
    stray = path.with_name("part-of-a-writer-that-died.parquet")
    stray.write_bytes(b"half a file")
    os.utime(stray, (0, 0))
    assert split_lines(run("verify-store").stdout)[0] == (
        "candles: 1 file, none damaged; 1 file besides that no commit names, and nothing reads"
    )


def test_a_store_that_does_not_exist_has_no_table(run: RunCommand, lake: str) -> None:
    """Nothing to check, and nothing is created."""
    assert run("verify-store").exit_code == 0
    assert not Path(lake).exists()
