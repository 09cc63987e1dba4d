"""What the store holds, what was not had, and what its follower did, as readable lines and tables."""

import polars as pl
from rich.console import Group as Stack
from rich.console import RenderableType
from rich.table import Table

from data.store import CandleStore
from deviation.answer import iso

LATEST_RUNS = 5
"""Runs of the follower that are shown."""

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
    """The store, its candles by market, what could not be had, answers kept aside, and the last runs."""
    size, holdings = store.size(), store.holdings()
    taken = "" if size is None else f" ({size.bytes / 1e6:,.1f} MB in {size.files:,} files)"
    parts: list[RenderableType] = [f"Store: {store.uri}{taken}", EMPTY if holdings.is_empty() else _holdings(holdings)]
    parts += [
        f"{row['venue']} {market(row)} {iso(row['start'])} to {iso(row['end'])}: {row['outcome']}: {row['message']}"
        for row in store.wanting().iter_rows(named=True)
    ]
    aside = store.bad_pages().height
    if aside:
        parts.append(f"{aside:,} answers that no candle was taken from are kept aside: status --set-aside")
    parts += [
        f"Run {iso(row['began_at'])} {row['kind']}: {row['outcome']}, {row['new']:,} new, {row['revised']:,} revised"
        f"{': ' if row['message'] else ''}{row['message']}"
        for row in store.runs(LATEST_RUNS).iter_rows(named=True)
    ]
    return Stack(*parts)


def revisions_text(revisions: pl.DataFrame) -> RenderableType:
    """A line per field of a candle that a venue has reported with other values; rows of `data.schema.REVISION`."""
    if revisions.is_empty():
        return "No venue has reported a stored candle with other values."
    table = Table(title="Candles that venues changed", title_justify="left")
    for name in ("venue", "market", "minute", "field", "first seen", "now", "changes", "route"):
        table.add_column(name, justify="right" if name in {"first seen", "now", "changes"} else "left")
    for row in revisions.iter_rows(named=True):
        first, latest = (f"{row[name]:.10g} ({row[f'{name}_at']:%Y-%m-%d %H:%M})" for name in ("first_seen", "now"))
        minute = f"{row['open_time']:%Y-%m-%d %H:%M}"
        changes, route = str(row["changes"]), f"{row['origin']} {row['source']}"
        table.add_row(row["venue"], market(row), minute, row["field"], first, latest, changes, route)
    return table


def set_aside_text(pages: pl.DataFrame) -> RenderableType:
    """The answers kept aside, each with the reason and its beginning; rows of `data.schema.BAD_PAGE`."""
    if pages.is_empty():
        return "No answer was kept aside."
    return "\n".join(
        f"{row['venue']} {market(row)} {iso(row['start'])} to {iso(row['end'])}, asked {iso(row['asked_at'])} of "
        f"{row['source']}: {row['message']}\n    {row['body'][:200]}"
        for row in pages.iter_rows(named=True)
    )


def market(row: dict[str, object]) -> str:
    """The symbol, with the kind of price where it is not that of trades."""
    return str(row["symbol"]) if row["price"] == "trade" else f"{row['symbol']} ({row['price']})"


def _holdings(holdings: pl.DataFrame) -> Table:
    """What the store holds, a line per market and source."""
    table = Table(title="Candles", title_justify="left")
    for name in ("origin", "source", "venue", "symbol", "first", "last", "candles"):
        table.add_column(name, justify="right" if name == "candles" else "left")
    for row in holdings.iter_rows(named=True):
        times = (f"{row[name]:%Y-%m-%d %H:%M}" for name in ("first", "last"))
        table.add_row(row["origin"], row["source"], row["venue"], row["symbol"], *times, f"{row['candles']:,}")
    return table
