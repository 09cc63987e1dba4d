"""A question that makes no sense is refused, and an answer without rows is an empty one."""

from datetime import UTC, datetime, timedelta

import pytest

from data.schema import CANDLE, LOW_TRADE, SPAN, empty
from deviation.answer import DEVIATION, deviation_rows, lows_json, measurement_json
from deviation.lows import lows
from deviation.measure import measure
from deviation.question import Parameters, Question, Rules
from deviation.summary import Baseline

START = datetime(2025, 10, 10, 20, 45, tzinfo=UTC)
RULES = Rules(stablecoins=frozenset({"USDT"}))


@pytest.mark.parametrize(
    ("values", "words"),
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
def test_parameters_out_of_range_are_refused(values: dict[str, float], words: str) -> None:
    """Each parameter outside its range is named."""
    with pytest.raises(ValueError, match=words):
        Parameters(**values)  # type: ignore[arg-type]  # a mapping of names to numbers


def test_an_empty_window_is_refused() -> None:
    """A window that ends where it starts is an error."""
    with pytest.raises(ValueError, match="is empty"):
        Question(asset="ATOM", start=START, end=START, rules=RULES)


def test_a_question_needs_the_day_before_and_the_calm_span() -> None:
    """Candles are needed from the earliest of the day before and the calm span, with ten minutes to carry."""
    question = Question(asset="ATOM", start=START, end=START + timedelta(hours=1), rules=RULES)
    assert question.needs == (START - timedelta(hours=24, minutes=10), START + timedelta(hours=1))
    assert question.assets == {"ATOM", "USDT"}
    wrapped = Question(asset="WBETH", start=START, end=START + timedelta(hours=1), rules=RULES, underlying="ETH")
    assert wrapped.needs[0] == START - timedelta(hours=36, minutes=10)
    assert wrapped.assets == {"WBETH", "ETH", "USDT"}
    calm = (START - timedelta(days=9), START - timedelta(days=8))
    named = Question(asset="ATOM", start=START, end=START + timedelta(hours=1), rules=RULES, calm=calm)
    assert named.needs[0] == calm[0] - timedelta(minutes=10)


def test_no_candle_gives_an_empty_answer() -> None:
    """Without a candle there is no row, no low and no statement."""
    question = Question(asset="ATOM", start=START, end=START + timedelta(minutes=5), rules=RULES)
    measurement = measure(empty(CANDLE), empty(SPAN), question)
    assert measurement_json(measurement)["venues"] == []
    assert measurement_json(measurement)["headline"] == ["No statement on ATOM on binance: no candle of it here."]
    assert deviation_rows(measurement).schema == DEVIATION
    assert deviation_rows(measurement).is_empty()
    table = lows(measurement)
    assert (table.rows, table.lowest, table.second, table.gap_to_second) == ((), None, None, None)
    asset = lows_json([measurement], empty(LOW_TRADE))["assets"][0]
    assert (asset["lowest"], asset["usdt_usd_gap"], asset["aligned"]["usdt"]["gap_depth"]) == (None, None, None)


def test_the_baseline_knows_its_furthest_deviation() -> None:
    """The furthest deviation is the larger of both sides, as a positive number; without minutes there is none."""
    assert Baseline(10, -0.004, 0.002).furthest == 0.004
    assert Baseline(10, -0.001, 0.002).furthest == 0.002
    assert Baseline(0, None, None).furthest is None
