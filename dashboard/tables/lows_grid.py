"""The grid of lows and highs: its columns, their formats and filters, and the definitions that their names lead to."""

from typing import Any

import dash_ag_grid as dag

from dashboard.state.links import MethodAnchor
from dashboard.tables.lows_rows import FILE_FIELDS, PREFIXES
from dashboard.tables.lows_table import DEVIATION_WORDS, EXTREME_WORDS
from data.schema import Timeframe
from deviation.side import Side
from deviation.window.side_summary import THRESHOLDS_PCT

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
"""A fraction with its sign, and a share."""

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


def build_columns(bar: Timeframe, side: Side = Side.BELOW, *, with_dates: bool = False) -> list[ColumnDefinition]:
    """The columns: the market, its extreme trade of a side, what the same bar says, and shares of minutes by size.

    Times take more room ``with_dates``, as in windows that touch several days. What a file of the grid has besides is
    in hidden columns.
    """
    prefix, noun, deviation = PREFIXES[side], EXTREME_WORDS[side][1], DEVIATION_WORDS[side]
    superlative = EXTREME_WORDS[side][0]
    price_text = {"function": f"params.data.{prefix}_text"}
    volume_text = {"function": f"params.data.{prefix}_volume_text"}
    columns = [
        _build_text_column("asset", "Asset", pinned="left", width=78),
        _build_formatted_column("venue", "Exchange", minWidth=116, flex=1),
        _build_text_column("group", "Quote", width=74, valueFormatter={"function": "params.value.toUpperCase()"}),
        {
            "headerName": f"{superlative.capitalize()} trade, any time in the window",
            "children": [
                _build_number_column(prefix, noun.capitalize(), MethodAnchor.LOWS, valueFormatter=price_text),
                _build_formatted_column(f"{prefix}_at", "At", width=136 if with_dates else 100),
                # Else the grid would show a check box.
                _build_formatted_column(f"{prefix}_round", "Round", width=124, cellDataType=False),
                _build_number_column(
                    f"{prefix}_volume",
                    "Traded then, in its quote",
                    MethodAnchor.LOWS,
                    width=108,
                    valueFormatter=volume_text,
                ),
                _build_number_column(
                    f"{prefix}_gap_to_second",
                    f"To second {superlative}",
                    MethodAnchor.LOWS,
                    width=104,
                    **SIGNED_COLUMN,
                ),
            ],
        },
        {
            "headerName": f"Same {bar.noun}, other exchanges",
            "children": [
                _build_number_column(
                    f"{prefix}_next",
                    f"Close to {superlative} other close",
                    MethodAnchor.GAP,
                    width=112,
                    **SIGNED_COLUMN,
                ),
                _build_number_column(
                    f"{prefix}_least", f"{deviation.capitalize()}: min", MethodAnchor.WICK, width=94, **SIGNED_COLUMN
                ),
                _build_number_column(
                    f"{prefix}_most", f"{deviation.capitalize()}: max", MethodAnchor.WICK, width=94, **SIGNED_COLUMN
                ),
            ],
        },
        {
            "headerName": f"Share of its comparable minutes at least so far {side}",
            "children": [
                _build_number_column("firm_min", "Comparable minutes", MethodAnchor.FIRM, width=98),
                *(
                    _build_number_column(f"{side}_share_{x}", f"{x}%", MethodAnchor.THRESHOLD, width=68, **SHARE_COLUMN)
                    for x in THRESHOLDS_PCT
                ),
            ],
        },
    ]
    shown_fields = {leaf["field"] for column in columns for leaf in column.get("children", [column])}
    hidden = [_build_text_column(field, field, hide=True) for field in FILE_FIELDS if field not in shown_fields]
    return [*columns, *hidden]


def list_column_terms(side: Side = Side.BELOW) -> list[tuple[str, MethodAnchor]]:
    """Names of columns or of several alike, each with the place of its definition."""
    superlative, noun = EXTREME_WORDS[side]
    return [
        (noun.capitalize(), MethodAnchor.LOWS),
        (f"To second {superlative}", MethodAnchor.LOWS),
        (f"Close to {superlative} other close", MethodAnchor.GAP),
        (f"{DEVIATION_WORDS[side].capitalize()}: min and max", MethodAnchor.WICK),
        ("Comparable minutes", MethodAnchor.FIRM),
        ("Shares", MethodAnchor.THRESHOLD),
    ]


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
