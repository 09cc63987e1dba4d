"""The venue table: what each exchange gives, as data. A new venue is a row of ``venues.toml``, not code.

Every fact that the collector relies on carries the mark of how it is known, and where it was read.
"""

from collections.abc import Iterable
from importlib.resources import files

from collectors.venue_row import (
    Anchor,
    Archive,
    Basis,
    EmptyMinutes,
    Host,
    Kind,
    Mark,
    Route,
    Until,
    VenueRow,
)
from collectors.venue_table import FACTS, read_table
from data.errors import UsageError

__all__ = [
    "FACTS",
    "VENUES",
    "Anchor",
    "Archive",
    "Basis",
    "EmptyMinutes",
    "Host",
    "Kind",
    "Mark",
    "Route",
    "Until",
    "VenueRow",
    "venues_named",
]

FILE = "venues.toml"

VENUES: tuple[VenueRow, ...] = read_table(FILE, files(__package__).joinpath(FILE).read_text(encoding="utf-8"))
"""The venues that can be collected."""


def venues_named(
    ids: Iterable[str], table: Iterable[VenueRow] = VENUES, *, derivatives: bool = False
) -> tuple[VenueRow, ...]:
    """The rows of those ids, each once, in the order asked; those by default where none is asked.

    ``derivatives`` adds the rows of perpetual futures.

    Raises:
        UsageError: an id is not in the table, or only with derivatives.
    """
    rows: dict[str, list[VenueRow]] = {}
    for row in (table := tuple(table)):
        if row.kind is Kind.SPOT or derivatives:
            rows.setdefault(row.id, []).append(row)
    wanted = tuple(dict.fromkeys(ids)) or tuple(id_ for id_, kinds in rows.items() if kinds[0].by_default)
    unknown = [venue_id for venue_id in wanted if venue_id not in rows]
    if unknown:
        futures = dict.fromkeys(row.id for row in table if row.id not in rows)
        more = f"; with --derivatives also: {', '.join(futures)}" if futures else ""
        message = f"cannot collect from {', '.join(unknown)}; venues that can be collected: {', '.join(rows)}{more}"
        raise UsageError(message)
    return tuple(row for venue_id in wanted for row in rows[venue_id])
