"""Links to the files of an export: a menu for charts and tables, a line of links for the data page."""

from collections.abc import Mapping
from html import escape
from typing import Any
from urllib.parse import urlencode

import dash_mantine_components as dmc
from dash import html

from dashboard.components.popover import build_popover
from dashboard.components.static_html import StaticElement
from dashboard.exports.kinds import ExportKind
from dashboard.exports.registry import EXPORTS
from dashboard.sheet.renderer import FileFormat
from dashboard.sheet.sizes import SHAPES, SheetSize
from dashboard.state.view import Theme

FORMAT_LABELS = {"csv": "CSV", "parquet": "Parquet", "json": "JSON"}
"""Label of each format of rows."""


def build_export_menu(kind: ExportKind, query: Mapping[str, str], label: str = "Files") -> dmc.Popover:
    """A button that opens the list of files of an export.

    Args:
        kind: the export (docs/exports.md).
        query: the view as the query of a link (`ViewState.to_query`).
        label: the text of the button.
    """
    button_labels: dict[str, Any] = {"aria-label": f"{label}: {EXPORTS[kind].label}", "aria-haspopup": "dialog"}
    button = dmc.Button(label, size="xs", variant="default", className="plain", **button_labels)
    dialog_properties = {"className": "files", "role": "dialog", "aria-label": EXPORTS[kind].label}
    return build_popover(button, StaticElement("div", dialog_properties, _build_content(kind, query)), "bottom-end")


def build_files_line(kind: ExportKind, query: Mapping[str, str] | None = None) -> html.P:
    """A line of links to the files of a table of rows; ``query`` is the view, if the table depends on it."""
    prefix = "As a file: " if kind is ExportKind.COVERAGE else "As a file, of the whole store: "
    parts: list[Any] = []
    for file_format in EXPORTS[kind].formats:
        name = FORMAT_LABELS[file_format]
        label: dict[str, Any] = {"aria-label": f"{name}: {EXPORTS[kind].label}"}
        parts += [html.A(name, href=_build_address(kind, file_format, query or {}), target="_blank", **label), " · "]
    return html.P([prefix, *parts[:-1]], className="quiet data-files")


def _build_content(kind: ExportKind, query: Mapping[str, str]) -> str:
    """The list as HTML text, which is faster than components: a page has several lists of dozens of links."""
    formats = EXPORTS[kind].formats
    pictures = [file_format for file_format in formats if file_format in list(FileFormat)]
    rows = [file_format for file_format in formats if file_format not in pictures]
    parts = [_build_picture_table(kind, query, pictures)] if pictures else []
    if rows:
        links = "".join(_build_link(FORMAT_LABELS[file_format], kind, file_format, query) for file_format in rows)
        title = "Rows behind it" if pictures else f"The {EXPORTS[kind].label}"
        parts.append(f'<div class="line"><strong>{title}</strong>{links}</div>')
    first_address = escape(_build_address(kind, formats[0], query))
    parts.append(f'<button type="button" class="venue-name" data-copy="{first_address}">Copy link to the file</button>')
    return "".join(parts)


def _build_picture_table(kind: ExportKind, query: Mapping[str, str], formats: list[str]) -> str:
    """A row of links per shape, a column per paper."""
    header = "".join(f'<th scope="col">{theme.capitalize()} paper</th>' for theme in Theme)
    lines = []
    for size in EXPORTS[kind].sizes:
        cells = "".join(_build_link_cell(kind, query, formats, size, theme) for theme in Theme)
        lines.append(f'<tr><th scope="row">{SHAPES[size].label}</th>{cells}</tr>')
    return f"<table><thead><tr><td></td>{header}</tr></thead><tbody>{''.join(lines)}</tbody></table>"


def _build_link_cell(
    kind: ExportKind, query: Mapping[str, str], formats: list[str], size: SheetSize, theme: Theme
) -> str:
    base_query = {key: value for key, value in query.items() if key != "theme"}
    theme_query = {} if theme is Theme.LIGHT else {"theme": theme.value}
    size_query = {} if size is SheetSize.WIDE else {"size": size.value}
    links = (
        _build_link(file_format.upper(), kind, file_format, {**base_query, **theme_query, **size_query})
        for file_format in formats
    )
    return f"<td>{''.join(links)}</td>"


def _build_link(text: str, kind: ExportKind, file_format: str, query: Mapping[str, str]) -> str:
    return f'<a href="{escape(_build_address(kind, file_format, query))}" target="_blank">{text}</a>'


def _build_address(kind: ExportKind, file_format: str, query: Mapping[str, str]) -> str:
    """A link to the file.

    >>> _build_address(ExportKind.LOWS, "csv", {"asset": "DOGE"})
    '/export/lows.csv?asset=DOGE'
    """
    return f"/export/{kind}.{file_format}" + (f"?{urlencode(query)}" if query else "")
