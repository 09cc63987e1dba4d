"""The significant digits of prices, against the decimal numbers that print them."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deviation.price_digits import count_digits, has_digits


def count_decimal_digits(price: float) -> int:
    """The digits of the shortest decimal number that is read back as the price."""
    return len(Decimal(repr(price)).normalize().as_tuple().digits)


@given(st.integers(1, 10**12), st.integers(-6, 30))
def test_digits_of_prices_with_few_decimals(number: int, decimals: int) -> None:
    """A price as an exchange prints it has the digits of its decimal number."""
    price = float(Decimal(number).scaleb(-decimals))
    assert count_digits(price) == count_decimal_digits(price)


@given(st.lists(st.floats(1e-30, 1e30), min_size=1, max_size=20), st.integers(1, 18))
def test_whether_any_price_has_so_many_digits(prices: list[float], digits: int) -> None:
    """Of many prices the most precise one counts."""
    expected = max(count_decimal_digits(price) for price in prices) >= digits
    assert has_digits(np.array(prices), digits) == expected


@given(st.integers(1, 10**7), st.integers(-8, 25), st.integers(1, 8))
def test_whether_a_price_with_few_digits_has_so_many(number: int, decimals: int, digits: int) -> None:
    """The same for prices as exchanges print them, at every size."""
    price = float(Decimal(number).scaleb(-decimals))
    assert has_digits(np.array([price]), digits) == (count_decimal_digits(price) >= digits)


@pytest.mark.parametrize(
    ("prices", "digits"), [([], 0), ([100.0, 20.0], 1), ([3.0, 3.25, 0.001], 3), ([102000.0, 110000.0], 3)]
)
def test_digits_by_hand(prices: list[float], digits: int) -> None:
    """Trailing zeros do not count, and without a price there is no digit."""
    counts = [has_digits(np.array(prices), number) for number in (digits, digits + 1)]
    assert counts == [bool(prices), False]
