import os
import signal
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from data.errors import StoreAlreadyFollowed, StoreUnusable
from data.lock import FollowerLock, Holder, build_lock_path

NOW = datetime(2026, 11, 20, 12, 0, 30, tzinfo=UTC)

HOLDING = """
import sys
from datetime import UTC, datetime
from data.lock import FollowerLock
with FollowerLock(sys.argv[1]).hold(datetime(2026, 11, 20, 11, tzinfo=UTC)):
    print("held", flush=True)
    sys.stdin.read()
"""


def start_other_holder(uri: str) -> "subprocess.Popen[str]":
    """Start another process that holds the lock until its input ends."""
    process = subprocess.Popen(  # noqa: S603 (our own interpreter)
        [sys.executable, "-c", HOLDING, uri], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_the_lock_says_who_holds_it_and_leaves_no_note(tmp_path: Path) -> None:
    """A store that does not exist can be locked; the note has host, process and time, and is removed on release."""
    lock = FollowerLock(str(tmp_path / "new" / "lake"))
    with lock.hold(NOW) as holder:
        assert holder == Holder(socket.gethostname(), os.getpid(), "2026-11-20T12:00:30Z")
        assert FollowerLock(str(tmp_path / "new" / "lake")).read_holder() == holder
    assert lock.read_holder() is None


def test_a_second_follower_is_told_who_the_first_is(tmp_path: Path) -> None:
    """The error names the store, the process that holds the lock and its time; the lock is free after that ends."""
    uri = str(tmp_path / "lake")
    with start_other_holder(uri) as first:
        message = rf"{uri} is followed already, by process {first.pid} on .* since 2026-11-20T11:00:00Z: end that one"
        with pytest.raises(StoreAlreadyFollowed, match=message) as refused, FollowerLock(uri).hold(NOW):
            pass
        assert refused.value.exit_code == 2
        assert FollowerLock(uri).read_holder() == Holder(socket.gethostname(), first.pid, "2026-11-20T11:00:00Z")
        first.communicate("")
        with FollowerLock(uri).hold(NOW) as holder:
            assert holder.pid == os.getpid()


def test_two_followers_of_one_process_are_two(tmp_path: Path) -> None:
    """The lock excludes a second follower in the same process too."""
    uri = str(tmp_path / "lake")
    with (
        FollowerLock(uri).hold(NOW),
        pytest.raises(StoreAlreadyFollowed, match=f"process {os.getpid()} "),
        FollowerLock(uri).hold(NOW),
    ):
        pass


def test_a_killed_follower_blocks_nobody(tmp_path: Path) -> None:
    """After SIGKILL the note remains, and the lock can be acquired immediately."""
    uri = str(tmp_path / "lake")
    with start_other_holder(uri) as first:
        first.send_signal(signal.SIGKILL)
        first.wait()
        stale = FollowerLock(uri).read_holder()
        assert stale is not None
        assert stale.pid == first.pid
        with FollowerLock(uri).hold(NOW) as holder:
            assert FollowerLock(uri).read_holder() == holder


def test_a_note_that_is_no_note_is_nobody(tmp_path: Path) -> None:
    """An incomplete or malformed note has no holder, and the lock can be acquired."""
    for text in ("", '{"host": "a"', "[1, 2]", '{"host": "a"}'):
        (tmp_path / "follower.json").write_text(text, encoding="utf-8")
        assert FollowerLock(str(tmp_path)).read_holder() is None
    with FollowerLock(str(tmp_path)).hold(NOW) as holder:
        assert FollowerLock(str(tmp_path)).read_holder() == holder


def test_a_store_that_is_a_file_cannot_be_locked(tmp_path: Path) -> None:
    """If the folder of the store cannot be created, the error names the store."""
    (tmp_path / "lake").write_text("", encoding="utf-8")
    with pytest.raises(StoreUnusable, match="lake cannot be locked"), FollowerLock(str(tmp_path / "lake")).hold(NOW):
        pass


def test_a_store_elsewhere_is_locked_in_the_users_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lock of a remote store is a file per URI in the user's state folder."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    one, same, other = map(build_lock_path, ("s3://bucket/lake", "s3://bucket/lake/", "s3://bucket/other"))
    assert one == same != other
    assert one.is_relative_to(tmp_path) or sys.platform != "linux"
    with FollowerLock("s3://bucket/lake").hold(NOW), FollowerLock("s3://bucket/other").hold(NOW):
        assert one.with_suffix(".lock").exists()


def test_who_holds_the_lock_now(tmp_path: Path) -> None:
    """The holder is found while it holds the lock, not by the note of a killed process; the check takes no lock."""
    uri = str(tmp_path / "lake")
    assert FollowerLock(uri).find_holder() is None
    assert not (tmp_path / "lake").exists()
    with start_other_holder(uri) as first:
        assert FollowerLock(uri).find_holder() == Holder(socket.gethostname(), first.pid, "2026-11-20T11:00:00Z")
        first.kill()
        first.wait()
    assert FollowerLock(uri).read_holder() is not None
    assert FollowerLock(uri).find_holder() is None
    with FollowerLock(uri).hold(NOW):
        assert FollowerLock(uri).find_holder() is not None
