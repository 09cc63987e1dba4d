"""The lines around every result: what was asked, what it rests on, and what was chosen by hand."""

from collections.abc import Iterable, Sequence

from rich.text import Text

from data.schema import Evidence
from deviation.measurement import Measurement
from deviation.question import Question, QuoteHandling
from deviation.report.choices import CHOSEN_BY_HAND
from deviation.report.notes import describe_choices
from deviation.result import MarketRow
from deviation.wording import format_amount, format_clock_time, format_minutes, format_threshold

SAMPLE_NOTE = "Sample data made from published figures: no conclusion can be drawn, and nothing is ranked."
"""Stands with every result of the reconstruction."""

CAUSE_NOTE = "One-minute prices cannot show the cause."
"""Ends every measurement."""


def describe_question(question: Question) -> list[str]:
    """Window, bars, origin and method, in three lines; a fourth one marks the sample."""
    parameters, noun = question.parameters, question.timeframe.noun
    bars = f"bars of {question.timeframe}, " if noun != "minute" else ""
    rate = "taken as $1" if parameters.quote is QuoteHandling.AS_IS else "at their price in dollars"
    lines = [
        (
            f"{question.start:%Y-%m-%d %H:%M} to {question.end:%Y-%m-%d %H:%M} UTC "
            f"({question.window or CHOSEN_BY_HAND}): {format_minutes(question.duration_min)} minutes, {bars}"
            f"{question.origin} data"
        ),
        (
            f"Benchmark: {parameters.reference.label} of the other exchanges' closing prices, of at least three; "
            f"threshold {format_threshold(parameters.enter)}"
        ),
        (
            f"A {noun} under ${format_amount(parameters.min_vote)} does not count. Between groups, stablecoins are "
            f"{rate}."
        ),
    ]
    return [*lines, *([SAMPLE_NOTE] if question.origin is Evidence.RECONSTRUCTION else [])]


def list_shared_notes(measurements: Sequence[Measurement]) -> list[str]:
    """Of several assets: the quotes taken as $1 for want of a price, and what was chosen by hand."""
    notes = [
        f"{quote} is treated as $1: no {quote}/USD price is in this data for this window."
        for quote in sorted({quote for measurement in measurements for quote in measurement.fx_assumed})
    ]
    choices = describe_choices(measurements[0].question)
    return [*notes, *([f"{choices}."] if choices else [])]


def format_time(measurement: Measurement, position: int | None) -> str:
    """The time of a position; "" for None."""
    return "" if position is None else format_clock_time(measurement.axis, position)


def format_name(measurement: Measurement, row: MarketRow) -> Text:
    """The exchange of a row, the focus in bold."""
    name = measurement.question.rules.name_of(row.market.venue)
    return Text(name, style="bold" if row.market.venue == measurement.focus else "")


def group_by_text(items: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Names by what is said of them, both in the order in which they first occur."""
    names: dict[str, list[str]] = {}
    for text, name in items:
        names.setdefault(text, []).append(name)
    return names
