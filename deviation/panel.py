"""Who votes on whom: the spot markets of both groups, and what they say to each market that is measured."""

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property, reduce

import numpy as np

from deviation.against import Peers, Series, compare
from deviation.grid import Floats
from deviation.markets import Market
from deviation.minutes import Minutes
from deviation.order import Middle, leave_one_out, rank, whole, without
from deviation.question import Rules
from deviation.weights import weigh, weighted_median

SAID = ("price", "range_low", "range_high")
"""What a voter says: the fields of `Minutes` that are ordered among the voters of a minute."""


class Board:
    """The votes and ranges of one group's spot markets, sorted once for all who listen.

    ``ratio`` turns an underlying's prices into the asset's (section 6); NaN leaves no votes. ``weights`` makes the
    reference a weighted median; without them it is the median. Ranges are plain under either.
    """

    def __init__(
        self, voters: Mapping[Market, Minutes], size: int, ratio: float, weights: Mapping[Market, int] | None
    ) -> None:
        self._voters = voters
        self._size = size
        self._ratio = ratio
        self._ranked = tuple(rank(self._matrix(voters, name)) for name in SAID)
        self._weights = weights
        self._weighed = (
            None if weights is None else weigh(self._matrix(voters, "price"), [weights[market] for market in voters])
        )

    def _matrix(self, markets: Collection[Market], name: str) -> Floats:
        """What these markets say, a row each: a field of their voting minutes, times the ratio; NaN elsewhere."""
        values = np.full((len(markets), self._size), np.nan)
        for row, market in zip(values, markets, strict=True):
            said = self._voters[market]
            np.multiply(getattr(said, name), self._ratio, out=row, where=said.voting)
        return values

    @cached_property
    def everyone(self) -> Peers:
        """What all of them say together."""
        return _peers([whole(ranked) for ranked in self._ranked], self._reference([]))

    def without(self, markets: Sequence[Market]) -> Peers:
        """What the others say: all but these, one or more."""
        said = []
        for ranked, name in zip(self._ranked, SAID, strict=True):
            *first, last = self._matrix(markets, name)
            said.append(leave_one_out(reduce(without, first, ranked), last))
        return _peers(said, self._reference(markets))

    def _reference(self, unheard: Sequence[Market]) -> Floats | None:
        """The weighted median without some markets; None where the plain one is asked for."""
        if self._weighed is None or self._weights is None:
            return None
        prices = self._matrix(unheard, "price")
        weights = [self._weights[market] for market in unheard]
        return weighted_median(self._weighed, list(zip(prices, weights, strict=True)))


class Panel:
    """The voters of one group in one measurement; their minutes cover the whole axis of ``size`` minutes.

    ``weights`` makes the reference a weighted median; without them it is the median.
    """

    def __init__(
        self, voters: Mapping[Market, Minutes], rules: Rules, size: int, weights: Mapping[Market, int] | None = None
    ) -> None:
        self._voters = voters
        self._rules = rules
        self._size = size
        self._weights = weights
        self._boards: dict[float, Board] = {}

    def series(self, market: Market, minutes: Minutes, ratio: float) -> Series:
        """The market against the group: all of its venues but the market's own family.

        ``ratio`` scales the votes (1 among markets of one asset).
        """
        family = self._rules.family(market.venue)
        unheard = [voter for voter in self._voters if self._rules.family(voter.venue) == family]
        if ratio not in self._boards:
            self._boards[ratio] = Board(self._voters, self._size, ratio, self._weights)
        board = self._boards[ratio]
        return compare(minutes, board.without(unheard) if unheard else board.everyone)


def _peers(said: Sequence[Middle], weighted: Floats | None) -> Peers:
    votes, lows, highs = said
    reference = votes.median if weighted is None else weighted
    return Peers(votes.count, reference, votes.least, lows.count, lows.median, highs.median)
