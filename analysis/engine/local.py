"""The engines of one process: one task after the other, or in threads."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice

from analysis.engine.task import ResultT, TaskT

TASKS_AHEAD = 4
"""Tasks per thread that are started or done before the result that is waited for: what bounds results in memory."""


def run_in_threads(
    function: Callable[[TaskT], ResultT], tasks: Iterable[TaskT], thread_count: int
) -> Iterator[ResultT]:
    """Run tasks in threads and yield their results in order.

    After a failure, or when the caller stops, the tasks that run are awaited and no other starts.
    """
    remaining_tasks = iter(tasks)
    executor = ThreadPoolExecutor(thread_count, thread_name_prefix="engine")
    try:
        futures: deque[Future[ResultT]] = deque()
        while True:
            free_places = TASKS_AHEAD * thread_count - len(futures)
            futures.extend(executor.submit(function, task) for task in islice(remaining_tasks, free_places))
            if not futures:
                return
            yield futures.popleft().result()
    finally:
        executor.shutdown(cancel_futures=True)
