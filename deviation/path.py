"""The market's own path: when it broke and where it bottomed (docs/method.md, section 10)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from deviation.grid import Floats
from deviation.order import rank
from deviation.question import TOLERANCE
from deviation.summary import first_least

ONSET = 0.01
"""The fall within one minute that counts as the onset."""


@dataclass(frozen=True, slots=True)
class Path:
    """Positions in the window; None where no minute qualifies.

    ``onset``: the first minute in which the median of all voting spot prices of the group fell by at least 1 % against
    the minute before; ``bottom``: the minute of its minimum.
    """

    onset: int | None
    bottom: int | None


def path(votes: Sequence[Floats], size: int, ahead: int) -> Path:
    """The path of a group's spot markets through a window.

    Args:
        votes: what each market voted, NaN where it did not, from ``ahead`` bars before the window to its end.
        size: the bars of the window.
        ahead: the bars of a minute, at least one.
    """
    centre = rank(votes, ahead + size).whole.median
    fell = np.flatnonzero(centre[ahead:] / centre[:-ahead] - 1 <= -ONSET + TOLERANCE)
    return Path(int(fell[0]) if fell.size else None, first_least(centre[ahead:]))
