"""The votes of a group's spot markets, and their statistics for each measured market."""

from collections.abc import Mapping, Sequence
from functools import cached_property, partial, reduce

import numpy as np

from deviation.minute.grid import Floats
from deviation.minute.markets import Market
from deviation.minute.order_statistics import (
    Medians,
    SortedColumns,
    compute_medians_without,
    compute_minimum,
    compute_minimum_without,
    remove_values,
    sort_columns,
)
from deviation.minute.series import DeviationSeries, PeerRanges, PeerStatistics
from deviation.minute.states import MarketMinutes
from deviation.minute.weights import WeightedColumns, compute_weighted_median, sort_weighted
from deviation.question import Rules

VOTE_FIELD = "vote"


class PeerPrices:
    """The votes and ranges of one group's spot markets, sorted once for all measured markets.

    ``ratio`` turns an underlying's prices into the asset's (section 6); NaN leaves no votes. With ``weights``
    the reference is the weighted median, else the median; ranges use the median in both cases.
    """

    def __init__(
        self, voters: Mapping[Market, MarketMinutes], size: int, ratio: float, weights: Mapping[Market, int] | None
    ) -> None:
        self._voters = voters
        self._size = size
        self._ratio = ratio
        self._weights = weights

    @cached_property
    def all_peers(self) -> PeerStatistics:
        """Statistics of all voters."""
        medians = self._sorted_votes.medians
        return PeerStatistics(
            medians.count,
            self._compute_reference(medians, []),
            partial(compute_minimum, self._sorted_votes),
            lambda: _build_ranges(self._sorted_lows.medians, self._sorted_highs.medians),
        )

    def exclude_peers(self, markets: Sequence[Market]) -> PeerStatistics:
        """Statistics of all voters but these, one or more."""
        medians = self._compute_medians_without(self._sorted_votes, markets, VOTE_FIELD)
        *earlier, last_values = (self._votes_of(market, VOTE_FIELD) for market in markets)
        return PeerStatistics(
            medians.count,
            self._compute_reference(medians, markets),
            lambda: compute_minimum_without(reduce(remove_values, earlier, self._sorted_votes), last_values),
            lambda: _build_ranges(
                self._compute_medians_without(self._sorted_lows, markets, "range_low"),
                self._compute_medians_without(self._sorted_highs, markets, "range_high"),
            ),
        )

    def _compute_medians_without(self, ranked: SortedColumns, markets: Sequence[Market], name: str) -> Medians:
        *earlier, last_values = (self._votes_of(market, name) for market in markets)
        return compute_medians_without(reduce(remove_values, earlier, ranked), last_values)

    @cached_property
    def _sorted_votes(self) -> SortedColumns:
        return self._sort_field(VOTE_FIELD)

    @cached_property
    def _sorted_lows(self) -> SortedColumns:
        return self._sort_field("range_low")

    @cached_property
    def _sorted_highs(self) -> SortedColumns:
        return self._sort_field("range_high")

    def _sort_field(self, name: str) -> SortedColumns:
        return sort_columns([self._votes_of(market, name) for market in self._voters], self._size)

    def _votes_of(self, market: Market, name: str) -> Floats:
        """A voter's vote, or an end of its range, in voting minutes, times the ratio; NaN elsewhere."""
        minutes = self._voters[market]
        values: Floats = getattr(minutes, name)
        if name != VOTE_FIELD:
            values = np.where(minutes.voting, values, np.nan)
        return values if self._ratio == 1 else values * self._ratio

    @cached_property
    def _weighted_columns(self) -> WeightedColumns:
        prices = [self._votes_of(market, VOTE_FIELD) for market in self._voters]
        weights = [] if self._weights is None else [self._weights[market] for market in self._voters]
        return sort_weighted(np.array(prices).reshape(len(prices), self._size), weights)

    def _compute_reference(self, votes: Medians, excluded: Sequence[Market]) -> Floats:
        if self._weights is None:
            return votes.median
        excluded_votes = [(self._votes_of(market, VOTE_FIELD), self._weights[market]) for market in excluded]
        return compute_weighted_median(self._weighted_columns, excluded_votes)


class PeerGroup:
    """The voters of one group over a span of ``size`` bars.

    With ``weights`` the reference is the weighted median, else the median.
    """

    def __init__(
        self,
        voters: Mapping[Market, MarketMinutes],
        rules: Rules,
        size: int,
        weights: Mapping[Market, int] | None = None,
    ) -> None:
        self._voters = voters
        self._rules = rules
        self._size = size
        self._weights = weights
        self._prices_by_ratio: dict[float, PeerPrices] = {}

    def build_series(self, market: Market, minutes: MarketMinutes, ratio: float) -> DeviationSeries:
        """The market, over the same span, against the group: all of its venues but the market's own family.

        ``ratio`` scales the votes (1 among markets of one asset).
        """
        family = self._rules.family_of(market.venue)
        excluded = [voter for voter in self._voters if self._rules.family_of(voter.venue) == family]
        if ratio not in self._prices_by_ratio:
            self._prices_by_ratio[ratio] = PeerPrices(self._voters, self._size, ratio, self._weights)
        peer_prices = self._prices_by_ratio[ratio]
        return DeviationSeries(minutes, peer_prices.exclude_peers(excluded) if excluded else peer_prices.all_peers)


def _build_ranges(lows: Medians, highs: Medians) -> PeerRanges:
    return PeerRanges(lows.count, lows.median, highs.median)
