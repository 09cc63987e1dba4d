"""The result of `losses` as tables: what others paid, totals, each step of the statement, and published rules."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from rich.console import Group as Stack
from rich.console import RenderableType
from rich.table import Table

from cli.tables.console import build_table
from cli.tables.evidence.loss_statement import list_rule_parts, list_statement_parts
from cli.tables.evidence.visible_rows import cut_rows
from cli.tables.question import group_by_text
from dashboard.text.losses import (
    BASIS_LABELS,
    count_used,
    describe_elsewhere,
    describe_row,
    format_exact,
    format_instant,
    format_interval,
    format_price_interval,
    name_market,
)
from dashboard.text.numbers import EN_DASH, format_count
from data.catalogue import Catalogue
from deviation.wording import join_names
from evidence.losses.assumptions import SAMPLE_SENTENCE, list_assumptions
from evidence.losses.counterfactual import Basis, CounterfactualRow, Part
from evidence.losses.read_executions import BadLine
from evidence.losses.report import LossReport

VISIBLE_LINES = 20
"""How many bad lines are shown unless all are asked for."""

SAMPLE_TITLE = "Sample, no evidence: "


def format_losses(report: LossReport, catalogue: Catalogue, *, shows_all: bool) -> RenderableType:
    """The whole report.

    Args:
        report: what was found.
        catalogue: names of venues.
        shows_all: whether all bad lines and repeats are listed, and the exchanges by name.
    """
    parts: list[RenderableType] = [
        *([SAMPLE_SENTENCE, ""] if report.is_sample else []),
        *_list_files(report, shows_all),
    ]
    prefix = SAMPLE_TITLE if report.is_sample else ""
    for part in Part:
        rows = [row for row in report.rows if row.part is part]
        if rows:
            parts += ["", _build_row_table(rows, part, prefix, catalogue, shows_all=shows_all)]
            parts += _list_remarks(rows, shows_all=shows_all)
    if report.totals:
        parts += ["", _build_total_table(report, prefix)]
    parts += list_statement_parts(report, prefix, catalogue, shows_all=shows_all)
    for _, results in groupby(report.rules, key=lambda result: result.rule.name):
        parts += ["", *list_rule_parts(list(results), prefix, shows_all=shows_all)]
    parts += ["", "What this rests on:", *(f"- {sentence}" for sentence in list_assumptions(report, catalogue))]
    return Stack(*parts)


def _list_files(report: LossReport, shows_all: bool) -> Iterator[str]:  # noqa: FBT001 - private
    if report.file is not None:
        file = report.file
        yield f"{file.name}: {count_used(len(file.executions), len(file.bad_lines), file.row_word)}"
        yield from _list_bad_lines(file.bad_lines, file.row_word, shows_all=shows_all)
    if report.log is not None:
        log = report.log
        yield f"{log.name}: {log.recognised}, {count_used(len(log.events), len(log.bad_lines), 'line')}"
        bad_lines = [BadLine(line, reason) for line, reason in log.bad_lines.select("line", "reason").iter_rows()]
        yield from _list_bad_lines(bad_lines, "line", shows_all=shows_all)
        counted = sum(order.repeat_of is None for order in report.refused.orders)
        yield (
            f"{format_count(len(report.refused.orders), 'refused order')} that would have reduced a position, at "
            f"{format_count(counted, 'position')}; {format_count(len(report.refused.left_out), 'order')} left out"
        )
        yield from _list_bad_lines(report.refused.left_out, "line", shows_all=shows_all)


def _list_bad_lines(lines: Sequence[BadLine], row_word: str, *, shows_all: bool) -> Iterator[str]:
    visible = lines if shows_all else lines[:VISIBLE_LINES]
    yield from (f"  {row_word} {bad.line}: {bad.reason}" for bad in visible)
    if len(visible) < len(lines):
        yield f"  and {len(lines) - len(visible):,} more: --verbose shows all, --json too"


def _build_row_table(
    rows: Sequence[CounterfactualRow], part: Part, prefix: str, catalogue: Catalogue, *, shows_all: bool
) -> Table:
    """A line of each execution or order, and one per group of others; amounts stand below their prices."""
    is_executed = part is Part.EXECUTED
    subject = "executions" if is_executed else "refused orders"
    table = build_table(
        f"{prefix}The {subject}, and the same minute on other exchanges",
        ("Line", "Time (UTC)", "Market", "What", "Against"),
        (
            "Quantity",
            f"{'Price' if is_executed else 'Limit'}\nand amount" if is_executed else "Limit,\nexecuted later",
            "Others' range:\nprice, amount",
            "Others' median:\nprice, amount",
            "Worse by,\nrange",
            "Worse by,\nmedian",
        ),
    )
    counted = [row for row in rows if shows_all or not row.is_repeat]
    visible, cut = cut_rows(counted, shows_all=shows_all)
    for _, members in groupby(visible, key=lambda row: row.line):
        for i, row in enumerate(members):
            table.add_row(
                *(_describe_subject(row, catalogue) if i == 0 else ("", "", "", "")),
                _describe_group(row, catalogue, shows_all=shows_all),
                *(_describe_amount(row) if i == 0 else ("", "")),
                *(_format_elsewhere(row, basis) for basis in Basis),
                *(format_interval(None if row.reason else row.compute_worse_by(basis)) for basis in Basis),
            )
    repeats = 0 if shows_all else len({row.line for row in rows if row.is_repeat})
    repeats_note = f"and {format_count(repeats, 'repeated attempt')}: --verbose shows all, --json too"
    table.caption = cut or (repeats_note if repeats else None)
    table.caption_justify = "left"
    return table


def _list_remarks(rows: Sequence[CounterfactualRow], *, shows_all: bool) -> Iterator[str]:
    """Why lines are in no total, and what else matters, each text once with the lines that it is about."""
    subjects = (
        (text, f"{row.line} ({row.others.group.upper()})")
        for row in rows
        if shows_all or not row.is_repeat
        for text in (*([row.reason] if row.reason else []), *row.remarks)
    )
    for text, names in group_by_text(subjects).items():
        visible = names if shows_all else names[:VISIBLE_LINES]
        rest = f" and {len(names) - len(visible):,} more" if len(visible) < len(names) else ""
        yield f"  line {', '.join(visible)}{rest}: {text}"


def _describe_subject(row: CounterfactualRow, catalogue: Catalogue) -> tuple[str, str, str, str]:
    market = name_market(row.venue, row.symbol, catalogue)
    return str(row.line), format_instant(row.time), market, describe_row(row)


def _describe_group(row: CounterfactualRow, catalogue: Catalogue, *, shows_all: bool) -> str:
    count = f"{len(row.others.exchanges)} {row.others.group.upper()}"
    names = [catalogue.get_venue(venue).name for venue in row.others.exchanges]
    return f"{count}: {join_names(names)}" if shows_all and names else count


def _describe_amount(row: CounterfactualRow) -> tuple[str, str]:
    price = EN_DASH if row.price is None else format_exact(row.price)
    if row.part is Part.EXECUTED:
        return format_exact(row.quantity), f"{price}\n= {format_exact(row.realised)} {row.quote}"
    later = (
        f"{format_exact(row.realised_quantity)} for {format_exact(row.realised)}" if row.realised_quantity else "none"
    )
    return format_exact(row.quantity), f"{price}\n{later}"


def _format_elsewhere(row: CounterfactualRow, basis: Basis) -> str:
    prices = row.get_prices(basis)
    return (
        EN_DASH
        if prices is None
        else f"{format_price_interval(prices)}\n= {format_interval(row.compute_elsewhere(basis))}"
    )


def _build_total_table(report: LossReport, prefix: str) -> Table:
    table = build_table(
        f"{prefix}Totals (lower ends, upper ends)",
        ("What", "Against", "By"),
        ("Lines", "Left out", "Elsewhere", "Executed", "For", "Worse by"),
    )
    for total in report.totals:
        table.add_row(
            f"{total.part}: {total.side}, {total.quote}",
            f"{total.group.upper()} exchanges",
            BASIS_LABELS[total.basis].lower(),
            f"{total.rows:,}",
            f"{total.left_out:,}",
            f"{describe_elsewhere(total.side)} {format_interval(total.elsewhere)}" if total.rows else EN_DASH,
            f"{total.realised_rows:,}",
            format_exact(total.realised) if total.realised_rows else EN_DASH,
            format_interval(total.worse_by),
        )
    return table
