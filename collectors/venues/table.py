"""The venue table: what each exchange offers, read from ``venues.toml``, each fact with its evidence."""

from collections.abc import Iterable
from dataclasses import replace
from importlib.resources import files

from collectors.venues.load import parse_venue_table
from collectors.venues.row import MarketType, Route, VenueRow
from data.catalogue import load_catalogue
from data.errors import UsageError

VENUES_FILE = "venues.toml"

VENUES: tuple[VenueRow, ...] = parse_venue_table(
    VENUES_FILE, files("collectors").joinpath(VENUES_FILE).read_text(encoding="utf-8")
)
"""The venues that can be collected."""


def remove_archives_with_terms(row: VenueRow) -> VenueRow:
    """The row without its archives that have terms of use, and without the routes to them."""
    closed = {route for route, archive in row.archives.items() if archive.terms}
    routes = tuple(route for route in row.routes if route not in closed)
    open_archives = {route: archive for route, archive in row.archives.items() if route not in closed}
    if not closed:
        return row
    return replace(
        row,
        routes=routes,
        archive=open_archives.get(Route.ARCHIVE),
        trade_archive=open_archives.get(Route.ARCHIVE_TRADES),
    )


def select_venues(
    ids: Iterable[str],
    table: Iterable[VenueRow] = VENUES,
    *,
    derivatives: bool = False,
    personal_archives: bool = False,
) -> tuple[VenueRow, ...]:
    """The rows of venues, each once and in the given order; those by default where no venue is given.

    ``ids`` may also be display names and aliases of the catalogue. ``derivatives`` adds the rows of perpetual futures.
    Archives with terms of use are left out of the rows unless ``personal_archives``.

    Raises:
        UsageError: a venue is not in the table, or has perpetual futures only and ``derivatives`` is False.
    """
    rows: dict[str, list[VenueRow]] = {}
    for row in (table := tuple(table)):
        if row.kind is MarketType.SPOT or derivatives:
            rows.setdefault(row.id, []).append(row)
    names = load_catalogue().venue_names
    named_ids = [venue_id if venue_id in rows else names.find(venue_id) or venue_id for venue_id in ids]
    venue_ids = tuple(dict.fromkeys(named_ids)) or tuple(id_ for id_, kinds in rows.items() if kinds[0].by_default)
    unknown = [venue_id for venue_id in venue_ids if venue_id not in rows]
    if unknown:
        derivative_ids = dict.fromkeys(row.id for row in table if row.id not in rows)
        hint = f"; with --derivatives also: {', '.join(derivative_ids)}" if derivative_ids else ""
        nearest = "".join(
            f"; nearest to {text!r} is {names.find_nearest(text)}" for text in unknown if not names.find(text)
        )
        message = (
            f"cannot collect from {', '.join(unknown)}; venues that can be collected: {', '.join(rows)}{hint}{nearest}"
        )
        raise UsageError(message)
    selected = (row for venue_id in venue_ids for row in rows[venue_id])
    return tuple(row if personal_archives else remove_archives_with_terms(row) for row in selected)
