"""The tables of the data page as files: what was had, what could not be had, what was changed, and what is held."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import polars as pl
from dash import html

from dashboard.data_books import Books
from dashboard.data_coverage import CoverageMap
from dashboard.data_shown import shown_map
from dashboard.export_kinds import NAMES, What
from dashboard.view import ViewState
from data.exporter import FORMATS
from data.schema import TIME, Evidence, RunOutcome

COVERED: dict[str, pl.DataType] = {
    "asset": pl.String(),
    "venue": pl.String(),
    "symbol": pl.String(),
    "timeframe": pl.String(),
    "evidence": pl.String(),
    "start": TIME,
    "end": TIME,
    "had": pl.Int64(),
    "quiet": pl.Int64(),
    "missing": pl.Int64(),
    "outcome": pl.String(),
    "message": pl.String(),
}
"""A field of the map: bars of ``timeframe`` in ``[start, end)`` with a candle, quiet ones and missing ones.

``evidence`` is ``real`` or ``reconstruction``; ``outcome`` is ``complete`` where no bar is missing, else what most of
the missing ones ended in, ``never asked`` where no question is on record.
"""

INCIDENT: dict[str, pl.DataType] = {
    "at": TIME,
    "kind": pl.String(),
    "venue": pl.String(),
    "symbol": pl.String(),
    "price": pl.String(),
    "timeframe": pl.String(),
    "start": TIME,
    "end": TIME,
    "outcome": pl.String(),
    "message": pl.String(),
    "source": pl.String(),
    "holder": pl.String(),
}
"""Something wanted and not had, newest first: ``kind`` is ``not had``, ``set aside`` (an answer) or ``run``.

Of a run of the follower venue, market and source are null, and holder names its process, which is null for the others;
an answer kept aside has no outcome and no length.
"""


def data_rows(books: Books, view: ViewState, what: What) -> tuple[str, pl.DataFrame]:
    """The name of a file without its ending, and its rows; a table without a row is a file without one.

    Raises:
        StoreUnusable: The store cannot be read.
    """
    if what is What.COVERAGE:
        found = shown_map(books, view)
        return _name(found), covered_rows(found)
    rows = {
        What.INCIDENTS: lambda: incident_rows(books.wanting(), books.ledger.bad_pages(), books.ledger.runs()),
        What.REVISIONS: books.revisions,
        What.HELD: books.holdings,
    }
    return f"plumbline_{what}", rows[what]()


def covered_rows(found: CoverageMap) -> pl.DataFrame:
    """Every field of every market: a frame of `COVERED`, by market and time."""
    rows = [
        (
            *(found.asset, market.venue, market.symbol, found.timeframe.value, found.evidence.value),
            *(start, start + found.step, field.had, field.quiet, field.missing, field.outcome, field.message),
        )
        for market in found.markets
        for start, field in zip(found.starts, market.fields, strict=True)
    ]
    return pl.DataFrame(rows, schema=COVERED, orient="row")


def incident_rows(wanting: pl.DataFrame, aside: pl.DataFrame, runs: pl.DataFrame) -> pl.DataFrame:
    """What the page tells of incidents, each by itself: a frame of `INCIDENT`.

    Args:
        wanting: columns of `data.schema.COVERAGE`: what was asked and not had.
        aside: columns of `data.schema.BAD_PAGE`.
        runs: columns of `data.schema.RUN`; those that failed count.
    """
    failed = runs.filter(pl.col("outcome") == RunOutcome.FAILED.value)
    parts = (
        wanting.with_columns(at="asked_at", kind=pl.lit("not had")),
        aside.with_columns(at="asked_at", kind=pl.lit("set aside")),
        failed.with_columns(at="ended_at", kind=pl.lit("run")),
    )
    told = [part.select(name for name in INCIDENT if name in part.columns) for part in parts]
    every = pl.concat([pl.DataFrame(schema=INCIDENT), *told], how="diagonal")
    return every.sort("at", "venue", "symbol", descending=[True, False, False])


def files_line(what: What, query: Mapping[str, str] | None = None) -> html.P:
    """Links to a table as a file, of a view where it depends on one."""
    said = "As a file: " if what is What.COVERAGE else "As a file, of the whole store: "
    search = f"?{urlencode(query)}" if query else ""
    parts: list[Any] = []
    for file_format, name in zip(FORMATS, ("CSV", "Parquet"), strict=True):
        label: dict[str, Any] = {"aria-label": f"{name}: {NAMES[what]}"}
        parts += [html.A(name, href=f"/export/{what}.{file_format}{search}", target="_blank", **label), " · "]
    return html.P([said, *parts[:-1]], className="quiet data-files")


def _name(found: CoverageMap) -> str:
    """The name of the map's file: asset, span and length, and that it is no evidence where it is none."""
    kind = "_illustration" if found.evidence is Evidence.RECONSTRUCTION else ""
    span = f"{found.starts[0]:%Y-%m-%dT%H%MZ}-{found.end:%Y-%m-%dT%H%MZ}"
    return f"plumbline_{found.asset}_{span}_{found.timeframe}_coverage{kind}"
