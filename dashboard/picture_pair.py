"""What stands under two blocks side by side: facts under the shorter one, the key where it costs least height."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Which facts stand under the left and the right block, by their numbers, and where the key stands.

    ``keyed`` is the column with the key at its foot, None where the key runs below both. ``below`` are the heights of
    all that stands under either block, ``foot`` that of the key below both, ``height`` that of everything; in pixels.
    """

    facts: tuple[tuple[int, ...], tuple[int, ...]]
    keyed: int | None
    below: tuple[float, float]
    foot: float
    height: float


def arranged(blocks: tuple[float, float], facts: Sequence[float], key: tuple[float, float]) -> Arrangement:
    """The arrangement that leaves least empty.

    Args:
        blocks: heights of the blocks.
        facts: heights of what else is to be told, most wanted first.
        key: heights of the key as wide as a column, and as wide as both.
    """
    heights = [*blocks]
    under: tuple[list[int], list[int]] = ([], [])
    for number, height in enumerate(facts):
        column = int(heights[1] < heights[0])
        under[column].append(number)
        heights[column] += height
    narrow, whole = key
    shorter = int(heights[1] <= heights[0])
    beside = max(heights[shorter] + narrow, heights[1 - shorter])
    keyed = shorter if beside <= max(heights) + whole else None
    if keyed is not None:
        heights[keyed] += narrow
    foot = whole if keyed is None else 0.0
    below = (heights[0] - blocks[0], heights[1] - blocks[1])
    return Arrangement((tuple(under[0]), tuple(under[1])), keyed, below, foot, max(heights) + foot)
