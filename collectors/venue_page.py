"""The page of the docs that tells users what the venue table says: ``python -m collectors.venue_page > FILE``."""

import sys
from collections.abc import Iterable, Iterator

from collectors.venues import VENUES, Kind, VenueRow
from data.schema import Timeframe

INTRO = """# Venues

What each exchange gives, as far as it is known. The page is made from `collectors/venues.toml`, which is what the
collector goes by:

```
python -m collectors.venue_page > docs/venues.md
```

The letter behind a fact says how it is known:

| mark | known from |
| --- | --- |
| V | seen at the venue itself, with `collect --check` |
| T | run with ccxt 4.5.90 against a local replay of the venue |
| S | read in the source of ccxt 4.5.90, or captured from it |
| D | the exchange's own documentation |
| I | an issue thread, or a third party's measured note |
| M | general knowledge, not verified |
| U | not known; the value is the careful choice |

A replay answers as the documents say, so T speaks of our side of the wire. I, M and U are settled by asking the venue:
`python app.py collect --check` sends each venue a few requests and says which facts hold. Whatever the table says, an
answer counts only for the minutes that it was asked for: one for another time is thrown away and the window noted as
not had.
"""

SPOT = """
## Spot markets

`routes` are asked in order, each for what is still missing. `page`: candles asked at once. `pace`: least milliseconds
between two requests for candles. `empty minutes`: a minute without a trade comes as a flat candle, is omitted (and
counts as quiet), or it is not known (and counts as missing). Venues in brackets are asked only by name: the same order
book must not count as two venues.
"""

SWAPS = """
## Perpetual futures

Collected on request. Each market has the prices that are listed; mark and index prices are no trades.
"""

LENGTHS = """
## Bar lengths

By which routes a venue gives candles of a second, a minute and five minutes. Candles of any length are made of trades.
A venue without a route for a length is not asked.
"""

ARCHIVES = """
## Archives

Daily files of spot markets. A file's day begins so many hours before that day does in UTC.
"""

SOURCES = """
## Where it was read
"""


def fact(row: VenueRow, name: str, shown: object) -> str:
    """A fact with its mark."""
    return f"{shown} {row.basis[name].mark}"


def table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """The lines of a table."""
    names = list(head)
    yield ""
    yield f"| {' | '.join(names)} |"
    yield f"|{' --- |' * len(names)}"
    for row in rows:
        yield f"| {' | '.join(map(str, row))} |"


def columns(row: VenueRow) -> list[str]:
    """What is told of a row of either kind."""
    return [
        row.id if row.by_default else f"({row.id})",
        ", ".join(row.routes),
        fact(row, "history", row.history),
        fact(row, "page_min", row.page_min),
        fact(row, "pace_ms", f"{row.pace_ms:g}"),
        fact(row, "empty_minutes", row.empty_minutes),
        fact(row, "hosts", ", ".join(host.name for host in row.hosts)),
    ]


def lengths(row: VenueRow) -> list[str]:
    """By which routes a row gives candles of each length."""
    routes = (", ".join(row.routes_of(timeframe)) or "–" for timeframe in Timeframe)
    return [row.key, *routes, row.basis["timeframes"].mark]


def sources(row: VenueRow) -> Iterator[str]:
    """Where each fact of a row was read."""
    yield f"\n### {row.key}\n"
    for name, basis in row.basis.items():
        yield f"- `{name}` {basis.mark}: {basis.source}"


def page(rows: Iterable[VenueRow] = VENUES) -> str:
    """The page."""
    told = list(rows)
    head = ("venue", "routes", "candles reach", "page", "pace", "empty minutes", "hosts")
    lines = [INTRO.rstrip("\n"), SPOT.rstrip("\n")]
    lines += table(head, (columns(row) for row in told if row.kind is Kind.SPOT))
    lines.append(SWAPS.rstrip("\n"))
    swaps = [row for row in told if row.kind is Kind.SWAP]
    lines += table((*head, "prices"), ([*columns(row), fact(row, "prices", ", ".join(row.prices))] for row in swaps))
    lines.append(LENGTHS.rstrip("\n"))
    lines += table(("venue", *Timeframe, "known"), map(lengths, told))
    lines.append(ARCHIVES.rstrip("\n"))
    archives = [(row, row.archive) for row in told if row.archive is not None]
    lines += table(
        ("venue", "host", "file", "hours", "from", "checksum", "known"),
        (
            (row.id, at.host, f"`{at.path}`", at.day_zone_h, at.from_day, at.checksum or "–", row.basis["archive"].mark)
            for row, at in archives
        ),
    )
    lines.append(SOURCES.rstrip("\n"))
    for row in told:
        lines += sources(row)
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(page())
