"""Prerendering: the page as HTML, and the document that contains it."""

import json
import re
from typing import Any

import dash_mantine_components as dmc
import numpy as np
import pytest
from dash import dcc, html

from dashboard.components.static_html import StaticElement
from dashboard.shell.router import Router
from dashboard.web.app import create_app
from dashboard.web.document import embed_prerendered
from dashboard.web.prerender import Prerendered, prerender
from data.catalogue import load_catalogue
from tests.dashboard.memory_store import MemoryStore, RecordedActions

CLIENT = create_app(MemoryStore(), load_catalogue(), RecordedActions()).server.test_client()
CRASH_LINK = "/explorer?asset=ATOM&window=crash"


def render_html(*parts: Any, **children: Any) -> str:  # noqa: ANN401 - components, and values of their children
    """The components as HTML; ``children`` sets children by id."""
    return prerender(html.Div(list(parts)), {(name, "children"): value for name, value in children.items()}).html


def test_elements_get_their_values_and_lose_their_ids() -> None:
    """Ids are left out, as they would occur twice in the document; values replace what is laid out."""
    assert render_html(html.P("before", id="said", className="quiet"), said=["now ", html.B(3)]) == (
        '<div><p class="quiet">now <b>3</b></p></div>'
    )


def test_text_stays_text() -> None:
    """Text is escaped; static elements are written as they are."""
    assert (
        render_html(html.P(id="said"), said="<script>x</script>") == "<div><p>&lt;script&gt;x&lt;/script&gt;</p></div>"
    )
    assert (
        render_html(html.P(id="said"), said=StaticElement("b", {}, "3 &lt; 4")) == "<div><p><b>3 &lt; 4</b></p></div>"
    )


def test_controls_stand_as_their_looks() -> None:
    """Selects have their width and the label of their value, switches the selected choice, popovers a button."""
    field = dmc.Select(id="event", data=[{"value": "a", "label": "First & last"}], value="a", w=250)
    empty_field = dmc.Select(data=["x"], placeholder="More", w=130)
    switch = dmc.SegmentedControl(data=[{"value": "u", "label": "UTC"}, {"value": "c", "label": "UTC+8"}], value="c")
    hinted_chip = dmc.Tooltip(dmc.Chip("Crash", value="crash"), label="why")
    chips = dmc.ChipGroup([dmc.Chip("Day", value="day"), hinted_chip], value="crash")
    button = dmc.Button("Files", className="plain")
    popover = dmc.Popover([dmc.PopoverTarget(button), dmc.PopoverDropdown("inside")])
    assert render_html(field, empty_field, dcc.Store(id="kept", data=1), switch, chips, popover) == (
        "<div>"
        '<span class="ghost field mantine-Select-root" style="width: 250px">First &amp; last</span>'
        '<span class="ghost field mantine-Select-root" style="width: 130px">More</span>'
        '<span class="ghost switch"><span>UTC</span><span class="on">UTC+8</span></span>'
        '<span class="ghost chip mantine-Chip-label">Day</span>'
        '<span class="ghost chip mantine-Chip-label" data-checked>Crash</span>'
        '<span class="ghost button plain">Files</span>'
        "</div>"
    )


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
    placeholders = [f'<div class="chart-room" style="height: {height}px"></div>' for height in (300, 200)]
    assert prerendered.html == f"<div>{''.join(placeholders)}</div>"
    assert prerendered.figures == [{"data": [{"y": {"dtype": "i1", "bdata": "AQI="}}], "layout": {}}, other_figure]


def test_nothing_in_a_figure_ends_its_element() -> None:
    """The titles of figures are parsed unchanged, and their tags are not part of the document."""
    text = embed_prerendered(Prerendered("", [{"layout": {"title": "</script><b>"}}]), "/plotly.js")
    (figures_json,) = re.findall(r'<script id="first-figures" type="application/json">(.*?)</script>', text)
    assert json.loads(figures_json) == [{"layout": {"title": "</script><b>"}}]
    assert "<b>" not in text


def test_a_page_without_charts_needs_no_plotly() -> None:
    """Without figures the document has the text alone."""
    assert embed_prerendered(Prerendered("<p>Nothing</p>", []), "/plotly.js") == '<div id="first"><p>Nothing</p></div>'


def test_the_document_holds_the_page() -> None:
    """The document of the explorer has its headline, its tables and its chart."""
    document = CLIENT.get(CRASH_LINK).text
    (first_html,) = re.findall(r'<div id="first">(.*)</div><script id="first-figures"', document)
    assert "ATOM on Binance: up to 33 % below" in first_html
    assert first_html.count("<table") == 2, "one for each quote group"
    assert first_html.count('class="chart-room"') == 1
    assert re.findall(r'\sid="', first_html) == []
    (figures,) = re.findall(r'<script id="first-figures" type="application/json">(.*?)</script>', document)
    (figure,) = json.loads(figures)
    assert figure["layout"]["xaxis"]["range"] == ["2025-10-10 21:10:00", "2025-10-10 21:40:00"]
    assert (
        document.index('id="first"')
        < document.index("plotly.v", document.index("<body>"))
        < document.index("dash_renderer")
    )


def test_other_pages_come_without() -> None:
    """Pages that are not prerendered start with the app."""
    for address in ("/lows", "/compare", "/data", "/method", "/nowhere"):
        assert 'id="first"' not in CLIENT.get(address).text
    assert 'id="first"' in CLIENT.get("/").text


def test_a_failure_is_left_to_the_app(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """If prerendering fails the page is sent without it, and the error is logged."""
    monkeypatch.setattr(Router, "open", lambda *_: 1 / 0)
    response = CLIENT.get(CRASH_LINK)
    assert (response.status_code, response.text.count('<div id="first"></div>')) == (200, 1)
    assert "ZeroDivisionError" in caplog.text
