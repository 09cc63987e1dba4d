"""The comparison picture: one sheet that states the finding, shows it, and says what it rests on."""

import plotly.graph_objects as go

from dashboard.labels import Box
from dashboard.lettering import fit
from dashboard.picture_charts import charts
from dashboard.picture_table import blocks_of_venues
from dashboard.scene import Scene
from dashboard.sheet import Sheet
from dashboard.style import TEMPLATES, Theme
from dashboard.words import footer, measured, telling_notes, title
from data.catalogue import Catalogue
from deviation.result import Measurement

WIDTH, HEIGHT = 1600, 900
"""Pixels of the figure; a file has twice as many either way."""

LEFT, RIGHT = 54, 1546
"""Edges of everything on the sheet."""

CHARTS_RIGHT, TABLE_LEFT = 992, 1016
"""Where the left two thirds end and the right third begins."""

FOOT_SIZE = 13

WATERMARK = "ILLUSTRATION, NOT A MEASUREMENT"


def picture(
    measurement: Measurement, catalogue: Catalogue, *, assumed: frozenset[tuple[str, str]] = frozenset()
) -> go.Figure:
    """The comparison picture, 1600x900, always light; to be rendered at scale 2."""
    scene = Scene(measurement, catalogue, Theme.LIGHT, frozenset(), assumed)
    sheet = Sheet(WIDTH, HEIGHT)
    top = _head(sheet, scene)
    bottom = _foot(sheet, scene)
    charts(sheet, scene, Box(LEFT, top, CHARTS_RIGHT, bottom), telling_notes(measurement, catalogue, 0.5))
    blocks_of_venues(sheet, scene, Box(TABLE_LEFT, top, RIGHT, bottom))
    if scene.illustration:
        _watermark(sheet, scene)
    return sheet.figure(TEMPLATES[Theme.LIGHT])


def file_name(measurement: Measurement) -> str:
    """Name of the file that holds the picture: asset, focus venue and window."""
    question = measurement.question
    return f"plumbline-{question.asset}-{question.focus}-{question.start:%Y%m%dT%H%MZ}-{question.end:%Y%m%dT%H%MZ}.png"


def _head(sheet: Sheet, scene: Scene) -> float:
    """Headline, the line under it, and what is measured; returns where the rest may begin."""
    headline, under = title(scene.measurement)
    y = 30.0
    for text, sizes, most, bold, colour in (
        (headline, (34, 32, 30, 28, 26), 2, True, scene.colours.ink),
        (under, (19, 18, 17, 16), 2, False, scene.colours.text),
        (measured(scene.measurement), (16, 15.5, 15, 14.5), 2, False, scene.colours.muted),
    ):
        if not text:
            continue
        size, lines = fit(text, sizes, RIGHT - LEFT, most, bold=bold)
        for line in lines:
            y += 0.62 * size
            sheet.write(line, LEFT, y, size=size, colour=colour, bold=bold)
            y += 0.62 * size
        y += 7
    return y + 16


def _foot(sheet: Sheet, scene: Scene) -> float:
    """The two lines at the bottom; returns where the rest must end."""
    for text, y in zip(footer(scene.measurement, scene.catalogue, FOOT_SIZE, RIGHT - LEFT), (862, 881), strict=True):
        size, lines = fit(text, (FOOT_SIZE, 12.5, 12), RIGHT - LEFT, 1)
        sheet.write(lines[0], LEFT, y, size=size, colour=scene.colours.muted)
    sheet.rule((LEFT, 847), (RIGHT, 847), scene.colours.rule)
    return 838


def _watermark(sheet: Sheet, scene: Scene) -> None:
    """Across everything, so that no part of the picture can be shown without it."""
    sheet.annotations.append(
        {
            "text": WATERMARK,
            "x": 0.5,
            "y": 0.5,
            "xref": "paper",
            "yref": "paper",
            "showarrow": False,
            "textangle": -25,
            "opacity": 0.13,
            "font": {"size": 76, "color": scene.colours.ink},
        }
    )
