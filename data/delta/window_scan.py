"""Reads the rows of a window from the files that the log of a table lists for it, and knows what the log says of them.

Through a scan of the whole table polars would plan with every file of it, which takes longer than to read a day.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote

import numpy as np
import numpy.typing as npt
import polars as pl
from deltalake import DeltaTable

from data.delta.layout import Layout

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
STORED_TIME = pl.Datetime("us", "UTC")
EARLIEST, LATEST = np.iinfo(np.int64).min, np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class WindowScan:
    """The rows of a window as they are stored, times in microseconds.

    ``constants`` are columns of text that are known to have one value in all of these rows, and this value. ``paths``
    are the files that hold them, below the folder of the table.
    """

    rows: pl.LazyFrame
    constants: Mapping[str, str] = field(default_factory=dict)
    paths: Collection[str] = ()


class FileList:
    """The files of a table of rows with an ``open_time``, at its version, with what the log says of their rows.

    The least and greatest value of a column in a file may be recorded or not, for each file.
    """

    def __init__(self, table: DeltaTable, layout: Layout) -> None:
        schema = pl.Schema(table.schema())
        self._schema = {name: dtype for name, dtype in schema.items() if name not in layout.partition_by}
        self._layout = layout
        files = pl.DataFrame(table.get_add_actions(flatten=True))
        self._assets = files["partition.asset"]
        self._dates = files[f"partition.{layout}"].to_physical().to_numpy()
        self._first_us = _extract_times(files, "min.open_time", EARLIEST)
        self._last_us = _extract_times(files, "max.open_time", LATEST)
        self._files = files
        self._uris_by_name = {_get_name(uri): uri for uri in table.file_uris()}

    def scan(self, assets: Collection[str], start: datetime, end: datetime, texts: Collection[str]) -> WindowScan:
        """The rows of a window without the columns of partitions; see `data.delta.table.StoreTable.scan_window`."""
        start_us, end_us = _count_us(start), _count_us(end)
        numbers = self._find(assets, start, end)
        if not numbers.size:
            return WindowScan(pl.LazyFrame(schema=self._schema))
        rows = pl.scan_parquet(
            [self._uris_by_name[_get_name(path)] for path in self._files["path"][numbers]],
            schema=self._schema,
            hive_partitioning=False,
            glob=False,
            missing_columns="insert",
            extra_columns="ignore",
        )
        if self._first_us[numbers].min() < start_us or self._last_us[numbers].max() >= end_us:
            # Times as numbers, as polars takes long to convert those of Python.
            first, last = (pl.lit(us).cast(STORED_TIME) for us in (start_us, end_us))
            rows = rows.filter(pl.col("open_time") >= first, pl.col("open_time") < last)
        return WindowScan(rows, dict(self._find_constants(numbers, texts)), self._list_paths(numbers))

    def find_paths(self, assets: Collection[str], start: datetime, end: datetime) -> list[str]:
        """The files of assets that may hold rows of ``[start, end)``, below the folder of the table."""
        return self._list_paths(self._find(assets, start, end))

    def find_partition_paths(self, assets: Collection[str] | None, start: datetime, end: datetime) -> list[str]:
        """All files in the partitions of assets (None: any) and of ``[start, end)``, below the folder of the table."""
        return self._list_paths(np.flatnonzero(self._mark_partitions(assets, start, end)))

    def _find(self, assets: Collection[str], start: datetime, end: datetime) -> npt.NDArray[np.int64]:
        """The numbers of the files of assets that may hold rows of ``[start, end)``."""
        is_in_window = (self._first_us < _count_us(end)) & (self._last_us >= _count_us(start))
        return np.flatnonzero(self._mark_partitions(assets, start, end) & is_in_window)

    def _mark_partitions(self, assets: Collection[str] | None, start: datetime, end: datetime) -> npt.NDArray[np.bool_]:
        """Which files are in the partitions of assets (None: of any) and of ``[start, end)``."""
        first_day, last_day = ((day - EPOCH.date()).days for day in self._layout.find_partitions(start, end))
        is_marked: npt.NDArray[np.bool_] = (self._dates >= first_day) & (self._dates <= last_day)
        return is_marked if assets is None else is_marked & self._assets.is_in(list(assets)).to_numpy()

    def _list_paths(self, numbers: npt.NDArray[np.int64]) -> list[str]:
        return [unquote(path) for path in self._files["path"][numbers]]

    def _find_constants(self, numbers: npt.NDArray[np.int64], texts: Collection[str]) -> Iterator[tuple[str, str]]:
        """Those of the columns that have one value in all rows of some files, and the value."""
        for name in texts:
            columns = [f"{bound}.{name}" for bound in ("min", "max", "null_count")]
            if {*columns} <= {*self._files.columns}:
                least, greatest, null_counts = (self._files[column][numbers] for column in columns)
                values = {*least, *greatest}
                if len(values) == 1 and None not in values and {*null_counts} == {0}:
                    yield name, values.pop()


def _count_us(time: datetime) -> int:
    return (time - EPOCH) // timedelta(microseconds=1)


def _get_name(path: str) -> str:
    """The name of a file, which paths in the log and URIs have in common: the log percent-encodes folders once more."""
    return path.rsplit("/", 1)[-1]


def _extract_times(files: pl.DataFrame, name: str, default: int) -> npt.NDArray[np.int64]:
    """A time of each file in microseconds since 1970, the default where it is not recorded."""
    if name not in files.columns:
        return np.full(len(files), default)
    return files[name].to_physical().fill_null(default).to_numpy()
