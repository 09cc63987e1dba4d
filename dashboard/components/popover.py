"""A small dialog that opens under a button, and traps the focus until it is closed."""

from typing import Any, Literal

import dash_mantine_components as dmc
from dash import html

from dashboard.components.static_html import StaticElement


def build_popover(
    button: dmc.Button,
    content: html.Div | StaticElement,
    position: Literal["bottom-start", "bottom-end"],
    *,
    keep_mounted: bool = False,
) -> dmc.Popover:
    """The button with the popover.

    ``keep_mounted``: ``content`` stays in the page while it is closed, as inputs of callbacks must.
    """
    options: dict[str, Any] = {"keepMounted": True} if keep_mounted else {}
    return dmc.Popover(
        [dmc.PopoverTarget(button), dmc.PopoverDropdown(content)],
        # Else its roles would be set on the element around the button, where they are not allowed.
        withRoles=False,
        position=position,
        shadow="md",
        trapFocus=True,
        returnFocus=True,
        **options,
    )
