"""Factors from a group's money into that of a row (docs/method.md, sections 2 and 6)."""

from dataclasses import dataclass, field, replace

import numpy as np

from deviation.minute.fx import QuoteRate
from deviation.minute.grid import Bools, Floats


@dataclass(frozen=True, slots=True)
class Conversion:
    """What a price of a group is in a row's money, minute by minute over a span.

    ``mid`` converts prices for drawing; ``[a, b]`` widens a reference by the uncertainty of the rate, ``[lo, hi]``
    bounds by all prices of its legs; all four are NaN where a rate is missing. ``assumed`` and ``single`` name the
    quotes whose rate is assumed, or rests on one leg in the minutes of the mask.
    """

    mid: Floats
    a: Floats
    b: Floats
    lo: Floats
    hi: Floats
    is_stale: Bools
    is_single: Bools
    assumed: tuple[str, ...] = ()
    single: dict[str, Bools] = field(default_factory=dict)

    @property
    def is_known(self) -> Bools:
        """Minutes in which there is a factor."""
        return ~np.isnan(self.mid)

    def scale(self, ratio: float) -> "Conversion":
        """The same factors times a ratio, for prices of an underlying (docs/method.md, section 6)."""
        return replace(
            self, mid=self.mid * ratio, a=self.a * ratio, b=self.b * ratio, lo=self.lo * ratio, hi=self.hi * ratio
        )

    def crop(self, span: slice) -> "Conversion":
        """The same factors over a part of the span."""
        return Conversion(
            self.mid[span],
            self.a[span],
            self.b[span],
            self.lo[span],
            self.hi[span],
            self.is_stale[span],
            self.is_single[span],
            self.assumed,
            {quote: mask[span] for quote, mask in self.single.items()},
        )


def build_unit_conversion(size: int) -> Conversion:
    """No conversion: a row against its own group."""
    ones, never = np.ones(size), np.zeros(size, np.bool_)
    return Conversion(ones, ones, ones, ones, ones, never, never)


def build_conversion(group: QuoteRate, own: QuoteRate, span: slice) -> Conversion:
    """From the money of a group into that of a row, by their rates to the dollar."""
    quotes = (group, own)
    return Conversion(
        mid=group.mid[span] / own.mid[span],
        a=group.a[span] / own.b[span],
        b=group.b[span] / own.a[span],
        lo=group.lo[span] / own.hi[span],
        hi=group.hi[span] / own.lo[span],
        is_stale=group.is_stale[span] | own.is_stale[span],
        is_single=group.is_single[span] | own.is_single[span],
        assumed=tuple(rate.quote for rate in quotes if rate.is_assumed),
        single={rate.quote: rate.is_single[span] for rate in quotes if rate.is_single.any()},
    )
