"""Every market of every asset as a point: how deep, how long, and what was traded before."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from dashboard.clock import Zone
from dashboard.formats import format_bar_time, format_exchanges, format_signed_percent, join_names
from data.catalogue import Catalogue
from data.reconstruction import list_assumed_markets
from data.schema import Evidence
from deviation.headline import format_minutes
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
        lines.append(
            f"at least {enter} below for {format_minutes(self.below_min)} of {format_minutes(self.firm_min)} firm minutes"
        )
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
