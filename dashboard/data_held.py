"""What the store holds and where it came from, and who follows it: as sentences and tables."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Any

import polars as pl
from dash import html

from dashboard.actions import Forgettable
from dashboard.clock import Zone
from dashboard.data_incidents import several
from dashboard.data_words import LENGTHS, count, heads, moment
from dashboard.status_rows import held_rows
from data.catalogue import Catalogue
from data.lock import Holder
from data.schema import Origin, Timeframe
from data.upkeep import StoreSize

RUNS = 5
"""Runs of the follower that are shown."""

LOOKED = 10
"""Runs from which the time between two is taken."""

NEWEST = "follow"
"""The runs that come at a steady pace (`collectors.runs.RunKind`); the others go by the clock."""

CAME = {"archive": "archive files", "candles": "candles of its API", "trades": "public trades"}
"""The routes as a table names them; a file by its name."""


def store_line(uri: str, size: StoreSize | None, lengths: Mapping[Timeframe, tuple[int, StoreSize | None]]) -> str:
    """Where the store is, how large, and how many candles it holds.

    Args:
        uri: where it is.
        size: of all of it; None where it is no folder.
        lengths: candles of each length that it holds, and what they take; where there are several each is told.
    """
    candles = sum(number for number, _ in lengths.values())
    taken = "" if size is None else f", {size.bytes / 1e6:,.1f} MB in {count(size.files, 'file')}"
    each = [
        f"{number:,} of {LENGTHS[length]}" + ("" if part is None else f" ({part.bytes / 1e6:,.1f} MB)")
        for length, (number, part) in lengths.items()
    ]
    beside = f": {', '.join(each)}" if len(each) > 1 else ""
    return f"{count(candles, 'candle')} at {uri}{taken}{beside}."


def lengths_held(holdings: pl.DataFrame) -> dict[Timeframe, int]:
    """The candles of each length that is held at all, the usual one first."""
    numbers = dict(holdings.group_by("timeframe").agg(pl.col("candles").sum()).iter_rows())
    return {Timeframe(length): numbers[length] for length in LENGTHS if length in numbers}


def held_table(holdings: pl.DataFrame, catalogue: Catalogue, zone: Zone) -> list[Any]:
    """What is held per venue, route or file, and length; a file's candles are under the file's name."""
    if holdings.is_empty():
        return [html.P("The store holds no candle yet: collect some, or import a file.")]
    names = ("Exchange", "From", "Bars", "Candles", f"First ({zone})", "Last", "Markets")
    head = heads(*names, numbers={"Candles"})
    rows = [_held(row, catalogue, zone) for row in held_rows(holdings).iter_rows(named=True)]
    table = html.Table([head, html.Tbody(rows)], className="data-table data-lines data-held")
    label: dict[str, Any] = {"aria-label": "What the store holds, by exchange and route"}
    return [html.Div(table, className="wide", tabIndex=0, role="region", **label)]


def forgettable(holdings: pl.DataFrame) -> tuple[Forgettable, ...]:
    """The imported files and the sample that the store holds, by name."""
    kinds = [Origin.IMPORTED.value, Origin.RECONSTRUCTION.value]
    found = holdings.filter(pl.col("origin").is_in(kinds)).select("source", "origin").unique().sort("source", "origin")
    return tuple(Forgettable(source, Origin(origin)) for source, origin in found.iter_rows())


def follower_lines(holder: Holder | None, runs: pl.DataFrame, zone: Zone) -> list[Any]:
    """Whether the store is followed, by whom, when the next run is expected, and the last runs."""
    if holder is None:
        parts: list[Any] = [
            html.P(
                [
                    "No follower runs on this store. ",
                    html.Code("plumbline follow"),
                    " collects the newest minutes again and again, ",
                    html.Code("plumbline serve --follow"),
                    " does so beside the page.",
                ]
            )
        ]
    else:
        pace = pace_of(runs, holder)
        expected = "When the next run comes cannot be told yet: fewer than two runs of it are on record."
        if pace is not None:
            last, every = pace
            minutes = every / timedelta(minutes=1)
            expected = (
                f"It ran every {minutes:.3g} min; the next run is expected at {moment(last + every, zone)} {zone}."
            )
        parts = [html.P([html.Strong("A follower runs"), f": {holder}. {expected}"])]
    if runs.is_empty():
        return [*parts, html.P("No run is on record.", className="quiet")]
    head = heads(f"Began ({zone})", "Run", "Outcome", "New", "Revised", "Message", numbers={"New", "Revised"})
    rows = [_run(row, zone) for row in runs.head(RUNS).iter_rows(named=True)]
    table = html.Table([head, html.Tbody(rows)], className="data-table")
    label: dict[str, Any] = {"aria-label": "The last runs of the follower"}
    return [*parts, html.Div(table, className="wide", tabIndex=0, role="region", **label)]


def pace_of(runs: pl.DataFrame, holder: Holder) -> tuple[datetime, timedelta] | None:
    """When the follower began its last steady run, and the usual time between two of them; None before the second.

    Seen from the log, as no setting of a running follower is on record: the median over its last runs.

    Args:
        runs: columns of `data.schema.RUN`, newest first.
        holder: who follows; the runs of others do not count.
    """
    own = runs.filter(pl.col("kind") == NEWEST, pl.col("holder") == str(holder)).head(LOOKED)
    began = own["began_at"].sort().to_list()
    if len(began) < 2:  # noqa: PLR2004 - a distance has two ends
        return None
    between = median((after - before).total_seconds() for before, after in pairwise(began))
    return began[-1], timedelta(seconds=between)


def _held(row: dict[str, Any], catalogue: Catalogue, zone: Zone) -> html.Tr:
    kind = "imported file" if row["origin"] == Origin.IMPORTED.value else "no evidence"
    beside = [html.Small(kind)] if row["origin"] in {Origin.IMPORTED.value, Origin.RECONSTRUCTION.value} else []
    return html.Tr(
        [
            html.Th(catalogue.venue(row["venue"]).name, scope="row"),
            html.Td([CAME.get(row["came"], row["came"]), *beside], className="data-from"),
            html.Td(LENGTHS.get(row["timeframe"], row["timeframe"]), className="data-when"),
            html.Td(f"{row['candles']:,}", className="number"),
            html.Td(moment(row["first"], zone), className="data-when"),
            html.Td(moment(row["last"], zone), className="data-when"),
            html.Td(several(row["symbol"]), className="data-left"),
        ]
    )


def _run(row: dict[str, Any], zone: Zone) -> html.Tr:
    return html.Tr(
        [
            html.Td(moment(row["began_at"], zone), className="data-when"),
            html.Td(row["kind"], className="data-left"),
            html.Td(row["outcome"], className="data-left"),
            html.Td(f"{row['new']:,}", className="number"),
            html.Td(f"{row['revised']:,}", className="number"),
            html.Td(row["message"], className="data-left"),
        ]
    )
