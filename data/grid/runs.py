"""Runs of rows with equal text: files hold rows in few long runs, so that text is looked at once per run."""

from collections.abc import Callable, Collection

import numpy as np
import polars as pl

from data.grid.candle_grid import Ints, TextRuns


def find_text_runs(column: pl.Series) -> TextRuns:
    """The runs of a column that mostly has one text: that is found out in half the time that runs take.

    >>> find_text_runs(pl.Series(["trade", "trade"]))
    TextRuns(texts=['trade'], lengths=array([2]))
    """
    if len(column) and (column == column[0]).all():
        return TextRuns([column[0]], np.array([len(column)]))
    runs = column.rle().struct.unnest()
    return TextRuns(runs["value"].to_list(), runs["len"].to_numpy().astype(np.int64))


def find_name_runs(columns: Collection[pl.Series]) -> tuple[list[tuple[str, ...]], Ints]:
    """The runs of rows in which none of some columns changes: the texts of each run, and its number of rows.

    >>> find_name_runs([pl.Series(["a", "a", "b"]), pl.Series(["x", "y", "y"])])
    ([('a', 'x'), ('a', 'y'), ('b', 'y')], array([1, 1, 1]))
    """
    runs_by_column = [column.rle().struct.unnest() for column in columns]
    ends_by_column = [runs["len"].to_numpy().cumsum(dtype=np.int64) for runs in runs_by_column]
    ends = np.unique(np.concatenate(ends_by_column))
    texts = [
        np.array(runs["value"].to_list(), object)[np.searchsorted(column_ends, ends)].tolist()
        for runs, column_ends in zip(runs_by_column, ends_by_column, strict=True)
    ]
    return list(zip(*texts, strict=True)), np.diff(ends, prepend=0)


def select_runs(rows: pl.DataFrame, runs: TextRuns, is_wanted: Callable[[str], bool]) -> tuple[pl.DataFrame, TextRuns]:
    """The rows whose text in a column is wanted, and the runs of that column in them; ``runs`` are those of all."""
    are_wanted = np.array([is_wanted(text) for text in runs.texts], np.bool_)
    if are_wanted.all():
        return rows, runs
    wanted_texts = [text for text, is_so in zip(runs.texts, are_wanted, strict=True) if is_so]
    return (
        rows.filter(pl.Series(np.repeat(are_wanted, runs.lengths))),
        TextRuns(wanted_texts, runs.lengths[are_wanted]),
    )
