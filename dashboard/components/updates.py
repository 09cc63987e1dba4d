"""Values of components by id and property: a page is opened and changed by the same values."""

from typing import Any

from dash import html
from dash.development.base_component import Component

Updates = dict[tuple[str, str], Any]
"""Values by the id and the property of the component that shows them."""


def apply_updates(content: list[Component], updates: Updates) -> list[Component]:
    """The same components, with each value set on the one of them, or in them, that has its id.

    Raises:
        KeyError: No component has the id of a value.
    """
    root = html.Div(content)
    components: dict[str, Any] = {name: root[name] for name, _ in updates}
    for (name, property_name), value in updates.items():
        setattr(components[name], property_name, value)
    return content
