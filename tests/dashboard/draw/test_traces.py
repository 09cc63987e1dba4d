from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dashboard.charts.timeline.deviation_marks import find_extremes
from dashboard.charts.timeline.deviations import build_deviation_end_labels, fit_deviation_scale
from dashboard.charts.timeline.prices import build_price_end_labels, build_price_traces, fit_price_scale
from dashboard.charts.timeline.states import build_lanes, count_states
from dashboard.draw.axis import (
    build_deviation_scale,
    build_price_scale,
    compute_ticks,
)
from dashboard.draw.scene import Scene, find_last_value
from dashboard.draw.traces import (
    BUCKET_COUNT,
    build_area_trace,
    build_grid_coordinates,
    build_hollow_trace,
    build_line_traces,
    build_wick_trace,
    compute_extremes,
    find_isolated,
    find_runs,
    format_count_range,
)
from dashboard.text.clock import Zone, build_ticks, convert_to_zone, format_naive
from dashboard.text.numbers import MINUS_SIGN, format_axis_percent, format_dollars
from deviation.minute.states import State
from deviation.question import USD, USDT
from deviation.wording import format_price
from tests.dashboard.scenarios import CATALOGUE, measure_scenario

NAN = float("nan")
NOON = datetime(2025, 10, 10, 12, 0, tzinfo=UTC)


@given(st.lists(st.floats(1, 9) | st.just(NAN), min_size=1, max_size=40), st.integers(1, 7))
def test_no_extreme_is_lost_in_a_bucket(values: list[float], width: int) -> None:
    """A bucket is reduced to its least and its greatest value; NaN only if all its values are."""
    reduced = compute_extremes(np.array(values), width)
    for i in range(0, len(values), width):
        bucket = np.array(values[i : i + width])
        pair = reduced[2 * (i // width) : 2 * (i // width) + 2]
        if np.isnan(bucket).all():
            assert np.isnan(pair).all()
        else:
            assert (pair.min(), pair.max()) == (np.nanmin(bucket), np.nanmax(bucket))


def test_a_long_window_is_drawn_by_buckets() -> None:
    """Above the maximum number of points a line has two values per bucket, over the same time."""
    measurement = measure_scenario("week")
    grid = build_grid_coordinates(measurement, np.arange(5760.0))
    assert grid["y"].size <= 2 * BUCKET_COUNT
    assert grid["y"].size * grid["dx"] == pytest.approx(5760 * 60_000)
    low, high = np.full(5760, 1.0), np.full(5760, 2.0)
    assert build_wick_trace(measurement, low, high, "#000000", width=1)["y"].size <= 3 * BUCKET_COUNT


def test_gaps_break_a_line() -> None:
    """A missing minute is NaN in the line; only minutes between two gaps are dots."""
    measurement = measure_scenario("one_group")
    line_trace, dot_trace = build_line_traces(
        measurement, np.array([1.0, NAN, 2.0, NAN, 3.0, 4.0]), "#000000", name="Kraken", width=2
    )
    assert np.isnan(line_trace["y"][[1, 3]]).all()
    assert (line_trace["mode"], dot_trace["mode"]) == ("lines", "markers")
    start = measurement.axis.first * 60_000
    assert dot_trace["x"].tolist() == [start, start + 2 * 60_000]
    assert dot_trace["y"].tolist() == [1.0, 2.0]
    assert line_trace["name"] == dot_trace["name"] == "Kraken"
    assert find_isolated(np.array([1.0, 2.0, NAN])).any() == np.False_
    assert len(build_line_traces(measurement, np.array([1.0, 2.0, NAN]), "#000000", name="Kraken", width=2)) == 1


def test_dots_of_a_long_window_lie_in_their_bucket() -> None:
    """In a window drawn by buckets of three minutes, a value is a pair of dots within its bucket."""
    measurement = measure_scenario("week")
    values = np.full(5760, NAN)
    values[3001] = 7.0
    dot_trace = build_hollow_trace(measurement, values, "#000000", "#ffffff", name="Kraken", size=3)
    assert set(dot_trace["y"].tolist()) == {7.0}
    assert ((dot_trace["x"] / 60_000 - measurement.axis.first) // 3).tolist() == [1000.0] * dot_trace["x"].size


def test_an_area_stays_inside_the_window() -> None:
    """An area has a polygon per run of minutes and never reaches beyond the first or last one."""
    measurement = measure_scenario("crash")
    high = np.full(90, NAN)
    high[[0, 40, 41, 89]] = 1.0
    trace = build_area_trace(measurement, np.zeros(90), high, "#000000", 0.5)
    start = measurement.axis.first * 60_000
    assert np.count_nonzero(np.isnan(trace["x"])) == 3
    assert np.nanmin(trace["x"]) == start
    assert np.nanmax(trace["x"]) == start + 89 * 60_000


def test_runs_and_counts() -> None:
    """Runs are half-open spans; counts are one number or a range."""
    assert find_runs(np.array([True, True, False, True])) == [(0, 2), (3, 4)]
    assert (format_count_range(np.array([3, 3])), format_count_range(np.array([5, 2]))) == ("3", "2-5")
    assert np.isnan(find_last_value(np.array([NAN])))


def test_the_band_excludes_the_focus() -> None:
    """The band is the range of the other venues' deviations, without the focus venue and its family."""
    lowest, highest = Scene(measure_scenario("crash"), CATALOGUE).band
    rows = [row for row in measure_scenario("crash").rows if row.market.venue != "binance"]
    deviations = np.array([100 * row.series[row.market.group].d for row in rows])
    assert lowest == pytest.approx(deviations.min(axis=0))
    assert highest == pytest.approx(deviations.max(axis=0))
    assert np.isnan(Scene(measure_scenario("thin"), CATALOGUE).band[0]).all()


def test_hiding_changes_no_number() -> None:
    """A hidden venue is not drawn, and the band stays the same."""
    full_scene, hidden_scene = (
        Scene(measure_scenario("crash"), CATALOGUE),
        Scene(measure_scenario("crash"), CATALOGUE, hidden=frozenset({"okx", "binance"})),
    )
    names = {trace["name"] for trace in build_price_traces(hidden_scene)}
    assert {trace["name"] for trace in build_price_traces(full_scene)} - names >= {"OKX", "Binance", "ATOM/USDC"}
    assert np.array_equal(full_scene.band[0], hidden_scene.band[0])


def test_end_labels_name_few_lines_and_count_many() -> None:
    """The label of a group is the number of its lines, or their names where it has one or two."""
    assert {label.text for label in build_price_end_labels(Scene(measure_scenario("crash"), CATALOGUE))} == {
        "5 USDT exchanges",
        "4 USD exchanges",
        "ATOM/USDC",
        "Binance",
    }
    assert {label.text for label in build_price_end_labels(Scene(measure_scenario("thin"), CATALOGUE))} == {
        "Coinbase",
        "Gemini",
        "Binance USD-M perpetual",
    }


def test_deviation_end_labels_have_the_dash_of_their_line() -> None:
    """The label of the own group is solid and that of the other dashed; hollow where all minutes are thin."""
    assert [label.dash for label in build_deviation_end_labels(Scene(measure_scenario("crash"), CATALOGUE))] == [
        "solid",
        "dash",
    ]
    assert [label.dash for label in build_deviation_end_labels(Scene(measure_scenario("thin"), CATALOGUE))] == [
        "hollow"
    ]
    assert build_deviation_end_labels(Scene(measure_scenario("without_focus"), CATALOGUE)) == []
    assert find_extremes(Scene(measure_scenario("without_focus"), CATALOGUE)) == []


def test_fair_value_is_drawn() -> None:
    """An asset with an underlying has lines of its fair value by both groups."""
    names = {trace["name"] for trace in build_price_traces(Scene(measure_scenario("fair_value"), CATALOGUE))}
    assert {"Fair value by USDT exchanges", "Fair value by USD exchanges"} <= names


def test_scales_follow_closes() -> None:
    """Prices have a log scale where closes fell far; wicks do not extend it, and zero has no position on it."""
    scale = fit_price_scale(Scene(measure_scenario("crash"), CATALOGUE))
    assert scale.log
    assert scale.low > 1
    assert build_price_scale([]).ticks == ()
    assert scale.to_fraction(0.0) != scale.to_fraction(0.0)


@example(1e-3, 1e12)
@example(1e-14, 1.0)
@given(st.floats(1e-9, 1e6), st.floats(1, 1e6))
def test_price_ticks_lie_on_the_axis(low: float, ratio: float) -> None:
    """For any prices, ticks are few, lie on the axis and have different labels."""
    scale = build_price_scale([np.array([low, low * ratio])])
    assert all(scale.low <= tick <= scale.high for tick in scale.ticks)
    assert 1 <= len(scale.ticks) <= 8
    assert len(set(scale.tick_texts)) == len(scale.tick_texts)


@given(st.floats(-100, 0), st.floats(0, 500), st.floats(0.001, 0.5))
def test_deviation_scale_shows_both_thresholds(low: float, high: float, enter: float) -> None:
    """The axis of deviations always has zero and both thresholds on it."""
    scale = build_deviation_scale([np.array([low, high]), np.array([NAN])], enter)
    assert scale.low < -100 * enter < 100 * enter < scale.high
    assert 0.0 in scale.ticks


def test_the_focus_sets_the_scale() -> None:
    """The deepest deviation of the focus venue lies on the axis."""
    assert fit_deviation_scale(Scene(measure_scenario("crash"), CATALOGUE)).low < -40


def test_numbers_as_text() -> None:
    """Per cent, ticks, prices and dollars are formatted as documented."""
    assert [format_axis_percent(value) for value in (-2.5, 0.0, 20.0)] == [f"{MINUS_SIGN}2.5%", "0%", "+20%"]
    assert compute_ticks(-1.0, 1.0, 4) == (-1.0, -0.5, 0.0, 0.5, 1.0)
    assert [format_price(price) for price in (0.001, 102_000.4)] == ["0.001", "102000"]
    assert [format_dollars(amount) for amount in (1.25e9, 999_999, 1_500, 12)] == ["$1.2B", "$1.0M", "$1.5k", "$12"]


def test_the_strip_has_a_block_per_state() -> None:
    """The strip has a lane for each group with a price and a block for each state, missing minutes with a hatch."""
    lanes = build_lanes(Scene(measure_scenario("one_group"), CATALOGUE))
    assert [lane.label for lane in lanes] == ["4-5 USDT", "Binance"]
    states = {trace["name"]: "fillpattern" in trace for trace in lanes[-1].traces}
    assert states == {"counted": False, "missing from this data": True}
    assert count_states(Scene(measure_scenario("one_group"), CATALOGUE)) == [(State.VOTING, 45), (State.MISSING, 15)]
    assert build_lanes(Scene(measure_scenario("without_focus"), CATALOGUE)) == ()
    assert count_states(Scene(measure_scenario("without_focus"), CATALOGUE)) == []


def test_assumed_markets_are_dashed() -> None:
    """On the reconstruction assumed markets are dashed; on real candles dashes are those of the groups."""
    scene = Scene(measure_scenario("illustration"), CATALOGUE, assumed_markets=frozenset({("okx", "ATOM/USDT")}))
    dashes = {row.market.venue: scene.select_dash(row.market) for row in scene.other_rows}
    assert (dashes["okx"], dashes["gate"], dashes["kraken"]) == ("dash", "solid", "solid")
    perpetual = Scene(measure_scenario("thin"), CATALOGUE).focus
    assert perpetual is not None
    assert Scene(measure_scenario("thin"), CATALOGUE).select_dash(perpetual.market) == "dot"


def test_groups_start_with_the_own_one() -> None:
    """The focus row's own group is first; without a focus row only groups with a market are named."""
    assert Scene(measure_scenario("kraken"), CATALOGUE).groups == (USD, USDT)
    assert Scene(measure_scenario("without_focus"), CATALOGUE).groups == (USDT,)


def test_ticks_are_at_the_same_times_in_every_zone() -> None:
    """Another zone changes the labels of ticks and nothing else."""
    end = NOON + timedelta(hours=6)
    utc_ticks, other_ticks = build_ticks(NOON, end, Zone.UTC, 7), build_ticks(NOON, end, Zone.UTC8, 7)
    assert utc_ticks.times == other_ticks.times
    assert (utc_ticks.labels[0], utc_ticks.title) == ("12:00", "UTC, 10 Oct")
    assert (other_ticks.labels[0], other_ticks.labels[5], other_ticks.title) == ("10 Oct 20:00", "01:00", "UTC+8")
    assert other_ticks.labels[4] == "11 Oct 00:00"


@given(st.integers(1, 60_000), st.integers(0, 10_000), st.integers(2, 10))
def test_ticks_are_few_and_in_the_window(minutes: int, offset: int, max_ticks: int) -> None:
    """For any window there is at most one tick more than the maximum, and all lie in it."""
    start = NOON + timedelta(minutes=offset)
    time_ticks = build_ticks(start, start + timedelta(minutes=minutes), Zone.UTC, max_ticks)
    assert len(time_ticks.times) <= max_ticks + 1
    assert all(start <= time <= start + timedelta(minutes=minutes) for time in time_ticks.times)


def test_times_in_figures_are_utc_without_a_zone() -> None:
    """Times are written in UTC without a zone, whatever the zone of the instant."""
    assert format_naive(convert_to_zone(NOON, Zone.UTC8)) == "2025-10-10 12:00:00"


def test_bars_share_a_wick() -> None:
    """With a third as many wicks as bars, three bars share one from their least to their greatest value."""
    measurement = measure_scenario("crash")
    low, high = np.arange(90.0), np.arange(90.0) + 100
    trace = build_wick_trace(measurement, low, high, "#000000", width=1, max_wicks=30)
    assert trace["y"].reshape(30, 3)[:2, :2].tolist() == [[0.0, 102.0], [3.0, 105.0]]
    assert ((trace["x"].reshape(30, 3)[:2, 0] / 60_000) - measurement.axis.first).tolist() == [0.0, 3.0]
    assert trace["x"].size == 90
    assert build_wick_trace(measurement, low, high, "#000000", width=1)["y"].size == 270
