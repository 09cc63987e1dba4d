"""How requests to venues fail: each failure has an outcome, and a scope that it ends.

CollectFailure
├── BadData          bad-data           ends the page; transient if garbled
├── HistoryTooShort  history-too-short  ends the page
│   └── NotPublished unreachable        ends the page; asked for again by a later collection
├── NotListed        not-listed         ends the market
├── Rejected         unreachable        ends the market
├── Unreachable      unreachable        ends the venue; transient
├── RateLimitedOut   rate-limited-out   ends the venue; transient
└── Refused          refused            ends the venue

Transient failures are retried, see `collectors.http.retry`. A message is the reason alone: venue, symbol and span are
other columns of the coverage and other fields of the summary.
"""

import re
from enum import IntEnum
from typing import ClassVar

from data.errors import PlumblineError
from data.schema import Outcome
from data.text.redact import redact_secrets


class Scope(IntEnum):
    """The part of a collection that a failure ends: nothing more of it is requested."""

    PAGE = 1
    MARKET = 2
    VENUE = 3


MAX_FAILURE_CHARS = 1000
"""More than the words of any failure, with what it quotes of an answer."""


def make_printable(text: str) -> str:
    r"""The text on one line, with a mark for each character that would not show, or would change how others show.

    >>> ascii(make_printable("a\n b\x1b[31m\u202ec"))
    "'a b\\ufffd[31m\\ufffdc'"
    """
    line = re.sub(r"\s+", " ", text).strip()
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in line)


class CollectFailure(PlumblineError):
    """A request to a venue gave no valid candles.

    The message is one printable line of at most `MAX_FAILURE_CHARS`, as it may quote what a venue sent.
    """

    outcome: ClassVar[Outcome]
    scope: ClassVar[Scope]
    is_transient: bool = False

    def __init__(self, message: str) -> None:
        # Secrets go first: one that is cut in two would not be found.
        super().__init__(make_printable(redact_secrets(message))[:MAX_FAILURE_CHARS])


class BadData(CollectFailure):
    """The response is no page of candles; ``garbled`` where it is not even valid JSON or a readable file."""

    outcome = Outcome.BAD_DATA
    scope = Scope.PAGE

    def __init__(self, message: str, *, garbled: bool = False) -> None:
        super().__init__(message)
        self.is_transient = garbled


class HistoryTooShort(CollectFailure):
    """The response is for another time than requested, or empty where the venue would send flat candles."""

    outcome = Outcome.HISTORY_TOO_SHORT
    scope = Scope.PAGE


class NotPublished(HistoryTooShort):
    """The archive has no file of that day yet."""

    outcome = Outcome.UNREACHABLE


class NotListed(CollectFailure):
    """The venue does not know the symbol."""

    outcome = Outcome.NOT_LISTED
    scope = Scope.MARKET


class Rejected(CollectFailure):
    """The venue answered with an error that a retry will not change."""

    outcome = Outcome.UNREACHABLE
    scope = Scope.MARKET


class Unreachable(CollectFailure):
    """The venue did not answer, or answered that it is down."""

    outcome = Outcome.UNREACHABLE
    scope = Scope.VENUE
    is_transient = True


class RateLimitedOut(CollectFailure):
    """The venue's rate limit is exceeded; ``retry_after_s`` is None where the response names no wait."""

    outcome = Outcome.RATE_LIMITED_OUT
    scope = Scope.VENUE
    is_transient = True

    def __init__(self, message: str, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class Refused(CollectFailure):
    """The venue serves no clients from this location: HTTP 451 or 403."""

    outcome = Outcome.REFUSED
    scope = Scope.VENUE
