"""Who was deepest and who longest, where that can be said (docs/method.md, section 7)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from deviation.markets import Market
from deviation.question import TOLERANCE

FIRM_SHARE = 0.8
"""Share of the window's minutes in which a venue must be firm to be ranked."""

RANKED_VENUES = 4
"""Venues that a group must have for ranks to be given."""

DEEPEST_LEAD = 0.02
"""Lead in depth, as a fraction, that makes a venue the deepest."""

LONGEST_LEAD_MIN = 3
"""Lead in minutes that makes a venue the longest."""


class Word(StrEnum):
    """The only words in which a rank is given."""

    DEEPEST = "deepest"
    NOT_DEEPEST = "not deepest"
    LONGEST = "longest"
    NOT_LONGEST = "not longest"
    CLOSE = "too close to call"
    NOT_RANKED = "not ranked"
    NO_DATA = "no data"


@dataclass(frozen=True, slots=True)
class Rank:
    """A market's two ranks; ``why`` says why it has none, and is None where it has."""

    deepest: Word
    longest: Word
    why: str | None = None


def unranked(why: str) -> Rank:
    """The rank of a market that is not ranked."""
    return Rank(Word.NOT_RANKED, Word.NOT_RANKED, why)


@dataclass(frozen=True, slots=True)
class Contender:
    """A spot market in its own group: fraction, minutes, and the minutes in which it was firm."""

    depth: float | None
    below_min: float
    firm_min: float


def rank(contenders: Mapping[Market, Contender], window_min: float) -> dict[Market, Rank]:
    """The ranks of the spot markets of one group."""
    ranked = {
        market: (contender.depth, contender.below_min)
        for market, contender in contenders.items()
        if contender.depth is not None and contender.firm_min >= FIRM_SHARE * window_min - TOLERANCE
    }
    return {market: _rank(market, contender, ranked, window_min) for market, contender in contenders.items()}


def _rank(market: Market, own: Contender, ranked: Mapping[Market, tuple[float, float]], window_min: float) -> Rank:
    if market not in ranked:
        return unranked(f"firm in {round(own.firm_min, 2):g} of {round(window_min, 2):g} minutes")
    if len(ranked) < RANKED_VENUES:
        return unranked(f"only {len(ranked)} comparable")
    others = [contender for other, contender in ranked.items() if other != market]
    depth, below_min = ranked[market]
    return Rank(
        _word(-depth, [-depth for depth, _ in others], DEEPEST_LEAD, (Word.DEEPEST, Word.NOT_DEEPEST)),
        _word(below_min, [below_min for _, below_min in others], LONGEST_LEAD_MIN, (Word.LONGEST, Word.NOT_LONGEST)),
    )


def _word(own: float, others: Sequence[float], lead: float, words: tuple[Word, Word]) -> Word:
    """Ahead of every other by the lead, behind one of them by the lead, or neither."""
    best = max(others)
    if own - best >= lead - TOLERANCE:
        return words[0]
    return words[1] if best - own >= lead - TOLERANCE else Word.CLOSE
