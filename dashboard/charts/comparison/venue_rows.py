"""The right column of the picture: every venue against the votes of a group, a row each, with its deepest close."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dashboard.draw.axis import Scale, compute_ticks
from dashboard.draw.scene import Scene
from dashboard.text.clock import format_day
from dashboard.text.numbers import (
    TIMES_SIGN,
    format_axis_percent,
    format_dollars,
    format_minute_count,
    format_optional_price,
    format_short_time,
    format_signed_percent,
)
from dashboard.text.sentences import format_market_name
from deviation.episodes import Direction
from deviation.question import TOLERANCE, Group
from deviation.report.wording import describe_split, format_minutes
from deviation.result import MarketRow, Measurement
from deviation.summary import THRESHOLDS_PCT, DeviationSummary, select_side

MAX_SCALE_STRETCH = 1.5
"""How many times as deep as the deepest close the scale goes for the sake of a lowest trade."""

MAX_GAP_VENUES = 4
"""Venues that `list_minute_counts` names."""

MIN_STRIP_TICK_DISTANCE = 33.0
"""Pixels between ticks on the strip of dots at which their texts do not meet."""


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A venue against a group, as it is written and drawn; values in per cent, None where undefined.

    ``depth`` is the deepest close, ``sure`` the order-proof depth, ``wick`` the bounds of the lowest trade (shallow,
    deep), ``height`` the highest close where the venue stood above rather than below. ``thin``: there was no firm
    minute, depth and count are of thin ones. ``quiet``: not ranked, hence grey.
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
class SheetTable:
    """One block: its title and its entries."""

    title: str
    rows: tuple[SheetRow, ...]


def build_table(scene: Scene, group: Group) -> SheetTable:
    """The venues of a group, deepest first and unranked ones last; the focus venue on top if it is of the other."""
    measurement = scene.measurement
    question, focus = measurement.question, scene.focus
    if question.underlying is not None:
        rows = [row for row in measurement.rows if row.summaries[group].firm_min or row.summaries[group].thin.minutes]
        return SheetTable(
            f"Against fair value by {group.upper()} exchanges", tuple(_build_row(scene, row, group) for row in rows)
        )
    rows = sorted(
        (row for row in measurement.rows if row.market.group is group), key=lambda row: _build_sort_key(scene, row)
    )
    if focus is not None and focus.market.group is not group:
        rows.insert(0, focus)
    return SheetTable(f"Against {group.upper()} exchanges", tuple(_build_row(scene, row, group) for row in rows))


def _build_sort_key(scene: Scene, row: MarketRow) -> tuple[bool, bool, float, str]:
    depth = row.own_summary.depth
    is_unranked = scene.measurement.ranks[row.market].reason is not None
    return (is_unranked and row is not scene.focus, depth is None, 0.0 if depth is None else depth, row.market.venue)


def _build_row(scene: Scene, row: MarketRow, group: Group) -> SheetRow:
    measurement, summary = scene.measurement, row.summaries[group]
    is_bold = row is scene.focus
    is_thin = summary.firm_min == 0 and summary.thin.minutes > 0
    depth = summary.thin.depth if is_thin else summary.depth
    enter = measurement.question.parameters.enter - TOLERANCE
    is_above = select_side(summary) is Direction.ABOVE and (summary.height or 0.0) >= enter
    is_muted = not is_bold and measurement.ranks[row.market].reason is not None
    colour = scene.focus_colour if is_bold else scene.colours.muted if is_muted else scene.colours.ink
    return SheetRow(
        name=_format_name(scene, row, group),
        colour=colour,
        is_bold=is_bold,
        depth=_to_percent(depth),
        certain_depth=_to_percent(summary.sure_depth),
        wick_bounds=_compute_wick_bounds(summary),
        height=_to_percent(summary.height) if is_above else None,
        is_thin=is_thin,
        depth_text=format_signed_percent(depth, space=" "),
        count_text=_format_count(summary, is_thin=is_thin),
        low_text=format_optional_price(row.low),
        low_time_text="" if row.low_at is None else format_short_time(measurement.axis, row.low_at),
        volume_text=format_dollars(row.volume_usd_before),
    )


def _format_name(scene: Scene, row: MarketRow, group: Group) -> str:
    """The venue; the block says of which group, but for a guest from the other one that has a market here, too."""
    name = scene.catalogue.get_venue(row.market.venue).name
    if not row.is_spot:
        return f"{name} perpetual"
    spot_rows = [other for other in scene.measurement.select_rows(row.market.venue) if other.is_spot]
    is_guest = row.market.group is not group and scene.measurement.question.underlying is None
    return f"{name} ({row.market.group.upper()})" if is_guest and len(spot_rows) > 1 else name


def _format_count(summary: DeviationSummary, *, is_thin: bool) -> str:
    if is_thin:
        return f"({format_minute_count(summary.thin.below_min, summary.thin.minutes)})"
    return format_minute_count(summary.below_min, summary.firm_min)


def _compute_wick_bounds(summary: DeviationSummary) -> tuple[float, float] | None:
    if summary.wick_shallow is None or summary.wick_deep is None:
        return None
    return 100 * summary.wick_shallow, 100 * summary.wick_deep


def _to_percent(fraction: float | None) -> float | None:
    return None if fraction is None else 100 * fraction


def build_depth_scale(tables: Sequence[SheetTable], measurement: Measurement, width: float) -> Scale:
    """The shared scale of all dots, in per cent: from ``-enter`` at the least, and above zero only where needed.

    It is made for closes: the bounds of a lowest trade stretch it a little, but may end beyond it. ``width`` is its
    length in pixels, which says how many ticks there is room for.
    """
    low, high = _compute_extent(tables, measurement)
    tick_choices = (compute_ticks(low, high, max_ticks) for max_ticks in range(4, 0, -1))
    ticks = next(
        (
            ticks
            for ticks in tick_choices
            if _measure_tick_distance(ticks, low, high) * width >= MIN_STRIP_TICK_DISTANCE
        ),
        (),
    )
    ticks = ticks or compute_ticks(low, high, 1)
    return Scale(low, high, log=False, ticks=ticks, tick_texts=tuple(format_axis_percent(value) for value in ticks))


def has_cut_wick(tables: Sequence[SheetTable], measurement: Measurement) -> bool:
    """Whether the bounds of any lowest trade end beyond the scale."""
    low, _ = _compute_extent(tables, measurement)
    return any(entry.wick_bounds is not None and entry.wick_bounds[1] < low for table in tables for entry in table.rows)


def _compute_extent(tables: Sequence[SheetTable], measurement: Measurement) -> tuple[float, float]:
    """The ends of the scale."""
    enter = 100 * measurement.question.parameters.enter
    entries = [entry for table in tables for entry in table.rows]
    closes = [
        value for entry in entries for value in (entry.depth, entry.certain_depth, entry.height) if value is not None
    ]
    wicks = [value for entry in entries for value in entry.wick_bounds or ()]
    deepest = min([-enter, *closes])
    lowest, highest = max(min([deepest, *wicks]), MAX_SCALE_STRETCH * deepest), max([0.0, *closes, *wicks])
    margin = 0.06 * (highest - lowest)
    return lowest - margin, highest + margin


def _measure_tick_distance(ticks: Sequence[float], low: float, high: float) -> float:
    """Distance of two ticks as a share of the scale; 0 where there are no two."""
    return (ticks[1] - ticks[0]) / (high - low) if len(ticks) > 1 else 0.0


def trim_tables(tables: Sequence[SheetTable], max_rows: int) -> tuple[list[SheetTable], list[int]]:
    """The tables cut from their ends until they have ``max_rows`` entries together, and how many each one lost.

    The longer table gives first; the focus venue stays.
    """
    rows_by_table = [list(table.rows) for table in tables]
    while sum(map(len, rows_by_table)) > max_rows:
        longest = max(rows_by_table, key=len)
        removable = [entry for entry in longest if not entry.is_bold]
        if not removable:
            break
        longest.remove(removable[-1])
    trimmed_tables = [
        SheetTable(table.title, tuple(entries)) for table, entries in zip(tables, rows_by_table, strict=True)
    ]
    return trimmed_tables, [
        len(table.rows) - len(entries) for table, entries in zip(tables, rows_by_table, strict=True)
    ]


def list_threshold_counts(scene: Scene) -> list[tuple[str, ...]]:
    """How many firm minutes the focus venue was at or below each depth: a head, then a line per firm group.

    A group that it stood above, and never below, has no line: zeros would hide that it strayed.
    """
    row = scene.focus
    if row is None:
        return []
    lines = [
        (f"against {group.upper()}", *(format_minutes(summary.threshold_min[x]) for x in THRESHOLDS_PCT))
        for group in scene.groups
        for summary in [row.summaries[group]]
        if summary.firm_min and (summary.below_min or not summary.above_min)
    ]
    return [("", *(f"{x} %" for x in THRESHOLDS_PCT)), *lines] if lines else []


def list_minute_counts(scene: Scene) -> list[tuple[str, ...]]:
    """The venues that voted least, and what their other minutes were: a head, then a line for each.

    Nothing where every market voted in every minute.
    """
    measurement = scene.measurement
    rows = sorted(measurement.rows, key=lambda row: row.state_counts.voting_min)
    if not rows or rows[0].state_counts.voting_min == measurement.question.duration_min:
        return []
    lines = [
        (
            format_market_name(row, measurement, scene.catalogue),
            *(
                format_minutes(n)
                for n in (row.state_counts.voting_min, row.state_counts.small_min, row.state_counts.quiet_min)
            ),
            format_minutes(row.state_counts.missing_min),
        )
        for row in rows[:MAX_GAP_VENUES]
    ]
    return [("", "voting", "small", "quiet", "missing"), *lines]


def list_fair_value_facts(scene: Scene) -> list[tuple[str, str]]:
    """What the fair value rests on, where there is one: name and value of each fact."""
    row = scene.focus
    if row is None or row.fair_value is None:
        return []
    fair_value = row.fair_value
    if fair_value.ratio is None or fair_value.p5 is None or fair_value.p95 is None:
        return [("Calm ratio", "none known: no fair value")]
    start, end = scene.measurement.question.ratio_span
    parts = row.split_depth(row.market.group)
    split_texts = () if parts is None else describe_split(fair_value.underlying, *parts)
    asset = scene.measurement.question.asset
    return [
        ("Fair value", f"{fair_value.underlying} elsewhere {TIMES_SIGN} calm ratio"),
        ("Calm ratio", f"{fair_value.ratio:.5g} {fair_value.underlying} per {asset}"),
        ("5 to 95 % range", f"{fair_value.p5:.5g} to {fair_value.p95:.5g}"),
        ("Minutes", f"{format_minutes(fair_value.ratio_min)}, {_format_time(start)} to {_format_time(end)}"),
        ("Source", _format_source(scene, fair_value.source or "")),
        *zip(("Deepest close", "times"), split_texts, strict=False),
    ]


def _format_source(scene: Scene, source: str) -> str:
    venue, _, markets = source.partition(" ")
    return f"{scene.catalogue.get_venue(venue).name} {markets}"


def _format_time(time: datetime) -> str:
    return f"{format_day(time.date())} {time:%H:%M}"
