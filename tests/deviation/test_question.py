"""A question that makes no sense is refused, and an answer without rows is an empty one."""

from datetime import UTC, datetime, timedelta

import pytest

from analysis.questions import build_question
from data.catalogue import load_catalogue
from data.schema import CANDLE, LOW_TRADE, SPAN, build_empty_frame
from deviation.measure import measure
from deviation.question import Parameters, Question, Rules
from deviation.report.json_output import (
    DEVIATION_SCHEMA,
    build_deviation_frame,
    build_lows_json,
    build_measurement_json,
)
from deviation.report.lows import summarize_lows
from deviation.window.summary import Baseline

START = datetime(2025, 10, 10, 20, 45, tzinfo=UTC)
RULES = Rules(stablecoins=frozenset({"USDT"}))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"enter": 0.01, "exit": 0.02}, "exit must lie between 0 and enter"),
        ({"enter": 0.0}, "enter must lie between 0 and 100 %"),
        ({"enter": 1.0}, "enter must lie between 0 and 100 %"),
        ({"exit": -0.01}, "exit must lie between 0 and enter"),
        ({"confirm": 0}, "confirm must be at least 1 minute"),
        ({"min_vote_usd": -1.0}, "min-vote must be 0 or more dollars"),
        ({"min_vote_usd": float("nan")}, "min-vote must be 0 or more dollars"),
    ],
)
def test_parameters_out_of_range_are_refused(values: dict[str, float], message: str) -> None:
    """Each parameter outside its range is named."""
    with pytest.raises(ValueError, match=message):
        Parameters(**values)  # type: ignore[arg-type]  # a mapping of names to numbers


def test_an_empty_window_is_refused() -> None:
    """A window that ends where it starts is an error."""
    with pytest.raises(ValueError, match="is empty"):
        Question(asset="ATOM", start=START, end=START, rules=RULES, focus="binance")


def test_a_question_needs_the_day_before_and_the_calm_span() -> None:
    """Candles are needed from the earliest of the day before and the calm span, with ten minutes to carry."""
    question = Question(asset="ATOM", start=START, end=START + timedelta(hours=1), rules=RULES, focus="binance")
    assert question.required_span == (START - timedelta(hours=24, minutes=10), START + timedelta(hours=1))
    assert question.required_assets == {"ATOM", "USDT"}
    wrapped = Question(
        asset="WBETH", start=START, end=START + timedelta(hours=1), rules=RULES, focus="binance", underlying="ETH"
    )
    assert wrapped.required_span[0] == START - timedelta(hours=36, minutes=10)
    assert wrapped.required_assets == {"WBETH", "ETH", "USDT"}
    calm = (START - timedelta(days=9), START - timedelta(days=8))
    with_calm_span = Question(
        asset="ATOM", start=START, end=START + timedelta(hours=1), rules=RULES, focus="binance", calm_span=calm
    )
    assert with_calm_span.required_span[0] == calm[0] - timedelta(minutes=10)


@pytest.mark.parametrize(
    ("event", "focus", "expected"),
    [
        (None, None, "binance"),
        ("2025-10-10", None, "binance"),
        ("2023-03-10", None, "kraken"),
        ("2023-03-10", "binance", "binance"),
    ],
)
def test_the_focus_is_the_chosen_one_else_that_of_the_event(
    event: str | None, focus: str | None, expected: str
) -> None:
    """A chosen focus wins over the event's default one; without either it is Binance."""
    end = START + timedelta(hours=1)
    assert build_question(load_catalogue(), "BTC", START, end, event=event, focus=focus).focus == expected


def test_no_candle_gives_an_empty_answer() -> None:
    """Without a candle there is no row, no low and no statement."""
    question = Question(asset="ATOM", start=START, end=START + timedelta(minutes=5), rules=RULES, focus="binance")
    measurement = measure(build_empty_frame(CANDLE), build_empty_frame(SPAN), question)
    assert build_measurement_json(measurement)["venues"] == []
    assert build_measurement_json(measurement)["headline"] == ["No statement on ATOM on binance: no candle of it here."]
    assert build_deviation_frame(measurement).schema == DEVIATION_SCHEMA
    assert build_deviation_frame(measurement).is_empty()
    table = summarize_lows(measurement)
    assert (table.rows, table.lowest, table.second_lowest, table.gap_to_second) == ((), None, None, None)
    asset = build_lows_json([measurement], build_empty_frame(LOW_TRADE))["assets"][0]
    assert (asset["lowest"], asset["usdt_usd_gap"], asset["aligned"]["usdt"]["gap_depth"]) == (None, None, None)


def test_the_baseline_knows_its_furthest_deviation() -> None:
    """The furthest deviation is the larger of both sides, as a positive number; without minutes there is none."""
    assert Baseline(10, -0.004, 0.002).largest_size == 0.004
    assert Baseline(10, -0.001, 0.002).largest_size == 0.002
    assert Baseline(0, None, None).largest_size is None
