"""Factors from a group's money into that of a row (docs/method.md, sections 2 and 6)."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from deviation.minute.fx import QuoteRate
from deviation.minute.grid import Bools, Floats


@dataclass(frozen=True)
class Conversion:
    """What a price of a group is in a row's money, minute by minute over a span, by their rates to the dollar.

    ``mid`` converts prices for drawing; ``[a, b]`` widens a reference by the uncertainty of the rates, ``[lo, hi]``
    bounds by all prices of their legs; all four are NaN where a rate is missing, and hold the ``ratio`` of an
    underlying.
    """

    group: QuoteRate
    own: QuoteRate
    span: slice
    ratio: float = 1.0

    @cached_property
    def mid(self) -> Floats:
        """The factor for drawing."""
        return self._divide(self.group.mid, self.own.mid)

    @property
    def rate(self) -> Floats:
        """The same without the ratio: what a unit of the group's money is in the row's."""
        return self.mid / self.ratio

    @cached_property
    def a(self) -> Floats:
        """The least factor of a reference."""
        return self._divide(self.group.a, self.own.b)

    @cached_property
    def b(self) -> Floats:
        """The greatest factor of a reference."""
        return self._divide(self.group.b, self.own.a)

    @cached_property
    def lo(self) -> Floats:
        """The least factor of a bound."""
        return self._divide(self.group.lo, self.own.hi)

    @cached_property
    def hi(self) -> Floats:
        """The greatest factor of a bound."""
        return self._divide(self.group.hi, self.own.lo)

    @cached_property
    def is_known(self) -> Bools:
        """Minutes in which there is a factor."""
        return ~np.isnan(self.mid)

    @property
    def is_stale(self) -> Bools:
        """Minutes in which one of the rates is stale."""
        return self.group.is_stale[self.span] | self.own.is_stale[self.span]

    @property
    def is_single(self) -> Bools:
        """Minutes in which one of the rates rests on one leg."""
        return self.group.is_single[self.span] | self.own.is_single[self.span]

    @property
    def rates(self) -> tuple[QuoteRate, ...]:
        """The two rates."""
        return self.group, self.own

    def convert_interval(self, low: Floats, high: Floats) -> tuple[Floats, Floats]:
        """Both ends of an interval, widened; the ends themselves where nothing is converted."""
        return (low, high) if self._is_unit and self.ratio == 1 else (low * self.a, high * self.b)

    def scale(self, ratio: float) -> "Conversion":
        """The same factors times a ratio, for prices of an underlying (docs/method.md, section 6)."""
        return replace(self, ratio=ratio)

    def crop(self, span: slice) -> "Conversion":
        """The same factors over a part of the span."""
        start = self.span.start
        return replace(self, span=slice(start + span.start, start + span.stop))

    @property
    def _is_unit(self) -> bool:
        """Whether both rates are 1 throughout."""
        return self.group.is_unit and self.own.is_unit

    def _divide(self, group_rate: Floats, own_rate: Floats) -> Floats:
        if self._is_unit:
            return np.broadcast_to(np.float64(self.ratio), self.span.stop - self.span.start)
        factor = group_rate[self.span] / own_rate[self.span]
        return factor if self.ratio == 1 else factor * self.ratio
