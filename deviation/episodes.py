"""Spells in which a market stayed beyond `enter` until it came back within `exit` (docs/method.md, section 5)."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from data.schema import Timeframe
from deviation.against import Series
from deviation.grid import Bools, Floats, Ints
from deviation.question import FIRM_VOTES, TOLERANCE, Parameters


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


@dataclass(frozen=True, slots=True)
class _Observed:
    """The observed bars: their position in the window of ``size`` bars, d (positive beyond), whether firm."""

    at: Ints
    d: Floats
    firm: Bools
    size: int
    timeframe: Timeframe


def episodes(series: Series, parameters: Parameters, timeframe: Timeframe) -> tuple[Episode, ...]:
    """The episodes of both directions over the minutes of the series, by start."""
    at = np.flatnonzero(series.observed)
    d, firm = series.d[at], series.votes[at] >= FIRM_VOTES
    confirm = timeframe.bars(parameters.confirm)
    found = []
    for direction in Direction:
        seen = _Observed(at, direction.sign * d, firm, series.d.size, timeframe)
        found += [_measured(direction, first, last, seen) for first, last in _spells(seen.d, parameters, confirm)]
    return tuple(sorted(found, key=lambda episode: episode.start))


def _spells(d: Floats, parameters: Parameters, confirm: int) -> list[tuple[int, int | None]]:
    """First observed minute of each spell and the one that ends it; None where it runs on."""
    starts = np.flatnonzero(d >= parameters.enter - TOLERANCE)
    spells: list[tuple[int, int | None]] = []
    if starts.size == 0:
        return spells
    confirmed = _runs(d < parameters.exit - TOLERANCE, confirm)
    free = 0  # first observed minute from which the next spell may start
    while (i := int(np.searchsorted(starts, free))) < starts.size:
        start = int(starts[i])
        j = int(np.searchsorted(confirmed, start))
        if j == confirmed.size:
            spells.append((start, None))
            break
        spells.append((start, int(confirmed[j])))
        free = int(confirmed[j]) + confirm
    return spells


def _runs(back: Bools, length: int) -> Ints:
    """Where each run of at least `length` true values begins."""
    turns = np.flatnonzero(np.diff(back, prepend=~back[:1], append=~back[-1:]))
    begins, lengths = turns[:-1], np.diff(turns)
    return begins[back[begins] & (lengths >= length)]


def _measured(direction: Direction, first: int, last: int | None, seen: _Observed) -> Episode:
    inside = slice(first, last)
    d = seen.d[inside]
    deepest = first + int(np.argmax(d))
    depth = float(seen.d[deepest])
    start, depth_at = int(seen.at[first]), int(seen.at[deepest])
    end = seen.size if last is None else int(seen.at[last])
    recovered = _first_below(seen.d, depth / 2 - TOLERANCE, deepest + 1)
    minutes = seen.timeframe.minutes
    return Episode(
        direction=direction,
        start=start,
        end=end,
        depth=direction.sign * depth,
        depth_at=depth_at,
        duration_min=minutes(end - start),
        observed_min=minutes(d.size),
        firm_min=minutes(int(np.count_nonzero(seen.firm[inside]))),
        area_pct_min=100 * float(np.sum(d, where=d > 0)) * minutes(1),
        half_recovery_min=None if recovered is None else minutes(int(seen.at[recovered]) - depth_at),
        open=last is None,
    )


def _first_below(values: Floats, limit: float, first: int) -> int | None:
    """Position of the first value below the limit, from ``first`` on: near ones are looked at before far ones."""
    step = 64
    while first < values.size:
        found = np.flatnonzero(values[first : first + step] < limit)
        if found.size:
            return first + int(found[0])
        first, step = first + step, 2 * step
    return None
