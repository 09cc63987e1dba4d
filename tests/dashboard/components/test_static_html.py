from html.parser import HTMLParser
from typing import Any

import dash_mantine_components as dmc
import numpy as np
import pytest
from dash import dcc, html
from hypothesis import given
from hypothesis import strategies as st

from dashboard.components.static_html import StaticElement, serialize, split_component


def build_element(tag: str, content: str, **attributes: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever an element has
    """A component, serialized."""
    props = {"tag": tag, "attributes": attributes, "html": content}
    return {"namespace": "plumbline", "type": "Written", "props": props}


def test_a_table_is_one_component() -> None:
    """Nested elements become HTML within the outermost, which keeps its attributes by React's names."""
    cells = [html.Th("Kraken", scope="row"), html.Td("4.1", className="number", colSpan=2)]
    table = html.Table(html.Tbody(html.Tr(cells)), className="venues")
    content = '<tbody><tr><th scope="row">Kraken</th><td class="number" colSpan="2">4.1</td></tr></tbody>'
    assert serialize(table) == build_element("table", content, className="venues")


def test_what_a_callback_may_speak_to_stays() -> None:
    """Elements with an id or a state, and components that are no HTML, stay components."""
    tree = html.Div([html.P("told"), html.Div(html.B("now"), id="place"), dcc.Graph(id="graph"), 3, None])
    serialized = serialize(tree)
    assert (serialized["type"], serialized["namespace"]) == ("Div", "dash_html_components")
    paragraph, place, graph, number, nothing = serialized["props"]["children"]
    assert paragraph == build_element("p", "told")
    assert (place["type"], place["props"]) == ("Div", {"id": "place", "children": build_element("b", "now")})
    assert graph["type"] == "Graph"
    assert (number, nothing) == (3, None)
    details = serialize(html.Details([html.Summary("Table"), html.P("rows")]))
    assert (details["type"], details["props"]["children"]) == (
        "Details",
        [build_element("summary", "Table"), build_element("p", "rows")],
    )


def test_components_in_properties_are_found() -> None:
    """Elements within components of other libraries, figures and arrays are serialized as well."""
    tooltip = serialize(dmc.Tooltip(html.P("inside"), label=html.B("above")))
    assert tooltip["props"]["children"] == build_element("p", "inside")
    assert tooltip["props"]["label"] == build_element("b", "above")
    assert serialize({"data": [{"y": np.array([1, 2], dtype=np.int8)}]}) == {
        "data": [{"y": {"dtype": "i1", "bdata": "AQI="}}]
    }
    assert serialize([html.P("a"), "b"]) == [build_element("p", "a"), "b"]


NAMED_ATTRIBUTES: dict[str, Any] = {"aria-label": "x", "data-page": "1"}


@pytest.mark.parametrize(
    "part",
    [
        html.P(),
        html.Td(["4.1", html.B("!")], id="cell", className="number", hidden=False, **NAMED_ATTRIBUTES),
        dcc.Graph(id="graph", figure={"data": []}, style={"height": 3}),
        dmc.Select(id="focus", data=[], value=None, **{"aria-label": "Focus"}),
    ],
)
def test_a_component_is_taken_apart_as_dash_does_it(part: Any) -> None:  # noqa: ANN401 - a component
    """The properties are those that were given, for every kind of component."""
    serialized = part.to_plotly_json()
    assert split_component(part) == (serialized["props"], serialized["type"], serialized["namespace"])


def test_elements_written_before_pass_as_they_are() -> None:
    """A static element may be alone, within other elements and within components of another library."""
    element: Any = StaticElement(
        "p", {"className": "quiet"}, ["a &amp; b"]
    )  # as the content of a component, which asks for others
    assert serialize(element) == build_element("p", "a &amp; b", className="quiet")
    assert serialize(html.Div([element, "c"])) == build_element("div", '<p class="quiet">a &amp; b</p>c')
    assert serialize(dmc.PopoverDropdown(element))["props"]["children"] == serialize(element)


MARK_ATTRIBUTES: dict[str, Any] = {"data-page": "true", "aria-label": "y"}


@pytest.mark.parametrize(
    ("element", "text"),
    [
        (html.P(html.Br()), "<br>"),
        (html.P(html.Img(src="a.png", alt="")), '<img alt="" src="a.png">'),
        (html.P(html.Label("Name", htmlFor="name")), '<label for="name">Name</label>'),
        (html.P(html.Button("Go", disabled=True, hidden=False)), "<button disabled>Go</button>"),
        (html.P(html.B("x", style={"minHeight": 12, "color": "red"})), '<b style="min-height: 12px; color: red">x</b>'),
        (html.P(html.B("x", **MARK_ATTRIBUTES)), '<b aria-label="y" data-page="true">x</b>'),
        (html.P(html.B(["1", 2, None])), "<b>12</b>"),
    ],
)
def test_an_element_as_text(element: html.P, text: str) -> None:
    """Attributes, flags, styles and void elements are valid HTML."""
    assert serialize(element)["props"]["html"] == text


class TextReader(HTMLParser):
    """Collects all text and every attribute."""

    def __init__(self) -> None:
        super().__init__()
        self.text, self.attributes, self.tags = "", list[tuple[str, str | None]](), list[str]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Record a start tag."""
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        """Record a text."""
        self.text += data


@given(st.text(), st.text())
def test_no_text_becomes_markup(text: str, label: str) -> None:
    """Names of files and markets are parsed as the text that they are."""
    reader = TextReader()
    reader.feed(serialize(html.P(html.B(text, title=label)))["props"]["html"])
    reader.close()
    assert reader.tags == ["b"]
    assert reader.text == text
    assert reader.attributes == [("title", label)]
