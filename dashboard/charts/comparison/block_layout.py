"""Both blocks of venues on one scale, one below the other or side by side, with remarks, facts and the key.

Side by side, facts stand under the shorter block, and the key where it adds least height.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.charts.comparison.block_rows import SheetBlock, build_block, build_depth_scale, has_cut_wick, trim_blocks
from dashboard.charts.comparison.facts import Fact, draw_fact, list_facts
from dashboard.charts.comparison.venue_block import (
    EMPTY_BLOCK_HEIGHT,
    HEADING_HEIGHT,
    MAX_NAME_WIDTH,
    TWO_LINE_ROW_HEIGHT,
    BlockLayout,
    draw_block,
    fit_columns,
)
from dashboard.draw.label_layout import Box
from dashboard.draw.scene import Scene
from dashboard.draw.text_metrics import balance_lines, fit_text, measure_text_width
from dashboard.sheet.canvas import Sheet
from dashboard.sheet.panel import SMALL_FONT
from dashboard.text.sentences import write_unranked
from deviation.question import Group
from deviation.wording import format_threshold

REMARK_LINE_HEIGHT = 16
"""Height of a line of remarks."""

BLOCK_GAP = 16
"""Space between blocks."""

COLUMN_GAP = 34
"""Space between blocks side by side."""

MIN_ROW_HEIGHT, MAX_ROW_HEIGHT, COMFORTABLE_ROW_HEIGHT = 19.0, 36.0, 26.0
"""Least and greatest height of a row in pixels, and the height from which facts may take room from rows.

Venues without room at the least height are counted in a remark.
"""

FIRST_SUBPLOT = 11
"""Number of the first block's subplot; charts have the smaller numbers."""

MAX_TWO_LINE_ROWS = 8
"""Number of rows up to which a long name may take two lines."""


@dataclass(frozen=True, slots=True)
class PairLayout:
    """Where facts and the key stand below two blocks side by side; heights in pixels.

    ``facts`` are the indices of the facts below the left and the right block. ``legend_column`` is the column with the
    key at its foot, None where the key runs below both, then ``legend_height`` high, else 0. ``heights_below`` are the
    heights of all below either block, ``height`` is that of everything.
    """

    facts: tuple[tuple[int, ...], tuple[int, ...]]
    legend_column: int | None
    heights_below: tuple[float, float]
    legend_height: float
    height: float


def arrange_pair(
    block_heights: tuple[float, float], fact_heights: Sequence[float], legend_heights: tuple[float, float]
) -> PairLayout:
    """The layout with each fact below the shorter column, and the key where the total height is least.

    Args:
        block_heights: heights of the blocks.
        fact_heights: heights of the facts, the most important first.
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


class VenueBlocks:
    """The venues of a scene below or beside its charts."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.blocks = [build_block(scene, group) for group in Group]
        self.rows = [row for block in self.blocks for row in block.rows]
        self.facts = list_facts(scene)
        has_long_name = any(measure_text_width(row.name, 15, bold=row.is_bold) > MAX_NAME_WIDTH for row in self.rows)
        self.row_height = (
            TWO_LINE_ROW_HEIGHT if has_long_name and len(self.rows) <= MAX_TWO_LINE_ROWS else COMFORTABLE_ROW_HEIGHT
        )
        self.enter_text = format_threshold(scene.measurement.question.parameters.enter)

    def measure_stacked_height(self, width: float) -> float:
        """The height at which `draw_stacked` has room for every row and fact."""
        rows = self.row_height * sum(len(block.rows) for block in self.blocks)
        remarks = sum(len(lines) for lines in self._list_remarks(width, (0, 0))) + len(self._write_legend(width, width))
        return (
            2 * (HEADING_HEIGHT + BLOCK_GAP + 6)
            + rows
            + REMARK_LINE_HEIGHT * remarks
            + sum(fact.height for fact in self.facts)
        )

    def draw_stacked(self, sheet: Sheet, box: Box) -> None:
        """Draw one block below the other, then the facts for which there is room, then the key."""
        width = box.right - box.left
        legend_lines = self._write_legend(width, width)
        fixed_height = 2 * (HEADING_HEIGHT + BLOCK_GAP + 6) + REMARK_LINE_HEIGHT * len(legend_lines)
        remarks = self._list_remarks(width, (0, 0))
        available_height = (
            box.bottom - box.top - fixed_height - REMARK_LINE_HEIGHT * sum(len(lines) for lines in remarks)
        )
        available_height -= _reserve_fact_height(
            self.facts, available_height, sum(len(block.rows) for block in self.blocks)
        )
        max_rows = int(available_height / MIN_ROW_HEIGHT)
        if sum(len(block.rows) for block in self.blocks) > max_rows:
            max_rows = int((available_height - REMARK_LINE_HEIGHT * 2) / MIN_ROW_HEIGHT)
        blocks, hidden_counts = trim_blocks(self.blocks, max_rows)
        if any(hidden_counts):
            remarks = self._list_remarks(width, hidden_counts)
        rows = sum(len(block.rows) for block in blocks)
        layout = self._build_layout(blocks, width, min(MAX_ROW_HEIGHT, available_height / max(rows, 1)))
        y = box.top
        for number, (block, lines) in enumerate(zip(blocks, remarks, strict=True)):
            y = draw_block(sheet, self.scene, block, (box.left, y), layout, FIRST_SUBPLOT + number)
            y = self._draw_lines(sheet, lines, box.left, y) + BLOCK_GAP
        bottom = box.bottom - REMARK_LINE_HEIGHT * len(legend_lines)
        for fact in self.facts:
            if y + fact.height <= bottom:
                y = draw_fact(sheet, self.scene, fact, Box(box.left, y, box.right, bottom))
        self._draw_lines(sheet, legend_lines, box.left, bottom)

    def measure_paired_height(self, width: float) -> float:
        """The height at which `draw_paired` has room for every row and fact."""
        column_width = (width - COLUMN_GAP) / 2
        return self._arrange_facts(width, self.facts, self._list_remarks(column_width, (0, 0))).height

    def draw_paired(self, sheet: Sheet, box: Box) -> None:
        """Draw the blocks side by side, facts and key below the shorter of them, or the key below both."""
        width = box.right - box.left
        column_width = (width - COLUMN_GAP) / 2
        remarks = self._list_remarks(column_width, (0, 0))
        # Facts for which rows would have to be lower than `self.row_height` are left out, the last ones first.
        fact_choices = (self.facts[:count] for count in range(len(self.facts), 0, -1))
        facts, height = [], box.bottom - box.top
        for choice in fact_choices:
            if self._arrange_facts(width, choice, remarks).height <= height:
                facts = choice
                break
        pair_layout = self._arrange_facts(width, facts, remarks)

        def measure_rows_height(number: int) -> float:
            """Height for the rows of a block beside its remarks and what stands below it."""
            fixed_height = self._measure_fixed_height(self.blocks[number], remarks[number])
            return height - pair_layout.legend_height - pair_layout.heights_below[number] - fixed_height

        trimmed = [_trim_block(block, measure_rows_height(number)) for number, block in enumerate(self.blocks)]
        blocks, hidden_counts = [block for block, _ in trimmed], [hidden_count for _, hidden_count in trimmed]
        if any(hidden_counts):
            remarks = self._list_remarks(column_width, hidden_counts)
        row_height = min(measure_rows_height(number) / max(len(block.rows), 1) for number, block in enumerate(blocks))
        layout = self._build_layout(blocks, column_width, min(MAX_ROW_HEIGHT, row_height))
        for number, (block, lines) in enumerate(zip(blocks, remarks, strict=True)):
            left = box.left + number * (column_width + COLUMN_GAP)
            y = draw_block(sheet, self.scene, block, (left, box.top), layout, FIRST_SUBPLOT + number)
            y = self._draw_lines(sheet, lines, left, y) + BLOCK_GAP
            for fact_index in pair_layout.facts[number]:
                fact_box = Box(left, y, left + column_width, box.bottom)
                y = draw_fact(sheet, self.scene, facts[fact_index], fact_box)
        left, legend_width = (
            (box.left, width)
            if pair_layout.legend_column is None
            else (box.left + pair_layout.legend_column * (column_width + COLUMN_GAP), column_width)
        )
        legend_lines = self._write_legend(legend_width, column_width)
        self._draw_lines(sheet, legend_lines, left, box.bottom - REMARK_LINE_HEIGHT * len(legend_lines))

    def _arrange_facts(self, width: float, facts: Sequence[Fact], remarks: Sequence[Sequence[str]]) -> PairLayout:
        """The layout below blocks of rows of `self.row_height`."""
        column_width = (width - COLUMN_GAP) / 2
        left_height, right_height = (
            self._measure_fixed_height(block, lines) + self.row_height * len(block.rows)
            for block, lines in zip(self.blocks, remarks, strict=True)
        )
        legend_heights = (
            REMARK_LINE_HEIGHT * len(self._write_legend(column_width, column_width)),
            REMARK_LINE_HEIGHT * len(self._write_legend(width, column_width)),
        )
        return arrange_pair((left_height, right_height), [fact.height for fact in facts], legend_heights)

    def _measure_fixed_height(self, block: SheetBlock, remarks: Sequence[str]) -> float:
        """The height of a block of a pair without its rows."""
        return (
            (HEADING_HEIGHT + 6 if block.rows else EMPTY_BLOCK_HEIGHT) + REMARK_LINE_HEIGHT * len(remarks) + BLOCK_GAP
        )

    def _build_layout(self, blocks: Sequence[SheetBlock], width: float, row_height: float) -> BlockLayout:
        columns = fit_columns(self.rows, width, self.enter_text)
        return BlockLayout(
            columns, row_height, build_depth_scale(blocks, self.scene.measurement, columns.strip[1] - columns.strip[0])
        )

    def _list_remarks(self, width: float, hidden_counts: Sequence[int]) -> list[list[str]]:
        return [
            self._write_remark(block, group, width, hidden_count)
            for block, group, hidden_count in zip(self.blocks, Group, hidden_counts, strict=True)
        ]

    def _write_remark(self, block: SheetBlock, group: Group, width: float, hidden_count: int) -> list[str]:
        """The lines below a block: rows without room, venues without a rank and why, or that there is none."""
        measurement = self.scene.measurement
        text = write_unranked(measurement, self.scene.catalogue, group)
        if measurement.question.underlying is not None:
            text = "" if block.rows else f"No vote from {group.upper()} exchanges."
        elif not block.rows:
            text = "No venue of this group has a candle in the window."
        if hidden_count:
            text = f"{hidden_count} more not shown. {text}"
        return fit_text(text, (SMALL_FONT,), width, 3)[1] if text else []

    def _write_legend(self, width: float, block_width: float) -> list[str]:
        """The key of the marks in lines of ``width``, and of the volume if blocks of ``block_width`` show it."""
        if not self.rows:
            return []
        parts = ["Dot: deepest close; bar: bounds of the lowest trade; tick: certain in any order of trades"]
        if has_cut_wick(self.blocks, self.scene.measurement):
            parts.append("arrow: goes on beyond the scale")
        if any(row.height is not None for row in self.rows):
            parts.append("ring: highest close")
        if any(row.is_thin for row in self.rows):
            parts.append("hollow, in brackets: minutes with one or two votes")
        if fit_columns(self.rows, block_width, self.enter_text).has_volume:
            parts.append("volume: reported for the 24 h before")
        return balance_lines("; ".join(parts) + ".", SMALL_FONT, width)

    def _draw_lines(self, sheet: Sheet, lines: Sequence[str], left: float, y: float) -> float:
        for line in lines:
            sheet.write_text(line, left, y + REMARK_LINE_HEIGHT / 2, size=SMALL_FONT, colour=self.scene.colours.muted)
            y += REMARK_LINE_HEIGHT
        return y


def _reserve_fact_height(facts: Sequence[Fact], available_height: float, rows: int) -> float:
    """Height of as many facts as leave every row `COMFORTABLE_ROW_HEIGHT`."""
    heights = [fact.height for fact in facts]
    for count in range(len(heights), 0, -1):
        if available_height - sum(heights[:count]) >= COMFORTABLE_ROW_HEIGHT * rows:
            return sum(heights[:count])
    return 0.0


def _trim_block(block: SheetBlock, available_height: float) -> tuple[SheetBlock, int]:
    """The block with the rows for which there is room, else for a line of remarks too, and the number left out."""
    if len(block.rows) * MIN_ROW_HEIGHT <= available_height:
        return block, 0
    (trimmed,), (hidden_count,) = trim_blocks([block], int((available_height - REMARK_LINE_HEIGHT) / MIN_ROW_HEIGHT))
    return trimmed, hidden_count
