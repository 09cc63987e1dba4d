"""The rows of the picture's blocks: every market against the exchanges of a group, as texts and marks."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from dashboard.draw.axis import Scale, compute_ticks
from dashboard.draw.row_names import name_rows
from dashboard.draw.scene import Scene
from dashboard.draw.text_metrics import measure_text_width
from dashboard.text.clock import convert_to_zone, format_day
from dashboard.text.numbers import (
    EN_DASH,
    format_axis_percent,
    format_dollars,
    format_optional_price,
    format_signed_percent,
)
from data.schema import Timeframe
from deviation.measurement import Measurement
from deviation.question import DAY, USD, USDT, Group
from deviation.result import MarketRow
from deviation.side import Side
from deviation.window.side_summary import SideExtreme, SideSummary
from deviation.window.summary import DeviationSummary
from deviation.wording import format_minutes, format_threshold

MAX_SCALE_STRETCH = 1.5
"""How many times as far as the furthest close the scale may go to show an extreme trade."""

TICK_FONT, TICK_GAP = 12.0, 6.0
"""Font size of the strip's ticks, and pixels between their texts."""


@dataclass(frozen=True, slots=True)
class BlockRow:
    """A market against a group: its texts and marks; marks in per cent, None where undefined.

    ``value`` is the larger deviation of a close, ``other_value`` that of the other side where it reaches the threshold;
    both are of minutes with fewer than three others if ``is_thin``. ``whole`` is the deviation that held for an entire
    minute, on the side of ``value``, ``bounds`` are those of the extreme trade on the side of the block, the nearer one
    first. Markets without a rank are grey, the focus venue is bold.
    """

    name: str
    colour: str
    is_bold: bool
    value: float | None
    other_value: float | None
    whole: float | None
    bounds: tuple[float, float] | None
    is_thin: bool
    value_text: str
    count_text: str
    trade_text: str
    trade_time_text: str
    volume_text: str


@dataclass(frozen=True, slots=True)
class SheetBlock:
    """One block: its title, its rows, the group that they are measured against, and a remark under them."""

    title: str
    rows: tuple[BlockRow, ...]
    against: Group
    remark: str = ""


def list_blocks(scene: Scene, side: Side) -> list[SheetBlock]:
    """The blocks, the most important first: own group of the focus, all of it against USD, then the other groups.

    ``side`` is that of the trades. A block of an asset with an underlying is against the fair value by one group.
    """
    measurement = scene.measurement
    if measurement.question.underlying is not None:
        return _list_fair_value_blocks(scene, side)
    if not measurement.groups:
        return []
    first = measurement.groups[0] if scene.focus is None else scene.focus.market.group
    blocks = [_build_own_block(scene, first, side)]
    reference = USDT if first == USD else USD
    across = measurement.cross[first][reference]
    if across.rows:
        blocks.append(_build_across_block(scene, first, reference, side))
    return blocks + [_build_own_block(scene, group, side) for group in measurement.groups if group != first]


def _build_own_block(scene: Scene, group: Group, side: Side) -> SheetBlock:
    rows = [row for row in scene.measurement.rows if row.market.group == group]
    title = f"{group.upper()} exchanges, each vs the others"
    return SheetBlock(title, _build_rows(scene, _sort_rows(scene, rows, group), group, side), group)


def _build_across_block(scene: Scene, group: Group, reference: Group, side: Side) -> SheetBlock:
    comparison = scene.measurement.cross[group][reference]
    rows = _build_rows(scene, _sort_rows(scene, comparison.rows, reference), reference, side)
    enter = format_threshold(scene.measurement.question.parameters.enter)
    counts = [
        f"{numbers.reaching} of {len(comparison.rows)} at least {enter} {which}"
        for which, numbers in comparison.sides.items()
        if numbers.reaching
    ]
    remark = f"{'; '.join(counts)}." if counts else f"None strayed by {enter}."
    return SheetBlock(f"{group.upper()} exchanges vs {reference.upper()} exchanges", rows, reference, remark)


def _list_fair_value_blocks(scene: Scene, side: Side) -> list[SheetBlock]:
    rows = scene.measurement.rows
    groups = dict.fromkeys(group for row in rows for group in row.summaries)
    blocks = []
    for group in groups:
        measured = [row for row in rows if group in row.series and row.series[group].observed.any()]
        title = f"Vs fair value by {group.upper()} exchanges"
        blocks.append(SheetBlock(title, _build_rows(scene, measured, group, side), group))
    return [block for block in blocks if block.rows] or blocks[:1]


def _sort_rows(scene: Scene, rows: Sequence[MarketRow], against: Group) -> list[MarketRow]:
    """The furthest first, unranked ones last."""
    ranks = scene.measurement.ranks

    def build_key(row: MarketRow) -> tuple[bool, bool, float, str, str]:
        is_unranked = not ranks[row.market][Side.BELOW].largest.is_ranked and row is not scene.focus
        summary = row.summaries[against]
        return is_unranked, not summary.firm_min, -summary.size, row.market.venue, row.market.symbol

    return sorted(rows, key=build_key)


def _build_rows(scene: Scene, rows: Sequence[MarketRow], against: Group, side: Side) -> tuple[BlockRow, ...]:
    names = name_rows(scene, rows)
    return tuple(_build_row(scene, row, name, against, side) for row, name in zip(rows, names, strict=True))


def _build_row(scene: Scene, row: MarketRow, name: str, against: Group, side: Side) -> BlockRow:
    summary, is_focus = row.summaries[against], row is scene.focus
    is_ranked = scene.measurement.ranks[row.market][Side.BELOW].largest.is_ranked
    extreme, trade = row.get_extreme(side), summary.get_side(side).trade
    has_bounds = trade.least is not None and trade.most is not None
    base = BlockRow(
        name=name,
        colour=scene.focus_colour if is_focus else scene.colours.ink if is_ranked else scene.colours.muted,
        is_bold=is_focus,
        value=None,
        other_value=None,
        whole=None,
        bounds=(100 * (trade.least or 0.0), 100 * (trade.most or 0.0)) if has_bounds else None,
        is_thin=False,
        value_text=EN_DASH,
        count_text=EN_DASH,
        trade_text=format_optional_price(None if extreme is None else extreme.price),
        trade_time_text="" if extreme is None else _format_time(scene, extreme.at),
        volume_text=format_dollars(row.volume_usd_before),
    )
    if summary.firm_min or not summary.thin.minutes:
        return _add_values(base, summary, {each: summary.get_side(each) for each in Side}, summary.firm_min)
    return replace(_add_values(base, summary, summary.thin.sides, summary.thin.minutes), is_thin=True)


def _add_values(
    row: BlockRow, summary: DeviationSummary, sides: dict[Side, SideSummary] | dict[Side, SideExtreme], minutes: float
) -> BlockRow:
    if not minutes:
        return row
    sizes = {side: abs(sides[side].deviation or 0.0) for side in Side}
    larger = Side.ABOVE if sizes[Side.ABOVE] > sizes[Side.BELOW] else Side.BELOW
    value, other = sides[larger].deviation or 0.0, sides[larger.other].deviation or 0.0
    counts = " | ".join(format_minutes(sides[side].minutes) for side in Side)
    whole = summary.get_side(larger).whole.deviation if summary.firm_min else None
    text = f"{counts} of {format_minutes(minutes)}"
    return replace(
        row,
        value=100 * value,
        other_value=100 * other if summary.parameters.reaches_enter(abs(other)) else None,
        whole=100 * whole if whole else None,
        value_text=format_signed_percent(value),
        count_text=text if summary.firm_min else f"({text})",
    )


def _format_time(scene: Scene, position: int) -> str:
    """The time of a bar on the clock of the scene, with its day where the window is longer than one."""
    measurement = scene.measurement
    time = convert_to_zone(measurement.axis.time_at(position), scene.zone)
    clock = f"{time:%H:%M:%S}" if measurement.question.timeframe is Timeframe.S1 else f"{time:%H:%M}"
    is_long = measurement.question.end - measurement.question.start > DAY
    return f"{format_day(time.date())} {clock}" if is_long else clock


def build_mark_scale(blocks: Sequence[SheetBlock], measurement: Measurement, width: float) -> Scale:
    """The scale of all marks, in per cent, zero included, with ticks for its length of ``width`` pixels.

    It holds every close; the bounds of an extreme trade stretch it by `MAX_SCALE_STRETCH` at most and may end beyond.
    """
    low, high = _compute_extent(blocks, measurement)
    choices = [compute_ticks(low, high, max_ticks) for max_ticks in range(6, 0, -1)]
    ticks = next((ticks for ticks in choices if len(ticks) > 1 and _has_room(ticks, width / (high - low))), choices[-1])
    return Scale(low, high, log=False, ticks=ticks, tick_texts=tuple(format_tick(value) for value in ticks))


def format_tick(value: float) -> str:
    """The tick of the strip at a value, without a unit, which its heading names."""
    return format_axis_percent(value).removesuffix("%").strip()


def has_cut_bounds(blocks: Sequence[SheetBlock], measurement: Measurement) -> bool:
    """Whether the bounds of any extreme trade end beyond the scale."""
    low, high = _compute_extent(blocks, measurement)
    return any(
        not low <= bound <= high for block in blocks for row in block.rows for bound in row.bounds or () if bound
    )


def _compute_extent(blocks: Sequence[SheetBlock], measurement: Measurement) -> tuple[float, float]:
    """The ends of the scale of marks, in per cent."""
    enter = 100 * measurement.question.parameters.enter
    rows = [row for block in blocks for row in block.rows]
    closes = [0.0, *(v for row in rows for v in (row.value, row.whole, row.other_value) if v is not None)]
    bounds = [bound for row in rows for bound in row.bounds or ()]
    lowest, highest = min(closes), max(closes)
    # Where no close strayed the scale goes as far as the trades, so that they can be seen.
    reach = MAX_SCALE_STRETCH * max(-lowest, highest)
    limit = reach if max(-lowest, highest) >= enter else float("inf")
    low = min(lowest, max(min([0.0, *bounds]), -limit))
    high = max(highest, min(max([0.0, *bounds]), limit))
    if high - low < enter:
        low, high = (low, low + enter) if high > -low else (high - enter, high)
    margin = 0.06 * (high - low)
    return low - margin, high + margin


def _has_room(ticks: Sequence[float], pixels: float) -> bool:
    """Whether the texts of the ticks do not touch, at so many pixels per unit of the scale."""
    widths = [measure_text_width(format_tick(value), TICK_FONT) for value in ticks]
    return all(
        (second - first) * pixels >= (width + next_width) / 2 + TICK_GAP
        for (first, second), (width, next_width) in zip(pairwise(ticks), pairwise(widths), strict=True)
    )
