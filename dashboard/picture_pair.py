"""What stands under two blocks side by side: facts under the shorter one, the key where it costs least height."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PairLayout:
    """Which facts stand under the left and the right block, by their numbers, and where the key stands.

    ``keyed`` is the column with the key at its foot, None where the key runs below both. ``below`` are the heights of
    all that stands under either block, ``foot`` that of the key below both, ``height`` that of everything; in pixels.
    """

    facts: tuple[tuple[int, ...], tuple[int, ...]]
    legend_column: int | None
    heights_below: tuple[float, float]
    legend_height: float
    height: float


def arrange_pair(
    block_heights: tuple[float, float], fact_heights: Sequence[float], legend_heights: tuple[float, float]
) -> PairLayout:
    """The arrangement that leaves least empty.

    Args:
        block_heights: heights of the blocks.
        fact_heights: heights of what else is to be told, most wanted first.
        legend_heights: heights of the key as wide as a column, and as wide as both.
    """
    heights = [*block_heights]
    facts_by_column: tuple[list[int], list[int]] = ([], [])
    for number, height in enumerate(fact_heights):
        column = int(heights[1] < heights[0])
        facts_by_column[column].append(number)
        heights[column] += height
    narrow_legend, wide_legend = legend_heights
    shorter_column = int(heights[1] <= heights[0])
    height_beside = max(heights[shorter_column] + narrow_legend, heights[1 - shorter_column])
    legend_column = shorter_column if height_beside <= max(heights) + wide_legend else None
    if legend_column is not None:
        heights[legend_column] += narrow_legend
    legend_height = wide_legend if legend_column is None else 0.0
    heights_below = (heights[0] - block_heights[0], heights[1] - block_heights[1])
    return PairLayout(
        (tuple(facts_by_column[0]), tuple(facts_by_column[1])),
        legend_column,
        heights_below,
        legend_height,
        max(heights) + legend_height,
    )
