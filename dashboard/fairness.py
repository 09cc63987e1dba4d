"""Several assets, and several windows of each, from one source of candles: the same test for every venue."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from dashboard.ask import CandleSource, read
from data.errors import NothingUsable
from data.schema import Evidence, base_of
from deviation.measure import measure
from deviation.placebo import PLACEBO_DAYS, PlaceboDay, moved, placebo_day
from deviation.question import Question
from deviation.result import Measurement
from deviation.sensitivity import Sensitivity, sensitivity


@dataclass(frozen=True, slots=True)
class Fairness:
    """The measurements of the assets that have a candle, those that have none, and the placebo, nearest day first.

    ``placebo`` is empty on the reconstruction.
    """

    measurements: tuple[Measurement, ...]
    no_candle: tuple[str, ...]
    placebo: tuple[PlaceboDay, ...]


def fairness(source: CandleSource, questions: Sequence[Question]) -> Fairness:
    """Measure assets over one window and, on real candles, over the same clock window of the 7 days before.

    ``questions`` differ in their asset alone. An asset without a candle in the window is left out of the placebo too.

    Raises:
        NothingUsable: No asset has a candle in the window.
    """
    asked = questions[0]
    days = range(1, PLACEBO_DAYS + 1) if asked.origin is Evidence.REAL else range(0)
    found: list[Measurement] = []
    before: dict[int, list[Measurement]] = {day: [] for day in days}
    for question in questions:
        windows = [question, *(moved(question, day) for day in days)]
        candles, covered = read(source, windows)
        measurement = _measured(candles, covered, question)
        if measurement is None:
            continue
        found.append(measurement)
        for day, there in zip(days, windows[1:], strict=True):
            earlier = _measured(candles, covered, there)
            if earlier is not None:
                before[day].append(earlier)
    if not found:
        message = (
            f"no {asked.origin} candle of {', '.join(question.asset for question in questions)} "
            f"from {asked.start:%Y-%m-%dT%H:%MZ} to {asked.end:%Y-%m-%dT%H:%MZ}"
        )
        raise NothingUsable(message)
    had = {measurement.question.asset for measurement in found}
    return Fairness(
        tuple(found),
        tuple(question.asset for question in questions if question.asset not in had),
        tuple(placebo_day(asked, day, measurements) for day, measurements in before.items()),
    )


def sensitive(source: CandleSource, question: Question) -> Sensitivity:
    """The sensitivity of the answer to a question, from the candles of a source."""
    return sensitivity(*read(source, [question]), question)


def _measured(candles: pl.DataFrame, covered: pl.DataFrame, question: Question) -> Measurement | None:
    """The answer, None where the asset has no row; a window without a candle of it is not measured at all."""
    inside = candles.filter(pl.col("open_time").is_between(question.start, question.end, closed="left"))
    if question.asset not in {base_of(symbol) for symbol in inside["symbol"].unique()}:
        return None
    measurement = measure(candles, covered, question)
    return measurement if measurement.rows else None
