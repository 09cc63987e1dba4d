"""Frames of one row for the tables of the store, with checked columns and dtypes."""

from collections.abc import Collection
from datetime import UTC, datetime

import polars as pl


def build_row_frame(
    schema: dict[str, pl.DataType], values: dict[str, object], *, nullable: Collection[str] = ()
) -> pl.DataFrame:
    """A frame of one row, times rounded down to the millisecond.

    Raises:
        ValueError: a column is missing or unknown, a value is null but not ``nullable`` or of another type, or a time
            has no zone; a bug of the caller.
    """
    if values.keys() != schema.keys():
        message = f"this row has {sorted(values)} instead of {sorted(schema)}"
        raise ValueError(message)
    for name, value in values.items():
        if value is None and name not in nullable:
            message = f"{name} is null"
            raise ValueError(message)
        if isinstance(value, datetime) and value.tzinfo is None:
            message = f"{name} has no time zone"
            raise ValueError(message)
    try:
        return pl.DataFrame(
            {name: [_convert_to_utc(value)] for name, value in values.items()}, schema=schema, strict=True
        )
    except (TypeError, pl.exceptions.PolarsError) as error:
        message = f"this row is none of {schema}: {error}"
        raise ValueError(message) from error


def _convert_to_utc(value: object) -> object:
    return value.astimezone(UTC) if isinstance(value, datetime) else value
