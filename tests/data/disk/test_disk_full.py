"""A disk that refuses: what is said, what is left, and that it works again when there is room."""

import errno
import os
from pathlib import Path
from unittest.mock import patch

import polars as pl
import pytest

from data.disk.explain import explain_disk_error
from data.disk.free_space import require_room
from data.errors import StoreUnusable, UsageError
from data.files.export import write_rows, write_temporary
from data.store import CandleStore
from tests.data.frames import NOW, build_candle, build_candles, get_minute

WIDE = (get_minute(-60), get_minute(600))
NO_ROOM = OSError(errno.ENOSPC, "No space left on device")
RUST_NO_ROOM = OSError(
    "Generic LocalFileSystem error: Unable to copy data to file: No space left on device (os error 28)"
)


def write_minute(store: CandleStore, number: int) -> None:
    """Write the candle of a minute."""
    store.write_candles(build_candles(build_candle(number)), source="api.example", fetched_at=NOW)


def count_candles(uri: str) -> int:
    """The candles that a new reader gets."""
    return CandleStore(uri).read_candles(["ATOM"], *WIDE).height


def write_half(_: pl.DataFrame, file: Path, **__: object) -> None:
    """Write a part of a file to a disk that is full then."""
    file.write_bytes(b"venue,sym")
    raise NO_ROOM


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (NO_ROOM, "disk full: free some space and run the same command again"),
        (RUST_NO_ROOM, "disk full: free some space"),
        (OSError(errno.EROFS, "Read-only file system"), "its disk is read-only"),
        (OSError("Permission denied (os error 13)"), "this user may not write there"),
    ],
)
def test_the_refusals_of_a_disk_are_explained(error: OSError, text: str) -> None:
    """Of the system, and of libraries that repeat its message."""
    explained = explain_disk_error(error, None)
    assert explained is not None
    assert explained.startswith(text)


def test_other_faults_are_not_explained(tmp_path: Path) -> None:
    """Neither is a write without a cause, while the disk has room."""
    assert explain_disk_error(OSError("Generic LocalFileSystem error"), tmp_path) is None
    assert explain_disk_error(ValueError("28"), None) is None


def test_a_write_without_a_cause_is_explained_by_the_room_left(tmp_path: Path) -> None:
    """Deltalake leaves the cause out of some errors."""
    state = os.statvfs(tmp_path)
    full = os.statvfs_result((state.f_bsize, state.f_frsize, state.f_blocks, 0, 0, *state[5:]))
    with patch("os.statvfs", return_value=full):
        assert "disk full" in str(explain_disk_error(OSError("Generic LocalFileSystem error"), tmp_path / "new"))


def test_a_store_without_room_says_so_and_works_again(store: CandleStore) -> None:
    """The message names the table; what was there before is read, and the same write succeeds when there is room."""
    write_minute(store, 0)
    with (
        patch("data.delta.table.write_deltalake", side_effect=RUST_NO_ROOM),
        pytest.raises(StoreUnusable, match=r"/candles cannot be used: disk full: free some space"),
    ):
        write_minute(store, 1)
    assert count_candles(store.uri) == 1
    write_minute(store, 1)
    assert count_candles(store.uri) == 2


def test_a_record_without_room_ends_in_half_a_line_that_harms_nobody(store: CandleStore) -> None:
    """The commit was not acknowledged; the next write adds the digests of both."""
    write_minute(store, 0)
    record = Path(store.uri, "digests", "candles.jsonl")
    whole = record.read_bytes()
    with (
        patch("data.delta.digest_record.os.fsync", side_effect=NO_ROOM),
        pytest.raises(StoreUnusable, match="disk full"),
    ):
        write_minute(store, 1)
    record.write_bytes(whole + b'0123456789abcdef {"version":2,"fi')
    assert count_candles(store.uri) == 2
    write_minute(store, 2)
    assert count_candles(store.uri) == 3
    ((_, check),) = CandleStore(store.uri).verify()
    assert (check.damages, check.unrecorded_count) == ((), 0)


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_an_output_without_room_leaves_no_file(ending: str, tmp_path: Path) -> None:
    """Neither a part of it, nor a temporary file; one of that name stays as it was."""
    path = tmp_path / f"rows.{ending}"
    path.write_bytes(b"before")
    with (
        patch.object(pl.DataFrame, f"write_{ending}", write_half),
        pytest.raises(UsageError, match=rf"rows.{ending} cannot be written: disk full: free some space"),
    ):
        write_rows(build_candles(build_candle(0)), path, metadata="{}")
    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [(path.name, b"before")]


def test_the_metadata_of_a_csv_without_room_leaves_no_file(tmp_path: Path) -> None:
    """A CSV never stands beside half of its metadata."""

    def write_half_text(file: Path, *_: object, **__: object) -> int:
        file.write_bytes(b"{")
        raise NO_ROOM

    with patch.object(Path, "write_text", write_half_text), pytest.raises(UsageError, match="disk full"):
        write_rows(build_candles(build_candle(0)), tmp_path / "rows.csv", metadata="{}")
    assert list(tmp_path.iterdir()) == []


def test_a_temporary_file_without_room_is_named(tmp_path: Path) -> None:
    """Trades are sorted by day in temporary files, on a disk that may be another one than that of the store."""
    error = pl.exceptions.ComputeError("parquet: underlying IO error: No space left on device (os error 28)")
    with (
        patch.object(pl.DataFrame, "write_parquet", side_effect=error),
        pytest.raises(UsageError, match=r"the temporary file .*0\.parquet cannot be written: disk full"),
    ):
        write_temporary(build_candles(build_candle(0)), tmp_path / "0.parquet")


def test_a_sync_that_the_disk_refuses_is_no_success(store: CandleStore) -> None:
    """A write that is not on the disk is not acknowledged."""
    with (
        patch("data.disk.durable_files.os.fsync", side_effect=NO_ROOM),
        pytest.raises(StoreUnusable, match="disk full"),
    ):
        write_minute(store, 0)


def test_a_write_is_refused_before_it_begins_if_there_is_no_room(store: CandleStore) -> None:
    """In the middle of one, deltalake would print a panic; what is there is read, and a large write needs more room."""
    write_minute(store, 0)
    state = os.statvfs(store.uri)
    room = 9 * 1024 * 1024
    nearly_full = os.statvfs_result((1, 1, *state[2:4], room, *state[5:]))
    small, large = build_candles(build_candle(1)), build_candles(*(build_candle(number) for number in range(2, 16_002)))
    with patch("data.disk.free_space.os.statvfs", return_value=nearly_full):
        store.write_candles(small, source="api.example", fetched_at=NOW)
        with (
            patch("data.delta.table.write_deltalake") as write,
            pytest.raises(StoreUnusable, match=r"/candles cannot be used: disk full: free some space"),
        ):
            store.write_candles(large, source="api.example", fetched_at=NOW)
        assert not write.called
        assert count_candles(store.uri) == 2


def test_a_disk_that_is_read_only_and_has_no_room_is_not_called_full(tmp_path: Path) -> None:
    """An image that is mounted has no room at all."""
    state = os.statvfs(tmp_path)
    image = os.statvfs_result((*state[:4], 0, *state[5:8], os.ST_RDONLY, state[9]))
    with patch("os.statvfs", return_value=image):
        require_room(tmp_path / "new")
    with (
        patch("os.statvfs", return_value=os.statvfs_result((*state[:4], 0, *state[5:]))),
        pytest.raises(OSError, match="No"),
    ):
        require_room(tmp_path / "new")
