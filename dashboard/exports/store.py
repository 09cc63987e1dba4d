"""The tables of the data page as files: coverage map, incidents, revised candles and holdings.

A table without rows is a file with column names only.
"""

import polars as pl

from dashboard.exports.request import ExportFile, ExportRequest
from dashboard.service.coverage import LEAD_TIME, CoverageMap
from dashboard.service.store_info import read_coverage_map
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
"""A row per market and field of the coverage map, by market and time.

``had``, ``quiet`` and ``missing`` count the bars of length ``timeframe`` in ``[start, end)``. ``evidence`` is ``real``
or ``reconstruction``; ``outcome`` is ``complete`` if no bar is missing, else the most frequent outcome of the requests
for the missing ones, or ``not requested`` without any request.
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
"""A row per incident, newest first: ``kind`` is ``missing data``, ``rejected answer`` or ``run``.

A failed run of the follower has no venue, symbol and source; only a run has a holder, which names its process. A
rejected page has no outcome and no timeframe.
"""


def build_coverage_rows(coverage: CoverageMap) -> pl.DataFrame:
    """Every field of every market; frame of `COVERAGE_FIELD_SCHEMA`."""
    rows = [
        {
            "asset": coverage.asset,
            "venue": market.venue,
            "symbol": market.symbol,
            "timeframe": coverage.timeframe.value,
            "evidence": coverage.evidence.value,
            "start": start,
            "end": start + coverage.step,
            "had": field.with_candle,
            "quiet": field.quiet,
            "missing": field.missing,
            "outcome": field.outcome,
            "message": field.message,
        }
        for market in coverage.markets
        for start, field in zip(coverage.starts, market.fields, strict=True)
    ]
    return pl.DataFrame(rows, schema=COVERAGE_FIELD_SCHEMA)


def build_incident_rows(missing: pl.DataFrame, rejected_pages: pl.DataFrame, runs: pl.DataFrame) -> pl.DataFrame:
    """The incidents of the data page; frame of `INCIDENT_SCHEMA`.

    Args:
        missing: frame of `data.schema.COVERAGE` with the requests that were not answered completely.
        rejected_pages: frame of `data.schema.REJECTED_PAGE`.
        runs: frame of `data.schema.RUN`; only failed runs are incidents.
    """
    failed = runs.filter(pl.col("outcome") == RunOutcome.FAILED.value)
    parts = (
        missing.with_columns(at="asked_at", kind=pl.lit("missing data")),
        rejected_pages.with_columns(at="asked_at", kind=pl.lit("rejected answer")),
        failed.with_columns(at="ended_at", kind=pl.lit("run")),
    )
    selected = [part.select(name for name in INCIDENT_SCHEMA if name in part.columns) for part in parts]
    incidents = pl.concat([pl.DataFrame(schema=INCIDENT_SCHEMA), *selected], how="diagonal")
    return incidents.sort("at", "venue", "symbol", descending=[True, False, False])


def _build_file_name(coverage: CoverageMap) -> str:
    """Name of the map's file without its ending: asset, span, bar length, and whether it is an illustration."""
    kind = "_illustration" if coverage.evidence is Evidence.RECONSTRUCTION else ""
    span = f"{coverage.starts[0]:%Y-%m-%dT%H%MZ}-{coverage.end:%Y-%m-%dT%H%MZ}"
    return f"plumbline_{coverage.asset}_{span}_{coverage.timeframe}_coverage{kind}"


def export_coverage(request: ExportRequest) -> ExportFile:
    """The fields of the coverage map of the view.

    Raises:
        StoreUnusable: The store cannot be read.
    """
    coverage = read_coverage_map(request.measurements.store_info, request.view)
    return request.build_table_file(build_coverage_rows(coverage), _build_file_name(coverage))


def export_incidents(request: ExportRequest) -> ExportFile:
    """The incidents of the whole store.

    Raises:
        StoreUnusable: The store cannot be read.
    """
    store_info = request.measurements.store_info
    store = store_info.store
    return request.build_table_file(
        build_incident_rows(store_info.get_outstanding(), store.rejected_pages.read_rows(), store.runs.read_rows())
    )


def export_revisions(request: ExportRequest) -> ExportFile:
    """The revised candles of the whole store, a frame of `data.schema.REVISION`.

    Raises:
        StoreUnusable: The store cannot be read.
    """
    return request.build_table_file(request.measurements.store_info.get_revisions())


def export_audit(request: ExportRequest) -> ExportFile:
    """The differences between sources of the view's asset, a frame of `analysis.candle_audit.DIFFERENCE_SCHEMA`.

    Like the page it covers the window and the time before it.

    Raises:
        StoreUnusable: The store cannot be read.
    """
    view, start = request.view, request.view.start - LEAD_TIME
    audit = request.measurements.store_info.get_audit(view.asset, start, view.end, view.timeframe)
    span = f"{start:%Y-%m-%dT%H%MZ}-{view.end:%Y-%m-%dT%H%MZ}"
    return request.build_table_file(audit.differences, f"plumbline_{view.asset}_{span}_{view.timeframe}_audit")


def export_holdings(request: ExportRequest) -> ExportFile:
    """The holdings of the whole store, a frame of `data.schema.HOLDING`.

    Raises:
        StoreUnusable: The store cannot be read.
    """
    return request.build_table_file(request.measurements.store_info.get_holdings())
