"""What `collect` and `follow` ask exchanges for, from the options and the catalogue."""

from collections.abc import Sequence
from datetime import datetime

from collectors.request import CollectRequest
from data.catalogue import Catalogue
from data.errors import UsageError


def build_collect_request(
    catalogue: Catalogue,
    event: str | None,
    assets: tuple[str, ...],
    start: datetime | None,
    end: datetime | None,
    venues: tuple[str, ...],
) -> CollectRequest:
    """A request for assets and window as given, completed from the event; underlyings are added to the assets.

    Of the event are also the quotes, and without ``venues`` those that keep candles of it.

    Raises:
        UsageError: Neither an event nor assets with a window, or an unknown event.
    """
    quotes: tuple[str, ...] = ()
    if event is not None:
        entry = catalogue.get_event(event)
        assets = assets or entry.assets + entry.extra_assets
        start, end = start or entry.collect_span[0], end or entry.collect_span[1]
        venues, quotes = venues or entry.venues, entry.quotes
    if not assets or start is None or end is None:
        message = f"say what to collect: --event ({', '.join(catalogue.events)}), or --assets with --from and --to"
        raise UsageError(message)
    all_assets, ratio_markets = add_underlyings(catalogue, assets)
    return CollectRequest(all_assets, start, end, venues, ratio_markets, quotes=quotes)


def add_underlyings(catalogue: Catalogue, assets: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The assets with the underlyings that they wrap, and the markets that give the ratio between the two."""
    entries = [catalogue.assets[ticker] for ticker in assets if ticker in catalogue.assets]
    underlyings = [entry.underlying for entry in entries if entry.underlying is not None]
    ratio_markets = tuple(entry.ratio_market for entry in entries if entry.ratio_market is not None)
    return tuple(dict.fromkeys([*assets, *underlyings])), ratio_markets
