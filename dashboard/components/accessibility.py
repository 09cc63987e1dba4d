"""What screen readers and keyboards need of markup."""

from typing import Any

from dash import html


def build_aria_label(label: str) -> dict[str, Any]:
    """The property that names a component for screen readers, to be passed on as ``**``."""
    return {"aria-label": label}


def build_scroll_attributes(label: str) -> dict[str, Any]:
    """The properties of a box in which a wide table scrolls sideways, also by keyboard.

    ``label`` is its name for screen readers.
    """
    return {"className": "wide", "tabIndex": 0, "role": "region", **build_aria_label(label)}


def build_scroll_box(content: Any, label: str, **attributes: Any) -> html.Div:  # noqa: ANN401 - whatever dash takes
    """Such a box.

    Args:
        content: the table; None where it is set later.
        label: its name for screen readers.
        attributes: further properties of the box.
    """
    return html.Div(content, **attributes, **build_scroll_attributes(label))
