"""Percentages, prices, amounts, minutes and bar times as text, without thousands separators.

`dashboard.text.numbers` has what may be undefined or negative, and volumes and counts, which have separators.
"""

import math
from collections.abc import Sequence
from datetime import UTC, tzinfo

import numpy as np

from data.schema import Timeframe
from deviation.minute.grid import Axis


def format_percent(fraction: float) -> str:
    """A fraction of at least 0 in per cent: one decimal below 10, none above; less than all never rounds to "100".

    >>> format_percent(0.0345), format_percent(0.284), format_percent(0.9996), format_percent(12.5)
    ('3.5%', '28%', '99.9%', '1250%')
    """
    value = 100 * fraction
    if 99.5 <= value < 100:  # noqa: PLR2004 - rounding up would say that nothing was left
        return f"{math.floor(10 * value) / 10:.1f}%"
    return f"{value:.1f}%" if value < 9.95 else f"{value:.0f}%"  # noqa: PLR2004 - 9.95 rounds to 10


def format_threshold(fraction: float) -> str:
    """A parameter in per cent, with all its digits.

    >>> format_threshold(0.02), format_threshold(0.005)
    ('2%', '0.5%')
    """
    return f"{100 * fraction:g}%"


def format_price(price: float) -> str:
    """A price: five significant digits, three below a cent, and all digits before the decimal point.

    >>> format_price(0.00100208), format_price(430.65), format_price(102000.0)
    ('0.001', '430.65', '102000')
    """
    digits = 3 if price < 0.01 else max(5, math.ceil(math.log10(price)))  # noqa: PLR2004 - a cent
    return np.format_float_positional(price, precision=digits, fractional=False, trim="-")


def format_amount(amount: float) -> str:
    """An amount of at least 0 of an asset or of dollars: six significant digits, and all digits of a whole number.

    >>> format_amount(0.0123456789), format_amount(10000.0), format_amount(1234567.8)
    ('0.0123457', '10000', '1234568')
    """
    return f"{amount:.0f}" if amount >= 100_000 else f"{amount:.6g}"  # noqa: PLR2004 - six digits


def format_minutes(minutes: float) -> str:
    """A number of minutes, to a hundredth.

    >>> format_minutes(1440), format_minutes(1.5), format_minutes(1 / 60)
    ('1440', '1.5', '0.02')
    """
    return f"{minutes:.2f}".rstrip("0").rstrip(".")


def format_percent_range(least: float, most: float) -> str:
    """Two fractions of at least 0, in that order; one where they read alike.

    >>> format_percent_range(0.441, 0.462), format_percent_range(0.131, 0.134), format_percent_range(0.02, 0.3)
    ('44-46%', '13%', '2.0-30%')
    """
    least_text, most_text = format_percent(least), format_percent(most)
    return most_text if least_text == most_text else f"{least_text.removesuffix('%')}-{most_text}"


def format_clock_time(axis: Axis, position: int, zone: tzinfo = UTC) -> str:
    """The open time of a bar, with its day where the axis touches several days, and the zone unless it is UTC."""
    time, first_time, last_time = (axis.time_at(place).astimezone(zone) for place in (position, 0, axis.size - 1))
    time_format = "%H:%M:%S" if axis.timeframe is Timeframe.S1 else "%H:%M"
    text = f"{time:{time_format}}" if first_time.date() == last_time.date() else f"{time.day} {time:%b {time_format}}"
    return text if zone is UTC else f"{text} {time.tzname()}"


def join_names(names: Sequence[str], conjunction: str = "and") -> str:
    """Names in a sentence.

    >>> join_names(["OKX"]), join_names(["OKX", "Gate"]), join_names(["OKX", "Gate", "HTX"])
    ('OKX', 'OKX and Gate', 'OKX, Gate and HTX')
    """
    return f" {conjunction} ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
