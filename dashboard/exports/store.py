"""The tables of the data page as files: what was had, what could not be had, what was changed, and what is held.

What the store tells of itself as files: what was had, what could not be had, what was changed, and what is held.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import polars as pl
from dash import html

from dashboard.exports.kinds import KIND_LABELS, MIMETYPES, ExportKind
from dashboard.exports.request import ExportFile, ExportRequest
from dashboard.service.coverage import CoverageMap
from dashboard.service.store_info import StoreInfo, read_coverage_map
from dashboard.state.view import ViewState
from data.files.export import EXPORT_FORMATS, encode_rows
from data.schema import TIME, Evidence, RunOutcome

COVERAGE_FIELD_SCHEMA: dict[str, pl.DataType] = {
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

INCIDENT_SCHEMA: dict[str, pl.DataType] = {
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


def build_store_rows(store_info: StoreInfo, view: ViewState, kind: ExportKind) -> tuple[str, pl.DataFrame]:
    """The name of a file without its ending, and its rows; a table without a row is a file without one.

    Raises:
        StoreUnusable: The store cannot be read.
    """
    if kind is ExportKind.COVERAGE:
        coverage = read_coverage_map(store_info, view)
        return _build_file_name(coverage), build_coverage_rows(coverage)
    builders = {
        ExportKind.INCIDENTS: lambda: build_incident_rows(
            store_info.get_outstanding(), store_info.store.rejected_pages.read_rows(), store_info.store.runs.read_rows()
        ),
        ExportKind.REVISIONS: store_info.get_revisions,
        ExportKind.HOLDINGS: store_info.get_holdings,
    }
    return f"plumbline_{kind}", builders[kind]()


def build_coverage_rows(coverage: CoverageMap) -> pl.DataFrame:
    """Every field of every market: a frame of `COVERAGE_FIELD_SCHEMA`, by market and time."""
    rows = [
        (
            *(coverage.asset, market.venue, market.symbol, coverage.timeframe.value, coverage.evidence.value),
            *(
                start,
                start + coverage.step,
                field.with_candle,
                field.quiet,
                field.missing,
                field.outcome,
                field.message,
            ),
        )
        for market in coverage.markets
        for start, field in zip(coverage.starts, market.fields, strict=True)
    ]
    return pl.DataFrame(rows, schema=COVERAGE_FIELD_SCHEMA, orient="row")


def build_incident_rows(missing: pl.DataFrame, rejected_pages: pl.DataFrame, runs: pl.DataFrame) -> pl.DataFrame:
    """What the page tells of incidents, each by itself: a frame of `INCIDENT_SCHEMA`.

    Args:
        missing: columns of `data.schema.COVERAGE`: what was asked and not had.
        rejected_pages: columns of `data.schema.REJECTED_PAGE`.
        runs: columns of `data.schema.RUN`; those that failed count.
    """
    failed = runs.filter(pl.col("outcome") == RunOutcome.FAILED.value)
    parts = (
        missing.with_columns(at="asked_at", kind=pl.lit("not had")),
        rejected_pages.with_columns(at="asked_at", kind=pl.lit("set aside")),
        failed.with_columns(at="ended_at", kind=pl.lit("run")),
    )
    selected = [part.select(name for name in INCIDENT_SCHEMA if name in part.columns) for part in parts]
    incidents = pl.concat([pl.DataFrame(schema=INCIDENT_SCHEMA), *selected], how="diagonal")
    return incidents.sort("at", "venue", "symbol", descending=[True, False, False])


def build_files_line(kind: ExportKind, query: Mapping[str, str] | None = None) -> html.P:
    """Links to a table as a file, of a view where it depends on one."""
    prefix = "As a file: " if kind is ExportKind.COVERAGE else "As a file, of the whole store: "
    query_text = f"?{urlencode(query)}" if query else ""
    parts: list[Any] = []
    for file_format, name in zip(EXPORT_FORMATS, ("CSV", "Parquet"), strict=True):
        label: dict[str, Any] = {"aria-label": f"{name}: {KIND_LABELS[kind]}"}
        parts += [html.A(name, href=f"/export/{kind}.{file_format}{query_text}", target="_blank", **label), " · "]
    return html.P([prefix, *parts[:-1]], className="quiet data-files")


def _build_file_name(coverage: CoverageMap) -> str:
    """The name of the map's file: asset, span and length, and that it is no evidence where it is none."""
    kind = "_illustration" if coverage.evidence is Evidence.RECONSTRUCTION else ""
    span = f"{coverage.starts[0]:%Y-%m-%dT%H%MZ}-{coverage.end:%Y-%m-%dT%H%MZ}"
    return f"plumbline_{coverage.asset}_{span}_{coverage.timeframe}_coverage{kind}"


def export_store_table(request: ExportRequest) -> ExportFile:
    """The rows of a table of the data page; a table without a row is a file without one.

    Raises:
        StoreUnusable: The store cannot be read.
    """
    name, rows = build_store_rows(request.measurements.store_info, request.view, request.kind)
    return ExportFile(
        f"{name}.{request.file_format}", MIMETYPES[request.file_format], encode_rows(rows, request.file_format)
    )
