"""The steps of a loss statement and the published rules beside it, as tables."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from rich.console import RenderableType
from rich.table import Table

from cli.tables.console import build_table
from cli.tables.evidence.visible_rows import cut_rows
from dashboard.text.losses import (
    describe_execution,
    format_exact,
    format_interval,
    label_benchmark,
    name_market,
    write_base_split,
    write_closing,
    write_rule_row,
)
from dashboard.text.numbers import EN_DASH, TIMES_SIGN, format_count
from data.catalogue import Catalogue
from evidence.losses.compensation import RuleResult
from evidence.losses.lots import OpenLot
from evidence.losses.report import LossReport
from evidence.losses.statement import Statement, StatementTotal


def list_statement_parts(
    report: LossReport, prefix: str, catalogue: Catalogue, *, shows_all: bool
) -> Iterator[RenderableType]:
    """What was closed, what is open, and what was lost before and after the base; nothing without executions.

    Args:
        report: what was found.
        prefix: before every title.
        catalogue: names of venues.
        shows_all: whether long tables are shown whole.
    """
    if report.history.closings:
        yield from ("", _build_closing_table(report, prefix, catalogue, shows_all=shows_all))
    yield from _list_lots(report, catalogue, shows_all=shows_all)
    yield from _list_base_parts(report, prefix, catalogue, shows_all=shows_all)


def _build_closing_table(report: LossReport, prefix: str, catalogue: Catalogue, *, shows_all: bool) -> Table:
    table = build_table(
        f"{prefix}What was closed, first in, first out (below 0 is a loss)",
        ("Market", "Opened", "Closed"),
        (f"Quantity {TIMES_SIGN} difference = result",),
        ("",),
    )
    closings, table.caption = cut_rows(report.history.closings, shows_all=shows_all)
    table.caption_justify = "left"
    for closing in closings:
        table.add_row(
            name_market(closing.opened.venue, closing.opened.symbol, catalogue),
            describe_execution(closing.opened),
            describe_execution(closing.closed),
            write_closing(closing),
            f"{closing.opened.quote}, {'long' if closing.is_long else 'short'}",
        )
    return table


def _list_lots(report: LossReport, catalogue: Catalogue, *, shows_all: bool) -> Iterator[str]:
    def describe(lot: OpenLot) -> str:
        market = name_market(lot.opened.venue, lot.opened.symbol, catalogue)
        return f"{format_exact(lot.quantity)} on {market}, {describe_execution(lot.opened)}"

    open_lots = [
        f"Still open at the end of the file, in no result: {describe(lot)} at {format_exact(lot.opened.price)}"
        for lot in report.history.open_lots
    ]
    without_cost = [
        f"Sold without a purchase in the file, so its cost is unknown: {describe(lot)}"
        for lot in report.history.without_cost
    ]
    for lines in (open_lots, without_cost):
        visible, cut = cut_rows(lines, shows_all=shows_all)
        yield from visible
        yield from [] if cut is None else [cut]


def _list_base_parts(
    report: LossReport, prefix: str, catalogue: Catalogue, *, shows_all: bool
) -> Iterator[RenderableType]:
    if report.base is None or not report.statements:
        return
    base = f"{report.base:%Y-%m-%d %H:%M}"
    held = build_table(
        f"{prefix}What was held over {base} UTC, valued in that minute",
        ("Market", "Opened", "By"),
        ("Up to the base", "From the base on"),
    )
    held_lines = [
        (statement.benchmark, line)
        for statement in report.own_statements
        for line in statement.lines
        if line.base_price is not None
    ]
    visible, held.caption = cut_rows(held_lines, shows_all=shows_all)
    held.caption_justify = "left"
    for benchmark, line in visible:
        opened = line.closing.opened
        held.add_row(
            name_market(opened.venue, opened.symbol, catalogue),
            describe_execution(opened),
            label_benchmark(benchmark),
            *(text.replace("; ", "\n") for text in write_base_split(line)),
        )
    if held.row_count:
        yield from ("", held)
    totals = build_table(
        f"{prefix}Result before and after {base} UTC (below 0 is a loss)",
        ("Quote", "Base price by"),
        ("Up to the base", "From the base on", "Not split", "Result"),
    )
    for statement in report.own_statements:
        for total in statement.totals:
            totals.add_row(
                total.quote,
                label_benchmark(statement.benchmark),
                format_interval(total.before),
                format_interval(total.after),
                f"{format_exact(total.unsplit)} ({total.unsplit_lines})" if total.unsplit_lines else EN_DASH,
                format_exact(total.result),
            )
    yield from ("", totals)
    for total in report.own_statements[0].totals:
        yield (
            f"{total.quote}: closed before the base {format_exact(total.realised_before)}, from the base on "
            f"{format_exact(total.realised_after)}; fees {format_exact(total.fees_before)} and "
            f"{format_exact(total.fees_after)}"
        )
    yield from ("", _build_base_table(report.statements, prefix))


def _build_base_table(statements: Sequence[Statement], prefix: str) -> Table:
    """The same totals with the base moved."""
    benchmarks = list(dict.fromkeys(statement.benchmark for statement in statements))
    table = build_table(
        f"{prefix}The same with another base minute: up to it | from it on",
        ("Base (UTC)", "Quote"),
        tuple(label_benchmark(benchmark) for benchmark in benchmarks),
    )
    for base, members in groupby(statements, key=lambda statement: statement.base):
        by_benchmark = [{total.quote: total for total in statement.totals} for statement in members]
        for quote in by_benchmark[0]:
            cells = [_format_split(totals.get(quote)) for totals in by_benchmark]
            table.add_row(f"{base:%Y-%m-%d %H:%M}", quote, *cells)
    return table


def _format_split(total: StatementTotal | None) -> str:
    """Both parts; a dash where the quote is not compared with the benchmark."""
    if total is None:
        return EN_DASH
    unsplit = f" ({total.unsplit_lines} not split)" if total.unsplit_lines else ""
    return f"{format_interval(total.before)} | {format_interval(total.after)}{unsplit}"


def list_rule_parts(results: Sequence[RuleResult], prefix: str, *, shows_all: bool) -> Iterator[RenderableType]:
    """What was published, and what it would pay by each benchmark."""
    rule = results[0].rule
    yield f"{prefix}Published by {rule.by}, {rule.date:%Y-%m-%d}: {rule.label}"
    yield f"  {rule.says}"
    yield from (f"  {condition}" for condition in rule.conditions)
    yield f"  {rule.source}"
    rows = [row for row in results[0].rows if row.is_within]
    if rule.reference is None:
        yield f"  {format_count(len(rows), 'execution')} of the file in its window"
        return
    table = build_table("", ("Line", "Window"), tuple(label_benchmark(result.benchmark) for result in results))
    lines, table.caption = cut_rows(list(zip(*(result.rows for result in results), strict=True)), shows_all=shows_all)
    for rows_of_line in lines:
        first = rows_of_line[0]
        cells = [write_rule_row(row).replace("; ", "\n") for row in rows_of_line]
        table.add_row(str(first.execution.line), "in it" if first.is_within else "outside", *cells)
    for label, totals_of in (
        ("Sum in the window", [result.totals for result in results]),
        ("Sum outside, by the same formula", [result.totals_outside for result in results]),
    ):
        quotes = dict.fromkeys(quote for totals in totals_of for quote in totals)
        for quote in quotes:
            table.add_row("", f"{label}, {quote}", *(format_interval(totals.get(quote)) for totals in totals_of))
    yield table if table.row_count else "  No execution of the file is one that it speaks of."
