"""Spells in which a market stayed beyond `enter` until it came back within `exit` (docs/method.md, section 5)."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from data.schema import Timeframe
from deviation.against import Series
from deviation.grid import Floats
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
    """One spell over ``[start, end)``, in positions of the window's bars; its lengths are in minutes.

    ``depth`` is its extreme deviation (a fraction, negative below). ``half_recovery_min`` is None where the deviation
    never halved in the window. ``area_pct_min`` is in per cent times minutes. ``open``: still running at the end.
    """

    direction: Direction
    start: int
    end: int
    depth: float
    depth_at: int
    duration_min: float
    observed_min: float
    firm_min: float
    area_pct_min: float
    half_recovery_min: float | None
    open: bool

    @property
    def unobserved_min(self) -> float:
        """Minutes of the spell in which the market or all others were silent."""
        return self.duration_min - self.observed_min


STRETCH = 64
"""Bars that are looked at first for the end of a spell, or its half-recovery; then twice as many, and so on."""


def episodes(series: Series, parameters: Parameters, timeframe: Timeframe) -> tuple[Episode, ...]:
    """The episodes of both directions over the bars of the series, by start."""
    found = []
    for direction in Direction:
        beyond = direction.sign * series.d  # positive where it is on the episode's side
        for start, end in _spells(beyond, parameters, timeframe.bars(parameters.confirm)):
            found.append(_measured(direction, start, end, beyond, series, timeframe))
    return tuple(sorted(found, key=lambda episode: episode.start))


def _spells(d: Floats, parameters: Parameters, confirm: int) -> Iterator[tuple[int, int | None]]:
    """Start of each spell, and the bar that ends it; None where it runs on. Bars that were not observed are NaN."""
    starts = np.flatnonzero(d >= parameters.enter - TOLERANCE)
    free = 0  # the first bar at which the next spell may start
    while (i := int(np.searchsorted(starts, free))) < starts.size:
        start = int(starts[i])
        end, last = _confirmed(d, start, parameters.exit, confirm)
        yield start, end
        if last is None:
            return
        free = last + 1


def _confirmed(d: Floats, start: int, limit: float, length: int) -> tuple[int, int] | tuple[None, None]:
    """First and last bar of the first run of ``length`` observed bars inside of the limit, from a bar on."""
    size = max(STRETCH, 2 * length)
    while True:
        stretch = d[start : start + size]
        observed = np.flatnonzero(~np.isnan(stretch))
        back = stretch[observed] < limit - TOLERANCE
        outside = np.flatnonzero(~back)
        begins = np.append(-1, outside) + 1
        run = np.flatnonzero(np.append(outside, back.size) - begins >= length)
        if run.size:
            first = int(begins[run[0]])
            return start + int(observed[first]), start + int(observed[first + length - 1])
        if start + size >= d.size:
            return None, None
        size *= 2


def _measured(
    direction: Direction, start: int, end: int | None, beyond: Floats, series: Series, timeframe: Timeframe
) -> Episode:
    stop = beyond.size if end is None else end
    d = beyond[start:stop]
    depth = float(np.fmax.reduce(d))
    depth_at = start + int(np.argmax(d == depth))
    recovered = _first_below(beyond, depth / 2 - TOLERANCE, depth_at + 1)
    minutes = timeframe.minutes
    return Episode(
        direction=direction,
        start=start,
        end=stop,
        depth=direction.sign * depth,
        depth_at=depth_at,
        duration_min=minutes(stop - start),
        observed_min=minutes(int(np.count_nonzero(series.observed[start:stop]))),
        firm_min=minutes(int(np.count_nonzero(series.firm[start:stop]))),
        area_pct_min=100 * float(np.sum(d, where=d > 0)) * minutes(1),
        half_recovery_min=None if recovered is None else minutes(recovered - depth_at),
        open=end is None,
    )


def _first_below(values: Floats, limit: float, first: int) -> int | None:
    """Position of the first value below the limit, from ``first`` on."""
    size = STRETCH
    while first < values.size:
        found = np.flatnonzero(values[first : first + size] < limit)
        if found.size:
            return first + int(found[0])
        first, size = first + size, 2 * size
    return None
