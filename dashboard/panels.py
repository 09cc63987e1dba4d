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
"""Points of a line from which each bucket of bars is drawn by its least and its greatest value alone."""

BUCKETS = 2_000
"""Buckets of such a line: more than a screen or a page has columns for it, so that no spike can hide."""


SCREEN_WICKS = 600
"""Wicks beside each other on a screen: each is an element of the page, which a browser takes its time to make."""


def wick_bucket(size: int, most: int) -> int:
    """How many of ``size`` bars share a wick where there is room for ``most``."""
    return -(-size // most)


def bucket(size: int) -> int:
    """How many of ``size`` bars are drawn as one: 1 unless there are more than `MOST_POINTS`."""
    return 1 if size <= MOST_POINTS else -(-size // BUCKETS)


def on_grid(measurement: Measurement, values: Floats) -> Trace:
    """``x0``, ``dx`` and ``y`` of values per bar of the window; long ones as least and greatest per bucket."""
    start, dx, width = naive(measurement.axis.time(0)), measurement.question.timeframe.ms, bucket(values.size)
    if width == 1:
        return {"x0": start, "dx": dx, "y": values.astype(np.float32)}
    return {"x0": start, "dx": dx * width / 2, "y": extremes(values, width).astype(np.float32)}


def extremes(values: Floats, width: int) -> Floats:
    """The least and the greatest value of every ``width`` values, in the order in which they came; NaN if all are."""
    rows = _rows(values, width)
    low, high = np.where(np.isnan(rows), np.inf, rows), np.where(np.isnan(rows), -np.inf, rows)
    first, second = low.argmin(axis=1), high.argmax(axis=1)
    rising = first <= second
    every = np.arange(len(rows))
    pairs = rows[every[:, None], np.where(rising[:, None], np.column_stack([first, second]), [0, 0])]
    falling = ~rising
    pairs[falling] = rows[every[falling][:, None], np.column_stack([second, first])[falling]]
    return pairs.ravel()


def least_of(values: Floats, width: int) -> Floats:
    """The least of every ``width`` values; NaN where all are."""
    return values if width == 1 else np.fmin.reduce(_rows(values, width), axis=1)


def greatest_of(values: Floats, width: int) -> Floats:
    """The greatest of every ``width`` values; NaN where all are."""
    return values if width == 1 else np.fmax.reduce(_rows(values, width), axis=1)


def _rows(values: Floats, width: int) -> Floats:
    """The values in rows of ``width``, the last one filled up with NaN."""
    return np.append(values, np.full(-values.size % width, np.nan)).reshape(-1, width)


def line(
    measurement: Measurement, values: Floats, colour: str, *, name: str, width: float, dash: str = "solid"
) -> list[Trace]:
    """A line over the minutes and, where some stand alone between gaps, dots for those: no line would show them."""
    grid = on_grid(measurement, values)
    drawn: Trace = {
        **grid,
        "mode": "lines",
        "line": {"color": colour, "width": width, "dash": dash},
        "hoverinfo": "skip",
        "name": name,
    }
    single = alone(grid["y"])
    if not single.any():
        return [drawn]
    marker = {"color": colour, "size": width + 1.5, "line": {"width": 0}}
    return [drawn, _dots(measurement, values, marker, name, single)]


def alone(values: npt.NDArray[Any]) -> Bools:
    """Values between two gaps."""
    there = np.concatenate([[False], ~np.isnan(values), [False]])
    single: Bools = there[1:-1] & ~there[:-2] & ~there[2:]
    return single


def hollow(measurement: Measurement, values: Floats, colour: str, paper: str, *, name: str, size: float) -> Trace:
    """Hollow dots on the minutes that have a value."""
    marker = {"color": paper, "size": size, "symbol": "circle", "line": {"color": colour, "width": 1.2}}
    return _dots(measurement, values, marker, name)


def _dots(
    measurement: Measurement, values: Floats, marker: dict[str, Any], name: str, chosen: Bools | None = None
) -> Trace:
    """Dots on drawn values that are there, or on the chosen ones of them.

    Each has its place: on a grid the browser would make an element for every minute, with a value or without.
    """
    y = on_grid(measurement, values)["y"]
    at = np.flatnonzero(~np.isnan(y) if chosen is None else chosen)
    width = bucket(values.size)
    return {
        "x": epoch_ms(measurement, at * np.float64(width / 2 if width > 1 else 1)),
        "y": y[at],
        "mode": "markers",
        "marker": marker,
        "hoverinfo": "skip",
        "name": name,
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

    It reaches half a bar beyond each spell, so that a single one shows, but not beyond the window. Long windows are
    drawn as far as any bar of a bucket reaches.
    """
    x: list[Floats] = []
    y: list[Floats] = []
    last, width = measurement.axis.size - 1, bucket(low.size)
    there = ~np.isnan(low) & ~np.isnan(high)
    low, high = np.where(there, np.minimum(low, high), np.nan), np.where(there, np.maximum(low, high), np.nan)
    low, high = least_of(low, width), greatest_of(high, width)
    for start, end in runs(~np.isnan(low)):
        edges = np.clip(np.array([start, end]) * width - 0.5, 0, last)
        middles = (np.arange(start, end) + 0.5) * width - 0.5
        bars = np.concatenate([edges[:1], middles, edges[1:]])
        upper, lower = _held(high[start:end]), _held(low[start:end])
        x.append(np.concatenate([bars, bars[::-1], [np.nan]]))
        y.append(np.concatenate([upper, lower[::-1], [np.nan]]))
    return _filled(measurement, x, y, colour, opacity)


def _held(values: Floats) -> Floats:
    return np.concatenate([values[:1], values, values[-1:]])


def blocks(
    measurement: Measurement, mask: Bools, span: tuple[float, float], colour: str, *, hatch: str | None, paper: str
) -> Trace:
    """A strip between two heights, filled where the mask holds, hatched if that is asked for.

    In long windows a bucket is filled where the mask holds in any of its bars.
    """
    (low, high), width = span, bucket(mask.size)
    rows = np.append(mask, np.zeros(-mask.size % width, np.bool_)).reshape(-1, width)
    held: Bools = np.logical_or.reduce(rows, axis=1)
    ends = [(start * width, min(end * width, mask.size)) for start, end in runs(held)]
    x = [np.array([start, start, end, end, start, np.nan]) for start, end in ends]
    y = [np.array([low, high, high, low, low, np.nan])] * len(x)
    trace = _filled(measurement, x, y, colour, 1.0)
    if hatch is not None:
        trace["fillpattern"] = {"shape": hatch, "fgcolor": colour, "bgcolor": paper, "size": 5, "solidity": 0.35}
    return trace


def whiskers(
    measurement: Measurement, low: Floats, high: Floats, colour: str, *, width: float, most: int = BUCKETS
) -> Trace:
    """A thin upright line per bar from low to high; of more than ``most``, by the extremes of a few bars each."""
    step = wick_bucket(low.size, most)
    bottom, top = least_of(low, step), greatest_of(high, step)
    there = ~np.isnan(bottom)
    gap = np.full(int(there.sum()), np.nan)
    at = np.arange(bottom.size)[there] * float(step)
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
