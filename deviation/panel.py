"""Who votes on whom: the spot markets of a group, and what they say to each market that is measured."""

from collections.abc import Mapping, Sequence
from functools import cached_property, partial, reduce

import numpy as np

from deviation.against import Peers, Ranges, Series
from deviation.grid import Floats
from deviation.markets import Market
from deviation.minutes import Minutes
from deviation.order import Middle, Ranked, least, least_without, leave_one_out, rank, without
from deviation.question import Rules
from deviation.weights import Weighed, weigh, weighted_median

VOTE = "vote"


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
        self._weights = weights

    @cached_property
    def everyone(self) -> Peers:
        """What all of them say together."""
        votes = self._prices.whole
        return Peers(
            votes.count,
            self._reference(votes, []),
            partial(least, self._prices),
            lambda: _ranges(self._lows.whole, self._highs.whole),
        )

    def without(self, markets: Sequence[Market]) -> Peers:
        """What the others say: all but these, one or more."""
        votes = self._without(self._prices, markets, VOTE)
        *first, last = (self._said(market, VOTE) for market in markets)
        return Peers(
            votes.count,
            self._reference(votes, markets),
            lambda: least_without(reduce(without, first, self._prices), last),
            lambda: _ranges(
                self._without(self._lows, markets, "range_low"), self._without(self._highs, markets, "range_high")
            ),
        )

    def _without(self, ranked: Ranked, markets: Sequence[Market], name: str) -> Middle:
        *first, last = (self._said(market, name) for market in markets)
        return leave_one_out(reduce(without, first, ranked), last)

    @cached_property
    def _prices(self) -> Ranked:
        return self._ranked(VOTE)

    @cached_property
    def _lows(self) -> Ranked:
        return self._ranked("range_low")

    @cached_property
    def _highs(self) -> Ranked:
        return self._ranked("range_high")

    def _ranked(self, name: str) -> Ranked:
        return rank([self._said(market, name) for market in self._voters], self._size)

    def _said(self, market: Market, name: str) -> Floats:
        """What a voter says: its vote or an end of its range in voting minutes, times the ratio; NaN elsewhere."""
        minutes = self._voters[market]
        said: Floats = getattr(minutes, name)
        if name != VOTE:
            said = np.where(minutes.voting, said, np.nan)
        return said if self._ratio == 1 else said * self._ratio

    @cached_property
    def _weighed(self) -> Weighed:
        prices = [self._said(market, VOTE) for market in self._voters]
        weights = [] if self._weights is None else [self._weights[market] for market in self._voters]
        return weigh(np.array(prices).reshape(len(prices), self._size), weights)

    def _reference(self, votes: Middle, unheard: Sequence[Market]) -> Floats:
        if self._weights is None:
            return votes.median
        left_out = [(self._said(market, VOTE), self._weights[market]) for market in unheard]
        return weighted_median(self._weighed, left_out)


class Panel:
    """The voters of one group over a span of ``size`` minutes.

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
        """The market, over the same span, against the group: all of its venues but the market's own family.

        ``ratio`` scales the votes (1 among markets of one asset).
        """
        family = self._rules.family(market.venue)
        unheard = [voter for voter in self._voters if self._rules.family(voter.venue) == family]
        if ratio not in self._boards:
            self._boards[ratio] = Board(self._voters, self._size, ratio, self._weights)
        board = self._boards[ratio]
        return Series(minutes, board.without(unheard) if unheard else board.everyone)


def _ranges(lows: Middle, highs: Middle) -> Ranges:
    return Ranges(lows.count, lows.median, highs.median)
