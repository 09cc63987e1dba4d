"""How much of a long table is shown on a terminal."""

from collections.abc import Sequence
from typing import TypeVar

Item = TypeVar("Item")

VISIBLE_ROWS = 200
"""How many rows a table shows unless all are asked for; totals hold all."""


def cut_rows(items: Sequence[Item], *, shows_all: bool) -> tuple[Sequence[Item], str | None]:
    """The rows to show, and how many more there are; None for none.

    >>> cut_rows(range(3), shows_all=False)
    (range(0, 3), None)
    >>> cut_rows(range(250), shows_all=False)[1]
    'and 50 more: --verbose shows all, --json too'
    """
    if shows_all or len(items) <= VISIBLE_ROWS:
        return items, None
    return items[:VISIBLE_ROWS], f"and {len(items) - VISIBLE_ROWS:,} more: --verbose shows all, --json too"
