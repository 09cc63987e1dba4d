"""Answers of exchanges that were changed at random; the long form is `tests.torture.exchanges.fuzz_venues`."""

import asyncio

import pytest

from tests.torture.exchanges.fuzz_venues import draw_case, try_cases

CASES = range(1, 41)


def test_answers_changed_at_random_end_in_outcomes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forty collections of changed answers end without an exception, in plain words, and store nothing untrue."""
    monkeypatch.setattr("collectors.store_writer.MAX_WAIT_S", 0.0)
    faults, outcomes = asyncio.run(try_cases(CASES))
    assert faults == {}
    assert outcomes["bad-data"] > len(CASES)
    assert outcomes["complete"]


def test_the_cases_reach_every_kind_of_route() -> None:
    """Forty cases are of many exchanges and of candles, trades and files."""
    cases = [draw_case(seed) for seed in CASES]
    assert {case.route.value for case in cases} >= {"ohlcv", "trades", "archive"}
    assert len({case.venue for case in cases}) > 12
