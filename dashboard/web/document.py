"""The HTML document of a page: it preloads plotly.js, and contains the prerendered page.

Plotly.js is most of what a page loads, and starting it takes half of the time until a first chart. Without a hint the
browser requests it only before it draws that chart, after the server has responded. A chart on the first screen is
drawn before the scripts of the app are loaded (`dashboard.web.files.app_scripts`); on pages that begin with text
``page.js`` starts plotly.js during the first request.

The grid's script is next in size. Only a page with a grid has it; ``page.js`` loads it before another page opens.
"""

from collections.abc import Callable
from html import escape
from typing import Any

from dash import Dash
from dash.types import RendererHooks
from flask import request
from plotly.io.json import to_json_plotly

from dashboard.components.static_html import serialize
from dashboard.pages.registry import find_page
from dashboard.web import embedding
from dashboard.web.embedding import is_embedded, write_embedded
from dashboard.web.files.app_scripts import START_SCRIPT, hold_back_scripts, select_scripts
from dashboard.web.files.page_files import bundle_styles, read_plotly
from dashboard.web.prerender import Prerendered
from dashboard.web.response_headers import allow_frames
from dashboard.web.sharing import write_preview_tags
from dashboard.web.system_theme import THEME_SCRIPT, read_chosen_theme, read_system_theme

DRAW_SCRIPT = """{
  const figures = JSON.parse(document.getElementById("first-figures").textContent);
  const rooms = [...document.querySelectorAll("#first .chart-room")].slice(0, figures.length);
  const at = rooms.findIndex((room) => room.offsetParent);
  const { drawn, theme } = document.documentElement.dataset;
  // In the wrong colours it would flash; the app draws it in the right ones.
  if (at >= 0 && figures[at] && drawn === theme) {
    const { data, layout } = figures[at];
    const surroundings = window.innerWidth <= 640 ? layout.meta?.phone : {};
    window.Plotly.newPlot(rooms[at], data, { ...layout, ...surroundings }, { staticPlot: true });
  }
}"""
"""The script that draws the first visible chart of a prerendered page."""

FOLD_SCRIPT = """if (window.matchMedia("(max-width: 640px)").matches) {
  document.querySelector("#first .fold")?.removeAttribute("open");
}"""
"""The script that folds the controls of the prerendered page on a phone, as ``assets/page.js`` does in the app."""

INLINE_SCRIPTS = (THEME_SCRIPT, FOLD_SCRIPT, DRAW_SCRIPT, START_SCRIPT, embedding.DRAW_SCRIPT)
"""All scripts within the text of documents but dash's own."""

RENDERER_HOOKS: RendererHooks = {
    "request_pre": "() => window.dash_clientside.plumbline.asked()",
    "request_post": "(_, answer) => window.dash_clientside.plumbline.answered(answer)",
}
"""Functions that the browser calls before a request of a callback and after its response."""


class PlumblineDash(Dash):
    """A Dash app that preloads plotly.js on pages with charts.

    ``prerender`` takes the path and query of an address. ``public_url`` is that of the host for readers, None if it is
    not configured: headers of a request are not trusted to say it, as anyone may send them.
    """

    prerender: Callable[[str, str], Prerendered]
    public_url: str | None

    def index(self, *args: Any, **kwargs: Any) -> str:  # noqa: ANN401 - what dash passes
        """The HTML document for the address of the request, with the app unless it is embedded in another page."""
        if is_embedded() and (prerendered := self._prerender_request()).summary is not None:
            allow_frames()
            style_url = bundle_styles().address
            return write_embedded(prerendered, style_url, read_plotly().address, _write_theme_attributes())
        open_index: Any = super().index  # dash leaves it untyped
        return str(open_index(*args, **kwargs))

    def interpolate_index(self, *_: Any, **parts: Any) -> str:  # noqa: ANN401 - the texts that dash puts into the page
        """The HTML document for the address of the request."""
        page = find_page(request.path, request.args)
        plotly_url = read_plotly().address
        if page.has_charts:
            parts["metas"] += f'<link id="charts" rel="preload" as="script" href="{plotly_url}">'
        prerendered = self._prerender_request()
        if prerendered.summary is not None:
            parts["title"] = escape(prerendered.summary.title)
            parts["metas"] += write_preview_tags(prerendered.summary, self.public_url or request.host_url.rstrip("/"))
        begins_with_chart = page.begins_with_chart and bool(prerendered.charts)
        parts["app_entry"] += embed_prerendered(prerendered, plotly_url if begins_with_chart else None)
        parts["scripts"], grid_url = select_scripts(parts["scripts"], needs_grid=prerendered.needs_grid)
        if begins_with_chart:
            parts["scripts"], parts["renderer"] = hold_back_scripts(parts["scripts"], parts["renderer"]), ""
        interpolate: Any = super().interpolate_index  # dash leaves it untyped
        attributes = f'<html{_write_theme_attributes()} lang="en" data-grid="{grid_url}"'
        return str(interpolate(**parts)).replace('<html lang="en"', attributes, 1)

    def _prerender_request(self) -> Prerendered:
        return self.prerender(request.path, request.query_string.decode())


def embed_prerendered(prerendered: Prerendered, plotly_url: str | None) -> str:
    """The prerendered page as HTML; with the address of plotly.js, its first figures and a script."""
    text = f'<div id="first">{prerendered.html}</div><script>{FOLD_SCRIPT}</script>'
    if not prerendered.charts or plotly_url is None:
        return text
    first_figures = [serialize(chart.figure) for chart in prerendered.first_charts]
    # This encoder escapes "<" and ">", so that no text can end the element.
    figures = f'<script id="first-figures" type="application/json">{to_json_plotly(first_figures)}</script>'
    return f'{text}{figures}<script src="{plotly_url}"></script><script>{DRAW_SCRIPT}</script>'


def _write_theme_attributes() -> str:
    """What the document was drawn in, and the theme of the link, which holds without scripts as well."""
    chosen = read_chosen_theme()
    drawn = f' data-drawn="{chosen or read_system_theme()}"'
    return drawn if chosen is None else f'{drawn} data-theme="{chosen}"'
