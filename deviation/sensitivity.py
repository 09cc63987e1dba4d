"""Ranges of the results over all settings of the measurement (docs/method.md, section 7).

The runs cover every reference, handling of quotes and smallest vote, whatever the question has. Window, event, venues,
enter, exit and confirm are those of the question.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import product

import polars as pl

from data.schema import Evidence
from deviation.measure import measure_aligned
from deviation.minute.grid import align_candles, build_axis
from deviation.minute.markets import Market
from deviation.question import TOLERANCE, Group, Parameters, Question, QuoteHandling, ReferenceKind, Rules
from deviation.ranks import Rank, RankWord
from deviation.result import Measurement
from deviation.summary import DeviationSummary
from deviation.wording import format_amount

MIN_VOTES_USD = (100.0, 0.0, 1000.0, 10_000.0)
"""Values of ``min_vote_usd`` that are tried, the default first."""

DEFAULT_PARAMETERS = Parameters()


@dataclass(frozen=True, slots=True)
class RunSetting:
    """The settings of one run; ``without_venue`` is the id of the venue left out, None without one."""

    reference: ReferenceKind = DEFAULT_PARAMETERS.reference
    quote: QuoteHandling = DEFAULT_PARAMETERS.quote
    min_vote_usd: float = DEFAULT_PARAMETERS.min_vote_usd
    without_venue: str | None = None

    def describe(self, rules: Rules) -> str:
        """What differs from the defaults, in words."""
        if self.without_venue is not None:
            return f"without {rules.name_of(self.without_venue)}"
        vote = "" if self.min_vote_usd == DEFAULT_PARAMETERS.min_vote_usd else format_amount(self.min_vote_usd)
        parts = [
            str(self.reference) if self.reference is not DEFAULT_PARAMETERS.reference else "",
            str(self.quote) if self.quote is not DEFAULT_PARAMETERS.quote else "",
            f"smallest vote {vote} USD" if vote else "",
        ]
        return ", ".join(part for part in parts if part) or "defaults"


@dataclass(frozen=True, slots=True)
class RangeEnd:
    """One end of a range, a fraction or minutes, and the first setting that gave it."""

    value: float
    setting: RunSetting


@dataclass(frozen=True, slots=True)
class ValueRange:
    """The two ends of a range; None where no run has a value.

    Of ``depth``, ``least`` is the shallowest and ``most`` the deepest; of ``below_min`` the fewest and most minutes.
    """

    least: RangeEnd | None
    most: RangeEnd | None


@dataclass(frozen=True, slots=True)
class Flip:
    """A setting that changes a rank, and the rank under it."""

    setting: RunSetting
    word: RankWord


@dataclass(frozen=True, slots=True)
class Verdict:
    """A rank at the defaults, and every setting that changes its word."""

    word: RankWord
    flips: tuple[Flip, ...]


@dataclass(frozen=True, slots=True)
class Removal:
    """The venue whose removal moves the depth most, and the depth without it: None where no firm minute is left."""

    venue: str
    depth: float | None


@dataclass(frozen=True, slots=True)
class MarketSensitivity:
    """One market against one group over all runs.

    ``not_firm`` names the settings without a firm minute: they have no depth, and 0 minutes below. ``deepest`` and
    ``longest`` are None against the group that is not the market's own; ``removal`` where none moves the depth.
    """

    market: Market
    group: Group
    depth: ValueRange
    below_min: ValueRange
    not_firm: tuple[RunSetting, ...]
    deepest: Verdict | None
    longest: Verdict | None
    removal: Removal | None


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """The ranges of every market against both groups; ``runs`` is the number of runs behind each spot market."""

    question: Question
    ranges: tuple[MarketSensitivity, ...]
    runs: int


def measure_sensitivity(candles: pl.DataFrame, covered_spans: pl.DataFrame, question: Question) -> Sensitivity:
    """Measure again under every combination of the choices, and at the defaults without each other venue in turn.

    Leaving out a venue removes all its markets of the asset; other members of its family, its conversion rates and its
    market of an underlying stay (section 2). The reconstruction has no sensitivity.

    Args:
        candles: As for `deviation.measure.measure`.
        covered_spans: As for `deviation.measure.measure`.
        question: What is asked.
    """
    if question.origin is Evidence.RECONSTRUCTION:
        return Sensitivity(question, (), 0)
    base_settings = [RunSetting(*choice) for choice in product(ReferenceKind, QuoteHandling, MIN_VOTES_USD)]
    aligned = align_candles(candles, covered_spans, build_axis(question))
    base_measurement = measure_aligned(aligned, _apply_setting(question, base_settings[0]))
    # No setting changes which markets are selected: with them fixed, the other runs skip the selection.
    fixed_question = replace(
        question,
        venues=tuple(f"{row.market.venue}:{row.market.symbol}" for row in base_measurement.rows),
        calm_span=question.calm_span if question.underlying else None,
    )
    venues = sorted({row.market.venue for row in base_measurement.rows if row.is_spot})
    other_settings = [*base_settings[1:], *(RunSetting(without_venue=venue) for venue in venues)]
    runs = [(base_settings[0], base_measurement)]
    for setting in other_settings:
        run_question = _apply_setting(fixed_question, setting)
        if run_question.venues:
            runs.append((setting, measure_aligned(aligned, run_question)))
    return Sensitivity(
        question,
        tuple(_summarize_runs(row.market, group, runs) for row in base_measurement.rows for group in Group),
        len(base_settings) + max(len(venues) - 1, 0),
    )


def _apply_setting(question: Question, setting: RunSetting) -> Question:
    """The question under a setting."""
    parameters = replace(
        question.parameters,
        reference=setting.reference,
        quote=setting.quote,
        min_vote_usd=setting.min_vote_usd,
    )
    venues = tuple(item for item in question.venues if item.split(":", 1)[0] != setting.without_venue)
    return replace(question, parameters=parameters, venues=venues)


def _summarize_runs(market: Market, group: Group, runs: Sequence[tuple[RunSetting, Measurement]]) -> MarketSensitivity:
    results = [
        (setting, row.summaries[group], measurement.ranks[market])
        for setting, measurement in runs
        for row in measurement.rows
        if row.market == market
    ]
    summaries = [(setting, summary) for setting, summary, _ in results]
    own_ranks = [(setting, rank) for setting, _, rank in results] if market.group is group else []
    depths = [(summary.depth, setting) for setting, summary in summaries if summary.depth is not None]
    minutes = [(summary.below_min, setting) for setting, summary in summaries]
    return MarketSensitivity(
        market=market,
        group=group,
        depth=ValueRange(_find_range_end(depths, 1), _find_range_end(depths, -1)),
        below_min=ValueRange(_find_range_end(minutes, -1), _find_range_end(minutes, 1)),
        not_firm=tuple(setting for setting, summary in summaries if not summary.firm_min),
        deepest=_build_verdict(own_ranks, lambda rank: rank.deepest),
        longest=_build_verdict(own_ranks, lambda rank: rank.longest),
        removal=_find_removal(summaries),
    )


def _find_range_end(values: Sequence[tuple[float, RunSetting]], sign: int) -> RangeEnd | None:
    """The largest value (of sign 1; -1: the smallest), with the first of the settings that gave it."""
    range_end: RangeEnd | None = None
    for value, setting in values:
        if range_end is None or sign * (value - range_end.value) > TOLERANCE:
            range_end = RangeEnd(value, setting)
    return range_end


def _build_verdict(ranks: Sequence[tuple[RunSetting, Rank]], read_word: Callable[[Rank], RankWord]) -> Verdict | None:
    if not ranks:
        return None
    default_word = read_word(ranks[0][1])
    return Verdict(
        default_word,
        tuple(Flip(setting, read_word(rank)) for setting, rank in ranks if read_word(rank) is not default_word),
    )


def _find_removal(summaries: Sequence[tuple[RunSetting, DeviationSummary]]) -> Removal | None:
    """Losing every firm minute counts as the largest move; of equal moves the first venue by name stands."""
    default_depth = summaries[0][1].depth
    if default_depth is None:
        return None
    removal, largest_change = None, TOLERANCE
    for setting, summary in summaries:
        if setting.without_venue is None:
            continue
        change = float("inf") if summary.depth is None else abs(summary.depth - default_depth)
        if change - largest_change > TOLERANCE:
            removal, largest_change = Removal(setting.without_venue, summary.depth), change
    return removal
