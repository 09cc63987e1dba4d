"""Where the small multiples stand on a sheet: boxes in pixels, more room where there is more to draw."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.labels import Box
from dashboard.picture_sizes import SheetSize

PANEL_COLUMNS = {SheetSize.WIDE: 3, SheetSize.SQUARE: 2, SheetSize.TALL: 2}
"""Panels beside each other where one window is shown; two windows are two rows on a wide sheet, else two columns."""

COLUMN_GAP, ROW_GAP = 34.0, 22.0
"""Space between panels."""

WINDOW_TITLE_HEIGHT = 24.0
"""Height of the name of a window."""

EMPTY_PANEL_HEIGHT = 52.0
"""Height of a panel that draws nothing, where all beside it draw nothing either."""


@dataclass(frozen=True, slots=True)
class WindowLayout:
    """A window's places: that of its name, and one for each panel."""

    title: Box
    panels: tuple[Box, ...]


def layout_windows(
    has_lines: Sequence[Sequence[bool]], box: Box, size: SheetSize, *, same_assets: bool
) -> list[WindowLayout]:
    """The places of one window's panels, or of two windows'.

    Args:
        has_lines: per window and panel, whether it has a line to draw.
        box: the room for all.
        size: the shape of the sheet.
        same_assets: whether the windows show the same assets, which then stand in line.
    """
    if len(has_lines) == 1:
        return [WindowLayout(box, _layout_grid(has_lines[0], box, PANEL_COLUMNS[size]))]
    if size is SheetSize.WIDE:
        bands = _stack_bands([True] * len(has_lines), box.top, box.bottom)
        return [
            WindowLayout(
                Box(box.left, top, box.right, top + WINDOW_TITLE_HEIGHT),
                _layout_grid(window_lines, Box(box.left, top + WINDOW_TITLE_HEIGHT, box.right, bottom), 0),
            )
            for window_lines, (top, bottom) in zip(has_lines, bands, strict=True)
        ]
    width = (box.right - box.left - COLUMN_GAP * (len(has_lines) - 1)) / len(has_lines)
    rows_by_window = [[any(row) for row in zip(*has_lines, strict=True)]] * len(has_lines) if same_assets else has_lines
    # As high in one column as in the other, or one scale would not look like one.
    band_height = min(
        (
            _compute_band_height(window_lines, box.bottom - box.top - WINDOW_TITLE_HEIGHT)
            for window_lines in rows_by_window
            if any(window_lines)
        ),
        default=0.0,
    )
    layouts = []
    for number, window_lines in enumerate(rows_by_window):
        left = box.left + number * (width + COLUMN_GAP)
        title = Box(left, box.top, left + width, box.top + WINDOW_TITLE_HEIGHT)
        bands = _layout_bands(window_lines, title.bottom, band_height)
        layouts.append(WindowLayout(title, tuple(Box(left, top, title.right, bottom) for top, bottom in bands)))
    return layouts


def _layout_grid(has_lines: Sequence[bool], box: Box, columns: int) -> tuple[Box, ...]:
    """Panels in rows of ``columns``, or all in one row without a number."""
    columns = columns or len(has_lines)
    width = (box.right - box.left - COLUMN_GAP * (columns - 1)) / columns
    rows = [any(has_lines[first : first + columns]) for first in range(0, len(has_lines), columns)]
    bands = _stack_bands(rows, box.top, box.bottom)
    return tuple(
        Box(left, bands[row][0], left + width, bands[row][1])
        for row, column in (divmod(number, columns) for number in range(len(has_lines)))
        for left in [box.left + column * (width + COLUMN_GAP)]
    )


def _stack_bands(has_lines: Sequence[bool], top: float, bottom: float) -> list[tuple[float, float]]:
    """Bands from top to bottom: those that draw nothing are low, the others share what is left."""
    return _layout_bands(
        has_lines, top, _compute_band_height(has_lines, bottom - top) if any(has_lines) else EMPTY_PANEL_HEIGHT
    )


def _compute_band_height(has_lines: Sequence[bool], available_height: float) -> float:
    """The height of a band that draws something, where such bands share the room that the others leave."""
    return (
        available_height - ROW_GAP * (len(has_lines) - 1) - EMPTY_PANEL_HEIGHT * (len(has_lines) - sum(has_lines))
    ) / sum(has_lines)


def _layout_bands(has_lines: Sequence[bool], top: float, height: float) -> list[tuple[float, float]]:
    bands = []
    for is_drawn in has_lines:
        bottom = top + (height if is_drawn else EMPTY_PANEL_HEIGHT)
        bands.append((top, bottom))
        top = bottom + ROW_GAP
    return bands
