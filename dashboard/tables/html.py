"""The page's tables as plain HTML tables, which screen readers, printers and spreadsheets take as they are."""

from collections.abc import Sequence
from typing import Any

from dashboard.components.accessibility import build_scroll_attributes
from dashboard.components.definition import link_to_definition
from dashboard.components.static_html import StaticElement, build_element
from dashboard.state.links import MethodAnchor, ViewLinks
from dashboard.tables.venues import TableCell, VenueBlock, VenueTableRow
from dashboard.text.sentences import describe_lag
from data.schema import Timeframe

VENUE_COLUMNS: tuple[tuple[str, MethodAnchor | None, str], ...] = (
    ("Exchange", None, "A click shows its figures."),
    ("Low / high", MethodAnchor.DEPTH, "The largest discount and the largest premium of its closing prices."),
    (
        "Minutes >{enter} below | above",
        MethodAnchor.BELOW_MIN,
        "Comparable minutes at least that far below, and above.",
    ),
    ("Comparable minutes", MethodAnchor.FIRM, "Minutes in which at least three other exchanges have prices."),
    ("Any one left out", MethodAnchor.JACKKNIFE, "Of these minutes: whichever one exchange is left out."),
    ("With a lag", MethodAnchor.LAG, "Of these minutes: compared with the others of {lag}, too."),
    (
        "Entire {bar}",
        MethodAnchor.ORDER_PROOF,
        "Of these minutes: below even at its highest trade, or above even at its lowest.",
    ),
    ("Rank", MethodAnchor.RANK, "Within the group: size needs a lead of 2%, length one of 3 minutes."),
)
"""Name, definition and a short explanation of each column of the tables of exchanges."""


def build_venue_tables(
    blocks: Sequence[VenueBlock], enter_text: str, links: ViewLinks, bar: Timeframe = Timeframe.M1
) -> list[StaticElement]:
    """A section with a table for each block; ``enter_text`` is the threshold in per cent, ``bar`` the bars' length."""
    headers = [
        build_element(
            "th",
            link_to_definition(name.format(enter=enter_text, bar=bar.noun), anchor, links),
            scope="col",
            title=explanation.format(bar=bar.noun, lag=describe_lag(bar)),
        )
        for name, anchor, explanation in VENUE_COLUMNS
    ]
    return [_build_venue_table(block, headers) for block in blocks]


def _build_venue_table(block: VenueBlock, headers: Sequence[StaticElement]) -> StaticElement:
    head = build_element("thead", build_element("tr", *(headers if block.has_ranks else headers[:-1])))
    rows = [_build_venue_row(row, has_ranks=block.has_ranks) for row in block.rows]
    table = build_element("table", head, build_element("tbody", *rows))
    return build_element(
        "section",
        build_element("div", build_element("h2", block.title), build_element("p", block.note), className="block-head"),
        *(build_element("p", sentence, className="cross") for sentence in block.sentences),
        build_element("div", table, **build_scroll_attributes(block.title)),
        className="venues ranked" if block.has_ranks else "venues",
    )


def _build_venue_row(row: VenueTableRow, *, has_ranks: bool) -> StaticElement:
    """The row, with the exchange's name as a button."""
    attributes: dict[str, Any] = {"data-focus": row.venue, "aria-pressed": str(row.is_focus).lower()}
    title = f"Show {row.name}"
    button = build_element("button", row.name, type="button", className="venue-name", title=title, **attributes)
    exceptions = [build_element("small", row.exceptions, className="exceptions")] if row.exceptions else []
    cells = [
        build_element("th", button, build_element("small", row.market_label), *exceptions, scope="row"),
        _build_cell("td", row.extremes, className="number"),
        build_element("td", row.minutes, className="number"),
        _build_cell("td", row.comparable, className="number"),
        *(build_element("td", text, className="number") for text in (row.jackknife, row.lag, row.whole)),
    ]
    if has_ranks:
        cells.append(build_element("td", *(_build_cell("div", cell) for cell in row.rank or ()), className="rank"))
    classes = {"focus": row.is_focus, "unranked": row.is_unranked}
    return build_element("tr", *cells, className=" ".join(name for name, applies in classes.items() if applies))


def _build_cell(tag: str, cell: TableCell, **attributes: str) -> StaticElement:
    """A text with a smaller one below it where there is one."""
    details = [build_element("small", cell.detail)] if cell.detail else []
    return build_element(tag, cell.text, *details, **attributes)
