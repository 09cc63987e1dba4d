"""The published figures of an event, and the shape assumed around them, as read from ``data/anchors/<event>.toml``.

The file says in its comments what each table means; here each table becomes a frozen record and nothing is computed.
"""

import tomllib
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from typing import Any, TypeAlias

from data.schema import parse_base, parse_quote

ASSUMED = "assumed"
"""Evidence mark of a figure that nobody published for that venue."""

Knots: TypeAlias = tuple[tuple[datetime, float], ...]
"""Values at given minutes; log-linear between them and constant outside."""


@dataclass(frozen=True, slots=True)
class PriceAnchor:
    """One minute of one market with a figure that the reconstruction meets exactly; prices in the quote.

    ``low`` is the lowest trade of the span `Shape.spans` [``lowest_of``]; ``None`` marks what is not published.
    """

    venue: str
    symbol: str
    minute: datetime
    open: float | None
    high: float | None
    low: float
    close: float | None
    lowest_of: str
    evidence: str
    source: str
    minute_assumed: bool


@dataclass(frozen=True, slots=True)
class PriceBand:
    """Bounds published for the lows (``of`` ``low``) or calm closes of a market on each of ``venues``."""

    symbol: str
    venues: tuple[str, ...]
    of: str
    least: float
    most: float
    evidence: str
    source: str


@dataclass(frozen=True, slots=True)
class AssumedAsset:
    """The assumed path of an asset: knots in USDT, or in units of the asset that it wraps (``of``)."""

    name: str
    of: str | None
    groups: tuple[str, ...]
    usd_per_minute: float
    price_decimals: int
    volume_decimals: int
    market_noise_pct: float
    venue_noise_pct: float
    knots: Knots


@dataclass(frozen=True, slots=True, order=True)
class AssumedMarket:
    """A venue's market, its quote group, and its calm turnover as a share of ``usd_per_minute`` of its asset."""

    venue: str
    symbol: str
    group: str
    share: float

    @property
    def asset(self) -> str:
        """The asset traded."""
        return parse_base(self.symbol)

    @property
    def name(self) -> str:
        """Venue and symbol in one word."""
        return f"{self.venue} {self.symbol}"


@dataclass(frozen=True, slots=True)
class EventShape:
    """All of an event's file. ``premiums`` maps (asset, quote group or venue) to factors on the asset's knots."""

    start: datetime
    end: datetime
    spans: dict[str, tuple[datetime, datetime]]
    anchors: tuple[PriceAnchor, ...]
    bands: tuple[PriceBand, ...]
    activity: Knots
    assets: dict[str, AssumedAsset]
    markets: tuple[AssumedMarket, ...]
    premiums: dict[tuple[str, str], Knots]


def read_shape(event: str) -> EventShape:
    """Read the file of ``event``, named by its UTC day."""
    raw = tomllib.loads((files("data") / "anchors" / f"{event}.toml").read_text(encoding="utf-8"))
    assets = {row["name"]: _build_asset(row) for row in raw["asset"]}
    return EventShape(
        start=raw["start"],
        end=raw["end"],
        spans={name: (span["start"], span["end"]) for name, span in raw["lowest_of"].items()},
        anchors=tuple(_build_anchor(row, raw["source"]) for row in raw["anchor"]),
        bands=tuple(_build_band(row, raw["source"]) for row in raw["band"]),
        activity=_build_knots(raw["activity"]),
        assets=assets,
        markets=tuple(
            sorted(_build_group_markets(assets, raw["group"]) + [_build_market(row) for row in raw["market"]])
        ),
        premiums={(row["asset"], row["over"]): _build_knots(row) for row in raw["premium"]},
    )


def _build_anchor(row: dict[str, Any], sources: dict[str, str]) -> PriceAnchor:
    return PriceAnchor(
        venue=row["venue"],
        symbol=row["symbol"],
        minute=row["minute"],
        open=row.get("open"),
        high=row.get("high"),
        low=row["low"],
        close=row.get("close"),
        lowest_of=row["lowest_of"],
        evidence=row["evidence"],
        source=sources[row["source"]],
        minute_assumed=row.get("minute_assumed", False),
    )


def _build_band(row: dict[str, Any], sources: dict[str, str]) -> PriceBand:
    return PriceBand(**row | {"venues": tuple(row["venues"]), "source": sources[row["source"]]})


def _build_asset(row: dict[str, Any]) -> AssumedAsset:
    return AssumedAsset(**row | {"of": row.get("of"), "groups": tuple(row["groups"]), "knots": _build_knots(row)})


def _build_market(row: dict[str, Any]) -> AssumedMarket:
    return AssumedMarket(group="usd" if parse_quote(row["symbol"]) == "USD" else "usdt", **row)


def _build_group_markets(assets: dict[str, AssumedAsset], groups: dict[str, Any]) -> list[AssumedMarket]:
    """The market of every asset on every venue of its groups."""
    return [
        AssumedMarket(venue, f"{asset.name}/{groups[group]['quote']}", group, share)
        for asset in assets.values()
        for group in asset.groups
        for venue, share in groups[group]["share"].items()
    ]


def _build_knots(row: dict[str, Any]) -> Knots:
    return tuple((minute, float(value)) for minute, value in row["knots"])
