"""The JSON of a loss report: the same numbers as every other output, with all that they rest on."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from data.catalogue import Catalogue
from deviation.report.question_json import format_iso
from evidence.losses.assumptions import list_assumptions
from evidence.losses.compensation import RuleResult
from evidence.losses.counterfactual import Total
from evidence.losses.executions import Execution
from evidence.losses.lots import OpenLot
from evidence.losses.read_executions import BadLine
from evidence.losses.report import LossReport
from evidence.losses.rows import build_loss_rows
from evidence.losses.statement import Bounds, Statement, StatementLine


def build_loss_json(report: LossReport, catalogue: Catalogue) -> dict[str, Any]:
    """The whole report: times are ISO 8601 with Z, intervals lists of two numbers, null what is undefined."""
    return {
        "sample": report.is_sample,
        "origin": report.origin.value,
        "event": report.event,
        "base": format_iso(report.base),
        "parameters": {
            "reference": report.parameters.reference.value,
            "quote": report.parameters.quote.value,
            "min_vote": report.parameters.min_vote,
        },
        "assumptions": list(list_assumptions(report, catalogue)),
        "file": None if report.file is None else report.file.name,
        "bad_lines": [] if report.file is None else _list_bad_lines(report.file.bad_lines),
        "orders": None if report.log is None else report.log.name,
        "bad_order_lines": [] if report.log is None else report.log.bad_lines.select("line", "reason").to_dicts(),
        "orders_left_out": _list_bad_lines(report.refused.left_out),
        "rows": [_convert(row) for row in build_loss_rows(report).iter_rows(named=True)],
        "totals": [_build_total(total) for total in report.totals],
        "statements": [_build_statement(statement) for statement in report.statements],
        "open_lots": [_build_lot(lot) for lot in report.history.open_lots],
        "sold_without_cost": [_build_lot(lot) for lot in report.history.without_cost],
        "rules": [_build_rule(result) for result in report.rules],
    }


def _convert(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: format_time(value) if isinstance(value, datetime) else value for name, value in row.items()}


def format_time(time: datetime) -> str:
    """An instant to the millisecond."""
    return f"{time:%Y-%m-%dT%H:%M:%S}.{time.microsecond // 1000:03d}Z"


def _list_bad_lines(lines: tuple[BadLine, ...]) -> list[dict[str, Any]]:
    return [{"line": bad.line, "reason": bad.reason} for bad in lines]


def _build_total(total: Total) -> dict[str, Any]:
    return {
        "part": total.part.value,
        "side": total.side.value,
        "quote": total.quote,
        "against": total.group,
        "basis": total.basis.value,
        "rows": total.rows,
        "left_out": total.left_out,
        "elsewhere": list(total.elsewhere),
        "realised_rows": total.realised_rows,
        "realised": float(total.realised),
        "worse_by": None if total.worse_by is None else list(total.worse_by),
    }


def _build_statement(statement: Statement) -> dict[str, Any]:
    totals = [
        {
            "quote": total.quote,
            "result": float(total.result),
            "before": _list_ends(total.before),
            "after": _list_ends(total.after),
            "realised_before": float(total.realised_before),
            "realised_after": float(total.realised_after),
            "unsplit": float(total.unsplit),
            "unsplit_lines": total.unsplit_lines,
            "fees_before": float(total.fees_before),
            "fees_after": float(total.fees_after),
        }
        for total in statement.totals
    ]
    return {
        "base": format_iso(statement.base),
        "benchmark": statement.benchmark,
        "totals": totals,
        "lines": [_build_line(line) for line in statement.lines],
    }


def _build_line(line: StatementLine) -> dict[str, Any]:
    closing = line.closing
    return {
        "venue": closing.opened.venue,
        "symbol": closing.opened.symbol,
        "position": "long" if closing.is_long else "short",
        "quantity": float(closing.quantity),
        "opened": _build_end(closing.opened),
        "closed": _build_end(closing.closed),
        "result": float(closing.result),
        "base_price": _list_ends(line.base_price),
        "before": _list_ends(line.before),
        "after": _list_ends(line.after),
    }


def _build_end(execution: Execution) -> dict[str, Any]:
    return {
        "line": execution.line,
        "time": format_time(execution.time),
        "kind": execution.kind.value,
        "price": float(execution.price),
    }


def _build_lot(lot: OpenLot) -> dict[str, Any]:
    opened = lot.opened
    return {
        "venue": opened.venue,
        "symbol": opened.symbol,
        "side": opened.side.value,
        "quantity": float(lot.quantity),
        **_build_end(opened),
    }


def _build_rule(result: RuleResult) -> dict[str, Any]:
    rule = result.rule
    return {
        "rule": rule.name,
        "label": rule.label,
        "by": rule.by,
        "date": rule.date.isoformat(),
        "says": rule.says,
        "source": rule.source,
        "conditions": list(rule.conditions),
        "window": None if rule.window is None else [format_iso(rule.window.start), format_iso(rule.window.end)],
        "reference": format_iso(rule.reference),
        "benchmark": result.benchmark,
        "rows": [
            {
                "line": row.execution.line,
                "in_window": row.is_within,
                "price": _list_ends(row.price),
                "amount": _list_ends(row.amount),
            }
            for row in result.rows
        ],
        "totals": {quote: _list_ends(bounds) for quote, bounds in result.totals.items()},
        "totals_outside_window": {quote: _list_ends(bounds) for quote, bounds in result.totals_outside.items()},
    }


def _list_ends(bounds: Bounds | None) -> list[float] | None:
    ends: tuple[Decimal, ...] = () if bounds is None else bounds
    return [float(end) for end in ends] or None
