"""What the grids share: their theme, kinds of columns and filters."""

from typing import Any

import dash_ag_grid as dag

from dashboard.state.links import MethodAnchor

ColumnDefinition = dict[str, Any]

HEADER_PX, ROW_PX = 112, 30
"""Height in pixels of all that is not a row (two rows of headers, frame, scroll bar), and of a row."""

PERCENT_FILTER: ColumnDefinition = {
    "filterValueGetter": {"function": "plumbline.perCent(params.data[params.colDef.field])"},
    "filterParams": {
        # No "equals": cells show fewer digits than the values have.
        "filterOptions": ["lessThanOrEqual", "greaterThanOrEqual", "inRange", "blank", "notBlank"],
        "inRangeInclusive": True,
        "filterPlaceholder": "per cent",
    },
}
"""Filters take per cent, as cells show it; the values behind them, which files hold, are fractions."""

SIGNED_COLUMN: ColumnDefinition = {"valueFormatter": {"function": "plumbline.signed(params.value)"}, **PERCENT_FILTER}
SHARE_COLUMN: ColumnDefinition = {"valueFormatter": {"function": "plumbline.share(params.value)"}, **PERCENT_FILTER}
"""A fraction with its sign, and a share."""

LINK_RENDERER = "PlumblineLink"
"""The component of ``assets/grid.js`` that shows a cell as a link."""

GRID_THEME = {
    "function": (
        "themeQuartz.withParams({backgroundColor: 'var(--paper)', foregroundColor: 'var(--text)', "
        "headerBackgroundColor: 'var(--paper)', headerTextColor: 'var(--muted)', borderColor: 'var(--rule)', "
        "headerColumnResizeHandleColor: 'var(--rule)', headerColumnResizeHandleWidth: 1, "
        "chromeBackgroundColor: 'var(--soft)', rowHoverColor: 'var(--soft)', accentColor: 'var(--focus)', "
        "browserColorScheme: 'inherit', menuBackgroundColor: 'var(--paper)', inputBackgroundColor: 'var(--paper)', "
        "fontFamily: 'inherit', fontSize: 13, headerFontSize: 12, headerFontWeight: 400, spacing: 5, "
        "cellHorizontalPadding: 8, wrapperBorderRadius: 3})"
    )
}
"""The theme of the grid: custom properties of the page, so that a switch of the page's theme changes it, too."""


def build_grid(grid_id: str, columns: list[ColumnDefinition], row_id: str) -> dag.AgGrid:
    """A grid without its rows.

    Args:
        grid_id: its id.
        columns: its columns.
        row_id: the expression of JavaScript that identifies a row.
    """
    return dag.AgGrid(
        id=grid_id,
        columnDefs=columns,
        rowData=[],
        getRowId=row_id,
        rowClassRules={"focus-row": "params.data.focus"},
        defaultColDef={
            "sortable": True,
            "filter": "agNumberColumnFilter",
            "resizable": True,
            "width": 92,
            "wrapHeaderText": True,
            "autoHeaderHeight": True,
            "useValueFormatterForExport": False,
            "suppressHeaderMenuButton": True,
        },
        dashGridOptions={
            "theme": GRID_THEME,
            "rowHeight": ROW_PX,
            "suppressFieldDotNotation": True,
            "suppressColumnVirtualisation": True,
            "ensureDomOrder": True,
            "suppressMovableColumns": True,
        },
        style={"height": format_grid_height(0)},
    )


def format_grid_height(rows: int) -> str:
    """The CSS height of a grid with so many rows: that of its rows, but 75 % of the screen at most."""
    return f"min({HEADER_PX + ROW_PX * max(rows, 2)}px, 75vh)"


def build_text_column(field: str, name: str, **options: Any) -> ColumnDefinition:  # noqa: ANN401 - properties of the column
    """A column that shows and filters texts."""
    return {"field": field, "headerName": name, "filter": "agTextColumnFilter", **options}


def build_link_column(field: str, name: str, **options: Any) -> ColumnDefinition:  # noqa: ANN401 - as above
    """A column of links within the app: the field ``<field>_href`` has their addresses."""
    return build_text_column(field, name, cellRenderer=LINK_RENDERER, **options)


def build_formatted_column(field: str, name: str, **options: Any) -> ColumnDefinition:  # noqa: ANN401 - as above
    """A column shown and filtered by the field ``<field>_text``, sorted by its value."""
    text = {"function": f"params.data.{field}_text"}
    return build_text_column(field, name, valueFormatter=text, filterValueGetter=text, **options)


def build_number_column(field: str, name: str, anchor: MethodAnchor, **options: Any) -> ColumnDefinition:  # noqa: ANN401 - as above
    """A column of numbers, whose header leads to a definition."""
    # The header has a link of its own to the definition, as a click on the name sorts.
    params = {"innerHeaderComponent": "PlumblineHeader", "anchor": anchor.value}
    return {"field": field, "headerName": name, "type": "rightAligned", "headerComponentParams": params, **options}
