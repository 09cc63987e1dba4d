"""The points of the overview's two scatter charts: which markets have one, and where it lies."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from dashboard.draw.axis import DEPTH_TICKS, Scale, build_log_scale, list_dollar_ticks, list_minute_ticks
from dashboard.draw.scatter_points import ScatterPoint
from dashboard.service.event import EventContext
from dashboard.text.clock import Zone
from dashboard.text.numbers import (
    format_bar_time,
    format_exchanges,
    format_minute_count,
    format_signed_percent,
    join_names,
)
from data.catalogue import Catalogue
from data.reconstruction.candles import list_assumed_markets
from data.schema import Timeframe
from deviation.measurement import Measurement
from deviation.question import Group
from deviation.result import MarketRow

TOO_FEW_TEXT = (
    "Too few exchanges: a {bar.noun} counts where at least three others traded. Collect or import more of them."
)
"""Why no minute is firm; ``bar`` is the timeframe."""

MIN_DEPTH = 0.001
"""Least depth of a point on the chart of volumes; markets that were less below are listed by name."""


@dataclass(frozen=True, slots=True)
class MarketPoint:
    """One market of one asset, measured in the firm minutes of the window.

    Attributes:
        asset: the asset.
        venue: id of the venue.
        symbol: symbol of the market.
        name: name of the venue, with "perpetual" if the market is one.
        reference_text: what it is measured against: the other exchanges of a group, or fair value.
        depth: least deviation as a fraction, negative below; None if no minute is firm.
        depth_at: time of that bar as text.
        below_min: firm minutes at least the threshold below.
        firm_min: firm minutes.
        volume_usd: reported volume of the 24 h before the window in dollars.
        is_spot: whether it is a spot market.
        uses_fair_value: whether it is measured against fair value.
        is_focus: whether its venue is one of the focus.
        is_assumed: whether it is of the reconstruction, with no figure of it published.
    """

    asset: str
    venue: str
    symbol: str
    name: str
    reference_text: str
    depth: float | None
    depth_at: str
    below_min: float
    firm_min: float
    volume_usd: float
    is_spot: bool
    uses_fair_value: bool
    is_focus: bool
    is_assumed: bool

    @property
    def depth_below(self) -> float:
        """The depth as a positive fraction; 0 if it was never below, or if no minute is firm."""
        return max(0.0, -(self.depth or 0.0))

    def describe(self, enter: str) -> str:
        """The hover text; ``enter`` is the threshold, such as "2 %"."""
        lines = [f"<b>{self.name} {self.symbol}</b>"]
        if self.depth is None:
            return f"{lines[0]}<br>no firm minute"
        lines.append(f"{format_signed_percent(self.depth)} against {self.reference_text}, {self.depth_at}")
        minutes = f"{format_minute_count(self.below_min, self.firm_min)} firm minutes"
        lines.append(f"at least {enter} below for {minutes}")
        if self.is_assumed:
            lines.append("assumed: no figure of it is published")
        return "<br>".join(lines)


def build_market_points(
    measurements: Sequence[Measurement], catalogue: Catalogue, focus: Collection[str], zone: Zone
) -> list[MarketPoint]:
    """A point per market of every asset, in the order of the measurements; ``focus`` are the ids of focus venues."""
    return [
        _build_market_point(measurement, row, catalogue, focus, zone)
        for measurement in measurements
        for row in measurement.rows
    ]


def _build_market_point(
    measurement: Measurement, row: MarketRow, catalogue: Catalogue, focus: Collection[str], zone: Zone
) -> MarketPoint:
    market, group = row.market, select_voting_group(row)
    summary = row.summaries[group]
    underlying = measurement.question.underlying
    return MarketPoint(
        asset=measurement.question.asset,
        venue=market.venue,
        symbol=market.symbol,
        name=f"{catalogue.get_venue(market.venue).name}{'' if row.is_spot else ' perpetual'}",
        reference_text="fair value" if underlying is not None else f"the other {format_exchanges(group)}",
        depth=summary.depth,
        depth_at=format_bar_time(measurement, summary.depth_at, zone),
        below_min=summary.below_min,
        firm_min=summary.firm_min,
        volume_usd=row.volume_usd_before,
        is_spot=row.is_spot,
        uses_fair_value=underlying is not None,
        is_focus=market.venue in focus,
        is_assumed=(market.venue, market.symbol) in list_assumed_markets(measurement.question.origin),
    )


def select_voting_group(row: MarketRow) -> Group:
    """The group that a market is measured against: its own, or the other one if only that has firm minutes."""
    own_group = row.market.group
    return (
        own_group.other
        if not row.summaries[own_group].firm_min and row.summaries[own_group.other].firm_min
        else own_group
    )


def format_names_by_asset(points: Sequence[MarketPoint]) -> str:
    """The names by asset, with the symbol if a venue has several markets of the asset."""
    assets = dict.fromkeys(point.asset for point in points)
    return "; ".join(f"{asset} {join_names(_list_names(points, asset))}" for asset in assets)


def _list_names(points: Sequence[MarketPoint], asset: str) -> list[str]:
    return list(
        dict.fromkeys(
            f"{point.name}{f' ({point.symbol})' if has_several_markets(point, points) else ''}"
            for point in points
            if point.asset == asset
        )
    )


def has_several_markets(point: MarketPoint, points: Sequence[MarketPoint]) -> bool:
    """Whether the venue has several markets of the asset among the points, so that a name needs the symbol."""
    same_venue = [other for other in points if (other.asset, other.name) == (point.asset, point.name)]
    return len(same_venue) > 1


@dataclass(frozen=True, slots=True)
class ScatterData:
    """Points and their axes."""

    points: tuple[ScatterPoint, ...]
    x: Scale
    y: Scale


@dataclass(frozen=True, slots=True)
class DepthCategories:
    """The markets with and without a point on the chart of depth against duration."""

    plotted: tuple[MarketPoint, ...]
    never_below: tuple[MarketPoint, ...]
    without_firm_minute: tuple[MarketPoint, ...]

    def describe_absence(self, enter: str, bar: Timeframe) -> str:
        """Why no market has a point; ``enter`` is the threshold, such as "2 %"."""
        return TOO_FEW_TEXT.format(bar=bar) if not self.never_below else f"Nobody was {enter} below for a {bar.noun}."


def categorize_by_depth(points: Sequence[MarketPoint]) -> DepthCategories:
    """Sort the markets into those that were below for a minute, those that never were, and those without a firm one."""
    below = tuple(point for point in points if point.below_min and point.depth_below)
    return DepthCategories(
        below,
        tuple(point for point in points if point.firm_min and point not in below),
        tuple(point for point in points if not point.firm_min),
    )


@dataclass(frozen=True, slots=True)
class VolumeCategories:
    """The spot markets with a firm minute against other exchanges, with and without a point on the chart of volume."""

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
        """The markets without a point by the reason."""
        return {"Less than 0.1 % below": self.shallow, "No volume before the window": self.without_volume}


def categorize_by_volume(points: Sequence[MarketPoint]) -> VolumeCategories:
    """Sort spot markets into those with volume at `MIN_DEPTH` or deeper, those less deep, and those without volume."""
    spot = [point for point in points if point.is_spot and not point.uses_fair_value and point.firm_min]
    with_volume = [point for point in spot if point.volume_usd]
    return VolumeCategories(
        tuple(point for point in with_volume if point.depth_below >= MIN_DEPTH),
        tuple(point for point in with_volume if point.depth_below < MIN_DEPTH),
        tuple(point for point in spot if not point.volume_usd),
    )


def build_depth_data(overview: EventContext, points: Sequence[MarketPoint]) -> ScatterData:
    """Minutes on the x axis, depth on the y axis; needs at least one point."""
    return _build_scatter_data(overview, points, [point.below_min for point in points], list_minute_ticks())


def build_volume_data(overview: EventContext, points: Sequence[MarketPoint]) -> ScatterData:
    """Dollars on the x axis, depth on the y axis; needs at least one point."""
    return _build_scatter_data(overview, points, [point.volume_usd for point in points], list_dollar_ticks())


def _build_scatter_data(
    overview: EventContext,
    points: Sequence[MarketPoint],
    x_values: Sequence[float],
    x_ticks: Sequence[tuple[float, str]],
) -> ScatterData:
    ranked_markets = _list_ranked_markets(overview)
    scatter_points = tuple(
        ScatterPoint(
            x,
            point.depth_below,
            venue=point.venue,
            label=f"{point.name} {point.symbol if has_several_markets(point, points) else point.asset}",
            hover=point.describe(overview.enter_text),
            href=overview.build_explorer_url(point.asset, point.venue),
            is_focus=point.is_focus,
            is_hollow=point.is_assumed
            if overview.is_illustration
            else (point.asset, point.venue, point.symbol) not in ranked_markets,
        )
        for x, point in zip(x_values, points, strict=True)
    )
    y_axis = build_log_scale([point.depth_below for point in points], DEPTH_TICKS)
    return ScatterData(scatter_points, build_log_scale(x_values, x_ticks), y_axis)


def _list_ranked_markets(overview: EventContext) -> set[tuple[str, str, str]]:
    return {
        (measurement.question.asset, market.venue, market.symbol)
        for measurement in overview.measurements
        for market, rank in measurement.ranks.items()
        if rank.reason is None
    }
