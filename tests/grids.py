"""Grids of candles from frames of rows."""

from collections.abc import Collection
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime

import polars as pl

from data.grid.builder import GRID_COLUMNS, GridBuilder
from data.grid.candle_grid import CandleGrid
from data.grid.runs import find_text_runs
from data.reader import CandleReader
from data.schema import Evidence, Timeframe
from deviation.measure import measure
from deviation.measurement import Measurement
from deviation.question import Question
from deviation.sensitivity import Sensitivity, measure_sensitivity


def build_grid(
    candles: pl.DataFrame, start: datetime, end: datetime, timeframe: Timeframe = Timeframe.M1
) -> CandleGrid:
    """The candles of a frame of `data.schema.CANDLE` in a span; every bar has one row."""
    rows = candles.filter(pl.col("open_time").is_between(start, end, closed="left"))
    assert rows.select("venue", "symbol", "open_time").is_unique().all()
    builder = GridBuilder(start, end, timeframe)
    builder.add(rows.select(*GRID_COLUMNS), find_text_runs(rows["origin"]), are_unique=True)
    return builder.build()


class FrameGrids:
    """Gives a reader of frames the grids of its candles."""

    def hold_versions(self) -> AbstractContextManager[None]:
        """Nothing to hold: nobody else writes to the frames."""
        return nullcontext()

    def read_grid(
        self: CandleReader,
        assets: Collection[str],
        start: datetime,
        end: datetime,
        *,
        origin: Evidence = Evidence.REAL,
        timeframe: Timeframe = Timeframe.M1,
    ) -> CandleGrid:
        """The same candles as of `read_candles`."""
        candles = self.read_candles(assets, start, end, origin=origin, timeframe=timeframe)
        return build_grid(candles, start, end, timeframe)


def build_question_grid(candles: pl.DataFrame, question: Question) -> CandleGrid:
    """The candles that a question needs."""
    return build_grid(candles, *question.required_span, question.timeframe)


def measure_frame(candles: pl.DataFrame, covered_spans: pl.DataFrame, question: Question) -> Measurement:
    """The measurement of candles in a frame."""
    return measure(build_question_grid(candles, question), covered_spans, question)


def measure_frame_sensitivity(candles: pl.DataFrame, covered_spans: pl.DataFrame, question: Question) -> Sensitivity:
    """The sensitivity of the measurement of candles in a frame."""
    return measure_sensitivity(build_question_grid(candles, question), covered_spans, question)
