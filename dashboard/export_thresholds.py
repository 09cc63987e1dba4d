"""The explorer's chart of how long at which depth as files."""

from functools import partial

import plotly.graph_objects as go

from dashboard.chart_picture import Words, chart_picture, sentence
from dashboard.export_asked import Asked, Export
from dashboard.formats import listing
from dashboard.picture_sizes import Size
from dashboard.scene import Scene
from dashboard.threshold_print import print_thresholds, threshold_key
from dashboard.threshold_rows import threshold_rows
from dashboard.thresholds import compared
from dashboard.words import measured, title


def thresholds(asked: Asked) -> Export:
    """The chart as one sheet, or a row for each market and depth.

    Raises:
        NothingUsable, StoreUnusable: There is nothing to show, or it cannot be read.
        BrowserMissing, BrowserBusy, BrowserFailed: The picture cannot be drawn, or not now.
    """
    scene = asked.scene()
    if not asked.pictured:
        return asked.rows(threshold_rows(scene.measurement), scene.measurement)
    return asked.picture(threshold_picture(scene, asked.size), scene.measurement)


def threshold_picture(scene: Scene, size: Size) -> go.Figure:
    """The printed chart; without any firm minute, a sentence in its place."""
    measurement = scene.measurement
    draw, items = sentence(_no_line(scene), scene.colours), []
    if compared(scene):
        draw, items = partial(print_thresholds, scene=scene), threshold_key(scene)
    return chart_picture(_words(scene), draw, [measurement], scene.catalogue, size=size, theme=scene.theme, items=items)


def _no_line(scene: Scene) -> str:
    one = scene.measurement.question.timeframe.one
    return f"No {one} had the three votes that make it firm: nothing to count."


def _words(scene: Scene) -> Words:
    question, drawn = scene.measurement.question, compared(scene)
    against = "fair value" if question.underlying else "its own quote group"
    bold = f"; {scene.name(scene.focus)} bold" if scene.focus in drawn and scene.focus is not None else ""
    absent = [row for row in scene.measurement.rows if row not in drawn]
    left_out = {
        f"No firm {question.timeframe.one}, so no line": [scene.name(row) for row in absent if not row.own.firm_min],
        "Perpetuals have no line": [scene.name(row) for row in absent if row.own.firm_min],
    }
    return Words(
        headline=title(scene.measurement)[0],
        under=(f"{question.asset}: firm minutes at or beyond each depth, every exchange against {against}{bold}."),
        measured=measured(scene.measurement),
        notes=[f"{why}: {listing(names)}." for why, names in left_out.items() if drawn and names],
    )
