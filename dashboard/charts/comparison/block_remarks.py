"""What stands under the blocks of exchanges: remarks on each, and the key of their marks."""

from collections.abc import Sequence

from dashboard.charts.comparison.block_rows import SheetBlock, has_cut_bounds
from dashboard.draw.scene import Scene
from dashboard.draw.text_metrics import balance_lines, fit_text
from dashboard.sheet.panel import SMALL_FONT
from dashboard.text.sentences import write_unranked
from deviation.side import Side

MAX_REMARK_LINES = 3
"""Lines that the remark of a block may take."""


def write_remark(scene: Scene, block: SheetBlock, hidden_count: int, width: float) -> list[str]:
    """The lines below a block: rows without room, its own remark, exchanges without a rank and why."""
    measurement = scene.measurement
    parts = [f"{hidden_count} more not shown."] if hidden_count else []
    if block.remark:
        parts.append(block.remark)
    elif measurement.question.underlying is None and block.rows:
        parts.append(write_unranked(measurement, scene.catalogue, block.against))
    elif not block.rows:
        parts.append(f"No price of {block.against.upper()} exchanges is in this data for this window.")
    text = " ".join(part for part in parts if part)
    return fit_text(text, (SMALL_FONT,), width, MAX_REMARK_LINES)[1] if text else []


def write_hidden_blocks(blocks: Sequence[SheetBlock]) -> str:
    """A line on whole blocks without room; "" without one."""
    names = [f"{block.against.upper()} exchanges ({len(block.rows)})" for block in blocks if block.rows]
    return f"Not shown: {', '.join(names)}." if names else ""


def write_key(scene: Scene, blocks: Sequence[SheetBlock], side: Side, width: float, *, has_volume: bool) -> list[str]:
    """The key of the marks in lines of ``width``."""
    rows = [row for block in blocks for row in block.rows]
    if not rows:
        return []
    extreme = "lowest" if side is Side.BELOW else "highest"
    parts = ["Dot: largest deviation of a minute's close"]
    if any(row.other_value is not None for row in rows):
        parts.append("ring: on the other side")
    if any(row.bounds is not None for row in rows):
        parts.append(f"bar: possible range of the {extreme} trade")
    if any(row.whole is not None for row in rows):
        parts.append("tick: held for an entire minute")
    if has_cut_bounds(blocks, scene.measurement):
        parts.append("arrow: goes on beyond the scale")
    if any(row.is_thin for row in rows):
        parts.append("hollow, in brackets: minutes with only one or two others")
    if has_volume:
        parts.append("24h volume: before the window, in USD by order of magnitude")
    return balance_lines("; ".join(parts) + ".", SMALL_FONT, width)
