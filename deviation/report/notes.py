"""The notes under a headline: what its numbers rest on, only where it applies (docs/method.md, section 9)."""

from collections.abc import Callable
from typing import Any

from data.schema import Evidence
from deviation.measurement import Measurement
from deviation.question import Question, QuoteHandling
from deviation.report.choices import CHOSEN_BY_HAND, list_choices
from deviation.result import MarketRow
from deviation.wording import format_amount, format_minutes, format_threshold, join_names


def write_notes(measurement: Measurement) -> tuple[str, ...]:
    """Everything that a headline rests on; a sentence each."""
    choices = describe_choices(measurement.question)
    return (*write_data_notes(measurement), *([f"{choices}."] if choices else []), *write_absent_note(measurement))


def write_data_notes(measurement: Measurement) -> tuple[str, ...]:
    """Rates, splits, and missing minutes of the focus row; none on the reconstruction."""
    row = measurement.focus_row
    if measurement.question.origin is not Evidence.REAL or row is None:
        return write_named_notes(measurement)
    return (
        *_write_rate_notes(measurement),
        *_write_row_notes(measurement, row),
        *_write_missing_note(measurement, row),
    )


def write_named_notes(measurement: Measurement) -> tuple[str, ...]:
    """Those of the same notes that name their market or quote, for a list of several measurements."""
    if measurement.question.origin is not Evidence.REAL:
        return ()
    row = measurement.focus_row
    return (*_write_rate_notes(measurement), *(() if row is None else _write_missing_note(measurement, row)))


def write_absent_note(measurement: Measurement) -> tuple[str, ...]:
    """The choices that match no price."""
    if not measurement.absent:
        return ()
    return (f"Chosen, but without a price in this data for this window: {join_names(measurement.absent)}.",)


def describe_choices(question: Question) -> str:
    """What was chosen by hand, in one line without a full stop; "" where nothing was.

    "Chosen by hand: Bitstamp excluded; threshold 5%".
    """
    choices = list_choices(question)
    choices.pop("origin", None)
    parts = [_describe_choice(name, value, question) for name, value in choices.items()]
    return f"Chosen by hand: {'; '.join(parts)}" if parts else ""


def _describe_choice(name: str, value: Any, question: Question) -> str:  # noqa: ANN401 - the value of any choice
    if name in {"venues", "excluded"}:
        names = join_names([_name_item(item, question) for item in value])
        return f"only {names}" if name == "venues" else f"{names} excluded"
    if value == CHOSEN_BY_HAND:
        return f"window {question.start:%Y-%m-%d %H:%M} to {question.end:%Y-%m-%d %H:%M} UTC"
    formatted = {
        "reference": "volume-weighted median",
        "quote": "stablecoins taken as $1",
        "enter": f"threshold {_format_number(value, format_threshold)}",
        "exit": f"ends when back within {_format_number(value, format_threshold)}",
        "confirm": f"confirmed after {_format_number(value, format_minutes)} minutes",
        "min_vote": f"minimum volume ${_format_number(value, format_amount)} a minute",
    }
    return formatted[name]


def _format_number(value: Any, formatter: Callable[[float], str]) -> str:  # noqa: ANN401 - the value of any choice
    return formatter(value) if isinstance(value, int | float) else ""


def _name_item(item: str, question: Question) -> str:
    venue, _, symbol = item.partition(":")
    return f"{question.rules.name_of(venue)} {symbol}".rstrip()


def _write_rate_notes(measurement: Measurement) -> list[str]:
    if measurement.question.parameters.quote is QuoteHandling.AS_IS:
        return ["Stablecoins are treated as exactly $1."]
    return [
        f"{quote} is treated as $1: no {quote}/USD price is in this data for this window."
        for quote in measurement.fx_assumed
    ]


def _write_row_notes(measurement: Measurement, row: MarketRow) -> list[str]:
    notes = []
    enter = format_threshold(measurement.question.parameters.enter)
    own = row.own_summary
    if own.split_min and own.reaches_enter:
        notes.append(
            f"In {format_minutes(own.split_min)} of {format_minutes(own.firm_min)} comparable minutes the other "
            f"exchanges disagreed with each other by more than {enter}."
        )
    for group, summary in row.summaries.items():
        against = f"against {group.upper()} exchanges"
        comparable = f"of {format_minutes(summary.firm_min)} comparable minutes {against}"
        if summary.fx_single_min:
            notes.append(
                f"In {format_minutes(summary.fx_single_min)} {comparable} the conversion rate comes from one exchange."
            )
        if summary.fx_stale_min:
            notes.append(
                f"In {format_minutes(summary.fx_stale_min)} {comparable} the conversion rate is more than five "
                "minutes old."
            )
        if summary.no_rate_min:
            notes.append(f"No conversion rate {against} in {format_minutes(summary.no_rate_min)} minutes.")
    return notes


def _write_missing_note(measurement: Measurement, row: MarketRow) -> list[str]:
    missing = row.state_counts.missing_min
    if not missing:
        return []
    name = measurement.question.rules.name_of(row.market.venue)
    duration = format_minutes(measurement.question.duration_min)
    return [
        f"{format_minutes(missing)} of {duration} minutes of {row.market.symbol} on {name} are missing from this data."
    ]
