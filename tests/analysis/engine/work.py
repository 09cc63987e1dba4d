"""Functions that engines run in the tests: workers import them from here."""

import os
import signal
import sys
import threading
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from analysis.engine.run import Engine, EngineKind, run_tasks
from data.errors import StoreUnusable

DAY = datetime(2025, 10, 10, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class NumberTask:
    """A number to square, and a folder for notes of the runs."""

    number: int
    folder: str = ""

    @property
    def asset(self) -> str:
        """A ticker for each number."""
        return f"COIN{self.number}"

    @property
    def start(self) -> datetime:
        """The start of the day."""
        return DAY

    @property
    def end(self) -> datetime:
        """Its end."""
        return DAY + timedelta(days=1)


def square(task: NumberTask) -> int:
    """The square."""
    return task.number**2


def find_own_process(task: NumberTask) -> tuple[int, str | None]:
    """The process that works, and how many threads polars may have in it."""
    del task
    return os.getpid(), os.environ.get("POLARS_MAX_THREADS")


def refuse_three(task: NumberTask) -> int:
    """The square, but for 3 the error of a store."""
    if task.number == 3:
        message = "the store at s3://lake cannot be used"
        raise StoreUnusable(message)
    return square(task)


def fail_at_three(task: NumberTask) -> int:
    """The square, but for 3 a defect."""
    return square(task) // (task.number - 3)


def die_once_at_three(task: NumberTask) -> int:
    """The square, but the first process that works on 3 is killed."""
    note = Path(task.folder, "killed")
    if task.number == 3 and not note.exists():
        note.touch()
        kill_own_process()
    return square(task)


def die_at_three(task: NumberTask) -> int:
    """The square, but every process that works on 3 is killed."""
    if task.number == 3:
        kill_own_process()
    return square(task)


def note_run(task: NumberTask) -> int:
    """The square, with a file for each number that was worked on."""
    Path(task.folder, str(task.number)).touch()
    return square(task)


def wait_for_ever(task: NumberTask) -> None:
    """Tell the named pipe ``started`` in the folder which process works, and never end."""
    Path(task.folder, "started").write_text(f"{os.getpid()}\n", encoding="ascii")
    threading.Event().wait()


def kill_own_process() -> None:
    """End as a process that ran out of memory does."""
    os.kill(os.getpid(), signal.SIGKILL)


def main(kind: str, folder: str) -> None:
    """Run tasks that never end."""
    tasks = [NumberTask(number, folder) for number in range(4)]
    with closing(run_tasks(wait_for_ever, tasks, Engine(kind=EngineKind(kind), workers=2))) as results:
        list(results)


if __name__ == "__main__":
    main(*sys.argv[1:])
