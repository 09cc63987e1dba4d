"""The boxes of a figure's texts, computed from its annotations and the font."""

import re
from typing import Any

import plotly.graph_objects as go

from dashboard.draw.label_layout import Box
from dashboard.draw.theme import PALETTES
from dashboard.sheet.canvas import ALIGN_SHARES
from dashboard.sheet.sizes import SHAPES, SheetSize
from dashboard.state.view import Theme
from tests.dashboard.ruler import measure_text

CAPITAL_HEIGHT = 0.73
"""Height of a capital letter per font size: the part of a line that must not touch another line."""


def measure_text_boxes(figure: go.Figure) -> list[tuple[str, Box]]:
    """Text and box, in pixels from the top left, of every annotation in paper coordinates that is not rotated."""
    width, height = figure.layout.width, figure.layout.height
    return [
        (note["text"], _build_box(note, width, height))
        for note in _list_annotations(figure)
        if not note.get("textangle")
    ]


def find_overlaps(figure: go.Figure) -> list[tuple[str, str]]:
    """The pairs of texts that overlap."""
    boxes = measure_text_boxes(figure)
    return [
        (text, other_text)
        for i, (text, box) in enumerate(boxes)
        for other_text, other_box in boxes[i + 1 :]
        if box.overlaps(other_box)
    ]


def find_faults(figure: go.Figure, size: SheetSize, theme: Theme = Theme.LIGHT) -> list[str]:
    """Faults of a sheet: wrong size or background, texts that overlap, texts beyond the edge."""
    layout, shape = figure.layout, SHAPES[size]
    sheet = Box(0, 0, shape.width, shape.height)
    problems = [] if (layout.width, layout.height) == (shape.width, shape.height) else ["another shape"]
    problems += [] if layout.template.layout.paper_bgcolor == PALETTES[theme].paper else ["another paper"]
    problems += [f"{first_text} on {second_text}" for first_text, second_text in find_overlaps(figure)]
    return problems + [
        f"{text} beyond the sheet" for text, box in measure_text_boxes(figure) if not sheet.contains(box)
    ]


def collect_annotation_text(figure: go.Figure) -> str:
    """All text of a figure, without tags, a line per annotation."""
    return "\n".join(re.sub(r"<[^>]*>", "", note["text"]).replace("\u00a0", " ") for note in _list_annotations(figure))


def _list_annotations(figure: go.Figure) -> list[dict[str, Any]]:
    """The annotations as plain dicts, which are much faster to read than plotly's objects."""
    annotations: list[dict[str, Any]] = figure.layout.to_plotly_json().get("annotations", [])
    return annotations


def _build_box(note: dict[str, Any], sheet_width: float, sheet_height: float) -> Box:
    x, y = note["x"] * sheet_width, (1 - note["y"]) * sheet_height
    size = note["font"]["size"]
    width, height = measure_text(note["text"], size), CAPITAL_HEIGHT * size
    left = x - ALIGN_SHARES[note["xanchor"]] * width
    return Box(left, y - height / 2, left + width, y + height / 2)
