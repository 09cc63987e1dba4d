"""A question that makes no sense is refused, and an answer without rows is an empty one."""

from datetime import UTC, datetime, timedelta

import pytest

from analysis.questions import build_question
from data.catalogue import load_catalogue
from data.schema import CANDLE, LOW_TRADE, SPAN, build_empty_frame
from deviation.question import Parameters, Question, Rules
from deviation.report.frame import DEVIATION_SCHEMA, build_deviation_frame
from deviation.report.json_output import build_measurement_json
from deviation.report.lows import summarize_lows
from deviation.report.lows_json import build_lows_json
from deviation.window.summary import Baseline
from tests.deviation.close_boards import ClosesByMarket, build_board_question, build_candles, measure_board
from tests.grids import measure_frame

START = datetime(2025, 10, 10, 20, 45, tzinfo=UTC)
RULES = Rules(quotes={"USD": 1.0, "USDT": 1.0}, stablecoins=frozenset({"USDT"}))
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"enter": 0.01, "exit": 0.02}, "exit must be above 0 and at most enter"),
        ({"exit": 0.0}, "exit must be above 0 and at most enter"),
        ({"exit": -0.01}, "exit must be above 0 and at most enter"),
        ({"exit": float("nan")}, "exit must be above 0 and at most enter"),
        ({"enter": 0.0}, "enter must be above 0"),
        ({"enter": -0.02}, "enter must be above 0"),
        ({"enter": float("inf")}, "enter must be above 0"),
        ({"enter": float("nan")}, "enter must be above 0"),
        ({"confirm": 0}, "confirm must be at least 1 minute"),
        ({"min_vote": -1.0}, "min-vote must be 0 or more"),
        ({"min_vote": float("inf")}, "min-vote must be 0 or more"),
        ({"min_vote": float("nan")}, "min-vote must be 0 or more"),
    ],
)
def test_parameters_out_of_range_are_refused(values: dict[str, float], message: str) -> None:
    """Each parameter outside its range is named."""
    with pytest.raises(ValueError, match=message):
        Parameters(**values)  # type: ignore[arg-type]  # a mapping of names to numbers


def test_parameters_at_the_ends_of_their_ranges_are_taken() -> None:
    """An exit as far as enter, a price above that of all others together, one minute, and every trade."""
    parameters = Parameters(enter=5.0, exit=5.0, confirm=1, min_vote=0.0)
    assert (parameters.enter, parameters.exit, parameters.confirm, parameters.min_vote) == (5.0, 5.0, 1, 0.0)


@pytest.mark.parametrize("end", [START, START - HOUR])
def test_an_empty_window_is_refused(end: datetime) -> None:
    """A window that ends where it starts, or before, is an error."""
    with pytest.raises(ValueError, match="is empty"):
        Question(asset="ATOM", start=START, end=end, rules=RULES)


def test_a_question_needs_the_day_before_and_the_calm_span() -> None:
    """Candles are needed from the earliest span on.

    Before it lie the hour and five minutes of an old rate, and on both sides the minute of the lag.
    """
    carry, minute = timedelta(minutes=66), timedelta(minutes=1)
    question = Question(asset="ATOM", start=START, end=START + HOUR, rules=RULES)
    assert question.required_span == (START - timedelta(hours=24) - carry, START + HOUR + minute)
    assert question.required_assets == {"ATOM", "USD", "USDT"}
    wrapped = Question(asset="WBETH", start=START, end=START + HOUR, rules=RULES, underlying="ETH")
    assert wrapped.required_span[0] == START - timedelta(hours=36) - carry
    assert wrapped.required_assets == {"WBETH", "ETH", "USD", "USDT"}
    calm = (START - timedelta(days=9), START - timedelta(days=8))
    with_calm_span = Question(asset="ATOM", start=START, end=START + HOUR, rules=RULES, calm_span=calm)
    assert with_calm_span.required_span[0] == calm[0] - carry
    assert (question.baseline_span, with_calm_span.baseline_span) == ((START - timedelta(hours=24), START), calm)


@pytest.mark.parametrize(
    ("event", "focus", "expected"),
    [
        (None, None, None),
        ("2025-10-10", None, "binance"),
        ("2023-03-10", None, "kraken"),
        ("2023-03-10", "binance", "binance"),
        (None, "okx", "okx"),
    ],
)
def test_the_focus_is_the_chosen_one_else_that_of_the_event(
    event: str | None, focus: str | None, expected: str | None
) -> None:
    """A chosen focus wins over the event's default one; without either the candles decide."""
    question = build_question(load_catalogue(), "BTC", START, START + HOUR, event=event, focus=focus)
    assert question.focus == expected


def test_without_a_focus_the_volume_before_the_window_decides() -> None:
    """Upbit traded 2.8 million won, about 2,000 dollars, Gate 1,500 on two markets; perpetuals do not count."""
    question = build_board_question(focus=None)
    board: ClosesByMarket = {f"{venue} ATOM/USDT": [100.0] * 5 for venue in ("bybit", "gate", "okx")}
    board |= {"gate ATOM/USD": [100.0] * 5, "upbit ATOM/KRW": [140_000.0] * 5, "bybit ATOM/USDT:USDT": [100.0] * 5}
    before: ClosesByMarket = {
        "gate ATOM/USDT": [100.0] * 10,
        "gate ATOM/USD": [100.0] * 5,
        "okx ATOM/USDT": [100.0] * 12,
    }
    before |= {"upbit ATOM/KRW": [140_000.0] * 20, "bybit ATOM/USDT:USDT": [100.0] * 50}
    candles = build_candles(board).vstack(build_candles(before, start=question.start - HOUR, volume=1.0))
    assert measure_frame(candles, build_empty_frame(SPAN), question).focus == "upbit"
    without = measure_frame(candles, build_empty_frame(SPAN), build_board_question(focus=None, excluded=("upbit",)))
    assert without.focus == "gate"


def test_nothing_stands_in_for_a_focus_without_a_market() -> None:
    """The focus stays the chosen one, and the headline says that there is no price of it."""
    measurement = measure_board({"okx ATOM/USDT": [100.0] * 5}, build_board_question(focus="kraken"))
    content = build_measurement_json(measurement)
    assert (content["focus"], measurement.focus_row) == ("kraken", None)
    assert content["headline"] == ["No price of ATOM on Kraken is in this data for this window."]


def test_no_candle_gives_an_empty_answer() -> None:
    """Without a candle there is no row, no low and no statement."""
    question = Question(asset="ATOM", start=START, end=START + timedelta(minutes=5), rules=RULES, focus="binance")
    measurement = measure_frame(build_empty_frame(CANDLE), build_empty_frame(SPAN), question)
    content = build_measurement_json(measurement)
    assert (content["rows"], content["path"], content["cross"]) == ([], {}, {})
    assert content["headline"] == ["No price of ATOM on binance is in this data for this window."]
    assert build_deviation_frame(measurement).schema == DEVIATION_SCHEMA
    assert build_deviation_frame(measurement).is_empty()
    assert summarize_lows(measurement).groups == {}
    lows = build_lows_json(measurement, build_empty_frame(LOW_TRADE))
    assert (lows["groups"], lows["focus"]) == ({}, {"venue": "binance", "groups": {}})
    assert lows["usdt_usd_gap"] == {"low": None, "high": None}


def test_the_baseline_knows_its_furthest_deviation() -> None:
    """The furthest deviation is the larger of both sides, as a positive number; without minutes there is none."""
    assert Baseline(10, -0.004, 0.002).largest_size == 0.004
    assert Baseline(10, -0.001, 0.002).largest_size == 0.002
    assert Baseline(0, None, None).largest_size is None
