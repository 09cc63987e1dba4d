"""Counts how often writers of a store are in each other's way."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from deltalake import write_deltalake
from deltalake.exceptions import CommitFailedError


@dataclass(slots=True)
class Conflicts:
    """How many commits of this process failed because another writer went ahead."""

    count: int = 0


@contextmanager
def count_conflicts() -> Iterator[Conflicts]:
    """A context that counts them; each is raised as before."""
    conflicts = Conflicts()

    def write_and_count(*arguments: Any, **options: Any) -> None:  # noqa: ANN401 - those of deltalake
        try:
            write_deltalake(*arguments, **options)
        except CommitFailedError:
            conflicts.count += 1
            raise

    with patch("data.delta.table.write_deltalake", write_and_count):
        yield conflicts
