"""What the store holds, by origin, and the state of its follower, as sentences and tables."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Any

import polars as pl
from dash import html

from dashboard.components.accessibility import build_scroll_box
from dashboard.jobs.actions import StoredSource
from dashboard.pages.data.incidents import join_first_names
from dashboard.pages.data.tables import build_header
from dashboard.service.store_info import summarize_holdings
from dashboard.text.clock import Zone
from dashboard.text.numbers import format_count, format_megabytes
from dashboard.text.store import LENGTH_NAMES, format_instant
from data.catalogue import Catalogue
from data.delta.upkeep.maintenance import StoreSize
from data.lock import Holder
from data.schema import Origin, Timeframe
from data.text.redact import redact_secrets

VISIBLE_RUNS = 5
"""The number of runs of the follower in the table."""

PACE_RUNS = 10
"""The number of runs from which the pace is measured."""

FOLLOW_KIND = "follow"
"""The kind of the runs that start at a steady pace (`collectors.run_record.RunKind`); others start at set times."""

ROUTE_NAMES = {"archive": "archive files", "candles": "its own interface", "trades": "public trades"}
"""The names of routes in the table; imported files have their own."""


def describe_store(
    uri: str, size: StoreSize | None, length_sizes: Mapping[Timeframe, tuple[int, StoreSize | None]]
) -> str:
    """A sentence about the candles, the address and the size of the store.

    Args:
        uri: the address.
        size: the size of all of it; None if it is no folder.
        length_sizes: number and size of the candles of each length; several lengths are listed one by one.
    """
    candle_count = sum(number for number, _ in length_sizes.values())
    size_text = "" if size is None else f", {format_megabytes(size.bytes)} in {format_count(size.files, 'file')}"
    length_texts = [
        f"{number:,} of {LENGTH_NAMES[length]}"
        + ("" if length_size is None else f" ({format_megabytes(length_size.bytes)})")
        for length, (number, length_size) in length_sizes.items()
    ]
    detail_text = f": {', '.join(length_texts)}" if len(length_texts) > 1 else ""
    return f"{format_count(candle_count, 'bar')} at {redact_secrets(uri)}{size_text}{detail_text}."


def count_by_length(holdings: pl.DataFrame) -> dict[Timeframe, int]:
    """The number of candles of each length in the store, in the order of `LENGTH_NAMES`."""
    counts = dict(holdings.group_by("timeframe").agg(pl.col("candles").sum()).iter_rows())
    return {Timeframe(length): counts[length] for length in LENGTH_NAMES if length in counts}


def build_holdings_table(holdings: pl.DataFrame, catalogue: Catalogue, zone: Zone) -> list[Any]:
    """A table of candles by venue, length, and route or name of file; a hint if there are none."""
    if holdings.is_empty():
        return [html.P("Nothing is stored yet: collect prices, or import a file.")]
    column_names = ("Exchange", "From", "Interval", "Bars", f"First ({zone})", "Last", "Markets")
    header = build_header(*column_names, numeric={"Bars"})
    rows = [_build_holding_row(row, catalogue, zone) for row in summarize_holdings(holdings).iter_rows(named=True)]
    table = html.Table([header, html.Tbody(rows)], className="data-table data-lines data-held")
    return [build_scroll_box(table, "Stored data, by exchange and route")]


def list_forgettable_sources(holdings: pl.DataFrame) -> tuple[StoredSource, ...]:
    """The imported files and the sample in the store, by name."""
    origins = [Origin.IMPORTED.value, Origin.RECONSTRUCTION.value]
    sources = (
        holdings.filter(pl.col("origin").is_in(origins)).select("source", "origin").unique().sort("source", "origin")
    )
    return tuple(StoredSource(source, Origin(origin)) for source, origin in sources.iter_rows())


def build_follower_status(holder: Holder | None, runs: pl.DataFrame, zone: Zone) -> list[Any]:
    """The follower of the store (None if there is none), when its next run is expected, and the last runs."""
    if holder is None:
        parts: list[Any] = [
            html.P(
                [
                    "Live updates: off. ",
                    html.Code("plumbline follow"),
                    " collects the newest minutes at a steady pace, ",
                    html.Code("plumbline serve --follow"),
                    " does so beside the page.",
                ]
            )
        ]
    else:
        pace = measure_pace(runs, holder)
        next_run_text = "The time of the next run is not known yet: it has run fewer than twice."
        if pace is not None:
            last_start, interval = pace
            minutes, next_start = interval / timedelta(minutes=1), format_instant(last_start + interval, zone)
            next_run_text = f"It ran every {minutes:.3g} min; the next run is expected at {next_start} {zone}."
        parts = [html.P([html.Strong("Live updates: on"), f", by {holder}. {next_run_text}"])]
    if runs.is_empty():
        return [*parts, html.P("It has not run yet.", className="quiet")]
    header = build_header(f"Began ({zone})", "Run", "Outcome", "New", "Revised", "Message", numeric={"New", "Revised"})
    rows = [_build_run_row(row, zone) for row in runs.head(VISIBLE_RUNS).iter_rows(named=True)]
    table = html.Table([header, html.Tbody(rows)], className="data-table")
    return [*parts, build_scroll_box(table, "The last live updates")]


def measure_pace(runs: pl.DataFrame, holder: Holder) -> tuple[datetime, timedelta] | None:
    """When the follower began its last steady run, and the median time between its last ones; None before the second.

    Args:
        runs: columns of `data.schema.RUN`, newest first.
        holder: the follower; the runs of other processes do not count.
    """
    own_runs = runs.filter(pl.col("kind") == FOLLOW_KIND, pl.col("holder") == str(holder)).head(PACE_RUNS)
    start_times = own_runs["began_at"].sort().to_list()
    if len(start_times) < 2:  # noqa: PLR2004 - a distance has two ends
        return None
    median_s = median((after - before).total_seconds() for before, after in pairwise(start_times))
    return start_times[-1], timedelta(seconds=median_s)


def _build_holding_row(row: dict[str, Any], catalogue: Catalogue, zone: Zone) -> html.Tr:
    kind = "imported file" if row["origin"] == Origin.IMPORTED.value else "sample, not real"
    kind_note = [html.Small(kind)] if row["origin"] in {Origin.IMPORTED.value, Origin.RECONSTRUCTION.value} else []
    return html.Tr(
        [
            html.Th(catalogue.get_venue(row["venue"]).name, scope="row"),
            html.Td([ROUTE_NAMES.get(row["came"], row["came"]), *kind_note], className="data-from"),
            html.Td(LENGTH_NAMES.get(row["timeframe"], row["timeframe"]), className="data-when"),
            html.Td(f"{row['candles']:,}", className="number"),
            html.Td(format_instant(row["first"], zone), className="data-when"),
            html.Td(format_instant(row["last"], zone), className="data-when"),
            html.Td(join_first_names(row["symbol"]), className="data-left"),
        ]
    )


def _build_run_row(row: dict[str, Any], zone: Zone) -> html.Tr:
    return html.Tr(
        [
            html.Td(format_instant(row["began_at"], zone), className="data-when"),
            html.Td(row["kind"], className="data-left"),
            html.Td(row["outcome"], className="data-left"),
            html.Td(f"{row['new']:,}", className="number"),
            html.Td(f"{row['revised']:,}", className="number"),
            html.Td(row["message"], className="data-left"),
        ]
    )
