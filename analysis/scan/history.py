"""The history of the whole market: every day measured like a scan, and counted for every exchange alike.

A task is one asset and one month. Each of its days is a question of its own, measured with the candles beside it that
rates, the 24 hours before and the lag need: the task reads these too, so that a day at the border of a month has the
numbers that it has when it is measured alone.
"""

from collections.abc import Collection, Generator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from itertools import groupby

import polars as pl

from analysis.engine.run import Engine, run_tasks
from analysis.engine.worker_store import open_store
from analysis.questions import build_question
from analysis.scan.history_counts import COUNTED_COLUMNS, count_days
from analysis.scan.inputs import read_asset_inputs
from analysis.scan.measure import measure_inputs
from analysis.scan.request import ScanTask
from data.catalogue import Catalogue
from data.errors import UsageError
from data.identity.market_universe import ScanAsset
from data.reader import CandleReader
from data.schema import TIME
from data.store import CandleStore
from data.tables.history import HISTORY_ORDER, HISTORY_ROW
from data.tables.scans import SCAN_ROW
from data.version import VERSION
from deviation.question import DAY, Parameters


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryRequest:
    """A history of real one-minute candles.

    Attributes:
        made_at: aware.
        assets: the assets and their markets.
        first: the first UTC day.
        last: the last one, included.
        focus: id of the exchange whose assets these are.
        parameters: of the method.

    Raises:
        UsageError: the last day is before the first.
    """

    made_at: datetime
    assets: tuple[ScanAsset, ...]
    first: date
    last: date
    focus: str
    parameters: Parameters = field(default_factory=Parameters)

    def __post_init__(self) -> None:
        if self.last < self.first:
            message = f"the days from {self.first} to {self.last} are none: give the earlier one first"
            raise UsageError(message)


@dataclass(frozen=True, slots=True)
class HistoryTask:
    """The days of one asset in one month; ``first_day`` is the scan of the first of them."""

    first_day: ScanTask
    day_count: int

    @property
    def asset(self) -> str:
        """The ticker."""
        return self.first_day.asset

    @property
    def start(self) -> datetime:
        """The start of the first day."""
        return self.first_day.start

    @property
    def end(self) -> datetime:
        """The end of the last day."""
        return self.start + self.day_count * DAY


def measure_history(
    store: CandleStore,
    catalogue: Catalogue,
    request: HistoryRequest,
    engine: Engine | None = None,
    done: Collection[date] = (),
) -> Generator[pl.DataFrame, None, None]:
    """Measure the days of a history month by month; nothing is saved.

    Args:
        store: where candles are read from.
        catalogue: the facts on assets and venues.
        request: what is asked.
        engine: where the tasks run; None for the default one.
        done: days that are left out, such as those that are saved already.

    Yields:
        For each month a frame of `data.tables.history.HISTORY_ROW` as soon as all of its assets are measured, sorted; a
        day without a single measured asset has no row.

    Raises:
        TaskFailed: an asset could not be measured.
        EngineFailed: workers ended again and again, or cannot be reached.
        UsageError: the engine is not there.
    """
    spans = list_month_spans(request.first, request.last, done)
    tasks = (_build_task(catalogue, request, asset, *span) for span in spans for asset in request.assets)
    with closing(run_tasks(partial(measure_stored_days, store.uri), tasks, engine)) as results:
        for _ in range(len(spans) if request.assets else 0):
            rows = pl.concat(next(results) for _ in request.assets)
            yield _complete(count_days(rows), rows, request)


def list_month_spans(first: date, last: date, done: Collection[date] = ()) -> list[tuple[date, int]]:
    """The days from one to another that are not done, as runs of days within a month: the first, and how many.

    >>> list_month_spans(date(2025, 1, 30), date(2025, 2, 3), {date(2025, 2, 2)})
    [(datetime.date(2025, 1, 30), 2), (datetime.date(2025, 2, 1), 1), (datetime.date(2025, 2, 3), 1)]
    """
    days = [first + timedelta(number) for number in range((last - first).days + 1)]
    wanted = [(number, day) for number, day in enumerate(days) if day not in done]
    # Consecutive days of one month differ from their place among the wanted ones by the same number.
    runs = groupby(enumerate(wanted), key=lambda item: (item[1][0] - item[0], item[1][1].year, item[1][1].month))
    spans = [[day for _, (_, day) in run] for _, run in runs]
    return [(span[0], len(span)) for span in spans]


def measure_stored_days(uri: str, task: HistoryTask) -> pl.DataFrame:
    """As `measure_days`, from the store at a URI, which each worker opens once.

    Raises:
        StoreUnusable: the store cannot be read.
    """
    return measure_days(open_store(uri), task)


def measure_days(reader: CandleReader, task: HistoryTask) -> pl.DataFrame:
    """Measure each day of a task from one read of its candles.

    Returns:
        ``day`` and `COUNTED_COLUMNS`: a row for each day, group, venue and side that was measured.

    Raises:
        StoreUnusable: the store cannot be read.
    """
    question = task.first_day.question
    starts = [task.start + number * DAY for number in range(task.day_count)]
    days = [replace(task.first_day, question=replace(question, start=start, end=start + DAY)) for start in starts]
    if question.underlying is not None:  # it has no market to compare with
        return pl.DataFrame(schema={"day": pl.Date(), **{name: SCAN_ROW[name] for name in COUNTED_COLUMNS}})
    inputs = read_asset_inputs(reader, task.first_day.scanned, [day.question for day in days])
    return pl.concat(
        measure_inputs(*inputs, day).rows.select(pl.lit(day.start.date()).alias("day"), *COUNTED_COLUMNS)
        for day in days
    )


def _build_task(
    catalogue: Catalogue, request: HistoryRequest, asset: ScanAsset, day: date, day_count: int
) -> HistoryTask:
    start = datetime.combine(day, time(), UTC)
    question = build_question(
        catalogue, asset.asset, start, start + DAY, parameters=request.parameters, focus=request.focus
    )
    return HistoryTask(ScanTask(asset, question, request.focus, (), frozenset()), day_count)


def _complete(counts: pl.DataFrame, rows: pl.DataFrame, request: HistoryRequest) -> pl.DataFrame:
    measured = rows.group_by("day").agg(pl.col("asset").n_unique().cast(pl.Int64).alias("asset_count"))
    return (
        counts.join(measured, on="day", how="left")
        .with_columns(
            focus=pl.lit(request.focus),
            made_at=pl.lit(request.made_at).cast(TIME),
            version=pl.lit(VERSION),
        )
        .select(*HISTORY_ROW)
        .cast(pl.Schema(HISTORY_ROW))
        .sort(HISTORY_ORDER)
    )
