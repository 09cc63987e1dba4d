"""Samples of lines and marks for the legends of pages, as images."""

from urllib.parse import quote

from dash import html

DASH_LENGTHS = {"solid": "", "dash": "7 5", "dot": "1.5 3", "dashdot": "7 4 1.5 4"}
"""Dashes of lines in a legend, as lengths in pixels, as plotly draws them."""


def build_line_image(colour: str, width: float, dash: str) -> html.Img:
    """A short line, as a chart draws it."""
    stroke = f"stroke='{colour}' stroke-width='{width}' stroke-dasharray='{DASH_LENGTHS[dash]}'"
    return _build_image(f"<path d='M0 4H34' fill='none' {stroke}/>")


def build_circle_image(colour: str) -> html.Img:
    """A hollow dot."""
    return _build_image(f"<circle cx='17' cy='4' r='2.5' fill='none' stroke='{colour}' stroke-width='1.2'/>")


def _build_image(shape: str) -> html.Img:
    svg = f"<svg xmlns='http://www.w3.org/2000/svg' width='34' height='8'>{shape}</svg>"
    return html.Img(src=f"data:image/svg+xml,{quote(svg)}", alt="", width=34, height=8)
