"""The theme that the reader's system asks for, as the browser says it in a cookie (see `dashboard.web.app`)."""

from flask import request

from dashboard.state.view import Theme

THEME_COOKIE = "system-theme"
"""Set by the document's first script; without it, or with any other value, light colours are assumed."""


def read_system_theme() -> Theme:
    """The theme of the request's cookie."""
    return Theme.DARK if request.cookies.get(THEME_COOKIE) == Theme.DARK else Theme.LIGHT


def read_chosen_theme() -> Theme | None:
    """The theme of the request's link; None if it has none."""
    chosen = request.args.get("theme")
    return Theme(chosen) if chosen in list(Theme) else None
