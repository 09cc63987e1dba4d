"""The tables of a loss report on the page: the numbers of the terminal; what stands in a file is shown as text."""

from collections.abc import Collection, Iterable, Sequence
from itertools import groupby
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboard.components.accessibility import build_scroll_box
from dashboard.text.losses import (
    BASIS_LABELS,
    describe_elsewhere,
    describe_execution,
    describe_row,
    format_exact,
    format_instant,
    format_interval,
    format_price_interval,
    label_benchmark,
    name_market,
    write_closing,
    write_rule_row,
)
from dashboard.text.numbers import EN_DASH, TIMES_SIGN, format_count, format_exchanges
from data.catalogue import Catalogue
from deviation.wording import join_names
from evidence.losses.compensation import RuleResult
from evidence.losses.counterfactual import Basis, CounterfactualRow, Part
from evidence.losses.report import LossReport
from evidence.losses.statement import StatementTotal

MAX_ROWS = 200
"""How many rows a table shows; totals hold all."""

Cell = str | list[Any]


def build_row_table(report: LossReport, part: Part, catalogue: Catalogue) -> list[Component]:
    """The executions or refused orders, a row for each group of other exchanges; repeats are only counted."""
    rows = [row for row in report.rows if row.part is part and not row.is_repeat]
    if not rows:
        return []
    is_executed = part is Part.EXECUTED
    heads = (
        *("Line", "Time (UTC)", "Market", "What"),
        *("Quantity", "Price, amount" if is_executed else "Limit, executed later"),
        *("Against", "Others' range, amount", "Others' median, amount", "Worse by, range", "Worse by, median"),
        "Exchanges and remarks",
    )
    cells: list[list[Cell]] = []
    for _, members in groupby(rows[:MAX_ROWS], key=lambda row: row.line):
        for i, row in enumerate(members):
            subject = _list_subject(row, catalogue)
            cells.append([*(subject if i == 0 else [""] * len(subject)), *_list_comparison(row, catalogue)])
    repeats = len({row.line for row in report.rows if row.part is part and row.is_repeat})
    note = f"{format_count(repeats, 'repeated attempt')} at the same positions not listed" if repeats else ""
    caption = _join([_describe_cut(len(rows)), note])
    numbers = frozenset(heads[4:6] + heads[7:11])
    return [_build_table(heads, cells, "The same minute on other exchanges", caption, numbers, texts=heads[-1:])]


def build_total_table(report: LossReport) -> list[Component]:
    """The totals by side, currency, group and basis."""
    heads = ("What", "Against", "By", "Lines", "Left out", "Elsewhere", "Executed", "For", "Worse by")
    cells = [
        [
            f"{total.part}: {total.side}, {total.quote}",
            format_exchanges(total.group),
            BASIS_LABELS[total.basis].lower(),
            f"{total.rows:,}",
            f"{total.left_out:,}",
            f"{describe_elsewhere(total.side)} {format_interval(total.elsewhere)}" if total.rows else EN_DASH,
            f"{total.realised_rows:,}",
            format_exact(total.realised) if total.realised_rows else EN_DASH,
            format_interval(total.worse_by),
        ]
        for total in report.totals
    ]
    return [
        _build_table(heads, cells, "Totals", "Lower ends are added to lower ends, upper ends to upper ends", heads[3:])
    ]


def build_closing_table(report: LossReport, catalogue: Catalogue) -> list[Component]:
    """What was closed, each with its arithmetic."""
    closings = report.history.closings
    if not closings:
        return []
    heads = ("Market", "Opened", "Closed", f"Quantity {TIMES_SIGN} difference = result", "In")
    cells = [
        [
            name_market(closing.opened.venue, closing.opened.symbol, catalogue),
            describe_execution(closing.opened),
            describe_execution(closing.closed),
            write_closing(closing),
            f"{closing.opened.quote}, {'long' if closing.is_long else 'short'}",
        ]
        for closing in closings[:MAX_ROWS]
    ]
    caption = _join(["First in, first out; below 0 is a loss", _describe_cut(len(closings))])
    return [_build_table(heads, cells, "What was closed", caption, heads[3:4])]


def build_base_table(report: LossReport) -> list[Component]:
    """What had arisen up to the base, and what arose from it on, also for minutes around it."""
    if not report.statements:
        return []
    heads = ("Base (UTC)", "Quote", "Base price by", "Up to the base", "From the base on", "Not split", "Result")
    cells = [
        [f"{statement.base:%Y-%m-%d %H:%M}", total.quote, label_benchmark(statement.benchmark), *_list_split(total)]
        for statement in (*report.own_statements, *(other for other in report.statements if other.base != report.base))
        for total in statement.totals
    ]
    caption = "The first rows are those of the base itself; the others show what depends on it"
    return [_build_table(heads, cells, "Before and after the base", caption, heads[3:])]


def build_rules(report: LossReport) -> list[Component]:
    """What was published, and what it would pay."""
    parts: list[Component] = []
    for _, group in groupby(report.rules, key=lambda result: result.rule.name):
        results = list(group)
        rule = results[0].rule
        title = f"Published by {rule.by}, {rule.date:%Y-%m-%d}: {rule.label}"
        sentences = " ".join((rule.says, *rule.conditions))
        parts += [html.H4(title), html.P([sentences, " ", html.A("Source", href=rule.source)], className="second")]
        parts += _build_rule_table(results, title)
    return parts


def _build_rule_table(results: Sequence[RuleResult], title: str) -> list[Component]:
    rows = results[0].rows
    if results[0].rule.reference is None or not rows:
        within = sum(row.is_within for row in rows)
        return [html.P(f"{format_count(within, 'execution')} of the file in its window.", className="quiet")]
    heads = ("Line", "Window", *(label_benchmark(result.benchmark) for result in results))
    cells: list[list[Cell]] = []
    for members in list(zip(*(result.rows for result in results), strict=True))[:MAX_ROWS]:
        first = members[0]
        window = "in it" if first.is_within else "outside"
        cells.append([str(first.execution.line), window, *(_break(write_rule_row(row)) for row in members)])
    for label, all_totals in (
        ("Sum in the window", [result.totals for result in results]),
        ("Sum outside, by the same formula", [result.totals_outside for result in results]),
    ):
        quotes = dict.fromkeys(quote for totals in all_totals for quote in totals)
        cells += [
            ["", f"{label}, {quote}", *(format_interval(totals.get(quote)) for totals in all_totals)]
            for quote in quotes
        ]
    return [_build_table(heads, cells, title, _describe_cut(len(rows)), heads[2:])]


def _list_subject(row: CounterfactualRow, catalogue: Catalogue) -> list[Cell]:
    price = EN_DASH if row.price is None else format_exact(row.price)
    if row.part is Part.EXECUTED:
        amount = f"= {format_exact(row.realised)} {row.quote}"
    else:
        later = f"{format_exact(row.realised_quantity)} for {format_exact(row.realised)} {row.quote}"
        amount = later if row.realised_quantity else "none"
    market = name_market(row.venue, row.symbol, catalogue)
    return [
        *(str(row.line), format_instant(row.time), market, describe_row(row)),
        *(format_exact(row.quantity), [price, html.Br(), amount]),
    ]


def _list_comparison(row: CounterfactualRow, catalogue: Catalogue) -> list[Cell]:
    names = [catalogue.get_venue(venue).name for venue in row.others.exchanges]
    amounts = [_build_amount(row, basis) for basis in Basis]
    worse_by = [format_interval(None if row.reason else row.compute_worse_by(basis)) for basis in Basis]
    # Too few exchanges are named in the reason.
    remarks = [row.reason, *row.remarks] if row.reason else [join_names(names), *row.remarks]
    return [f"{len(names)} {row.others.group.upper()}", *amounts, *worse_by, _join([text for text in remarks if text])]


def _build_amount(row: CounterfactualRow, basis: Basis) -> Cell:
    """The prices of the others, and the amount below them."""
    prices = row.get_prices(basis)
    if prices is None:
        return EN_DASH
    return [format_price_interval(prices), html.Br(), f"= {format_interval(row.compute_elsewhere(basis))}"]


def _list_split(total: StatementTotal) -> list[Cell]:
    unsplit = f"{format_exact(total.unsplit)} ({total.unsplit_lines})" if total.unsplit_lines else EN_DASH
    return [format_interval(total.before), format_interval(total.after), unsplit, format_exact(total.result)]


def _build_table(
    heads: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    label: str,
    caption: str,
    numbers: Collection[str],
    *,
    texts: Collection[str] = (),
) -> Component:
    """A table in a box that scrolls; ``numbers`` and ``texts`` are the heads of columns of numbers and of sentences."""
    classes = ["losses-text" if head in texts else "number" if head in numbers else "" for head in heads]
    table = html.Table(
        [
            *([html.Caption(caption)] if caption else []),
            html.Thead(
                html.Tr([html.Th(head, scope="col", className=name) for head, name in zip(heads, classes, strict=True)])
            ),
            html.Tbody(
                [
                    html.Tr([html.Td(cell, className=name) for cell, name in zip(row, classes, strict=True)])
                    for row in rows
                ]
            ),
        ],
        className="data-table losses-table",
    )
    return build_scroll_box(table, label)


def _describe_cut(count: int) -> str:
    return f"The first {MAX_ROWS} of {count:,} rows; the command line lists all" if count > MAX_ROWS else ""


def _join(sentences: Sequence[str]) -> str:
    return "; ".join(sentence for sentence in sentences if sentence)


def _break(text: str) -> Cell:
    """Two calculations on two lines."""
    first, *others = text.split("; ")
    return [first, *(part for other in others for part in (html.Br(), other))]
