"""The theme that the reader's system asks for, as the browser says it in a cookie."""

from flask import request

from dashboard.state.view import Theme

THEME_SCRIPT = """window.systemTheme = window.matchMedia("(prefers-color-scheme: dark)");
window.colour = (chosen = new URLSearchParams(window.location.search).get("theme")) => {
  const system = window.systemTheme.matches ? "dark" : "light";
  const page = document.documentElement.dataset;
  page.scripted = "true";
  page.theme = page.mantineColorScheme = ["light", "dark"].includes(chosen) ? chosen : system;
  document.cookie = `system-theme=${system}; path=/; max-age=31536000; samesite=lax`;
};
window.colour();
(() => {
  const page = document.documentElement.dataset;
  const [entry] = performance.getEntriesByType("navigation");
  if (page.drawn !== page.theme && entry?.type !== "reload" && document.cookie.includes(`system-theme=${page.theme}`)) {
    document.documentElement.style.visibility = "hidden";
    window.location.reload();
  }
})();"""
"""The first script of a document, which sets its colours before anything is drawn.

A first visit has no cookie; if the theme of the reader's system differs from that of the document, the document is
requested again with the cookie, before anything of it is shown. ``data-theme`` is of the page itself: while the app
starts, dash-mantine-components sets its own attribute to "light" for some frames.
"""

THEME_COOKIE = "system-theme"
"""Set by the document's first script; without it, or with any other value, light colours are assumed."""


def read_system_theme() -> Theme:
    """The theme of the request's cookie."""
    return Theme.DARK if request.cookies.get(THEME_COOKIE) == Theme.DARK else Theme.LIGHT


def read_chosen_theme() -> Theme | None:
    """The theme of the request's link; None if it has none."""
    chosen = request.args.get("theme")
    return Theme(chosen) if chosen in list(Theme) else None
