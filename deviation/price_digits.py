"""How many significant digits prices have as printed (docs/method.md, section 8).

A price has as few decimals as give the same float again, which is the shortest way to print it.
"""

import math
from collections.abc import Iterator

import numpy as np

from deviation.minute.grid import Floats

MAX_DIGITS = 15
"""So many digits are a whole number below 2**50, which a product rounded to 53 bits finds again."""

FLOAT_DIGITS = 17
"""So many digits give any float again; none is printed with more."""

POWERS = 10.0 ** np.arange(23)
"""The powers of ten that are exact as floats."""


BLOCK_SIZE = 4096
"""So many prices are looked at together: one of the first blocks mostly has the answer."""


def count_digits(price: float) -> int:
    """The significant digits of a positive price, trailing zeros not counted.

    >>> [count_digits(price) for price in (0.001, 3.56, 102000.0, 1.2543, 1e-07, 0.1 + 0.2)]
    [1, 3, 3, 5, 1, 17]
    """
    return len(f"{price!r}".partition("e")[0].replace(".", "").strip("0"))


def has_digits(prices: Floats, digits: int) -> bool:
    """Whether any of some positive prices has at least so many significant digits.

    >>> prices = np.array([3.56, 1.2543])
    >>> has_digits(prices, 5), has_digits(prices, 6)
    (True, False)
    """
    if digits > FLOAT_DIGITS:
        return False
    blocks = (prices[start : start + BLOCK_SIZE] for start in range(0, prices.size, BLOCK_SIZE))
    return any(_has_digits(part, exponent, digits) for block in blocks for exponent, part in _split_by_exponent(block))


def _split_by_exponent(prices: Floats) -> Iterator[tuple[int, Floats]]:
    """The prices between each power of ten and the next, with the exponent of that power."""
    least, greatest = (math.floor(math.log10(price)) for price in (prices.min(), prices.max()))
    for exponent in range(greatest, least, -1):
        is_larger = prices >= 10.0**exponent
        yield exponent, prices[is_larger]
        prices = prices[~is_larger]
    yield least, prices


def _has_digits(prices: Floats, exponent: int, digits: int) -> bool:
    fewer = digits - 1
    decimals = fewer - 1 - exponent
    if abs(decimals) >= POWERS.size or fewer > MAX_DIGITS:
        return any(count_digits(price) >= digits for price in prices.tolist())
    power = POWERS[abs(decimals)]
    rounded = np.rint(prices / power) * power if decimals < 0 else np.rint(prices * power) / power
    return bool((rounded != prices).any())
