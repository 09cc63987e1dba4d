"""Compares one value with what a claim says of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from deviation.question import TOLERANCE
from evidence.claims.reading import NEVER, Final, Reading, Unit
from evidence.claims.schema import Expectation


class Outcome(StrEnum):
    """Whether a value is as the claim says.

    - Depends: it is at the defaults, or is not, and another reading of the same candles says otherwise.
    - Unknown: the store has no value, or minutes that it lacks could change it.
    """

    HOLDS = "holds"
    FAILS = "fails"
    DEPENDS = "depends"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Comparison:
    """The outcome, and what it depends on or why it is unknown; None where there is nothing to say."""

    outcome: Outcome
    reason: str | None = None


def compare_number(value: float, expect: Expectation) -> bool:
    """Whether a number is as expected, within a relative `TOLERANCE`.

    >>> compare_number(110.0, Expectation(equals=106.0)), compare_number(20.2, Expectation(at_least=20.2))
    (False, True)

    Raises:
        ValueError: no number is expected.
    """
    margin = TOLERANCE * max(1.0, abs(value))
    limits = _find_limits(expect)
    if limits is None:
        message = f"a number cannot be compared with {expect}"
        raise ValueError(message)
    least, most, is_strict = limits
    margin = -margin if is_strict else margin
    return (least is None or value >= least - margin) and (most is None or value <= most + margin)


def compare(reading: Reading, expect: Expectation, other: Reading | None = None) -> Comparison:
    """Compare a value with an expectation; ``other`` is the minute that it must come before or after."""
    if reading.value is None:
        return Comparison(Outcome.UNKNOWN, reading.why)
    if reading.unit is Unit.TIME:
        return _compare_time(reading, expect, other)
    if isinstance(reading.value, str | datetime):
        return _compare_word(reading, expect)
    value = reading.value
    holds = compare_number(value, expect)
    if not _is_settled(value, expect, reading.final, holds=holds):
        return Comparison(Outcome.UNKNOWN, reading.why)
    others = [name for name, number in reading.robust_values.items() if compare_number(number, expect) is not holds]
    if others:
        return Comparison(Outcome.DEPENDS, f"{'not so' if holds else 'so only'} for {' and '.join(others)}")
    return Comparison(Outcome.HOLDS if holds else Outcome.FAILS)


def _is_settled(value: float, expect: Expectation, final: Final, *, holds: bool) -> bool:
    """Whether minutes that the data lacks cannot change the answer."""
    least, most, _ = _find_limits(expect) or (None, None, False)
    if final is Final.UPPER_BOUND:  # the true value may be lower
        return (holds and least is None) or (not holds and least is not None and value < least)
    if final is Final.LOWER_BOUND:
        return (holds and most is None) or (not holds and most is not None and value > most)
    return final is Final.EXACT


def _find_limits(expect: Expectation) -> tuple[float | None, float | None, bool] | None:
    """The least and the largest number that would do, None for no limit, and whether they themselves would not.

    None where no number is expected.
    """
    if expect.between is not None:
        return (*expect.between, False)
    if expect.equals is not None:
        return expect.equals - expect.tolerance, expect.equals + expect.tolerance, False
    if expect.below is not None or expect.above is not None:
        return expect.above, expect.below, True
    if expect.at_least is not None or expect.at_most is not None:
        return expect.at_least, expect.at_most, False
    return None


def _compare_word(reading: Reading, expect: Expectation) -> Comparison:
    """The word of a rank; what is too close or not settled depends, what is not ranked has no value."""
    if reading.value == f"not {expect.word}":
        return Comparison(Outcome.DEPENDS if reading.doubts else Outcome.FAILS, "; ".join(reading.doubts) or None)
    if reading.value != expect.word:
        return Comparison(Outcome.DEPENDS, "; ".join([str(reading.value), *reading.doubts]))
    return Comparison(Outcome.DEPENDS if reading.doubts else Outcome.HOLDS, "; ".join(reading.doubts) or None)


def _compare_time(reading: Reading, expect: Expectation, other: Reading | None) -> Comparison:
    if reading.final is not Final.EXACT:
        return Comparison(Outcome.UNKNOWN, reading.why)
    if reading.value == NEVER:
        return Comparison(Outcome.FAILS, "it never came")
    minute = reading.value
    if not isinstance(minute, datetime):
        message = f"{minute!r} is no time"
        raise TypeError(message)
    if expect.within is not None:
        return Comparison(Outcome.HOLDS if expect.within.start <= minute < expect.within.end else Outcome.FAILS)
    if other is None or not isinstance(other.value, datetime) or other.final is not Final.EXACT:
        return Comparison(Outcome.UNKNOWN, None if other is None else other.why or f"{other.subject}: it never came")
    if minute == other.value:
        return Comparison(Outcome.DEPENDS, f"the same minute as {other.subject}: one-minute bars cannot order them")
    comes_before = minute < other.value
    return Comparison(Outcome.HOLDS if comes_before is (expect.before is not None) else Outcome.FAILS)
