"""The rules of an asset replayed over a measured window, beside the index and mark prices that were collected."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from data.errors import UsageError
from data.reader import PriceReader
from data.schema import SPAN, Evidence, build_empty_frame, parse_base
from deviation.measurement import Measurement
from deviation.minute.grid import AlignedCandles, Floats, MarketBars, align_candles
from deviation.window.extremes import find_lowest_price
from evidence.index_rules.decomposition import FallShare, ReturnSplit, measure_fall, split_returns
from evidence.index_rules.replay import IndexSeries, replay_rule
from evidence.index_rules.rules import NO_LIMITS, IndexRule, Limits, list_rules

DERIVED_PRICES = ("index", "mark")
"""The prices that venues compute, of which candles can be collected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexParameters:
    """What a reader can set; None for the default.

    ``ratio``: the staking rate, by default the market-implied ratio before the event. ``limits`` replace those of the
    rules that have such a limit.
    """

    ratio: float | None = None
    limits: Limits = NO_LIMITS


@dataclass(frozen=True)
class RuleReplay:
    """One rule over the window: ``lowest`` is the position of the lowest value by closes, None without a value.

    ``limits`` are those that were applied, ``missing_legs`` the markets of the rule without a candle in the window.
    ``split`` and ``fall`` need the price on the other exchanges; ``fall`` is None where that, or the index, is known in
    fewer than two minutes.
    """

    rule: IndexRule
    limits: Limits
    series: IndexSeries
    lowest: int | None
    missing_legs: tuple[str, ...]
    split: ReturnSplit
    fall: FallShare | None


@dataclass(frozen=True)
class DerivedPrice:
    """A price that a venue computed, as collected, over the window; NaN in bars without a candle."""

    venue: str
    symbol: str
    price: str
    close: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True)
class IndexReplay:
    """All rules of the measured asset.

    ``ratio`` is the staking rate that was used, ``is_ratio_given`` whether a reader set it. ``elsewhere`` is the middle
    of the median of the other exchanges (for a wrapped asset of its underlying, times the market-implied ratio) in
    comparable minutes, NaN in all others. ``elsewhere_range``: the least and the largest that it is where any one of
    these exchanges is left out.
    """

    measurement: Measurement
    parameters: IndexParameters
    ratio: float | None
    elsewhere: Floats
    elsewhere_range: tuple[Floats, Floats]
    replays: tuple[RuleReplay, ...]
    derived: tuple[DerivedPrice, ...]

    @property
    def is_ratio_given(self) -> bool:
        """Whether the staking rate was set by a reader."""
        return self.parameters.ratio is not None


def replay_rules(reader: PriceReader, measurement: Measurement, parameters: IndexParameters) -> IndexReplay:
    """Replay every rule of the measured asset in its event.

    Raises:
        UsageError: there is no rule for it.
    """
    question = measurement.question
    rules = list_rules(question.event, question.asset)
    if not rules:
        message = f"no index rule of {question.asset} is on record for the event {question.event or 'of no name'}"
        raise UsageError(message)
    aligned = _read_legs(reader, measurement, rules)
    row = next(
        (
            row
            for row in measurement.rows
            if (row.market.venue, row.market.symbol) == (rules[0].venue, f"{question.asset}/{rules[0].quote}")
        ),
        None,
    )
    elsewhere = np.full(measurement.axis.size, np.nan)
    elsewhere_range = (elsewhere, elsewhere)
    implied_ratio = None
    if row is not None:
        series = row.series[row.market.group]
        elsewhere = np.where(series.firm, series.reference, np.nan)
        least, most = series.jackknife_reference
        elsewhere_range = (np.where(series.firm, least, np.nan), np.where(series.firm, most, np.nan))
        implied_ratio = None if row.fair_value is None else row.fair_value.ratio
    ratio = implied_ratio if parameters.ratio is None else parameters.ratio
    return IndexReplay(
        measurement,
        parameters,
        ratio,
        elsewhere,
        elsewhere_range,
        tuple(_replay(rule, rule.build_limits(parameters.limits), aligned, ratio, elsewhere) for rule in rules),
        _read_derived(reader, measurement),
    )


def _replay(
    rule: IndexRule, limits: Limits, aligned: AlignedCandles, ratio: float | None, elsewhere: Floats
) -> RuleReplay:
    bars: Mapping[str, MarketBars] = {
        symbol: market for (venue, symbol), market in aligned.markets.items() if venue == rule.venue
    }
    span = slice(0, aligned.axis.size)
    series = replay_rule(rule, bars, span, ratio, limits)
    return RuleReplay(
        rule,
        limits,
        series,
        find_lowest_price(series.close),
        tuple(leg for leg in rule.legs if leg not in bars),
        split_returns(series.close, elsewhere),
        measure_fall(rule, series, bars, span, elsewhere, are_fixed=limits.are_none),
    )


def _read_legs(reader: PriceReader, measurement: Measurement, rules: Sequence[IndexRule]) -> AlignedCandles:
    """The spot candles of all legs over the window."""
    question = measurement.question
    assets = sorted({parse_base(leg) for rule in rules for leg in rule.legs})
    candles = reader.read_grid(
        assets, question.start, question.end, origin=question.origin, timeframe=question.timeframe
    )
    return align_candles(candles, build_empty_frame(SPAN), measurement.axis)


def _read_derived(reader: PriceReader, measurement: Measurement) -> tuple[DerivedPrice, ...]:
    """The index and mark prices of the asset that were collected; none on the reconstruction, which has none."""
    question, axis = measurement.question, measurement.axis
    if question.origin is Evidence.RECONSTRUCTION:
        return ()
    found = []
    for price in DERIVED_PRICES:
        candles = reader.read_derived_candles(
            [question.asset], question.start, question.end, price, timeframe=question.timeframe
        )
        for (venue, symbol), rows in candles.group_by("venue", "symbol", maintain_order=True):
            positions = rows["open_time"].dt.epoch("ms").to_numpy() // question.timeframe.ms - axis.first
            columns = {}
            for name in ("close", "low", "high"):
                columns[name] = np.full(axis.size, np.nan)
                columns[name][positions] = rows[name].to_numpy()
            found.append(DerivedPrice(str(venue), str(symbol), price, **columns))
    return tuple(found)
