"""The published figures of an event, and the shape assumed around them, as read from ``data/anchors/<event>.toml``.

The comments of the file explain each table.
"""

import dataclasses
from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import TypeAlias

from pydantic import StrictBool, TypeAdapter
from pydantic.dataclasses import dataclass

from data.errors import UsageError
from data.intervals import Span
from data.schema import parse_base, parse_quote
from data.toml import TABLE_CONFIG, EndMinute, Minute, SpanTable, Text, parse_toml

ASSUMED = "assumed"
"""Evidence of a figure that was not published for that venue."""

LOW = "low"
"""The kind of a band of lows."""

Knots: TypeAlias = tuple[tuple[Minute, float], ...]
"""Values at given minutes; log-linear between them and constant outside."""


@dataclass(frozen=True, slots=True, kw_only=True, config=TABLE_CONFIG)
class PriceAnchor:
    """One minute of one market with figures that the reconstruction reproduces exactly; prices in the quote.

    ``low`` is the lowest trade of the span `EventShape.spans` [``lowest_of``], with the digits that the source gave.
    None marks what is not published.
    """

    venue: Text
    symbol: Text
    minute: Minute
    open: float | None = None
    high: float | None = None
    low: Decimal
    close: float | None = None
    lowest_of: Text
    evidence: Text
    source: Text
    minute_assumed: StrictBool = False


@dataclass(frozen=True, slots=True, kw_only=True, config=TABLE_CONFIG)
class PriceBand:
    """Bounds published for the lows (``of`` `LOW`) or calm closes of a market on each of ``venues``."""

    symbol: Text
    venues: tuple[Text, ...]
    of: Text
    least: Decimal
    most: Decimal
    evidence: Text
    source: Text


@dataclass(frozen=True, slots=True, kw_only=True, config=TABLE_CONFIG)
class AssumedAsset:
    """The assumed path of an asset: knots in USDT, or in units of the asset that it wraps (``of``)."""

    name: Text
    of: Text | None = None
    groups: tuple[Text, ...]
    usd_per_minute: float
    price_decimals: int
    volume_decimals: int
    market_noise_pct: float
    venue_noise_pct: float
    knots: Knots


@dataclasses.dataclass(frozen=True, slots=True, order=True)
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


@dataclasses.dataclass(frozen=True, slots=True)
class EventShape:
    """All of an event's file. ``premiums`` maps (asset, quote group or venue) to factors on the asset's knots."""

    start: datetime
    end: datetime
    spans: dict[str, Span]
    anchors: tuple[PriceAnchor, ...]
    bands: tuple[PriceBand, ...]
    activity: Knots
    assets: dict[str, AssumedAsset]
    markets: tuple[AssumedMarket, ...]
    premiums: dict[tuple[str, str], Knots]


@dataclass(frozen=True, slots=True, kw_only=True, config=TABLE_CONFIG)
class KnotsTable:
    """A table of nothing but knots."""

    knots: Knots


@dataclass(frozen=True, slots=True, kw_only=True, config=TABLE_CONFIG)
class PremiumTable:
    """Factors on the knots of an asset in one quote group or on one venue."""

    asset: Text
    over: Text
    knots: Knots


@dataclass(frozen=True, slots=True, kw_only=True, config=TABLE_CONFIG)
class GroupTable:
    """The venues on which each asset of a group has a market, with their shares of turnover."""

    quote: Text
    share: dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True, config=TABLE_CONFIG)
class MarketTable:
    """A market beside the groups."""

    venue: Text
    symbol: Text
    share: float

    @property
    def market(self) -> AssumedMarket:
        """The market, in the quote group of its symbol."""
        return AssumedMarket(
            self.venue, self.symbol, "usd" if parse_quote(self.symbol) == "USD" else "usdt", self.share
        )


@dataclass(frozen=True, slots=True, kw_only=True, config=TABLE_CONFIG)
class ShapeFile:
    """The root table of a file, its fields named as the keys there."""

    event: Text
    start: Minute
    end: EndMinute
    lowest_of: dict[str, SpanTable]
    source: dict[str, Text]
    anchor: tuple[PriceAnchor, ...]
    band: tuple[PriceBand, ...]
    activity: KnotsTable
    group: dict[str, GroupTable]
    asset: tuple[AssumedAsset, ...]
    market: tuple[MarketTable, ...]
    premium: tuple[PremiumTable, ...]


SHAPE_FILE = TypeAdapter(ShapeFile)


def read_shape(event: str) -> EventShape:
    """Read the file of ``event``, named by its UTC day.

    Raises:
        UsageError: the file is malformed; names file and key.
    """
    file = f"{event}.toml"
    return parse_shape(file, (files("data") / "anchors" / file).read_text(encoding="utf-8"))


@cache
def list_published_lows(event: str) -> tuple[PriceAnchor, ...]:
    """The lowest trades of an event on public record; empty for an event without a file.

    Raises:
        UsageError: the file is malformed; names file and key.
    """
    if not _has_shape(event):
        return ()
    return tuple(anchor for anchor in read_shape(event).anchors if anchor.evidence != ASSUMED)


@cache
def list_published_bands(event: str) -> tuple[tuple[PriceBand, frozenset[datetime]], ...]:
    """The bands of lows on public record, each with the minutes of the lows assumed in it; empty without a file.

    Raises:
        UsageError: the file is malformed; names file and key.
    """
    if not _has_shape(event):
        return ()
    shape = read_shape(event)
    return tuple(
        (
            band,
            frozenset(
                anchor.minute
                for anchor in shape.anchors
                if anchor.symbol == band.symbol and anchor.venue in band.venues and anchor.evidence == ASSUMED
            ),
        )
        for band in shape.bands
        if band.of == LOW
    )


def _has_shape(event: str) -> bool:
    return (files("data") / "anchors" / f"{event}.toml").is_file()


def parse_shape(file: str, text: str) -> EventShape:
    """Build the shape of an event from the text of its file.

    Raises:
        UsageError: a key is unknown, missing or of the wrong type, or names nothing; names file and key.
    """
    content = parse_toml(file, text, SHAPE_FILE)
    assets = {asset.name: asset for asset in content.asset}
    _check_references(file, content)
    return EventShape(
        start=content.start,
        end=content.end,
        spans={name: table.span for name, table in content.lowest_of.items()},
        anchors=tuple(dataclasses.replace(row, source=content.source[row.source]) for row in content.anchor),
        bands=tuple(dataclasses.replace(row, source=content.source[row.source]) for row in content.band),
        activity=content.activity.knots,
        assets=assets,
        markets=tuple(sorted([*_list_group_markets(content), *(row.market for row in content.market)])),
        premiums={(row.asset, row.over): row.knots for row in content.premium},
    )


def _check_references(file: str, content: ShapeFile) -> None:
    """Refuse a row that names an asset, group, source or span that the file does not define.

    Raises:
        UsageError: there is one; names file and key.
    """
    assets = [asset.name for asset in content.asset]
    references: list[tuple[str, str, Collection[str]]] = [
        *((f"anchor[{n}]/source", row.source, content.source) for n, row in enumerate(content.anchor, 1)),
        *((f"anchor[{n}]/lowest_of", row.lowest_of, content.lowest_of) for n, row in enumerate(content.anchor, 1)),
        *((f"band[{n}]/source", row.source, content.source) for n, row in enumerate(content.band, 1)),
        *((f"asset[{n}]/of", row.of, assets) for n, row in enumerate(content.asset, 1) if row.of is not None),
        *(
            (f"asset[{n}]/groups", group, content.group)
            for n, row in enumerate(content.asset, 1)
            for group in row.groups
        ),
        *((f"market[{n}]/symbol", parse_base(row.symbol), assets) for n, row in enumerate(content.market, 1)),
        *((f"premium[{n}]/asset", row.asset, assets) for n, row in enumerate(content.premium, 1)),
    ]
    for key, name, known in references:
        if name not in known:
            message = f"{file}: {key}: {name!r} is unknown; known are {', '.join(known)}"
            raise UsageError(message)


def _list_group_markets(content: ShapeFile) -> list[AssumedMarket]:
    """The market of every asset on every venue of its groups."""
    return [
        AssumedMarket(venue, f"{asset.name}/{content.group[name].quote}", name, share)
        for asset in content.asset
        for name in asset.groups
        for venue, share in content.group[name].share.items()
    ]
