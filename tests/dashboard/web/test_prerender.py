"""Prerendering: the page as HTML, and the document that contains it."""

import json
import re
from typing import Any

import dash_ag_grid as dag
import dash_mantine_components as dmc
import numpy as np
import pytest
from dash import dcc, html

from dashboard.components.static_html import StaticElement, build_element, serialize
from dashboard.components.updates import Updates
from dashboard.shell.router import Router
from dashboard.tables.lows_grid import build_columns
from dashboard.web.app import create_app
from dashboard.web.document import FOLD_SCRIPT, embed_prerendered
from dashboard.web.prerender import Chart, Prerendered, prerender
from data.catalogue import load_catalogue
from data.schema import Timeframe
from tests.dashboard.memory_store import MemoryStore, RecordedActions

CLIENT = create_app(MemoryStore(), load_catalogue(), RecordedActions()).server.test_client()
CRASH_LINK = "/explorer?asset=ATOM&window=crash"


def render_html(*parts: Any, **children: Any) -> str:  # noqa: ANN401 - components, and values of their children
    """The components as HTML on the Lows page of a view of DOGE; ``children`` sets children by id."""
    updates: Updates = {("view", "data"): {"asset": "DOGE"}, ("page", "data"): {"name": "lows"}}
    return prerender(
        html.Div(list(parts)), updates | {(name, "children"): value for name, value in children.items()}
    ).html


def test_elements_get_their_values_and_lose_their_ids() -> None:
    """Ids would occur twice in the document, so only those that links lead to stay; values replace what is laid out."""
    assert render_html(html.P("before", id="said", className="quiet"), said=["now ", html.B(3)]) == (
        '<div><p class="quiet">now <b>3</b></p></div>'
    )
    assert render_html(html.Section("Firm", id="firm")) == '<div><section id="firm">Firm</section></div>'


def test_text_stays_text() -> None:
    """Text is escaped; static elements are written as they are."""
    assert (
        render_html(html.P(id="said"), said="<script>x</script>") == "<div><p>&lt;script&gt;x&lt;/script&gt;</p></div>"
    )
    assert (
        render_html(html.P(id="said"), said=StaticElement("b", {}, ["3 &lt; 4"])) == "<div><p><b>3 &lt; 4</b></p></div>"
    )


def test_controls_that_need_scripts_are_placeholders() -> None:
    """Selects have their width and the label of their value, switches the selected choice, popovers a button."""
    field = dmc.Select(id="event", data=[{"value": "a", "label": "First & last"}], value="a", w=250)
    empty_field = dmc.Select(data=["x"], placeholder="More", w=130)
    switch = dmc.SegmentedControl(data=[{"value": "u", "label": "One"}, {"value": "c", "label": "All"}], value="c")
    hinted_chip = dmc.Tooltip(dmc.Chip("Crash", value="crash"), label="why")
    chips = dmc.ChipGroup([dmc.Chip("Day", value="day"), hinted_chip], value="crash")
    button = dmc.Button("Files", className="plain")
    popover = dmc.Popover([dmc.PopoverTarget(button), dmc.PopoverDropdown("inside")])
    walk_data: dict[str, Any] = {"data-walks": "graph"}
    text_field, slider = dmc.TextInput(label="From", placeholder="21:10"), html.Div(**walk_data)
    assert render_html(
        field, empty_field, dcc.Store(id="kept", data=1), switch, chips, popover, text_field, slider
    ) == (
        "<div>"
        '<span class="ghost field mantine-Select-root" style="width: 250px">First &amp; last</span>'
        '<span class="ghost field mantine-Select-root" style="width: 130px">More</span>'
        '<span class="ghost switch"><span>One</span><span class="on">All</span></span>'
        '<span class="ghost chip mantine-Chip-label">Day</span>'
        '<span class="ghost chip mantine-Chip-label" data-checked>Crash</span>'
        '<span class="ghost button plain">Files</span>'
        '<div class="ghost-labelled">From<span class="ghost field mantine-Select-root">21:10</span></div>'
        "</div>"
    )


def test_choices_are_links() -> None:
    """Chips, switches and buttons that a link can do without scripts are links to the same page in that view."""
    chips = dmc.ChipGroup([dmc.Chip("ATOM", value="ATOM"), dmc.Chip("DOGE", value="DOGE")], id="asset", value="DOGE")
    switch = dmc.SegmentedControl(id="zone", data=[{"value": "UTC+8", "label": "UTC+8"}], value="UTC")
    focus_data: dict[str, Any] = {"data-focus": "okx"}
    button = html.Button("OKX", className="venue-name", title="Show OKX", **focus_data)
    cell: Any = build_element("p", build_element("button", "OKX & co", className="venue-name", **focus_data), "USDT")
    assert render_html(chips, switch, button, cell) == (
        "<div>"
        '<a class="ghost chip mantine-Chip-label" href="/lows?asset=ATOM">ATOM</a>'
        '<a class="ghost chip mantine-Chip-label" data-checked href="/lows?asset=DOGE">DOGE</a>'
        '<span class="ghost switch"><a href="/lows?asset=DOGE&amp;zone=UTC%2B8">UTC+8</a></span>'
        '<a class="venue-name" href="/lows?asset=DOGE&amp;focus=okx" title="Show OKX">OKX</a>'
        '<p><a class="venue-name" href="/lows?asset=DOGE&amp;focus=okx">OKX &amp; co</a>USDT</p>'
        "</div>"
    )


def test_a_grid_is_a_table() -> None:
    """The columns that the grid shows, with their groups, and the cells as the grid formats them."""
    columns = build_columns(Timeframe.M1)
    row = {
        "asset": "ATOM",
        "venue": "okx",
        "venue_text": "OKX",
        "group": "usdt",
        "low": 3.6,
        "low_text": "3.6",
        "low_at": "2025-10-10T21:20:00Z",
        "low_at_text": "21:20",
        "low_round": True,
        "low_round_text": "round",
        "low_volume": 1234.5,
        "low_volume_text": "1,235",
        "low_gap_to_second": 0.25,
        "low_next": -0.331,
        "low_least": None,
        "low_most": -0.999,
        "firm_min": 29.5,
        "focus": True,
        **{f"below_share_{x}": 0.172 if x < 50 else 0.0 for x in (1, 2, 5, 10, 20, 50)},
    }
    text = render_html(dag.AgGrid(columnDefs=columns, rowData=[row], style={"height": "90px"}))
    assert text.startswith('<div><div class="wide grid-table" style="--grid-height: 90px">')
    percents = ["+25%", "\N{MINUS SIGN}33%", "\N{EN DASH}", "\N{MINUS SIGN}99.9%"]
    (focus_row,) = re.findall(r'<tr class="focus">(.*?)</tr>', text)
    assert re.findall(r"<td[^>]*>(.*?)</td>", focus_row) == [
        *("ATOM", "OKX", "USDT", "3.6", "21:20", "round", "1,235", *percents, "29.5"),
        *("17%",) * 5,
        "0",
    ]
    numbers = [False, False, False, True, False, False, *[True] * 12]
    assert ["number" in cell for cell in re.findall(r"<td[^>]*>", focus_row)] == numbers
    assert ["number" in cell for cell in re.findall(r'<th[^>]*scope="col"[^>]*>', text)] == numbers
    assert re.findall(r'<th colSpan="(\d)" scope="colgroup">', text) == ["1", "1", "1", "5", "3", "7"]


def test_deferred_values_are_part_of_the_page() -> None:
    """What the browser would set after the first chart is written as well, and so is the figure of a stored chart."""
    stored = {"graph": {"figure": {"data": [], "layout": {"yaxis": {"a": 1}}}, "axes": {"shared": {"b": 2}, "own": {}}}}
    prerendered = prerender(
        html.Div(
            [
                dcc.Store(id="later", data={"said": {"children": "at last"}}),
                dcc.Store(id="figures", data=stored),
                html.P(id="said"),
                dcc.Graph(id="graph"),
                dcc.Graph(id="other"),
            ]
        ),
        {},
    )
    assert "<p>at last</p>" in prerendered.html
    assert [chart.figure for chart in prerendered.charts] == [{"data": [], "layout": {"yaxis": {"a": 1, "b": 2}}}, None]


def test_charts_leave_their_room() -> None:
    """Charts leave an element of their size, and their figures in the order of the page."""
    figure: Any = {"data": [{"y": np.array([1, 2], dtype=np.int8)}], "layout": {}}
    other_figure: Any = {"data": [], "layout": {"title": "two"}}
    prerendered = prerender(
        html.Div(
            [
                dcc.Graph(id="one", figure=figure, style={"height": 300}),
                dcc.Graph(figure=other_figure, style={"height": 200}),
            ]
        ),
        {},
    )
    note = (
        "<noscript><p>A script draws this chart, and scripts are off here. The tables hold its numbers.</p></noscript>"
    )
    placeholders = [f'<div class="chart-room" style="height: {height}px">{note}</div>' for height in (300, 200)]
    assert prerendered.html == f"<div>{''.join(placeholders)}</div>"
    assert [serialize(chart.figure) for chart in prerendered.charts] == [
        {"data": [{"y": {"dtype": "i1", "bdata": "AQI="}}], "layout": {}},
        other_figure,
    ]


def test_nothing_in_a_figure_ends_its_element() -> None:
    """The titles of figures are parsed unchanged, and their tags are not part of the document."""
    text = embed_prerendered(
        Prerendered("", (Chart({"data": [], "layout": {"title": "</script><b>"}}, {}),)), "/plotly.js"
    )
    (figures_json,) = re.findall(r'<script id="first-figures" type="application/json">(.*?)</script>', text)
    assert json.loads(figures_json) == [{"data": [], "layout": {"title": "</script><b>"}}]
    assert "<b>" not in text


def test_a_page_that_does_not_begin_with_a_chart_needs_no_plotly() -> None:
    """Without figures, or without the address of plotly.js, the document has the text alone."""
    text = f'<div id="first"><p>Nothing</p></div><script>{FOLD_SCRIPT}</script>'
    assert embed_prerendered(Prerendered("<p>Nothing</p>"), "/plotly.js") == text
    assert embed_prerendered(Prerendered("<p>Nothing</p>", (Chart({"data": [], "layout": {}}, {}),)), None) == text


@pytest.mark.parametrize(("style", "sent"), [({"height": 9}, ["one"]), ({"width": 9, "height": 9}, ["one", "two"])])
def test_only_the_first_chart_is_sent(style: dict[str, Any], sent: list[str]) -> None:
    """The first figure is in the document; two are if they have widths of their own, as one chart in two sizes."""
    charts = tuple(Chart({"data": [], "layout": {"title": name}}, style) for name in ("one", "two", "three"))
    text = embed_prerendered(Prerendered("", charts), "/plotly.js")
    assert [name for name in ("one", "two", "three") if name in text] == sent


def test_the_document_holds_the_page() -> None:
    """The document of the explorer has its headline, its tables and its chart."""
    document = CLIENT.get(CRASH_LINK).text
    (first_html,) = re.findall(r'<div id="first">(.*?)</div><script>', document)
    assert "ATOM/USDT on Binance: up to 33% below" in first_html
    assert first_html.count("<table") >= 5, "exchanges of each group, lengths, ranges, lows"
    assert first_html.count('class="chart-room"') == 3, "prices, depths and the lowest minute"
    assert re.findall(r'\sid="', first_html) == []
    (figures,) = re.findall(r'<script id="first-figures" type="application/json">(.*?)</script>', document)
    figure = json.loads(figures)[0]
    assert figure["layout"]["xaxis"]["range"] == ["2025-10-10 21:10:00", "2025-10-10 21:40:00"]
    assert (
        document.index('id="first"')
        < document.index("/plotly-basic", document.index("<body>"))
        < document.index("dash_renderer")
    )


@pytest.mark.parametrize(
    ("address", "heading", "has_figures"),
    [
        ("/overview?window=crash", "On 10 Oct 2025 Binance had the largest discount", True),
        ("/lows?window=crash", "Lowest trades, and same-minute comparison", False),
        ("/compare?window=crash", "Every asset side by side", True),
        ("/data", "Data", False),
        ("/method", "What the numbers mean", False),
        ("/nowhere", "There is no such page", False),
    ],
)
def test_every_page_is_in_its_document(address: str, heading: str, has_figures: bool) -> None:  # noqa: FBT001 - a case
    """The document has the heading of its page, and figures only if a chart is on the first screen."""
    document = CLIENT.get(address).text
    first_html = document.split('<div id="first">')[1]
    assert f"<h1>{heading}" in first_html
    assert ("first-figures" in first_html) is has_figures


def test_a_failure_is_left_to_the_app(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """If prerendering fails the page is sent without it, and the error is logged."""
    client = create_app(MemoryStore(), load_catalogue(), RecordedActions()).server.test_client()
    with monkeypatch.context() as failing:
        failing.setattr(Router, "open", lambda *_: 1 / 0)
        response = client.get(CRASH_LINK)
    assert (response.status_code, response.text.count('<div id="first"></div>')) == (200, 1)
    assert "ZeroDivisionError" in caplog.text
    assert '<div id="first"></div>' not in client.get(CRASH_LINK).text
