"""Spells in which a market stayed beyond `enter` until it came back within `exit` (docs/method.md, section 5)."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from deviation.against import Series
from deviation.grid import Bools, Floats, Ints
from deviation.question import TOLERANCE, Parameters


class Direction(StrEnum):
    """The side of the others on which a market stood."""

    BELOW = "below"
    ABOVE = "above"

    @property
    def sign(self) -> int:
        """-1 below, 1 above."""
        return -1 if self is Direction.BELOW else 1


@dataclass(frozen=True, slots=True)
class Episode:
    """One spell over ``[start, end)``, in positions of the window's minutes.

    ``depth`` is its extreme deviation (a fraction, negative below). ``half_recovery_min`` is None where the deviation
    never halved in the window. ``area_pct_min`` is in per cent times minutes. ``open``: still running at the end.
    """

    direction: Direction
    start: int
    end: int
    depth: float
    depth_at: int
    observed_min: int
    firm_min: int
    area_pct_min: float
    half_recovery_min: int | None
    open: bool

    @property
    def duration_min(self) -> int:
        """Minutes from start to end, observed or not."""
        return self.end - self.start

    @property
    def unobserved_min(self) -> int:
        """Minutes of the spell in which the market or all others were silent."""
        return self.duration_min - self.observed_min


def episodes(series: Series, parameters: Parameters) -> tuple[Episode, ...]:
    """The episodes of both directions over the minutes of the series, by start."""
    observed = np.flatnonzero(series.observed)
    found = [
        _measured(direction, start, end, running, series, observed)
        for direction in Direction
        for start, end, running in _spells(direction.sign * series.d[observed], observed, series.d.size, parameters)
    ]
    return tuple(sorted(found, key=lambda episode: episode.start))


def _spells(d: Floats, observed: Ints, size: int, parameters: Parameters) -> list[tuple[int, int, bool]]:
    """(start, end, open) of each spell; ``d`` holds the observed minutes, positive on the episode's side."""
    beyond = d >= parameters.enter - TOLERANCE
    back = d < parameters.exit - TOLERANCE
    confirmed = _runs(back, parameters.confirm)
    starts = np.flatnonzero(beyond)
    spells: list[tuple[int, int, bool]] = []
    free = 0  # first observed minute from which the next spell may start
    while (i := int(np.searchsorted(starts, free))) < starts.size:
        start = starts[i]
        j = int(np.searchsorted(confirmed, start))
        if j == confirmed.size:
            spells.append((int(observed[start]), size, True))
            break
        spells.append((int(observed[start]), int(observed[confirmed[j]]), False))
        free = int(confirmed[j]) + parameters.confirm
    return spells


def _runs(back: Bools, length: int) -> Ints:
    """The positions at which a run of `length` true values begins."""
    if back.size < length:
        return np.empty(0, np.int64)
    return np.flatnonzero(np.lib.stride_tricks.sliding_window_view(back, length).all(axis=1))


def _measured(direction: Direction, start: int, end: int, running: bool, series: Series, observed: Ints) -> Episode:  # noqa: FBT001 - a field of the row, not a switch
    inside = observed[(observed >= start) & (observed < end)]
    d = direction.sign * series.d[inside]
    at = int(inside[np.argmax(d)])
    depth = float(series.d[at])
    later = observed[observed > at]
    recovered = later[direction.sign * series.d[later] < abs(depth) / 2 - TOLERANCE]
    return Episode(
        direction=direction,
        start=start,
        end=end,
        depth=depth,
        depth_at=at,
        observed_min=inside.size,
        firm_min=int(np.count_nonzero(series.firm[inside])),
        area_pct_min=100 * float(np.sum(d, where=d > 0)),
        half_recovery_min=int(recovered[0]) - at if recovered.size else None,
        open=running,
    )
