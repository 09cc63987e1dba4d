"""The page within a page of others (``?embed=1``): the finding, its chart, and a link to the full view; no controls.

It needs no app: a document of some dozen lines, and plotly.js where it has a chart.
"""

from html import escape

from flask import request
from plotly.io.json import to_json_plotly

from dashboard.components.static_html import serialize
from dashboard.web.prerender import Prerendered
from dashboard.web.system_theme import THEME_SCRIPT

EMBED_KEY = "embed"
"""The key of the query; its value is 1."""

DRAW_SCRIPT = """{
  const figures = JSON.parse(document.getElementById("figures").textContent);
  const rooms = [...document.querySelectorAll(".chart-room")];
  const page = document.documentElement.dataset;
  // Browsers may keep the cookie of the theme from frames; then the page takes the colours of its chart.
  page.theme = page.drawn;
  const widths = rooms.map((room) => parseFloat(room.style.width) || 0);
  const fitting = widths.findIndex((width) => width <= document.documentElement.clientWidth);
  const shown = fitting < 0 ? widths.indexOf(Math.min(...widths)) : fitting;
  rooms.forEach((room, number) => { room.hidden = number !== shown; });
  const { data, layout } = figures[shown];
  const config = { displayModeBar: false, responsive: !widths[shown] };
  window.Plotly.newPlot(rooms[shown], data, { ...layout, dragmode: false }, config);
}"""
"""The script that draws the chart in the largest of its sizes that fits."""


def is_embedded() -> bool:
    """Whether the request is for the page within another page."""
    return request.args.get(EMBED_KEY) == "1"


def write_embedded(prerendered: Prerendered, style_url: str, plotly_url: str, attributes: str) -> str:
    """The document.

    Args:
        prerendered: a page with its summary.
        style_url: the address of the style sheet.
        plotly_url: the address of plotly.js.
        attributes: of the element ``html``.

    Raises:
        ValueError: The page has no summary.
    """
    summary = prerendered.summary
    if summary is None:
        message = "a page without a summary cannot be embedded"
        raise ValueError(message)
    link = f'<a href="{escape(summary.address or "/")}" target="_blank" rel="noopener">Plumbline: the full view</a>'
    title = escape(summary.title)
    return f"""<!DOCTYPE html>
<html lang="en"{attributes}>
<head><script>{THEME_SCRIPT}</script>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><title>{title}</title><link rel="stylesheet" href="{escape(style_url)}"></head>
<body class="embedded"><main>
<h1>{escape(summary.headline)}</h1>
<p class="second">{escape(summary.sentences)}</p>
{_write_chart(prerendered, plotly_url)}
<p class="source">{escape(summary.subject)}. Source: {link}, with every number and its definition.</p>
</main></body>
</html>"""


def _write_chart(prerendered: Prerendered, plotly_url: str) -> str:
    """The elements of the first chart in all its sizes, and the scripts that draw one; "" without a chart."""
    charts = [chart for chart in prerendered.first_charts if chart.figure is not None and chart.figure["data"]]
    if not charts:
        return ""
    caption = charts[0].label.partition(". ")[0]
    rooms = f'<p class="caption">{escape(caption)}</p>' + "".join(chart.html for chart in charts)
    # This encoder escapes "<" and ">", so that no text can end the element.
    figures = to_json_plotly([serialize(chart.figure) for chart in charts])
    return (
        f'{rooms}<script id="figures" type="application/json">{figures}</script>'
        f'<script src="{plotly_url}"></script><script>{DRAW_SCRIPT}</script>'
    )
