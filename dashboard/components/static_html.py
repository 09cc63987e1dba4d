"""Serializing components: static markup is sent as HTML, the rest as components of Dash.

For every value that changes the browser checks each of its components, so that tables of hundreds of cells were slow
to send and to show. Elements of `dash.html` that no callback can change, as they have no id, and that contain only
such elements, are therefore sent as one component, ``Written`` (``assets/written.js``), with their content as HTML.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Any

import numpy as np
from dash.development.base_component import Component

from dashboard.draw.encoding import encode_array

HTML_NAMESPACE = "dash_html_components"
"""The namespace of the components of `dash.html`."""

STATEFUL_ELEMENTS = frozenset({"Details"})
"""Elements with a state in the browser, which must not be lost when they are sent again."""

COMPONENT_METADATA = frozenset(
    {"_prop_names", "_valid_wildcard_attributes", "available_properties", "available_wildcard_properties"}
)
"""Attributes of a component of Dash that are no properties."""

CACHED_ATTRIBUTES = 1024
"""Attributes of which the HTML is remembered, as the cells of a table have the same ones."""

VOID_ELEMENTS = frozenset({"br", "col", "hr", "img", "wbr"})
"""Elements of HTML without content."""

SPECIAL_CHARACTERS = re.compile("[&<>\"']")
"""Characters that HTML writes otherwise; few texts have one, and looking is faster than replacing."""

PLAIN_TYPES = frozenset({str, int, float, bool, type(None)})
"""The types of values that are serialized as they are, and are most of all."""

HTML_NAMES = {"className": "class", "htmlFor": "for"}
"""Properties with another name in HTML; all other names differ at most in case, which HTML ignores."""


@dataclass(frozen=True, slots=True)
class StaticElement:
    """A static element: its tag, its attributes by React's names, and what is in it: HTML, and other elements."""

    tag: str
    attributes: dict[str, Any]
    parts: Sequence["str | StaticElement"]

    @property
    def component(self) -> dict[str, Any]:
        """The element as a serialized component."""
        return _build_component_data(
            "plumbline", "Written", {"tag": self.tag, "attributes": self.attributes, "html": self.content}
        )

    @property
    def content(self) -> str:
        """The parts as HTML."""
        return "".join([part if isinstance(part, str) else part.html for part in self.parts])

    @property
    def html(self) -> str:
        """The element as HTML."""
        return write_element(self.tag, self.attributes, self.content)


def build_element(tag: str, *content: str | StaticElement, **attributes: Any) -> StaticElement:  # noqa: ANN401 - as in `StaticElement`
    """A static element with texts and other static elements in it.

    For the rows of large tables: a component of Dash takes some twenty times as long to build.

    >>> build_element("td", "3 < 4", build_element("small", "21:20"), className="number").html
    '<td class="number">3 &lt; 4<small>21:20</small></td>'
    """
    return StaticElement(tag, attributes, [escape_text(part) if isinstance(part, str) else part for part in content])


def write_element(tag: str, attributes: dict[str, Any], content: str) -> str:
    """An element as HTML, of attributes by React's names and its content as HTML."""
    text = f"<{tag}"
    for name in sorted(attributes):
        value = attributes[name]
        text += _format_attribute(name, _format_style(value) if name == "style" else value)
    return f"{text}>" if tag in VOID_ELEMENTS else f"{text}>{content}</{tag}>"


def escape_text(text: str) -> str:
    """A text as HTML, also within the quotation marks of an attribute.

    >>> escape_text("3 < 4")
    '3 &lt; 4'
    """
    return escape(text) if SPECIAL_CHARACTERS.search(text) else text


def serialize(value: Any) -> Any:  # noqa: ANN401 - whatever a property of a component may hold
    """A property's value as plain data, with the components, figures and arrays in it serialized."""
    if type(value) in PLAIN_TYPES or isinstance(value, str | int | float):
        return value
    if isinstance(value, dict):
        return {key: part if type(part) in PLAIN_TYPES else serialize(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [part if type(part) in PLAIN_TYPES else serialize(part) for part in value]
    return encode_array(value) if isinstance(value, np.ndarray) else _serialize_part(_convert_child(value))


def split_component(part: Component) -> tuple[dict[str, Any], str, str]:
    """A component's properties, type and namespace, as in its ``to_plotly_json``, in a tenth of the time.

    That method looks up each property that a component may have, for hundreds of components on a page.
    """
    untyped: Any = part  # dash leaves these untyped
    return (
        {name: value for name, value in vars(part).items() if name not in COMPONENT_METADATA},
        untyped._type,  # noqa: SLF001 - dash has no public name for it
        untyped._namespace,  # noqa: SLF001 - as above
    )


def _convert_component(part: Component) -> StaticElement | dict[str, Any]:
    """A static element if the component has no state and no id, else a serialized component with static parts."""
    props, name, namespace = split_component(part)
    if namespace != HTML_NAMESPACE:
        return _build_component_data(namespace, name, serialize(props))
    children = props.pop("children", None)
    converted = [_convert_child(child) for child in (children if isinstance(children, list | tuple) else [children])]
    parts = [_convert_text(child_part) for child_part in converted]
    if "id" not in props and name not in STATEFUL_ELEMENTS and None not in parts:
        return StaticElement(name.lower(), props, [part for part in parts if part is not None])
    serialized = [_serialize_part(child_part) for child_part in converted]
    props["children"] = serialized if isinstance(children, list | tuple) else serialized[0]
    return _build_component_data(namespace, name, props)


def _convert_child(child: Any) -> Any:  # noqa: ANN401 - a component, a static element, a text, a number or None
    # Texts and static elements are most of all children, and to ask for a component takes dash long.
    if child is None or isinstance(child, str | StaticElement) or not isinstance(child, Component):
        return child
    return _convert_component(child)


def _serialize_part(part: Any) -> Any:  # noqa: ANN401 - as above
    return part.component if isinstance(part, StaticElement) else part


def _convert_text(part: Any) -> str | StaticElement | None:  # noqa: ANN401 - as above
    """A part of a static element, texts and numbers as HTML; None if the part is not static."""
    if isinstance(part, StaticElement):
        return part
    if isinstance(part, str | int | float):
        return escape_text(str(part))
    return "" if part is None else None


@lru_cache(maxsize=CACHED_ATTRIBUTES, typed=True)
def _format_attribute(name: str, value: str | float | None) -> str:
    if value is None or value is False:
        return ""
    name = HTML_NAMES.get(name, name)
    return f" {name}" if value is True else f' {name}="{escape_text(str(value))}"'


def _format_style(style: dict[str, str | float]) -> str:
    return "; ".join(f"{_to_kebab_case(key)}: {_format_css_value(item)}" for key, item in style.items())


def _to_kebab_case(name: str) -> str:
    """The CSS name of a property of a style.

    >>> _to_kebab_case("minHeight")
    'min-height'
    """
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in name)


def _format_css_value(value: str | float) -> str:
    """A value of a style; numbers are pixels, as in React."""
    return value if isinstance(value, str) else f"{value}px"


def _build_component_data(namespace: str, name: str, props: dict[str, Any]) -> dict[str, Any]:
    return {"namespace": namespace, "type": name, "props": props}
