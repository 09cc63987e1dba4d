"""The overview's chart of depth against duration as files."""

import plotly.graph_objects as go

from dashboard.chart_picture import Draw, Words, chart_picture, sentence
from dashboard.depth_rows import depth_rows
from dashboard.export_asked import Asked, Export
from dashboard.overview_dots import Fates, depth_dots, fates
from dashboard.overview_points import by_asset, points
from dashboard.overview_reading import counted
from dashboard.overview_view import Overview
from dashboard.picture_key import Item
from dashboard.picture_sizes import Size
from dashboard.scatter_print import scatter_drawn
from dashboard.style import palette
from dashboard.words import bar_closes, compared


def depth(asked: Asked) -> Export:
    """The chart as one sheet, or a row for each market of each asset.

    Raises:
        NothingUsable, StoreUnusable: There is nothing to show, or it cannot be read.
        BrowserMissing, BrowserBusy, BrowserFailed: The picture cannot be drawn, or not now.
    """
    return asked.of_event(lambda overview: depth_rows(overview.measurements), depth_picture)


def depth_picture(overview: Overview, size: Size) -> go.Figure:
    """The printed chart; where nobody was below for a minute, a sentence in its place."""
    catalogue, theme = overview.catalogue, overview.view.theme
    shown = fates(points(overview.measurements, catalogue, overview.family, overview.view.zone))
    none: tuple[Draw, list[Item]] = sentence(shown.nobody(overview.enter, overview.view.bar), palette(theme)), []
    across = f"minutes at least {overview.enter} below, longer"
    draw, items = scatter_drawn(overview, depth_dots(overview, shown.drawn), across) if shown.drawn else none
    words = _words(overview, shown)
    return chart_picture(words, draw, overview.measurements, catalogue, size=size, theme=theme, items=items)


def _words(overview: Overview, shown: Fates) -> Words:
    close = bar_closes(overview.measurements[0].question).removesuffix("s")
    left_out = {f"Never {overview.enter} below": shown.never, "No firm minute, so no point": shown.unknown}
    return Words(
        headline=counted(overview),
        under=(
            f"Each marker is one exchange on one asset: its deepest {close}, and its minutes at least "
            f"{overview.enter} below."
        ),
        measured=compared(overview.measurements),
        notes=[f"{title}: {by_asset(found)}." for title, found in left_out.items() if found],
    )
