"""Where the text of a figure will stand, worked out from its annotations and the font alone."""

import re
from typing import Any

import plotly.graph_objects as go

from dashboard.labels import Box
from dashboard.picture_sizes import SHAPES, Size
from dashboard.sheet import ANCHORS
from dashboard.style import Theme, palette

from .ruler import width_of

CAPITALS = 0.73
"""Height of a capital letter per font size: the part of a line that must not touch another line."""


def text_boxes(figure: go.Figure) -> list[tuple[str, Box]]:
    """The text and its room, in pixels from the top left, of every upright annotation in paper coordinates."""
    width, height = figure.layout.width, figure.layout.height
    return [(note["text"], _box(note, width, height)) for note in _annotations(figure) if not note.get("textangle")]


def collisions(figure: go.Figure) -> list[tuple[str, str]]:
    """The pairs of texts that would overlap."""
    boxes = text_boxes(figure)
    return [
        (one, two) for i, (one, first) in enumerate(boxes) for two, second in boxes[i + 1 :] if first.overlaps(second)
    ]


def faults(figure: go.Figure, size: Size, theme: Theme = Theme.LIGHT) -> list[str]:
    """What a printer would send back: another shape or paper, texts on each other, texts beyond the sheet."""
    layout, shape = figure.layout, SHAPES[size]
    sheet = Box(0, 0, shape.width, shape.height)
    found = [] if (layout.width, layout.height) == (shape.width, shape.height) else ["another shape"]
    found += [] if layout.template.layout.paper_bgcolor == palette(theme).paper else ["another paper"]
    found += [f"{one} on {two}" for one, two in collisions(figure)]
    return found + [f"{text} beyond the sheet" for text, box in text_boxes(figure) if not sheet.holds(box)]


def words(figure: go.Figure) -> str:
    """All text of a figure, without tags, a line per annotation."""
    return "\n".join(re.sub(r"<[^>]*>", "", note["text"]).replace("\u00a0", " ") for note in _annotations(figure))


def _annotations(figure: go.Figure) -> list[dict[str, Any]]:
    """The annotations as plain dicts: reading attributes of plotly's objects takes longer than drawing them did."""
    found: list[dict[str, Any]] = figure.layout.to_plotly_json().get("annotations", [])
    return found


def _box(note: dict[str, Any], sheet_width: float, sheet_height: float) -> Box:
    x, y = note["x"] * sheet_width, (1 - note["y"]) * sheet_height
    size = note["font"]["size"]
    width, height = width_of(note["text"], size), CAPITALS * size
    left = x - ANCHORS[note["xanchor"]] * width
    return Box(left, y - height / 2, left + width, y + height / 2)
