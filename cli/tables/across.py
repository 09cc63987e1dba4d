"""Every market against the exchanges of another quote group, and minutes with prices of only one or two others."""

from collections.abc import Iterator

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from cli.tables.console import build_table
from cli.tables.question import format_name, format_time
from dashboard.text.numbers import EN_DASH, format_signed_percent
from deviation.measurement import Measurement
from deviation.question import COMMON_GROUPS, Group, sort_groups
from deviation.report.cross_text import write_cross
from deviation.result import MarketRow
from deviation.side import Side
from deviation.window.summary import DeviationSummary
from deviation.window.thin_summary import ThinSides
from deviation.wording import format_minutes, format_threshold


def build_across_parts(measurement: Measurement) -> list[RenderableType]:
    """A table for `usdt` and for `usd`: every market of other groups and every derivative, with what groups share."""
    parts: list[RenderableType] = []
    for reference in reversed(COMMON_GROUPS):
        rows = [row for row in measurement.rows if row.market.group != reference or not row.is_spot]
        if any(row.summaries[reference].firm_min for row in rows):
            parts += ["", _build_table(measurement, rows, reference), *_list_common(measurement, reference)]
    return parts


def build_few_parts(measurement: Measurement) -> list[RenderableType]:
    """The minutes with prices of only one or two others, against each by name, if far from it or all there is."""
    table = build_table(
        "Minutes with prices of only one or two other exchanges",
        ("Exchange", "Market", "Against", "Quote"),
        ("Minutes", "Discount", "at", "Premium", "at"),
    )
    calm_count, parameters = 0, measurement.question.parameters
    for row, group, venue, numbers in _list_few(measurement):
        size = max(abs(numbers.sides[side].deviation or 0.0) for side in Side)
        is_all = group == row.market.group and not row.own_summary.firm_min
        if not parameters.reaches_enter(size) and not is_all:
            calm_count += 1
            continue
        name = measurement.question.rules.name_of(venue)
        cells = _format_sides(measurement, numbers)
        table.add_row(format_name(measurement, row), row.market.symbol, name, group.upper(), *cells)
    rest = (
        f"In such minutes, {calm_count} other pairs stayed within {format_threshold(parameters.enter)} of each other."
    )
    return [*([table] if table.row_count else []), *([rest] if calm_count else [])]


def _list_few(measurement: Measurement) -> Iterator[tuple[MarketRow, Group, str, ThinSides]]:
    """Each market, a group, a venue of it, and the numbers against that venue alone."""
    for row in measurement.rows:
        for group, summary in row.summaries.items():
            for venue, numbers in summary.thin.venues.items():
                yield row, group, venue, numbers


def _build_table(measurement: Measurement, rows: list[MarketRow], reference: Group) -> Table:
    question = measurement.question
    enter, fair_value = format_threshold(question.parameters.enter), "the fair value by " if question.underlying else ""
    table = build_table(
        f"Against {fair_value}{reference.upper()} exchanges: markets of other groups, and derivatives",
        ("Exchange", "Market"),
        (
            "Comparable\nminutes",
            "Discount",
            "at",
            "Premium",
            "at",
            f"Minutes ≥ {enter}\nbelow | above",
            "At its own\nrate",
        ),
    )
    for group in sort_groups(row.market.group for row in rows):
        members = [row for row in rows if row.market.group == group]
        for row in sorted(members, key=lambda row: -row.summaries[reference].size):
            table.add_row(*_format_cells(measurement, row, row.summaries[reference]))
    return table


def _format_cells(measurement: Measurement, row: MarketRow, summary: DeviationSummary) -> Iterator[Text | str]:
    yield from (format_name(measurement, row), row.market.symbol)
    if not summary.firm_min:
        yield "0"
        return
    yield format_minutes(summary.firm_min)
    for side in Side:
        numbers = summary.get_side(side)
        yield from (_format_size(numbers.deviation), format_time(measurement, numbers.at))
    yield " | ".join(format_minutes(summary.get_side(side).minutes) for side in Side)
    own_rate = summary.own_rate
    if own_rate is not None and own_rate.minutes:
        yield " | ".join(_format_size(own_rate.sides[side].deviation) for side in Side)


def _format_size(deviation: float | None) -> str:
    return EN_DASH if not deviation else format_signed_percent(deviation)


def _format_sides(measurement: Measurement, numbers: ThinSides) -> list[str]:
    cells = [format_minutes(numbers.minutes)]
    for side in Side:
        extreme = numbers.sides[side]
        cells += [_format_size(extreme.deviation), format_time(measurement, extreme.at)]
    return cells


def _list_common(measurement: Measurement, reference: Group) -> list[str]:
    """What all exchanges of each other group share."""
    lines: list[str] = []
    for group, comparisons in measurement.cross.items():
        comparison = comparisons.get(reference)
        if comparison is None or not comparison.rows:
            continue
        sentences = write_cross(measurement, group, reference)
        enter = format_threshold(measurement.question.parameters.enter)
        who = f"None of {len(comparison.rows)} {group.upper()} exchanges"
        lines += sentences or [f"{who} was {enter} away from {reference.upper()} exchanges."]
    return lines
