"""What killed writers left is removed after a week, and nothing else."""

import os
import shutil
import time
from pathlib import Path
from random import Random
from unittest.mock import patch
from uuid import uuid4

import pytest

from data.store import CandleStore
from tests.data.frames import NOW, build_candle, build_candles, get_minute
from tests.torture.store.imports import import_file, try_kill, write_file
from tests.torture.store.kills import count_unnamed

WIDE = (get_minute(-60), get_minute(600))
DAY_S = 24 * 3600


def make_older(store: CandleStore, days: float) -> None:
    """Make all files of a store older."""
    for path in Path(store.uri).rglob("*"):
        if path.is_file():
            written_s = path.stat().st_mtime - days * DAY_S
            os.utime(path, (written_s, written_s))


def leave_note(store: CandleStore) -> None:
    """What a killed writer of candles leaves of its note."""
    folder = Path(store.uri, "digests", "candles.writers")
    folder.mkdir(exist_ok=True)
    (folder / uuid4().hex).touch()


@pytest.fixture
def orphans(store: CandleStore) -> list[Path]:
    """Three files that no commit names: whole, unfinished, and merged; the store has a minute of candles."""
    store.write_candles(build_candles(build_candle(0)), source="api.example", fetched_at=NOW)
    leave_note(store)
    folder = Path(store.uri, "candles")
    (file,) = folder.glob("asset=*/*/*.parquet")
    place = file.relative_to(folder).parent
    merged = folder / "sorted" / uuid4().hex
    paths = [
        folder / place / f"part-00000-{uuid4()}-c000.lz4raw.parquet",
        folder / place / f"part-00000-{uuid4()}-c000.lz4raw.parquet#1",
        merged / place / f"part-00000-{uuid4()}-c000.lz4raw.parquet",
        merged / "_delta_log" / f"{0:020}.json",
    ]
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, path)
    return paths


def test_files_of_a_killed_writer_go_after_a_week(store: CandleStore, orphans: list[Path]) -> None:
    """Not before; and then its note goes, too."""
    store.maintain(NOW)
    assert all(path.exists() for path in orphans)
    make_older(store, 9)
    store.maintain(NOW)
    assert not any(path.exists() for path in orphans)
    assert list(Path(store.uri, "digests", "candles.writers").iterdir()) == []
    assert store.read_candles(["ATOM"], *WIDE).height == 1


def test_files_stay_where_no_writer_was_killed(store: CandleStore, orphans: list[Path]) -> None:
    """They may be all that somebody has."""
    shutil.rmtree(Path(store.uri, "digests", "candles.writers"))
    make_older(store, 9)
    store.maintain(NOW)
    assert all(path.exists() for path in orphans)


def test_files_that_are_older_than_the_killed_writer_or_named_otherwise_stay(
    store: CandleStore, orphans: list[Path]
) -> None:
    """No writer of this store wrote them."""
    named_by_hand = orphans[0].with_name("mine.parquet")
    shutil.copy(orphans[0], named_by_hand)
    make_older(store, 9)
    before_s = time.time() - 20 * DAY_S
    os.utime(orphans[0], (before_s, before_s))
    store.maintain(NOW)
    assert (named_by_hand.exists(), orphans[0].exists(), orphans[1].exists()) == (True, True, False)


def test_a_file_that_the_record_knows_stays(store: CandleStore, orphans: list[Path]) -> None:
    """It was part of the table once, whatever its log says now."""
    record = store.candles.tables["1m"].digest_record  # type: ignore[index]
    assert record is not None
    record.add_files([orphans[0].relative_to(record.table_folder).as_posix()])
    make_older(store, 9)
    store.maintain(NOW)
    assert [path.exists() for path in orphans] == [True, False, False, False]


def test_a_writer_that_fails_leaves_no_note(store: CandleStore) -> None:
    """Its files are removed by deltalake, or stay: that is not known to be a kill."""
    with patch("data.delta.table.write_deltalake", side_effect=KeyboardInterrupt), pytest.raises(KeyboardInterrupt):
        store.write_candles(build_candles(build_candle(0)), source="api.example", fetched_at=NOW)
    assert list(Path(store.uri, "digests", "candles.writers").iterdir()) == []


def test_kills_do_not_pile_up_files(tmp_path: Path) -> None:
    """However many writers are killed, a week later maintenance removes what they left."""
    uri = str(tmp_path / "lake")
    import_file(uri, str(write_file(tmp_path, 0)))
    generator = Random(20251010)  # noqa: S311 - repeatable, and no secret
    for number in range(1, 4):
        assert try_kill(uri, write_file(tmp_path, number), generator.uniform(0.2, 1.2)) == []
    store = CandleStore(uri)
    make_older(store, 9)
    store.maintain(NOW)
    assert count_unnamed(Path(uri)) == 0
    assert list(Path(uri).rglob("*#*")) == []
