"""The history of the whole market: every day measured like a scan, and counted for every exchange alike.

A task is one asset and one month. Each of its days is a question of its own, measured with the candles beside it that
rates, the 24 hours before and the lag need: the task reads these too, so that a day at the border of a month has the
numbers that it has when it is measured alone.
"""

import json
from collections.abc import Collection, Generator, Iterator, Mapping
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
from analysis.scan.request import ScanTask, group_by_ticker, select_unlisted
from analysis.scan.unknown_prices import list_unknown_prices
from data.catalogue import Catalogue
from data.errors import UsageError
from data.grid.candle_grid import CandleGrid
from data.identity.market_universe import ScanAsset
from data.reader import CandleReader
from data.schema import TIME
from data.store import CandleStore
from data.tables.history import HISTORY_ORDER, HISTORY_ROW
from data.tables.scans import SCAN_ROW, Universe
from data.version import VERSION
from deviation.question import DAY, Parameters
from deviation.report.choices import list_parameter_choices

COUNTED_SCHEMA = {name: SCAN_ROW[name] for name in COUNTED_COLUMNS}
"""What is counted of a row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryRequest:
    """A history of real one-minute candles.

    Attributes:
        made_at: aware.
        assets: the assets and their markets.
        first: the first UTC day.
        last: the last one, included.
        focus: id of the exchange whose assets these are.
        universe: where the list of assets is from.
        choices: what was chosen by hand; empty where nothing was.
        parameters: of the method; those that differ from the defaults are choices too.

    Raises:
        UsageError: the last day is before the first.
    """

    made_at: datetime
    assets: tuple[ScanAsset, ...]
    first: date
    last: date
    focus: str
    universe: Universe = Universe.STORED
    choices: Mapping[str, object] = field(default_factory=dict)
    parameters: Parameters = field(default_factory=Parameters)

    def __post_init__(self) -> None:
        if self.last < self.first:
            message = f"the days from {self.first} to {self.last} are none: give the earlier one first"
            raise UsageError(message)


@dataclass(frozen=True, slots=True)
class HistoryTask:
    """The days of one asset in one month.

    Attributes:
        first_day: the scan of the first of them.
        day_count: how many they are.
        unlisted: for each of them venue and quote of the markets of the asset that were not listed; empty if none is
            known.
    """

    first_day: ScanTask
    day_count: int
    unlisted: tuple[frozenset[tuple[str, str]], ...] = ()

    def list_days(self) -> list[ScanTask]:
        """The scan of each day."""
        question = self.first_day.question
        starts = [self.start + number * DAY for number in range(self.day_count)]
        return [
            replace(self.first_day, question=replace(question, start=start, end=start + DAY), unlisted=unlisted)
            for start, unlisted in zip(starts, self.unlisted or (frozenset(),) * self.day_count, strict=True)
        ]

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
    tasks = (task for span in spans for task in _build_tasks(store, catalogue, request, *span))
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
        ``day``, ``family`` and `COUNTED_COLUMNS`: a row for each day, group, venue and side that was measured, or of
        which the price is not known.

    Raises:
        StoreUnusable: the store cannot be read.
    """
    question = task.first_day.question
    if question.underlying is not None:  # it has no market to compare with
        return pl.DataFrame(schema={"day": pl.Date(), "family": pl.String(), **COUNTED_SCHEMA})
    days = task.list_days()
    inputs = read_asset_inputs(reader, task.first_day.scanned, [day.question for day in days])
    families = {market.venue: question.rules.family_of(market.venue) for market in task.first_day.scanned.markets}
    family = pl.col("venue").replace_strict(families, return_dtype=pl.String()).alias("family")
    return pl.concat(
        _measure_day(inputs, day).select(pl.lit(day.start.date()).alias("day"), family, *COUNTED_COLUMNS)
        for day in days
    )


def _measure_day(inputs: tuple[CandleGrid, pl.DataFrame], day: ScanTask) -> pl.DataFrame:
    """The rows of one day, of markets that were measured and of those of unknown price: `COUNTED_COLUMNS`."""
    scan = measure_inputs(*inputs, day)
    unknown = pl.DataFrame(list(list_unknown_prices(scan, day, inputs[1])), schema=COUNTED_SCHEMA)
    return pl.concat([scan.rows.select(COUNTED_COLUMNS), unknown])


def _build_tasks(
    store: CandleStore, catalogue: Catalogue, request: HistoryRequest, day: date, day_count: int
) -> Iterator[HistoryTask]:
    """The tasks of a run of days, one for each asset."""
    start = datetime.combine(day, time(), UTC)
    starts = [start + number * DAY for number in range(day_count)]
    unlisted_by_day = [group_by_ticker(store.coverage.read_unlisted_markets(begin, begin + DAY)) for begin in starts]
    for asset in request.assets:
        question = build_question(
            catalogue, asset.asset, start, start + DAY, parameters=request.parameters, focus=request.focus
        )
        unlisted = tuple(select_unlisted(asset, by_ticker) for by_ticker in unlisted_by_day)
        yield HistoryTask(ScanTask(asset, question, request.focus, (), frozenset()), day_count, unlisted)


def _complete(counts: pl.DataFrame, rows: pl.DataFrame, request: HistoryRequest) -> pl.DataFrame:
    measured = (
        rows.filter(pl.col("price_count").is_not_null())
        .group_by("day")
        .agg(pl.col("asset").n_unique().cast(pl.Int64).alias("asset_count"))
    )
    return (
        counts.join(measured, on="day", how="left")
        .with_columns(
            focus=pl.lit(request.focus),
            made_at=pl.lit(request.made_at).cast(TIME),
            version=pl.lit(VERSION),
            universe=pl.lit(request.universe.value),
            choices=pl.lit(json.dumps({**request.choices, **list_parameter_choices(request.parameters)})),
        )
        .select(*HISTORY_ROW)
        .cast(pl.Schema(HISTORY_ROW))
        .sort(HISTORY_ORDER)
    )
