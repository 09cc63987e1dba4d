"""Every number that is shown follows from what exchanges sent: short form of ``tests.torture.truth.evenings``."""

from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import stamina

from collectors import store_writer
from data.catalogue import load_catalogue
from tests.oracle.question import Candle
from tests.torture.truth.collection import build_answer, collect_evening
from tests.torture.truth.comparison import Comparison
from tests.torture.truth.evenings import compare_outputs, compare_store
from tests.torture.truth.markets import TrueEvening, draw_evening
from tests.torture.truth.program import AskedProgram, ask_program
from tests.torture.truth.side import TrueAnswer

SEED = 2
JSON_OUTPUTS = frozenset({"measure --json", "lows --json", "manifest"})
MINUTE_TABLES = frozenset({"deviation", "comparison", "compare", "candles"})
SUMMARY_TABLES = frozenset({"depth", "volume", "matrix", "thresholds", "lows", "gaps"})
OTHER_TABLES = frozenset({"bounds", "sequence", "coverage", "held"})
DRAWINGS = frozenset({"page", "picture"})
DEPENDENT = JSON_OUTPUTS | MINUTE_TABLES | SUMMARY_TABLES | DRAWINGS
"""The outputs that show something of every close of the focus, or of its largest deviation."""


@dataclass(frozen=True)
class CollectedEvening:
    """An evening in a store, the program over it, and what must come out."""

    evening: TrueEvening
    program: AskedProgram
    answer: TrueAnswer
    store_comparison: Comparison


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> CollectedEvening:
    """An evening, collected by the real clients from the replay."""
    folder, evening = tmp_path_factory.mktemp("evening"), draw_evening(SEED)
    with pytest.MonkeyPatch.context() as patch, stamina.set_testing(True, attempts=2, cap=True):
        patch.setattr(store_writer, "MAX_WAIT_S", 0.0)
        run = collect_evening(evening, Path(folder), SEED)
    answer, comparison = build_answer(evening), Comparison()
    compare_store(comparison, run.store, evening, answer)
    return CollectedEvening(evening, ask_program(run.store, folder, evening), answer, comparison)


def test_what_is_collected_is_what_was_sent(collected: CollectedEvening) -> None:
    """Every candle is stored to the last bit, and minutes are quiet or missing as the outages have it."""
    comparison = collected.store_comparison
    assert comparison.faults == []
    assert comparison.equal["store"] > 500
    assert comparison.equal["coverage"] > 30
    assert any(turn.out for turn in collected.evening.rounds)


def test_every_output_says_what_follows_from_it(collected: CollectedEvening) -> None:
    """JSON, tables, charts and picture have the numbers of an independent program on what the replay sent."""
    comparison = Comparison()
    compare_outputs(comparison, collected.program, collected.evening, collected.answer, load_catalogue())
    assert comparison.faults == []
    assert comparison.equal.keys() == DEPENDENT | OTHER_TABLES
    assert min(comparison.equal.values()) > 10
    assert sum(comparison.close.values()) < sum(comparison.equal.values()) / 1000


def test_another_price_is_found_in_every_output(collected: CollectedEvening) -> None:
    """A change of all closes of the focus by a third, which the program does not know of, shows everywhere."""
    focus = collected.evening.focus
    answer = replace(collected.answer, candles=[_raise_close(candle, focus) for candle in collected.answer.candles])
    comparison = Comparison()
    compare_outputs(comparison, collected.program, collected.evening, answer, load_catalogue())
    assert {fault.partition(": ")[0] for fault in comparison.faults} >= DEPENDENT


def _raise_close(candle: Candle, venue: str) -> Candle:
    if candle.venue != venue:
        return candle
    return replace(candle, close=candle.close * 4 / 3, high=candle.high * 4 / 3)
