"""The market's own path: when it broke and where it bottomed (docs/method.md, section 10)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from deviation.grid import Floats
from deviation.minutes import Minutes
from deviation.order import middle
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


def path(voters: Sequence[Minutes], window: slice) -> Path:
    """The path of a group's spot markets (of one asset, on the whole axis) through the window."""
    prices = [np.where(market.voting, market.price, np.nan) for market in voters]
    if not prices:
        return Path(None, None)
    centre = middle(np.array(prices)).median
    before: Floats = np.concatenate([[np.nan], centre[:-1]])
    fell = np.flatnonzero((centre / before - 1)[window] <= -ONSET + TOLERANCE)
    inside = centre[window]
    return Path(int(fell[0]) if fell.size else None, first_least(inside, ~np.isnan(inside)))
