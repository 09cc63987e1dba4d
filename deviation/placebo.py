"""The reading aid in the same clock window of the 7 preceding days (docs/method.md, section 7).

The question stays the event's: parameters, venues, focus and the calm span that picks each venue's market are kept, and
only the window moves. What hangs on the window moves with it: the 24 hours before it (weights of a weighted median,
volume, baseline) and, where no event is named, the choice of market.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from deviation.matrix import ReadingAid, reading_aid
from deviation.question import Group, Question
from deviation.result import Measurement

PLACEBO_DAYS = 7


class Found(StrEnum):
    """What a preceding day has to tell."""

    RANKED = "ranked"
    NOT_RANKED = "not ranked"
    NOT_COLLECTED = "not collected"


@dataclass(frozen=True, slots=True)
class PlaceboDay:
    """The same clock window, ``days_before`` the asked one; ``note`` says what is special about it, None if nothing.

    ``found`` tells per group whether an asset of it is ranked for the focus venue, or has a candle there at all.
    """

    days_before: int
    start: datetime
    end: datetime
    aids: dict[Group, ReadingAid]
    found: dict[Group, Found]
    note: str | None


def moved(question: Question, days: int) -> Question:
    """The same question over the same clock window some days earlier."""
    before = timedelta(days=days)
    return replace(question, start=question.start - before, end=question.end - before, window=None)


def placebo_day(asked: Question, days: int, measurements: Sequence[Measurement]) -> PlaceboDay:
    """What the assets, measured over the moved window, say of the focus venue; ``asked`` may be of any of them."""
    there = moved(asked, days)
    aids = {group: reading_aid(measurements, asked.focus, group) for group in Group}
    return PlaceboDay(
        days,
        there.start,
        there.end,
        aids,
        {group: _found(aids[group], measurements) for group in Group},
        _note(there, asked),
    )


def _found(aid: ReadingAid, measurements: Sequence[Measurement]) -> Found:
    if aid.ranked:
        return Found.RANKED
    spot = (row for measurement in measurements for row in measurement.rows if row.spot)
    return Found.NOT_RANKED if any(row.market.group is aid.group for row in spot) else Found.NOT_COLLECTED


def _note(there: Question, asked: Question) -> str | None:
    said = []
    if there.end > asked.start:
        said.append("reaches into the asked window")
    if there.calm is not None and there.start < there.calm[1]:
        said.append(f"{_place(there, there.calm)} the calm span that picks the markets")
    return "; ".join(said) or None


def _place(there: Question, calm: tuple[datetime, datetime]) -> str:
    if there.end <= calm[0]:
        return "before"
    return "in" if calm[0] <= there.start and there.end <= calm[1] else "partly in"
