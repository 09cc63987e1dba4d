"""Setting values on a layout."""

import pytest
from dash import html

from dashboard.components.updates import apply_updates


def test_values_are_set_by_id() -> None:
    """A value is set on the component of the list, or within it, that has the id."""
    inner, outer = html.P(id="inner"), html.Div(id="outer")
    outer.children = [html.Div(inner)]
    content = [html.H1("title"), outer]
    assert apply_updates(content, {("inner", "children"): "text", ("outer", "className"): "wide"}) is content
    assert (inner.children, vars(outer)["className"]) == ("text", "wide")


def test_ids_within_values_are_not_searched() -> None:
    """A value may contain an id that another value is set on; the component of the layout gets it."""
    first, second = html.Div(id="first"), html.Div(id="second")
    apply_updates([first, second], {("first", "children"): html.B(id="second"), ("second", "children"): "text"})
    assert second.children == "text"


def test_unknown_ids_are_errors() -> None:
    """A value without a component is a fault of the page."""
    with pytest.raises(KeyError):
        apply_updates([html.P(id="there")], {("missing", "children"): "text"})
