"""Ranges of the results over all settings of the measurement (docs/method.md, section 7).

The runs cover every reference, handling of quotes and smallest vote, whatever the question has. Window, event, venues,
enter, exit and confirm are those of the question.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import product

import polars as pl

from data.grid.candle_grid import CandleGrid
from data.schema import Evidence
from deviation.measure import measure_aligned
from deviation.measurement import Measurement
from deviation.minute.grid import align_candles, build_axis
from deviation.minute.markets import Market
from deviation.question import TOLERANCE, Group, Parameters, Question, QuoteHandling, ReferenceKind, Rules
from deviation.ranks import Rank, RankWord
from deviation.side import Side
from deviation.window.side_summary import SideSummary
from deviation.window.summary import DeviationSummary
from deviation.wording import format_amount

MIN_VOTES = (100.0, 0.0, 1000.0, 10_000.0)
"""Values of ``min_vote`` that are tried, the default first."""

DEFAULT_PARAMETERS = Parameters()


@dataclass(frozen=True, slots=True)
class RunSetting:
    """The settings of one run; ``without_venue`` is the id of the venue left out, None without one."""

    reference: ReferenceKind = DEFAULT_PARAMETERS.reference
    quote: QuoteHandling = DEFAULT_PARAMETERS.quote
    min_vote: float = DEFAULT_PARAMETERS.min_vote
    without_venue: str | None = None

    def describe(self, rules: Rules) -> str:
        """What differs from the defaults, in words."""
        if self.without_venue is not None:
            return f"excluding {rules.name_of(self.without_venue)}"
        vote = "" if self.min_vote == DEFAULT_PARAMETERS.min_vote else format_amount(self.min_vote)
        parts = [
            self.reference.label if self.reference is not DEFAULT_PARAMETERS.reference else "",
            "stablecoins taken as $1" if self.quote is not DEFAULT_PARAMETERS.quote else "",
            f"minimum volume ${vote}" if vote else "",
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

    ``least`` is the smallest deviation in size, or the fewest minutes; ``most`` the other end.
    """

    least: RangeEnd | None
    most: RangeEnd | None


@dataclass(frozen=True, slots=True)
class Flip:
    """A setting that changes a rank, and the rank under it."""

    setting: RunSetting
    word: RankWord


@dataclass(frozen=True, slots=True)
class RankSensitivity:
    """A rank at the defaults, and every setting that changes its word."""

    word: RankWord
    flips: tuple[Flip, ...]


@dataclass(frozen=True, slots=True)
class Removal:
    """The venue whose removal moves the deviation most, and what is left: None where no firm minute is."""

    venue: str
    deviation: float | None


@dataclass(frozen=True, slots=True)
class SideSensitivity:
    """One side of a market against a group over all runs.

    ``largest`` and ``longest`` are None against a group that is not the market's own; ``removal`` where none moves the
    deviation.
    """

    deviation: ValueRange
    minutes: ValueRange
    largest: RankSensitivity | None
    longest: RankSensitivity | None
    removal: Removal | None


@dataclass(frozen=True, slots=True)
class MarketSensitivity:
    """One market against one group over all runs; ``not_firm`` names the settings without a firm minute."""

    market: Market
    group: Group
    sides: dict[Side, SideSensitivity]
    not_firm: tuple[RunSetting, ...]


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """The ranges of every market against each of its groups; ``runs`` is the number of runs behind each spot market."""

    question: Question
    ranges: tuple[MarketSensitivity, ...]
    runs: int


def measure_sensitivity(candles: CandleGrid, covered_spans: pl.DataFrame, question: Question) -> Sensitivity:
    """Measure again under every combination of the choices, and at the defaults without each other venue in turn.

    Leaving out a venue removes all its markets of the asset; other members of its family and its conversion rates
    stay (section 2). The reconstruction has no sensitivity.

    Args:
        candles: As for `deviation.measure.measure`.
        covered_spans: As for `deviation.measure.measure`.
        question: What is asked.
    """
    if question.origin is Evidence.RECONSTRUCTION:
        return Sensitivity(question, (), 0)
    base_settings = [RunSetting(*choice) for choice in product(ReferenceKind, QuoteHandling, MIN_VOTES)]
    aligned = align_candles(candles, covered_spans, build_axis(question))
    base_measurement = measure_aligned(aligned, _apply_setting(question, base_settings[0]))
    venues = sorted({row.market.venue for row in base_measurement.rows if row.is_spot})
    other_settings = [*base_settings[1:], *(RunSetting(without_venue=venue) for venue in venues)]
    runs = [
        (base_settings[0], base_measurement),
        *((setting, measure_aligned(aligned, _apply_setting(question, setting))) for setting in other_settings),
    ]
    return Sensitivity(
        question,
        tuple(_summarize_runs(row.market, group, runs) for row in base_measurement.rows for group in row.summaries),
        len(base_settings) + max(len(venues) - 1, 0),
    )


def _apply_setting(question: Question, setting: RunSetting) -> Question:
    """The question under a setting."""
    parameters = replace(
        question.parameters, reference=setting.reference, quote=setting.quote, min_vote=setting.min_vote
    )
    without_venue = () if setting.without_venue is None else (setting.without_venue,)
    return replace(question, parameters=parameters, excluded=(*question.excluded, *without_venue))


@dataclass(frozen=True, slots=True)
class _Run:
    """What one setting says of one market against one group; ``rank`` is None against a group not its own."""

    setting: RunSetting
    summary: DeviationSummary
    rank: Rank | None


def _summarize_runs(market: Market, group: Group, runs: Sequence[tuple[RunSetting, Measurement]]) -> MarketSensitivity:
    results = [
        _Run(setting, row.summaries[group], measurement.ranks[market] if market.group == group else None)
        for setting, measurement in runs
        for row in measurement.rows
        if row.market == market
    ]
    return MarketSensitivity(
        market=market,
        group=group,
        sides={side: _summarize_side(results, side) for side in Side},
        not_firm=tuple(run.setting for run in results if not run.summary.firm_min),
    )


def _summarize_side(runs: Sequence[_Run], side: Side) -> SideSensitivity:
    numbers = [(run.setting, run.summary.get_side(side)) for run in runs]
    deviations = [(value, setting) for setting, summary in numbers if (value := summary.deviation) is not None]
    minutes = [(summary.minutes, setting) for setting, summary in numbers]
    return SideSensitivity(
        deviation=ValueRange(_find_range_end(deviations, -side.sign), _find_range_end(deviations, side.sign)),
        minutes=ValueRange(_find_range_end(minutes, -1), _find_range_end(minutes, 1)),
        largest=_compare_words(runs, lambda rank: rank[side].largest.word),
        longest=_compare_words(runs, lambda rank: rank[side].longest.word),
        removal=_find_removal(numbers),
    )


def _find_range_end(values: Sequence[tuple[float, RunSetting]], sign: int) -> RangeEnd | None:
    """The largest value (of sign 1; -1: the smallest), with the first of the settings that gave it."""
    range_end: RangeEnd | None = None
    for value, setting in values:
        if range_end is None or sign * (value - range_end.value) > TOLERANCE:
            range_end = RangeEnd(value, setting)
    return range_end


def _compare_words(runs: Sequence[_Run], read_word: Callable[[Rank], RankWord]) -> RankSensitivity | None:
    words = [(run.setting, read_word(run.rank)) for run in runs if run.rank is not None]
    if not words:
        return None
    default_word = words[0][1]
    return RankSensitivity(
        default_word, tuple(Flip(setting, word) for setting, word in words if word is not default_word)
    )


def _find_removal(numbers: Sequence[tuple[RunSetting, SideSummary]]) -> Removal | None:
    """Losing every firm minute counts as the largest move; of equal moves the first venue by name stands."""
    default = numbers[0][1].deviation
    if default is None:
        return None
    removal, largest_change = None, TOLERANCE
    for setting, summary in numbers:
        if setting.without_venue is None:
            continue
        change = float("inf") if summary.deviation is None else abs(summary.deviation - default)
        if change - largest_change > TOLERANCE:
            removal, largest_change = Removal(setting.without_venue, summary.deviation), change
    return removal
