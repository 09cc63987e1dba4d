"""Ranks by depth and by time below within a quote group (docs/method.md, section 7)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from deviation.minute.markets import Market
from deviation.question import TOLERANCE
from deviation.wording import format_minutes

MIN_FIRM_SHARE = 0.8
"""Share of the window's minutes in which a venue must be firm to be ranked."""

MIN_RANKED_VENUES = 4
"""Venues that a group must have for ranks to be given."""

MIN_DEEPEST_LEAD = 0.02
"""Lead in depth, as a fraction, that makes a venue the deepest."""

MIN_LONGEST_LEAD = 3
"""Lead in minutes that makes a venue the longest."""


class RankWord(StrEnum):
    """Every value of a rank."""

    DEEPEST = "deepest"
    NOT_DEEPEST = "not deepest"
    LONGEST = "longest"
    NOT_LONGEST = "not longest"
    CLOSE = "too close to call"
    NOT_RANKED = "not ranked"
    NO_DATA = "no data"


@dataclass(frozen=True, slots=True)
class Rank:
    """A market's two ranks; ``reason`` says why it has none, and is None where it has."""

    deepest: RankWord
    longest: RankWord
    reason: str | None = None


def build_unranked(reason: str) -> Rank:
    """The rank of a market that is not ranked."""
    return Rank(RankWord.NOT_RANKED, RankWord.NOT_RANKED, reason)


@dataclass(frozen=True, slots=True)
class Contender:
    """A spot market against its own group: depth as a fraction, minutes below, firm minutes."""

    depth: float | None
    below_min: float
    firm_min: float


def rank_contenders(contenders: Mapping[Market, Contender], window_min: float) -> dict[Market, Rank]:
    """The ranks of the spot markets of one group."""
    ranked = {
        market: (contender.depth, contender.below_min)
        for market, contender in contenders.items()
        if contender.depth is not None and contender.firm_min >= MIN_FIRM_SHARE * window_min - TOLERANCE
    }
    return {market: _rank_contender(market, contender, ranked, window_min) for market, contender in contenders.items()}


def _rank_contender(
    market: Market, contender: Contender, ranked: Mapping[Market, tuple[float, float]], window_min: float
) -> Rank:
    if market not in ranked:
        return build_unranked(f"firm in {format_minutes(contender.firm_min)} of {format_minutes(window_min)} minutes")
    if len(ranked) < MIN_RANKED_VENUES:
        return build_unranked(f"only {len(ranked)} comparable")
    other_contenders = [other_numbers for other, other_numbers in ranked.items() if other != market]
    depth, below_min = ranked[market]
    return Rank(
        _choose_word(
            -depth,
            [-depth for depth, _ in other_contenders],
            MIN_DEEPEST_LEAD,
            (RankWord.DEEPEST, RankWord.NOT_DEEPEST),
        ),
        _choose_word(
            below_min,
            [below_min for _, below_min in other_contenders],
            MIN_LONGEST_LEAD,
            (RankWord.LONGEST, RankWord.NOT_LONGEST),
        ),
    )


def _choose_word(
    value: float, other_values: Sequence[float], lead: float, words: tuple[RankWord, RankWord]
) -> RankWord:
    """Ahead of every other by the lead, behind one of them by the lead, or neither."""
    best = max(other_values)
    if value - best >= lead - TOLERANCE:
        return words[0]
    return words[1] if best - value >= lead - TOLERANCE else RankWord.CLOSE
