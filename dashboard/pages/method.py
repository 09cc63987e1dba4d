"""Method: what every number means, with the parameters of the view, and first of all what candles cannot show."""

from typing import Any

from dash import html

from dashboard.anchors import Anchor
from dashboard.definition_parts import Moment
from dashboard.definitions import Section, sections
from dashboard.formats import listing, span, window_label
from dashboard.links import Links
from dashboard.pages.contract import Context, Page
from dashboard.view import ViewState
from data.catalogue import Catalogue
from deviation.answer import CHOSEN_BY_HAND
from deviation.question import QuoteHandling

LEAD = (
    "Plumbline sets each exchange's price, {in_turn}, beside what the others say, and measures how far below it "
    "was and for how long. These are the definitions, with the settings of "
)


def show(context: Context, view: ViewState) -> list[Any]:
    """The parameters of the moment and the contents, which stay in view where there is room, and the definitions."""
    catalogue = context.catalogue
    found = sections(Moment(view, catalogue))
    links = Links(view.to_query(catalogue))
    contents: dict[str, Any] = {"aria-label": "Contents"}
    return [
        html.H1("What the numbers mean"),
        html.P(
            [LEAD.format(in_turn=view.bar.in_turn), links.page("explorer", "the view you came from"), "."],
            className="second",
        ),
        html.Div(
            [
                html.Div([html.H2("Settings of this view"), _moment(view, catalogue, links)], className="settings"),
                html.Nav(html.Ol([html.Li(_to(section)) for section in found]), className="contents", **contents),
                html.Div([_section(section) for section in found], className="definitions"),
            ],
            className="method",
        ),
    ]


def _to(section: Section) -> html.A:
    return html.A(section.title, href=f"#{section.anchor}")


def _section(section: Section) -> html.Section:
    kind = "cannot" if section.anchor is Anchor.CANNOT_SHOW else ""
    return html.Section([html.H2(section.title), *section.body], id=section.anchor.value, className=kind, tabIndex=-1)


def _moment(view: ViewState, catalogue: Catalogue, links: Links) -> html.Table:
    """What the view asks for, each beside the word that the page defines."""
    moment, name = Moment(view, catalogue), view.window(catalogue)
    handling = "as printed" if view.quote is QuoteHandling.AS_IS else "converted to dollars"
    left_out = listing([catalogue.venue(venue).name for venue in sorted(view.out)]) if view.out else "nobody"
    window = CHOSEN_BY_HAND if name is None else window_label(name, catalogue)
    lines = [
        ("Window", Anchor.WINDOWS, f"{window}: {span(view.start, view.end, view.zone)}"),
        ("Bars", Anchor.MINUTE, f"of {view.bar.length}"),
        ("Focus", Anchor.RANK, moment.focus),
        ("Reference", Anchor.REFERENCE, view.reference.words),
        ("Prices", Anchor.MONEY, handling),
        (f"A {view.bar.one} votes", Anchor.MINUTE, f"from {moment.vote} on"),
        ("Astray", Anchor.BELOW_MIN, f"from {moment.enter} on"),
        ("Back", Anchor.EPISODE, f"within {moment.back}, {moment.confirm} minutes in a row"),
        ("Left out of the vote", Anchor.REFERENCE, left_out),
    ]
    rows = [
        html.Tr([html.Th(links.define(label, anchor), scope="row"), html.Td(text)]) for label, anchor, text in lines
    ]
    return html.Table(html.Tbody(rows), className="moment")


PAGE = Page(name="method", title="Method", show=show, charts=False)
