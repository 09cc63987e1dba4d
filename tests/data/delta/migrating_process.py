"""A migration in its own process, which kills itself at a given moment."""

import os
import signal
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

from deltalake import write_deltalake

from data.delta.upkeep import migration, staging
from data.schema import Timeframe
from data.store import CandleStore

MOMENTS = ("before-month", "after-month", "before-last-commit", "after-last-commit")


def migrate_and_die(uri: str, moment: str, count: int) -> None:
    """Migrate the minutes of a store, and kill this process at the moment, when it is reached for that time."""
    calls = dict.fromkeys(MOMENTS, 0)

    def reach(name: str) -> None:
        calls[name] += 1
        if (name, calls[name]) == (moment, count):
            os.kill(os.getpid(), signal.SIGKILL)

    def surround(before: str, after: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - those of the function
            reach(before)
            result = function(*arguments, **options)
            reach(after)
            return result

        return run

    write = surround("before-month", "after-month", write_deltalake)
    commit = surround("before-last-commit", "after-last-commit", migration.put_commit)
    with patch.object(staging, "write_deltalake", write), patch.object(migration, "put_commit", commit):
        CandleStore(uri).migrate(Timeframe.M1, lambda *_: None)
