"""What a file of rows says of itself: the W3C's metadata for tabular data, beside a CSV and within a Parquet.

https://www.w3.org/TR/tabular-metadata/
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import polars as pl

from dashboard.exports.kinds import ExportKind
from dashboard.exports.metadata.column import Column
from dashboard.exports.metadata.columns import define_column
from data.version import VERSION
from deviation.measurement import Measurement
from deviation.report.notes import describe_choices
from deviation.report.question_json import build_question_json, build_shared_question_json
from evidence.proof.inputs import InputRecord
from evidence.proof.manifest import build_manifest, build_table_manifest
from evidence.proof.rows import ROWS_HASH, hash_rows

METADATA_FORMAT = "csv-metadata.json"
"""The format of the metadata in links."""

METADATA_MIMETYPE = "application/csvm+json"

CHOICES_COLUMN = "choices"
"""The last column of measured rows: the choices in one line, null where nothing was chosen."""

CONTEXT = ["http://www.w3.org/ns/csvw", {"@language": "en"}]

TEXT_NOTE = "In the CSV, a text that a spreadsheet would run as a formula has an apostrophe before it."

DATATYPES: dict[Any, str] = {
    pl.String: "string",
    pl.Float64: "double",
    pl.Int64: "integer",
    pl.Boolean: "boolean",
    pl.Datetime: "dateTime",
    pl.Date: "date",
}
"""The vocabulary's name of each type of a column."""


def add_choices(rows: pl.DataFrame, measurement: Measurement) -> pl.DataFrame:
    """The rows with `CHOICES_COLUMN`, so that none can be read without the choices behind it."""
    choices = describe_choices(measurement.question) or None
    return rows.with_columns(pl.lit(choices, dtype=pl.String).alias(CHOICES_COLUMN))


def build_csv_metadata(
    kind: ExportKind,
    rows: pl.DataFrame,
    file_name: str,
    *,
    measurements: Sequence[Measurement] = (),
    link: str = "",
    manifest: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The metadata of a CSV.

    Args:
        kind: the export, which defines the columns.
        rows: the rows of the file.
        file_name: the name of the CSV, beside which the metadata lie.
        measurements: those that the rows are of; none for tables of the store.
        link: the address of the page that shows the same; "" if there is none.
        manifest: see `build_rows_manifest`.
    """
    origins = {name for measurement in measurements for names in measurement.origins.values() for name in names}
    return describe_table(
        kind.label,
        rows,
        file_name,
        lambda name: define_column(kind, name),
        {
            "dc:source": sorted(origins),
            "dc:relation": link,
            "notes": [*([_build_note(measurements)] if measurements else []), *([manifest] if manifest else [])],
        },
    )


def describe_table(
    title: str,
    rows: pl.DataFrame,
    file_name: str,
    define: Callable[[str], Column | None],
    optional: Mapping[str, Any],
) -> dict[str, Any]:
    """The metadata of a CSV of any rows.

    Args:
        title: what it holds.
        rows: the rows of the file.
        file_name: the name of the CSV, beside which the metadata lie.
        define: the definition of each column by its name; None where there is none.
        optional: further properties; those that are empty are left out.
    """
    return {
        "@context": CONTEXT,
        "url": file_name,
        "dc:title": title,
        "dc:creator": f"Plumbline {VERSION}",
        **({"dc:description": TEXT_NOTE} if pl.String in rows.dtypes else {}),
        **{key: value for key, value in optional.items() if value},
        "dialect": {"header": True, "encoding": "utf-8", "delimiter": ","},
        "tableSchema": {"columns": [_build_column(define(name), name, dtype) for name, dtype in rows.schema.items()]},
    }


def build_rows_manifest(
    kind: ExportKind,
    rows: pl.DataFrame,
    measurements: Sequence[Measurement],
    record: InputRecord | None,
    *,
    first_seen: bool = False,
    link: str | None = None,
    extra: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The manifest of rows, which has their hash in place of numbers.

    Args:
        kind: the export.
        rows: the rows of the file.
        measurements: those that the rows are of; none for tables of the store.
        record: of the same measurements; None without any.
        first_seen: whether candles were read as they first came.
        link: the query of the page that shows the same; None if there is none.
        extra: further entries.
    """
    entries = {
        "rows": rows.height,
        ROWS_HASH: hash_rows(rows),
        **({} if link is None else {"link": link}),
        **(extra or {}),
    }
    if record is None:
        return build_table_manifest(kind.value, entries)
    return build_manifest(kind.value, measurements, record, first_seen=first_seen, extra=entries, with_numbers=False)


def encode_metadata(metadata: Mapping[str, Any]) -> str:
    """The metadata as text."""
    return json.dumps(metadata, indent=2)


def _build_note(measurements: Sequence[Measurement]) -> dict[str, Any]:
    """The question behind the rows, with its choices; that of several assets without the asset."""
    question = measurements[0].question
    build = build_question_json if len(measurements) == 1 else build_shared_question_json
    return {
        **build(question),
        "focus": measurements[0].focus,
        "assets": list(dict.fromkeys(measurement.question.asset for measurement in measurements)),
        "fx_assumed": sorted({quote for measurement in measurements for quote in measurement.fx_assumed}),
    }


def _build_column(column: Column | None, name: str, dtype: pl.DataType) -> dict[str, Any]:
    described: dict[str, Any] = {"name": name, "titles": name, "datatype": DATATYPES[dtype.base_type()], "null": ""}
    if column is not None:
        described["dc:description"] = column.definition
        if column.unit:
            described["schema:unitText"] = column.unit
    return described
