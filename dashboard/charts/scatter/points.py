"""Every market of every asset as a point: how deep, how long, and what was traded before.

What the overview's two charts of points show: which markets have a point, and where it lies.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from dashboard.draw.log_axis import DEPTH_TICKS, LogAxis, build_log_axis, list_dollar_ticks, list_minute_ticks
from dashboard.draw.markers import ScatterPoint
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
from data.schema import Evidence, Timeframe
from deviation.question import Group
from deviation.result import MarketRow, Measurement


@dataclass(frozen=True, slots=True)
class MarketPoint:
    """One market on one asset, in the firm minutes of the window.

    ``name`` is the venue's, with "perpetual" where it is one. ``against`` says of whom it was below: other exchanges of
    a group, or fair value. ``depth`` is the least deviation (a fraction, negative below) and ``depth_at`` its minute;
    both are missing where no minute is firm. Minutes are counts, ``volume_usd`` is that of the 24 h before the window.
    ``assumed``: on the reconstruction, no figure of this market is published.
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
        """How far below as a positive number; 0 where it never was, or where no minute is firm."""
        return max(0.0, -(self.depth or 0.0))

    def describe(self, enter: str) -> str:
        """The point in words; ``enter`` is the threshold in per cent."""
        lines = [f"<b>{self.name} {self.symbol}</b>"]
        if self.depth is None:
            return f"{lines[0]}<br>no firm minute"
        lines.append(f"{format_signed_percent(self.depth)} against {self.reference_text}, {self.depth_at}")
        lines.append(f"at least {enter} below for {format_minute_count(self.below_min, self.firm_min)} firm minutes")
        if self.is_assumed:
            lines.append("assumed: no figure of it is published")
        return "<br>".join(lines)


def build_market_points(
    measurements: Sequence[Measurement], catalogue: Catalogue, focus: Collection[str], zone: Zone
) -> list[MarketPoint]:
    """A point for each market of each asset, assets as given; ``focus`` are the venues to tell from the others."""
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
    is_illustration = measurement.question.origin is Evidence.RECONSTRUCTION
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
        is_assumed=is_illustration and (market.venue, market.symbol) in list_assumed_markets(),
    )


def select_voting_group(row: MarketRow) -> Group:
    """The group against which a market is told: its own, or the other one where only that makes firm minutes."""
    own_group = row.market.group
    return (
        own_group.other
        if not row.summaries[own_group].firm_min and row.summaries[own_group.other].firm_min
        else own_group
    )


def format_names_by_asset(points: Sequence[MarketPoint]) -> str:
    """Their names asset by asset, with the symbol where a venue has several markets of one."""
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
    """Whether the venue has several markets of the asset among those found, so that a name needs the symbol."""
    same_venue = [other for other in points if (other.asset, other.name) == (point.asset, point.name)]
    return len(same_venue) > 1


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
