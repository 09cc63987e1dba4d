"""What the overview's two charts of points show: which markets have a point, and where it lies."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dashboard.dots import ScatterPoint
from dashboard.log_plot import DEPTH_TICKS, LogAxis, build_log_axis, list_dollar_ticks, list_minute_ticks
from dashboard.overview_points import MarketPoint, has_several_markets
from dashboard.overview_view import EventContext
from data.schema import Timeframe

TOO_FEW_TEXT = (
    "Too few exchanges: a {bar.noun} counts where at least three others traded. Collect or import more of them."
)
"""Why nothing is firm; ``bar`` is the length of bars."""


MIN_DEPTH = 0.001
"""A depth of 0.1 %: what lies less below has no point beside the volumes, and is named."""


@dataclass(frozen=True, slots=True)
class ScatterData:
    """Points and their axes."""

    points: tuple[ScatterPoint, ...]
    x: LogAxis
    y: LogAxis


@dataclass(frozen=True, slots=True)
class DepthCategories:
    """The markets by what becomes of them on the chart of depth against duration."""

    plotted: tuple[MarketPoint, ...]
    never_below: tuple[MarketPoint, ...]
    without_firm_minute: tuple[MarketPoint, ...]

    def describe_absence(self, enter: str, bar: Timeframe) -> str:
        """Why no market has a point; ``enter`` is the threshold in per cent."""
        return TOO_FEW_TEXT.format(bar=bar) if not self.never_below else f"Nobody was {enter} below for a {bar.noun}."


def categorize_by_depth(points: Sequence[MarketPoint]) -> DepthCategories:
    """Who was below for a minute, who never was, and of whom no minute is firm."""
    below = tuple(point for point in points if point.below_min and point.depth_below)
    return DepthCategories(
        below,
        tuple(point for point in points if point.firm_min and point not in below),
        tuple(point for point in points if not point.firm_min),
    )


@dataclass(frozen=True, slots=True)
class VolumeCategories:
    """What becomes on the chart of volume of spot markets that have a firm minute against other exchanges."""

    plotted: tuple[MarketPoint, ...]
    shallow: tuple[MarketPoint, ...]
    without_volume: tuple[MarketPoint, ...]

    def describe_absence(self, bar: Timeframe) -> str:
        """Why no market has a point."""
        return (
            "Nobody was below, or no volume is known."
            if self.shallow or self.without_volume
            else TOO_FEW_TEXT.format(bar=bar)
        )

    def group_omitted(self) -> dict[str, tuple[MarketPoint, ...]]:
        """The markets without a point by the reason, which is said before their names."""
        return {"Less than 0.1 % below": self.shallow, "No volume before the window": self.without_volume}


def categorize_by_volume(points: Sequence[MarketPoint]) -> VolumeCategories:
    """Who was below and reported volume, who was hardly below, and of whom no volume is known."""
    spot = [point for point in points if point.is_spot and not point.uses_fair_value and point.firm_min]
    with_volume = [point for point in spot if point.volume_usd]
    return VolumeCategories(
        tuple(point for point in with_volume if point.depth_below >= MIN_DEPTH),
        tuple(point for point in with_volume if point.depth_below < MIN_DEPTH),
        tuple(point for point in spot if not point.volume_usd),
    )


def build_depth_data(overview: EventContext, points: Sequence[MarketPoint]) -> ScatterData:
    """Minutes from left to right, depth upwards; at least one point."""
    x = build_log_axis([point.below_min for point in points], list_minute_ticks())
    y = build_log_axis([point.depth_below for point in points], DEPTH_TICKS)
    return ScatterData(
        _build_scatter_points(overview, points, lambda point: (point.below_min, point.depth_below)), x, y
    )


def build_volume_data(overview: EventContext, points: Sequence[MarketPoint]) -> ScatterData:
    """Dollars from left to right, depth upwards; at least one point."""
    x = build_log_axis([point.volume_usd for point in points], list_dollar_ticks())
    y = build_log_axis([point.depth_below for point in points], DEPTH_TICKS)
    return ScatterData(
        _build_scatter_points(overview, points, lambda point: (point.volume_usd, point.depth_below)), x, y
    )


def _build_scatter_points(
    overview: EventContext, points: Sequence[MarketPoint], locate: Callable[[MarketPoint], tuple[float, float]]
) -> tuple[ScatterPoint, ...]:
    ranked_markets = _list_ranked_markets(overview)
    return tuple(
        ScatterPoint(
            *locate(point),
            venue=point.venue,
            label=f"{point.name} {point.symbol if has_several_markets(point, points) else point.asset}",
            hover=point.describe(overview.enter_text),
            href=overview.build_explorer_url(point.asset, point.venue),
            is_focus=point.is_focus,
            is_hollow=point.is_assumed
            if overview.is_illustration
            else (point.asset, point.venue, point.symbol) not in ranked_markets,
        )
        for point in points
    )


def _list_ranked_markets(overview: EventContext) -> set[tuple[str, str, str]]:
    return {
        (measurement.question.asset, market.venue, market.symbol)
        for measurement in overview.measurements
        for market, rank in measurement.ranks.items()
        if rank.reason is None
    }
