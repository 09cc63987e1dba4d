"""A head start for plotly.js: it is most of what a page loads, and half of the time until a first chart is its start.

Left alone, the browser asks for it only when the first chart is about to be drawn, after the server has answered.
The hint in the page's head makes it come with everything else, and ``page.js`` starts it while the server works on its
first answer.
"""

from pathlib import Path
from typing import Any

import plotly
from dash import Dash
from dash.fingerprint import build_fingerprint
from dash.types import RendererHooks
from flask import request

from dashboard.pages.index import page_at

SCRIPT = "package_data/plotly.min.js"
"""Its place in the package that dash serves it from."""

HOOKS: RendererHooks = {
    "request_pre": "() => window.dash_clientside.plumbline.asked()",
    "request_post": "(_, answer) => window.dash_clientside.plumbline.answered(answer)",
}
"""What the browser calls before it asks the server, and when it has been answered."""


class HeadStart(Dash):
    """A Dash app whose pages with charts ask for plotly.js in their head."""

    def interpolate_index(self, *_: Any, **parts: Any) -> str:  # noqa: ANN401 - the texts that dash puts into the page
        """The page's HTML for the address that is asked for."""
        if page_at(request.path, request.args).charts:
            address = f"{self.config.requests_pathname_prefix}_dash-component-suites/plotly/{fingerprinted()}"
            parts["metas"] += f'<link id="charts" rel="preload" as="script" href="{address}">'
        made: Any = super().interpolate_index  # dash leaves it untyped
        return str(made(**parts))


def fingerprinted() -> str:
    """The script's name with its version and age, under which a browser may keep it for a year."""
    file = Path(plotly.__file__).parent / SCRIPT
    named: Any = build_fingerprint  # dash leaves it untyped
    return str(named(SCRIPT, plotly.__version__, int(file.stat().st_mtime)))
