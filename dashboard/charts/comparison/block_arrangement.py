"""Where facts and the key stand beside blocks of different heights, and which rows go where there is no room."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from dashboard.charts.comparison.block_rows import SheetBlock


@dataclass(frozen=True, slots=True)
class PairLayout:
    """Where facts and the key stand below two columns; heights in pixels.

    ``facts`` are the indices of the facts below the left and the right column. ``key_column`` is the column with the
    key at its foot, None where the key runs below both, then ``key_height`` high, else 0. ``heights_below`` are the
    heights of all below either column, ``height`` is that of everything.
    """

    facts: tuple[tuple[int, ...], tuple[int, ...]]
    key_column: int | None
    heights_below: tuple[float, float]
    key_height: float
    height: float


def arrange_pair(
    column_heights: tuple[float, float], fact_heights: Sequence[float], key_heights: tuple[float, float]
) -> PairLayout:
    """The layout with each fact below the shorter column, and the key where the total height is least.

    Args:
        column_heights: heights of the columns of blocks.
        fact_heights: heights of the facts, the most important first.
        key_heights: heights of the key as wide as a column, and as wide as both.
    """
    heights = [*column_heights]
    facts_by_column: tuple[list[int], list[int]] = ([], [])
    for number, height in enumerate(fact_heights):
        column = int(heights[1] < heights[0])
        facts_by_column[column].append(number)
        heights[column] += height
    narrow_key, wide_key = key_heights
    shorter_column = int(heights[1] <= heights[0])
    height_beside = max(heights[shorter_column] + narrow_key, heights[1 - shorter_column])
    key_column = shorter_column if height_beside <= max(heights) + wide_key else None
    if key_column is not None:
        heights[key_column] += narrow_key
    key_height = wide_key if key_column is None else 0.0
    heights_below = (heights[0] - column_heights[0], heights[1] - column_heights[1])
    return PairLayout(
        (tuple(facts_by_column[0]), tuple(facts_by_column[1])),
        key_column,
        heights_below,
        key_height,
        max(heights) + key_height,
    )


def trim_blocks(blocks: Sequence[SheetBlock], max_rows: int) -> tuple[list[SheetBlock], list[int]]:
    """The blocks with at most ``max_rows`` rows together, and the number of rows that each one lost.

    Rows go from the end of the longest block; bold ones stay, even where there are more of them.
    """
    rows_by_block = [list(block.rows) for block in blocks]
    while sum(map(len, rows_by_block)) > max_rows:
        longest = max(rows_by_block, key=len)
        removable = [row for row in longest if not row.is_bold]
        if not removable:
            break
        longest.remove(removable[-1])
    trimmed = [replace(block, rows=tuple(rows)) for block, rows in zip(blocks, rows_by_block, strict=True)]
    return trimmed, [len(block.rows) - len(rows) for block, rows in zip(blocks, rows_by_block, strict=True)]
