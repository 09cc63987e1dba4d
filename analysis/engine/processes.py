"""The engine of many processes: each takes a task, returns its result and takes the next; a lost one is replaced.

Processes are spawned, because a fork of a process whose threads hold locks of polars or deltalake can hang.
"""

import multiprocessing
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from multiprocessing.reduction import ForkingPickler
from typing import Any, Generic

from analysis.engine.task import ResultT, TaskT, describe_task
from data.errors import EngineFailed

SPAWN = multiprocessing.get_context("spawn")

TASKS_AHEAD = 8
"""Tasks per process that are started or done before the result that is waited for: what bounds results in memory."""

MAX_LOSSES = 3
"""How many processes one task may cost before it is given up."""

POLARS_THREADS = "POLARS_MAX_THREADS"
"""The environment variable that polars reads once, when it is imported."""


def run_in_processes(
    function: Callable[[TaskT], ResultT], tasks: Iterable[TaskT], process_count: int, threads_per_process: int
) -> Iterator[ResultT]:
    """Run tasks in processes and yield their results in order.

    A task whose process ended (it was killed, or ran out of memory) is given to another one. After a failure, or when
    the caller stops, all processes are ended at once.

    Args:
        function: importable by name from another process; its results can be pickled.
        tasks: can be pickled.
        process_count: how many processes.
        threads_per_process: the size of polars' thread pool in each of them.

    Raises:
        EngineFailed: `MAX_LOSSES` processes ended on one task; the message names it.
    """
    pool: _Pool[TaskT, ResultT] = _Pool(function, iter(tasks), process_count, threads_per_process)
    try:
        yield from pool.run()
    finally:
        pool.end()


@dataclass(slots=True)
class _Assignment(Generic[TaskT]):
    """A task, its place in the order of results, and how many processes ended on it."""

    number: int
    task: TaskT
    losses: int = 0


@dataclass(slots=True)
class _Pool(Generic[TaskT, ResultT]):
    """Idle and busy processes by the connection to them, tasks to give out again, and outcomes by their place.

    A process has one task at a time and is sent none while it sends a result, so that no two ends wait for each other.
    """

    function: Callable[[TaskT], ResultT]
    tasks: Iterator[TaskT]
    process_count: int
    threads_per_process: int
    processes: dict[Connection, SpawnProcess] = field(default_factory=dict)
    busy: dict[Connection, _Assignment[TaskT]] = field(default_factory=dict)
    returned: deque[_Assignment[TaskT]] = field(default_factory=deque)
    outcomes: "dict[int, ResultT | _Failure]" = field(default_factory=dict)
    taken: int = 0
    yielded: int = 0

    def run(self) -> Iterator[ResultT]:
        """The results in the order of the tasks.

        Raises:
            Exception: what the function raised, in place of a result.
        """
        while True:
            self._hand_out()
            has_next = self.yielded in self.outcomes
            if not self.busy and not has_next:
                return
            ready = wait(list(self.busy), timeout=0 if has_next else None)
            for connection in [connection for connection in self.busy if connection in ready]:
                self._receive(connection)
            if self.yielded in self.outcomes:
                outcome = self.outcomes.pop(self.yielded)
                if isinstance(outcome, _Failure):
                    raise outcome.error
                self.yielded += 1
                yield outcome

    def end(self) -> None:
        """End all processes."""
        for process in self.processes.values():
            process.terminate()
        for connection in list(self.processes):
            self._drop(connection)

    def _hand_out(self) -> None:
        """Give each idle process a task."""
        while len(self.busy) < self.process_count and (assignment := self._take_task()) is not None:
            idle = [connection for connection in self.processes if connection not in self.busy]
            connection = idle[0] if idle else self._start_process()
            self.busy[connection] = assignment
            try:
                connection.send(assignment.task)
            except OSError:
                self._handle_loss(connection)

    def _take_task(self) -> _Assignment[TaskT] | None:
        """The next task; None if there is none, or enough results wait."""
        if self.returned:
            return self.returned.popleft()
        if self.taken - self.yielded >= TASKS_AHEAD * self.process_count:
            return None
        for task in self.tasks:
            self.taken += 1
            return _Assignment(self.taken - 1, task)
        return None

    def _receive(self, connection: Connection) -> None:
        """Take the outcome of a process."""
        try:
            outcome: ResultT | _Failure = connection.recv()
        except (EOFError, OSError):
            self._handle_loss(connection)
        else:
            self.outcomes[self.busy.pop(connection).number] = outcome

    def _handle_loss(self, connection: Connection) -> None:
        """Note that a process ended, and give its task out again.

        Raises:
            EngineFailed: the task has cost too many processes.
        """
        assignment = self.busy.pop(connection)
        exit_code = self._drop(connection)
        assignment.losses += 1
        if assignment.losses == MAX_LOSSES:
            message = (
                f"{describe_task(assignment.task)}: {MAX_LOSSES} processes ended while they worked on it, "
                f"the last with exit code {exit_code}; if memory ran out, choose fewer workers"
            )
            raise EngineFailed(message)
        self.returned.append(assignment)

    def _start_process(self) -> Connection:
        own_end, its_end = SPAWN.Pipe()
        process = SPAWN.Process(target=_serve_tasks, args=(its_end, self.function), daemon=True)
        with _prepare_spawn(self.threads_per_process):
            process.start()
        its_end.close()  # or the end of the process would not be seen
        self.processes[own_end] = process
        return own_end

    def _drop(self, connection: Connection) -> int | None:
        """Forget a process that ended or ends; its exit code."""
        process = self.processes.pop(connection)
        connection.close()
        process.join()
        return process.exitcode


@dataclass(frozen=True, slots=True)
class _Failure:
    """What the function raised in place of a result."""

    error: Exception


def _serve_tasks(connection: Connection, function: Callable[[Any], object]) -> None:
    """In another process: run the function on each task that comes, until the connection is closed."""
    while True:
        try:
            task = connection.recv()
        except EOFError:
            return
        try:
            outcome = ForkingPickler.dumps(function(task))
        except Exception as error:  # noqa: BLE001 - it is raised again where the result is waited for
            outcome = ForkingPickler.dumps(_Failure(error))
        connection.send_bytes(outcome)


@contextmanager
def _prepare_spawn(polars_threads: int) -> Iterator[None]:
    """Let processes that start in the block have so many threads of polars, and leave Ctrl-C to this process.

    A process that starts inherits both at once, before it can run a line of Python.
    """
    previous_threads = os.environ.get(POLARS_THREADS)
    os.environ[POLARS_THREADS] = str(polars_threads)
    if sys.platform != "win32":
        resource_tracker.ensure_running()  # it would unblock the signal when the first process starts
        previous_mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        if sys.platform != "win32":
            signal.pthread_sigmask(signal.SIG_SETMASK, previous_mask)
        if previous_threads is None:
            del os.environ[POLARS_THREADS]
        else:
            os.environ[POLARS_THREADS] = previous_threads
