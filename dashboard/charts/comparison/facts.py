"""Facts under the exchanges of the picture: a title and a small table on the focus venue, or on gaps in the data."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dashboard.draw.label_layout import Box
from dashboard.draw.row_names import name_rows
from dashboard.draw.scene import Scene
from dashboard.draw.text_metrics import shorten_text
from dashboard.sheet.canvas import Sheet
from dashboard.sheet.table import Cell, Column, SheetTable
from dashboard.text.clock import convert_to_zone, format_day
from dashboard.text.numbers import TIMES_SIGN, format_signed_percent
from deviation.side import Side
from deviation.window.side_summary import THRESHOLDS_PCT
from deviation.wording import format_amount, format_minutes

MAX_GAP_VENUES = 4
"""Markets in the fact on gaps."""

TITLE_HEIGHT, LINE_HEIGHT, MARGIN_BOTTOM = 34, 23, 16
"""Heights of a fact's title with the space below its lines, of a line, and of the space to the next fact."""

NAME_WIDTH, MAX_FACT_WIDTH = 140.0, 560.0
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
    """The facts of a measurement, the most important first; gaps only where there is no other."""
    facts = [
        Fact("What the fair value rests on", _list_fair_value_lines(scene)),
        Fact(_write_threshold_title(scene), _list_threshold_lines(scene)),
    ]
    facts = [fact for fact in facts if fact.lines] or [Fact("Data gaps (minutes)", _list_gap_lines(scene))]
    return [fact for fact in facts if fact.lines]


def draw_fact(sheet: Sheet, scene: Scene, fact: Fact, box: Box) -> float:
    """Draw a fact from the top of the box; returns the height at which the next one may begin."""
    colours = scene.colours
    sheet.write_text(fact.title, box.left, box.top + 9, size=17, colour=colours.ink, bold=True)
    table = SheetTable(box.left, _build_columns(len(fact.lines[0]) - 1, box.right - box.left))
    y = box.top + 26
    for name, *texts in fact.lines:
        table.draw_row(
            sheet,
            y + 11,
            [
                Cell(shorten_text(name, 14, NAME_WIDTH), 14, colours.muted),
                *(Cell(text, 14, colours.text) for text in texts),
            ],
        )
        y += LINE_HEIGHT
    return y + MARGIN_BOTTOM


def _build_columns(value_count: int, width: float) -> list[Column]:
    """A column of names and one of each value: a single one beside the names, several evenly over the rest."""
    if value_count == 1:
        return [Column(0, "left"), Column(NAME_WIDTH + 10, "left")]
    step = (min(width, MAX_FACT_WIDTH) - NAME_WIDTH) / value_count
    return [Column(0, "left"), *(Column(NAME_WIDTH + step * (number + 1)) for number in range(value_count))]


def _write_threshold_title(scene: Scene) -> str:
    return f"{scene.measurement.question.timeframe.noun.capitalize()}s at least this far off"


def _list_threshold_lines(scene: Scene) -> list[tuple[str, ...]]:
    """Comparable minutes of the focus venue at or beyond each size: a line of headings, then a line per group and side.

    Only sides on which it reached the threshold have a line; none where there is no such side.
    """
    row = scene.focus
    if row is None:
        return []
    lines = [
        (
            f"{side} {group.upper()}",
            *(format_minutes(minutes) for minutes in summary.get_side(side).threshold_min.values()),
        )
        for group, summary in row.summaries.items()
        if summary.firm_min
        for side in Side
        if summary.get_side(side).minutes
    ]
    return [("", *(f"{x}%" for x in THRESHOLDS_PCT)), *lines] if lines else []


def _list_gap_lines(scene: Scene) -> list[tuple[str, ...]]:
    """Minutes by state of the markets with the fewest that count: a line of headings, then a line for each.

    None where every market counts in every minute.
    """
    measurement = scene.measurement
    rows = sorted(measurement.rows, key=lambda row: row.state_counts.voting_min)[:MAX_GAP_VENUES]
    if not rows or rows[0].state_counts.voting_min == measurement.question.duration_min:
        return []
    lines = [
        (
            name,
            *(
                format_minutes(count)
                for counts in [row.state_counts]
                for count in (counts.voting_min, counts.small_min, counts.quiet_min, counts.missing_min)
            ),
        )
        for name, row in zip(name_rows(scene, rows), rows, strict=True)
    ]
    floor = format_amount(measurement.question.parameters.min_vote)
    return [("", "counted", f"<${floor}", "no trades", "missing"), *lines]


def _list_fair_value_lines(scene: Scene) -> list[tuple[str, ...]]:
    """Name and value of each property of the fair value; none for an asset with peers."""
    row = scene.focus
    if row is None or row.fair_value is None:
        return []
    fair_value = row.fair_value
    if fair_value.ratio is None or fair_value.p5 is None or fair_value.p95 is None:
        return [("Ratio before", "none in this data: no fair value")]
    start, end = scene.measurement.question.ratio_span
    asset = scene.measurement.question.asset
    lines: list[tuple[str, ...]] = [
        ("Fair value", f"{fair_value.underlying} price elsewhere {TIMES_SIGN} ratio before the event"),
        ("Ratio before", f"{fair_value.ratio:.5g} {fair_value.underlying} per {asset}"),
        ("5-95% range", f"{fair_value.p5:.5g} to {fair_value.p95:.5g}"),
        (
            "Minutes",
            f"{format_minutes(fair_value.ratio_min)}, {_format_time(scene, start)} to {_format_time(scene, end)}",
        ),
        ("Source", f"{scene.format_name(row)} {fair_value.source}"),
    ]
    split = row.fair_value_split
    if split is not None:
        ratio, underlying = (format_signed_percent(part) for part in (split.ratio_part, split.underlying_part))
        lines.append(("At the largest", f"ratio {ratio}, {fair_value.underlying} itself {underlying}"))
    return lines


def _format_time(scene: Scene, time: datetime) -> str:
    local = convert_to_zone(time, scene.zone)
    return f"{format_day(local.date())} {local:%H:%M}"
