"""How many significant digits prices have as printed (docs/method.md, section 8)."""

import numpy as np

from deviation.minute.grid import Floats

EXACT = 2.0**50
"""Up to here a whole number times a power of ten finds its float again, whatever the rounding of the product."""

POWERS = 10.0 ** np.arange(23)
"""The powers of ten that are exact as floats."""


def count_digits(prices: Floats) -> int:
    """The most significant digits of any of some positive prices, trailing zeros not counted; 0 without a price.

    A price has as few decimals as give the same float again, which is the shortest way to print it.

    >>> [count_digits(np.array([price])) for price in (0.001, 3.56, 102000.0, 1.2543, 1e-07, 0.1 + 0.2)]
    [1, 3, 3, 5, 1, 17]
    """
    most, left = 0, prices
    for power in POWERS:
        numbers = np.rint(left * power)
        is_exact = (numbers < EXACT) & (numbers / power == left)
        most, left = max(most, _count_whole_digits(numbers[is_exact])), left[~is_exact]
    return max([most, *(_count_printed_digits(price) for price in left.tolist())])


def _count_whole_digits(numbers: Floats) -> int:
    """The most digits of any of some positive whole numbers, without their trailing zeros."""
    while (has_zero := numbers % 10 == 0).any():
        numbers = np.where(has_zero, numbers / 10, numbers)
    return len(f"{numbers.max():.0f}") if numbers.size else 0


def _count_printed_digits(price: float) -> int:
    return len(f"{price!r}".partition("e")[0].replace(".", "").strip("0"))
