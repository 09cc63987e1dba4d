"""How far an answer depends on the choices behind it: a range, not a vote (docs/method.md, section 7).

The runs do not depend on the reference, the handling of quotes or the smallest vote that the question asks for: they go
over all of them. Window, event, venues, enter, exit and confirm stay as asked.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import product

import polars as pl

from data.schema import Evidence
from deviation.grid import align, axis_of
from deviation.markets import Market
from deviation.measure import measure_aligned
from deviation.question import TOLERANCE, Group, Parameters, Question, QuoteHandling, Reference, Rules
from deviation.ranks import Rank, Word
from deviation.result import Measurement
from deviation.summary import Summary

VOTES_USD = (100.0, 0.0, 1000.0, 10_000.0)
"""Values of ``min_vote_usd`` that are tried, the default first."""

DEFAULT = Parameters()


@dataclass(frozen=True, slots=True)
class Setting:
    """The choices of one run; ``without`` is the venue left out, by id, None where none is."""

    reference: Reference = DEFAULT.reference
    quote: QuoteHandling = DEFAULT.quote
    min_vote_usd: float = DEFAULT.min_vote_usd
    without: str | None = None

    def text(self, rules: Rules) -> str:
        """What differs from the defaults, in words."""
        if self.without is not None:
            return f"without {rules.name(self.without)}"
        said = [
            str(self.reference) if self.reference is not DEFAULT.reference else "",
            str(self.quote) if self.quote is not DEFAULT.quote else "",
            f"smallest vote {self.min_vote_usd:g} USD" if self.min_vote_usd != DEFAULT.min_vote_usd else "",
        ]
        return ", ".join(part for part in said if part) or "defaults"


@dataclass(frozen=True, slots=True)
class Extreme:
    """One end of a range, a fraction or minutes, and the first setting that gave it."""

    value: float
    setting: Setting


@dataclass(frozen=True, slots=True)
class Spread:
    """The two ends of a range; None where no run has a value.

    Of ``depth``, ``least`` is the shallowest and ``most`` the deepest; of ``below_min`` the fewest and most minutes.
    """

    least: Extreme | None
    most: Extreme | None


@dataclass(frozen=True, slots=True)
class Flip:
    """A setting under which a rank is worded otherwise than at the defaults."""

    setting: Setting
    word: Word


@dataclass(frozen=True, slots=True)
class Verdict:
    """A rank at the defaults, and every setting that changes its word."""

    word: Word
    flips: tuple[Flip, ...]


@dataclass(frozen=True, slots=True)
class Removal:
    """The venue whose removal moves the depth most, and the depth without it: None where no firm minute is left."""

    venue: str
    depth: float | None


@dataclass(frozen=True, slots=True)
class Range:
    """One market against one group over all runs.

    ``not_firm`` names the settings without a firm minute: they have no depth, and 0 minutes below. ``deepest`` and
    ``longest`` are None against the group that is not the market's own; ``removal`` where none moves the depth.
    """

    market: Market
    group: Group
    depth: Spread
    below_min: Spread
    not_firm: tuple[Setting, ...]
    deepest: Verdict | None
    longest: Verdict | None
    removal: Removal | None


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """The ranges of every market against both groups; ``runs`` is the number of runs behind each spot market."""

    question: Question
    ranges: tuple[Range, ...]
    runs: int


def sensitivity(candles: pl.DataFrame, covered: pl.DataFrame, question: Question) -> Sensitivity:
    """Measure again under every combination of the choices, and at the defaults without each other venue in turn.

    A venue left out is the one named in results, with all its markets of the asset; its relatives stay, and so do its
    conversion rates and its market of an underlying (section 2). The reconstruction has no sensitivity.

    Args:
        candles: As for `deviation.measure.measure`.
        covered: As for `deviation.measure.measure`.
        question: What is asked.
    """
    if question.origin is Evidence.RECONSTRUCTION:
        return Sensitivity(question, (), 0)
    choices = [Setting(*choice) for choice in product(Reference, QuoteHandling, VOTES_USD)]
    aligned = align(candles, covered, axis_of(question))
    base = measure_aligned(aligned, _set(question, choices[0]))
    # The choice of a market depends on no setting: naming it outright spares every other run the calm span.
    fixed = replace(
        question,
        venues=tuple(f"{row.market.venue}:{row.market.symbol}" for row in base.rows),
        calm=question.calm if question.underlying else None,
    )
    venues = sorted({row.market.venue for row in base.rows if row.spot})
    settings = [*choices[1:], *(Setting(without=venue) for venue in venues)]
    runs = [(choices[0], base)]
    for setting in settings:
        asked = _set(fixed, setting)
        if asked.venues:
            runs.append((setting, measure_aligned(aligned, asked)))
    return Sensitivity(
        question,
        tuple(_range(row.market, group, runs) for row in base.rows for group in Group),
        len(choices) + max(len(venues) - 1, 0),
    )


def _set(question: Question, setting: Setting) -> Question:
    """The question under a setting."""
    parameters = replace(
        question.parameters,
        reference=setting.reference,
        quote=setting.quote,
        min_vote_usd=setting.min_vote_usd,
    )
    kept = tuple(item for item in question.venues if item.split(":", 1)[0] != setting.without)
    return replace(question, parameters=parameters, venues=kept)


def _range(market: Market, group: Group, runs: Sequence[tuple[Setting, Measurement]]) -> Range:
    seen = [
        (setting, row.against[group], measurement.ranks[market])
        for setting, measurement in runs
        for row in measurement.rows
        if row.market == market
    ]
    sums = [(setting, summary) for setting, summary, _ in seen]
    own = [(setting, rank) for setting, _, rank in seen] if market.group is group else []
    depths = [(summary.depth, setting) for setting, summary in sums if summary.depth is not None]
    minutes = [(summary.below_min, setting) for setting, summary in sums]
    return Range(
        market=market,
        group=group,
        depth=Spread(_extreme(depths, 1), _extreme(depths, -1)),
        below_min=Spread(_extreme(minutes, -1), _extreme(minutes, 1)),
        not_firm=tuple(setting for setting, summary in sums if not summary.firm_min),
        deepest=_verdict(own, lambda rank: rank.deepest),
        longest=_verdict(own, lambda rank: rank.longest),
        removal=_removal(sums),
    )


def _extreme(values: Sequence[tuple[float, Setting]], sign: int) -> Extreme | None:
    """The largest value (of sign 1; -1: the smallest), with the first of the settings that gave it."""
    found: Extreme | None = None
    for value, setting in values:
        if found is None or sign * (value - found.value) > TOLERANCE:
            found = Extreme(value, setting)
    return found


def _verdict(ranks: Sequence[tuple[Setting, Rank]], word: Callable[[Rank], Word]) -> Verdict | None:
    if not ranks:
        return None
    usual = word(ranks[0][1])
    return Verdict(usual, tuple(Flip(setting, word(rank)) for setting, rank in ranks if word(rank) is not usual))


def _removal(sums: Sequence[tuple[Setting, Summary]]) -> Removal | None:
    """Losing every firm minute counts as the largest move; of equal moves the first venue by name stands."""
    usual = sums[0][1].depth
    if usual is None:
        return None
    found, furthest = None, TOLERANCE
    for setting, summary in sums:
        if setting.without is None:
            continue
        moved = float("inf") if summary.depth is None else abs(summary.depth - usual)
        if moved - furthest > TOLERANCE:
            found, furthest = Removal(setting.without, summary.depth), moved
    return found
