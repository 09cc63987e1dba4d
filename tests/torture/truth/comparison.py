"""Compares values of the program with those of the independent calculation, and counts what was compared.

Words, times, counts and prices must be the same, to the last bit. So must every number that the method gives as one
division, product or subtraction of such values: both sides round the same operations. What is a sum of many products,
or a chain of several roundings, such as a conversion by two rates, may differ by the order of the operations: n
operations of relative error 2**-53 give at most n * 1.1e-16. No sum here has more than 5,000 terms, which are all of
one sign, hence `RELATIVE_TOLERANCE`; a deviation is a ratio near 1, less 1, after at most a dozen roundings, hence
`ABSOLUTE_TOLERANCE`. Numbers within these bounds are counted apart from those that are equal.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

RELATIVE_TOLERANCE = 1e-12
ABSOLUTE_TOLERANCE = 1e-14

FLOAT32_TOLERANCE = 1.2e-7
"""Charts are drawn from numbers of 32 bits, which have 24 binary digits."""


@dataclass
class Comparison:
    """What was compared so far: numbers and words by whether they are equal, and what differs, by its place."""

    equal: Counter[str] = field(default_factory=Counter)
    close: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def compare(self, subject: str, place: str, actual: Any, expected: Any) -> None:  # noqa: ANN401 - any JSON
        """Compare two values as deep as the expected one goes."""
        if isinstance(expected, dict):
            if not isinstance(actual, dict):
                self.faults.append(f"{subject}: {place} is {actual!r:.80}, not an object")
                return
            for key, value in expected.items():
                if key not in actual:
                    self.faults.append(f"{subject}: {place}.{key} is missing")
                else:
                    self.compare(subject, f"{place}.{key}", actual[key], value)
        elif isinstance(expected, list | tuple):
            if not isinstance(actual, list | tuple) or len(actual) != len(expected):
                self.faults.append(f"{subject}: {place} is {actual!r:.80}, not {len(expected)} items")
                return
            for index, (one, other) in enumerate(zip(actual, expected, strict=True)):
                self.compare(subject, f"{place}[{index}]", one, other)
        else:
            self._compare_value(subject, place, actual, expected)

    def _compare_value(self, subject: str, place: str, actual: Any, expected: Any) -> None:  # noqa: ANN401 - any JSON
        if actual == expected and isinstance(actual, bool) == isinstance(expected, bool):
            self.equal[subject] += 1
        elif isinstance(expected, float) and isinstance(actual, int | float) and is_close(actual, expected):
            self.close[subject] += 1
        else:
            self.faults.append(f"{subject}: {place} is {actual!r}, in truth {expected!r}")

    def compare_exactly(self, subject: str, place: str, actual: float | None, expected: float | None) -> None:
        """Compare a number that is the same to the last bit, None where there is none."""
        self.require(subject, f"{place} is {actual!r}, in truth {expected!r}", holds=actual == expected)

    def compare_keys(self, subject: str, place: str, actual: Any, expected: Any) -> None:  # noqa: ANN401 - any keys
        """Compare two sets of names."""
        self.compare(subject, f"names of {place}", sorted(actual), sorted(expected))

    def compare_drawn(self, subject: str, place: str, actual: float | None, expected: float | None) -> None:
        """Compare a number of 32 bits; NaN is None."""
        if actual is None or expected is None or math.isnan(actual):
            self._compare_value(subject, place, None if actual is None or math.isnan(actual) else actual, expected)
        elif math.isclose(actual, expected, rel_tol=FLOAT32_TOLERANCE, abs_tol=ABSOLUTE_TOLERANCE):
            self.equal[subject] += 1
        else:
            self.faults.append(f"{subject}: {place} is {actual!r}, in truth {expected!r}")

    def compare_printed(self, subject: str, place: str, text: str, expected: float | None) -> None:
        """Compare a number in words with what is printed: it may differ by half of its last digit."""
        digits = text.replace("\N{MINUS SIGN}", "-").replace(",", "").strip("%+$ ")
        try:
            value = float(digits)
        except ValueError:
            self._compare_value(subject, place, None if text == "\N{EN DASH}" else text, expected)
            return
        decimals = len(digits.partition(".")[2])
        half = 0.5 * 10**-decimals * (1 + 1e-9)
        if expected is not None and abs(value - expected) <= half:
            self.equal[subject] += 1
        else:
            self.faults.append(f"{subject}: {place} reads {text!r}, in truth {expected!r}")

    def compare_significant(self, subject: str, place: str, text: str, expected: float) -> None:
        """Compare a price with what is printed: five significant digits, three below a cent."""
        digits = max(5, math.ceil(math.log10(expected))) if expected >= 0.01 else 3
        half = 0.5 * 10 ** (math.floor(math.log10(expected)) + 1 - digits) * (1 + 1e-9)
        if abs(float(text) - expected) <= half:
            self.equal[subject] += 1
        else:
            self.faults.append(f"{subject}: {place} reads {text!r}, in truth {expected!r}")

    def require(self, subject: str, place: str, *, holds: bool) -> None:
        """Count a statement, which is a fault where it does not hold."""
        if holds:
            self.equal[subject] += 1
        else:
            self.faults.append(f"{subject}: {place}")


def is_close(actual: float, expected: float) -> bool:
    """Whether two numbers differ by rounding alone."""
    return math.isclose(actual, expected, rel_tol=RELATIVE_TOLERANCE, abs_tol=ABSOLUTE_TOLERANCE)
