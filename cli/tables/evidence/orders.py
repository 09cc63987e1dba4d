"""The counts of an order log as tables."""

from rich.console import Group as Stack
from rich.console import RenderableType
from rich.text import Text

from cli.tables.console import build_table
from dashboard.text.numbers import EN_DASH, format_count
from dashboard.text.orders import CLASS_LABELS, OUTCOME_LABELS, describe_rate, describe_skew
from data.catalogue import Catalogue
from evidence.orders.rates import RATE_RULE
from evidence.orders.read_log import OrderLog
from evidence.orders.report import OrderSummary

VISIBLE_BAD_LINES = 20
VISIBLE_CODES = 40
"""How many bad lines and answers are shown unless all are asked for."""

ZONE_OF_EACH = "each time with its own zone"


def format_order_log(log: OrderLog, summary: OrderSummary, catalogue: Catalogue, *, shows_all: bool) -> RenderableType:
    """What was read, refusal rates, counts by class and by answer with their meaning, and bad lines."""
    zone = ZONE_OF_EACH if log.zone is None else f"times in {log.zone}"
    lines = [
        f"{log.name}: {log.recognised}, {zone}; {describe_skew(log.skew_s)}",
        ", ".join(
            (
                format_count(summary.events, "event"),
                format_count(len(log.bad_lines), "bad line"),
                f"{format_count(log.skipped, 'other line')} left out",
            )
        ),
        *(f"{remark[0].upper()}{remark[1:]}." for remark in log.remarks),
        "",
        f"Orders: {describe_rate(summary.all_orders)}.",
        f"Reduce-only: {describe_rate(summary.reduce_only, 'reduce-only order')}.",
        RATE_RULE,
    ]
    parts: list[RenderableType] = [Text("\n".join(lines)), "", _build_class_table(summary), ""]
    parts.append(_build_code_table(summary, catalogue, shows_all=shows_all))
    parts += [Text(f"{note.text} ({note.source})") for note in summary.notes]
    if len(log.bad_lines):
        parts += ["", _build_bad_table(log, shows_all=shows_all)]
    return Stack(*parts)


def _build_class_table(summary: OrderSummary) -> RenderableType:
    table = build_table("By class", ("class",), ("events",))
    for order_class, count in summary.classes.items():
        table.add_row(CLASS_LABELS[order_class], f"{count:,}")
    return table


def _build_code_table(summary: OrderSummary, catalogue: Catalogue, *, shows_all: bool) -> RenderableType:
    table = build_table("By answer", ("answer", "exchange", "class", "order"), ("events",), ("official meaning",))
    shown = summary.codes if shows_all else summary.codes[:VISIBLE_CODES]
    for code in shown:
        meaning = code.message or EN_DASH if code.answer is None else code.answer.meaning
        since = "" if code.answer is None or code.answer.since is None else f" (since {code.answer.since})"
        table.add_row(
            Text(code.label),
            EN_DASH if code.venue is None else catalogue.get_venue(code.venue).name,
            CLASS_LABELS[code.order_class],
            OUTCOME_LABELS[code.outcome],
            f"{code.count:,}",
            Text(
                f"not in the table: {meaning}" if code.answer is None and code.label != "no code" else meaning + since
            ),
        )
    hidden = len(summary.codes) - len(shown)
    return Stack(table, Text(f"and {hidden:,} more: --verbose shows all, --json too")) if hidden else table


def _build_bad_table(log: OrderLog, *, shows_all: bool) -> RenderableType:
    table = build_table("Bad lines", (), ("line",), ("reason", "it begins"))
    shown = log.bad_lines if shows_all else log.bad_lines.head(VISIBLE_BAD_LINES)
    for line, reason, text in shown.iter_rows():
        table.add_row(f"{line:,}", Text(reason), Text(text or ""))
    hidden = len(log.bad_lines) - len(shown)
    return Stack(table, Text(f"and {hidden:,} more: --verbose shows all, --json too")) if hidden else table
