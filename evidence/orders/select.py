"""The events of a log that belong beside a chart: of its asset, its exchange and its window."""

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from data.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class OrderSelection:
    """Events of one asset on one exchange in a window, and how many are left out for which reason.

    Attributes:
        events: of the asset on the exchange's family, and those that name no market.
        unnamed: how many of them name no market.
        other_assets: events of other assets.
        other_venues: events of the asset on other exchanges.
        outside: events of the asset on the exchange outside of the window.
    """

    events: pl.DataFrame
    unnamed: int
    other_assets: int
    other_venues: int
    outside: int


def select_events(
    events: pl.DataFrame, catalogue: Catalogue, *, asset: str, venue: str, start: datetime, end: datetime
) -> OrderSelection:
    """The events of an asset on the family of an exchange in ``[start, end)``.

    An event that names no market could be of any, and is taken; one that names no exchange likewise.

    Args:
        events: `evidence.orders.schema.ORDER_EVENTS`.
        catalogue: has the families of exchanges.
        asset: a ticker.
        venue: the id of an exchange.
        start: the first instant.
        end: the instant after the last one.
    """
    relatives = sorted(catalogue.list_relatives(venue))
    is_of_asset = pl.col("asset").is_null() | (pl.col("asset") == asset)
    is_on_venue = pl.col("venue").is_null() | pl.col("venue").is_in(relatives)
    of_asset = events.filter(is_of_asset)
    on_venue = of_asset.filter(is_on_venue)
    chosen = on_venue.filter(pl.col("time").is_between(start, end, closed="left"))
    return OrderSelection(
        events=chosen,
        unnamed=chosen["asset"].null_count(),
        other_assets=len(events) - len(of_asset),
        other_venues=len(of_asset) - len(on_venue),
        outside=len(on_venue) - len(chosen),
    )
