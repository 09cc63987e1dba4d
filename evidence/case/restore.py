"""Brings the input of a case file into a store, so that its pictures can be verified there."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from data.catalogue import load_catalogue
from data.delta.upsert import CHECKSUM, WriteReport
from data.errors import FileRefused, ManifestDamaged
from data.files.contradictions import refuse_contradictions
from data.files.formats.limits import FILE_LIMITS, Limits
from data.files.formats.unpack import Content
from data.files.import_file import read_candle_file
from data.files.import_many import build_complete_coverage
from data.files.layouts.options import ReadOptions
from data.identity.venue_names import VenueNames
from data.schema import LOW_TRADE, TIME, Origin, Timeframe
from data.store import CandleStore
from data.tables.comparison import compare_with_stored
from data.tables.lowest_trades import check_low_trades
from evidence.case.bundle import read_case
from evidence.case.inputs import CASE_SPAN
from evidence.proof.parquet import READ_ERRORS, describe_read_error, refuse_large_parquet

CANDLES_NAME = "input/candles.parquet"
SPANS_NAME = "input/spans.parquet"
LOW_TRADES_NAME = "input/low_trades.parquet"
"""The files that an import reads."""


@dataclass(frozen=True, slots=True)
class RestoredCase:
    """What an import brought: the source that its rows have now, their origin, and how many there are."""

    source: str
    origin: Origin
    candles: int
    write_report: WriteReport

    def format_lines(self) -> list[str]:
        """The result as lines of text."""
        written = self.write_report
        kind = "of the reconstruction, which is no evidence" if self.origin is Origin.RECONSTRUCTION else "imported"
        return [
            f"{self.source}: a case file, {self.candles:,} candles {kind}",
            f"  stored: {written.new:,} new, {written.same:,} already there, {written.revised:,} revised",
        ]


def import_case(
    store: CandleStore,
    path: Path,
    *,
    now: datetime,
    names: VenueNames | None = None,
    replace: bool = False,
    limits: Limits = FILE_LIMITS,
) -> RestoredCase:
    """Store candles, complete spans and lowest trades of a case file.

    Candles of the reconstruction stay such; all others become ``imported``, whatever the file says: that an exchange
    was asked is what a store knows of itself. Their source is the name of the case file and its hash.

    Args:
        store: the store to write to.
        path: the case file.
        now: aware; becomes ``fetched_at`` of the rows.
        names: the names that venues may have; None for those of the catalogue and the store.
        replace: take candles that contradict those of a file imported earlier.
        limits: the largest content that is read.

    Raises:
        ManifestDamaged: the case file is damaged, or has no candles.
        FileRefused: a row is invalid, or contradicts another file; nothing was stored.
        StoreBusy, StoreUnusable: the store cannot be written.
    """
    _, contents = read_case(path, limits)
    known = names or load_catalogue().venue_names.add_stored(store.candles.read_venues())
    try:
        content = Content(Path(CANDLES_NAME).name, contents[CANDLES_NAME], "zip")
        spans = _read_spans(contents[SPANS_NAME])
        low_trades = _read_low_trades(contents[LOW_TRADES_NAME])
    except KeyError as error:
        message = f"the case file has no {error.args[0]}"
        raise ManifestDamaged(message) from error
    imported = read_candle_file(path, names=known, options=ReadOptions(limits=limits, now=now), content=content)
    comparison = compare_with_stored(store.candles, imported.candles)
    if not replace:
        refuse_contradictions(path, comparison.contradictions)
    source = f"{path.name}{CHECKSUM}{hashlib.sha256(path.read_bytes()).hexdigest()}"
    origin = Origin.RECONSTRUCTION if imported.report.reconstruction else Origin.IMPORTED
    fetched_at = pl.lit(now.astimezone(UTC)).cast(TIME)
    # Candles before coverage, as `data.files.import_many` has it.
    write_report = store.write_candles(imported.candles, source=source, fetched_at=now)
    store.lowest_trades.write(low_trades.with_columns(source=pl.lit(source), fetched_at=fetched_at))
    store.coverage.write(build_complete_coverage(spans, origin=origin, source=source, asked_at=now))
    return RestoredCase(source, origin, imported.candles.height, write_report)


def _read_spans(content: bytes) -> pl.DataFrame:
    spans = _read_frame(content, CASE_SPAN)
    is_valid = (
        pl.all_horizontal(pl.all().is_not_null())
        & (pl.col("start") < pl.col("end"))
        & pl.col("timeframe").is_in([timeframe.value for timeframe in Timeframe])
    )
    if not spans.select(is_valid.all()).item():
        message = f"{SPANS_NAME} of the case file has a row that is no span"
        raise FileRefused(message)
    return spans


def _read_low_trades(content: bytes) -> pl.DataFrame:
    low_trades = _read_frame(content, LOW_TRADE)
    try:
        check_low_trades(low_trades)
    except ValueError as error:
        message = f"{LOW_TRADES_NAME} of the case file has a row that is no lowest trade: {error}"
        raise FileRefused(message) from error
    return low_trades


def _read_frame(content: bytes, schema: dict[str, pl.DataType]) -> pl.DataFrame:
    """A Parquet file of a case with these columns.

    Raises:
        FileRefused: it is another.
    """
    try:
        refuse_large_parquet(content)
        return pl.read_parquet(content, columns=list(schema)).cast(pl.Schema(schema))
    except READ_ERRORS as error:
        message = f"a table of the case file cannot be read: {describe_read_error(error)}"
        raise FileRefused(message) from error
