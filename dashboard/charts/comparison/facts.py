"""Facts under the venues of the comparison sheet: a title and a small table on the focus venue, or on quiet ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dashboard.draw.label_layout import Box
from dashboard.draw.scene import Scene
from dashboard.sheet.canvas import Sheet
from dashboard.sheet.table import Cell, Column, SheetTable
from dashboard.text.clock import format_day
from dashboard.text.numbers import TIMES_SIGN
from dashboard.text.sentences import format_market_name
from deviation.window.summary import THRESHOLDS_PCT
from deviation.wording import describe_split, format_minutes

MAX_GAP_VENUES = 4
"""Venues in the fact on minutes without a vote."""

TITLE_HEIGHT, LINE_HEIGHT, MARGIN_BOTTOM = 34, 23, 16
"""Heights of a fact's title with the space below its lines, of a line, and of the space to the next fact."""

NAME_WIDTH, MAX_FACT_WIDTH = 130.0, 560.0
"""Width of the first column, and of all columns: cells further apart do not read as one line."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A title, and lines of as many cells each, the first of which names the line."""

    title: str
    lines: Sequence[tuple[str, ...]]

    @property
    def height(self) -> float:
        """Its height on the sheet in pixels."""
        return TITLE_HEIGHT + LINE_HEIGHT * len(self.lines) + MARGIN_BOTTOM


def list_facts(scene: Scene) -> list[Fact]:
    """The facts of a measurement, the most important first; minutes without a vote only where there is no other."""
    facts = [
        Fact("What the fair value rests on", _list_fair_value_lines(scene)),
        Fact("Firm minutes at least so far below", _list_threshold_lines(scene)),
    ]
    facts = [fact for fact in facts if fact.lines] or [
        Fact("Venues that traded least, in minutes", _list_minute_lines(scene))
    ]
    return [fact for fact in facts if fact.lines]


def draw_fact(sheet: Sheet, scene: Scene, fact: Fact, box: Box) -> float:
    """Draw a fact from the top of the box; returns the height at which the next one may begin."""
    colours = scene.colours
    sheet.write_text(fact.title, box.left, box.top + 9, size=17, colour=colours.ink, bold=True)
    table = SheetTable(box.left, _build_columns(len(fact.lines[0]) - 1, box.right - box.left))
    y = box.top + 26
    for name, *texts in fact.lines:
        table.draw_row(
            sheet, y + 11, [Cell(name, 14, colours.muted), *(Cell(text, 14, colours.text) for text in texts)]
        )
        y += LINE_HEIGHT
    return y + MARGIN_BOTTOM


def _build_columns(value_count: int, width: float) -> list[Column]:
    """A column of names and one of each value: a single one beside the names, several evenly over the rest."""
    if value_count == 1:
        return [Column(0, "left"), Column(NAME_WIDTH + 10, "left")]
    step = (min(width, MAX_FACT_WIDTH) - NAME_WIDTH) / value_count
    return [Column(0, "left"), *(Column(NAME_WIDTH + step * (number + 1)) for number in range(value_count))]


def _list_threshold_lines(scene: Scene) -> list[tuple[str, ...]]:
    """Firm minutes of the focus venue at or below each depth: a line of headings, then a line per firm group.

    A group that it was only above has no line, as zeros would hide the deviation; none without any such line.
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


def _list_minute_lines(scene: Scene) -> list[tuple[str, ...]]:
    """Minutes by state of the venues that voted least: a line of headings, then a line for each.

    None where every market voted in every minute.
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


def _list_fair_value_lines(scene: Scene) -> list[tuple[str, ...]]:
    """Name and value of each property of the fair value; none for an asset with peers."""
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
