"""A grid as an HTML table, for readers without scripts: all rows, and the columns that the grid shows at first."""

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard.components.static_html import StaticElement, build_element
from dashboard.state.links import IN_APP_ATTRIBUTES
from dashboard.tables.grid import LINK_RENDERER, SHARE_COLUMN, SIGNED_COLUMN, ColumnDefinition
from dashboard.text.numbers import EN_DASH, format_signed_percent

ROW_FIELD = "params.data."
UPPER_CASE = "params.value.toUpperCase()"


def build_grid_table(columns: Sequence[ColumnDefinition], rows: Sequence[Mapping[str, Any]], height: str | None) -> str:
    """The table within a box that scrolls sideways, and, while scripts are on, is as high as the grid.

    Args:
        columns: the grid's definitions, of which some are groups.
        rows: values by field.
        height: the grid's CSS height.
    """
    groups = [
        (group["headerName"] if "children" in group else "", shown)
        for group in columns
        if (shown := _list_shown(group))
    ]
    shown_columns = [column for _, group_columns in groups for column in group_columns]
    group_cells = (
        build_element("th", name, colSpan=len(group_columns), scope="colgroup") for name, group_columns in groups
    )
    name_cells = (
        build_element("th", column["headerName"], scope="col", className=_choose_class(column))
        for column in shown_columns
    )
    head = build_element("thead", build_element("tr", *group_cells), build_element("tr", *name_cells))
    body = build_element("tbody", *(_build_row(shown_columns, row) for row in rows))
    style = {"--grid-height": height or "auto"}
    return build_element("div", build_element("table", head, body), className="wide grid-table", style=style).html


def _build_row(columns: Sequence[ColumnDefinition], row: Mapping[str, Any]) -> StaticElement:
    cells = (build_element("td", _build_cell(column, row), className=_choose_class(column)) for column in columns)
    return build_element("tr", *cells, className="focus" if row.get("focus") else None)


def _list_shown(column: ColumnDefinition) -> list[ColumnDefinition]:
    return [child for child in column.get("children", [column]) if not child.get("hide")]


def _choose_class(column: ColumnDefinition) -> str | None:
    return "number" if column.get("type") == "rightAligned" else None


def _build_cell(column: ColumnDefinition, row: Mapping[str, Any]) -> str | StaticElement:
    text = _format_cell(column, row)
    if column.get("cellRenderer") == LINK_RENDERER:
        return build_element("a", text, href=row[f"{column['field']}_href"], **IN_APP_ATTRIBUTES)
    return text


def _format_cell(column: ColumnDefinition, row: Mapping[str, Any]) -> str:
    """The text of a cell, by the formats that the grid's columns use."""
    value = row.get(column["field"])
    function = column.get("valueFormatter", {}).get("function", "")
    if function.startswith(ROW_FIELD):
        return str(row[function.removeprefix(ROW_FIELD)])
    if function == UPPER_CASE:
        return str(value).upper()
    if value is None:
        return EN_DASH
    if function == SIGNED_COLUMN["valueFormatter"]["function"]:
        return format_signed_percent(value)
    if function == SHARE_COLUMN["valueFormatter"]["function"]:
        return format_signed_percent(value).removeprefix("+") if value else "0"
    return f"{value:g}" if isinstance(value, float) else str(value)
