"""Numbers that ccxt would write out digit by digit, which takes it hours: answers that have one are refused.

ccxt takes a price of ``"1e9999999"`` for a text of ten million digits, and a market whose prices have 1760126400000
decimals for as many steps of a loop, in which nothing else of the program runs.
"""

import re
from collections.abc import Callable
from typing import Any

from collectors.limits import NUMBER_DIGITS

HUGE_NUMBER = re.compile(r"\s*[+-]?[\d_.]*e\s*[+-]?[\d_]{4,}\s*", re.IGNORECASE)
"""A text that Python reads as a number with an exponent of four digits or more, of any script."""


def find_huge_number(answer: Any) -> str | None:  # noqa: ANN401 - any JSON
    """The first text of a parsed answer with an exponent of four digits; None without one.

    Numbers outside of quotation marks are numbers of the machine by now, whose exponents have three digits.

    >>> find_huge_number({"rows": [["1e-8", 2.5], ["3", " 1E+9_999"]]})
    ' 1E+9_999'
    """
    waiting = [answer]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            if ("e" in value or "E" in value) and HUGE_NUMBER.fullmatch(value):
                return value
        elif isinstance(value, dict):
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
    return None


def bound_precision(parse: Callable[[str | None], str | None], source: str) -> Callable[[str | None], str | None]:
    """The ``parse_precision`` or ``integer_precision_to_amount`` of ccxt for markets of ``source``, without long loops.

    The function raises BadData for more than `NUMBER_DIGITS` decimals, or as many zeros before the point.
    """

    def parse_bounded(precision: str | None) -> str | None:
        if precision is not None and abs(int(precision)) > NUMBER_DIGITS.amount:
            NUMBER_DIGITS.refuse(source)
        return parse(precision)

    return parse_bounded
