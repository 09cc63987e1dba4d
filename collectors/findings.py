"""What a check of the venue table finds."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """Whether what came is what the table assumes."""

    AS_ASSUMED = "as assumed"
    OTHER = "other than assumed"
    OPEN = "cannot be told"


@dataclass(frozen=True, slots=True)
class Finding:
    """One fact of the table about a venue: what is assumed, on what evidence, and what came.

    ``mark`` is the mark of the table's evidence, empty where the fact has none there.
    """

    venue: str
    route: str
    fact: str
    mark: str
    assumed: str
    came: str
    verdict: Verdict


OnFinding = Callable[[Finding], None]
