"""What opens under a button: a small dialog that keeps the keyboard until it is closed."""

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
    """The button, which opens ``content`` below it.

    ``keep_mounted``: it stays part of the page while it is closed, as it must where it holds controls.
    """
    options: dict[str, Any] = {"keepMounted": True} if keep_mounted else {}
    return dmc.Popover(
        [dmc.PopoverTarget(button), dmc.PopoverDropdown(content)],
        # Its own roles would stand on a box around the button, which may not have them.
        withRoles=False,
        position=position,
        shadow="md",
        trapFocus=True,
        returnFocus=True,
        **options,
    )
