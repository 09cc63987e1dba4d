"""The grid of all assets of a scan for one exchange: its columns and rows."""

from collections.abc import Mapping, Sequence
from typing import Any

import dash_ag_grid as dag
import polars as pl

from dashboard.state.links import MethodAnchor, ViewLinks
from dashboard.state.view import ViewState
from dashboard.tables.grid import (
    SIGNED_COLUMN,
    ColumnDefinition,
    build_formatted_column,
    build_grid,
    build_link_column,
    build_number_column,
    build_text_column,
    format_grid_height,
)
from dashboard.tables.lows import ROUND_MARK
from dashboard.tables.lows_grid import build_same_bar_columns
from dashboard.tables.lows_table import DEVIATION_WORDS, EXTREME_WORDS
from dashboard.text.clock import convert_to_zone, format_day
from dashboard.text.numbers import EN_DASH, format_optional_price, format_signed_percent, format_whole_dollars
from data.catalogue import Catalogue
from data.schema import Timeframe
from deviation.report.question_json import format_iso
from deviation.side import Side

GRID_ID = "market-grid"
"""The id of the grid."""


def build_market_grid(columns: list[ColumnDefinition], rows: list[dict[str, Any]]) -> dag.AgGrid:
    """The grid with its rows."""
    grid = build_grid(GRID_ID, columns, "params.data.asset")
    grid.rowData, grid.style = rows, {"height": format_grid_height(len(rows))}
    return grid


def build_market_columns(side: Side, enter_text: str) -> list[ColumnDefinition]:
    """The columns: the market, its extreme trade, what the same minute says, and the whole window.

    ``enter_text`` is the threshold of minutes, such as "2%".
    """
    superlative, noun = EXTREME_WORDS[side]
    deviation = DEVIATION_WORDS[side]
    return [
        # In a group like all others: screen readers take an empty row of headers above it for a fault.
        {"headerName": "Coin", "children": [build_link_column("asset", "Asset", pinned="left", width=96)]},
        {"headerName": "Listed as", "children": [build_text_column("symbol", "Market", minWidth=128, flex=1)]},
        {
            "headerName": f"{superlative.capitalize()} trade, any time in the window",
            "children": [
                build_number_column(
                    "price",
                    noun.capitalize(),
                    MethodAnchor.LOWS,
                    width=110,
                    valueFormatter={"function": "params.data.price_text"},
                ),
                build_formatted_column("at", "At", width=120),
                build_formatted_column("round", "Round", width=124, cellDataType=False),
                build_number_column(
                    "traded_usd",
                    "Traded then, USD",
                    MethodAnchor.LOWS,
                    width=104,
                    valueFormatter={"function": "params.data.traded_text"},
                ),
                _build_gap_column("gap", f"To {superlative} of all others"),
                build_formatted_column("second_venue", f"{superlative.capitalize()} of all others", width=112),
                _build_gap_column("gap_five", f"To {superlative} of the five"),
            ],
        },
        build_same_bar_columns(Timeframe.M1, side, ("aligned", "trade_least", "trade_most")),
        {
            "headerName": "Closing prices, whole window",
            "children": [
                build_number_column("deviation", f"Largest {deviation}", MethodAnchor.DEPTH, width=96, **SIGNED_COLUMN),
                build_number_column("beyond_min", f"Minutes >{enter_text}", MethodAnchor.BELOW_MIN, width=92),
                build_number_column("firm_min", "Comparable minutes", MethodAnchor.FIRM, width=104),
                build_text_column("size_rank", "Rank by size", width=132),
            ],
        },
    ]


def list_column_terms(side: Side) -> list[tuple[str, MethodAnchor]]:
    """Names of columns, each with the place of its definition."""
    superlative, noun = EXTREME_WORDS[side]
    return [
        (noun.capitalize(), MethodAnchor.LOWS),
        (f"Close to {superlative} other close", MethodAnchor.GAP),
        (f"{DEVIATION_WORDS[side].capitalize()}: min and max", MethodAnchor.WICK),
        (f"Largest {DEVIATION_WORDS[side]}", MethodAnchor.DEPTH),
        ("Comparable minutes", MethodAnchor.FIRM),
        ("Rank", MethodAnchor.RANK),
    ]


def build_market_rows(
    rows: pl.DataFrame, view: ViewState, catalogue: Catalogue, order: Sequence[str]
) -> list[dict[str, Any]]:
    """A row for each asset on which the focus traded, first those of ``order``, then the others by name.

    Numbers have full precision, times are ISO 8601; null where undefined. Fields ending in ``_text`` are for display,
    ``asset_href`` leads to the explorer.

    Args:
        rows: frame of `data.tables.scans.SCAN_ROW`.
        view: gives focus, group and side; links keep it.
        catalogue: names of venues.
        order: assets.
    """
    own_rows = rows.filter(days_before=0, venue=view.focus, group=view.group, side=view.side.value)
    places = {asset: place for place, asset in enumerate(order)}
    traded = sorted(
        (row for row in own_rows.iter_rows(named=True) if row["price"] is not None),
        key=lambda row: (places.get(row["asset"], len(places)), row["asset"]),
    )
    query = {name: text for name, text in view.to_query(catalogue).items() if name != "asset"}
    return [_build_row(row, view, catalogue, query) for row in traded]


def _build_row(
    row: Mapping[str, Any], view: ViewState, catalogue: Catalogue, query: Mapping[str, str]
) -> dict[str, Any]:
    at = convert_to_zone(row["at"], view.zone)
    rival = row["second_venue"]
    is_scaled = row["scale"] != 1
    return {
        "asset": row["asset"],
        "asset_href": ViewLinks({"asset": row["asset"], **query}).build_href("explorer"),
        "symbol": row["symbol"],
        "price": row["price"],
        "price_text": format_optional_price(row["price"]) + (f" (/{row['scale']:,.0f})" if is_scaled else ""),
        "at": format_iso(row["at"]),
        "at_text": f"{format_day(at.date())} {at:%H:%M}",
        "round": row["round"],
        "round_text": ROUND_MARK if row["round"] else "",
        "traded_usd": row["traded_usd"],
        "traded_text": EN_DASH if row["traded_usd"] is None else format_whole_dollars(row["traded_usd"]),
        "gap": row["gap"],
        "gap_text": _format_gap(row["gap"], view.side),
        "second_venue": rival,
        "second_venue_text": "" if rival is None else catalogue.get_venue(rival).name,
        "gap_five": row["gap_five"],
        "gap_five_text": _format_gap(row["gap_five"], view.side),
        "aligned": row["aligned"],
        "trade_least": row["trade_least"],
        "trade_most": row["trade_most"],
        "deviation": row["deviation"],
        "beyond_min": row["beyond_min"],
        "firm_min": row["firm_min"],
        "size_rank": row["size_rank"],
    }


def _format_gap(gap: float | None, side: Side) -> str:
    """The gap of the exchange with the extreme; of others only that they have it not."""
    if gap is not None and side.sign * gap < 0:
        return f"not {EXTREME_WORDS[side][0]}"
    return format_signed_percent(gap)


def _build_gap_column(field: str, name: str) -> ColumnDefinition:
    text = {"function": f"params.data.{field}_text"}
    options = {**SIGNED_COLUMN, "valueFormatter": text}
    return build_number_column(field, name, MethodAnchor.LOWS, width=112, **options)
