"""Episodes: a market is beyond ``enter`` until it is confirmed back within ``exit`` (docs/method.md, section 5)."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from data.schema import Timeframe
from deviation.minute.grid import Floats
from deviation.minute.series import DeviationSeries
from deviation.question import TOLERANCE, Parameters
from deviation.side import Side


@dataclass(frozen=True, slots=True)
class Episode:
    """One episode over ``[start, end)``, in positions of the window's bars; its lengths are in minutes.

    ``deviation`` is its extreme, first ``at``. ``half_recovery_min`` is None where the deviation
    never halved in the window. ``area_pct_min`` is in per cent times minutes. ``open``: still running at the end.
    """

    side: Side
    start: int
    end: int
    deviation: float
    at: int
    duration_min: float
    observed_min: float
    firm_min: float
    area_pct_min: float
    half_recovery_min: float | None
    open: bool

    @property
    def unobserved_min(self) -> float:
        """Minutes of the episode in which the market or all others did not vote."""
        return self.duration_min - self.observed_min


SCAN_BARS = 64
"""Bars scanned first for the end of an episode or its half-recovery; each further scan takes twice as many."""


def find_episodes(series: DeviationSeries, parameters: Parameters, timeframe: Timeframe) -> tuple[Episode, ...]:
    """The episodes of both sides over the bars of the series, by start."""
    results = []
    for side in Side:
        signed_deviations = side.sign * series.d  # positive where it is on the episode's side
        for start, end in _find_spans(signed_deviations, parameters, timeframe.count_bars(parameters.confirm)):
            results.append(_build_episode(side, start, end, signed_deviations, series, timeframe))
    return tuple(sorted(results, key=lambda episode: (episode.start, episode.side)))


def _find_spans(deviations: Floats, parameters: Parameters, confirm: int) -> Iterator[tuple[int, int | None]]:
    """Start of each episode, and the bar that ends it (None: open). Bars that were not observed are NaN."""
    starts = np.flatnonzero(deviations >= parameters.enter - TOLERANCE)
    next_start = 0  # the first bar at which the next episode may start
    while (i := int(np.searchsorted(starts, next_start))) < starts.size:
        start = int(starts[i])
        end, confirm_end = _find_recovery(deviations, start, parameters.exit, confirm)
        yield start, end
        if confirm_end is None:
            return
        next_start = confirm_end + 1


def _find_recovery(deviations: Floats, start: int, limit: float, length: int) -> tuple[int, int] | tuple[None, None]:
    """First and last bar of the first run of ``length`` observed bars inside of the limit, from a bar on."""
    size = max(SCAN_BARS, 2 * length)
    while True:
        block = deviations[start : start + size]
        observed = np.flatnonzero(~np.isnan(block))
        recovered = block[observed] < limit - TOLERANCE
        outside_positions = np.flatnonzero(~recovered)
        run_starts = np.append(-1, outside_positions) + 1
        complete_runs = np.flatnonzero(np.append(outside_positions, recovered.size) - run_starts >= length)
        if complete_runs.size:
            run_start = int(run_starts[complete_runs[0]])
            return start + int(observed[run_start]), start + int(observed[run_start + length - 1])
        if start + size >= deviations.size:
            return None, None
        size *= 2


def _build_episode(
    side: Side,
    start: int,
    end: int | None,
    signed_deviations: Floats,
    series: DeviationSeries,
    timeframe: Timeframe,
) -> Episode:
    end_bar = signed_deviations.size if end is None else end
    deviations = signed_deviations[start:end_bar]
    size = float(np.fmax.reduce(deviations))
    at = start + int(np.argmax(deviations >= size - TOLERANCE))
    recovered = _find_first_below(signed_deviations, size / 2 - TOLERANCE, at + 1)
    minutes = timeframe.convert_to_minutes
    return Episode(
        side=side,
        start=start,
        end=end_bar,
        deviation=side.sign * size,
        at=at,
        duration_min=minutes(end_bar - start),
        observed_min=minutes(int(np.count_nonzero(series.observed[start:end_bar]))),
        firm_min=minutes(int(np.count_nonzero(series.firm[start:end_bar]))),
        area_pct_min=100 * float(np.sum(deviations, where=deviations > 0)) * minutes(1),
        half_recovery_min=None if recovered is None else minutes(recovered - at),
        open=end is None,
    )


def _find_first_below(values: Floats, limit: float, first: int) -> int | None:
    """Position of the first value below the limit, from ``first`` on."""
    size = SCAN_BARS
    while first < values.size:
        positions = np.flatnonzero(values[first : first + size] < limit)
        if positions.size:
            return first + int(positions[0])
        first, size = first + size, 2 * size
    return None
