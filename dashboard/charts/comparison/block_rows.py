"""The rows of the comparison sheet's blocks: every market against the votes of a group, as texts and marks."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.draw.axis import Scale, compute_ticks
from dashboard.draw.scene import Scene
from dashboard.tables.venue_result import CountedMinutes, VenueResult, build_venue_result
from dashboard.text.numbers import (
    format_axis_percent,
    format_dollars,
    format_minute_count,
    format_optional_price,
    format_short_time,
    format_signed_percent,
)
from deviation.measurement import Measurement
from deviation.question import TOLERANCE, Group
from deviation.result import MarketRow
from deviation.window.episodes import Direction
from deviation.window.summary import DeviationSummary, select_side

MAX_SCALE_STRETCH = 1.5
"""How many times as deep as the deepest close the scale may go to show a lowest trade."""

MIN_STRIP_TICK_DISTANCE = 33.0
"""Pixels between ticks of the strip from which their texts do not touch."""


@dataclass(frozen=True, slots=True)
class BlockRow:
    """A market against a group: its texts and marks on the sheet; marks in per cent, None where undefined.

    ``depth`` is the deepest close, of thin minutes if ``is_thin``, ``certain_depth`` the order-proof depth,
    ``wick_bounds`` the bounds of the lowest trade (shallow, deep), ``height`` the highest close of a market that was
    further above than below. Markets without a rank are grey, the focus venue is bold.
    """

    name: str
    colour: str
    is_bold: bool
    depth: float | None
    certain_depth: float | None
    wick_bounds: tuple[float, float] | None
    height: float | None
    is_thin: bool
    depth_text: str
    count_text: str
    low_text: str
    low_time_text: str
    volume_text: str


@dataclass(frozen=True, slots=True)
class SheetBlock:
    """One block: its title and its rows."""

    title: str
    rows: tuple[BlockRow, ...]


def build_block(scene: Scene, group: Group) -> SheetBlock:
    """The markets of a group, deepest first and unranked ones last; a focus venue of the other group comes first."""
    measurement, focus = scene.measurement, scene.focus
    if measurement.question.underlying is not None:
        rows = [row for row in measurement.rows if row.summaries[group].firm_min or row.summaries[group].thin.minutes]
        title = f"Against fair value by {group.upper()} exchanges"
    else:
        rows = [row for row in measurement.rows if row.market.group is group]
        rows.sort(key=lambda row: _build_sort_key(scene, row))
        if focus is not None and focus.market.group is not group:
            rows.insert(0, focus)
        title = f"Against {group.upper()} exchanges"
    return SheetBlock(title, tuple(_build_row(scene, build_venue_result(measurement, row, group)) for row in rows))


def _build_sort_key(scene: Scene, row: MarketRow) -> tuple[bool, bool, float, str]:
    depth = row.own_summary.depth
    is_unranked = scene.measurement.ranks[row.market].reason is not None
    return (is_unranked and row is not scene.focus, depth is None, 0.0 if depth is None else depth, row.market.venue)


def _build_row(scene: Scene, result: VenueResult) -> BlockRow:
    row, summary, counted, colours = result.row, result.summary, result.counted, scene.colours
    enter = scene.measurement.question.parameters.enter - TOLERANCE
    is_above = select_side(summary) is Direction.ABOVE and (summary.height or 0.0) >= enter
    venue_colour = colours.ink if result.rank.reason is None else colours.muted
    return BlockRow(
        name=_format_name(scene, result),
        colour=scene.focus_colour if result.is_focus else venue_colour,
        is_bold=result.is_focus,
        depth=_to_percent(counted.depth),
        certain_depth=_to_percent(summary.sure_depth),
        wick_bounds=_compute_wick_bounds(summary),
        height=_to_percent(summary.height) if is_above else None,
        is_thin=counted.is_thin,
        depth_text=format_signed_percent(counted.depth, space=" "),
        count_text=_format_count(counted),
        low_text=format_optional_price(row.low),
        low_time_text="" if row.low_at is None else format_short_time(scene.measurement.axis, row.low_at),
        volume_text=format_dollars(row.volume_usd_before),
    )


def _format_name(scene: Scene, result: VenueResult) -> str:
    """The venue; with its group where it is a guest from the other group and has a market in this one, too."""
    market = result.row.market
    name = scene.catalogue.get_venue(market.venue).name
    if not result.row.is_spot:
        return f"{name} perpetual"
    spot_rows = [row for row in scene.measurement.select_rows(market.venue) if row.is_spot]
    is_guest = not result.is_own_group and scene.measurement.question.underlying is None
    return f"{name} ({market.group.upper()})" if is_guest and len(spot_rows) > 1 else name


def _format_count(counted: CountedMinutes) -> str:
    text = format_minute_count(counted.below_min, counted.minutes)
    return f"({text})" if counted.is_thin else text


def _compute_wick_bounds(summary: DeviationSummary) -> tuple[float, float] | None:
    if summary.wick_shallow is None or summary.wick_deep is None:
        return None
    return 100 * summary.wick_shallow, 100 * summary.wick_deep


def _to_percent(fraction: float | None) -> float | None:
    return None if fraction is None else 100 * fraction


def build_depth_scale(blocks: Sequence[SheetBlock], measurement: Measurement, width: float) -> Scale:
    """The scale of all marks, in per cent: from ``-enter`` or deeper to zero or above, with ticks for its width.

    It holds every close; the bounds of a lowest trade stretch it by `MAX_SCALE_STRETCH` at most and may end beyond it.
    ``width`` is its length in pixels.
    """
    low, high = _compute_extent(blocks, measurement)
    choices = [compute_ticks(low, high, max_ticks) for max_ticks in range(4, 0, -1)]
    min_distance = MIN_STRIP_TICK_DISTANCE / width
    ticks = next((ticks for ticks in choices if _measure_tick_distance(ticks, low, high) >= min_distance), choices[-1])
    return Scale(low, high, log=False, ticks=ticks, tick_texts=tuple(format_axis_percent(value) for value in ticks))


def has_cut_wick(blocks: Sequence[SheetBlock], measurement: Measurement) -> bool:
    """Whether the bounds of any lowest trade end beyond the scale."""
    low, _ = _compute_extent(blocks, measurement)
    return any(row.wick_bounds is not None and row.wick_bounds[1] < low for block in blocks for row in block.rows)


def _compute_extent(blocks: Sequence[SheetBlock], measurement: Measurement) -> tuple[float, float]:
    """The ends of the scale of marks, in per cent."""
    enter = 100 * measurement.question.parameters.enter
    rows = [row for block in blocks for row in block.rows]
    closes = [value for row in rows for value in (row.depth, row.certain_depth, row.height) if value is not None]
    wicks = [value for row in rows for value in row.wick_bounds or ()]
    deepest = min([-enter, *closes])
    lowest, highest = max(min([deepest, *wicks]), MAX_SCALE_STRETCH * deepest), max([0.0, *closes, *wicks])
    margin = 0.06 * (highest - lowest)
    return lowest - margin, highest + margin


def _measure_tick_distance(ticks: Sequence[float], low: float, high: float) -> float:
    """Distance of two ticks as a share of the scale; 0 where there are no two."""
    return (ticks[1] - ticks[0]) / (high - low) if len(ticks) > 1 else 0.0


def trim_blocks(blocks: Sequence[SheetBlock], max_rows: int) -> tuple[list[SheetBlock], list[int]]:
    """The blocks with at most ``max_rows`` rows together, and the number of rows that each one lost.

    Rows go from the end of the longest block; bold ones stay, even where there are more of them.
    """
    rows_by_block = [list(block.rows) for block in blocks]
    while sum(map(len, rows_by_block)) > max_rows:
        longest = max(rows_by_block, key=len)
        removable = [row for row in longest if not row.is_bold]
        if not removable:
            break
        longest.remove(removable[-1])
    trimmed = [SheetBlock(block.title, tuple(rows)) for block, rows in zip(blocks, rows_by_block, strict=True)]
    return trimmed, [len(block.rows) - len(rows) for block, rows in zip(blocks, rows_by_block, strict=True)]
