"""What page and picture draw alike: minutes as lines, hollow dots, areas, whiskers and blocks of plotly.

Times in figures are UTC. A regular grid goes as ``x0`` and ``dx`` with 32-bit values, which is for drawing alone; NaN
breaks a line, and nothing ever bridges it.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from dashboard.clock import naive
from deviation.grid import Bools, Floats, Ints
from deviation.result import Measurement

Trace = dict[str, Any]
"""The properties of one ``go.Scatter``."""

MOST_POINTS = 5_000
"""Points of a line from which each bucket of minutes is drawn by its least and its greatest value alone."""

BUCKETS = 2_000
"""Buckets of such a line: more than a screen or a page has columns for it, so that no spike can hide."""


def on_grid(measurement: Measurement, values: Floats) -> Trace:
    """``x0``, ``dx`` and ``y`` of values per bar of the window; long ones as least and greatest per bucket."""
    start, dx = naive(measurement.axis.time(0)), measurement.question.timeframe.ms
    if values.size <= MOST_POINTS:
        return {"x0": start, "dx": dx, "y": values.astype(np.float32)}
    width = -(-values.size // BUCKETS)
    return {"x0": start, "dx": dx * width / 2, "y": extremes(values, width).astype(np.float32)}


def extremes(values: Floats, width: int) -> Floats:
    """The least and the greatest value of every ``width`` values, in the order in which they came; NaN if all are."""
    starts = np.arange(0, values.size, width)
    least = np.minimum.reduceat(np.where(np.isnan(values), np.inf, values), starts)
    greatest = np.maximum.reduceat(np.where(np.isnan(values), -np.inf, values), starts)
    rising = np.array([_rising(values[start : start + width]) for start in starts])
    pairs = np.where(rising[:, None], np.column_stack([least, greatest]), np.column_stack([greatest, least]))
    return np.where(np.isinf(pairs), np.nan, pairs).ravel()


def _rising(values: Floats) -> bool:
    if np.isnan(values).all():
        return True
    return bool(np.nanargmin(values) <= np.nanargmax(values))


def line(measurement: Measurement, values: Floats, colour: str, *, width: float, dash: str = "solid") -> Trace:
    """A line over the minutes; a minute alone between gaps, which no line would show, gets a dot."""
    grid = on_grid(measurement, values)
    trace: Trace = {
        **grid,
        "mode": "lines",
        "line": {"color": colour, "width": width, "dash": dash},
        "hoverinfo": "skip",
    }
    single = alone(grid["y"])
    if single.any():
        trace["mode"] = "lines+markers"
        sizes = np.where(single, width + 1.5, 0).astype(np.float32)
        trace["marker"] = {"color": colour, "size": sizes, "line": {"width": 0}}
    return trace


def alone(values: npt.NDArray[Any]) -> Bools:
    """Values between two gaps."""
    there = np.concatenate([[False], ~np.isnan(values), [False]])
    single: Bools = there[1:-1] & ~there[:-2] & ~there[2:]
    return single


def hollow(measurement: Measurement, values: Floats, colour: str, paper: str, *, size: float) -> Trace:
    """Hollow dots on the minutes that have a value."""
    return {
        **on_grid(measurement, values),
        "mode": "markers",
        "marker": {"color": paper, "size": size, "symbol": "circle", "line": {"color": colour, "width": 1.2}},
        "hoverinfo": "skip",
    }


def runs(mask: Bools) -> list[tuple[int, int]]:
    """The spans ``[start, end)`` of positions in which the mask holds.

    >>> runs(np.array([True, False, True, True]))
    [(0, 1), (2, 4)]
    """
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(np.int8), [0]])))
    return [(int(start), int(end)) for start, end in edges.reshape(-1, 2)]


def area(measurement: Measurement, low: Floats, high: Floats, colour: str, opacity: float) -> Trace:
    """The area between two series in the minutes in which both have a value: a polygon per spell without a gap.

    It reaches half a minute beyond each spell, so that a single minute shows, but not beyond the window.
    """
    x: list[Floats] = []
    y: list[Floats] = []
    last = measurement.axis.size - 1
    for start, end in runs(~np.isnan(low) & ~np.isnan(high)):
        minutes = np.concatenate([[max(start - 0.5, 0)], np.arange(start, end), [min(end - 0.5, last)]])
        upper, lower = _held(high[start:end]), _held(low[start:end])
        x.append(np.concatenate([minutes, minutes[::-1], [np.nan]]))
        y.append(np.concatenate([upper, lower[::-1], [np.nan]]))
    return _filled(measurement, x, y, colour, opacity)


def _held(values: Floats) -> Floats:
    return np.concatenate([values[:1], values, values[-1:]])


def blocks(
    measurement: Measurement, mask: Bools, span: tuple[float, float], colour: str, *, hatch: str | None, paper: str
) -> Trace:
    """A strip between two heights, filled in the minutes in which the mask holds, hatched if that is asked for."""
    low, high = span
    x = [np.array([start, start, end, end, start, np.nan]) for start, end in runs(mask)]
    y = [np.array([low, high, high, low, low, np.nan])] * len(x)
    trace = _filled(measurement, x, y, colour, 1.0)
    if hatch is not None:
        trace["fillpattern"] = {"shape": hatch, "fgcolor": colour, "bgcolor": paper, "size": 5, "solidity": 0.35}
    return trace


def whiskers(measurement: Measurement, low: Floats, high: Floats, colour: str, width: float) -> Trace:
    """A thin upright line per minute from low to high; long windows by the extremes of each bucket."""
    step = max(1, -(-low.size // BUCKETS)) if low.size > MOST_POINTS else 1
    starts = np.arange(0, low.size, step)
    bottom = np.minimum.reduceat(np.where(np.isnan(low), np.inf, low), starts)
    top = np.maximum.reduceat(np.where(np.isnan(high), -np.inf, high), starts)
    there = ~np.isinf(bottom)
    gap = np.full(int(there.sum()), np.nan)
    at = starts[there].astype(np.float64)
    return {
        "x": epoch_ms(measurement, np.column_stack([at, at, at]).ravel()),
        "y": np.column_stack([bottom[there], top[there], gap]).ravel().astype(np.float32),
        "mode": "lines",
        "line": {"color": colour, "width": width},
        "hoverinfo": "skip",
    }


def epoch_ms(measurement: Measurement, position: Floats) -> Floats:
    """Times of positions in the window, in milliseconds since the epoch, as plotly takes them on a date axis."""
    return (measurement.axis.first + position) * float(measurement.question.timeframe.ms)


def _filled(measurement: Measurement, x: list[Floats], y: list[Floats], colour: str, opacity: float) -> Trace:
    nothing = np.empty(0)
    return {
        "x": epoch_ms(measurement, np.concatenate(x) if x else nothing),
        "y": (np.concatenate(y) if y else nothing).astype(np.float32),
        "mode": "lines",
        "line": {"width": 0, "color": colour},
        "fill": "toself",
        "fillcolor": colour,
        "opacity": opacity,
        "hoverinfo": "skip",
    }


def window_range(measurement: Measurement) -> list[str]:
    """The time axis: the window, no more and no less."""
    question = measurement.question
    return [naive(question.start), naive(question.end)]


def counted(values: Ints) -> str:
    """The least and the greatest of some counts: "4", "0-3"."""
    least, greatest = int(values.min()), int(values.max())
    return f"{least}" if least == greatest else f"{least}-{greatest}"
