"""The page of the docs on venues, generated from the venue table: ``python -m collectors.venues.docs_page > FILE``."""

import sys
from collections.abc import Iterable, Iterator

from collectors.venues.row import ARCHIVE_TABLES, MarketType, VenueRow
from collectors.venues.table import VENUES
from data.schema import Timeframe

INTRO = """# Venues

What each exchange gives, as far as it is known. The page is made from `collectors/venues.toml`, which is what the
collector goes by:

```
python -m collectors.venues.docs_page > docs/venues.md
```

The letter behind a fact says how it is known:

| mark | known from |
| --- | --- |
| V | seen at the venue itself, with `collect --check` |
| P | measured at the venue by a third party, with its figures or its recorded answers |
| T | run with ccxt 4.5.90 against a local replay of the venue |
| S | read in the source of ccxt 4.5.90, or captured from it |
| D | the exchange's own documentation |
| I | an issue thread, or a third party's note |
| M | general knowledge, not verified |
| U | not known; the value is the careful choice |

A replay answers as the documents say, so T speaks of our side of the wire. I, M and U are settled by asking the venue:
`python app.py collect --check` sends each venue a few requests and says which facts hold. Whatever the table says, an
answer counts only for the minutes that it was asked for: one for another time is thrown away and the window noted as
not had.
"""

SPOT_INTRO = """
## Spot markets

`routes` are asked in order, each for what is still missing. `page`: candles asked at once. `pace`: least milliseconds
between two requests for candles. `empty minutes`: a minute without a trade comes as a flat candle, is omitted (and
counts as quiet), or it is not known (and counts as missing). Venues in brackets are asked only by name: the same order
book must not count as two venues.
"""

SWAP_INTRO = """
## Perpetual futures

Collected on request. Each market has the prices that are listed; mark and index prices are no trades.
"""

TIMEFRAME_INTRO = """
## Bar lengths

By which routes a venue gives candles of a second, a minute and five minutes. Candles of any length are made of trades.
A venue without a route for a length is not asked.
"""

ARCHIVE_INTRO = """
## Archives

Daily files of spot markets, each tried in the order given. A file's day begins so many hours before that day does in
UTC. Files of trades are made into candles. An archive with terms is read only with `--personal-archives`. Where a host
lists the markets of an archive, `scan` finds markets on it that are no longer listed.
"""

SOURCE_INTRO = """
## Where it was read
"""


def format_fact(row: VenueRow, name: str, value: object) -> str:
    """The value of a fact with its mark."""
    return f"{value} {row.basis[name].mark}"


def format_table(headers: Iterable[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """The lines of a Markdown table."""
    names = list(headers)
    yield ""
    yield f"| {' | '.join(names)} |"
    yield f"|{' --- |' * len(names)}"
    for row in rows:
        yield f"| {' | '.join(map(str, row))} |"


def list_columns(row: VenueRow) -> list[str]:
    """The cells of a row in the tables of spot and swap markets."""
    return [
        row.id if row.by_default else f"({row.id})",
        ", ".join(row.routes),
        format_fact(row, "history", row.history),
        format_fact(row, "page_min", row.page_min),
        format_fact(row, "pace_ms", f"{row.pace_ms:g}"),
        format_fact(row, "empty_minutes", row.empty_minutes),
        format_fact(row, "hosts", ", ".join(host.name for host in row.hosts)),
    ]


def list_lengths(row: VenueRow) -> list[str]:
    """The cells of a row in the table of timeframes: the routes for each."""
    routes = (", ".join(row.list_routes(timeframe)) or "–" for timeframe in Timeframe)
    return [row.key, *routes, row.basis["timeframes"].mark]


def list_archives(row: VenueRow) -> Iterator[list[object]]:
    """The cells of a row in the table of archives: a line for each place of a file."""
    for route, archive in row.archives.items():
        for file in archive.files:
            yield [
                row.id,
                route,
                archive.host,
                f"`{file.path}`",
                archive.day_zone_h,
                file.from_day,
                f"`{file.checksum}`" if file.checksum else "–",
                archive.terms or "–",
                archive.index.host if archive.index else "–",
                row.basis[ARCHIVE_TABLES[route]].mark,
            ]


def format_sources(row: VenueRow) -> Iterator[str]:
    """The lines with the source of each fact of a row."""
    yield f"\n### {row.key}\n"
    for name, basis in row.basis.items():
        yield f"- `{name}` {basis.mark}: {basis.source}"


def build_page(rows: Iterable[VenueRow] = VENUES) -> str:
    """The text of the page, in Markdown."""
    venue_rows = list(rows)
    headers = ("venue", "routes", "candles reach", "page", "pace", "empty minutes", "hosts")
    lines = [INTRO.rstrip("\n"), SPOT_INTRO.rstrip("\n")]
    lines += format_table(headers, (list_columns(row) for row in venue_rows if row.kind is MarketType.SPOT))
    lines.append(SWAP_INTRO.rstrip("\n"))
    swaps = [row for row in venue_rows if row.kind is MarketType.SWAP]
    lines += format_table(
        (*headers, "prices"), ([*list_columns(row), format_fact(row, "prices", ", ".join(row.prices))] for row in swaps)
    )
    lines.append(TIMEFRAME_INTRO.rstrip("\n"))
    lines += format_table(("venue", *Timeframe, "known"), map(list_lengths, venue_rows))
    lines.append(ARCHIVE_INTRO.rstrip("\n"))
    lines += format_table(
        ("venue", "route", "host", "file", "hours", "from", "checksum", "terms", "list of markets", "known"),
        (cells for row in venue_rows for cells in list_archives(row)),
    )
    lines.append(SOURCE_INTRO.rstrip("\n"))
    for row in venue_rows:
        lines += format_sources(row)
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(build_page())
