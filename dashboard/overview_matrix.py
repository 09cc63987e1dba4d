"""The fairness matrix as a heat map that can be read, copied and followed: a cell for each venue and asset."""

from typing import Any

from dash import html

from dashboard.anchors import Anchor
from dashboard.formats import exchanges, signed
from dashboard.overview_view import Overview, focus_button
from dashboard.style import Theme, contrast, mix, palette
from data.reconstruction import assumed_markets
from deviation.headline import minutes_text
from deviation.matrix import Cell, matrix
from deviation.question import TOLERANCE, Group
from deviation.ranks import Rank, Word
from deviation.result import Row
from deviation.summary import Summary

STEPS_PCT = (2, 5, 10, 20, 50)
"""Depths at which the tint of a cell grows darker."""

TINTS = (0.0, 0.12, 0.27, 0.46, 0.78, 1.0)
"""How much of the full colour each step takes: one hue, so that print in grey keeps the order, and no share at which
neither light nor dark text could be read."""

NAMES_PX, CELL_PX = 118, (94, 150)
"""Width of the names, and the least and the most that a cell takes."""

FULL = {Theme.LIGHT: "#1d4568", Theme.DARK: "#8cc4f5"}
"""The colour of the deepest step: no venue's, and neither red nor green."""


def matrices(overview: Overview) -> html.Section:
    """A table for each quote group with a spot market, and what tints and hatching mean."""
    tables = [table for group in Group if (table := _table(overview, group)) is not None]
    title = [overview.links.define("Every exchange under the same test", Anchor.MATRIX)]
    return html.Section(
        [
            html.Div([html.H2(title), overview.file("lows.csv", "Data (CSV)")], className="block-head"),
            html.P(_told(overview), className="quiet"),
            *tables,
            *([] if tables else [html.P("No spot market here.", className="overview-none")]),
            _legend(overview),
        ],
        className="overview-part",
    )


def _told(overview: Overview) -> list[Any]:
    """What a cell holds, each word leading to its definition."""
    links = overview.links
    rank: list[Any] = [", and the ", links.define("rank", Anchor.RANK), "."]
    return [
        "In each cell: the ",
        links.define("deepest close", Anchor.DEPTH),
        f" against the others of the group, the minutes at least {overview.enter} ",
        links.define("below", Anchor.BELOW_MIN),
        " of the ",
        links.define("firm", Anchor.FIRM),
        " ones",
        *(rank if overview.ranked else [". An illustration: no ranks."]),
    ]


def _table(overview: Overview, group: Group) -> html.Div | None:
    cells = matrix(overview.measurements, group)
    if not cells:
        return None
    found = {(cell.venue, cell.asset): cell for cell in cells}
    order = list(overview.catalogue.venues)
    venues = sorted(
        {cell.venue for cell in cells},
        key=lambda venue: (venue != overview.view.focus, order.index(venue) if venue in order else len(order), venue),
    )
    assets = [measurement.question.asset for measurement in overview.measurements]
    head = html.Tr([html.Th(exchanges(group), scope="col"), *(html.Th(asset, scope="col") for asset in assets)])
    rows = []
    for venue in venues:
        name = html.Th(focus_button(overview.catalogue, venue, overview.view.focus), scope="row")
        line = [_cell(overview, found[venue, asset]) for asset in assets]
        rows.append(html.Tr([name, *line], className="focus" if venue == overview.view.focus else ""))
    label: dict[str, Any] = {"aria-label": f"Depth and minutes among {exchanges(group)}"}
    # Few assets must not make cells as wide as the page, nor many on a telephone as narrow as a word.
    least, most = (f"{NAMES_PX + cell * len(assets)}px" for cell in CELL_PX)
    room = {"minWidth": least, "maxWidth": most}
    table = html.Table([html.Thead(head), html.Tbody(rows)], className="overview-matrix", style=room)
    return html.Div(table, className="wide", tabIndex=0, role="region", **label)


def _cell(overview: Overview, cell: Cell) -> html.Td:
    row = cell.row
    if row is None:
        return html.Td(Word.NO_DATA.value, className="empty")
    own, name = row.own, overview.catalogue.venue(cell.venue).name
    unranked = overview.ranked and cell.rank.why is not None
    depth, minutes = _numbers(own)
    words = _words(overview, cell.rank, row)
    lines = [html.B(depth), html.Span(minutes), html.Em(words)]
    full = _full(overview, cell.rank)
    told: dict[str, Any] = {
        "aria-label": f"{name}, {cell.asset}: {depth}, {minutes} at least {overview.enter} below; {full}"
    }
    deepest = overview.ranked and cell.rank.deepest is Word.DEEPEST
    return html.Td(
        overview.to_explorer(lines, cell.asset, cell.venue, title=full, **told),
        className=" ".join(name for name, holds in {"unranked": unranked, "deepest": deepest}.items() if holds),
        style={} if unranked else tint(own.depth, overview.view.theme),
    )


def _numbers(own: Summary) -> tuple[str, str]:
    """Depth and minutes; of thin minutes where none is firm, which is said."""
    thin = own.thin
    if own.firm_min or not thin.minutes:
        return signed(own.depth), f"{minutes_text(own.below_min)} of {minutes_text(own.firm_min)} min"
    return signed(thin.depth), f"{minutes_text(thin.below_min)} of {minutes_text(thin.minutes)} thin min"


def _words(overview: Overview, rank: Rank, row: Row) -> str:
    """Rank words as a cell has room for them: only what tells the venue from the others."""
    if overview.illustrated:
        return "assumed" if (row.market.venue, row.market.symbol) in assumed_markets() else "partly published"
    if rank.why is not None:
        return Word.NOT_RANKED.value
    if rank.deepest is rank.longest is Word.CLOSE:
        return Word.CLOSE.value
    said = [
        f"{what}: {word}" if word is Word.CLOSE else word.value
        for what, word in (("depth", rank.deepest), ("time", rank.longest))
        if word not in {Word.NOT_DEEPEST, Word.NOT_LONGEST}
    ]
    return ", ".join(said)


def _full(overview: Overview, rank: Rank) -> str:
    if overview.illustrated:
        return "illustration"
    if rank.why is not None:
        return f"{Word.NOT_RANKED}: {rank.why}"
    return f"depth: {rank.deepest}, time: {rank.longest}"


def tint(depth: float | None, theme: Theme) -> dict[str, str]:
    """Background and text of a cell, by its depth; text keeps the contrast of small print on every tint.

    >>> tint(-0.01, Theme.LIGHT)["backgroundColor"], tint(None, Theme.LIGHT)["backgroundColor"]
    ('#ffffff', '#ffffff')
    """
    return _paint(sum(100 * (depth or 0.0) <= -pct + 100 * TOLERANCE for pct in STEPS_PCT), theme)


def _paint(step: int, theme: Theme) -> dict[str, str]:
    colours = palette(theme)
    background = mix(colours.paper, FULL[theme], TINTS[step])
    text = max(colours.ink, colours.paper, key=lambda colour: contrast(colour, background))
    return {"backgroundColor": background, "color": text}


def _legend(overview: Overview) -> html.P:
    theme = overview.view.theme
    labels = [f"less than {STEPS_PCT[0]} %", *(f"{pct} %" for pct in STEPS_PCT)]
    swatches = [html.Span(label, className="swatch", style=_paint(i, theme)) for i, label in enumerate(labels)]
    ranked = [html.Span("not ranked", className="swatch unranked")] if overview.ranked else []
    rest = [*ranked, html.Span(Word.NO_DATA.value, className="swatch empty")]
    note = " A ranked cell without a word is neither deepest nor longest." if overview.ranked else ""
    return html.P(["Below by at least ", *swatches, *rest, note], className="overview-legend")
