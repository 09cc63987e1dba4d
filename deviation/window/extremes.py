"""Extremes of arrays that hold NaN, and their first positions (docs/method.md, section 1)."""

import numpy as np

from deviation.minute.grid import Floats
from deviation.question import TOLERANCE


def find_maximum(values: Floats) -> int | None:
    """The first position within `TOLERANCE` of the greatest value; None where all are NaN."""
    greatest = np.fmax.reduce(values, initial=np.nan)
    return None if np.isnan(greatest) else int(np.argmax(values >= greatest - TOLERANCE))


def find_minimum(values: Floats) -> int | None:
    """As `find_maximum`, of the least value."""
    least = np.fmin.reduce(values, initial=np.nan)
    return None if np.isnan(least) else int(np.argmax(values <= least + TOLERANCE))


def find_lowest_price(prices: Floats) -> int | None:
    """The first position of the lowest price, within a relative `TOLERANCE`; None where all are NaN."""
    lowest = np.fmin.reduce(prices, initial=np.nan)
    return None if np.isnan(lowest) else int(np.argmax(prices <= lowest * (1 + TOLERANCE)))


def find_highest_price(prices: Floats) -> int | None:
    """As `find_lowest_price`, of the highest."""
    highest = np.fmax.reduce(prices, initial=np.nan)
    return None if np.isnan(highest) else int(np.argmax(prices >= highest * (1 - TOLERANCE)))


def value_at(values: Floats, position: int | None) -> float | None:
    """The value at a position; None without one, or where it is NaN."""
    value = np.nan if position is None else float(values[position])
    return None if np.isnan(value) else value
