"""Candles that venues changed after the fact: what was seen first, and what they say now."""

from typing import Any

import polars as pl
from dash import html

from dashboard.clock import Zone
from dashboard.data_words import count, heads, moment
from dashboard.status_text import candle, market
from data.catalogue import Catalogue

SHOWN = 12
"""Changed fields that are shown at once; the others are one click away."""

MOST = 200
"""Changed fields that are listed."""


def changes_list(changed: pl.DataFrame, where: str, catalogue: Catalogue, zone: Zone) -> list[Any]:
    """The changed fields of candles (`data.schema.REVISION`) as a table; ``where`` says what was looked through."""
    if changed.is_empty():
        return [
            html.P(f"None: no exchange has reported a stored candle of {where} with other values.", className="quiet")
        ]
    candles = changed.select("venue", "symbol", "price", "timeframe", "open_time").n_unique()
    said = f"{count(candles, 'candle')} of {where} changed, in {count(changed.height, 'value')}. Both values are kept."
    rows = [_row(row, catalogue, zone) for row in changed.head(MOST).iter_rows(named=True)]
    parts: list[Any] = [html.P(said), _table(rows[:SHOWN], "Candles that exchanges changed")]
    rest = rows[SHOWN:]
    if rest:
        table = _table(rest, "Further candles that exchanges changed")
        parts.append(html.Details([html.Summary(f"{len(rest):,} further values"), table]))
    if changed.height > MOST:
        more = f"The first {MOST:,} are shown; all are in "
        parts.append(html.P([more, html.Code("plumbline status --revisions --json"), "."], className="quiet"))
    return parts


def _table(rows: list[html.Tr], name: str) -> html.Div:
    numbers = {"First seen", "Now", "Changes"}
    head = heads("Exchange", "Candle", "Value", "First seen", "Now", "Changes", "Route", numbers=numbers)
    table = html.Table([head, html.Tbody(rows)], className="data-table data-lines data-changed")
    label: dict[str, Any] = {"aria-label": name}
    return html.Div(table, className="wide", tabIndex=0, role="region", **label)


def _row(row: dict[str, Any], catalogue: Catalogue, zone: Zone) -> html.Tr:
    values = [
        html.Td([f"{row[name]:.10g}", html.Small(moment(row[f"{name}_at"], zone))], className="number")
        for name in ("first_seen", "now")
    ]
    return html.Tr(
        [
            html.Th([catalogue.venue(row["venue"]).name, html.Small(market(row))], scope="row"),
            html.Td(candle(row, zone), className="data-left"),
            html.Td(row["field"], className="data-left"),
            *values,
            html.Td(f"{row['changes']:,}", className="number"),
            html.Td(f"{row['origin']} {row['source']}", className="data-left"),
        ]
    )
