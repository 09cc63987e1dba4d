"""All blocks of exchanges on one scale, one below the other or in two columns, with remarks, facts and the key.

In two columns facts stand under the shorter one, and the key where it adds least height.
"""

from collections.abc import Sequence

from dashboard.charts.comparison.block_arrangement import PairLayout, arrange_pair, trim_blocks
from dashboard.charts.comparison.block_remarks import write_hidden_blocks, write_key, write_remark
from dashboard.charts.comparison.block_rows import SheetBlock, build_mark_scale, list_blocks
from dashboard.charts.comparison.facts import Fact, draw_fact, list_facts
from dashboard.charts.comparison.venue_block import (
    EMPTY_BLOCK_HEIGHT,
    HEADING_HEIGHT,
    MAX_NAME_WIDTH,
    NEXT_HEADING_HEIGHT,
    TWO_LINE_ROW_HEIGHT,
    BlockLayout,
    ColumnText,
    draw_block,
    fit_columns,
)
from dashboard.draw.label_layout import Box
from dashboard.draw.scene import Scene
from dashboard.draw.side import choose_trade_side
from dashboard.draw.text_metrics import measure_text_width
from dashboard.sheet.canvas import Sheet
from dashboard.sheet.panel import SMALL_FONT
from deviation.side import Side
from deviation.wording import format_threshold

REMARK_LINE_HEIGHT = 16
"""Height of a line of remarks."""

BLOCK_GAP = 16
"""Space between blocks."""

COLUMN_GAP = 34
"""Space between columns of blocks."""

MIN_ROW_HEIGHT, MAX_ROW_HEIGHT, COMFORTABLE_ROW_HEIGHT = 19.0, 36.0, 26.0
"""Least and greatest height of a row in pixels, and the height from which facts may take room from rows.

Rows without room at the least height are counted in a remark.
"""

FIRST_SUBPLOT = 11
"""Number of the first block's subplot; charts have the smaller numbers."""

MAX_TWO_LINE_ROWS = 8
"""Number of rows up to which a long name may take two lines."""

FIXED_BLOCKS = 2
"""The first blocks, which lose rows where there is no room; those after them are left out whole."""


class VenueBlocks:
    """The exchanges of a scene below or beside its charts."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.side = choose_trade_side(scene.measurement)
        self.blocks = list_blocks(scene, self.side)
        self.rows = [row for block in self.blocks for row in block.rows]
        self.facts = list_facts(scene)
        has_long_name = any(measure_text_width(row.name, 15, bold=row.is_bold) > MAX_NAME_WIDTH for row in self.rows)
        self.row_height = (
            TWO_LINE_ROW_HEIGHT if has_long_name and len(self.rows) <= MAX_TWO_LINE_ROWS else COMFORTABLE_ROW_HEIGHT
        )
        self.column_text = ColumnText(
            format_threshold(scene.measurement.question.parameters.enter),
            "lowest" if self.side is Side.BELOW else "highest",
            str(scene.zone),
        )

    def measure_stacked_height(self, width: float) -> float:
        """The height at which `draw_stacked` has room for every row and fact."""
        key_lines = self._write_key(width, width)
        return (
            self._measure_column(self.blocks, width)
            + REMARK_LINE_HEIGHT * len(key_lines)
            + sum(fact.height for fact in self.facts)
        )

    def draw_stacked(self, sheet: Sheet, box: Box) -> None:
        """Draw one block below the other, then the facts for which there is room, then the key."""
        width = box.right - box.left
        key_lines = self._write_key(width, width)
        height = box.bottom - box.top - REMARK_LINE_HEIGHT * len(key_lines)
        blocks, hidden_text = self._drop_blocks(self.blocks, width, height)
        height -= REMARK_LINE_HEIGHT if hidden_text else 0
        row_count = sum(len(block.rows) for block in blocks)
        rows_height = height - self._measure_fixed(blocks, width)
        rows_height -= _reserve_fact_height(self.facts, rows_height, row_count)
        y = self._draw_column(sheet, blocks, (box.left, box.top), width, rows_height, blocks)
        if hidden_text:
            y = self._draw_lines(sheet, [hidden_text], box.left, y - BLOCK_GAP / 2) + BLOCK_GAP / 2
        bottom = box.bottom - REMARK_LINE_HEIGHT * len(key_lines)
        for fact in self.facts:
            if y + fact.height <= bottom:
                y = draw_fact(sheet, self.scene, fact, Box(box.left, y, box.right, bottom))
        self._draw_lines(sheet, key_lines, box.left, bottom)

    def measure_paired_height(self, width: float) -> float:
        """The height at which `draw_paired` has room for every row and fact."""
        return self._arrange_facts(self.blocks, width, self.facts).height

    def draw_paired(self, sheet: Sheet, box: Box) -> None:
        """Draw the blocks in two columns, facts and key below the shorter one, or the key below both."""
        width, height = box.right - box.left, box.bottom - box.top
        column_width = (width - COLUMN_GAP) / 2
        blocks = self.blocks
        # Blocks of further groups are left out first, then facts, then rows.
        while len(blocks) > FIXED_BLOCKS and self._arrange_facts(blocks, width, self.facts[:1]).height > height:
            blocks = blocks[:-1]
        hidden_text = write_hidden_blocks(self.blocks[len(blocks) :])
        facts: Sequence[Fact] = self.facts
        while facts and self._arrange_facts(blocks, width, facts).height > height:
            facts = facts[:-1]
        pair_layout = self._arrange_facts(blocks, width, facts)
        columns = self._split_columns(blocks, column_width)
        # All rows are as high as those of the column with less room, so that both columns read as one table.
        room_by_row = [
            (height - pair_layout.key_height - pair_layout.heights_below[number] - fixed) / max(row_count, 1)
            for number, column in enumerate(columns)
            for fixed in [self._measure_fixed(column, column_width)]
            for row_count in [sum(len(block.rows) for block in column)]
        ]
        for number, column in enumerate(columns):
            left = box.left + number * (column_width + COLUMN_GAP)
            row_count = sum(len(block.rows) for block in column)
            rows_height = max(room_by_row[number], 0.0) * max(row_count, 1)
            height_limit = max(min(room_by_row), MIN_ROW_HEIGHT)
            y = self._draw_column(sheet, column, (left, box.top), column_width, rows_height, blocks, height_limit)
            if hidden_text and number == len(columns) - 1:
                y = self._draw_lines(sheet, [hidden_text], left, y - BLOCK_GAP) + BLOCK_GAP
            for fact_index in pair_layout.facts[number]:
                y = draw_fact(sheet, self.scene, facts[fact_index], Box(left, y, left + column_width, box.bottom))
        left, key_width = (
            (box.left, width)
            if pair_layout.key_column is None
            else (box.left + pair_layout.key_column * (column_width + COLUMN_GAP), column_width)
        )
        key_lines = self._write_key(key_width, column_width)
        self._draw_lines(sheet, key_lines, left, box.bottom - REMARK_LINE_HEIGHT * len(key_lines))

    def _split_columns(self, blocks: Sequence[SheetBlock], width: float) -> tuple[list[SheetBlock], list[SheetBlock]]:
        """The first block left, the second right, each further one in the column that is shorter."""
        columns: tuple[list[SheetBlock], list[SheetBlock]] = ([], [])
        for number, block in enumerate(blocks):
            heights = [self._measure_column(column, width) for column in columns]
            columns[number if number < FIXED_BLOCKS else int(heights[1] < heights[0])].append(block)
        return columns

    def _arrange_facts(self, blocks: Sequence[SheetBlock], width: float, facts: Sequence[Fact]) -> PairLayout:
        """The layout below columns with rows of `self.row_height`."""
        column_width = (width - COLUMN_GAP) / 2
        columns = self._split_columns(blocks, column_width)
        left, right = (self._measure_column(column, column_width) for column in columns)
        if len(blocks) < len(self.blocks):
            right += REMARK_LINE_HEIGHT
        key_heights = (
            REMARK_LINE_HEIGHT * len(self._write_key(column_width, column_width)),
            REMARK_LINE_HEIGHT * len(self._write_key(width, column_width)),
        )
        return arrange_pair((left, right), [fact.height for fact in facts], key_heights)

    def _drop_blocks(self, blocks: list[SheetBlock], width: float, height: float) -> tuple[list[SheetBlock], str]:
        """The blocks for which there is room at the least height of a row, and a line on the others."""
        kept = blocks
        while len(kept) > FIXED_BLOCKS:
            row_count = sum(len(block.rows) for block in kept)
            line_height = REMARK_LINE_HEIGHT if len(kept) < len(blocks) else 0
            if self._measure_fixed(kept, width) + MIN_ROW_HEIGHT * row_count + line_height <= height:
                break
            kept = kept[:-1]
        return kept, write_hidden_blocks(blocks[len(kept) :])

    def _draw_column(
        self,
        sheet: Sheet,
        blocks: Sequence[SheetBlock],
        corner: tuple[float, float],
        width: float,
        rows_height: float,
        drawn: Sequence[SheetBlock],
        max_row_height: float = MAX_ROW_HEIGHT,
    ) -> float:
        """Draw blocks below each other with ``rows_height`` for all rows; returns where the next thing may begin.

        ``drawn`` are the blocks of all columns, which share a scale.
        """
        max_rows = int(rows_height / MIN_ROW_HEIGHT)
        if sum(len(block.rows) for block in blocks) > max_rows:
            # A remark on the rows left out takes a line of each block.
            max_rows = int((rows_height - REMARK_LINE_HEIGHT * len(blocks)) / MIN_ROW_HEIGHT)
        trimmed, hidden_counts = trim_blocks(blocks, max_rows)
        row_count = sum(len(block.rows) for block in trimmed)
        row_height = min(max_row_height, MAX_ROW_HEIGHT, max(rows_height / max(row_count, 1), MIN_ROW_HEIGHT))
        columns = fit_columns(self.rows, width, self.column_text)
        scale = build_mark_scale(drawn, self.scene.measurement, columns.strip[1] - columns.strip[0])
        layout, (left, y) = BlockLayout(columns, row_height, scale), corner
        for block, hidden_count in zip(trimmed, hidden_counts, strict=True):
            number = FIRST_SUBPLOT + next(i for i, item in enumerate(self.blocks) if item.title == block.title)
            y = draw_block(sheet, self.scene, block, (left, y), layout, number, has_headings=block is trimmed[0])
            y = self._draw_lines(sheet, write_remark(self.scene, block, hidden_count, width), left, y) + BLOCK_GAP
        return y

    def _measure_column(self, blocks: Sequence[SheetBlock], width: float) -> float:
        """The height of blocks with rows of `self.row_height`."""
        row_count = sum(len(block.rows) for block in blocks)
        return self._measure_fixed(blocks, width) + self.row_height * row_count

    def _measure_fixed(self, blocks: Sequence[SheetBlock], width: float) -> float:
        """The height of blocks without their rows."""
        return sum(
            (_measure_heading(is_first=block is blocks[0]) if block.rows else EMPTY_BLOCK_HEIGHT)
            + REMARK_LINE_HEIGHT * len(write_remark(self.scene, block, 0, width))
            + BLOCK_GAP
            for block in blocks
        )

    def _write_key(self, width: float, block_width: float) -> list[str]:
        has_volume = fit_columns(self.rows, block_width, self.column_text).has_volume
        return write_key(self.scene, self.blocks, self.side, width, has_volume=has_volume)

    def _draw_lines(self, sheet: Sheet, lines: Sequence[str], left: float, y: float) -> float:
        for line in lines:
            sheet.write_text(line, left, y + REMARK_LINE_HEIGHT / 2, size=SMALL_FONT, colour=self.scene.colours.muted)
            y += REMARK_LINE_HEIGHT
        return y


def _measure_heading(*, is_first: bool) -> float:
    """The height of a block beside its rows: its title, and the headings that only the first one has."""
    return (HEADING_HEIGHT if is_first else NEXT_HEADING_HEIGHT) + 6


def _reserve_fact_height(facts: Sequence[Fact], available_height: float, rows: int) -> float:
    """Height of as many facts as leave every row `COMFORTABLE_ROW_HEIGHT`."""
    heights = [fact.height for fact in facts]
    for count in range(len(heights), 0, -1):
        if available_height - sum(heights[:count]) >= COMFORTABLE_ROW_HEIGHT * rows:
            return sum(heights[:count])
    return 0.0
