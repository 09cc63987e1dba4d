"""The console that tables are printed on, and their common form."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

FILE_COLUMNS = 200
"""The width where the output goes to a file or a pipe; nothing is wrapped there."""


def build_console(*, error: bool = False) -> Console:
    """A console; without wrapping where the output goes to a file or a pipe."""
    # No markup: names of markets may contain brackets.
    terminal = Console(stderr=error, highlight=False, markup=False)
    if terminal.is_terminal:
        return terminal
    return Console(stderr=error, highlight=False, markup=False, width=FILE_COLUMNS, soft_wrap=True)


def build_table(title: str, texts: Sequence[str], numbers: Sequence[str], more_texts: Sequence[str] = ()) -> Table:
    """A table without lines: columns of text, then of numbers, which are aligned to the right, then of text again.

    Names of several lines end on one line with the others.
    """
    table = Table(title=title, title_justify="left", box=None, padding=(0, 2, 0, 0), pad_edge=False)
    lines = max(name.count("\n") for name in (*texts, *numbers, *more_texts))
    for names, is_number in ((texts, False), (numbers, True), (more_texts, False)):
        for name in names:
            padded_name = "\n" * (lines - name.count("\n")) + name
            table.add_column(padded_name, justify="right" if is_number else "left", no_wrap=names is texts)
    return table
