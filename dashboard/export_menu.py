"""A small menu of everything that a part of a page can be taken away as, for any page."""

from collections.abc import Mapping
from html import escape
from typing import Any
from urllib.parse import urlencode

import dash_mantine_components as dmc

from dashboard.export_kinds import FORMATS, NAMES, What
from dashboard.picture_sizes import Size
from dashboard.popover import popover
from dashboard.render import FileFormat
from dashboard.style import Theme
from dashboard.written import Written

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
    named = {"className": "files", "role": "dialog", "aria-label": NAMES[what]}
    return popover(button, Written("div", named, _content(what, query)), "bottom-end")


def _content(what: What, query: Mapping[str, str]) -> str:
    """The list as HTML: a page has many of them, each with dozens of links."""
    pictures = [file_format for file_format in FORMATS[what] if file_format in list(FileFormat)]
    rows = [file_format for file_format in FORMATS[what] if file_format not in pictures]
    parts = [_pictures(what, query, pictures)] if pictures else []
    if rows:
        links = "".join(_link(ROWS[file_format], what, file_format, query) for file_format in rows)
        title = "Rows behind it" if pictures else f"The {NAMES[what]}"
        parts.append(f'<div class="line"><strong>{title}</strong>{links}</div>')
    first = escape(_address(what, FORMATS[what][0], query))
    parts.append(f'<button type="button" class="venue-name" data-copy="{first}">Copy link to the file</button>')
    return "".join(parts)


def _pictures(what: What, query: Mapping[str, str], formats: list[str]) -> str:
    """A line per shape, a column per format and paper."""
    head = "".join(f'<th scope="col">{theme.capitalize()} paper</th>' for theme in Theme)
    lines = [
        f'<tr><th scope="row">{name}</th>{"".join(_papers(what, query, formats, size, theme) for theme in Theme)}</tr>'
        for size, name in SIZES.items()
    ]
    return f"<table><thead><tr><td></td>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table>"


def _papers(what: What, query: Mapping[str, str], formats: list[str], size: Size, theme: Theme) -> str:
    plain = {key: value for key, value in query.items() if key != "theme"}
    paper = {} if theme is Theme.LIGHT else {"theme": theme.value}
    shape = {} if size is Size.WIDE else {"size": size.value}
    links = (_link(one.upper(), what, one, {**plain, **paper, **shape}) for one in formats)
    return f"<td>{''.join(links)}</td>"


def _link(text: str, what: What, file_format: str, query: Mapping[str, str]) -> str:
    return f'<a href="{escape(_address(what, file_format, query))}" target="_blank">{text}</a>'


def _address(what: What, file_format: str, query: Mapping[str, str]) -> str:
    """A link to the file.

    >>> _address(What.LOWS, "csv", {"asset": "DOGE"})
    '/export/lows.csv?asset=DOGE'
    """
    return f"/export/{what}.{file_format}" + (f"?{urlencode(query)}" if query else "")
