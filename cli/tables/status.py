"""Contents of the store, candles that could not be collected, and runs of the follower, as text and as JSON."""

import polars as pl
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from dashboard.service.store_info import summarize_holdings, summarize_outstanding
from dashboard.text.clock import Zone
from dashboard.text.numbers import format_count, format_megabytes
from dashboard.text.store import EXCERPT_CHARS, format_candle_time, format_market
from data.schema import Timeframe
from data.store import CandleStore
from data.text.redact import redact_secrets
from deviation.report.question_json import format_iso

MAX_RUNS = 5
"""Number of runs of the follower that are shown."""

EMPTY_STORE_HINT = "It holds no candle yet: `collect --event 2025-10-10`, `import FILE`, or `serve` for the sample."
"""Shown for a store without candles."""


def build_status_json(store: CandleStore) -> dict[str, object]:
    """Everything that `status` shows, as rows; ``size`` is null for a store that is not a local folder."""
    size = store.measure_size()
    return {
        "store": redact_secrets(store.uri),
        "size": None if size is None else {"bytes": size.bytes, "files": size.files},
        "candles": store.candles.read_holdings().to_dicts(),
        "layouts": {timeframe.value: layout.value for timeframe, layout in store.candles.find_layouts().items()},
        "outdated_layouts": [timeframe.value for timeframe in store.candles.list_outdated()],
        "not_had": store.coverage.read_outstanding().to_dicts(),
        "set_aside": store.rejected_pages.read_rows().drop("body").to_dicts(),
        "runs": store.runs.read_rows(MAX_RUNS).to_dicts(),
    }


def format_status(store: CandleStore) -> RenderableType:
    """The store, its candles by venue, outstanding candles by venue and reason, rejected pages, and the last runs."""
    size, holdings = store.measure_size(), store.candles.read_holdings()
    size_text = "" if size is None else f" ({format_megabytes(size.bytes)} in {format_count(size.files, 'file')})"
    lines = [
        f"Store: {redact_secrets(store.uri)}{size_text}",
        *(_list_holdings(holdings) or [EMPTY_STORE_HINT]),
        *_list_layouts(store),
        *_list_outstanding(store.coverage.read_outstanding()),
    ]
    rejected_count = store.rejected_pages.read_rows().height
    if rejected_count:
        answers_text = f"{rejected_count:,} answer{'s' * (rejected_count > 1)} without a usable candle"
        lines.append(f"{answers_text}: see `status --set-aside`")
    lines += _list_runs(store.runs.read_rows(MAX_RUNS))
    # Text, not markup: messages of exchanges may contain brackets.
    return Text("\n".join(lines))


def format_revisions(revisions: pl.DataFrame) -> RenderableType:
    """A table with a row per revised field of a candle; ``revisions`` is a frame of `data.schema.REVISION`.

    All times are in UTC.
    """
    if revisions.is_empty():
        return "No exchange has reported a stored candle with other values."
    table = Table(title="Candles that exchanges changed", title_justify="left")
    for name in ("venue", "market", "candle", "field", "first seen", "now", "changes", "route"):
        table.add_column(name, justify="right" if name in {"first seen", "now", "changes"} else "left")
    for row in revisions.iter_rows(named=True):
        first_text, latest_text = (
            f"{row[name]:.10g} ({row[f'{name}_at']:%Y-%m-%d %H:%M})" for name in ("first_seen", "now")
        )
        changes, route = str(row["changes"]), f"{row['origin']} {row['source']}"
        cells = (
            row["venue"],
            format_market(row),
            format_candle_time(row, Zone.UTC),
            row["field"],
            first_text,
            latest_text,
            changes,
            route,
        )
        table.add_row(*map(Text, cells))
    return table


def format_rejected_pages(pages: pl.DataFrame) -> RenderableType:
    """The rejected pages, each with reason and excerpt; ``pages`` is a frame of `data.schema.REJECTED_PAGE`."""
    if pages.is_empty():
        return "No answer was set aside."
    lines = [
        f"{row['venue']} {format_market(row)} {format_iso(row['start'])} to {format_iso(row['end'])}, "
        f"asked {format_iso(row['asked_at'])} of {row['source']}: {row['message']}\n"
        f"    {' '.join(row['body'].split())[:EXCERPT_CHARS]}"
        for row in pages.iter_rows(named=True)
    ]
    return Text("\n".join(lines))


def _format_length(timeframe: Timeframe) -> str:
    """The adjective before "candles" with a space; empty for those of a minute, the default."""
    return "" if timeframe is Timeframe.M1 else f"{timeframe.adjective} "


def _list_holdings(holdings: pl.DataFrame) -> list[str]:
    """Two lines per venue, route or file, and length of candles."""
    return [
        f"{row['venue']}, {row['came']}: {row['candles']:,} {_format_length(Timeframe(row['timeframe']))}candle"
        f"{'s' * (row['candles'] != 1)} of {row['first']:%Y-%m-%d %H:%M} to {row['last']:%Y-%m-%d %H:%M} UTC\n"
        f"    {', '.join(row['symbol'])}"
        for row in summarize_holdings(holdings).iter_rows(named=True)
    ]


def _list_layouts(store: CandleStore) -> list[str]:
    """A line for each length of candles: what shares a file, and what to do about the layout of an earlier version."""
    outdated = store.candles.list_outdated()
    return [
        f"Candles of {timeframe.length} are stored by asset and {layout}"
        + (", as earlier versions did: `maintain` stores them by month, for faster reads" * (timeframe in outdated))
        for timeframe, layout in store.candles.find_layouts().items()
    ]


def _list_outstanding(outstanding: pl.DataFrame) -> list[str]:
    """A heading, then two lines per venue and reason; nothing where no candle is outstanding."""
    if outstanding.is_empty():
        return []
    return ["Requested and missing:"] + [
        f"{row['venue']}, {row['outcome']}: {row['message']}\n"
        f"    {row['minutes']:,} min of {_format_candle_length(row)}"
        f"{row['start']:%Y-%m-%d %H:%M} to {row['end']:%Y-%m-%d %H:%M} UTC: {', '.join(row['market'])}"
        for row in summarize_outstanding(outstanding).iter_rows(named=True)
    ]


def _format_candle_length(row: dict[str, str]) -> str:
    """The length of a span's candles, empty for those of a minute."""
    length = _format_length(Timeframe(row["timeframe"]))
    return f"{length}candles, " if length else ""


def _list_runs(runs: pl.DataFrame) -> list[str]:
    """A heading, then a line per run of the follower; nothing without a run."""
    if runs.is_empty():
        return []
    return ["Last runs of the follower:"] + [
        f"{row['began_at']:%Y-%m-%d %H:%M} UTC {row['kind']}: {row['outcome']}, {row['new']:,} new, "
        f"{row['revised']:,} revised{': ' * bool(row['message'])}{row['message']}"
        for row in runs.iter_rows(named=True)
    ]
