"""Ticks of an axis of days: every day, every few days, or first days of months and years."""

from collections.abc import Iterator
from datetime import date, timedelta

from dashboard.text.clock import format_day

DAY_STEPS = (1, 2, 7, 14)
MONTH_STEPS = (1, 2, 3, 6, 12, 24, 60)
"""Distances of ticks in days and, where there would be too many, in months."""

YEAR = 12
"""Months from which on ticks are named by their year alone."""


def list_day_ticks(first: date, last: date, max_ticks: int) -> list[tuple[date, str]]:
    """At most so many days from one to another, both included, with their labels.

    >>> [text for _, text in list_day_ticks(date(2025, 1, 1), date(2025, 12, 31), 5)]
    ['Jan 2025', 'Apr 2025', 'Jul 2025', 'Oct 2025']
    """
    for step in DAY_STEPS:
        days = [first + timedelta(days=offset) for offset in range(0, (last - first).days + 1, step)]
        if len(days) <= max_ticks:
            return [(day, format_day(day)) for day in days]
    months = list(_iterate_months(first, last))
    for step in MONTH_STEPS:
        chosen = [month for month in months if (YEAR * month.year + month.month - 1) % step == 0]
        if len(chosen) <= max_ticks:
            break
    return [(month, str(month.year) if step >= YEAR else f"{month:%b %Y}") for month in chosen[:max_ticks]]


def _iterate_months(first: date, last: date) -> Iterator[date]:
    """The first days of months between two days, both included."""
    months = range(YEAR * first.year + first.month - 1, YEAR * last.year + last.month)
    days = (date(month // YEAR, month % YEAR + 1, 1) for month in months)
    return (day for day in days if first <= day)
