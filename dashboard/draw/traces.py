"""Traces of series per bar, shared by pages and sheets: lines, hollow dots, areas, wicks and blocks.

Times are UTC. Series on the grid of the window are given by ``x0`` and ``dx``, with 32-bit values, as they are for
drawing only. NaN breaks a line.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from dashboard.text.clock import format_naive
from deviation.measurement import Measurement
from deviation.minute.grid import Bools, Floats, Ints

Trace = dict[str, Any]
"""A trace for plotly.js: the properties of a scatter trace."""

MAX_LINE_POINTS = 5_000
"""Number of bars above which lines are drawn by the least and the greatest value of each bucket of bars."""

BUCKET_COUNT = 2_000
"""Maximum number of buckets: more than the panel has columns of pixels, so that every spike shows."""

MAX_SCREEN_WICKS = 600
"""Maximum number of wicks on a page, as the browser draws each as an element of its own."""


def compute_wick_bucket(size: int, max_wicks: int) -> int:
    """The number of bars that share a wick, so that ``size`` bars have at most ``max_wicks``."""
    return -(-size // max_wicks)


def compute_bucket_size(size: int) -> int:
    """The number of bars per bucket: 1 for up to `MAX_LINE_POINTS` bars."""
    return 1 if size <= MAX_LINE_POINTS else -(-size // BUCKET_COUNT)


def build_grid_coordinates(measurement: Measurement, values: Floats) -> Trace:
    """``x0``, ``dx`` and ``y`` of a value per bar; above `MAX_LINE_POINTS` bars, of two values per bucket."""
    start, dx = format_naive(measurement.axis.time_at(0)), measurement.question.timeframe.ms
    width = compute_bucket_size(values.size)
    if width == 1:
        return {"x0": start, "dx": dx, "y": values.astype(np.float32)}
    return {"x0": start, "dx": dx * width / 2, "y": compute_extremes(values, width).astype(np.float32)}


def compute_extremes(values: Floats, width: int) -> Floats:
    """The least and the greatest of every ``width`` values, in their order of time; NaN where all are NaN."""
    rows = _split_into_rows(values, width)
    ends = (reduce(rows, axis=1, keepdims=True) for reduce in (np.fmin.reduce, np.fmax.reduce))
    positions = np.sort(np.column_stack([(rows == end).argmax(axis=1) for end in ends]), axis=1)
    return np.take_along_axis(rows, positions, axis=1).ravel()


def compute_bucket_minima(values: Floats, width: int) -> Floats:
    """The least of every ``width`` values; NaN where all are NaN."""
    return values if width == 1 else np.fmin.reduce(_split_into_rows(values, width), axis=1)


def compute_bucket_maxima(values: Floats, width: int) -> Floats:
    """The greatest of every ``width`` values; NaN where all are NaN."""
    return values if width == 1 else np.fmax.reduce(_split_into_rows(values, width), axis=1)


def _split_into_rows(values: Floats, width: int) -> Floats:
    """The values in rows of ``width``, the last row padded with NaN."""
    padding = np.full(-values.size % width, np.nan)
    return (np.append(values, padding) if padding.size else values).reshape(-1, width)


def build_line_traces(
    measurement: Measurement, values: Floats, colour: str, *, name: str, width: float, dash: str = "solid"
) -> list[Trace]:
    """A line, and where values stand alone between gaps a second trace with dots for them, as no line shows those."""
    grid = build_grid_coordinates(measurement, values)
    trace: Trace = {
        **grid,
        "mode": "lines",
        "line": {"color": colour, "width": width, "dash": dash},
        "hoverinfo": "skip",
        "name": name,
    }
    isolated = find_isolated(grid["y"])
    if not isolated.any():
        return [trace]
    marker = {"color": colour, "size": width + 1.5, "line": {"width": 0}}
    return [trace, _build_dot_trace(measurement, values, marker, name, isolated)]


def find_isolated(values: npt.NDArray[Any]) -> Bools:
    """Mask of the values that have a gap, or the end of the series, on either side."""
    present = np.concatenate([[False], ~np.isnan(values), [False]])
    isolated: Bools = present[1:-1] & ~present[:-2] & ~present[2:]
    return isolated


def build_hollow_trace(
    measurement: Measurement, values: Floats, colour: str, paper: str, *, name: str, size: float
) -> Trace:
    """Hollow dots at the bars that have a value."""
    marker = {"color": paper, "size": size, "symbol": "circle", "line": {"color": colour, "width": 1.2}}
    return _build_dot_trace(measurement, values, marker, name)


def _build_dot_trace(
    measurement: Measurement, values: Floats, marker: dict[str, Any], name: str, selected: Bools | None = None
) -> Trace:
    """Dots at the values that are not NaN, or at the ``selected`` ones.

    Each dot has its own ``x``: on a grid the browser would create an element for every bar, with a value or without.
    """
    y = build_grid_coordinates(measurement, values)["y"]
    positions = np.flatnonzero(~np.isnan(y) if selected is None else selected)
    width = compute_bucket_size(values.size)
    return {
        "x": compute_epoch_ms(measurement, positions * np.float64(width / 2 if width > 1 else 1)),
        "y": y[positions],
        "mode": "markers",
        "marker": marker,
        "hoverinfo": "skip",
        "name": name,
    }


def find_runs(mask: Bools) -> list[tuple[int, int]]:
    """The spans ``[start, end)`` of positions where the mask is true.

    >>> find_runs(np.array([True, False, True, True]))
    [(0, 1), (2, 4)]
    """
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(np.int8), [0]])))
    return [(int(start), int(end)) for start, end in edges.reshape(-1, 2)]


def build_area_trace(measurement: Measurement, low: Floats, high: Floats, colour: str, opacity: float) -> Trace:
    """The area between two series where both have a value: a polygon per run of bars without a gap.

    A polygon extends half a bar beyond its run, so that a single bar shows, but not beyond the window. In buckets the
    area reaches as far as any of their bars.
    """
    x: list[Floats] = []
    y: list[Floats] = []
    last, width = measurement.axis.size - 1, compute_bucket_size(low.size)
    present = ~np.isnan(low) & ~np.isnan(high)
    low, high = np.where(present, np.minimum(low, high), np.nan), np.where(present, np.maximum(low, high), np.nan)
    low, high = compute_bucket_minima(low, width), compute_bucket_maxima(high, width)
    for start, end in find_runs(~np.isnan(low)):
        edges = np.clip(np.array([start, end]) * width - 0.5, 0, last)
        middles = (np.arange(start, end) + 0.5) * width - 0.5
        bars = np.concatenate([edges[:1], middles, edges[1:]])
        upper, lower = _extend_edges(high[start:end]), _extend_edges(low[start:end])
        x.append(np.concatenate([bars, bars[::-1], [np.nan]]))
        y.append(np.concatenate([upper, lower[::-1], [np.nan]]))
    return _build_filled_trace(measurement, x, y, colour, opacity)


def _extend_edges(values: Floats) -> Floats:
    return np.concatenate([values[:1], values, values[-1:]])


def build_block_trace(
    measurement: Measurement, mask: Bools, span: tuple[float, float], colour: str, *, hatch: str | None, paper: str
) -> Trace:
    """A strip between the two heights of ``span``, filled where the mask is true, with a hatch pattern if one is given.

    A bucket is filled where the mask is true for any of its bars.
    """
    (low, high), width = span, compute_bucket_size(mask.size)
    rows = np.append(mask, np.zeros(-mask.size % width, np.bool_)).reshape(-1, width)
    is_filled: Bools = np.logical_or.reduce(rows, axis=1)
    filled_spans = [(start * width, min(end * width, mask.size)) for start, end in find_runs(is_filled)]
    x = [np.array([start, start, end, end, start, np.nan]) for start, end in filled_spans]
    y = [np.array([low, high, high, low, low, np.nan])] * len(x)
    trace = _build_filled_trace(measurement, x, y, colour, 1.0)
    if hatch is not None:
        trace["fillpattern"] = {"shape": hatch, "fgcolor": colour, "bgcolor": paper, "size": 5, "solidity": 0.35}
    return trace


def build_wick_trace(
    measurement: Measurement, low: Floats, high: Floats, colour: str, *, width: float, max_wicks: int = BUCKET_COUNT
) -> Trace:
    """A thin vertical line per bar from low to high; bars share a line where there are more than ``max_wicks``."""
    bucket_size = compute_wick_bucket(low.size, max_wicks)
    bottom, top = compute_bucket_minima(low, bucket_size), compute_bucket_maxima(high, bucket_size)
    present = ~np.isnan(bottom)
    gap = np.full(int(present.sum()), np.nan)
    positions = np.arange(bottom.size)[present] * float(bucket_size)
    return {
        "x": compute_epoch_ms(measurement, np.column_stack([positions, positions, positions]).ravel()),
        "y": np.column_stack([bottom[present], top[present], gap]).ravel().astype(np.float32),
        "mode": "lines",
        "line": {"color": colour, "width": width},
        "hoverinfo": "skip",
    }


def compute_epoch_ms(measurement: Measurement, positions: Floats) -> Floats:
    """Times of positions in the window in milliseconds since the epoch, which plotly accepts on a date axis."""
    return (measurement.axis.first + positions) * float(measurement.question.timeframe.ms)


def _build_filled_trace(
    measurement: Measurement, x: list[Floats], y: list[Floats], colour: str, opacity: float
) -> Trace:
    empty = np.empty(0)
    return {
        "x": compute_epoch_ms(measurement, np.concatenate(x) if x else empty),
        "y": (np.concatenate(y) if y else empty).astype(np.float32),
        "mode": "lines",
        "line": {"width": 0, "color": colour},
        "fill": "toself",
        "fillcolor": colour,
        "opacity": opacity,
        "hoverinfo": "skip",
    }


def get_window_range(measurement: Measurement) -> list[str]:
    """The range of the time axis: first and last instant of the window."""
    question = measurement.question
    return [format_naive(question.start), format_naive(question.end)]


def format_count_range(values: Ints) -> str:
    """The range of some counts: "0-3", or "4" where all are equal."""
    lowest, highest = int(values.min()), int(values.max())
    return f"{lowest}" if lowest == highest else f"{lowest}-{highest}"
