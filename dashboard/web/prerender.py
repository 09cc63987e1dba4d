"""The page as it comes with its address: text, tables, and controls as large as they will be, before any script runs.

Starting the app takes a browser longer than drawing a chart. So the document already holds what the app will show, with
the figures of its charts, of which the first is drawn as soon as plotly.js has started. It lies over the app and is
taken away (``assets/page.js``) once the app has drawn the same; until then, and where no script runs at all, it can be
read, and its links lead on.
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
    """The page as HTML, without ids, and the figures for its elements of class ``chart-room``, as plain data."""

    html: str
    figures: list[Figure]


def prerender(shell: Component, updates: Updates) -> Prerendered:
    """What the shell and the page in it look like with their values.

    Args:
        shell: the shell as the app lays it out (`dashboard.shell.layout`).
        updates: the values of its parts and of the page (`Site.opened`).
    """
    writer = _HtmlWriter(updates)
    return Prerendered(writer.write(shell), writer.figures)


class _HtmlWriter:
    """Goes through components in the order of the page, and meets their charts on the way."""

    def __init__(self, updates: Updates) -> None:
        self._props_by_id: dict[str, Props] = {}
        for (name, property_name), value in updates.items():
            self._props_by_id.setdefault(name, {})[property_name] = value
        self.figures: list[Figure] = []

    def write(self, part: Any) -> str:  # noqa: ANN401 - whatever dash takes as a child
        """A part of the page as HTML."""
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
        """The room of a chart, whose figure is kept."""
        self.figures.append(serialize(props["figure"]))
        return StaticElement("div", {"className": "chart-room", "style": props["style"]}, "").html

    def write_popover(self, props: Props) -> str:
        """Of what opens under a button, the button."""
        return self.write(props["children"][0])

    def write_select(self, props: Props) -> str:
        """A field as wide as it was made, with the label of its value."""
        options = [
            option if isinstance(option, dict) else {"value": option, "label": option}
            for option in props.get("data", [])
        ]
        labels = {option["value"]: option["label"] for option in options}
        text = str(labels.get(props.get("value"), props.get("placeholder", "")))
        return _write_placeholder("field mantine-Select-root", escape(text), style={"width": props["w"]})

    def write_button(self, props: Props) -> str:
        """A button of the look it was given."""
        return _write_placeholder(f"button {props['className']}", self.write(props["children"]))

    def write_switch(self, props: Props) -> str:
        """Choices beside each other, of which one is on."""
        parts = [_write_choice(option["value"] == props.get("value"), option["label"]) for option in props["data"]]
        return StaticElement("span", {"className": "ghost switch"}, "".join(parts)).html

    def write_chips(self, props: Props) -> str:
        """Chips, of which one may be on; one with a hint is within it."""
        return "".join(self._write_chip(chip, props.get("value")) for chip in props.get("children") or ())

    def _write_chip(self, chip: Any, value: str | None) -> str:  # noqa: ANN401 - a component
        inner_chip = chip if hasattr(chip, "value") else chip.children
        attributes = {"data-checked": True} if inner_chip.value == value else {}
        return _write_placeholder("chip mantine-Chip-label", self.write(inner_chip.children), **attributes)


def _write_placeholder(class_name: str, text: str, **attributes: Any) -> str:  # noqa: ANN401 - attributes of an element
    """The looks of a control; what the style sheet says of the kit's elements goes for it too."""
    return StaticElement("span", {"className": f"ghost {class_name}", **attributes}, text).html


def _write_choice(is_selected: bool, text: str) -> str:  # noqa: FBT001 - which of them is chosen
    return StaticElement("span", {"className": "on" if is_selected else None}, escape(text)).html


CONTROL_WRITERS: dict[str, Callable[[_HtmlWriter, Props], str]] = {
    "Select": _HtmlWriter.write_select,
    **dict.fromkeys(("Button", "CopyButton"), _HtmlWriter.write_button),
    "SegmentedControl": _HtmlWriter.write_switch,
    "ChipGroup": _HtmlWriter.write_chips,
    "Popover": _HtmlWriter.write_popover,
}
"""How controls of the kit that only scripts can draw stand there before; of any other there is what it holds."""
