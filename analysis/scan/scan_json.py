"""The JSON of a scan; units, nulls and times are those of `deviation.report.json_output` (docs/scan.md)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import polars as pl

from analysis.scan.counts import GAP_PCT
from analysis.scan.matrix import count_cross, count_exchanges
from analysis.scan.sentences import NO_CHANCE_NOTE, describe_universe, write_headline
from analysis.scan.summary import DayCounts, GapCounts, PeerCounts, ScanSummary, list_scan_groups, summarize_scan
from data.catalogue import Catalogue
from data.tables.scans import MarketScan
from deviation.report.question_json import format_iso
from deviation.side import Side


def build_scan_json(scan: MarketScan, catalogue: Catalogue, focus: str | None = None) -> dict[str, Any]:
    """A scan with its summary for one exchange (None: that of the scan) and the counts of all.

    ``rows`` has those of the window; those of the days before are in the counts of ``placebo`` alone.
    """
    run = scan.run
    focus = run.focus if focus is None else focus
    groups = list_scan_groups(scan, focus)
    summaries = {group: {side: summarize_scan(scan, focus, group, side) for side in Side} for group in groups}
    return {
        "event": run.event,
        "window": run.window,
        "from": format_iso(run.start),
        "to": format_iso(run.end),
        "origin": run.origin,
        "choices": dict(run.choices),
        "scan": run.scan_id,
        "made_at": format_iso(run.made_at),
        "version": run.version,
        "store_version": run.store_version,
        "scanned_for": run.focus,
        "focus": focus,
        "five": list(run.five),
        "universe": run.universe.value,
        "assets": run.asset_count,
        "note": NO_CHANCE_NOTE,
        "headline": [
            line
            for sides in summaries.values()
            for summary in sides.values()
            for line in (*write_headline(summary, catalogue), describe_universe(summary, catalogue))
        ],
        "summary": {
            group: {side.value: _build_summary_json(summary) for side, summary in sides.items()}
            for group, sides in summaries.items()
        },
        "exchanges": {
            group: {side.value: _list_rows(count_exchanges(scan, group, side)) for side in Side} for group in groups
        },
        "cross_counts": _list_rows(count_cross(scan)),
        "rows": _list_rows(scan.rows.filter(pl.col("days_before") == 0).drop("scan_id", "days_before")),
        "cross": _list_rows(scan.cross.drop("scan_id")),
        "set_aside": _list_rows(scan.set_aside.drop("scan_id")),
    }


def _build_summary_json(summary: ScanSummary) -> dict[str, Any]:
    return {
        **_build_day_json(summary.window),
        "exchange_counts": None if summary.exchange_counts is None else list(summary.exchange_counts),
        "unpriced": list(summary.unpriced),
        "incomplete": summary.incomplete,
        "five_incomplete": summary.five_incomplete,
        "placebo": [{"days_before": day.days_before, **_build_day_json(day)} for day in summary.placebo],
    }


def _build_day_json(day: DayCounts) -> dict[str, Any]:
    return {
        "everyone": _build_peers_json(day.everyone),
        "five": _build_peers_json(day.five),
        "reading": {
            "ranked": day.ranked,
            "largest": day.largest,
            "longest": day.longest,
            "even_share": day.rank_share,
        },
    }


def _build_peers_json(counts: PeerCounts) -> dict[str, Any]:
    return {
        "assets": counts.assets,
        "first": counts.first,
        "tied": counts.tied,
        "even_share": counts.even_share,
        "unaligned": _build_gaps_json(counts.unaligned),
        "aligned": _build_gaps_json(counts.aligned),
    }


def _build_gaps_json(counts: GapCounts) -> dict[str, Any]:
    return {"known": counts.known, **{str(pct): counts.beyond[pct] for pct in GAP_PCT}}


def _list_rows(frame: pl.DataFrame) -> list[dict[str, Any]]:
    return [_format_times(row) for row in frame.iter_rows(named=True)]


def _format_times(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: format_iso(value) if isinstance(value, datetime) else value for name, value in row.items()}
