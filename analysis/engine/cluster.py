"""The engine of many machines: the workers of a dask scheduler, or of a cluster on this machine (extra ``cluster``)."""

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import chain, islice
from typing import TYPE_CHECKING

from analysis.engine.processes import POLARS_THREADS
from analysis.engine.task import ResultT, TaskT, WindowTask, describe_task
from data.errors import EngineFailed, UsageError

if TYPE_CHECKING:
    from distributed import Client, Future

TASKS_AHEAD = 1000
"""Tasks that the scheduler knows at a time: enough for hundreds of workers, and for a cluster that grows with its queue
to see one."""

ANY_PORT = "127.0.0.1:0"
"""Where a cluster on this machine serves its state: not on dask's usual port, which another program may have."""

WORKER_WAIT_S = 60
"""How long to wait for the first worker."""


def run_on_cluster(
    function: Callable[[TaskT], ResultT],
    tasks: Iterable[TaskT],
    address: str | None,
    worker_count: int,
    threads_per_worker: int,
) -> Iterator[ResultT]:
    """Run tasks on the workers of a dask scheduler and yield their results in order.

    dask gives the tasks and results of a lost worker to others. After a failure, or when the caller stops, the tasks
    that have not started are cancelled.

    Args:
        function: importable by name on the workers, which have this program installed; its results can be pickled.
        tasks: can be pickled.
        address: of a scheduler, such as ``tcp://10.0.0.1:8786``; None for a cluster of processes on this machine.
        worker_count: how many processes that cluster has.
        threads_per_worker: the size of polars' thread pool in each of them.

    Raises:
        UsageError: dask is not installed, or no scheduler answers at the address.
        EngineFailed: no worker comes, workers end again and again on one task, or the scheduler is lost.
    """
    check_cluster_extra()
    remaining_tasks = iter(tasks)
    first_task = list(islice(remaining_tasks, 1))
    if not first_task:
        return
    remaining_tasks = chain(first_task, remaining_tasks)
    with _connect(address, worker_count, threads_per_worker) as client:
        pending: deque[tuple[Future[ResultT], TaskT]] = deque()
        try:
            while True:
                is_first = not pending
                for task in islice(remaining_tasks, TASKS_AHEAD - len(pending)):
                    # Not pure: else dask hashes each task to find equal ones.
                    pending.append((client.submit(function, task, pure=False), task))
                if not pending:
                    return
                if is_first:
                    _wait_for_worker(client)  # once it has tasks: some clusters start workers for them
                yield _get_result(*pending[0])
                pending.popleft()
        finally:
            client.cancel([future for future, _ in pending])  # type: ignore[no-untyped-call]


def check_cluster_extra() -> None:
    """Check that dask is installed.

    Raises:
        UsageError: it is not.
    """
    if find_spec("distributed") is None:
        message = "the engine dask takes the optional package of that name: pip install 'plumbline[cluster]'"
        raise UsageError(message)


@contextmanager
def _connect(address: str | None, worker_count: int, threads_per_worker: int) -> "Iterator[Client]":
    """A client of the scheduler, or of a cluster that lives as long as the block.

    Raises:
        UsageError: no scheduler answers.
    """
    from dask import config  # noqa: PLC0415 - an optional extra; `check_cluster_extra` has found it
    from distributed import Client, LocalCluster  # noqa: PLC0415 - as above

    if address is not None:
        try:
            client = Client(address, set_as_default=False)  # type: ignore[no-untyped-call]
        except (OSError, ValueError) as error:
            message = (
                f"no dask scheduler answers at {address}: {error}; start one with `dask scheduler`, or name another"
            )
            raise UsageError(message) from error
        with client:
            yield client
        return
    settings = {
        f"distributed.nanny.pre-spawn-environ.{POLARS_THREADS}": threads_per_worker,
        # A worker has no second task that waits, so that none is blamed for the end of a worker that never ran it.
        "distributed.scheduler.worker-saturation": 1.0,
    }
    with (
        config.set(settings),
        LocalCluster(  # type: ignore[no-untyped-call]
            n_workers=worker_count, threads_per_worker=1, dashboard_address=ANY_PORT, silence_logs=logging.CRITICAL
        ) as cluster,
        Client(cluster, set_as_default=False) as client,  # type: ignore[no-untyped-call]
    ):
        yield client


def _wait_for_worker(client: "Client") -> None:
    """Wait for the first worker: with none, tasks would wait in silence.

    Raises:
        EngineFailed: none has come.
    """
    try:
        client.wait_for_workers(1, timeout=WORKER_WAIT_S)
    except TimeoutError as error:
        message = f"the dask scheduler has had no worker for {WORKER_WAIT_S} s; start some with `dask worker ADDRESS`"
        raise EngineFailed(message) from error


def _get_result(future: "Future[ResultT]", task: WindowTask) -> ResultT:
    """Wait for a result.

    Raises:
        EngineFailed: workers ended again and again on the task, or the scheduler is lost.
        Exception: what the function raised.
    """
    from distributed import CancelledError, KilledWorker  # noqa: PLC0415 - as in `_connect`

    # Not by `result`: Ctrl-C in it makes the event loop log a traceback of its own.
    is_done = threading.Event()
    future.add_done_callback(lambda _: is_done.set())  # type: ignore[no-untyped-call]
    is_done.wait()
    try:
        return future.result()
    except KilledWorker as error:
        message = (
            f"{describe_task(task)}: {error.allowed_failures + 1} workers ended while they worked on it; "
            "if memory ran out, give workers more of it"
        )
        raise EngineFailed(message) from error
    except CancelledError as error:
        message = f"{describe_task(task)}: the dask scheduler was lost, or has cancelled it: {error}"
        raise EngineFailed(message) from error
