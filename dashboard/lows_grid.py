"""The grid of lows: its columns, how they read, and what they mean."""

from typing import Any

import dash_ag_grid as dag

from dashboard.anchors import Anchor
from data.schema import Timeframe
from deviation.summary import THRESHOLDS_PCT

GRID = "lows-grid"
"""The id of the grid; ``assets/grid.js`` knows it by what it is given."""

Column = dict[str, Any]

HEADER_PX, ROW_PX = 112, 30
"""The heights of both rows of headers with the frame and a scroll bar, and of a row."""

IN_PER_CENT: Column = {
    "filterValueGetter": {"function": "plumbline.perCent(params.data[params.colDef.field])"},
    "filterParams": {
        # What equals a number of many digits is not what anybody types.
        "filterOptions": ["lessThanOrEqual", "greaterThanOrEqual", "inRange", "blank", "notBlank"],
        "inRangeInclusive": True,
        "filterPlaceholder": "per cent",
    },
}
"""A filter takes what the cells show; the values behind them, which the file holds, are fractions."""

SIGNED: Column = {"valueFormatter": {"function": "plumbline.signed(params.value)"}, **IN_PER_CENT}
SHARE: Column = {"valueFormatter": {"function": "plumbline.share(params.value)"}, **IN_PER_CENT}

THEME = {
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
"""The colours of the page, so that the grid follows them when they change."""


def lows_grid(bar: Timeframe) -> dag.AgGrid:
    """The grid without its rows."""
    return dag.AgGrid(
        id=GRID,
        columnDefs=columns(bar),
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
            "theme": THEME,
            "rowHeight": ROW_PX,
            "suppressFieldDotNotation": True,
            "suppressColumnVirtualisation": True,
            "ensureDomOrder": True,
            "suppressMovableColumns": True,
        },
        style={"height": grid_height(0)},
    )


def grid_height(rows: int) -> str:
    """As high as its rows, but never higher than most of the screen: then it scrolls under its header."""
    return f"min({HEADER_PX + ROW_PX * max(rows, 2)}px, 75vh)"


def columns(bar: Timeframe, *, dated: bool = False) -> list[Column]:
    """The columns in three groups: what was lowest, what the same bar says, and how long it was far below.

    ``dated``: times come with their day, as in windows of several, and need more room.
    """
    asset = _text("asset", "Asset", pinned="left", width=78)
    venue = _shown("venue", "Exchange", minWidth=116, flex=1)
    return [
        asset,
        venue,
        _text("group", "Group", width=74, valueFormatter={"function": "params.value.toUpperCase()"}),
        _text("symbol", "Market", width=108, hide=True),
        {
            "headerName": f"Lowest trade, of whatever {bar.one}",
            "children": [
                _number("low", "Low, USD", Anchor.LOWS, valueFormatter={"function": "params.data.low_text"}),
                _shown("low_at", "At", width=136 if dated else 100),
                _number("gap_to_second", "To lowest of the others", Anchor.LOWS, width=116, **SIGNED),
            ],
        },
        {
            "headerName": f"Against its group, in the same {bar.one}",
            "children": [
                _number("gap_depth", "Gap to next close", Anchor.GAP, width=94, **SIGNED),
                _text("gap_at", "At", hide=True),
                _number("wick_shallow", "Low, at least", Anchor.WICK, width=94, **SIGNED),
                _number("wick_deep", "Low, at most", Anchor.WICK, width=94, **SIGNED),
            ],
        },
        {
            "headerName": "Share of its firm minutes that far below, or further",
            "children": [
                _number("firm_min", "Firm min.", Anchor.FIRM, width=74),
                *(
                    _number(f"threshold_share.{x}", f"{x} %", Anchor.THRESHOLD, width=68, **SHARE)
                    for x in THRESHOLDS_PCT
                ),
                *(
                    _number(f"threshold_min.{x}", f"{x} %, minutes", Anchor.THRESHOLD, hide=True)
                    for x in THRESHOLDS_PCT
                ),
            ],
        },
    ]


def labels() -> list[tuple[str, Anchor]]:
    """What the columns are about, and where it is defined."""
    names = [("Low, USD", "low"), ("To lowest of the others", "gap_to_second"), ("Gap to next close", "gap_depth")]
    names += [("Low, at least and at most", "wick_deep"), ("Firm min.", "firm_min"), ("Shares", "threshold_share.1")]
    anchors = {
        column["field"]: Anchor(column["headerComponentParams"]["anchor"])
        for group in columns(Timeframe.M1)
        for column in group.get("children", [])
        if "headerComponentParams" in column
    }
    return [(name, anchors[field]) for name, field in names]


def _text(field: str, name: str, **more: Any) -> Column:  # noqa: ANN401 - properties of the column
    return {"field": field, "headerName": name, "filter": "agTextColumnFilter", **more}


def _shown(field: str, name: str, **more: Any) -> Column:  # noqa: ANN401 - as above
    """A column that reads, and is filtered, by another text than its value."""
    text = {"function": f"params.data.{field}_text"}
    return _text(field, name, valueFormatter=text, filterValueGetter=text, **more)


def _number(field: str, name: str, anchor: Anchor, **more: Any) -> Column:  # noqa: ANN401 - as above
    # The name leads to its definition by a mark of its own: a click on the name sorts.
    params = {"innerHeaderComponent": "PlumblineHeader", "anchor": anchor.value}
    return {"field": field, "headerName": name, "type": "rightAligned", "headerComponentParams": params, **more}
