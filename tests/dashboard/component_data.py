"""Components as plain data, with HTML text parsed back into elements."""

import json
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

from plotly.utils import PlotlyJSONEncoder

from dashboard.components.static_html import StaticElement


class _ElementParser(HTMLParser):
    """Parses HTML in which every element is closed."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.open_children: list[list[Any]] = [[]]
        self.feed(content)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element in the form that dash sends to the browser."""
        children: list[Any] = []
        props = {"className" if name == "class" else name: value for name, value in attrs}
        self.open_children[-1].append({"type": tag.capitalize(), "props": {**props, "children": children}})
        self.open_children.append(children)

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 - the signature of HTMLParser
        """Close the element."""
        self.open_children.pop()

    def handle_data(self, data: str) -> None:
        """Append a text to the open element."""
        self.open_children[-1].append(data)


def _encode_element(value: Any) -> Any:  # noqa: ANN401 - any property value
    if not isinstance(value, StaticElement):
        return PlotlyJSONEncoder().default(value)
    children = _ElementParser(value.content).open_children[0]
    return {"type": value.tag.capitalize(), "props": {**value.attributes, "children": children}}


def to_plain_data(component: Any) -> Any:  # noqa: ANN401 - any dash component
    """A component as plain data: dicts of ``type`` and ``props``."""
    return json.loads(json.dumps(component, default=_encode_element))


def collect_text(component: Any) -> str:  # noqa: ANN401 - any dash component
    """All text of a component, its parts joined by spaces."""
    if isinstance(component, str):
        return component
    if isinstance(component, list):
        return " ".join(collect_text(part) for part in component)
    if isinstance(component, dict):
        return collect_text(component.get("props", {}).get("children", ""))
    return ""


def list_parts(component: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - whatever dash takes
    """Every component of a tree, serialized."""
    tree = to_plain_data(component)
    if isinstance(tree, list):
        for part in tree:
            yield from list_parts(part)
    elif isinstance(tree, dict) and "props" in tree:
        yield tree
        yield from list_parts(tree["props"].get("children"))
