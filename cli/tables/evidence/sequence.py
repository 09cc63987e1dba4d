"""The result of `sequence`: the time at which each exchange had fallen by so much, and what is tied."""

from collections.abc import Sequence

from rich.console import Group as Stack
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from analysis.order_of_falls import LEVELS_PCT, Comparison, MarketFalls, OrderOfFalls, PathMark
from cli.tables.console import build_table
from cli.tables.question import describe_question, list_shared_notes
from dashboard.text.numbers import EN_DASH
from dashboard.text.sequence import (
    MARK_LABELS,
    TIE_SIGN,
    describe_comparison,
    describe_order,
    describe_tie,
    find_tied,
    format_moment,
    format_span,
    name_market,
)
from deviation.measurement import Measurement
from deviation.question import Group
from deviation.wording import format_price


def format_sequence(order: OrderOfFalls, comparisons: Sequence[Comparison] = ()) -> RenderableType:
    """A table for each asset and quote group, one of the groups' marks, and one of the comparisons, if any."""
    question = order.measurements[0].question
    parts: list[RenderableType] = [*describe_question(question), *list_shared_notes(order.measurements)]
    for measurement in order.measurements:
        asset = measurement.question.asset
        parts += [part for group in measurement.groups for part in ("", _build_table(order, measurement, group))]
        parts += ["", *(describe_order(order, asset, level) for level in LEVELS_PCT[:1])]
    parts += ["", _build_mark_table(order)]
    if comparisons:
        parts += ["", _build_comparison_table(order, comparisons)]
    return Stack(
        *parts,
        "",
        "Times UTC: the first closing price that far below the last one of the hour before the window;",
        f"{EN_DASH} never.",
        f"{TIE_SIGN} {describe_tie(question.timeframe)}.",
        f'"by": it was that far below by then, and may have been earlier in that {question.timeframe.noun}.',
    )


def _build_table(order: OrderOfFalls, measurement: Measurement, group: Group) -> Table:
    question, markets = measurement.question, order.select_markets(measurement.question.asset, group)
    tied = {level: find_tied({falls: falls.moments[level] for falls in markets}) for level in LEVELS_PCT}
    table = build_table(
        f"{question.asset}/{group.upper()}: down by so much at",
        ("Exchange",),
        ("from", *(f"{level}%" for level in LEVELS_PCT)),
    )
    for falls in markets:
        table.add_row(
            _format_name(falls, measurement, markets),
            EN_DASH if falls.price_before is None else format_price(falls.price_before),
            *(
                f"{format_moment(moment, measurement)}{TIE_SIGN if falls in tied[level] else ''}"
                for level, moment in falls.moments.items()
            ),
        )
    return table


def _format_name(falls: MarketFalls, measurement: Measurement, others: Sequence[MarketFalls]) -> Text:
    name = name_market(falls, measurement.question.rules, others)
    return Text(name, style="bold" if falls.market.venue == measurement.focus else "")


def _build_mark_table(order: OrderOfFalls) -> Table:
    """The path of each group: onset, start of the run and bottom."""
    table = build_table(
        "Path of each quote group (median of its exchanges)",
        ("Asset", "Quote"),
        tuple(MARK_LABELS[mark] for mark in PathMark),
        ("bottom within",),
    )
    measurements = dict(zip(order.assets, order.measurements, strict=True))
    for marks in order.groups:
        times = (format_moment(marks.moments[mark], measurements[marks.asset]) for mark in PathMark)
        table.add_row(marks.asset, marks.group.upper(), *times, format_span(marks.bottom_span))
    return table


def _build_comparison_table(order: OrderOfFalls, comparisons: Sequence[Comparison]) -> Table:
    """Each market against each group's mark, at every level."""
    first, timeframe = comparisons[0], order.measurements[0].question.timeframe
    table = build_table(
        f"Against the {MARK_LABELS[first.mark].lower()} of {first.marks.asset}",
        ("Asset", "Exchange", f"{first.marks.asset} quote"),
        tuple(f"{level}%" for level in LEVELS_PCT),
    )
    rules = order.measurements[0].question.rules
    by_row: dict[tuple[MarketFalls, Group], list[Comparison]] = {}
    for comparison in comparisons:
        by_row.setdefault((comparison.falls, comparison.marks.group), []).append(comparison)
    for (falls, group), row in by_row.items():
        name = name_market(falls, rules, order.markets)
        words = (describe_comparison(comparison, timeframe) for comparison in row)
        table.add_row(falls.asset, name, group.upper(), *words)
    return table
