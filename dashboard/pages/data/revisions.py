"""The table of candles that venues changed later, with the first and the latest value."""

from typing import Any

import polars as pl
from dash import html

from dashboard.components.accessibility import build_scroll_box
from dashboard.pages.data.tables import build_header
from dashboard.text.clock import Zone
from dashboard.text.numbers import format_count
from dashboard.text.store import format_candle_time, format_instant, format_market
from data.catalogue import Catalogue

VISIBLE_VALUES = 12
"""The number of changed fields that are visible at once; a click shows the others."""

MAX_VALUES = 200
"""The number of changed fields that the page lists."""


def build_revision_list(revisions: pl.DataFrame, scope_text: str, catalogue: Catalogue, zone: Zone) -> list[Any]:
    """The changed fields (rows of `data.schema.REVISION`) as tables; ``scope_text`` says what was searched."""
    if revisions.is_empty():
        return [html.P(f"None: no exchange has reported other values of {scope_text} later.", className="quiet")]
    candle_count = revisions.select("venue", "symbol", "price", "timeframe", "open_time").n_unique()
    summary = (
        f"{format_count(revisions.height, 'value')} of {format_count(candle_count, 'bar')} of {scope_text} changed. "
        "Both are stored."
    )
    rows = [_build_row(row, catalogue, zone) for row in revisions.head(MAX_VALUES).iter_rows(named=True)]
    parts: list[Any] = [html.P(summary), _build_table(rows[:VISIBLE_VALUES], "Revised data")]
    hidden_rows = rows[VISIBLE_VALUES:]
    if hidden_rows:
        table = _build_table(hidden_rows, "More revised data")
        parts.append(html.Details([html.Summary(f"{len(hidden_rows):,} further values"), table]))
    if revisions.height > MAX_VALUES:
        limit_note = f"The first {MAX_VALUES:,} are shown; all are in "
        parts.append(html.P([limit_note, html.Code("plumbline status --revisions --json"), "."], className="quiet"))
    return parts


def _build_table(rows: list[html.Tr], name: str) -> html.Div:
    numeric_columns = {"First seen", "Now", "Changes"}
    header = build_header("Exchange", "Time", "Value", "First seen", "Now", "Changes", "Route", numeric=numeric_columns)
    table = html.Table([header, html.Tbody(rows)], className="data-table data-lines data-changed")
    return build_scroll_box(table, name)


def _build_row(row: dict[str, Any], catalogue: Catalogue, zone: Zone) -> html.Tr:
    values = [
        html.Td([f"{row[name]:.10g}", html.Small(format_instant(row[f"{name}_at"], zone))], className="number")
        for name in ("first_seen", "now")
    ]
    return html.Tr(
        [
            html.Th([catalogue.get_venue(row["venue"]).name, html.Small(format_market(row))], scope="row"),
            html.Td(format_candle_time(row, zone), className="data-left"),
            html.Td(row["field"], className="data-left"),
            *values,
            html.Td(f"{row['changes']:,}", className="number"),
            html.Td(f"{row['origin']} {row['source']}", className="data-left"),
        ]
    )
