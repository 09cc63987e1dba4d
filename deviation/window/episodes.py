"""Episodes: a market is beyond ``enter`` until it is confirmed back within ``exit`` (docs/method.md, section 5)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from data.schema import Timeframe
from deviation.minute.grid import Floats, Ints
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
"""Bars scanned first for a half-recovery; each further scan takes twice as many."""


class _Span(NamedTuple):
    """Start and end of an episode (None: open), and its extreme, as a positive fraction, with its first position."""

    start: int
    end: int | None
    size: float
    at: int


def find_episodes(series: DeviationSeries, parameters: Parameters, timeframe: Timeframe) -> tuple[Episode, ...]:
    """The episodes of both sides over the bars of the series, by start."""
    episodes = [
        _build_episode(side, span, series, timeframe)
        for side in Side
        for span in _find_spans(series, side, parameters, timeframe.count_bars(parameters.confirm))
    ]
    return tuple(sorted(episodes, key=lambda episode: (episode.start, episode.side)))


def _find_spans(series: DeviationSeries, side: Side, parameters: Parameters, confirm: int) -> Iterator[_Span]:
    """The episodes of one side; only the bars beyond ``exit`` are looked at, which are few."""
    limit = parameters.exit - TOLERANCE
    outside = np.flatnonzero(series.d >= limit if side is Side.ABOVE else series.d <= -limit)
    sizes = side.sign * series.d[outside]
    starts = np.flatnonzero(sizes >= parameters.enter - TOLERANCE)
    if not starts.size:
        return
    # Between two bars outside all observed ones are inside: a recovery is confirmed where these are enough.
    last_places = np.flatnonzero(_count_observed_after(outside, series) >= confirm)
    run_numbers = np.searchsorted(last_places, starts)
    for first, run in zip(*_list_firsts(starts, run_numbers), strict=True):
        is_open = run == last_places.size
        last = outside.size - 1 if is_open else int(last_places[run])
        run_sizes = sizes[first : last + 1]
        size = float(run_sizes.max())
        at = int(outside[first + int(np.argmax(run_sizes >= size - TOLERANCE))])
        yield _Span(int(outside[first]), None if is_open else _find_next_observed(series, int(outside[last])), size, at)


def _count_observed_after(positions: Ints, series: DeviationSeries) -> Ints:
    """The number of observed bars between each position, itself an observed bar, and the next one or the end."""
    ends = np.empty_like(positions)
    ends[:-1], ends[-1] = positions[1:], series.observed.size
    counts: Ints = ends - positions
    counts -= 1
    if series.unobserved_bars.size:
        counts -= np.searchsorted(series.unobserved_bars, ends) - np.searchsorted(series.unobserved_bars, positions)
    return counts


def _list_firsts(starts: Ints, run_numbers: Ints) -> tuple[list[int], list[int]]:
    """The first start of each run that has one, and the run's number; the numbers ascend."""
    is_first = np.ones(starts.size, np.bool_)
    is_first[1:] = run_numbers[1:] > run_numbers[:-1]
    return starts[is_first].tolist(), run_numbers[is_first].tolist()


def _find_next_observed(series: DeviationSeries, position: int) -> int:
    """The first observed bar behind a position that has one."""
    return position + 1 + int(np.argmax(series.observed[position + 1 :]))


def _build_episode(side: Side, span: _Span, series: DeviationSeries, timeframe: Timeframe) -> Episode:
    end = series.d.size if span.end is None else span.end
    bars = slice(span.start, end)
    deviations = side.sign * series.d[bars]
    recovered = _find_first_inside(series.d, side, span.size / 2 - TOLERANCE, span.at + 1)
    minutes = timeframe.convert_to_minutes
    return Episode(
        side=side,
        start=span.start,
        end=end,
        deviation=side.sign * span.size,
        at=span.at,
        duration_min=minutes(end - span.start),
        observed_min=minutes(int(np.count_nonzero(series.observed[bars]))),
        firm_min=minutes(int(np.count_nonzero(series.firm[bars]))),
        area_pct_min=100 * float(np.sum(deviations, where=deviations > 0)) * minutes(1),
        half_recovery_min=None if recovered is None else minutes(recovered - span.at),
        open=span.end is None,
    )


def _find_first_inside(deviations: Floats, side: Side, limit: float, first: int) -> int | None:
    """Position of the first deviation that lies less far on the side than a limit, from ``first`` on."""
    size = SCAN_BARS
    while first < deviations.size:
        is_inside = side.sign * deviations[first : first + size] < limit
        position = int(np.argmax(is_inside))
        if is_inside[position]:
            return first + position
        first, size = first + size, 2 * size
    return None
