"""The axis of leads: linear up to 1% on either side, logarithmic beyond, so that 2% and 90% can both be read."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.charts.market.gaps import BIN_EDGES

LINEAR_PCT = 1.0
"""Sizes in per cent up to which the axis is linear."""

LINEAR_LENGTH = 0.4
"""Length of that part on each side, in decades of the rest."""

LEAST_EDGE = 0.1
"""The axis reaches at least as far on the exchange's own side."""

OUTER_EDGES = (*BIN_EDGES[1:], *(factor * 10.0**power for power in range(7) for factor in (1, 2, 5)))
"""Sizes at which the axis may end."""

MIN_TICK_PX = 15.0
"""Least distance of ticks in pixels."""


@dataclass(frozen=True, slots=True)
class LeadScale:
    """The axis from ``-other_edge``, where other exchanges lead, to ``own_edge``; both are sizes as fractions."""

    own_edge: float
    other_edge: float

    @property
    def range(self) -> tuple[float, float]:
        """Both ends as positions."""
        return -compute_position(self.other_edge), compute_position(self.own_edge)

    def list_ticks(self, height: float) -> list[tuple[float, str]]:
        """Positions and labels on an axis of ``height`` pixels: sizes, whichever exchange leads; tenfold if crowded."""
        low, high = self.range
        is_crowded = height / (high - low) * math.log10(2) < MIN_TICK_PX
        edges = [edge for edge in OUTER_EDGES if not is_crowded or math.log10(edge).is_integer()]
        own = [(compute_position(edge), f"{100 * edge:,g}%") for edge in edges if edge <= self.own_edge]
        others = [(-compute_position(edge), f"{100 * edge:,g}%") for edge in edges if edge <= self.other_edge]
        return [*reversed(others), (0.0, "0"), *own]


def build_lead_scale(leads: Sequence[float]) -> LeadScale:
    """The axis that covers all leads, each a fraction."""
    own = max((lead for lead in leads if lead > 0), default=0.0)
    other = max((-lead for lead in leads if lead < 0), default=0.0)
    return LeadScale(_choose_edge(max(own, LEAST_EDGE)), _choose_edge(other))


def compute_position(lead: float) -> float:
    """The position of a lead on the axis, 0 for 0.

    >>> compute_position(0.01), compute_position(-0.005), compute_position(1.0)
    (0.4, -0.2, 2.4)
    """
    pct = 100 * abs(lead)
    size = LINEAR_LENGTH * pct / LINEAR_PCT if pct <= LINEAR_PCT else LINEAR_LENGTH + math.log10(pct / LINEAR_PCT)
    return math.copysign(size, lead)


def _choose_edge(size: float) -> float:
    return next((edge for edge in OUTER_EDGES if edge >= size), size)
