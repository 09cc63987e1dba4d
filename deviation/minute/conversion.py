"""Factors from a group's money into that of a row (docs/method.md, sections 2 and 6)."""

from dataclasses import dataclass, replace
from functools import cached_property

from deviation.minute.fx import QuoteRate, RatePair
from deviation.minute.grid import Bools, Floats, Positions


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
        return self._cut(self._pair.mid)

    @property
    def rate(self) -> Floats:
        """The same without the ratio: what a unit of the group's money is in the row's."""
        return self.mid / self.ratio

    @cached_property
    def a(self) -> Floats:
        """The least factor of a reference."""
        return self._cut(self._pair.a)

    @cached_property
    def b(self) -> Floats:
        """The greatest factor of a reference."""
        return self._cut(self._pair.b)

    @cached_property
    def lo(self) -> Floats:
        """The least factor of a bound."""
        return self._cut(self._pair.lo)

    @cached_property
    def hi(self) -> Floats:
        """The greatest factor of a bound."""
        return self._cut(self._pair.hi)

    @property
    def is_known(self) -> Bools:
        """Minutes in which there is a factor."""
        return self._pair.is_known[self.span]

    @property
    def is_stale(self) -> Bools:
        """Minutes in which one of the rates is stale."""
        return self._pair.is_stale[self.span]

    @property
    def is_single(self) -> Bools:
        """Minutes in which one of the rates rests on one leg."""
        return self._pair.is_single[self.span]

    @property
    def rates(self) -> tuple[QuoteRate, ...]:
        """The two rates."""
        return self.group, self.own

    def convert_low(self, price: Floats, at: Positions) -> Floats:
        """The lower end of a reference in some minutes; the price itself where nothing is converted."""
        return price if self._is_one else price * self.a[at]

    def convert_high(self, price: Floats, at: Positions) -> Floats:
        """The upper end of a reference."""
        return price if self._is_one else price * self.b[at]

    def convert_low_bound(self, price: Floats, at: Positions) -> Floats:
        """The lower bound of a price in some minutes, by all prices of the legs of the rates."""
        return price if self._is_one else price * self.lo[at]

    def convert_high_bound(self, price: Floats, at: Positions) -> Floats:
        """The upper bound of a price."""
        return price if self._is_one else price * self.hi[at]

    def scale(self, ratio: float) -> "Conversion":
        """The same factors times a ratio, for prices of an underlying (docs/method.md, section 6)."""
        return replace(self, ratio=ratio)

    def crop(self, span: slice) -> "Conversion":
        """The same factors over a part of the span."""
        start = self.span.start
        return replace(self, span=slice(start + span.start, start + span.stop))

    @property
    def _is_one(self) -> bool:
        """Whether all factors are 1 throughout."""
        return self._pair.is_unit and self.ratio == 1

    @cached_property
    def _pair(self) -> RatePair:
        return self.group.pair_with(self.own)

    def _cut(self, factors: Floats) -> Floats:
        cut = factors[self.span]
        return cut if self.ratio == 1 else cut * self.ratio
