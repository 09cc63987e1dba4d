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

from dashboard.panes import Panes
from dashboard.wire import Figure
from dashboard.written import NAMESPACE, Written, apart, outgoing

Props = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sight:
    """The page as HTML, without ids, and the figures for its elements of class ``chart-room``, as plain data."""

    html: str
    figures: list[Figure]


def first_sight(shell: Component, panes: Panes) -> Sight:
    """What the shell and the page in it look like with their values.

    Args:
        shell: the shell as the app lays it out (`dashboard.layout`).
        panes: the values of its parts and of the page (`Site.opened`).
    """
    walk = _Walk(panes)
    return Sight(walk.text(shell), walk.figures)


class _Walk:
    """Goes through components in the order of the page, and meets their charts on the way."""

    def __init__(self, panes: Panes) -> None:
        self._held: dict[str, Props] = {}
        for (name, prop), value in panes.items():
            self._held.setdefault(name, {})[prop] = value
        self.figures: list[Figure] = []

    def text(self, part: Any) -> str:  # noqa: ANN401 - whatever dash takes as a child
        """A part of the page as HTML."""
        if isinstance(part, Component):
            return self._element(part)
        if isinstance(part, list | tuple):
            return "".join(map(self.text, part))
        if isinstance(part, Written):
            return part.html
        return "" if part is None else escape(str(part))

    def _element(self, part: Component) -> str:
        props, name, namespace = apart(part)
        props |= self._held.get(props.pop("id", ""), {})
        if namespace == NAMESPACE:
            content = self.text(props.pop("children", None))
            return Written(name.lower(), props, content).html
        if name == "Graph":
            return self._chart(props)
        make = CONTROLS.get(name)
        return self.text(props.get("children")) if make is None else make(self, props)

    def _chart(self, props: Props) -> str:
        """The room of a chart, whose figure is kept."""
        self.figures.append(outgoing(props["figure"]))
        return Written("div", {"className": "chart-room", "style": props["style"]}, "").html

    def target(self, props: Props) -> str:
        """Of what opens under a button, the button."""
        return self.text(props["children"][0])

    def field(self, props: Props) -> str:
        """A field as wide as it was made, with the label of its value."""
        given = [one if isinstance(one, dict) else {"value": one, "label": one} for one in props.get("data", [])]
        labels = {one["value"]: one["label"] for one in given}
        text = str(labels.get(props.get("value"), props.get("placeholder", "")))
        return _ghost("field mantine-Select-root", escape(text), style={"width": props["w"]})

    def button(self, props: Props) -> str:
        """A button of the look it was given."""
        return _ghost(f"button {props['className']}", self.text(props["children"]))

    def switch(self, props: Props) -> str:
        """Choices beside each other, of which one is on."""
        parts = [_choice(one["value"] == props.get("value"), one["label"]) for one in props["data"]]
        return Written("span", {"className": "ghost switch"}, "".join(parts)).html

    def chips(self, props: Props) -> str:
        """Chips, of which one may be on; one with a hint is within it."""
        return "".join(self._chip(chip, props.get("value")) for chip in props.get("children") or ())

    def _chip(self, chip: Any, value: str | None) -> str:  # noqa: ANN401 - a component
        held = chip if hasattr(chip, "value") else chip.children
        marks = {"data-checked": True} if held.value == value else {}
        return _ghost("chip mantine-Chip-label", self.text(held.children), **marks)


def _ghost(kind: str, text: str, **attributes: Any) -> str:  # noqa: ANN401 - attributes of an element
    """The looks of a control; what the style sheet says of the kit's elements goes for it too."""
    return Written("span", {"className": f"ghost {kind}", **attributes}, text).html


def _choice(on: bool, text: str) -> str:  # noqa: FBT001 - which of them is chosen
    return Written("span", {"className": "on" if on else None}, escape(text)).html


CONTROLS: dict[str, Callable[[_Walk, Props], str]] = {
    "Select": _Walk.field,
    **dict.fromkeys(("Button", "CopyButton"), _Walk.button),
    "SegmentedControl": _Walk.switch,
    "ChipGroup": _Walk.chips,
    "Popover": _Walk.target,
}
"""How controls of the kit that only scripts can draw stand there before; of any other there is what it holds."""
