"""The menu of a page's downloads; its labels are those of the registry."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any
from urllib.parse import urlencode

import dash_mantine_components as dmc

from dashboard.components.popover import build_popover
from dashboard.components.static_html import StaticElement
from dashboard.exports.kinds import ExportKind
from dashboard.exports.metadata.tabular import METADATA_FORMAT
from dashboard.exports.registry import EXPORTS, Export, Section
from dashboard.sheet.sizes import SHAPES, SheetSize
from dashboard.state.view import Theme

FORMAT_LABELS = {"png": "PNG", "svg": "SVG", "csv": "CSV", "parquet": "Parquet", "json": "JSON", "zip": "ZIP"}
"""Label of each format."""

PictureSearches = Mapping[tuple[SheetSize, Theme], str]
"""The queries of links to pictures, from their ``?`` on, by shape and theme."""

DOWNLOAD_LABEL = "Download"
"""The label of the button that opens a page's menu."""


def build_download_menu(page: str, query: Mapping[str, str]) -> dmc.Popover:
    """A button that opens the list of a page's files: charts, their data, all results, and prices.

    Args:
        page: the name of the page.
        query: the view as the query of a link (`ViewState.to_query`).
    """
    button_labels: dict[str, Any] = {"aria-haspopup": "dialog"}
    button = dmc.Button(DOWNLOAD_LABEL, size="xs", variant="default", className="plain", **button_labels)
    dialog_properties = {"className": "files", "role": "dialog", "aria-label": DOWNLOAD_LABEL}
    exports = [export for export in EXPORTS.values() if export.page == page]
    content = StaticElement("div", dialog_properties, [_build_content(exports, query)])
    return build_popover(button, content, "bottom-end")


def _build_content(exports: Sequence[Export], query: Mapping[str, str]) -> str:
    """The list as HTML text, which is faster than components: a page has dozens of links."""
    parts, search = [], _build_search(query)
    picture_searches = {
        (size, theme): _build_picture_search(query, size, theme) for size in SheetSize for theme in Theme
    }
    for section in Section:
        entries = [(export, formats) for export in exports if (formats := export.list_sections().get(section))]
        if entries:
            parts.append(f"<strong>{_name_section(section, entries)}</strong>")
            parts += [_build_entry(export, section, formats, search, picture_searches) for export, formats in entries]
    first_address = escape(_build_address(exports[0].kind, exports[0].formats[0], search))
    parts.append(f'<button type="button" class="venue-name" data-copy="{first_address}">Copy link to the file</button>')
    return "".join(parts)


def _name_section(section: Section, entries: Sequence[tuple[Export, tuple[str, ...]]]) -> str:
    """The heading, with the formats that its entries have: "Chart data (CSV, Parquet)"."""
    formats = dict.fromkeys(file_format for _, formats in entries for file_format in formats)
    return f"{section} ({', '.join(FORMAT_LABELS[file_format] for file_format in formats)})"


def _build_entry(
    export: Export, section: Section, formats: Sequence[str], search: str, picture_searches: PictureSearches
) -> str:
    """The links to one export in one part of the menu."""
    if section is Section.CHART:
        table = _build_picture_table(export.kind, picture_searches, formats)
        return f"<details><summary>{escape(export.kind.label)}</summary>{table}</details>"
    links = "".join(_build_link(FORMAT_LABELS[name], export.kind, name, search) for name in formats)
    if "csv" in formats:
        links += _build_link("Columns explained", export.kind, METADATA_FORMAT, search)
    return f'<div class="line"><span>{escape(export.kind.label)}</span>{links}</div>'


def _build_picture_table(kind: ExportKind, searches: PictureSearches, formats: Sequence[str]) -> str:
    """A row of links per shape, a column per theme."""
    header = "".join(f'<th scope="col">{theme.capitalize()}</th>' for theme in Theme)
    lines = []
    for size in EXPORTS[kind].sizes:
        cells = "".join(_build_link_cell(kind, formats, searches[size, theme]) for theme in Theme)
        lines.append(f'<tr><th scope="row">{SHAPES[size].label}</th>{cells}</tr>')
    return f"<table><thead><tr><td></td>{header}</tr></thead><tbody>{''.join(lines)}</tbody></table>"


def _build_link_cell(kind: ExportKind, formats: Sequence[str], search: str) -> str:
    links = (_build_link(FORMAT_LABELS[file_format], kind, file_format, search) for file_format in formats)
    return f"<td>{''.join(links)}</td>"


def _build_picture_search(query: Mapping[str, str], size: SheetSize, theme: Theme) -> str:
    """The query of the link to a picture, which depends on no kind."""
    base_query = {key: value for key, value in query.items() if key != "theme"}
    theme_query = {} if theme is Theme.LIGHT else {"theme": theme.value}
    size_query = {} if size is SheetSize.WIDE else {"size": size.value}
    return _build_search({**base_query, **theme_query, **size_query})


def _build_link(text: str, kind: ExportKind, file_format: str, search: str) -> str:
    return f'<a href="{escape(_build_address(kind, file_format, search))}" target="_blank">{text}</a>'


def _build_search(query: Mapping[str, str]) -> str:
    return f"?{urlencode(query)}" if query else ""


def _build_address(kind: ExportKind, file_format: str, search: str) -> str:
    """A link to the file.

    >>> _build_address(ExportKind.LOWS, "csv", "?asset=DOGE")
    '/export/lows.csv?asset=DOGE'
    """
    return f"/export/{kind}.{file_format}{search}"
