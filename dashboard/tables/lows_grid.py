"""The grid of lows: its columns, their formats and filters, and the definitions that their names lead to."""

from typing import Any

import dash_ag_grid as dag

from dashboard.state.links import MethodAnchor
from data.schema import Timeframe
from deviation.window.summary import THRESHOLDS_PCT

GRID_ID = "lows-grid"
"""The id of the grid."""

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


def build_grid(bar: Timeframe) -> dag.AgGrid:
    """The grid without its rows."""
    return dag.AgGrid(
        id=GRID_ID,
        columnDefs=build_columns(bar),
        rowData=[],
        getRowId="params.data.asset + ' ' + params.data.venue + ' ' + params.data.symbol",
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


def build_columns(bar: Timeframe, *, with_dates: bool = False) -> list[ColumnDefinition]:
    """The columns: the market, then groups for its lowest trade, the same bar's bounds, and shares of minutes by depth.

    Times take more room ``with_dates``, as in windows that touch several days.
    """
    asset_column = _build_text_column("asset", "Asset", pinned="left", width=78)
    venue_column = _build_formatted_column("venue", "Exchange", minWidth=116, flex=1)
    return [
        asset_column,
        venue_column,
        _build_text_column("group", "Group", width=74, valueFormatter={"function": "params.value.toUpperCase()"}),
        _build_text_column("symbol", "Market", width=108, hide=True),
        {
            "headerName": f"Lowest trade, of whatever {bar.noun}",
            "children": [
                _build_number_column(
                    "low", "Low, USD", MethodAnchor.LOWS, valueFormatter={"function": "params.data.low_text"}
                ),
                _build_formatted_column("low_at", "At", width=136 if with_dates else 100),
                _build_number_column(
                    "gap_to_second", "To lowest of the others", MethodAnchor.LOWS, width=116, **SIGNED_COLUMN
                ),
            ],
        },
        {
            "headerName": f"Against its group, in the same {bar.noun}",
            "children": [
                _build_number_column("gap_depth", "Gap to next close", MethodAnchor.GAP, width=94, **SIGNED_COLUMN),
                _build_text_column("gap_at", "At", hide=True),
                _build_number_column("wick_shallow", "Low, at least", MethodAnchor.WICK, width=94, **SIGNED_COLUMN),
                _build_number_column("wick_deep", "Low, at most", MethodAnchor.WICK, width=94, **SIGNED_COLUMN),
            ],
        },
        {
            "headerName": "Share of its firm minutes that far below, or further",
            "children": [
                _build_number_column("firm_min", "Firm min.", MethodAnchor.FIRM, width=74),
                *(
                    _build_number_column(
                        f"threshold_share.{x}", f"{x} %", MethodAnchor.THRESHOLD, width=68, **SHARE_COLUMN
                    )
                    for x in THRESHOLDS_PCT
                ),
                *(
                    _build_number_column(f"threshold_min.{x}", f"{x} %, minutes", MethodAnchor.THRESHOLD, hide=True)
                    for x in THRESHOLDS_PCT
                ),
            ],
        },
    ]


def list_column_terms() -> list[tuple[str, MethodAnchor]]:
    """Names of columns or of several alike, each with the place of its definition."""
    terms = [("Low, USD", "low"), ("To lowest of the others", "gap_to_second"), ("Gap to next close", "gap_depth")]
    terms += [("Low, at least and at most", "wick_deep"), ("Firm min.", "firm_min"), ("Shares", "threshold_share.1")]
    anchors = {
        column["field"]: MethodAnchor(column["headerComponentParams"]["anchor"])
        for group in build_columns(Timeframe.M1)
        for column in group.get("children", [])
        if "headerComponentParams" in column
    }
    return [(name, anchors[field]) for name, field in terms]


def _build_text_column(field: str, name: str, **options: Any) -> ColumnDefinition:  # noqa: ANN401 - properties of the column
    return {"field": field, "headerName": name, "filter": "agTextColumnFilter", **options}


def _build_formatted_column(field: str, name: str, **options: Any) -> ColumnDefinition:  # noqa: ANN401 - as above
    """A column shown and filtered by the field ``<field>_text``, sorted by its value."""
    text = {"function": f"params.data.{field}_text"}
    return _build_text_column(field, name, valueFormatter=text, filterValueGetter=text, **options)


def _build_number_column(field: str, name: str, anchor: MethodAnchor, **options: Any) -> ColumnDefinition:  # noqa: ANN401 - as above
    # The header has a link of its own to the definition, as a click on the name sorts.
    params = {"innerHeaderComponent": "PlumblineHeader", "anchor": anchor.value}
    return {"field": field, "headerName": name, "type": "rightAligned", "headerComponentParams": params, **options}
