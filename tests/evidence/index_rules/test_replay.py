"""Index rules on arrays, against values worked out by hand."""

import numpy as np
import pytest

from deviation.minute.grid import MarketBars
from evidence.index_rules.decomposition import measure_fall, split_returns
from evidence.index_rules.replay import IndexSeries, combine_components, replay_rule
from evidence.index_rules.rules import NO_LIMITS, Component, IndexRule, Limits, list_rules, load_index_rules

NAN = float("nan")
WHOLE = slice(0, 3)
RULE, CLAMPED, STAKED = list_rules("2025-10-10", "WBETH")


def build_bars(
    symbol: str, closes: list[float], lows: list[float] | None = None, highs: list[float] | None = None
) -> MarketBars:
    """A market that trades wherever it has a close."""
    close = np.array(closes)
    low, high = np.array(lows or closes), np.array(highs or closes)
    traded = ~np.isnan(close)
    extremes = {"high": high, "low": low}
    volume = np.where(traded, 1.0, NAN)
    return MarketBars("binance", symbol, close, close, volume, traded, ~traded, extremes.__getitem__)


BARS = {
    # the ratio falls to a half, then to a quarter; ETH falls by a tenth in the last bar
    "WBETH/USDT": build_bars("WBETH/USDT", [4400, 2000, 400], [4300, 1000, 300], [4500, 4400, 900]),
    "WBETH/ETH": build_bars("WBETH/ETH", [1.1, 0.55, 0.275], [1.0, 0.5, 0.25], [1.2, 1.1, 0.5]),
    "ETH/USDT": build_bars("ETH/USDT", [4000, 4000, 3600], [3900, 4000, 3500], [4100, 4000, 3700]),
}


def replay(rule: IndexRule, limits: Limits = NO_LIMITS, ratio: float | None = 1.1) -> IndexSeries:
    """The rule on the three bars."""
    return replay_rule(rule, BARS, WHOLE, ratio, limits)


def test_the_rule_in_force_is_a_fifth_of_the_pair_and_four_fifths_of_the_product() -> None:
    """By closes, by all lows and by all highs."""
    series = replay(RULE)
    # 0.2 x 4400 + 0.8 x 1.1 x 4000; 400 + 0.8 x 0.55 x 4000; 80 + 0.8 x 0.275 x 3600
    assert series.close.tolist() == pytest.approx([4400, 2160, 872])
    # 860 + 0.8 x 3900; 200 + 0.8 x 2000; 60 + 0.8 x 875
    assert series.low.tolist() == pytest.approx([3980, 1800, 760])
    # 900 + 0.8 x 4920; 880 + 0.8 x 4400; 180 + 0.8 x 1850
    assert series.high.tolist() == pytest.approx([4836, 4400, 1660])
    assert series.components.tolist() == [pytest.approx([4400, 2000, 400]), pytest.approx([4400, 2200, 990])]


def test_the_rule_since_is_the_staking_rate_times_the_underlying() -> None:
    """The pair does not enter; without a rate there is no value."""
    assert replay(STAKED).close.tolist() == pytest.approx([4400, 4400, 3960])
    assert np.isnan(replay(STAKED, ratio=None).close).all()


def test_a_leg_that_did_not_trade_leaves_no_value() -> None:
    """Nothing is filled in, and the other component does not stand in."""
    bars = {**BARS, "WBETH/ETH": build_bars("WBETH/ETH", [1.1, NAN, 0.275])}
    series = replay_rule(RULE, bars, WHOLE, None, NO_LIMITS)
    assert np.isnan(series.close).tolist() == [False, True, False]
    absent = replay_rule(RULE, {key: bars[key] for key in ("WBETH/USDT", "ETH/USDT")}, WHOLE, None, NO_LIMITS)
    assert np.isnan(absent.close).all()


def test_components_are_held_within_a_fraction_of_their_median() -> None:
    """Of 2000 and 2200 the median is 2100: within 2% are 2058 to 2142; of 400 and 990 it is 695."""
    series = replay(RULE, Limits(clamp=0.02))
    assert series.close.tolist() == pytest.approx([4400, 0.2 * 2058 + 0.8 * 2142, 695 * (0.2 * 0.98 + 0.8 * 1.02)])
    assert not np.isnan(series.low).any()


def test_components_beyond_a_fraction_of_their_median_are_left_out() -> None:
    """100 and 106 are both within 5% of 103; of three the one that strays goes, and the others' weights remain."""
    prices = np.array([[100.0, 100.0, 100.0], [106.0, 111.0, 100.0], [100.0, 100.0, 94.0]])
    index, dropped = combine_components(prices, [0.5, 0.25, 0.25], Limits(drop=0.05))
    assert dropped.tolist() == [1, 1, 1]
    assert index.tolist() == pytest.approx([100.0, 100.0, 100.0])
    index, dropped = combine_components(prices[:2], [0.5, 0.5], Limits(drop=0.05))
    assert dropped.tolist() == [0, 2, 0]  # both are 5.2% from 105.5: nothing is left
    assert np.isnan(index).tolist() == [False, True, False]
    assert index[0] == pytest.approx(103)


def test_exactly_at_the_limit_a_component_stays() -> None:
    """95 and 105 are exactly 5% from 100."""
    index, dropped = combine_components(np.array([[95.0], [105.0]]), [0.5, 0.5], Limits(drop=0.05))
    assert (index.tolist(), dropped.tolist()) == ([pytest.approx(100.0)], [0])


def test_a_rule_that_drops_has_no_bounds() -> None:
    """Between lows and highs another component may be left out."""
    series = replay(CLAMPED, CLAMPED.build_limits(NO_LIMITS))
    assert np.isnan(series.low).all()
    assert np.isnan(series.high).all()


def test_a_floor_raises_the_index() -> None:
    """Where there is a value at all."""
    index, _ = combine_components(np.array([[0.65, NAN, 1.01]]), [1.0], Limits(floor=0.99))
    assert index.tolist() == [0.99, pytest.approx(NAN, nan_ok=True), 1.01]


def test_limits_that_are_chosen_replace_those_of_the_rule_alone() -> None:
    """A rule without a floor gets none."""
    assert CLAMPED.build_limits(Limits(clamp=0.01, floor=1.0)) == Limits(0.01, 0.05, None)
    assert RULE.build_limits(Limits(clamp=0.01)) == NO_LIMITS


def test_returns_are_what_happened_elsewhere_and_on_the_own_book() -> None:
    """From 4400 to 2160 while others stood still: all of it is the own book's; then 10% of the fall are everyone's."""
    split = split_returns(replay(RULE).close, np.array([4400.0, 4400.0, 3960.0]))
    assert split.total.tolist()[1:] == pytest.approx([np.log(2160 / 4400), np.log(872 / 2160)])
    assert split.elsewhere.tolist()[1:] == pytest.approx([0.0, np.log(0.9)])
    assert (split.own + split.elsewhere).tolist()[1:] == pytest.approx(split.total.tolist()[1:])
    assert np.isnan(split.total[0])


def test_a_return_needs_both_prices_in_both_bars() -> None:
    """Without the others' price nothing is split."""
    split = split_returns(np.array([1.0, 0.9, 0.8]), np.array([1.0, NAN, 1.0]))
    assert np.isnan([*split.total, *split.elsewhere, *split.own]).all()


def test_the_fall_is_split_by_market_without_a_remainder() -> None:
    """The pair, the ratio market and ETH on the venue against ETH elsewhere add up to the venue's own part."""
    fall = measure_fall(RULE, replay(RULE), BARS, WHOLE, np.array([4400.0, 4400.0, 3960.0]), are_fixed=True)
    assert fall is not None
    assert (fall.start, fall.end) == (0, 2)
    assert fall.total == pytest.approx(np.log(872 / 4400))
    assert fall.elsewhere == pytest.approx(np.log(0.9))
    assert fall.own_share == pytest.approx((np.log(872 / 4400) - np.log(0.9)) / np.log(872 / 4400))
    assert fall.legs is not None
    assert sum(fall.legs.values()) == pytest.approx(fall.own)
    # ETH on the venue fell as it did elsewhere; the pair and the product fell against it
    assert fall.legs["ETH/USDT"] == pytest.approx(0.0)
    pair, product, whole = (0.2, 0.2 * 400 / 3960), (0.8, 0.8 * 990 / 3960), (1.0, 872 / 3960)
    mean = [(after - before) / np.log(after / before) for before, after in (pair, product, whole)]
    assert fall.legs["WBETH/USDT"] == pytest.approx(mean[0] / mean[2] * np.log(pair[1] / pair[0]))
    assert fall.legs["WBETH/ETH"] == pytest.approx(mean[1] / mean[2] * np.log(product[1] / product[0]))


def test_a_fall_that_is_everyones_has_no_share_of_its_own() -> None:
    """The index follows the others: 0; without two prices of the others there is nothing to split."""
    series = IndexSeries(
        np.array([100.0, 90.0]), *(np.full(2, NAN),) * 2, np.array([[100.0, 90.0]]), np.zeros(2, np.int64)
    )
    limited = measure_fall(RULE, series, BARS, slice(0, 2), np.array([50.0, 45.0]), are_fixed=False)
    assert limited is not None
    assert limited.own_share == pytest.approx(0.0)
    assert limited.legs is None
    alone = measure_fall(RULE, series, BARS, slice(0, 2), np.array([NAN, 45.0]), are_fixed=False)
    assert alone is None


def test_the_rules_on_record() -> None:
    """Weights, dates and sources of the file: 20 and 80, 30 and 70, until the day from which the staking rate holds."""
    rules = {rule.id: rule for rule in load_index_rules()["2025-10-10"]}
    weights = {key: [component.weight for component in rule.components] for key, rule in rules.items()}
    assert (weights["wbeth-own-spot"], weights["bnsol-own-spot"]) == ([0.2, 0.8], [0.3, 0.7])
    assert rules["wbeth-own-spot"].until == rules["wbeth-staking-rate"].since
    assert str(rules["bnsol-staking-rate"].since) == "2025-10-11"
    limited = [rule for rule in rules.values() if (rule.clamp, rule.drop, rule.floor) != (None, None, None)]
    assert all(rule.assumed for rule in limited)
    assert all(rule.source.startswith("https://") for rule in rules.values())
    assert Component(weight=1.0, legs=("ETH/USDT",), ratio=True).label == "ETH/USDT × staking rate"
