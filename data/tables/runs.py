"""The incident log of the follower: each run, what it brought, and how it ended."""

from datetime import datetime

import polars as pl

from data.delta.table import StoreTable
from data.frames import build_row_frame
from data.schema import RUN, RunOutcome


class RunTable:
    """The Delta table of `data.schema.RUN`. Rows are only ever added."""

    def __init__(self, uri: str) -> None:
        self.table = StoreTable(uri, RUN)

    def add(
        self,
        kind: str,
        outcome: RunOutcome,
        *,
        began_at: datetime,
        ended_at: datetime,
        window: tuple[datetime, datetime] | None,
        candles: int,
        new: int,
        revised: int,
        message: str,
        holder: str,
    ) -> None:
        """Add a run; see `data.store.CandleStore.log_run`."""
        start, end = window or (None, None)
        row = {
            "kind": kind,
            "began_at": began_at,
            "ended_at": ended_at,
            "start": start,
            "end": end,
            "outcome": RunOutcome(outcome).value,
            "candles": candles,
            "new": new,
            "revised": revised,
            "message": message,
            "holder": holder,
        }
        self.table.append(build_row_frame(RUN, row, nullable=("start", "end")))

    def read_rows(self, limit: int) -> pl.DataFrame:
        """The runs that ended last, newest first, columns of `data.schema.RUN`."""
        sort_columns = ("ended_at", "began_at", "kind")
        latest = self.table.read(lambda rows: rows.top_k(limit, by=sort_columns))
        return latest.sort(*sort_columns, descending=[True, True, False])
