"""Values of components by id and property: a page is opened and changed by the same values."""

from collections.abc import Iterator
from typing import Any

from dash.development.base_component import Component

Updates = dict[tuple[str, str], Any]
"""Values by the id and the property of the component that shows them."""


def apply_updates(content: list[Component], updates: Updates) -> list[Component]:
    """The same components, with each value set on the one of them, or in them, that has its id.

    Raises:
        KeyError: No component has the id of a value.
    """
    components = {
        name: part for part in _iterate_components(content) if isinstance(name := getattr(part, "id", None), str)
    }
    for (name, property_name), value in updates.items():
        setattr(components[name], property_name, value)
    return content


def _iterate_components(part: Any) -> Iterator[Component]:  # noqa: ANN401 - whatever dash takes as a child
    if isinstance(part, list | tuple):
        for child in part:
            yield from _iterate_components(child)
    elif isinstance(part, Component):
        yield part
        yield from _iterate_components(getattr(part, "children", None))
