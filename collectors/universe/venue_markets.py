"""The markets of one venue: those that it lists, and those that only its archive still has."""

from collections.abc import Collection
from dataclasses import dataclass

from collectors.failures import CollectFailure
from collectors.venues.row import VenueRow


@dataclass(frozen=True, slots=True)
class VenueMarkets:
    """The markets of one venue.

    ``symbols`` are listed today, or were on the last list that it gave. ``unlisted`` are markets on record that are not
    on the list. ``archived`` are on the list of its archive alone, which does not say from when to when they traded;
    None where the archive has no list. ``failure`` is why the venue did not list its markets, ``archive_failure`` why
    its archive did not; None where they did.
    """

    venue: VenueRow
    symbols: frozenset[str]
    unlisted: frozenset[str] = frozenset()
    archived: frozenset[str] | None = None
    failure: CollectFailure | None = None
    archive_failure: CollectFailure | None = None

    @property
    def all_symbols(self) -> frozenset[str]:
        """The symbols that may have candles of some past day."""
        return self.symbols | self.delisted_symbols

    @property
    def delisted_symbols(self) -> frozenset[str]:
        """The symbols that are not listed any more."""
        return self.unlisted | (self.archived or frozenset())


def split_market_name(name: str, quotes: Collection[str]) -> str | None:
    """The symbol of a market whose name has no sign between base and quote; None in another quote.

    >>> split_market_name("LUNCUSDT", ["USD", "USDT"]), split_market_name("LUNCBTC", ["USDT"])
    ('LUNC/USDT', None)
    """
    for quote in sorted(quotes, key=len, reverse=True):
        base = name.removesuffix(quote)
        if base and base != name:
            return f"{base}/{quote}"
    return None
