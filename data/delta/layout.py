"""Layouts of a table of rows with times: which rows share a partition, and so a file."""

from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

import polars as pl


class Layout(StrEnum):
    """A partition is an asset and a day, or an asset and a month; the value is the name of the column of dates.

    The column ``month`` holds the first day of the month. Rows pass through the program with their ``day``, and a table
    by month stores ``month`` in its place.
    """

    DAY = "day"
    MONTH = "month"

    @property
    def partition_by(self) -> list[str]:
        """The partition columns of a table."""
        return ["asset", self.value]

    def find_partition(self, day: date) -> date:
        """The value of the partition column of a day.

        >>> Layout.MONTH.find_partition(date(2025, 10, 11)).isoformat()
        '2025-10-01'
        """
        return day if self is Layout.DAY else day.replace(day=1)

    def find_partitions(self, start: datetime, end: datetime) -> tuple[date, date]:
        """The values of the partition column of the first and the last day of ``[start, end)``."""
        last_day = (end - timedelta(microseconds=1)).astimezone(UTC).date()
        return self.find_partition(start.astimezone(UTC).date()), self.find_partition(last_day)

    def convert_schema(self, schema: dict[str, pl.DataType]) -> dict[str, pl.DataType]:
        """The columns of a table, from those of its rows."""
        return {self.value if name == Layout.DAY else name: dtype for name, dtype in schema.items()}

    def convert_rows(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Rows with their ``day`` as rows of a table."""
        if self is Layout.DAY:
            return rows
        return rows.with_columns(pl.col("day").dt.month_start()).rename({"day": self.value})

    def build_filter(self, assets: Collection[str], start: datetime, end: datetime) -> pl.Expr:
        """A filter on the partitions of assets and of ``[start, end)``, so that no file of others is opened.

        Partitions may hold further times: filter on the time too.
        """
        return pl.col("asset").is_in(list(assets)) & self.build_date_filter(start, end)

    def build_date_filter(self, start: datetime, end: datetime) -> pl.Expr:
        """As `build_filter`, of all assets."""
        return pl.col(self.value).is_between(*self.find_partitions(start, end))

    def build_exact_filter(self, parts: pl.DataFrame) -> pl.Expr:
        """A filter for exactly the partitions of ``parts`` (asset and day); assets of the same dates share a term."""
        dates = pl.col("day") if self is Layout.DAY else pl.col("day").dt.month_start()
        spans = parts.group_by("asset", maintain_order=True).agg(dates.unique(maintain_order=True))
        terms = spans.group_by("day", maintain_order=True).agg("asset").iter_rows()
        return pl.any_horizontal(
            pl.col("asset").is_in(assets) & pl.col(self.value).is_in(list(span)) for span, assets in terms
        )
