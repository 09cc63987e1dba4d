"""Several assets, and several windows of each, from one source of candles: the same test for every venue."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from analysis.questions import read_inputs
from data.errors import NoUsableCandles
from data.reader import CandleReader
from data.schema import Evidence, parse_base
from deviation.measure import measure
from deviation.placebo import PLACEBO_DAYS, PlaceboDay, build_placebo_day, shift_question
from deviation.question import Question
from deviation.result import Measurement
from deviation.sensitivity import Sensitivity, measure_sensitivity


@dataclass(frozen=True, slots=True)
class EventMeasurement:
    """The measurements of the assets that have a candle, those that have none, and the placebo, nearest day first.

    ``placebo`` is empty on the reconstruction.
    """

    measurements: tuple[Measurement, ...]
    assets_without_candle: tuple[str, ...]
    placebo: tuple[PlaceboDay, ...]


def measure_event(reader: CandleReader, questions: Sequence[Question]) -> EventMeasurement:
    """Measure assets over one window and, on real candles, over the same clock window of the 7 days before.

    ``questions`` differ in their asset alone. An asset without a candle in the window is left out of the placebo too.

    Raises:
        NothingUsable: No asset has a candle in the window.
    """
    first_question = questions[0]
    days = range(1, PLACEBO_DAYS + 1) if first_question.origin is Evidence.REAL else range(0)
    results: list[Measurement] = []
    placebo_measurements: dict[int, list[Measurement]] = {day: [] for day in days}
    for question in questions:
        windows = [question, *(shift_question(question, day) for day in days)]
        candles, covered_spans = read_inputs(reader, windows)
        measurement = _measure_if_present(candles, covered_spans, question)
        if measurement is None:
            continue
        results.append(measurement)
        for day, shifted in zip(days, windows[1:], strict=True):
            placebo_measurement = _measure_if_present(candles, covered_spans, shifted)
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
            build_placebo_day(first_question, day, measurements) for day, measurements in placebo_measurements.items()
        ),
    )


def measure_question_sensitivity(reader: CandleReader, question: Question) -> Sensitivity:
    """The sensitivity of the answer to a question, from the candles of a source."""
    return measure_sensitivity(*read_inputs(reader, [question]), question)


def _measure_if_present(candles: pl.DataFrame, covered_spans: pl.DataFrame, question: Question) -> Measurement | None:
    """The answer, None where the asset has no row; a window without a candle of it is not measured at all."""
    window_candles = candles.filter(pl.col("open_time").is_between(question.start, question.end, closed="left"))
    if question.asset not in {parse_base(symbol) for symbol in window_candles["symbol"].unique()}:
        return None
    measurement = measure(candles, covered_spans, question)
    return measurement if measurement.rows else None
