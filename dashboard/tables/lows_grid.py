"""The grid of lows and highs: its columns, their formats and filters, and the definitions that their names lead to."""

import dash_ag_grid as dag

from dashboard.state.links import MethodAnchor
from dashboard.tables.grid import (
    SHARE_COLUMN,
    SIGNED_COLUMN,
    ColumnDefinition,
    build_formatted_column,
    build_grid,
    build_number_column,
    build_text_column,
)
from dashboard.tables.lows_rows import FILE_FIELDS, PREFIXES
from dashboard.tables.lows_table import DEVIATION_WORDS, EXTREME_WORDS
from data.schema import Timeframe
from deviation.side import Side
from deviation.window.side_summary import THRESHOLDS_PCT

GRID_ID = "lows-grid"
"""The id of the grid."""


def build_lows_grid(bar: Timeframe) -> dag.AgGrid:
    """The grid without its rows."""
    return build_grid(
        GRID_ID, build_columns(bar), "params.data.asset + ' ' + params.data.venue + ' ' + params.data.symbol"
    )


def build_columns(bar: Timeframe, side: Side = Side.BELOW, *, with_dates: bool = False) -> list[ColumnDefinition]:
    """The columns: the market, its extreme trade of a side, what the same bar says, and shares of minutes by size.

    Times take more room ``with_dates``, as in windows that touch several days. What a file of the grid has besides is
    in hidden columns.
    """
    prefix, (superlative, noun) = PREFIXES[side], EXTREME_WORDS[side]
    price_text = {"function": f"params.data.{prefix}_text"}
    volume_text = {"function": f"params.data.{prefix}_volume_text"}
    columns = [
        build_text_column("asset", "Asset", pinned="left", width=78),
        build_formatted_column("venue", "Exchange", minWidth=116, flex=1),
        build_text_column("group", "Quote", width=74, valueFormatter={"function": "params.value.toUpperCase()"}),
        {
            "headerName": f"{superlative.capitalize()} trade, any time in the window",
            "children": [
                build_number_column(prefix, noun.capitalize(), MethodAnchor.LOWS, valueFormatter=price_text),
                build_formatted_column(f"{prefix}_at", "At", width=136 if with_dates else 100),
                # Else the grid would show a check box.
                build_formatted_column(f"{prefix}_round", "Round", width=124, cellDataType=False),
                build_number_column(
                    f"{prefix}_volume",
                    "Traded then, in its quote",
                    MethodAnchor.LOWS,
                    width=108,
                    valueFormatter=volume_text,
                ),
                build_number_column(
                    f"{prefix}_gap_to_second",
                    f"To second {superlative}",
                    MethodAnchor.LOWS,
                    width=104,
                    **SIGNED_COLUMN,
                ),
            ],
        },
        build_same_bar_columns(bar, side, (f"{prefix}_next", f"{prefix}_least", f"{prefix}_most")),
        {
            "headerName": f"Share of its comparable minutes at least so far {side}",
            "children": [
                build_number_column("firm_min", "Comparable minutes", MethodAnchor.FIRM, width=98),
                *(
                    build_number_column(f"{side}_share_{x}", f"{x}%", MethodAnchor.THRESHOLD, width=68, **SHARE_COLUMN)
                    for x in THRESHOLDS_PCT
                ),
            ],
        },
    ]
    shown_fields = {leaf["field"] for column in columns for leaf in column.get("children", [column])}
    hidden = [build_text_column(field, field, hide=True) for field in FILE_FIELDS if field not in shown_fields]
    return [*columns, *hidden]


def build_same_bar_columns(bar: Timeframe, side: Side, fields: tuple[str, str, str]) -> ColumnDefinition:
    """The columns that compare an extreme trade with the other exchanges in the same bar.

    Args:
        bar: its length.
        side: of the trade.
        fields: of its close to the furthest other close, and of the bounds of the trade.
    """
    superlative, deviation = EXTREME_WORDS[side][0], DEVIATION_WORDS[side].capitalize()
    close, least, most = fields
    close_name = f"Close to {superlative} other close"
    return {
        "headerName": f"Same {bar.noun}, other exchanges",
        "children": [
            build_number_column(close, close_name, MethodAnchor.GAP, width=112, **SIGNED_COLUMN),
            build_number_column(least, f"{deviation}: min", MethodAnchor.WICK, width=94, **SIGNED_COLUMN),
            build_number_column(most, f"{deviation}: max", MethodAnchor.WICK, width=94, **SIGNED_COLUMN),
        ],
    }


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
