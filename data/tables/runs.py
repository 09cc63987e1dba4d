"""The log of the follower's runs: what each collected and how it ended."""

from dataclasses import asdict, dataclass
from datetime import datetime

import polars as pl

from data.delta.table import StoreTable
from data.frames import build_row_frame
from data.schema import RUN, RunOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """One run of the follower.

    Attributes:
        kind: what ran, such as ``follow``, ``re-ask`` or ``maintenance``.
        outcome: how it ended.
        began_at: aware.
        ended_at: aware.
        window: the span that was collected, aware; None for a run without one.
        candles: how many were collected.
        new: how many of them the store did not have.
        revised: how many of them it had with other values.
        message: what went wrong, or empty.
        holder: the process that ran it.
    """

    kind: str
    outcome: RunOutcome
    began_at: datetime
    ended_at: datetime
    window: tuple[datetime, datetime] | None = None
    candles: int = 0
    new: int = 0
    revised: int = 0
    message: str = ""
    holder: str = ""


class RunTable:
    """The Delta table of `data.schema.RUN`. Rows are only ever appended."""

    def __init__(self, uri: str) -> None:
        self.table = StoreTable(uri, RUN)

    def add(self, run: RunRecord) -> None:
        """Add a run.

        Raises:
            ValueError: the outcome is unknown, a value is of another type, or a time has no zone.
        """
        values = asdict(run)
        start, end = values.pop("window") or (None, None)
        row = {**values, "start": start, "end": end, "outcome": RunOutcome(run.outcome).value}
        self.table.append(build_row_frame(RUN, row, nullable=("start", "end")))

    def read_rows(self, limit: int = 100) -> pl.DataFrame:
        """The ``limit`` runs that ended last, newest first: rows of `data.schema.RUN`."""
        sort_columns = ("ended_at", "began_at", "kind")
        latest = self.table.read(lambda rows: rows.top_k(limit, by=sort_columns))
        return latest.sort(*sort_columns, descending=[True, True, False])
