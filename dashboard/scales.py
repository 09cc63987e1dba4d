"""Which part of the values an axis shows, and where its ticks stand."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from dashboard.style import MINUS
from deviation.grid import Floats
from deviation.headline import price_text

LOG_FROM = 1.6
"""Highest over lowest close from which prices are drawn on a log scale: equal falls then look equal."""

AIR = 0.05
"""Share of the axis left free at either end."""

TICKS_APART = 24.0
"""Least distance of ticks in pixels, from one number's middle to the next: a line of 14 pixels and as much air again
as lets each be read by itself."""


@dataclass(frozen=True, slots=True)
class Scale:
    """An axis from ``low`` to ``high`` (values, not exponents), its tick values and what they say."""

    low: float
    high: float
    log: bool
    ticks: tuple[float, ...]
    text: tuple[str, ...]

    @property
    def range(self) -> list[float]:
        """The axis as plotly wants it: exponents of ten on a log axis."""
        return [math.log10(self.low), math.log10(self.high)] if self.log else [self.low, self.high]

    def share(self, value: float) -> float:
        """How far up the axis a value lies: 0 at the bottom, 1 at the top."""
        return float(self.shares(np.array([value]))[0])

    def shares(self, values: Floats) -> Floats:
        """`share` of many values; those that a log axis cannot show are NaN."""
        low, high = self.range
        if self.log:
            values = np.log10(np.where(values > 0, values, np.nan))
        return (values - low) / (high - low)


def apart(made: Callable[[int], Scale], most: int, height: float) -> Scale:
    """The axis with the most ticks, ``most`` at first, whose numbers stand clear of each other in so many pixels.

    Args:
        made: the axis for a number of ticks that is not to be exceeded.
        most: ticks to begin with.
        height: of the panel.
    """
    for count in range(most, 2, -1):
        scale = made(count)
        shares = scale.shares(np.array(scale.ticks))
        if shares.size < 2 or height * np.diff(shares).min() >= TICKS_APART:  # noqa: PLR2004 - a tick alone is clear
            return scale
    return made(2)


def price_scale(closes: Iterable[Floats], most: int = 7) -> Scale:
    """An axis for prices, made for closes alone: a single odd trade must not squash everything else.

    Without any close it runs from 0 to 1 without ticks.
    """
    ends = [(float(np.nanmin(one)), float(np.nanmax(one))) for one in closes if not np.isnan(one).all()]
    if not ends:
        return Scale(0.0, 1.0, log=False, ticks=(), text=())
    low, high = min(least for least, _ in ends), max(most_ for _, most_ in ends)
    if high / low >= LOG_FROM:
        air = (high / low) ** AIR
        low, high = low / air, high * air
        values = _log_ticks(low, high, most)
        return Scale(low, high, log=True, ticks=values, text=_texts(values))
    # A calm market must look calm: the axis never covers less than 2 % of the price.
    reach = max(high - low, 0.02 * high)
    middle = (high + low) / 2
    low, high = middle - reach * (0.5 + AIR), middle + reach * (0.5 + AIR)
    values = steps(low, high, most)
    return Scale(low, high, log=False, ticks=values, text=_texts(values))


def deviation_scale(values: Iterable[Floats], enter: float, most: int = 6) -> Scale:
    """An axis in per cent for deviations in per cent, which always reaches a little beyond ``enter`` (a fraction)."""
    least, greatest = -130 * enter, 130 * enter
    for one in values:
        if not np.isnan(one).all():
            least, greatest = min(least, float(np.nanmin(one))), max(greatest, float(np.nanmax(one)))
    air = AIR * (greatest - least)
    least, greatest = least - air, greatest + air
    at = steps(least, greatest, most)
    return Scale(least, greatest, log=False, ticks=at, text=tuple(signed(value) for value in at))


def short_price(price: float) -> str:
    """A price as in the headline, with a comma per thousand.

    >>> short_price(0.00100208), short_price(430.65), short_price(20112.4)
    ('0.001', '430.65', '20,112')
    """
    return f"{price:,.0f}" if price >= 1000 else price_text(price)  # noqa: PLR2004 - where commas begin


def signed(value: float) -> str:
    """A number of per cent with a real minus sign.

    >>> signed(-20.0) == "\N{MINUS SIGN}20 %", signed(0.0), signed(2.5)
    (True, '0 %', '+2.5 %')
    """
    size = f"{abs(value):g}"
    return f"{MINUS if value < 0 else '+' if value > 0 else ''}{size} %"


def steps(low: float, high: float, most: int) -> tuple[float, ...]:
    """At most ``most`` round values, evenly apart, within ``[low, high]``."""
    rough = (high - low) / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough * (1 - 1e-9))
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return tuple(float(f"{i * step:.12g}") for i in range(first, last + 1))


def _log_ticks(low: float, high: float, most: int) -> tuple[float, ...]:
    """Round values on a log axis: the finest of these ladders that has few enough rungs."""
    ladders = (
        (1, 1.2, 1.5, 2, 2.5, 3, 3.5, 4, 5, 6, 7, 8, 9),
        (1, 1.5, 2, 2.5, 3, 4, 5, 7),
        (1, 1.5, 2, 3, 4, 6),
        (1, 2, 5),
        (1, 3),
        (1,),
    )
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for ladder in ladders:
        rungs = tuple(float(f"{rung}e{power}") for power in powers for rung in ladder)
        inside = tuple(value for value in rungs if low <= value <= high)
        if len(inside) <= most:
            return inside
    return inside[:: -(-len(inside) // most)]


def _texts(values: tuple[float, ...]) -> tuple[str, ...]:
    """Prices with a comma per thousand and just the decimals that tell them apart."""
    for decimals in range(13):
        if all(math.isclose(round(value, decimals), value, rel_tol=1e-9) for value in values):
            return tuple(f"{value:,.{decimals}f}" for value in values)
    return tuple(f"{value:g}" for value in values)
