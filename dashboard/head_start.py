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

from dashboard.first_sight import Sight
from dashboard.pages.index import page_at

SCRIPT = "package_data/plotly.min.js"
"""Its place in the package that dash serves it from."""

DRAW = """{
  const figures = JSON.parse(document.getElementById("first-figures").textContent);
  const rooms = [...document.querySelectorAll("#first .chart-room")];
  const at = rooms.findIndex((room) => room.offsetParent);
  if (at >= 0) {
    window.Plotly.newPlot(rooms[at], figures[at].data, figures[at].layout, { staticPlot: true });
  }
}"""
"""What draws the first chart of the first sight for which the screen has room."""

HOOKS: RendererHooks = {
    "request_pre": "() => window.dash_clientside.plumbline.asked()",
    "request_post": "(_, answer) => window.dash_clientside.plumbline.answered(answer)",
}
"""What the browser calls before it asks the server, and when it has been answered."""


class HeadStart(Dash):
    """A Dash app whose pages with charts ask for plotly.js in their head; ``sight`` gives the first sight of a page."""

    sight: Callable[[str, str], Sight]

    def interpolate_index(self, *_: Any, **parts: Any) -> str:  # noqa: ANN401 - the texts that dash puts into the page
        """The page's HTML for the address that is asked for."""
        page = page_at(request.path, request.args)
        plotly_js = f"{self.config.requests_pathname_prefix}_dash-component-suites/plotly/{fingerprinted()}"
        if page.charts:
            parts["metas"] += f'<link id="charts" rel="preload" as="script" href="{plotly_js}">'
        if page.seen_first:
            parts["app_entry"] += embedded(self.sight(request.path, request.query_string.decode()), plotly_js)
        made: Any = super().interpolate_index  # dash leaves it untyped
        return str(made(**parts))


def embedded(sight: Sight, plotly_js: str) -> str:
    """The first sight as a part of the document."""
    text = f'<div id="first">{sight.html}</div>'
    if not sight.figures:
        return text
    # Written so that nothing in it can end the element.
    figures = f'<script id="first-figures" type="application/json">{to_json_plotly(sight.figures)}</script>'
    return f'{text}{figures}<script src="{plotly_js}"></script><script>{DRAW}</script>'


def fingerprinted() -> str:
    """The script's name with its version and age, under which a browser may keep it for a year."""
    file = Path(plotly.__file__).parent / SCRIPT
    named: Any = build_fingerprint  # dash leaves it untyped
    return str(named(SCRIPT, plotly.__version__, int(file.stat().st_mtime)))
