"""One market against the votes of one group, minute by minute (docs/method.md, sections 3 and 4)."""

from dataclasses import dataclass

import numpy as np

from deviation.grid import Bools, Floats, Ints
from deviation.minutes import Minutes
from deviation.question import FIRM_VOTES


@dataclass(frozen=True, slots=True)
class Peers:
    """What the other venues of a group said in each minute, arrays of one size, NaN where nobody said anything.

    ``votes`` counts the voting peers, ``ranges`` those with a range; ``low`` and ``high`` are the medians of the
    peers' range ends, ``lowest`` the lowest vote.
    """

    votes: Ints
    reference: Floats
    lowest: Floats
    ranges: Ints
    low: Floats
    high: Floats


@dataclass(frozen=True, slots=True)
class Series:
    """A market against a group, minute by minute: fractions, NaN where undefined.

    ``votes`` and ``reference`` stand in every minute, the others only in minutes in which the market votes:
    ``d`` its deviation, ``gap`` the distance to the lowest vote, ``wick_shallow`` and ``wick_deep`` the bounds of its
    lowest trade, ``sure`` the deviation that holds in whatever order the minute's trades came.
    """

    votes: Ints
    reference: Floats
    d: Floats
    gap: Floats
    wick_shallow: Floats
    wick_deep: Floats
    sure: Floats

    @property
    def firm(self) -> Bools:
        """Minutes that count in headline numbers, ranks and verdicts."""
        return ~np.isnan(self.d) & (self.votes >= FIRM_VOTES)

    @property
    def thin(self) -> Bools:
        """Minutes with one or two votes, reported apart."""
        return ~np.isnan(self.d) & (self.votes < FIRM_VOTES)

    @property
    def observed(self) -> Bools:
        """Minutes in which the market votes and at least one other does."""
        return ~np.isnan(self.d)

    def cut(self, span: slice) -> "Series":
        """The same series over a part of the minutes."""
        return Series(
            votes=self.votes[span],
            reference=self.reference[span],
            d=self.d[span],
            gap=self.gap[span],
            wick_shallow=self.wick_shallow[span],
            wick_deep=self.wick_deep[span],
            sure=self.sure[span],
        )


def compare(market: Minutes, others: Peers) -> Series:
    """The market's deviation from its peers in each minute."""
    voting = market.voting
    price = np.where(voting, market.price, np.nan)
    bounded = voting & (others.ranges >= FIRM_VOTES)
    low = np.where(bounded, market.low, np.nan)
    return Series(
        votes=others.votes,
        reference=others.reference,
        d=_off(price, others.reference),
        gap=_off(price, others.lowest),
        wick_shallow=_off(low, others.low),
        wick_deep=_off(low, others.high),
        sure=_off(np.where(bounded, market.range_high, np.nan), others.low),
    )


def _off(price: Floats, reference: Floats) -> Floats:
    quotient = price / reference
    quotient -= 1  # in place: these arrays are most of what a measurement weighs
    return quotient
