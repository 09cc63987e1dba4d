"""The venue table: what each exchange offers, read from ``venues.toml``, each fact with its evidence."""

from collections.abc import Iterable
from importlib.resources import files

from collectors.venues.load import parse_venue_table
from collectors.venues.row import MarketType, VenueRow
from data.errors import UsageError

VENUES_FILE = "venues.toml"

VENUES: tuple[VenueRow, ...] = parse_venue_table(
    VENUES_FILE, files("collectors").joinpath(VENUES_FILE).read_text(encoding="utf-8")
)
"""The venues that can be collected."""


def select_venues(
    ids: Iterable[str], table: Iterable[VenueRow] = VENUES, *, derivatives: bool = False
) -> tuple[VenueRow, ...]:
    """The rows of the ids, each once and in the given order; those by default where there are no ids.

    ``derivatives`` adds the rows of perpetual futures.

    Raises:
        UsageError: an id is not in the table, or has perpetual futures only and ``derivatives`` is False.
    """
    rows: dict[str, list[VenueRow]] = {}
    for row in (table := tuple(table)):
        if row.kind is MarketType.SPOT or derivatives:
            rows.setdefault(row.id, []).append(row)
    venue_ids = tuple(dict.fromkeys(ids)) or tuple(id_ for id_, kinds in rows.items() if kinds[0].by_default)
    unknown = [venue_id for venue_id in venue_ids if venue_id not in rows]
    if unknown:
        derivative_ids = dict.fromkeys(row.id for row in table if row.id not in rows)
        hint = f"; with --derivatives also: {', '.join(derivative_ids)}" if derivative_ids else ""
        message = f"cannot collect from {', '.join(unknown)}; venues that can be collected: {', '.join(rows)}{hint}"
        raise UsageError(message)
    return tuple(row for venue_id in venue_ids for row in rows[venue_id])
