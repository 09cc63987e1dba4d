"""What the other exchanges of a group say of a price, for a venue that need not be in the data itself.

The votes, the reference and the ranges are those of docs/method.md, sections 3 and 4.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from deviation.minute.conversion import Conversion
from deviation.minute.grid import Bools, Floats, Ints
from deviation.minute.markets import Market
from deviation.minute.votes import PeerVotes


@dataclass(frozen=True)
class PeerPrices:
    """The votes of the other families of one group over a window, in the money of one quote.

    All arrays are of the window's size; prices are NaN where no vote, no range or no rate gives one.
    """

    peers: PeerVotes
    conversion: Conversion

    @property
    def votes(self) -> Ints:
        """How many exchanges vote."""
        return self.peers.count

    @property
    def has_rate(self) -> Bools:
        """Whether there is a rate into the quote."""
        return self.conversion.is_known

    @cached_property
    def reference(self) -> tuple[Floats, Floats]:
        """Both ends of the reference, widened by the uncertainty of the rates (section 3)."""
        low, high = self.peers.interval
        return low * self.conversion.a, high * self.conversion.b

    @cached_property
    def range_count(self) -> Ints:
        """How many of those that vote have a range (section 4)."""
        counts: Ints = np.sum([known for _, _, known in self._ranges], axis=0, dtype=np.int64)
        return counts if self._ranges else np.zeros_like(self.votes)

    @cached_property
    def range_hull(self) -> tuple[Floats, Floats]:
        """The lowest low and the highest high of the ranges that are known, by the outer bounds of the rates."""
        empty = np.full(self.votes.size, np.nan)
        low, high = empty, empty
        for family_low, family_high, known in self._ranges:
            low = np.fmin(low, np.where(known, family_low, np.nan))
            high = np.fmax(high, np.where(known, family_high, np.nan))
        return low * self.conversion.lo, high * self.conversion.hi

    def list_voters(self, position: int) -> tuple[Market, ...]:
        """The markets that vote in a minute, in alphabetical order."""
        return tuple(sorted(market for market, votes, _ in self._members if not np.isnan(votes[position])))

    def list_without_range(self, position: int) -> tuple[Market, ...]:
        """Those of `list_voters` whose range is unknown."""
        return tuple(
            sorted(
                market
                for market, votes, known in self._members
                if not np.isnan(votes[position]) and not known[position]
            )
        )

    @cached_property
    def _members(self) -> list[tuple[Market, Floats, Bools]]:
        """Each market with its votes, NaN where another one of its family votes, and where the family has a range."""
        return [
            (market, votes, known)
            for family, (_, _, known) in zip(self.peers.families, self._ranges, strict=True)
            for market, votes in family.split_by_member()
        ]

    @cached_property
    def _ranges(self) -> list[tuple[Floats, Floats, Bools]]:
        """Per family both ends of the range of what votes, and where it votes and has one."""
        return [
            (family.range_low, family.range_high, np.isfinite(family.vote) & np.isfinite(family.range_high))
            for family in self.peers.families
        ]
