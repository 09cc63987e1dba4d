"""Each comparison of one value, and the verdict that values and parts give."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from data.toml import SpanTable
from evidence.claims.compare import Outcome, compare
from evidence.claims.reading import NEVER, Final, Reading, Unit, Value
from evidence.claims.schema import Expectation, Metric, Subject
from evidence.claims.verdict import Verdict, combine_parts, decide_part

H, F, D, U = Outcome.HOLDS, Outcome.FAILS, Outcome.DEPENDS, Outcome.UNKNOWN

MINUTE = datetime(2025, 10, 10, 21, 20, tzinfo=UTC)
WITHIN = Expectation(within=SpanTable(MINUTE, datetime(2025, 10, 10, 21, 22, tzinfo=UTC)))
BOTTOM = Subject(metric=Metric.BOTTOM)
BEFORE, AFTER = Expectation(before=BOTTOM), Expectation(after=BOTTOM)


def read(value: Value | None, unit: Unit = Unit.PERCENT, fields: Mapping[str, Any] | None = None) -> Reading:
    """A reading of a market, with further fields."""
    return Reading(subject="A/USDT on Kraken", unit=unit, value=value, **(fields or {}))


@pytest.mark.parametrize(
    ("expect", "holding", "failing"),
    [
        (Expectation(at_most=-0.1), (-0.1, -0.2), (-0.0999,)),
        (Expectation(at_least=5), (5.0, 6.0), (4.999,)),
        (Expectation(below=0), (-0.001,), (0.0, 1.0)),
        (Expectation(above=0), (0.001,), (0.0, -1.0)),
        (Expectation(between=(1.5, 1.6)), (1.5, 1.55, 1.6), (1.499, 1.601)),
        (Expectation(equals=106), (106.0,), (105.0, 110.0)),
        (Expectation(equals=0.8, tolerance=0.01), (0.79, 0.8, 0.81), (0.789, 0.811)),
    ],
)
def test_numbers(expect: Expectation, holding: tuple[float, ...], failing: tuple[float, ...]) -> None:
    """Limits count as reached, but for less than and more than."""
    assert [compare(read(value), expect).outcome for value in holding] == [H] * len(holding)
    assert [compare(read(value), expect).outcome for value in failing] == [F] * len(failing)


@pytest.mark.parametrize("name", ["least", "most", "jackknife", "lag"])
def test_a_value_whose_other_readings_disagree_depends(name: str) -> None:
    """-12% is beyond -10%; -9% under another reading makes it depend, -11% does not; so too the other way round."""
    expect = Expectation(at_most=-0.1)
    assert compare(read(-0.12, fields={name: -0.11}), expect).outcome is H
    assert compare(read(-0.12, fields={name: -0.09}), expect).outcome is D
    assert compare(read(-0.05, fields={name: -0.09}), expect).outcome is F
    assert compare(read(-0.05, fields={name: -0.11}), expect).outcome is D
    assert "not so for" in str(compare(read(-0.12, fields={name: -0.09}), expect).reason)


def test_whole_minutes_are_no_condition() -> None:
    """What holds for whole minutes is the strictest reading; it is shown and asked for nothing."""
    assert compare(read(-0.12, fields={"whole": 0.0}), Expectation(at_most=-0.1)).outcome is H


@pytest.mark.parametrize(
    ("final", "value", "expect", "outcome"),
    [
        (Final.UPPER_BOUND, -0.2, Expectation(at_most=-0.1), H),  # what is missing can only lie lower
        (Final.UPPER_BOUND, -0.05, Expectation(at_most=-0.1), U),
        (Final.UPPER_BOUND, -0.05, Expectation(at_least=-0.1), U),
        (Final.UPPER_BOUND, -0.2, Expectation(at_least=-0.1), F),
        (Final.UPPER_BOUND, 1.4, Expectation(between=(1.5, 1.6)), F),
        (Final.UPPER_BOUND, 1.7, Expectation(between=(1.5, 1.6)), U),
        (Final.LOWER_BOUND, 12.0, Expectation(at_least=10), H),
        (Final.LOWER_BOUND, 8.0, Expectation(at_least=10), U),
        (Final.LOWER_BOUND, 12.0, Expectation(equals=10), F),
        (Final.OPEN, -0.2, Expectation(at_most=-0.1), U),
    ],
)
def test_missing_minutes(final: Final, value: float, expect: Expectation, outcome: Outcome) -> None:
    """A value that missing minutes could change decides only what they could not."""
    assert compare(read(value, fields={"final": final}), expect).outcome is outcome


@pytest.mark.parametrize(("clock", "outcome"), [("21:19", F), ("21:20", H), ("21:21", H), ("21:22", F)])
def test_a_minute_within_a_span(clock: str, outcome: Outcome) -> None:
    """The span is half-open."""
    time = datetime.fromisoformat(f"2025-10-10T{clock}:00+00:00")
    assert compare(read(time, Unit.TIME), WITHIN).outcome is outcome


def test_one_minute_before_another() -> None:
    """Earlier is before; equal minutes are a tie, which the reason says; what never came is neither."""
    bottom = read(MINUTE, Unit.TIME)
    earlier, later = MINUTE.replace(minute=19), MINUTE.replace(minute=21)
    assert [compare(read(time, Unit.TIME), BEFORE, bottom).outcome for time in (earlier, MINUTE, later)] == [H, D, F]
    assert [compare(read(time, Unit.TIME), AFTER, bottom).outcome for time in (earlier, MINUTE, later)] == [F, D, H]
    tie = compare(read(MINUTE, Unit.TIME), BEFORE, bottom)
    assert tie.reason == "the same minute as A/USDT on Kraken: one-minute bars cannot order them"
    assert compare(read(NEVER, Unit.TIME), BEFORE, bottom).outcome is F
    assert compare(read(earlier, Unit.TIME), BEFORE, read(None, Unit.TIME)).outcome is U
    assert compare(read(earlier, Unit.TIME), BEFORE, read(NEVER, Unit.TIME)).outcome is U


@pytest.mark.parametrize(
    ("word", "doubts", "outcome"),
    [
        ("largest", (), H),
        ("largest", ("not largest with excluding Gate",), D),
        ("not largest", (), F),
        ("not largest", ("largest with minimum volume $0",), D),
        ("too close to call", (), D),
        ("not settled", (), D),
    ],
)
def test_ranks(word: str, doubts: tuple[str, ...], outcome: Outcome) -> None:
    """A rank holds or fails only where no setting changes it."""
    assert compare(read(word, Unit.WORD, {"doubts": doubts}), Expectation(word="largest")).outcome is outcome


def test_a_value_that_is_not_there_is_unknown() -> None:
    """The reason is that of the reading."""
    reading = Reading(subject="A", unit=Unit.PRICE, value=None, why="no such market in the data")
    assert compare(reading, Expectation(at_most=1)).outcome is U
    assert compare(reading, Expectation(at_most=1)).reason == "no such market in the data"


@pytest.mark.parametrize(
    ("holds_for", "outcomes", "is_open", "verdict"),
    [
        ("all", [H, H], False, Verdict.SUPPORTED),
        ("all", [F, F], False, Verdict.CONTRADICTED),
        ("all", [H, F], False, Verdict.MIXED),
        ("all", [H, D], False, Verdict.MIXED),
        ("all", [H, F, U], False, Verdict.MIXED),  # whatever is missing
        ("all", [H, U], False, Verdict.NOT_DECIDED),
        ("all", [F, U], False, Verdict.NOT_DECIDED),
        ("all", [H, H], True, Verdict.NOT_DECIDED),
        ("all", [], False, Verdict.NOT_DECIDED),
        ("any", [H, F, U], False, Verdict.SUPPORTED),
        ("any", [H], True, Verdict.SUPPORTED),
        ("any", [F, F], False, Verdict.CONTRADICTED),
        ("any", [F, F], True, Verdict.NOT_DECIDED),
        ("any", [F, D], False, Verdict.MIXED),
        ("any", [F, U], False, Verdict.NOT_DECIDED),
        (2, [H, H, F], False, Verdict.SUPPORTED),
        (2, [H, F, F], False, Verdict.CONTRADICTED),
        (2, [H, D, F], False, Verdict.MIXED),
        (2, [H, U, F], False, Verdict.NOT_DECIDED),
        (2, [H, F, F], True, Verdict.NOT_DECIDED),
        (2, [H, H], True, Verdict.SUPPORTED),
        ("most", [H, H, F], False, Verdict.SUPPORTED),
        ("most", [H, F], False, Verdict.CONTRADICTED),  # half is not most
        ("most", [H, H, U], False, Verdict.SUPPORTED),
        ("most", [H, U, F], False, Verdict.NOT_DECIDED),
        ("most", [H, H, H], True, Verdict.NOT_DECIDED),
    ],
)
def test_the_verdict_on_a_part(
    holds_for: str | int,
    outcomes: list[Outcome],
    is_open: bool,  # noqa: FBT001 - a case
    verdict: Verdict,
) -> None:
    """It is given only where nothing that is missing could change it."""
    assert decide_part(outcomes, holds_for, is_open=is_open) is verdict


S, C, M, N, X = (Verdict.SUPPORTED, Verdict.CONTRADICTED, Verdict.MIXED, Verdict.NOT_DECIDED, Verdict.OUTSIDE)


@pytest.mark.parametrize(
    ("parts", "verdict"),
    [
        ([S, S], S),
        ([C, C], C),
        ([S, C], M),
        ([S, C, N], M),
        ([S, M], M),
        ([S, N], N),
        ([C, N], N),
        ([S, X], X),
        ([C, X], C),
        ([N, X], N),
        ([X], X),
        ([S, Verdict.NONE], Verdict.NONE),
    ],
)
def test_the_verdict_on_a_claim(parts: list[Verdict], verdict: Verdict) -> None:
    """Supported only if every part is; part supported and part contradicted is mixed."""
    assert combine_parts(parts) is verdict
