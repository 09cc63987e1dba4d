"""Which engine runs tasks, and how wide."""

import os
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from enum import StrEnum

from analysis.engine.cluster import run_on_cluster
from analysis.engine.local import run_in_threads
from analysis.engine.processes import run_in_processes
from analysis.engine.task import NamedCall, ResultT, TaskT
from data.errors import UsageError


class EngineKind(StrEnum):
    """Where tasks run."""

    SERIAL = "serial"
    THREADS = "threads"
    PROCESSES = "processes"
    DASK = "dask"


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """Where tasks run: by default in a process for each processor.

    ``workers`` is how many threads or processes there are on this machine, None for one for each processor. ``address``
    is that of a dask scheduler, None for a cluster on this machine.

    Raises:
        UsageError: there are fewer workers than one, or another engine has the address of a scheduler.
    """

    kind: EngineKind = EngineKind.PROCESSES
    workers: int | None = None
    address: str | None = None

    def __post_init__(self) -> None:
        if self.workers is not None and self.workers < 1:
            message = f"an engine needs at least one worker, not {self.workers}"
            raise UsageError(message)
        if self.address is not None and self.kind is not EngineKind.DASK:
            message = f"the address of a scheduler is for the engine dask, not for {self.kind}"
            raise UsageError(message)

    @property
    def worker_count(self) -> int:
        """How many threads or processes there are on this machine."""
        return self.workers or count_processors()

    @property
    def threads_per_worker(self) -> int:
        """How many threads polars may have in each process, so that all of them together use each processor once."""
        return max(1, count_processors() // self.worker_count)


def run_tasks(
    function: Callable[[TaskT], ResultT], tasks: Iterable[TaskT], engine: Engine | None = None
) -> Generator[ResultT, None, None]:
    """Run a function on tasks and yield the results in the order of the tasks, whatever the engine.

    Tasks are taken as they are needed, and only a bounded number of results waits. Where the caller stops early, or
    Ctrl-C is pressed, no other task starts; close the iterator (`contextlib.closing`) to stop at once.

    Args:
        function: of a module that workers can import; opens what it reads from by itself, such as a store by its URI.
            Functions, tasks and results of the engines ``processes`` and ``dask`` can be pickled.
        tasks: each has an asset and a window, which failures name.
        engine: None for the default one.

    Raises:
        TaskFailed: the function raised a `PlumblineError`.
        EngineFailed: workers ended again and again, or cannot be reached.
        UsageError: dask is not installed, or no scheduler answers.
        Exception: any other error of the function, a defect, with a note that names the task.
    """
    engine = engine or Engine()
    call = NamedCall(function)
    match engine.kind:
        case EngineKind.SERIAL:
            yield from map(call, tasks)
        case EngineKind.THREADS:
            yield from run_in_threads(call, tasks, engine.worker_count)
        case EngineKind.PROCESSES:
            yield from run_in_processes(call, tasks, engine.worker_count, engine.threads_per_worker)
        case EngineKind.DASK:
            yield from run_on_cluster(call, tasks, engine.address, engine.worker_count, engine.threads_per_worker)


def count_processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
