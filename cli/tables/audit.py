"""The result of `audit` as tables and as JSON."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import polars as pl
from rich.console import Group as Stack
from rich.console import RenderableType

from analysis.candle_audit import CandleAudit
from cli.tables.console import build_table
from dashboard.text.audit import CHECK_LABELS, KIND_LABELS, describe_audit, format_difference, format_source
from dashboard.text.numbers import EN_DASH
from data.catalogue import Catalogue
from data.schema import Timeframe
from deviation.report.question_json import format_iso

VISIBLE_DIFFERENCES = 20
"""The number of differences that are shown unless all are asked for."""


def build_audit_json(
    audit: CandleAudit, assets: Sequence[str], start: datetime, end: datetime, timeframe: Timeframe
) -> dict[str, Any]:
    """The whole audit, see docs/collecting.md: times are ISO 8601 with Z, differences fractions or null."""
    return {
        "assets": list(assets),
        "from": format_iso(start),
        "to": format_iso(end),
        "timeframe": timeframe.value,
        "bars": audit.bars,
        "comparisons": _list_rows(audit.comparisons),
        "differences": _list_rows(audit.differences),
        "findings": _list_rows(audit.findings),
    }


def _list_rows(frame: pl.DataFrame) -> list[dict[str, Any]]:
    return [
        {name: format_iso(value) if isinstance(value, datetime) else value for name, value in row.items()}
        for row in frame.iter_rows(named=True)
    ]


def format_audit(
    audit: CandleAudit, start: datetime, end: datetime, catalogue: Catalogue, *, shows_all: bool
) -> RenderableType:
    """What was compared, the pairs of sources with their counts, the differences, and unusual candles.

    Args:
        audit: of ``[start, end)``.
        start: aware.
        end: aware.
        catalogue: names of venues.
        shows_all: whether all differences are listed, else the first `VISIBLE_DIFFERENCES`.
    """
    parts: list[RenderableType] = [f"{start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} UTC", *describe_audit(audit)]
    if not audit.comparisons.is_empty():
        parts += ["", _build_comparison_table(audit.comparisons, catalogue)]
    if not audit.differences.is_empty():
        shown = audit.differences if shows_all else audit.differences.head(VISIBLE_DIFFERENCES)
        parts += ["", _build_difference_table(shown, catalogue)]
        hidden_count = audit.differences.height - shown.height
        if hidden_count:
            parts.append(f"and {hidden_count:,} more: --verbose shows all, --json too")
    if not audit.findings.is_empty():
        parts += ["", _build_finding_table(audit.findings, catalogue)]
    return Stack(*parts)


def _name_market(row: dict[str, Any], catalogue: Catalogue) -> str:
    return f"{catalogue.get_venue(row['venue']).name}\n{row['symbol']}"


def _format_pair(row: dict[str, Any]) -> str:
    """The two sources on two lines; one line where they are the same."""
    names = [format_source(row[f"origin_{side}"], row[f"source_{side}"]) for side in "ab"]
    return "\n".join(dict.fromkeys(names))


def _format_largest(value: float | None) -> str:
    return EN_DASH if value is None else format_difference(value).removeprefix("+")


def _build_comparison_table(comparisons: pl.DataFrame, catalogue: Catalogue) -> RenderableType:
    table = build_table(
        "Bars compared", ("Market",), ("Bars", "Differ", "Largest\nin price", "in\nvolume"), ("Kind", "Sources")
    )
    for row in comparisons.iter_rows(named=True):
        table.add_row(
            _name_market(row, catalogue),
            f"{row['compared']:,}",
            f"{row['differing']:,}",
            _format_largest(row["largest_price_difference"]),
            _format_largest(row["largest_volume_difference"]),
            KIND_LABELS[row["kind"]],
            _format_pair(row),
        )
    return table


def _build_difference_table(differences: pl.DataFrame, catalogue: Catalogue) -> RenderableType:
    table = build_table("Differences (UTC)", ("Market", "Bar"), ("Value", "Relative"), ("Source", "Fetched"))
    for row in differences.iter_rows(named=True):
        table.add_row(
            _name_market(row, catalogue),
            f"{row['open_time']:%Y-%m-%d}\n{row['open_time']:%H:%M:%S} {row['field']}",
            f"{row['value_a']:.10g}\n{row['value_b']:.10g}",
            f"\n{format_difference(row['relative_difference'])}",
            "\n".join(format_source(row[f"origin_{side}"], row[f"source_{side}"]) for side in "ab"),
            "\n".join(f"{row[f'fetched_at_{side}']:%Y-%m-%d %H:%M}" for side in "ab"),
        )
    return table


def _build_finding_table(findings: pl.DataFrame, catalogue: Catalogue) -> RenderableType:
    table = build_table(
        "Candles that do not look like trades (UTC)", ("Market", "From", "To"), ("Bars",), ("What", "Source")
    )
    for row in findings.iter_rows(named=True):
        table.add_row(
            _name_market(row, catalogue),
            f"{row['start']:%Y-%m-%d\n%H:%M}",
            f"{row['end']:%Y-%m-%d\n%H:%M}",
            f"{row['bars']:,}",
            CHECK_LABELS[row["check"]],
            format_source(row["origin"], row["source"]),
        )
    return table
