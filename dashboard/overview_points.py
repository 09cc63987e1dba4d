"""Every market of every asset as a point: how deep, how long, and what was traded before."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from dashboard.clock import Zone
from dashboard.formats import exchanges, listing, minute, signed
from data.catalogue import Catalogue
from data.reconstruction import assumed_markets
from data.schema import Evidence
from deviation.headline import minutes_text
from deviation.question import Group
from deviation.result import Measurement, Row


@dataclass(frozen=True, slots=True)
class Point:
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
    against: str
    depth: float | None
    depth_at: str
    below_min: float
    firm_min: float
    volume_usd: float
    spot: bool
    fair_value: bool
    focus: bool
    assumed: bool

    @property
    def below(self) -> float:
        """How far below as a positive number; 0 where it never was, or where no minute is firm."""
        return max(0.0, -(self.depth or 0.0))

    def told(self, enter: str) -> str:
        """The point in words; ``enter`` is the threshold in per cent."""
        lines = [f"<b>{self.name} {self.symbol}</b>"]
        if self.depth is None:
            return f"{lines[0]}<br>no firm minute"
        lines.append(f"{signed(self.depth)} against {self.against}, {self.depth_at}")
        lines.append(
            f"at least {enter} below for {minutes_text(self.below_min)} of {minutes_text(self.firm_min)} firm minutes"
        )
        if self.assumed:
            lines.append("assumed: no figure of it is published")
        return "<br>".join(lines)


def points(
    measurements: Sequence[Measurement], catalogue: Catalogue, focus: Collection[str], zone: Zone
) -> list[Point]:
    """A point for each market of each asset, assets as given; ``focus`` are the venues to tell from the others."""
    return [
        _point(measurement, row, catalogue, focus, zone) for measurement in measurements for row in measurement.rows
    ]


def _point(measurement: Measurement, row: Row, catalogue: Catalogue, focus: Collection[str], zone: Zone) -> Point:
    market, group = row.market, voters(row)
    numbers = row.against[group]
    underlying = measurement.question.underlying
    illustrated = measurement.question.origin is Evidence.RECONSTRUCTION
    return Point(
        asset=measurement.question.asset,
        venue=market.venue,
        symbol=market.symbol,
        name=f"{catalogue.venue(market.venue).name}{'' if row.spot else ' perpetual'}",
        against="fair value" if underlying is not None else f"the other {exchanges(group)}",
        depth=numbers.depth,
        depth_at=minute(measurement, numbers.depth_at, zone),
        below_min=numbers.below_min,
        firm_min=numbers.firm_min,
        volume_usd=row.volume_usd_before,
        spot=row.spot,
        fair_value=underlying is not None,
        focus=market.venue in focus,
        assumed=illustrated and (market.venue, market.symbol) in assumed_markets(),
    )


def voters(row: Row) -> Group:
    """The group against which a market is told: its own, or the other one where only that makes firm minutes."""
    own = row.market.group
    return own.other if not row.against[own].firm_min and row.against[own.other].firm_min else own


def by_asset(found: Sequence[Point]) -> str:
    """Their names asset by asset, with the symbol where a venue has several markets of one."""
    assets = dict.fromkeys(point.asset for point in found)
    return "; ".join(f"{asset} {listing(_names(found, asset))}" for asset in assets)


def _names(found: Sequence[Point], asset: str) -> list[str]:
    return list(
        dict.fromkeys(
            f"{point.name}{f' ({point.symbol})' if twice(point, found) else ''}"
            for point in found
            if point.asset == asset
        )
    )


def twice(point: Point, found: Sequence[Point]) -> bool:
    """Whether the venue has several markets of the asset among those found, so that a name needs the symbol."""
    alike = [other for other in found if (other.asset, other.name) == (point.asset, point.name)]
    return len(alike) > 1
