"""Numbers with a decimal comma."""

from collections.abc import Sequence

import polars as pl

from data.files.formats.raw_table import RawTable, build_refusal
from data.files.layouts.options import OptionNeed
from data.text.quoting import cut_text

HEAD_ROWS = 1000
"""Rows that are looked at; a comma that first comes later is a fault of its row."""

COMMA_NUMBER = r"^\s*[+-]?[0-9]*,[0-9]+(?:[eE][+-]?[0-9]+)?\s*$"
POSSIBLE_THOUSANDS = r"^\s*[+-]?[1-9][0-9]{0,2},[0-9]{3}\s*$"


def find_decimal_commas(
    table: RawTable, columns: Sequence[str], *, is_declared: bool
) -> tuple[tuple[str, ...], OptionNeed | None]:
    """Those of some columns of a table in which `replace_commas` has to put points in place of decimal commas.

    Where every comma might as well separate thousands there are none, and the option that decides is needed.

    Args:
        table: any table.
        columns: those that hold numbers and times.
        is_declared: whether the caller says that the commas are decimal commas.

    Raises:
        FileRefused: decimal commas stand beside points.
    """
    texts = [name for name in columns if table.rows.schema[name] == pl.String]
    head = table.rows.head(HEAD_ROWS)
    values = pl.concat([head[name].rename("value") for name in texts]) if texts else pl.Series("value", [], pl.String)
    comma_values = values.filter(values.str.contains(COMMA_NUMBER))
    if comma_values.is_empty():
        return (), None
    if comma_values.str.contains(POSSIBLE_THOUSANDS).all() and not is_declared:
        reason = (
            f"a number such as {cut_text(comma_values[0])} has a decimal comma or one between thousands; if decimal"
        )
        return (), OptionNeed("decimal_comma", reason)
    has_point = values.str.contains(r"^\s*[+-]?[0-9]*[.][0-9]+").any()
    if has_point:
        raise build_refusal(
            table.path, f"has numbers with a comma, such as {cut_text(comma_values[0])}, and numbers with a point"
        )
    return tuple(texts), None


def replace_commas(rows: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """Rows with points in place of the decimal commas in some columns of text."""
    if not columns:
        return rows
    is_number = pl.col(columns).str.contains(COMMA_NUMBER)
    return rows.with_columns(
        pl.when(is_number).then(pl.col(columns).str.replace(",", ".", literal=True)).otherwise(pl.col(columns))
    )
