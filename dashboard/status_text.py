"""What the store holds, what was not had, and what its follower did, as readable lines and tables."""

from typing import Any

import polars as pl
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from dashboard.clock import Zone, on_clock
from dashboard.status_rows import held_rows, not_had_rows
from data.schema import Timeframe
from data.store import CandleStore
from deviation.answer import iso

LATEST_RUNS = 5
"""Runs of the follower that are shown."""

BEGINNING = 200
"""Characters that are shown of an answer kept aside."""

EMPTY = "It holds no candle yet: `collect --event 2025-10-10`, `import FILE`, or `serve` for the sample."


def status_json(store: CandleStore) -> dict[str, object]:
    """Everything that `status` shows, as rows; ``size`` is null for a store that is no folder."""
    size = store.size()
    return {
        "store": store.uri,
        "size": None if size is None else {"bytes": size.bytes, "files": size.files},
        "candles": store.holdings().to_dicts(),
        "not_had": store.wanting().to_dicts(),
        "set_aside": store.bad_pages().drop("body").to_dicts(),
        "runs": store.runs(LATEST_RUNS).to_dicts(),
    }


def status_text(store: CandleStore) -> RenderableType:
    """The store, its candles by venue, what could not be had by venue and reason, answers kept aside, the last runs."""
    size, holdings = store.size(), store.holdings()
    taken = "" if size is None else f" ({size.bytes / 1e6:,.1f} MB in {size.files:,} files)"
    lines = [f"Store: {store.uri}{taken}", *(_held(holdings) or [EMPTY]), *_not_had(store.wanting())]
    aside = store.bad_pages().height
    if aside:
        answers = f"{aside:,} answer{'s' * (aside > 1)} that no candle was taken from"
        lines.append(f"{answers}: see `status --set-aside`")
    lines += _ran(store.runs(LATEST_RUNS))
    # No markup: what an exchange said may hold brackets.
    return Text("\n".join(lines))


def revisions_text(revisions: pl.DataFrame) -> RenderableType:
    """A line per field of a candle that a venue has reported with other values; rows of `data.schema.REVISION`.

    All times are UTC.
    """
    if revisions.is_empty():
        return "No venue has reported a stored candle with other values."
    table = Table(title="Candles that venues changed", title_justify="left")
    for name in ("venue", "market", "candle", "field", "first seen", "now", "changes", "route"):
        table.add_column(name, justify="right" if name in {"first seen", "now", "changes"} else "left")
    for row in revisions.iter_rows(named=True):
        first, latest = (f"{row[name]:.10g} ({row[f'{name}_at']:%Y-%m-%d %H:%M})" for name in ("first_seen", "now"))
        changes, route = str(row["changes"]), f"{row['origin']} {row['source']}"
        cells = (row["venue"], market(row), candle(row, Zone.UTC), row["field"], first, latest, changes, route)
        table.add_row(*map(Text, cells))
    return table


def set_aside_text(pages: pl.DataFrame) -> RenderableType:
    """The answers kept aside, each with the reason and its beginning; rows of `data.schema.BAD_PAGE`."""
    if pages.is_empty():
        return "No answer was kept aside."
    lines = [
        f"{row['venue']} {market(row)} {iso(row['start'])} to {iso(row['end'])}, asked {iso(row['asked_at'])} of "
        f"{row['source']}: {row['message']}\n    {' '.join(row['body'].split())[:BEGINNING]}"
        for row in pages.iter_rows(named=True)
    ]
    return Text("\n".join(lines))


def market(row: dict[str, object]) -> str:
    """The symbol, with the kind of price where it is not that of trades."""
    return str(row["symbol"]) if row["price"] == "trade" else f"{row['symbol']} ({row['price']})"


def candle(row: dict[str, Any], zone: Zone) -> str:
    """When a candle opened, to the second where it lasts no minute, and its length where it is not the usual one."""
    timeframe = Timeframe(row["timeframe"])
    form = "%Y-%m-%d %H:%M:%S" if timeframe is Timeframe.S1 else "%Y-%m-%d %H:%M"
    length = "" if timeframe is Timeframe.M1 else f" ({timeframe})"
    return f"{on_clock(row['open_time'], zone):{form}} {zone}{length}"


def _length(timeframe: Timeframe) -> str:
    """What is said before "candles"; those of a minute are the usual ones."""
    return "" if timeframe is Timeframe.M1 else f"{timeframe.adjective} "


def _held(holdings: pl.DataFrame) -> list[str]:
    """What the store holds: two lines per venue, route or file, and length of candles."""
    return [
        f"{row['venue']}, {row['came']}: {row['candles']:,} {_length(Timeframe(row['timeframe']))}candle"
        f"{'s' * (row['candles'] != 1)} of {row['first']:%Y-%m-%d %H:%M} to {row['last']:%Y-%m-%d %H:%M} UTC\n"
        f"    {', '.join(row['symbol'])}"
        for row in held_rows(holdings).iter_rows(named=True)
    ]


def _not_had(wanting: pl.DataFrame) -> list[str]:
    """What was asked and not had: two lines per venue and reason."""
    if wanting.is_empty():
        return []
    return ["Asked for and not had:"] + [
        f"{row['venue']}, {row['outcome']}: {row['message']}\n    {row['minutes']:,} min of {_of_candles(row)}"
        f"{row['start']:%Y-%m-%d %H:%M} to {row['end']:%Y-%m-%d %H:%M} UTC: {', '.join(row['market'])}"
        for row in not_had_rows(wanting).iter_rows(named=True)
    ]


def _of_candles(row: dict[str, str]) -> str:
    """Which candles a span is about, where they are not the usual ones."""
    length = _length(Timeframe(row["timeframe"]))
    return f"{length}candles, " if length else ""


def _ran(runs: pl.DataFrame) -> list[str]:
    """The last runs of the follower, a line each."""
    if runs.is_empty():
        return []
    return ["Last runs of the follower:"] + [
        f"{row['began_at']:%Y-%m-%d %H:%M} UTC {row['kind']}: {row['outcome']}, {row['new']:,} new, "
        f"{row['revised']:,} revised{': ' * bool(row['message'])}{row['message']}"
        for row in runs.iter_rows(named=True)
    ]
