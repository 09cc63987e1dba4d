"""Controls of a page that is not yet, or never, run by scripts: links that do the same, and inert placeholders."""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from dashboard.components.static_html import write_element
from dashboard.state.links import ViewLinks

Props = dict[str, Any]

CHOICE_KEYS: dict[str, str] = {
    **{name: name for name in ("asset", "window", "zone", "theme", "bar", "focus")},
    "compare-scale": "scale",
}
"""The key in the query of a link that does what a control does, by the id of the control."""

LINKED_BUTTONS = {"data-focus": "focus", "data-bar": "bar", "data-length": "bar"}
"""The control that a button of the page sets to the value of its attribute, by the attribute."""

WINDOW_KEYS = frozenset({"window", "from", "to"})
"""Keys that exclude each other."""


@dataclass(frozen=True, slots=True)
class ChoiceLinks:
    """Links to the same page in the view that a control would lead to."""

    query: Mapping[str, str]
    page: str

    def build_href(self, control: str, value: str) -> str | None:
        """The address after the choice of a value; None if no link does what the control does.

        >>> ChoiceLinks({"from": "2025-10-10T21:12:00Z", "asset": "DOGE"}, "lows").build_href("window", "crash")
        '/lows?asset=DOGE&window=crash'
        """
        key = CHOICE_KEYS.get(control)
        if key is None or not self.page:
            return None
        replaced_keys = WINDOW_KEYS if key in WINDOW_KEYS else {key}
        kept_query = {name: text for name, text in self.query.items() if name not in replaced_keys}
        return ViewLinks({**kept_query, key: value}).build_href(self.page)


def find_linked_choice(props: Props) -> tuple[str, str] | None:
    """The control and the value that a button sets; None if it sets none."""
    return next(((control, props[name]) for name, control in LINKED_BUTTONS.items() if name in props), None)


def write_choice(text: str, href: str | None, *, class_name: str | None, **attributes: Any) -> str:  # noqa: ANN401 - attributes of an element
    """One of several choices as a link, or without an address as text; ``text`` is HTML."""
    tag = "span" if href is None else "a"
    return write_element(tag, {"className": class_name, "href": href, **attributes}, text)


def write_placeholder(class_name: str, text: str, **attributes: Any) -> str:  # noqa: ANN401 - attributes of an element
    """A control as an inert element in its final size; ``text`` is HTML."""
    return write_element("span", {"className": f"ghost {class_name}", **attributes}, text)


def write_field(label: str | None, text: str, width: int | None) -> str:
    """A field with a text, of a width in pixels if it has one of its own, below its label if it has one."""
    attributes = {} if width is None else {"style": {"width": width}}
    field = write_placeholder("field mantine-Select-root", escape(text), **attributes)
    return field if label is None else write_element("div", {"className": "ghost-labelled"}, escape(label) + field)
