"""The small multiples as files: every asset of the event, in both windows where there are two."""

from dataclasses import replace

from dashboard.clock import Zone
from dashboard.compare_panels import sides
from dashboard.compare_picture import compare_picture
from dashboard.compare_rows import compare_rows
from dashboard.export_asked import ALL, Asked, Export
from dashboard.view import PanelScale


def compare(asked: Asked) -> Export:
    """The panels as one sheet, or the rows behind them.

    Raises:
        NothingUsable, StoreUnusable: There is nothing to show, or it cannot be read.
        BrowserMissing, BrowserBusy, BrowserFailed: The picture cannot be drawn, or not now.
    """
    view, catalogue = asked.view, asked.catalogue
    # Pictures tell times in UTC, whatever clock the page was on.
    found = sides(asked.answers, replace(view, zone=Zone.UTC))
    every = [one for side in found for one in side.panels]
    measured = [one.measurement for one in every if one.measurement is not None]
    if not measured:
        raise asked.nothing_of_event()
    if not asked.pictured:
        return asked.rows(compare_rows(every, catalogue), measured[0], asset=ALL)
    figure = compare_picture(
        found, catalogue, size=asked.size, theme=view.theme, shared=view.scale is PanelScale.SHARED
    )
    more = {
        "asset": None,
        "focus": view.focus,
        "candles_from": sorted({name for one in measured for names in one.origins.values() for name in names}),
        "fx_assumed": sorted({quote for one in measured for quote in one.fx_assumed}),
        "assets": list(dict.fromkeys(one.asset for one in every)),
        "windows": [side.name for side in found],
    }
    return asked.picture(figure, measured[0], asset=ALL, more=more)
