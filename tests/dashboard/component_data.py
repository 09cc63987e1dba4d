"""Components as the browser gets them, with markup that was written as text read back into elements."""

import json
from html.parser import HTMLParser
from typing import Any

from plotly.utils import PlotlyJSONEncoder

from dashboard.components.static_html import StaticElement


class _ElementParser(HTMLParser):
    """Reads HTML whose elements are all closed."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.open_children: list[list[Any]] = [[]]
        self.feed(content)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element as dash has it."""
        children: list[Any] = []
        props = {"className" if name == "class" else name: value for name, value in attrs}
        self.open_children[-1].append({"type": tag.capitalize(), "props": {**props, "children": children}})
        self.open_children.append(children)

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 - the parser's own name for it
        """Back to what is around it."""
        self.open_children.pop()

    def handle_data(self, data: str) -> None:
        """A text."""
        self.open_children[-1].append(data)


def _encode_element(value: Any) -> Any:  # noqa: ANN401 - whatever a property may hold
    if not isinstance(value, StaticElement):
        return PlotlyJSONEncoder().default(value)
    children = _ElementParser(value.content).open_children[0]
    return {"type": value.tag.capitalize(), "props": {**value.attributes, "children": children}}


def to_plain_data(component: Any) -> Any:  # noqa: ANN401 - whatever dash takes
    """A component as plain data: dicts of ``type`` and ``props``."""
    return json.loads(json.dumps(component, default=_encode_element))


def collect_text(component: Any) -> str:  # noqa: ANN401 - whatever dash takes
    """All that a component says."""
    if isinstance(component, str):
        return component
    if isinstance(component, list):
        return " ".join(collect_text(part) for part in component)
    if isinstance(component, dict):
        return collect_text(component.get("props", {}).get("children", ""))
    return ""
