"""What screen readers and keyboards need of markup."""

from typing import Any

from dash import html


def build_aria_label(label: str) -> dict[str, Any]:
    """The property that names a component for screen readers, to be passed on as ``**``."""
    return {"aria-label": label}


def build_scroll_box(content: Any, label: str, **attributes: Any) -> html.Div:  # noqa: ANN401 - whatever dash takes
    """A box in which a wide table scrolls sideways, also by keyboard.

    Args:
        content: the table; None where it is set later.
        label: its name for screen readers.
        attributes: further properties of the box.
    """
    return html.Div(content, className="wide", tabIndex=0, role="region", **attributes, **build_aria_label(label))
