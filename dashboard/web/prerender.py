"""Prerendering: the page as static HTML, with text, tables, and controls in their final size.

Starting the app takes a browser longer than drawing a chart. So the document already contains what the app will show,
with the figure of its first chart, which is drawn as soon as plotly.js has started. It covers the app, and
``assets/page.js`` removes it once the app has drawn the same. Until then, and without scripts, its text can be read and
its links work, those of choices among them (`dashboard.web.placeholders`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Any

from dash.development.base_component import Component

from dashboard.components.static_html import HTML_NAMESPACE, StaticElement, split_component, write_element
from dashboard.components.updates import Updates
from dashboard.draw.encoding import Figure
from dashboard.state.links import MethodAnchor
from dashboard.state.view import PanelScale
from dashboard.web.grid_table import build_grid_table
from dashboard.web.placeholders import (
    ChoiceLinks,
    Props,
    find_linked_choice,
    write_choice,
    write_field,
    write_placeholder,
)
from dashboard.web.sharing import PageSummary, summarize_page

DEFERRED_STORE = "later"
"""The id of the store of a page's values that the browser sets after its first chart."""

ANCHORS = frozenset(anchor.value for anchor in MethodAnchor)
"""The ids of sections that links lead to; only these are written, as every id would occur twice once the app runs."""

CHART_ROLES = ("group", "img")
"""Roles of the elements around charts, which have their labels."""

CHART_NOTE = (
    "<noscript><p>A script draws this chart, and scripts are off here. The tables hold its numbers.</p></noscript>"
)


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart of a prerendered page.

    Attributes:
        figure: with its arrays, which are serialized only if it is sent; None where the browser draws the chart from
            values that are not yet known.
        style: the size; a width only if the chart does not adapt to that of the page.
        label: what the chart shows, for screen readers; "" if it has no label.
    """

    figure: Figure | None
    style: dict[str, Any]
    label: str = ""

    @property
    def html(self) -> str:
        """An empty element in the size of the chart."""
        return write_element("div", {"className": "chart-room", "style": self.style}, CHART_NOTE)


@dataclass(frozen=True, slots=True)
class Prerendered:
    """The page as HTML.

    Attributes:
        html: with everything that can be read.
        charts: in the order of their elements.
        summary: what stands for the page where its link is shared.
        needs_grid: the app needs the grid's script to show the page.
    """

    html: str
    charts: tuple[Chart, ...] = ()
    summary: PageSummary | None = None
    needs_grid: bool = True

    @property
    def first_charts(self) -> tuple[Chart, ...]:
        """The first chart; in all its sizes, of which a style sheet shows one, if its width is fixed."""
        return self.charts[:2] if self.charts and "width" in self.charts[0].style else self.charts[:1]


def prerender(shell: Component, updates: Updates) -> Prerendered:
    """The shell and its page with their values.

    Args:
        shell: the layout of the shell (`dashboard.shell.layout`).
        updates: the values of shell and page (`dashboard.shell.router.Router.open`).
    """
    writer = _HtmlWriter(updates)
    text = writer.write(shell)
    return Prerendered(text, tuple(writer.charts), summarize_page(updates), needs_grid=writer.has_grid)


class _HtmlWriter:
    """Writes components as HTML, and collects their charts."""

    def __init__(self, updates: Updates) -> None:
        self._props_by_id: dict[str, Props] = {}
        for (name, property_name), value in updates.items():
            self._props_by_id.setdefault(name, {})[property_name] = value
        self._query: dict[str, str] = updates.get(("view", "data"), {})
        self._links = ChoiceLinks(self._query, updates.get(("page", "data"), {}).get("name", ""))
        self._stored_figures: dict[str, Any] = {}
        self._label = ""
        self.charts: list[Chart] = []
        self.has_grid = False

    def write(self, part: Any) -> str:  # noqa: ANN401 - whatever dash takes as a child
        """A component or its children as HTML."""
        if part is None:
            return ""
        if isinstance(part, StaticElement):
            return self._write_static_element(part)
        if isinstance(part, list | tuple):
            return "".join(map(self.write, part))
        # Last, as dash takes long to say what is a component.
        is_component = not isinstance(part, str) and isinstance(part, Component)
        return self._write_element(part) if is_component else escape(str(part))

    def _write_element(self, part: Component) -> str:
        props, name, namespace = split_component(part)
        control = str(props.pop("id", ""))
        props |= self._props_by_id.get(control, {})
        if namespace == HTML_NAMESPACE:
            return self._write_html(name, control, props)
        write_control = CONTROL_WRITERS.get(name)
        return self.write(props.get("children")) if write_control is None else write_control(self, control, props)

    def _write_static_element(self, element: StaticElement) -> str:
        content = "".join(part if isinstance(part, str) else self._write_static_element(part) for part in element.parts)
        if element.tag == "button":
            return self._write_html_button(element.attributes, content)
        return write_element(element.tag, element.attributes, content)

    def _write_html(self, name: str, control: str, props: Props) -> str:
        if "data-walks" in props:
            return ""  # a slider along the points of a chart, which needs scripts
        if name == "Button":
            return self._write_html_button(props, self.write(props.get("children")))
        if props.get("role") in CHART_ROLES:
            self._label = props.get("aria-label", "")
        if name == "Section" and control in ANCHORS:
            props["id"] = control
        content = self.write(props.pop("children", None))
        return write_element(name.lower(), props, content)

    def _write_html_button(self, props: Props, content: str) -> str:
        """A button of the page as the link that does the same; inert if no link does."""
        choice = find_linked_choice(props)
        href = None if choice is None else self._links.build_href(*choice)
        class_name = props.get("className", "")
        if href is None:
            return write_placeholder(f"button {class_name}", content)
        return write_element("a", {"className": class_name, "href": href, "title": props.get("title")}, content)

    def write_chart(self, control: str, props: Props) -> str:
        """An empty element in the size of the chart, which is added to ``charts``."""
        figure = props.get("figure") or self._stored_figures.get(control)
        self.charts.append(Chart(figure, props.get("style", {}), self._label))
        return self.charts[-1].html

    def write_store(self, control: str, props: Props) -> str:
        """Nothing; values and figures that the browser would take from the store are used from here on."""
        data = props.get("data")
        if control == DEFERRED_STORE:
            for name, values in (data or {}).items():
                self._props_by_id.setdefault(name, {}).update(values)
        elif isinstance(data, dict):
            scale = self._query.get("scale", PanelScale.SHARED.value)
            for name, drawn in data.items():
                if isinstance(drawn, dict) and "figure" in drawn:
                    layout = drawn["figure"]["layout"]
                    axis = {**layout.get("yaxis", {}), **drawn["axes"][scale]}
                    self._stored_figures[name] = {**drawn["figure"], "layout": {**layout, "yaxis": axis}}
        return ""

    def write_popover(self, _: str, props: Props) -> str:
        """The button of the popover alone."""
        return self.write(props["children"][0])

    def write_grid(self, _: str, props: Props) -> str:
        """The grid as a table of all its rows."""
        self.has_grid = True
        return build_grid_table(props["columnDefs"], props["rowData"], props.get("style", {}).get("height"))

    def write_select(self, _: str, props: Props) -> str:
        """A field of the select's width, with the label of its value."""
        options = [
            option if isinstance(option, dict) else {"value": option, "label": option}
            for group in props.get("data", [])
            for option in (group["items"] if isinstance(group, dict) and "items" in group else [group])
        ]
        labels = {option["value"]: option["label"] for option in options}
        text = str(labels.get(props.get("value"), props.get("placeholder", "")))
        return write_field(props.get("label"), text, props.get("w"))

    def write_input(self, _: str, props: Props) -> str:
        """A field for text or several values, with its label."""
        return write_field(props.get("label"), str(props.get("placeholder", "")), None)

    def write_button(self, _: str, props: Props) -> str:
        """A button with its class."""
        return write_placeholder(f"button {props['className']}", self.write(props["children"]))

    def write_checkbox(self, _: str, props: Props) -> str:
        """A checkbox as its text."""
        return write_placeholder("text", self.write(props.get("label")))

    def write_upload(self, _: str, props: Props) -> str:
        """An area for files with its text, in the two elements that dash makes of it."""
        area = write_element("div", {"className": props["className"]}, self.write(props["children"]))
        return write_element("div", {}, area)

    def write_switch(self, control: str, props: Props) -> str:
        """Choices beside each other, one of them selected."""
        parts = [
            write_choice(
                escape(option["label"]),
                self._links.build_href(control, option["value"]),
                class_name="on" if option["value"] == props.get("value") else None,
            )
            for option in props["data"]
        ]
        return write_element("span", {"className": "ghost switch"}, "".join(parts))

    def write_chips(self, control: str, props: Props) -> str:
        """Chips, of which one may be selected; a chip may be within its tooltip."""
        return "".join(self._write_chip(control, chip, props.get("value")) for chip in props.get("children") or ())

    def _write_chip(self, control: str, chip: Any, value: str | None) -> str:  # noqa: ANN401 - a component
        inner_chip = chip if hasattr(chip, "value") else chip.children
        attributes = {"data-checked": True} if inner_chip.value == value else {}
        return write_choice(
            self.write(inner_chip.children),
            self._links.build_href(control, inner_chip.value),
            class_name="ghost chip mantine-Chip-label",
            **attributes,
        )


CONTROL_WRITERS: dict[str, Callable[[_HtmlWriter, str, Props], str]] = {
    "Graph": _HtmlWriter.write_chart,
    "Store": _HtmlWriter.write_store,
    "AgGrid": _HtmlWriter.write_grid,
    "Select": _HtmlWriter.write_select,
    **dict.fromkeys(("MultiSelect", "TextInput", "NumberInput"), _HtmlWriter.write_input),
    **dict.fromkeys(("Button", "CopyButton"), _HtmlWriter.write_button),
    "Checkbox": _HtmlWriter.write_checkbox,
    "Upload": _HtmlWriter.write_upload,
    "SegmentedControl": _HtmlWriter.write_switch,
    "ChipGroup": _HtmlWriter.write_chips,
    "Popover": _HtmlWriter.write_popover,
}
"""How to write the components that are no HTML, from their id and properties; of any other the children are written."""
