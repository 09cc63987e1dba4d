"""What an engine runs: tasks that name an asset and a window, so that a failure says which one it was."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from data.errors import PlumblineError, TaskFailed


class WindowTask(Protocol):
    """An asset over the half-open window ``[start, end)``, in aware UTC; a `deviation.question.Question` is one."""

    @property
    def asset(self) -> str:
        """The ticker."""
        ...

    @property
    def start(self) -> datetime:
        """The first instant."""
        ...

    @property
    def end(self) -> datetime:
        """The first instant after it."""
        ...


TaskT = TypeVar("TaskT", bound=WindowTask)
ResultT = TypeVar("ResultT")


def describe_task(task: WindowTask) -> str:
    """The asset and window of a task, as messages name them."""
    return f"{task.asset} from {task.start:%Y-%m-%dT%H:%MZ} to {task.end:%Y-%m-%dT%H:%MZ}"


@dataclass(frozen=True, slots=True)
class NamedCall(Generic[TaskT, ResultT]):
    """A function whose failures name their task. It can be pickled if the function can, and so can its failures.

    Raises:
        TaskFailed: the function raised a `PlumblineError`; with the message and exit code of that error.
        Exception: any other error of the function, a defect, with a note that names the task.
    """

    function: Callable[[TaskT], ResultT]

    def __call__(self, task: TaskT) -> ResultT:
        """The result of the function."""
        try:
            return self.function(task)
        except PlumblineError as error:
            failure = TaskFailed(f"{describe_task(task)}: {error}")
            failure.exit_code = error.exit_code
            raise failure from error
        except Exception as error:
            error.add_note(f"while working on {describe_task(task)}")
            raise
