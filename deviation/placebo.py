"""The reading aid over the same clock window of the 7 preceding days (docs/method.md, section 7).

Parameters, venues, focus and the calm span of baseline and ratio stay those of the event; only the window moves. What
depends on the window moves with it: the 24 hours before it (weights of a weighted median, volume) and, where no event
is named, the baseline.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from deviation.matrix import ReadingAid, compute_reading_aid, list_groups
from deviation.measurement import Measurement
from deviation.question import Group, Question
from deviation.side import Side

PLACEBO_DAYS = 7


class PlaceboStatus(StrEnum):
    """What is known of a preceding day in one group."""

    RANKED = "ranked"
    NOT_RANKED = "not ranked"
    NOT_COLLECTED = "not collected"


@dataclass(frozen=True, slots=True)
class PlaceboDay:
    """The same clock window ``days_before`` days earlier; ``note`` names an overlap with the question, else None.

    ``statuses``: per group, whether the focus venue is ranked on an asset, else whether any spot market has a candle.
    ``aids`` and ``statuses`` are keyed by the groups of the question's own window.
    """

    days_before: int
    start: datetime
    end: datetime
    aids: dict[Group, dict[Side, ReadingAid]]
    statuses: dict[Group, PlaceboStatus]
    note: str | None


def shift_question(question: Question, days: int) -> Question:
    """The same question over the same clock window some days earlier."""
    offset = timedelta(days=days)
    return replace(question, start=question.start - offset, end=question.end - offset, window=None)


def build_placebo_day(
    question: Question, focus: str, groups: Sequence[Group], days: int, measurements: Sequence[Measurement]
) -> PlaceboDay:
    """The placebo of a venue from the assets measured over the moved window.

    ``question`` is the original one, of any of the assets; ``groups`` are those of its window.
    """
    shifted = shift_question(question, days)
    aids = {group: {side: compute_reading_aid(measurements, focus, group, side) for side in Side} for group in groups}
    return PlaceboDay(
        days,
        shifted.start,
        shifted.end,
        aids,
        {group: _classify_day(aids[group][Side.BELOW], measurements) for group in groups},
        _describe_overlap(shifted, question),
    )


def _classify_day(aid: ReadingAid, measurements: Sequence[Measurement]) -> PlaceboStatus:
    if aid.ranked:
        return PlaceboStatus.RANKED
    return PlaceboStatus.NOT_RANKED if aid.group in list_groups(measurements) else PlaceboStatus.NOT_COLLECTED


def _describe_overlap(shifted: Question, question: Question) -> str | None:
    remarks = []
    if shifted.end > question.start:
        remarks.append("reaches into the asked window")
    if shifted.calm_span is not None and shifted.start < shifted.calm_span[1]:
        remarks.append(f"{_describe_position(shifted, shifted.calm_span)} the calm span")
    return "; ".join(remarks) or None


def _describe_position(shifted: Question, calm: tuple[datetime, datetime]) -> str:
    if shifted.end <= calm[0]:
        return "before"
    return "in" if calm[0] <= shifted.start and shifted.end <= calm[1] else "partly in"
