"""Where the small multiples stand on a sheet: boxes in pixels, more room where there is more to draw."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.labels import Box
from dashboard.picture_sizes import Size

COLUMNS = {Size.WIDE: 3, Size.SQUARE: 2, Size.TALL: 2}
"""Panels beside each other where one window is shown; two windows are two rows on a wide sheet, else two columns."""

ACROSS, DOWN = 34.0, 22.0
"""Space between panels."""

TITLE = 24.0
"""Height of the name of a window."""

SHUT = 52.0
"""Height of a panel that draws nothing, where all beside it draw nothing either."""


@dataclass(frozen=True, slots=True)
class Places:
    """A window's places: that of its name, and one for each panel."""

    title: Box
    panels: tuple[Box, ...]


def places(drawn: Sequence[Sequence[bool]], box: Box, size: Size, *, alike: bool) -> list[Places]:
    """The places of one window's panels, or of two windows'.

    Args:
        drawn: per window and panel, whether it has a line to draw.
        box: the room for all.
        size: the shape of the sheet.
        alike: whether the windows show the same assets, which then stand in line.
    """
    if len(drawn) == 1:
        return [Places(box, _grid(drawn[0], box, COLUMNS[size]))]
    if size is Size.WIDE:
        bands = _stack([True] * len(drawn), box.top, box.bottom)
        return [
            Places(
                Box(box.left, top, box.right, top + TITLE), _grid(own, Box(box.left, top + TITLE, box.right, bottom), 0)
            )
            for own, (top, bottom) in zip(drawn, bands, strict=True)
        ]
    width = (box.right - box.left - ACROSS * (len(drawn) - 1)) / len(drawn)
    stacks = [[any(row) for row in zip(*drawn, strict=True)]] * len(drawn) if alike else drawn
    # As high in one column as in the other, or one scale would not look like one.
    most = min((_share(own, box.bottom - box.top - TITLE) for own in stacks if any(own)), default=0.0)
    found = []
    for number, own in enumerate(stacks):
        left = box.left + number * (width + ACROSS)
        title = Box(left, box.top, left + width, box.top + TITLE)
        bands = _bands(own, title.bottom, most)
        found.append(Places(title, tuple(Box(left, top, title.right, bottom) for top, bottom in bands)))
    return found


def _grid(drawn: Sequence[bool], box: Box, columns: int) -> tuple[Box, ...]:
    """Panels in rows of ``columns``, or all in one row without a number."""
    columns = columns or len(drawn)
    width = (box.right - box.left - ACROSS * (columns - 1)) / columns
    rows = [any(drawn[at : at + columns]) for at in range(0, len(drawn), columns)]
    bands = _stack(rows, box.top, box.bottom)
    return tuple(
        Box(left, bands[row][0], left + width, bands[row][1])
        for row, column in (divmod(number, columns) for number in range(len(drawn)))
        for left in [box.left + column * (width + ACROSS)]
    )


def _stack(drawn: Sequence[bool], top: float, bottom: float) -> list[tuple[float, float]]:
    """Bands from top to bottom: those that draw nothing are low, the others share what is left."""
    return _bands(drawn, top, _share(drawn, bottom - top) if any(drawn) else SHUT)


def _share(drawn: Sequence[bool], room: float) -> float:
    """The height of a band that draws something, where such bands share the room that the others leave."""
    return (room - DOWN * (len(drawn) - 1) - SHUT * (len(drawn) - sum(drawn))) / sum(drawn)


def _bands(drawn: Sequence[bool], top: float, height: float) -> list[tuple[float, float]]:
    bands = []
    for one in drawn:
        bottom = top + (height if one else SHUT)
        bands.append((top, bottom))
        top = bottom + DOWN
    return bands
