"""The overview's chart of reported volume against depth as files."""

import plotly.graph_objects as go

from dashboard.chart_picture import Draw, Words, chart_picture, sentence
from dashboard.export_asked import Asked, Export
from dashboard.formats import listing
from dashboard.overview_dots import VolumeFates, volume_dots, volume_fates
from dashboard.overview_points import by_asset, points
from dashboard.overview_view import Overview
from dashboard.overview_volume import ILLUSTRATED, busiest, volume_cases, volume_count
from dashboard.picture_key import Item
from dashboard.picture_sizes import Size
from dashboard.scatter_print import scatter_drawn
from dashboard.style import palette
from dashboard.volume_rows import volume_rows
from dashboard.words import bar_closes, compared

UNSAID = "Whether the busiest exchange fell furthest cannot be said: no asset has ranked exchanges"
"""The headline where nothing can be compared."""


def volume(asked: Asked) -> Export:
    """The chart as one sheet, or a row for each spot market of each asset.

    Raises:
        NothingUsable, StoreUnusable: There is nothing to show, or it cannot be read.
        BrowserMissing, BrowserBusy, BrowserFailed: The picture cannot be drawn, or not now.
    """
    return asked.of_event(lambda overview: volume_rows(overview.measurements), volume_picture)


def volume_picture(overview: Overview, size: Size) -> go.Figure:
    """The printed chart; where nobody was below or reported volume, a sentence in its place."""
    catalogue, theme = overview.catalogue, overview.view.theme
    shown = volume_fates(points(overview.measurements, catalogue, overview.family, overview.view.zone))
    none: tuple[Draw, list[Item]] = sentence(shown.nobody(overview.view.bar), palette(theme)), []
    across = "dollars reported as traded in the 24 h before"
    draw, items = scatter_drawn(overview, volume_dots(overview, shown.drawn), across) if shown.drawn else none
    words = _words(overview, shown)
    return chart_picture(words, draw, overview.measurements, catalogue, size=size, theme=theme, items=items)


def _words(overview: Overview, shown: VolumeFates) -> Words:
    """The count as headline, its comparisons and what has no point in the remarks; none of an illustration."""
    close = bar_closes(overview.measurements[0].question).removesuffix("s")
    found = [] if overview.illustrated else busiest(overview.measurements)
    left_out = {why: by_asset(left) for why, left in shown.left_out().items() if left}
    valued = [one.question.asset for one in overview.measurements if one.question.underlying is not None]
    if valued:
        left_out["Measured against fair value, so no point"] = listing(valued)
    others = [one for one in overview.measurements if one.question.underlying is None]
    return Words(
        headline=volume_count(found) if found else UNSAID,
        under=(
            "Reported volume, not liquidity. Each marker is one exchange on one asset: what it reported as traded "
            f"in the 24 hours before, and its deepest {close}."
        ),
        measured=compared(others or overview.measurements),
        notes=[
            *([ILLUSTRATED] if overview.illustrated else []),
            *(f"{title}: {told}." for title, told in {**volume_cases(found), **left_out}.items()),
        ],
    )
