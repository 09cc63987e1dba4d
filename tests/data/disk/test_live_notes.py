"""Notes count for as long as their writers live."""

import multiprocessing
import os
from multiprocessing.connection import Connection
from pathlib import Path
from unittest.mock import patch

import pytest

from data.disk.live_notes import LiveNotes

PROCESSES = multiprocessing.get_context("forkserver")


def hold_and_wait(folder: str, pipe: Connection) -> None:
    """Hold a note until the process is killed."""
    with LiveNotes(Path(folder)).hold("of another"):
        pipe.send(None)
        pipe.recv()


def test_notes_are_there_as_long_as_they_are_held(tmp_path: Path) -> None:
    """Two at once have their own names; nothing is left."""
    notes = LiveNotes(tmp_path / "notes")
    assert notes.read() == {}
    with notes.hold("one"):
        (first,) = notes.read().items()
        with LiveNotes(tmp_path / "notes").hold("two"):
            assert sorted(notes.read().values()) == ["one", "two"]
        notes.remove_dead()
        assert dict([first]) == notes.read()
    assert notes.read() == {}
    assert list((tmp_path / "notes").iterdir()) == []


def test_the_note_of_a_killed_process_counts_no_longer(tmp_path: Path) -> None:
    """Nobody has to remove it, and the next writer does."""
    pipe, other = PROCESSES.Pipe()
    process = PROCESSES.Process(target=hold_and_wait, args=(str(tmp_path), other))
    process.start()
    pipe.recv()
    notes = LiveNotes(tmp_path)
    assert list(notes.read().values()) == ["of another"]
    process.kill()
    process.join()
    assert notes.read() == {}
    assert len(list(tmp_path.iterdir())) == 1
    notes.remove_dead()
    assert list(tmp_path.iterdir()) == []


def test_a_note_that_is_not_finished_does_not_count(tmp_path: Path) -> None:
    """It gets its name when its text is whole."""
    (tmp_path / "0123.new").write_text("ha")
    notes = LiveNotes(tmp_path)
    assert notes.read() == {}
    notes.remove_dead()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="no such locks there")
def test_a_disk_without_locks_has_no_notes(tmp_path: Path) -> None:
    """The block runs nevertheless."""
    notes = LiveNotes(tmp_path)
    with patch("fcntl.flock", side_effect=OSError(37, "No locks available")), notes.hold("one"):
        pass
    assert list(tmp_path.iterdir()) == []
