"""A small menu of everything that a part of a page can be taken away as, for any page."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import dash_mantine_components as dmc
from dash import html

from dashboard.export_kinds import FORMATS, NAMES, What
from dashboard.picture_sizes import Size
from dashboard.popover import popover
from dashboard.render import FileFormat
from dashboard.style import Theme

SIZES = {Size.WIDE: "Wide 16:9", Size.SQUARE: "Square 1:1", Size.TALL: "Tall 4:5"}
"""The shapes of a picture as the menu calls them."""

ROWS = {"csv": "CSV", "parquet": "Parquet", "json": "JSON"}
"""Formats of rows as people write them."""


def export_menu(what: What, query: Mapping[str, str], label: str = "Files") -> dmc.Popover:
    """A button that opens the list of files of one export.

    Args:
        what: the export (docs/exports.md).
        query: the view, as a link has it (`ViewState.to_query`).
        label: the text of the button.
    """
    marks: dict[str, Any] = {"aria-label": f"{label}: {NAMES[what]}", "aria-haspopup": "dialog"}
    button = dmc.Button(label, size="xs", variant="default", className="plain", **marks)
    named: dict[str, Any] = {"aria-label": NAMES[what]}
    inner = html.Div(_content(what, query), className="files", role="dialog", **named)
    return popover(button, inner, "bottom-end")


def _content(what: What, query: Mapping[str, str]) -> list[Any]:
    pictures = [file_format for file_format in FORMATS[what] if file_format in list(FileFormat)]
    rows = [file_format for file_format in FORMATS[what] if file_format not in pictures]
    parts: list[Any] = [_pictures(what, query, pictures)] if pictures else []
    if rows:
        links = [_link(ROWS[file_format], what, file_format, query) for file_format in rows]
        title = "Rows behind it" if pictures else f"The {NAMES[what]}"
        parts.append(html.Div([html.Strong(title), *links], className="line"))
    first = _address(what, FORMATS[what][0], query)
    copy: dict[str, Any] = {"data-copy": first}
    parts.append(html.Button("Copy link to the file", type="button", className="venue-name", **copy))
    return parts


def _pictures(what: What, query: Mapping[str, str], formats: list[str]) -> html.Table:
    """A line per shape, a column per format and paper."""
    head = [html.Td(), *(html.Th(f"{theme.capitalize()} paper", scope="col") for theme in Theme)]
    body = [
        html.Tr([html.Th(name, scope="row"), *(html.Td(_papers(what, query, formats, size, theme)) for theme in Theme)])
        for size, name in SIZES.items()
    ]
    return html.Table([html.Thead(html.Tr(head)), html.Tbody(body)])


def _papers(what: What, query: Mapping[str, str], formats: list[str], size: Size, theme: Theme) -> list[Any]:
    plain = {key: value for key, value in query.items() if key != "theme"}
    paper = {} if theme is Theme.LIGHT else {"theme": theme.value}
    shape = {} if size is Size.WIDE else {"size": size.value}
    return [_link(one.upper(), what, one, {**plain, **paper, **shape}) for one in formats]


def _link(text: str, what: What, file_format: str, query: Mapping[str, str]) -> html.A:
    return html.A(text, href=_address(what, file_format, query), target="_blank")


def _address(what: What, file_format: str, query: Mapping[str, str]) -> str:
    """A link to the file.

    >>> _address(What.LOWS, "csv", {"asset": "DOGE"})
    '/export/lows.csv?asset=DOGE'
    """
    return f"/export/{what}.{file_format}" + (f"?{urlencode(query)}" if query else "")
