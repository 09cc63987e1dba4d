"""The ways in which a request to a venue fails, each with its outcome and with how much it ends.

CollectFailure
├── BadData          bad-data           ends the page; a garbled body may pass
├── HistoryTooShort  history-too-short  ends the page
├── NotListed        not-listed         ends the market
├── Rejected         unreachable        ends the market: the venue answered with an error
├── Unreachable      unreachable        ends the venue; may pass
├── RateLimitedOut   rate-limited-out   ends the venue; may pass
└── Refused          refused            ends the venue

What may pass is asked again, a bounded number of times. The message is the reason alone: venue, symbol and span stand
beside it in the coverage and in the summary.
"""

from enum import IntEnum
from typing import ClassVar

from data.errors import PlumblineError
from data.schema import Outcome


class Scope(IntEnum):
    """How much of a collection a failure ends: there is no use in asking for the rest of it."""

    PAGE = 1
    MARKET = 2
    VENUE = 3


class CollectFailure(PlumblineError):
    """A request to a venue gave no candles that can be believed."""

    outcome: ClassVar[Outcome]
    scope: ClassVar[Scope]
    is_transient: bool = False


class BadData(CollectFailure):
    """The venue answered with something that is no page of candles; ``garbled``: not even with JSON."""

    outcome = Outcome.BAD_DATA
    scope = Scope.PAGE

    def __init__(self, message: str, *, garbled: bool = False) -> None:
        super().__init__(message)
        self.is_transient = garbled


class HistoryTooShort(CollectFailure):
    """The venue answered for another time than was asked, or with nothing where it would give flat candles."""

    outcome = Outcome.HISTORY_TOO_SHORT
    scope = Scope.PAGE


class NotListed(CollectFailure):
    """The venue does not know the symbol."""

    outcome = Outcome.NOT_LISTED
    scope = Scope.MARKET


class Rejected(CollectFailure):
    """The venue answered with an error that asking again will not change."""

    outcome = Outcome.UNREACHABLE
    scope = Scope.MARKET


class Unreachable(CollectFailure):
    """The venue did not answer, or answered that it is down."""

    outcome = Outcome.UNREACHABLE
    scope = Scope.VENUE
    is_transient = True


class RateLimitedOut(CollectFailure):
    """The venue answered that it was asked too often; ``retry_after_s`` is None where it named no wait."""

    outcome = Outcome.RATE_LIMITED_OUT
    scope = Scope.VENUE
    is_transient = True

    def __init__(self, message: str, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class Refused(CollectFailure):
    """The venue serves nobody from here: HTTP 451 or 403."""

    outcome = Outcome.REFUSED
    scope = Scope.VENUE
