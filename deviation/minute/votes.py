"""What the other families of a group say in each minute (docs/method.md, section 3).

Each family has one vote: of several members that of the larger volume in that minute.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from deviation.minute.grid import Floats, Ints
from deviation.minute.markets import Market
from deviation.minute.order_statistics import Columns, SortedColumns, sort_columns
from deviation.minute.selecting import mask_values
from deviation.minute.states import MarketMinutes
from deviation.minute.weights import compute_weighted_median
from deviation.question import Rules


@dataclass(frozen=True)
class FamilyVotes:
    """The votes of one family in a group over a span; ``minutes`` and ``weights`` are those of its members, by name."""

    members: tuple[Market, ...]
    minutes: tuple[MarketMinutes, ...]
    weights: tuple[int, ...]

    @cached_property
    def vote(self) -> Floats:
        """The close that counts; NaN where no member votes."""
        return self._choose([minutes.vote for minutes in self.minutes])

    @cached_property
    def range_low(self) -> Floats:
        """The lower end of the range of what votes, 0 where it has none; NaN where no member votes."""
        return self._choose([_bound_range(minutes, minutes.range_low, 0.0) for minutes in self.minutes])

    @cached_property
    def range_high(self) -> Floats:
        """The upper end of that range, infinite where it has none."""
        return self._choose([_bound_range(minutes, minutes.range_high, np.inf) for minutes in self.minutes])

    @cached_property
    def weight(self) -> Ints:
        """The weight of the member that votes."""
        if self._choice is None:
            return np.full(self.vote.size, self.weights[0], np.int64)
        return np.array(self.weights, np.int64)[self._choice]

    def split_by_member(self) -> list[tuple[Market, Floats]]:
        """The votes of each member, NaN where another one votes for the family."""
        if self._choice is None:
            return [(self.members[0], self.vote)]
        return [
            (member, np.where(self._choice == place, self.vote, np.nan)) for place, member in enumerate(self.members)
        ]

    @cached_property
    def _choice(self) -> Ints | None:
        """The place of the member that votes; None with one member. Of equal volumes the first by name votes."""
        if len(self.members) == 1:
            return None
        turnover = np.array([np.where(minutes.voting, minutes.turnover, -1.0) for minutes in self.minutes])
        choice: Ints = np.argmax(turnover, axis=0)
        return choice

    def _choose(self, values: Sequence[Floats]) -> Floats:
        if self._choice is None:
            return values[0]
        chosen: Floats = np.take_along_axis(np.array(values), self._choice[np.newaxis], axis=0)[0]
        return chosen


@dataclass(frozen=True)
class PeerVotes:
    """The votes of the families of a group, without the ``own`` one: None where that has no market in it."""

    own: FamilyVotes | None
    group: "VoteGroup"

    @cached_property
    def families(self) -> tuple[FamilyVotes, ...]:
        """The families that vote."""
        return tuple(family for family in self.group.families if family is not self.own)

    @cached_property
    def prices(self) -> Columns:
        """The votes, sorted down each column."""
        return self.group.prices.exclude(None if self.own is None else self.own.vote)

    @cached_property
    def lows(self) -> Columns:
        """The lower ends of the ranges of what votes, 0 where there is none."""
        return self.group.lows.exclude(None if self.own is None else self.own.range_low)

    @cached_property
    def highs(self) -> Columns:
        """The upper ends of these ranges, infinite where there is none."""
        return self.group.highs.exclude(None if self.own is None else self.own.range_high)

    @property
    def count(self) -> Ints:
        """The number of votes."""
        return self.prices.count

    @cached_property
    def interval(self) -> tuple[Floats, Floats]:
        """Both ends of the median, or weighted median, of the votes; NaN without a vote."""
        if not self.group.is_weighted:
            return self.prices.lower_middle, self.prices.upper_middle
        votes, weights = [family.vote for family in self.families], [family.weight for family in self.families]
        return compute_weighted_median(votes, weights, self.count.size)


class VoteGroup:
    """The voters of one group over a span of ``size`` bars; with ``weights`` the reference is the weighted median."""

    def __init__(
        self,
        voters: Mapping[Market, MarketMinutes],
        rules: Rules,
        size: int,
        weights: Mapping[Market, int] | None = None,
    ) -> None:
        self._rules = rules
        self._size = size
        self.is_weighted = weights is not None
        members: dict[str, list[Market]] = {}
        for market in sorted(voters):
            members.setdefault(rules.family_of(market.venue), []).append(market)
        self._families = {
            family: FamilyVotes(
                tuple(markets),
                tuple(voters[market] for market in markets),
                tuple((weights or {}).get(market, 1) for market in markets),
            )
            for family, markets in members.items()
        }

    def exclude_family(self, venue: str) -> PeerVotes:
        """The votes of all families but that of a venue."""
        return PeerVotes(self._families.get(self._rules.family_of(venue)), self)

    @property
    def families(self) -> tuple[FamilyVotes, ...]:
        """All families, by name."""
        return tuple(self._families.values())

    @cached_property
    def prices(self) -> SortedColumns:
        """The votes of all families, sorted down each column."""
        return sort_columns([family.vote for family in self.families], self._size)

    @cached_property
    def lows(self) -> SortedColumns:
        """The lower ends of their ranges, 0 where there is none."""
        return sort_columns([family.range_low for family in self.families], self._size)

    @cached_property
    def highs(self) -> SortedColumns:
        """The upper ends of their ranges, infinite where there is none."""
        return sort_columns([family.range_high for family in self.families], self._size)


def _bound_range(minutes: MarketMinutes, end: Floats, unknown: float) -> Floats:
    """An end of the range in voting minutes, ``unknown`` where there is none; NaN in all other minutes."""
    is_unknown = np.flatnonzero(minutes.voting & np.isnan(end))
    bound = mask_values(end, minutes.voting)
    if is_unknown.size:
        bound = bound.copy()
        bound[is_unknown] = unknown
    return bound
