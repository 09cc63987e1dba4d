"""Who votes on whom: the spot markets of both groups, and what they say to each market that is measured."""

from collections.abc import Mapping

from deviation.against import Peers, Series, compare, peers
from deviation.markets import Market
from deviation.minutes import Minutes
from deviation.question import Group, Rules


class Panel:
    """The voters of one measurement; their minutes cover the whole axis of ``size`` minutes."""

    def __init__(self, voters: Mapping[Market, Minutes], rules: Rules, size: int) -> None:
        self._voters = voters
        self._rules = rules
        self._size = size
        self._said: dict[tuple[tuple[Market, ...], float], Peers] = {}

    def series(self, market: Market, minutes: Minutes, ratio: float) -> dict[Group, Series]:
        """The market against each group; ``ratio`` scales the votes (1 among markets of one asset)."""
        return {group: compare(minutes, self._peers(market.venue, group, ratio)) for group in Group}

    def here(self, market: Market) -> Minutes | None:
        """The voter of the market's own venue and group, which it never hears; None where there is none."""
        place = market.venue, market.group
        return next((said for voter, said in self._voters.items() if (voter.venue, voter.group) == place), None)

    def _peers(self, venue: str, group: Group, ratio: float) -> Peers:
        """What the group's venues say to this one; many venues hear the same, so it is worked out once."""
        family = self._rules.family(venue)
        heard = tuple(
            voter for voter in self._voters if voter.group is group and self._rules.family(voter.venue) != family
        )
        if (heard, ratio) not in self._said:
            self._said[heard, ratio] = peers([self._voters[voter] for voter in heard], self._size, ratio)
        return self._said[heard, ratio]
