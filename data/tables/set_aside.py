"""Takes damaged files of candles out of the store, so that the rest of their asset is read, and says what is lost."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from data.delta.log_files import list_log_files
from data.delta.table import StoreTable
from data.delta.upkeep.verification import remove_files
from data.schema import Timeframe
from data.tables.coverage import CoverageTable


@dataclass(frozen=True, slots=True)
class LostSpan:
    """From the first to the last bar of a damaged file: some or all markets of the asset lack candles in it.

    ``end`` is the end of the last bar; times are aware.
    """

    asset: str
    timeframe: Timeframe
    start: datetime
    end: datetime


def set_aside_candles(
    table: StoreTable, timeframe: Timeframe, coverage: CoverageTable, paths: Collection[str]
) -> list[LostSpan]:
    """Take files out of a table of candles; their minutes are no longer covered, so that they count as not collected.

    The coverage goes first: after an interruption there may be candles without coverage, but no coverage of candles
    that are gone.

    Args:
        table: the candles of one length.
        timeframe: that length.
        coverage: of the same store.
        paths: below the folder of the table; those that are none of its files are left out.

    Raises:
        StoreBusy: others went ahead every time.
        StoreUnusable: the store cannot be read or written.
    """
    spans = _find_spans(table, timeframe, paths)
    for span in spans:
        coverage.drop(span.asset, span.start, span.end)
    if spans:
        remove_files(table, paths)
    return spans


def _find_spans(table: StoreTable, timeframe: Timeframe, paths: Collection[str]) -> list[LostSpan]:
    """The spans of files by the log, sorted."""
    snapshot = table.open()
    if snapshot is None:
        return []
    spans = [
        LostSpan(
            file.partition["asset"],
            timeframe,
            file.least["open_time"].astimezone(UTC),
            file.greatest["open_time"].astimezone(UTC) + timedelta(seconds=timeframe.seconds),
        )
        for file in list_log_files(snapshot)
        if file.path in paths
    ]
    return sorted(spans, key=lambda span: (span.asset, span.start))
