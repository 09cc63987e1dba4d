"""Types of options that name venues: every name of a venue becomes its id."""

import click

from cli.global_options import get_global_option
from data.catalogue import load_catalogue
from data.errors import UsageError
from data.identity.symbols import parse_symbol
from data.settings import load_settings
from data.store import CandleStore


class VenueName(click.ParamType[str]):
    """A venue by its id, display name or alias; see `resolve_venue`."""

    name = "venue"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The id."""
        try:
            return resolve_venue(value, ctx)
        except UsageError as error:
            self.fail(str(error), param, ctx)


class VenueNames(click.ParamType[tuple[str, ...]]):
    """Venues with commas between; see `resolve_venue`."""

    name = "a,b"

    def convert(
        self, value: str | tuple[str, ...], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        """Their ids in the order given, each once."""
        if isinstance(value, tuple):
            return value
        try:
            items = [self.resolve_item(item.strip(), ctx) for item in value.split(",") if item.strip()]
        except UsageError as error:
            self.fail(str(error), param, ctx)
        return tuple(dict.fromkeys(items))

    def resolve_item(self, item: str, context: click.Context | None) -> str:
        """The id of one item."""
        return resolve_venue(item, context)


class VenueList(VenueNames):
    """Venues and markets of venues, such as ``kraken`` and ``kraken:BTC/USDC``, with commas between."""

    name = "a,b:x/y"

    def resolve_item(self, item: str, context: click.Context | None) -> str:
        """The id of a venue, with the symbol in capitals where the item has one."""
        venue, colon, symbol = item.partition(":")
        venue_id = resolve_venue(venue, context)
        return f"{venue_id}:{parse_symbol(symbol)}" if colon else venue_id


def resolve_venue(text: str, context: click.Context | None) -> str:
    """The id of the venue with a name: of the catalogue, declared by ``--new-venue``, or of candles in the store.

    Raises:
        UsageError: no venue has that name.
        StoreUnusable: the store cannot be read.
    """
    new_ids = () if context is None else context.params.get("new_venues", ())
    names = load_catalogue().venue_names.declare(new_ids)
    if names.find(text) is None:
        # The store is read for unknown names alone, as that takes time.
        store_uri = load_settings(store=None if context is None else get_global_option(context, "store")).store
        names = names.add_stored(CandleStore(store_uri).candles.read_venues())
    return names.resolve(text)
