"""Measures the assets of an event over one window, and over the same window on the days before."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from analysis.questions import read_inputs
from data.errors import NoUsableCandles
from data.grid.candle_grid import CandleGrid
from data.reader import CandleReader
from data.schema import Evidence
from deviation.matrix import list_groups
from deviation.measure import measure
from deviation.measurement import Measurement
from deviation.placebo import PLACEBO_DAYS, PlaceboDay, build_placebo_day, shift_question
from deviation.question import Question
from deviation.sensitivity import Sensitivity, measure_sensitivity


@dataclass(frozen=True, slots=True)
class EventMeasurement:
    """The measurements of the assets with a candle, the other assets, and the placebo days, nearest day first.

    ``placebo`` is empty for the reconstruction.
    """

    measurements: tuple[Measurement, ...]
    assets_without_candle: tuple[str, ...]
    placebo: tuple[PlaceboDay, ...]


def measure_event(reader: CandleReader, questions: Sequence[Question]) -> EventMeasurement:
    """Measure assets over one window and, on real candles, over the same window of each of the 7 days before.

    Args:
        reader: where candles are read from.
        questions: one for each asset, otherwise equal. An asset without a candle in the window has no placebo either.

    Raises:
        NoUsableCandles: no asset has a candle in the window.
    """
    first_question = questions[0]
    days = range(1, PLACEBO_DAYS + 1) if first_question.origin is Evidence.REAL else range(0)
    results: list[Measurement] = []
    placebo_measurements: dict[int, list[Measurement]] = {day: [] for day in days}
    for question in questions:
        windows = [question, *(shift_question(question, day) for day in days)]
        candles, covered_spans = read_inputs(reader, windows)
        measurement = measure_if_present(candles, covered_spans, question)
        if measurement is None:
            continue
        results.append(measurement)
        for day, shifted in zip(days, windows[1:], strict=True):
            placebo_measurement = measure_if_present(candles, covered_spans, shifted)
            if placebo_measurement is not None:
                placebo_measurements[day].append(placebo_measurement)
    if not results:
        message = (
            f"no {first_question.origin} candle of {', '.join(question.asset for question in questions)} "
            f"from {first_question.start:%Y-%m-%dT%H:%MZ} to {first_question.end:%Y-%m-%dT%H:%MZ}"
        )
        raise NoUsableCandles(message)
    measured_assets = {measurement.question.asset for measurement in results}
    return EventMeasurement(
        tuple(results),
        tuple(question.asset for question in questions if question.asset not in measured_assets),
        tuple(
            build_placebo_day(first_question, results[0].focus, list_groups(results), day, measurements)
            for day, measurements in placebo_measurements.items()
        ),
    )


def measure_question_sensitivity(reader: CandleReader, question: Question) -> Sensitivity:
    """Measure how far the answer to a question depends on its parameters and on each other venue."""
    return measure_sensitivity(*read_inputs(reader, [question]), question)


def measure_if_present(candles: CandleGrid, covered_spans: pl.DataFrame, question: Question) -> Measurement | None:
    """The measurement; None without a row."""
    measurement = measure(candles, covered_spans, question)
    return measurement if measurement.rows else None
