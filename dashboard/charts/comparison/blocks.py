"""What stands under two blocks side by side: facts under the shorter one, the key where it costs least height.

Both blocks of venues on one scale of depths, one below the other or side by side, with remarks, facts and key.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.charts.comparison.block import (
    HEADING_HEIGHT,
    MAX_NAME_WIDTH,
    SMALL_FONT,
    TWO_LINE_ROW_HEIGHT,
    BlockLayout,
    draw_block,
    fit_columns,
)
from dashboard.charts.comparison.venue_rows import (
    SheetTable,
    build_depth_scale,
    build_table,
    has_cut_wick,
    list_fair_value_facts,
    list_minute_counts,
    list_threshold_counts,
    trim_tables,
)
from dashboard.draw.label_layout import Box
from dashboard.draw.scene import Scene
from dashboard.draw.text_metrics import balance_lines, fit_text, measure_text_width
from dashboard.sheet.canvas import Sheet
from dashboard.text.sentences import write_unranked
from deviation.question import Group
from deviation.report.wording import format_threshold


@dataclass(frozen=True, slots=True)
class PairLayout:
    """Which facts stand under the left and the right block, by their numbers, and where the key stands.

    ``keyed`` is the column with the key at its foot, None where the key runs below both. ``below`` are the heights of
    all that stands under either block, ``foot`` that of the key below both, ``height`` that of everything; in pixels.
    """

    facts: tuple[tuple[int, ...], tuple[int, ...]]
    legend_column: int | None
    heights_below: tuple[float, float]
    legend_height: float
    height: float


def arrange_pair(
    block_heights: tuple[float, float], fact_heights: Sequence[float], legend_heights: tuple[float, float]
) -> PairLayout:
    """The arrangement that leaves least empty.

    Args:
        block_heights: heights of the blocks.
        fact_heights: heights of what else is to be told, most wanted first.
        legend_heights: heights of the key as wide as a column, and as wide as both.
    """
    heights = [*block_heights]
    facts_by_column: tuple[list[int], list[int]] = ([], [])
    for number, height in enumerate(fact_heights):
        column = int(heights[1] < heights[0])
        facts_by_column[column].append(number)
        heights[column] += height
    narrow_legend, wide_legend = legend_heights
    shorter_column = int(heights[1] <= heights[0])
    height_beside = max(heights[shorter_column] + narrow_legend, heights[1 - shorter_column])
    legend_column = shorter_column if height_beside <= max(heights) + wide_legend else None
    if legend_column is not None:
        heights[legend_column] += narrow_legend
    legend_height = wide_legend if legend_column is None else 0.0
    heights_below = (heights[0] - block_heights[0], heights[1] - block_heights[1])
    return PairLayout(
        (tuple(facts_by_column[0]), tuple(facts_by_column[1])),
        legend_column,
        heights_below,
        legend_height,
        max(heights) + legend_height,
    )


REMARK_LINE_HEIGHT = 16
"""Height of a line of remarks."""

BLOCK_GAP = 16
"""Space between blocks."""

COLUMN_GAP = 34
"""Space between blocks side by side."""

MIN_ROW_HEIGHT, MAX_ROW_HEIGHT, COMFORTABLE_ROW_HEIGHT = 19.0, 36.0, 26.0
"""Heights between which rows are fitted, in pixels; venues for which even the least is too much are counted in a
remark. Rows give way to further facts down to the third height, which most would like to have."""

FIRST_SUBPLOT = 11
"""The first block's number; the charts before it have the small ones."""

MAX_TWO_LINE_ROWS = 8
"""Entries up to which a long name may have two lines."""

FactLines = list[tuple[str, ...]]
Fact = tuple[str, FactLines]


class VenueBlocks:
    """The venues of a scene as they are written below or beside its charts."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.tables = [build_table(scene, group) for group in Group]
        self.rows = [entry for table in self.tables for entry in table.rows]
        self.facts = _list_facts(scene)
        has_long_name = any(
            measure_text_width(entry.name, 15, bold=entry.is_bold) > MAX_NAME_WIDTH for entry in self.rows
        )
        self.row_height = (
            TWO_LINE_ROW_HEIGHT if has_long_name and len(self.rows) <= MAX_TWO_LINE_ROWS else COMFORTABLE_ROW_HEIGHT
        )
        self.enter_text = format_threshold(scene.measurement.question.parameters.enter)

    def measure_stacked_height(self, width: float) -> float:
        """The height that `stacked` would like to have."""
        rows = self.row_height * sum(len(table.rows) for table in self.tables)
        remarks = sum(len(lines) for lines in self._list_remarks(width, (0, 0))) + len(self._write_legend(width, width))
        return (
            2 * (HEADING_HEIGHT + BLOCK_GAP + 6)
            + rows
            + REMARK_LINE_HEIGHT * remarks
            + sum(_measure_fact_height(cells) for _, cells in self.facts)
        )

    def draw_stacked(self, sheet: Sheet, box: Box) -> None:
        """One block below the other, then what else is known of the focus venue where there is room, then the key."""
        width = box.right - box.left
        legend_lines = self._write_legend(width, width)
        fixed_height = 2 * (HEADING_HEIGHT + BLOCK_GAP + 6) + REMARK_LINE_HEIGHT * len(legend_lines)
        remarks = self._list_remarks(width, (0, 0))
        available_height = (
            box.bottom - box.top - fixed_height - REMARK_LINE_HEIGHT * sum(len(lines) for lines in remarks)
        )
        available_height -= _reserve_fact_height(
            self.facts, available_height, sum(len(table.rows) for table in self.tables)
        )
        max_rows = int(available_height / MIN_ROW_HEIGHT)
        if sum(len(table.rows) for table in self.tables) > max_rows:
            max_rows = int((available_height - REMARK_LINE_HEIGHT * 2) / MIN_ROW_HEIGHT)
        tables, hidden_counts = trim_tables(self.tables, max_rows)
        if any(hidden_counts):
            remarks = self._list_remarks(width, hidden_counts)
        rows = sum(len(table.rows) for table in tables)
        layout = self._build_layout(tables, width, min(MAX_ROW_HEIGHT, available_height / max(rows, 1)))
        y = box.top
        for number, (table, lines) in enumerate(zip(tables, remarks, strict=True)):
            y = draw_block(sheet, self.scene, table, (box.left, y), layout, FIRST_SUBPLOT + number)
            y = self._draw_lines(sheet, lines, box.left, y) + BLOCK_GAP
        bottom = box.bottom - REMARK_LINE_HEIGHT * len(legend_lines)
        for title, cells in self.facts:
            if y + _measure_fact_height(cells) <= bottom:
                y = self._draw_fact(sheet, title, cells, Box(box.left, y, box.right, bottom))
        self._draw_lines(sheet, legend_lines, box.left, bottom)

    def measure_paired_height(self, width: float) -> float:
        """The height that `paired` would like to have."""
        column_width = (width - COLUMN_GAP) / 2
        return self._arrange_facts(width, self.facts, self._list_remarks(column_width, (0, 0))).height

    def draw_paired(self, sheet: Sheet, box: Box) -> None:
        """The blocks side by side; what else is known and the key under the shorter of them, or the key below both."""
        width = box.right - box.left
        column_width = (width - COLUMN_GAP) / 2
        remarks = self._list_remarks(column_width, (0, 0))
        # Rows before facts: what does not leave the rows airy is left out.
        choices = [self.facts[:count] for count in range(len(self.facts), -1, -1)]
        shown_facts = next(
            (
                shown_facts
                for shown_facts in choices
                if self._arrange_facts(width, shown_facts, remarks).height <= box.bottom - box.top
            ),
            [],
        )
        pair_layout = self._arrange_facts(width, shown_facts, remarks)
        available_heights = [
            box.bottom - box.top - pair_layout.legend_height - height_below - self._measure_fixed_height(table, lines)
            for table, lines, height_below in zip(self.tables, remarks, pair_layout.heights_below, strict=True)
        ]
        trimmed = [
            _trim_table(table, available_height)
            for table, available_height in zip(self.tables, available_heights, strict=True)
        ]
        tables, hidden_counts = [table for table, _ in trimmed], [hidden_count for _, hidden_count in trimmed]
        if any(hidden_counts):
            longer_remarks = self._list_remarks(column_width, hidden_counts)
            extra_heights = [
                REMARK_LINE_HEIGHT * (len(new) - len(old)) for new, old in zip(longer_remarks, remarks, strict=True)
            ]
            available_heights, remarks = (
                [
                    available_height - lines
                    for available_height, lines in zip(available_heights, extra_heights, strict=True)
                ],
                longer_remarks,
            )
        row_height = min(
            available_height / max(len(table.rows), 1)
            for table, available_height in zip(tables, available_heights, strict=True)
        )
        layout = self._build_layout(tables, column_width, min(MAX_ROW_HEIGHT, row_height))
        for number, (table, lines) in enumerate(zip(tables, remarks, strict=True)):
            left = box.left + number * (column_width + COLUMN_GAP)
            y = draw_block(sheet, self.scene, table, (left, box.top), layout, FIRST_SUBPLOT + number)
            y = self._draw_lines(sheet, lines, left, y) + BLOCK_GAP
            for fact_index in pair_layout.facts[number]:
                y = self._draw_fact(sheet, *shown_facts[fact_index], Box(left, y, left + column_width, box.bottom))
        left, available_height = (
            (box.left, width)
            if pair_layout.legend_column is None
            else (box.left + pair_layout.legend_column * (column_width + COLUMN_GAP), column_width)
        )
        legend_lines = self._write_legend(available_height, column_width)
        self._draw_lines(sheet, legend_lines, left, box.bottom - REMARK_LINE_HEIGHT * len(legend_lines))

    def _arrange_facts(self, width: float, facts: Sequence[Fact], remarks: Sequence[Sequence[str]]) -> PairLayout:
        """What stands where under blocks of airy rows."""
        column_width = (width - COLUMN_GAP) / 2
        left_height, right_height = (
            self._measure_fixed_height(table, lines) + self.row_height * len(table.rows)
            for table, lines in zip(self.tables, remarks, strict=True)
        )
        legend_heights = (
            REMARK_LINE_HEIGHT * len(self._write_legend(column_width, column_width)),
            REMARK_LINE_HEIGHT * len(self._write_legend(width, column_width)),
        )
        return arrange_pair(
            (left_height, right_height), [_measure_fact_height(cells) for _, cells in facts], legend_heights
        )

    def _measure_fixed_height(self, table: SheetTable, remarks: Sequence[str]) -> float:
        """The height of a block of a pair without its rows."""
        return (HEADING_HEIGHT + 6 if table.rows else 24) + REMARK_LINE_HEIGHT * len(remarks) + BLOCK_GAP

    def _build_layout(self, tables: Sequence[SheetTable], width: float, row_height: float) -> BlockLayout:
        columns = fit_columns(self.rows, width, self.enter_text)
        return BlockLayout(
            columns, row_height, build_depth_scale(tables, self.scene.measurement, columns.strip[1] - columns.strip[0])
        )

    def _list_remarks(self, width: float, hidden_counts: Sequence[int]) -> list[list[str]]:
        return [
            self._write_remark(table, group, width, hidden_count)
            for table, group, hidden_count in zip(self.tables, Group, hidden_counts, strict=True)
        ]

    def _write_remark(self, table: SheetTable, group: Group, width: float, hidden_count: int) -> list[str]:
        """Who is not ranked and why, who found no room, or that nobody is there."""
        measurement = self.scene.measurement
        text = write_unranked(measurement, self.scene.catalogue, group)
        if measurement.question.underlying is not None:
            text = "" if table.rows else f"No vote from {group.upper()} exchanges."
        elif not table.rows:
            text = "No venue of this group has a candle in the window."
        if hidden_count:
            text = f"{hidden_count} more not shown. {text}"
        return fit_text(text, (SMALL_FONT,), width, 3)[1] if text else []

    def _write_legend(self, width: float, block_width: float) -> list[str]:
        """What the marks mean, in lines of ``width``; blocks of that width may have no volumes to explain."""
        if not self.rows:
            return []
        parts = ["Dot: deepest close; bar: bounds of the lowest trade; tick: certain in any order of trades"]
        if has_cut_wick(self.tables, self.scene.measurement):
            parts.append("arrow: goes on beyond the scale")
        if any(entry.height is not None for entry in self.rows):
            parts.append("ring: highest close")
        if any(entry.is_thin for entry in self.rows):
            parts.append("hollow, in brackets: minutes with one or two votes")
        if fit_columns(self.rows, block_width, self.enter_text).volume is not None:
            parts.append("volume: reported for the 24 h before")
        return balance_lines("; ".join(parts) + ".", SMALL_FONT, width)

    def _draw_lines(self, sheet: Sheet, lines: Sequence[str], left: float, y: float) -> float:
        for line in lines:
            sheet.write_text(line, left, y + REMARK_LINE_HEIGHT / 2, size=SMALL_FONT, colour=self.scene.colours.muted)
            y += REMARK_LINE_HEIGHT
        return y

    def _draw_fact(self, sheet: Sheet, title: str, lines: Sequence[tuple[str, ...]], box: Box) -> float:
        """A title and lines of cells: a name on the left, the others evenly over the rest."""
        colours, y = self.scene.colours, box.top
        sheet.write_text(title, box.left, y + 9, size=17, colour=colours.ink, bold=True)
        y += 26
        # Cells further apart than this no longer read as one line.
        right_edge = min(box.right, box.left + 560)
        for name, *cells in lines:
            sheet.write_text(name, box.left, y + 11, size=14, colour=colours.muted)
            if len(cells) == 1:
                sheet.write_text(cells[0], box.left + 140, y + 11, size=14, colour=colours.text)
            else:
                step = (right_edge - box.left - 130) / len(cells)
                for i, cell in enumerate(cells):
                    right = box.left + 130 + step * (i + 1)
                    sheet.write_text(cell, right, y + 11, size=14, colour=colours.text, align="right")
            y += 23
        return y + BLOCK_GAP


def _reserve_fact_height(facts: Sequence[Fact], available_height: float, rows: int) -> float:
    """Height kept for what else is known: as much of it as leaves the rows airy."""
    heights = [_measure_fact_height(cells) for _, cells in facts]
    for count in range(len(heights), 0, -1):
        if available_height - sum(heights[:count]) >= COMFORTABLE_ROW_HEIGHT * rows:
            return sum(heights[:count])
    return 0.0


def _trim_table(table: SheetTable, available_height: float) -> tuple[SheetTable, int]:
    """The table with as many rows as there is room for, and how many are left out and want a line that says so."""
    if len(table.rows) * MIN_ROW_HEIGHT <= available_height:
        return table, 0
    (trimmed,), (hidden_count,) = trim_tables([table], int((available_height - REMARK_LINE_HEIGHT) / MIN_ROW_HEIGHT))
    return trimmed, hidden_count


def _list_facts(scene: Scene) -> list[Fact]:
    """What may stand under the blocks, most wanted first: a title, and lines of cells."""
    facts: list[Fact] = []
    if fair_value_facts := list_fair_value_facts(scene):
        facts.append(("What the fair value rests on", list(fair_value_facts)))
    if counts := list_threshold_counts(scene):
        facts.append(("Firm minutes at least so far below", list(counts)))
    if not facts and (minute_counts := list_minute_counts(scene)):
        facts.append(("Venues that traded least, in minutes", list(minute_counts)))
    return facts


def _measure_fact_height(lines: FactLines) -> float:
    return 34 + 23 * len(lines) + BLOCK_GAP
