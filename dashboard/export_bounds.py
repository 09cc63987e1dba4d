"""The minute of the lowest trade as files."""

from collections.abc import Sequence
from functools import partial

import plotly.graph_objects as go
import polars as pl

from dashboard.bounds import positions, sentences
from dashboard.bounds_print import Look, bounds_key, print_bounds
from dashboard.bounds_rows import bounds_rows
from dashboard.chart_picture import Words, chart_picture, sentence
from dashboard.export_asked import Asked, Export
from dashboard.picture_sizes import Size
from dashboard.scene import Scene
from dashboard.words import measured, title


def bounds(asked: Asked) -> Export:
    """Everyone's range in the bars of the focus venue's lowest trade as one sheet, or a row for each bar and venue.

    Raises:
        NothingUsable, StoreUnusable: There is nothing to show, or it cannot be read.
        BrowserMissing, BrowserBusy, BrowserFailed: The picture cannot be drawn, or not now.
    """
    scene = asked.scene()
    if not asked.pictured:
        return asked.rows(bounds_rows(scene), scene.measurement)
    trades = asked.answers.low_trades([scene.measurement])
    return asked.picture(bounds_picture(scene, trades, asked.size), scene.measurement)


def bounds_picture(scene: Scene, trades: pl.DataFrame, size: Size) -> go.Figure:
    """The printed charts; without a trade of the focus venue, a sentence in their place.

    ``trades`` is a frame of `data.schema.LOW_TRADE`.
    """
    looks = [Look(at, sentences(scene, at, trades)) for at in positions(scene)]
    name = scene.catalogue.venue(scene.measurement.question.focus).name
    draw, items = sentence(f"{name} has no trade in the window.", scene.colours), []
    if looks:
        draw = partial(print_bounds, scene=scene, looks=looks, beside=size is Size.WIDE)
        items = bounds_key(scene, looks)
    words = _words(scene, looks)
    return chart_picture(words, draw, [scene.measurement], scene.catalogue, size=size, theme=scene.theme, items=items)


def _words(scene: Scene, looks: Sequence[Look]) -> Words:
    question, several = scene.measurement.question, len(looks) > 1
    within = f"{'each' if several else 'one'} {question.timeframe.one}"
    return Words(
        headline=title(scene.measurement)[0],
        under=f"{question.asset} within {within}: the range in which its price stood on each exchange, and its close.",
        measured=measured(scene.measurement),
    )
