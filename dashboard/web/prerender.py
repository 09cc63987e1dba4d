"""Prerendering: the page as static HTML, with text, tables, and controls in their final size.

Starting the app takes a browser longer than drawing a chart. So the document already contains what the app will show,
with the figures of its charts, of which the first is drawn as soon as plotly.js has started. It covers the app, and
``assets/page.js`` removes it once the app has drawn the same. Until then, and without scripts, its text and links work.
"""

from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Any

from dash.development.base_component import Component

from dashboard.components.static_html import HTML_NAMESPACE, StaticElement, serialize, split_component
from dashboard.components.updates import Updates
from dashboard.draw.encoding import Figure

Props = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Prerendered:
    """The page as HTML without ids, and the figures for its elements of class ``chart-room`` in the same order."""

    html: str
    figures: list[Figure]


def prerender(shell: Component, updates: Updates) -> Prerendered:
    """The shell and its page with their values.

    Args:
        shell: the layout of the shell (`dashboard.shell.layout`).
        updates: the values of shell and page (`dashboard.shell.router.Router.open`).
    """
    writer = _HtmlWriter(updates)
    return Prerendered(writer.write(shell), writer.figures)


class _HtmlWriter:
    """Writes components as HTML, and collects the figures of their charts."""

    def __init__(self, updates: Updates) -> None:
        self._props_by_id: dict[str, Props] = {}
        for (name, property_name), value in updates.items():
            self._props_by_id.setdefault(name, {})[property_name] = value
        self.figures: list[Figure] = []

    def write(self, part: Any) -> str:  # noqa: ANN401 - whatever dash takes as a child
        """A component or its children as HTML."""
        if isinstance(part, Component):
            return self._write_element(part)
        if isinstance(part, list | tuple):
            return "".join(map(self.write, part))
        if isinstance(part, StaticElement):
            return part.html
        return "" if part is None else escape(str(part))

    def _write_element(self, part: Component) -> str:
        props, name, namespace = split_component(part)
        props |= self._props_by_id.get(props.pop("id", ""), {})
        if namespace == HTML_NAMESPACE:
            content = self.write(props.pop("children", None))
            return StaticElement(name.lower(), props, content).html
        if name == "Graph":
            return self._write_chart(props)
        write_control = CONTROL_WRITERS.get(name)
        return self.write(props.get("children")) if write_control is None else write_control(self, props)

    def _write_chart(self, props: Props) -> str:
        """An empty element in the size of the chart; its figure is added to ``figures``."""
        self.figures.append(serialize(props["figure"]))
        return StaticElement("div", {"className": "chart-room", "style": props["style"]}, "").html

    def write_popover(self, props: Props) -> str:
        """The button of the popover alone."""
        return self.write(props["children"][0])

    def write_select(self, props: Props) -> str:
        """A field of the select's width, with the label of its value."""
        options = [
            option if isinstance(option, dict) else {"value": option, "label": option}
            for option in props.get("data", [])
        ]
        labels = {option["value"]: option["label"] for option in options}
        text = str(labels.get(props.get("value"), props.get("placeholder", "")))
        return _write_placeholder("field mantine-Select-root", escape(text), style={"width": props["w"]})

    def write_button(self, props: Props) -> str:
        """A button with its class."""
        return _write_placeholder(f"button {props['className']}", self.write(props["children"]))

    def write_switch(self, props: Props) -> str:
        """Choices beside each other, one of them selected."""
        parts = [_write_choice(option["value"] == props.get("value"), option["label"]) for option in props["data"]]
        return StaticElement("span", {"className": "ghost switch"}, "".join(parts)).html

    def write_chips(self, props: Props) -> str:
        """Chips, of which one may be selected; a chip may be within its tooltip."""
        return "".join(self._write_chip(chip, props.get("value")) for chip in props.get("children") or ())

    def _write_chip(self, chip: Any, value: str | None) -> str:  # noqa: ANN401 - a component
        inner_chip = chip if hasattr(chip, "value") else chip.children
        attributes = {"data-checked": True} if inner_chip.value == value else {}
        return _write_placeholder("chip mantine-Chip-label", self.write(inner_chip.children), **attributes)


def _write_placeholder(class_name: str, text: str, **attributes: Any) -> str:  # noqa: ANN401 - attributes of an element
    """A control as an inert element; the style sheet treats it like the element of dash-mantine-components."""
    return StaticElement("span", {"className": f"ghost {class_name}", **attributes}, text).html


def _write_choice(is_selected: bool, text: str) -> str:  # noqa: FBT001 - its only caller passes a comparison
    return StaticElement("span", {"className": "on" if is_selected else None}, escape(text)).html


CONTROL_WRITERS: dict[str, Callable[[_HtmlWriter, Props], str]] = {
    "Select": _HtmlWriter.write_select,
    **dict.fromkeys(("Button", "CopyButton"), _HtmlWriter.write_button),
    "SegmentedControl": _HtmlWriter.write_switch,
    "ChipGroup": _HtmlWriter.write_chips,
    "Popover": _HtmlWriter.write_popover,
}
"""How to write the controls of dash-mantine-components; of any other component the children are written."""
