"""The section on bars that the store has twice: counts per pair of sources, differences, and unusual candles."""

from typing import Any

import polars as pl
from dash import html

from analysis.candle_audit import CandleAudit
from dashboard.components.accessibility import build_scroll_box
from dashboard.pages.data.tables import build_header
from dashboard.text.audit import CHECK_LABELS, KIND_LABELS, describe_audit, format_difference, format_source
from dashboard.text.clock import Zone
from dashboard.text.numbers import EN_DASH, format_count
from dashboard.text.store import format_candle_time, format_instant
from data.catalogue import Catalogue

VISIBLE_DIFFERENCES = 8
"""The number of differences that are visible at once; a click shows the others."""

MAX_DIFFERENCES = 200
"""The number of differences that the page lists."""

MAX_FINDINGS = 100
"""The number of runs of unusual candles that the page lists."""


def build_audit(audit: CandleAudit, catalogue: Catalogue, zone: Zone) -> list[Any]:
    """Sentences, then tables of what differs, of what was compared, and of unusual candles; only the first is open."""
    sentences = [_mark_commands(sentence) for sentence in describe_audit(audit)]
    if not audit.bars:
        return [html.P(sentence, className="quiet") for sentence in sentences]
    parts: list[Any] = [html.Ul([html.Li(sentence) for sentence in sentences], className="data-audit")]
    rows = [_build_difference_row(row, catalogue, zone) for row in _list_rows(audit.differences, MAX_DIFFERENCES)]
    if rows:
        parts.append(_build_difference_table(rows[:VISIBLE_DIFFERENCES], "Differences"))
    if rows[VISIBLE_DIFFERENCES:]:
        title = f"{format_count(len(rows) - VISIBLE_DIFFERENCES, 'further difference')}"
        table = _build_difference_table(rows[VISIBLE_DIFFERENCES:], "Further differences")
        parts.append(html.Details([html.Summary(title), table]))
    if audit.differences.height > MAX_DIFFERENCES:
        limit_note = f"The first {MAX_DIFFERENCES:,} of {audit.differences.height:,} are shown; the download has all."
        parts.append(html.P(limit_note, className="quiet"))
    if not audit.findings.is_empty():
        title = f"{format_count(audit.findings.height, 'run')} of candles that do not look like trades"
        parts.append(html.Details([html.Summary(title), _build_finding_table(audit.findings, catalogue, zone)]))
    if not audit.comparisons.is_empty():
        table = _build_comparison_table(audit.comparisons, catalogue)
        parts.append(html.Details([html.Summary("What was compared, by market"), table]))
    return parts


def _mark_commands(sentence: str) -> list[Any]:
    """The parts of a sentence, of which those between backticks are commands."""
    return [html.Code(part) if number % 2 else part for number, part in enumerate(sentence.split("`"))]


def _list_rows(frame: pl.DataFrame, limit: int) -> list[dict[str, Any]]:
    return frame.head(limit).to_dicts()


def _build_market_cell(row: dict[str, Any], catalogue: Catalogue) -> html.Th:
    return html.Th([catalogue.get_venue(row["venue"]).name, html.Small(row["symbol"])], scope="row")


def _build_difference_table(rows: list[html.Tr], name: str) -> html.Div:
    header = build_header(
        "Exchange", "Time", "Value", "First source", "Second source", "Difference", numeric={"Difference"}
    )
    return build_scroll_box(html.Table([header, html.Tbody(rows)], className="data-table data-lines"), name)


def _build_difference_row(row: dict[str, Any], catalogue: Catalogue, zone: Zone) -> html.Tr:
    sides = []
    for side in "ab":
        fetched_at = format_instant(row[f"fetched_at_{side}"], zone)
        source = format_source(row[f"origin_{side}"], row[f"source_{side}"])
        sides.append(html.Td([f"{row[f'value_{side}']:.10g}", html.Small(f"{source}, {fetched_at}")]))
    return html.Tr(
        [
            _build_market_cell(row, catalogue),
            html.Td(format_candle_time(row, zone), className="data-when"),
            html.Td([row["field"], html.Small(KIND_LABELS[row["kind"]])]),
            *sides,
            html.Td(format_difference(row["relative_difference"]), className="number"),
        ]
    )


def _build_comparison_table(comparisons: pl.DataFrame, catalogue: Catalogue) -> html.Div:
    names = ("Bars", "Equal", "Different", "Largest in price", "Largest in volume")
    header = build_header("Exchange", "Kind", "Sources", *names, numeric=names)
    rows = []
    for row in comparisons.iter_rows(named=True):
        sources = dict.fromkeys(format_source(row[f"origin_{side}"], row[f"source_{side}"]) for side in "ab")
        counts = [f"{row[name]:,}" for name in ("compared", "equal", "differing")]
        largest = [
            EN_DASH if row[name] is None else format_difference(row[name]).removeprefix("+")
            for name in ("largest_price_difference", "largest_volume_difference")
        ]
        rows.append(
            html.Tr(
                [
                    _build_market_cell(row, catalogue),
                    html.Td(KIND_LABELS[row["kind"]], className="data-left"),
                    html.Td([part for name in sources for part in (name, html.Br())][:-1], className="data-left"),
                    *(html.Td(text, className="number") for text in (*counts, *largest)),
                ]
            )
        )
    table = html.Table([header, html.Tbody(rows)], className="data-table data-lines")
    return build_scroll_box(table, "What was compared")


def _build_finding_table(findings: pl.DataFrame, catalogue: Catalogue, zone: Zone) -> html.Div:
    header = build_header("Exchange", f"From ({zone})", "To", "Bars", "What", "Source", numeric={"Bars"})
    rows = [
        html.Tr(
            [
                _build_market_cell(row, catalogue),
                html.Td(format_instant(row["start"], zone), className="data-when"),
                html.Td(format_instant(row["end"], zone), className="data-when"),
                html.Td(f"{row['bars']:,}", className="number"),
                html.Td(CHECK_LABELS[row["check"]], className="data-left"),
                html.Td(format_source(row["origin"], row["source"]), className="data-left"),
            ]
        )
        for row in _list_rows(findings, MAX_FINDINGS)
    ]
    table = html.Table([header, html.Tbody(rows)], className="data-table data-lines")
    return build_scroll_box(table, "Candles that do not look like trades")
