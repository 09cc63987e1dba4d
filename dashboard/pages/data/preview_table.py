"""The first rows of a file as a table."""

from datetime import datetime
from typing import Any

import numpy as np
import polars as pl
from dash import html

MAX_COLUMNS = 12
"""How many columns are shown; a file of candles has up to 12."""

MAX_CELL_LENGTH = 32
"""How many characters of a cell are shown, as a cell of a file can have millions."""


def build_preview_table(rows: pl.DataFrame, count: int) -> html.Div:
    """A table in an area that scrolls sideways.

    Args:
        rows: the first rows of a file.
        count: how many it has.
    """
    shown = rows.select(rows.columns[:MAX_COLUMNS])
    is_number = [dtype.is_numeric() for dtype in shown.dtypes]
    has_seconds = any(isinstance(value, datetime) and value.second for row in shown.rows() for value in row)
    hidden = len(rows.columns) - MAX_COLUMNS
    columns = f"; {hidden:,} more columns are not shown" if hidden > 0 else ""
    caption = f"First {len(rows):,} of {count:,} rows{columns}" if count > len(rows) else f"All rows{columns}"
    head = [
        html.Th(_name_column(name, dtype), scope="col", className="number" if is_right else "")
        for name, dtype, is_right in zip(shown.columns, shown.dtypes, is_number, strict=True)
    ]
    body = [
        html.Tr(
            [
                html.Td(_format_cell(value, has_seconds=has_seconds), className="number" if is_right else "")
                for value, is_right in zip(row, is_number, strict=True)
            ]
        )
        for row in shown.rows()
    ]
    table = html.Table([html.Caption(caption), html.Thead(html.Tr(head)), html.Tbody(body)], className="data-preview")
    # A scrolling area has to take the focus, so that arrow keys can move it.
    attributes: dict[str, Any] = {"aria-label": "First rows"}
    return html.Div(table, className="data-preview-area", tabIndex="0", role="region", **attributes)


def _name_column(name: str, dtype: pl.DataType) -> str:
    """The heading of a column: a word of this page for one of a candle, else the file's own."""
    opens = "opens (UTC)" if dtype.is_temporal() else "opens"  # text is a time of a zone that is not known
    return {"venue": "exchange", "symbol": "market", "open_time": opens}.get(name, name)[:MAX_CELL_LENGTH]


def _format_cell(value: object, *, has_seconds: bool) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}" if has_seconds else f"{value:%Y-%m-%d %H:%M}"
    text = np.format_float_positional(value, trim="-") if isinstance(value, float) else str(value)
    return text if len(text) <= MAX_CELL_LENGTH else f"{text[: MAX_CELL_LENGTH - 1]}\N{HORIZONTAL ELLIPSIS}"
