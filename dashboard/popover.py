"""What opens under a button: a small dialog that keeps the keyboard until it is closed."""

from typing import Any, Literal

import dash_mantine_components as dmc
from dash import html

from dashboard.written import Written


def popover(
    button: dmc.Button, inner: html.Div | Written, side: Literal["bottom-start", "bottom-end"], *, kept: bool = False
) -> dmc.Popover:
    """The button, which opens ``inner`` below it.

    ``kept``: it stays part of the page while it is closed, as it must where it holds controls.
    """
    options: dict[str, Any] = {"keepMounted": True} if kept else {}
    return dmc.Popover(
        [dmc.PopoverTarget(button), dmc.PopoverDropdown(inner)],
        # Its own roles would stand on a box around the button, which may not have them.
        withRoles=False,
        position=side,
        shadow="md",
        trapFocus=True,
        returnFocus=True,
        **options,
    )
