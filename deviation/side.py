"""The two sides of a benchmark, which are measured alike (docs/method.md, section 5)."""

from enum import StrEnum


class Side(StrEnum):
    """Below or above the benchmark."""

    BELOW = "below"
    ABOVE = "above"

    @property
    def sign(self) -> int:
        """-1 below, 1 above: a deviation times this is positive where it is on the side."""
        return -1 if self is Side.BELOW else 1

    @property
    def other(self) -> "Side":
        """The opposite side."""
        return Side.ABOVE if self is Side.BELOW else Side.BELOW
