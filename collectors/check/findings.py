"""The findings of a check of the venue table."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

UNKNOWN_MARK = "U"
UNVERIFIED_MARKS = frozenset({"I", "M", UNKNOWN_MARK})
"""Marks of facts that only the venue itself can confirm."""


class FindingStatus(StrEnum):
    """Whether the observation is what the table assumes."""

    AS_ASSUMED = "as assumed"
    DIFFERENT = "different"
    UNDECIDED = "unclear"


@dataclass(frozen=True, slots=True)
class Finding:
    """One fact of the venue table: what is assumed, on what evidence, and what was observed.

    ``venue`` is the key of the row. ``fact`` is a field of the row, or of one of its archives with the name of that
    table, such as ``archive.path``.
    ``mark`` is the mark of the fact in the table, empty where it has none. ``came`` is what was observed.
    """

    venue: str
    route: str
    fact: str
    mark: str
    assumed: str
    came: str
    verdict: FindingStatus

    @property
    def advice(self) -> str:
        """What to change in ``collectors/venues.toml``; empty where nothing.

        >>> Finding("okx", "ohlcv ATOM/USDT", "newest_first", "M", "newest first", "", FindingStatus.AS_ASSUMED).advice
        'mark M may become V'
        >>> Finding("okx", "ohlcv ATOM/USDT", "newest_first", "M", "newest first", "", FindingStatus.DIFFERENT).advice
        'correct [okx] newest_first, mark V'
        """
        section, _, field = self.fact.rpartition(".")
        place = f"[{self.venue}.{section}] {field}" if section else f"[{self.venue}] {field}"
        if self.verdict is FindingStatus.DIFFERENT:
            return f"correct {place}, mark V" if self.mark else ""
        if self.verdict is FindingStatus.UNDECIDED or self.mark not in UNVERIFIED_MARKS:
            return ""
        if section:
            return f"mark {self.mark} may become V where all of [{self.venue}.{section}] is so"
        return (
            f"write what was observed into {place}, mark V"
            if self.mark == UNKNOWN_MARK
            else f"mark {self.mark} may become V"
        )


OnFinding = Callable[[Finding], None]
