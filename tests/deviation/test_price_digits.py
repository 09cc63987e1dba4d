"""The significant digits of prices, against the decimal numbers that print them."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deviation.price_digits import count_digits


def count_decimal_digits(price: float) -> int:
    """The digits of the shortest decimal number that is read back as the price."""
    return len(Decimal(repr(price)).normalize().as_tuple().digits)


@given(st.integers(1, 10**12), st.integers(0, 12))
def test_digits_of_prices_with_few_decimals(number: int, decimals: int) -> None:
    """A price as an exchange prints it has the digits of its decimal number."""
    price = float(Decimal(number).scaleb(-decimals))
    assert count_digits(np.array([price])) == count_decimal_digits(price)


@given(st.lists(st.floats(1e-9, 1e9), min_size=1, max_size=20))
def test_the_most_digits_of_many(prices: list[float]) -> None:
    """Of many prices the most precise one counts."""
    assert count_digits(np.array(prices)) == max(count_decimal_digits(price) for price in prices)


@pytest.mark.parametrize(("prices", "digits"), [([], 0), ([100.0, 20.0], 1), ([3.0, 3.25, 0.001], 3)])
def test_digits_by_hand(prices: list[float], digits: int) -> None:
    """Trailing zeros do not count, and without a price there is no digit."""
    assert count_digits(np.array(prices)) == digits
