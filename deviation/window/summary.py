"""The numbers over a window, for one market against one group (docs/method.md, section 5)."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from data.schema import Timeframe
from deviation.minute.grid import Bools
from deviation.minute.own_rate import OwnPrice
from deviation.minute.series import DeviationSeries, compute_distance
from deviation.question import TOLERANCE, Parameters
from deviation.side import Side
from deviation.window.episodes import Episode, find_episodes
from deviation.window.side_summary import SideExtreme, SideSummary, measure_extreme
from deviation.window.thin_summary import ThinSummary, summarize_thin


@dataclass(frozen=True, slots=True)
class Baseline:
    """Firm minutes of the calm span or of the 24 h before the window: their number, the least and largest deviation."""

    firm_min: float
    min: float | None
    max: float | None

    @property
    def largest_size(self) -> float | None:
        """The largest deviation on either side, as a positive fraction; None without a firm minute."""
        return None if self.min is None or self.max is None else max(abs(self.min), abs(self.max))


@dataclass(frozen=True, slots=True)
class OwnRateSummary:
    """The deviation with the quote converted at its price on the row's own exchange, which ``symbol`` gives.

    ``minutes``: the firm minutes in which that market had a recent price.
    """

    symbol: str
    minutes: float
    sides: dict[Side, SideExtreme]


@dataclass(frozen=True)
class DeviationSummary:
    """One market against one group over the window; every number is computed when it is first needed.

    Fractions; minutes as counts; positions in the window. Values are None, and counts 0, where no minute defines them.
    ``build_baseline`` gives the series of the baseline's span; the price of ``find_own_price`` covers the window.
    """

    series: DeviationSeries
    build_baseline: Callable[[], DeviationSeries]
    find_own_price: Callable[[], OwnPrice | None]
    parameters: Parameters
    timeframe: Timeframe

    @cached_property
    def firm_min(self) -> float:
        """Firm minutes, on which all numbers but those of thin minutes rest."""
        return self._count_minutes(self.series.firm)

    @cached_property
    def split_min(self) -> float:
        """Firm minutes in which the others disagree by more than `enter`."""
        return self._count_minutes(self.series.firm & (self.series.split > self.parameters.enter + TOLERANCE))

    @cached_property
    def no_rate_min(self) -> float:
        """Minutes without a rate, in which the market and another one vote."""
        return self._count_minutes(self.series.no_rate)

    @cached_property
    def fx_stale_min(self) -> float:
        """Firm minutes whose rate is stale."""
        return self._count_minutes(self.series.firm & self.series.factors.is_stale)

    @cached_property
    def fx_single_min(self) -> float:
        """Firm minutes whose rate rests on a single leg."""
        return self._count_minutes(self.series.firm & self.series.factors.is_single)

    @cached_property
    def below(self) -> SideSummary:
        """What lies below the reference."""
        return SideSummary(self.series, Side.BELOW, self.parameters.enter, self.timeframe)

    @cached_property
    def above(self) -> SideSummary:
        """What lies above the reference."""
        return SideSummary(self.series, Side.ABOVE, self.parameters.enter, self.timeframe)

    def get_side(self, side: Side) -> SideSummary:
        """The numbers of one side."""
        return self.below if side is Side.BELOW else self.above

    @property
    def larger_side(self) -> Side:
        """The side of the larger deviation; below where both are equal."""
        return Side.ABOVE if self.above.size > self.below.size else Side.BELOW

    @property
    def size(self) -> float:
        """The largest deviation on either side, as a positive fraction; 0 without a firm minute."""
        return self.get_side(self.larger_side).size

    @property
    def reaches_enter(self) -> bool:
        """Whether the deviation reaches `enter` on either side."""
        return self.parameters.reaches_enter(self.size)

    @cached_property
    def thin(self) -> ThinSummary:
        """The minutes with one or two votes."""
        return summarize_thin(self.series, self.parameters.enter, self.timeframe)

    @cached_property
    def own_rate(self) -> OwnRateSummary | None:
        """The deviation at the exchange's own price of the quote; None where there is none, or nothing to convert."""
        own_price, series = self.find_own_price(), self.series
        if own_price is None:
            return None
        low, high = (end[series.window] / own_price.price for end in series.peers.interval)
        deviations = np.where(series.firm, compute_distance(series.minutes.vote, low, high), np.nan)
        return OwnRateSummary(
            own_price.symbol,
            self._count_minutes(~np.isnan(deviations)),
            {side: measure_extreme(deviations, side, self.parameters.enter, self.timeframe) for side in Side},
        )

    @cached_property
    def baseline(self) -> Baseline:
        """Deviations in the baseline's span."""
        series = self.build_baseline()
        deviations = series.d[series.firm]
        firm_min = self.timeframe.convert_to_minutes(deviations.size)
        return (
            Baseline(firm_min, float(deviations.min()), float(deviations.max()))
            if deviations.size
            else Baseline(firm_min, None, None)
        )

    @cached_property
    def episodes(self) -> tuple[Episode, ...]:
        """The episodes below and above, by start."""
        return find_episodes(self.series, self.parameters, self.timeframe)

    def _count_minutes(self, mask: Bools) -> float:
        return self.timeframe.convert_to_minutes(int(np.count_nonzero(mask)))
