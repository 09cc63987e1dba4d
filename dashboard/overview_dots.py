"""What the overview's two charts of points show: which markets have a point, and where it lies."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dashboard.dots import Dot
from dashboard.log_plot import DEPTHS, LogAxis, dollar_ticks, log_axis, minute_ticks
from dashboard.overview_points import Point, twice
from dashboard.overview_view import Overview
from data.schema import Timeframe

FEW = "Too few exchanges: a {bar.one} counts where at least three others traded. Collect or import more of them."
"""Why nothing is firm; ``bar`` is the length of bars."""


SHALLOWEST = 0.001
"""A depth of 0.1 %: what lies less below has no point beside the volumes, and is named."""


@dataclass(frozen=True, slots=True)
class Dots:
    """Points and their axes."""

    dots: tuple[Dot, ...]
    x: LogAxis
    y: LogAxis


@dataclass(frozen=True, slots=True)
class Fates:
    """The markets by what becomes of them on the chart of depth against duration."""

    drawn: tuple[Point, ...]
    never: tuple[Point, ...]
    unknown: tuple[Point, ...]

    def nobody(self, enter: str, bar: Timeframe) -> str:
        """Why no market has a point; ``enter`` is the threshold in per cent."""
        return FEW.format(bar=bar) if not self.never else f"Nobody was {enter} below for a {bar.one}."


def fates(found: Sequence[Point]) -> Fates:
    """Who was below for a minute, who never was, and of whom no minute is firm."""
    below = tuple(point for point in found if point.below_min and point.below)
    return Fates(
        below,
        tuple(point for point in found if point.firm_min and point not in below),
        tuple(point for point in found if not point.firm_min),
    )


@dataclass(frozen=True, slots=True)
class VolumeFates:
    """What becomes on the chart of volume of spot markets that have a firm minute against other exchanges."""

    drawn: tuple[Point, ...]
    shallow: tuple[Point, ...]
    unknown: tuple[Point, ...]

    def nobody(self, bar: Timeframe) -> str:
        """Why no market has a point."""
        return "Nobody was below, or no volume is known." if self.shallow or self.unknown else FEW.format(bar=bar)

    def left_out(self) -> dict[str, tuple[Point, ...]]:
        """The markets without a point by the reason, which is said before their names."""
        return {"Less than 0.1 % below": self.shallow, "No volume before the window": self.unknown}


def volume_fates(found: Sequence[Point]) -> VolumeFates:
    """Who was below and reported volume, who was hardly below, and of whom no volume is known."""
    spot = [point for point in found if point.spot and not point.fair_value and point.firm_min]
    known = [point for point in spot if point.volume_usd]
    return VolumeFates(
        tuple(point for point in known if point.below >= SHALLOWEST),
        tuple(point for point in known if point.below < SHALLOWEST),
        tuple(point for point in spot if not point.volume_usd),
    )


def depth_dots(overview: Overview, drawn: Sequence[Point]) -> Dots:
    """Minutes from left to right, depth upwards; at least one point."""
    x = log_axis([point.below_min for point in drawn], minute_ticks())
    y = log_axis([point.below for point in drawn], DEPTHS)
    return Dots(_dots(overview, drawn, lambda point: (point.below_min, point.below)), x, y)


def volume_dots(overview: Overview, drawn: Sequence[Point]) -> Dots:
    """Dollars from left to right, depth upwards; at least one point."""
    x = log_axis([point.volume_usd for point in drawn], dollar_ticks())
    y = log_axis([point.below for point in drawn], DEPTHS)
    return Dots(_dots(overview, drawn, lambda point: (point.volume_usd, point.below)), x, y)


def _dots(overview: Overview, drawn: Sequence[Point], place: Callable[[Point], tuple[float, float]]) -> tuple[Dot, ...]:
    ranked = _ranked(overview)
    return tuple(
        Dot(
            *place(point),
            venue=point.venue,
            label=f"{point.name} {point.symbol if twice(point, drawn) else point.asset}",
            hover=point.told(overview.enter),
            href=overview.explorer(point.asset, point.venue),
            focus=point.focus,
            hollow=point.assumed if overview.illustrated else (point.asset, point.venue, point.symbol) not in ranked,
        )
        for point in drawn
    )


def _ranked(overview: Overview) -> set[tuple[str, str, str]]:
    return {
        (measurement.question.asset, market.venue, market.symbol)
        for measurement in overview.measurements
        for market, rank in measurement.ranks.items()
        if rank.why is None
    }
