"""The points of the overview's two scatter charts: which markets have one, and where it lies."""

from collections.abc import Sequence
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
)
from data.catalogue import Catalogue
from data.reconstruction.candles import list_assumed_markets
from data.schema import Timeframe
from deviation.measurement import Measurement
from deviation.result import MarketRow
from deviation.side import Side
from deviation.wording import join_names

TOO_FEW_TEXT = "Too few exchanges: a {bar.noun} can be compared where three others have prices. Collect or import more."
"""Why nothing can be compared; ``bar`` is the timeframe."""

MIN_SIZE = 0.001
"""Least deviation of a point on the chart of volumes; markets that strayed less are listed by name."""


@dataclass(frozen=True, slots=True)
class MarketPoint:
    """One market of one asset on one side, measured in the comparable minutes of the window.

    Attributes:
        asset: the asset.
        venue: id of the venue.
        symbol: symbol of the market.
        name: name of the venue, with "perpetual" if the market is one.
        reference_text: what it is measured against: the other exchanges of its group, or fair value.
        side: below or above.
        deviation: extreme deviation as a fraction with its sign; None if no minute can be compared.
        at: time of that bar as text.
        minutes: comparable minutes at least the threshold away.
        firm_min: comparable minutes.
        volume_usd: reported volume of the 24 h before the window, in dollars by the order of magnitude of its quote.
        is_spot: whether it is a spot market.
        uses_fair_value: whether it is measured against fair value.
        is_focus: whether its venue is the focus.
        is_assumed: whether it is of the reconstruction, with no figure of it published.
        has_siblings: whether the venue has another market of the asset, so that its name alone is not enough.
    """

    asset: str
    venue: str
    symbol: str
    name: str
    reference_text: str
    side: Side
    deviation: float | None
    at: str
    minutes: float
    firm_min: float
    volume_usd: float
    is_spot: bool
    uses_fair_value: bool
    is_focus: bool
    is_assumed: bool
    has_siblings: bool

    @property
    def size(self) -> float:
        """The deviation as a positive fraction; 0 if it was never on the side, or if no minute can be compared."""
        return abs(self.deviation or 0.0)

    def describe(self, enter: str) -> str:
        """The hover text; ``enter`` is the threshold, such as "2%"."""
        lines = [f"<b>{self.name} {self.symbol}</b>"]
        if self.deviation is None:
            return f"{lines[0]}<br>no comparable minute"
        lines.append(f"{format_signed_percent(self.deviation)} against {self.reference_text}, {self.at}")
        minutes = f"{format_minute_count(self.minutes, self.firm_min)} comparable minutes"
        lines.append(f"more than {enter} {self.side} for {minutes}")
        if self.is_assumed:
            lines.append("invented: no figure of it is published")
        return "<br>".join(lines)


def build_market_points(
    measurements: Sequence[Measurement], catalogue: Catalogue, side: Side, zone: Zone
) -> list[MarketPoint]:
    """A point per market of every asset, in the order of the measurements."""
    return [
        _build_market_point(measurement, row, catalogue, side, zone)
        for measurement in measurements
        for row in measurement.rows
    ]


def _build_market_point(
    measurement: Measurement, row: MarketRow, catalogue: Catalogue, side: Side, zone: Zone
) -> MarketPoint:
    market, summary, underlying = row.market, row.own_summary, measurement.question.underlying
    numbers, others = summary.get_side(side), f"the other {format_exchanges(market.group)}"
    return MarketPoint(
        asset=measurement.question.asset,
        venue=market.venue,
        symbol=market.symbol,
        name=f"{catalogue.get_venue(market.venue).name}{'' if row.is_spot else ' perpetual'}",
        reference_text="estimated fair value" if underlying is not None else others,
        side=side,
        deviation=numbers.deviation,
        at=format_bar_time(measurement, numbers.at, zone),
        minutes=numbers.minutes,
        firm_min=summary.firm_min,
        volume_usd=row.volume_usd_before,
        is_spot=row.is_spot,
        uses_fair_value=underlying is not None,
        is_focus=market.venue == measurement.focus,
        is_assumed=(market.venue, market.symbol) in list_assumed_markets(measurement.question.origin),
        has_siblings=len(measurement.select_rows(market.venue)) > 1,
    )


def format_names_by_asset(points: Sequence[MarketPoint]) -> str:
    """The names by asset, with the symbol if a venue has several markets of the asset."""
    assets = dict.fromkeys(point.asset for point in points)
    return "; ".join(f"{asset} {join_names(_list_names(points, asset))}" for asset in assets)


def _list_names(points: Sequence[MarketPoint], asset: str) -> list[str]:
    return list(
        dict.fromkeys(
            f"{point.name}{f' ({point.symbol})' if point.has_siblings else ''}"
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
class DurationCategories:
    """The markets with and without a point on the chart of size against duration."""

    plotted: tuple[MarketPoint, ...]
    never: tuple[MarketPoint, ...]
    not_comparable: tuple[MarketPoint, ...]

    def describe_absence(self, enter: str, side: Side, bar: Timeframe) -> str:
        """Why no market has a point; ``enter`` is the threshold, such as "2%"."""
        return f"No exchange was more than {enter} {side}." if self.never else TOO_FEW_TEXT.format(bar=bar)

    def group_omitted(self, enter: str, side: Side) -> dict[str, tuple[MarketPoint, ...]]:
        """The markets without a point by the reason."""
        return {
            f"Never more than {enter} {side}": self.never,
            "Not plotted (fewer than three other exchanges)": self.not_comparable,
        }


def categorize_by_duration(points: Sequence[MarketPoint]) -> DurationCategories:
    """Sort the markets into those that strayed for a minute, those that never did, and those not comparable."""
    plotted = tuple(point for point in points if point.minutes and point.size)
    return DurationCategories(
        plotted,
        tuple(point for point in points if point.firm_min and point not in plotted),
        tuple(point for point in points if not point.firm_min),
    )


@dataclass(frozen=True, slots=True)
class VolumeCategories:
    """The comparable spot markets, with and without a point on the chart of volume."""

    plotted: tuple[MarketPoint, ...]
    small: tuple[MarketPoint, ...]
    without_volume: tuple[MarketPoint, ...]

    def describe_absence(self, side: Side, bar: Timeframe) -> str:
        """Why no market has a point."""
        return (
            f"No exchange was {side} the others, or no volume is known."
            if self.small or self.without_volume
            else TOO_FEW_TEXT.format(bar=bar)
        )

    def group_omitted(self, side: Side) -> dict[str, tuple[MarketPoint, ...]]:
        """The markets without a point by the reason."""
        return {f"Less than 0.1% {side}": self.small, "No volume before the window": self.without_volume}


def categorize_by_volume(points: Sequence[MarketPoint]) -> VolumeCategories:
    """Sort spot markets into those with volume at `MIN_SIZE` or more, those at less, and those without volume."""
    spot = [point for point in points if point.is_spot and not point.uses_fair_value and point.firm_min]
    with_volume = [point for point in spot if point.volume_usd]
    return VolumeCategories(
        tuple(point for point in with_volume if point.size >= MIN_SIZE),
        tuple(point for point in with_volume if point.size < MIN_SIZE),
        tuple(point for point in spot if not point.volume_usd),
    )


def build_duration_data(overview: EventContext, points: Sequence[MarketPoint]) -> ScatterData:
    """Minutes on the x axis, size of the deviation on the y axis; needs at least one point."""
    return _build_scatter_data(overview, points, [point.minutes for point in points], list_minute_ticks())


def build_volume_data(overview: EventContext, points: Sequence[MarketPoint]) -> ScatterData:
    """Dollars on the x axis, size of the deviation on the y axis; needs at least one point."""
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
            point.size,
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
    y_axis = build_log_scale([point.size for point in points], DEPTH_TICKS)
    return ScatterData(scatter_points, build_log_scale(x_values, x_ticks), y_axis)


def _list_ranked_markets(overview: EventContext) -> set[tuple[str, str, str]]:
    return {
        (measurement.question.asset, market.venue, market.symbol)
        for measurement in overview.measurements
        for market, rank in measurement.ranks.items()
        if rank[overview.view.side].largest.is_ranked
    }
