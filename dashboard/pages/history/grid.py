"""The grid of the days of a history."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import dash_ag_grid as dag

from dashboard.charts.history.days import HistoryDay, Range
from dashboard.state.links import MethodAnchor, ViewLinks
from dashboard.state.view import ViewState
from dashboard.tables.grid import (
    SHARE_COLUMN,
    ColumnDefinition,
    build_formatted_column,
    build_grid,
    build_link_column,
    build_number_column,
    format_grid_height,
)
from dashboard.tables.lows_table import EXTREME_WORDS
from dashboard.text.clock import format_day
from dashboard.text.numbers import EN_DASH
from data.catalogue import Catalogue
from deviation.side import Side
from deviation.wording import format_percent

GRID_ID = "history-grid"
"""The id of the grid."""

SHARED_WIDTH: ColumnDefinition = {"flex": 1, "minWidth": 120}
"""Columns that share the width of a wide screen, on which a few narrow ones would leave half of it empty."""


def build_days_grid(days: Sequence[HistoryDay], view: ViewState, catalogue: Catalogue) -> dag.AgGrid:
    """A row per day, the largest gap first."""
    grid = build_grid(GRID_ID, _build_columns(view.side), "params.data.day")
    grid.rowData = build_day_rows(days, view, catalogue)
    grid.style = {"height": format_grid_height(len(days))}
    return grid


def build_day_rows(days: Sequence[HistoryDay], view: ViewState, catalogue: Catalogue) -> list[dict[str, Any]]:
    """The rows, the largest gap first, days with the same by time; sizes have full precision, null where undefined.

    Fields ending in ``_text`` are for display. ``asset_href`` leads to the explorer at the asset of the largest gap, in
    a window of that UTC day; null without one.
    """
    ordered = sorted(days, key=lambda day: (-(day.gap_most or 0.0), day.day))
    return [_build_row(day, view, catalogue) for day in ordered]


def _build_columns(side: Side) -> list[ColumnDefinition]:
    superlative = EXTREME_WORDS[side][0]
    first_on = f"{superlative.capitalize()} on"
    return [
        # In a group like all others: screen readers take an empty row of headers above it for a fault.
        {"headerName": "Day", "children": [build_formatted_column("day", "UTC day", pinned="left", width=112)]},
        {
            "headerName": "Largest gap",
            "children": [
                build_number_column("gap_most", "Gap", MethodAnchor.LOWS, **SHARED_WIDTH, **SHARE_COLUMN),
                build_link_column("asset", "Asset", **SHARED_WIDTH),
            ],
        },
        {
            "headerName": "All assets of the day",
            "children": [
                build_number_column("gap_99", "99% within", MethodAnchor.LOWS, **SHARED_WIDTH, **SHARE_COLUMN),
                build_number_column("share", first_on, MethodAnchor.LOWS, **SHARED_WIDTH, **SHARE_COLUMN),
                build_number_column("assets", "Assets", MethodAnchor.LOWS, **SHARED_WIDTH),
            ],
        },
        {
            "headerName": "All other exchanges, least to most",
            "children": [
                build_formatted_column("other_gap", "99% within", **SHARED_WIDTH),
                build_formatted_column("other_share", first_on, **SHARED_WIDTH),
            ],
        },
    ]


def _build_row(day: HistoryDay, view: ViewState, catalogue: Catalogue) -> dict[str, Any]:
    return {
        "day": day.day.isoformat(),
        "day_text": f"{format_day(day.day)} {day.day.year}",
        "gap_most": day.gap_most,
        "asset": day.gap_most_asset if day.gap_most else None,
        "asset_href": _build_asset_href(day, view, catalogue) if day.gap_most else None,
        "gap_99": day.gap_99,
        "share": day.share,
        "assets": day.assets,
        "other_gap": _get_most(day.other_gaps),
        "other_gap_text": _format_range(day.other_gaps),
        "other_share": _get_most(day.other_shares),
        "other_share_text": _format_range(day.other_shares),
    }


def _build_asset_href(day: HistoryDay, view: ViewState, catalogue: Catalogue) -> str:
    start = datetime.combine(day.day, time(), UTC)
    asset_view = replace(view, asset=str(day.gap_most_asset), start=start, end=start + timedelta(days=1))
    return ViewLinks(asset_view.to_query(catalogue)).build_href("explorer")


def _get_most(edges: Range | None) -> float | None:
    """By which a column of ranges is sorted."""
    return None if edges is None else edges[1]


def _format_range(edges: Range | None) -> str:
    if edges is None:
        return EN_DASH
    least, most = (format_percent(edge) if edge else "0" for edge in edges)
    return least if least == most else f"{least} to {most}"
