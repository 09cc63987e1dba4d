"""The manifest in a Parquet file, and its rows as a CSV; what is too large is refused before it takes memory."""

from io import BytesIO

import polars as pl

from data.errors import ManifestDamaged
from data.files.export import METADATA_KEY, encode_rows
from data.files.formats.limits import FILE_LIMITS
from data.files.formats.parquet_size import measure_parquet
from data.files.formats.table_size import DamagedTable, LongMetadata
from data.text.quoting import cut_text, escape_hidden_signs

MAX_CELLS = 40_000_000
"""The most values of a table that are read: four million rows of ten columns. They take up to 1 GB."""

MAX_UNPACKED_BYTES = 512 << 20
"""The most that all pages together, and all texts of the table, may have."""

READ_ERRORS = (pl.exceptions.PolarsError, pl.exceptions.PanicException, DamagedTable)
"""What a damaged file raises: polars also panics."""


def read_parquet_file(content: bytes) -> tuple[str, bytes]:
    """The text about the rows that a Parquet file holds, ``{}`` without one, and the rows as a CSV.

    Raises:
        ManifestDamaged: the file cannot be read, is too large, or holds what no export writes.
    """
    try:
        refuse_large_parquet(content)
        metadata = pl.read_parquet_metadata(BytesIO(content)).get(METADATA_KEY, "{}")
        rows = pl.read_parquet(BytesIO(content))
        # A text that is there once may stand in millions of rows, which a CSV repeats.
        texts = rows.select(pl.col(pl.String, pl.Categorical).cast(pl.String).str.len_bytes().sum())
        if texts.width and sum(texts.row(0)) > MAX_UNPACKED_BYTES:
            _refuse_unpacked()
        return metadata, encode_rows(rows, "csv")
    except READ_ERRORS as error:
        message = f"the file cannot be read: {describe_read_error(error)}"
        raise ManifestDamaged(message) from error


def refuse_large_parquet(content: bytes) -> None:
    """Check the size of a Parquet file by its metadata.

    Raises:
        ManifestDamaged: it is too large.
        DamagedTable: it is no Parquet file, or damaged.
    """
    size = measure_parquet(BytesIO(content), FILE_LIMITS.footer_bytes)
    if size.rows * size.columns > MAX_CELLS:
        message = f"the file has {size.rows:,} rows of {size.columns:,} columns; {MAX_CELLS:,} values are read"
        raise ManifestDamaged(message)
    unpacked_bytes = 0
    for page_bytes in size.page_bytes:
        unpacked_bytes += page_bytes
        if unpacked_bytes > MAX_UNPACKED_BYTES:
            _refuse_unpacked()


def describe_read_error(error: BaseException) -> str:
    """Why a table cannot be read, on one short line."""
    if isinstance(error, LongMetadata):
        return f"its metadata have more than {FILE_LIMITS.footer_bytes:,} bytes"
    reason = str(error).partition("\n")[0]
    return cut_text(escape_hidden_signs(reason)) or "it is no whole Parquet file"


def _refuse_unpacked() -> None:
    message = f"the file unpacks to more than {MAX_UNPACKED_BYTES >> 20} MB"
    raise ManifestDamaged(message)
