"""The events of the catalogue among the days of a history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from dashboard.charts.history.days import HistoryDay
from data.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class DayMark:
    """A named day; ``number`` stands for it in the chart."""

    number: int
    day: date
    title: str


def list_marks(days: Sequence[HistoryDay], catalogue: Catalogue) -> tuple[DayMark, ...]:
    """The events whose window begins on one of the days or between them, the earliest first."""
    first, last = days[0].day, days[-1].day
    starts = sorted((event.get_window().start.date(), event.title) for event in catalogue.events.values())
    named = [(day, title) for day, title in starts if first <= day <= last]
    return tuple(DayMark(number, day, title) for number, (day, title) in enumerate(named, start=1))


def name_marks(marks: Sequence[DayMark]) -> str:
    """What the numbers stand for, in a sentence; "" without a mark."""
    named = ", ".join(f"{mark.number}: {mark.title}" for mark in marks)
    return f"Events, dotted: {named}." if named else ""
