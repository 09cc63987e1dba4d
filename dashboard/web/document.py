"""A head start for charts: plotly.js is most of what a page loads, and its start half of the time until a first chart.

Left alone, the browser asks for it only when the first chart is about to be drawn, after the server has answered.
The hint in the page's head makes it come with everything else. A page that says so is sent with its first sight, whose
first chart is drawn before the app itself starts; on other pages ``page.js`` starts plotly.js while the server works
on its first answer.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import plotly
from dash import Dash
from dash.fingerprint import build_fingerprint
from dash.types import RendererHooks
from flask import request
from plotly.io.json import to_json_plotly

from dashboard.pages.registry import find_page
from dashboard.web.prerender import Prerendered

PLOTLY_SCRIPT = "package_data/plotly.min.js"
"""Its place in the package that dash serves it from."""

DRAW_SCRIPT = """{
  const figures = JSON.parse(document.getElementById("first-figures").textContent);
  const rooms = [...document.querySelectorAll("#first .chart-room")];
  const at = rooms.findIndex((room) => room.offsetParent);
  if (at >= 0) {
    window.Plotly.newPlot(rooms[at], figures[at].data, figures[at].layout, { staticPlot: true });
  }
}"""
"""What draws the first chart of the first sight for which the screen has room."""

RENDERER_HOOKS: RendererHooks = {
    "request_pre": "() => window.dash_clientside.plumbline.asked()",
    "request_post": "(_, answer) => window.dash_clientside.plumbline.answered(answer)",
}
"""What the browser calls before it asks the server, and when it has been answered."""


class PlumblineDash(Dash):
    """A Dash app whose pages with charts ask for plotly.js in their head; ``sight`` gives the first sight of a page."""

    prerender: Callable[[str, str], Prerendered]

    def interpolate_index(self, *_: Any, **parts: Any) -> str:  # noqa: ANN401 - the texts that dash puts into the page
        """The page's HTML for the address that is asked for."""
        page = find_page(request.path, request.args)
        plotly_url = f"{self.config.requests_pathname_prefix}_dash-component-suites/plotly/{fingerprint_plotly()}"
        if page.has_charts:
            parts["metas"] += f'<link id="charts" rel="preload" as="script" href="{plotly_url}">'
        if page.is_prerendered:
            parts["app_entry"] += embed_prerendered(
                self.prerender(request.path, request.query_string.decode()), plotly_url
            )
        interpolate: Any = super().interpolate_index  # dash leaves it untyped
        return str(interpolate(**parts))


def embed_prerendered(prerendered: Prerendered, plotly_url: str) -> str:
    """The first sight as a part of the document."""
    text = f'<div id="first">{prerendered.html}</div>'
    if not prerendered.figures:
        return text
    # Written so that nothing in it can end the element.
    figures = f'<script id="first-figures" type="application/json">{to_json_plotly(prerendered.figures)}</script>'
    return f'{text}{figures}<script src="{plotly_url}"></script><script>{DRAW_SCRIPT}</script>'


def fingerprint_plotly() -> str:
    """The script's name with its version and age, under which a browser may keep it for a year."""
    file = Path(plotly.__file__).parent / PLOTLY_SCRIPT
    fingerprint: Any = build_fingerprint  # dash leaves it untyped
    return str(fingerprint(PLOTLY_SCRIPT, plotly.__version__, int(file.stat().st_mtime)))
