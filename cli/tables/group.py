"""The exchanges of one quote group, each against the others of it: both sides, trades, and why some have no rank."""

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from cli.tables.console import build_table
from cli.tables.question import format_name, format_time, group_by_text
from dashboard.text.numbers import EN_DASH, format_bounds, format_dollars, format_optional_price
from data.schema import Evidence
from deviation.measurement import Measurement
from deviation.question import Group, ReferenceKind
from deviation.result import MarketRow
from deviation.side import Side
from deviation.window.side_summary import SideSummary
from deviation.wording import format_minutes, format_percent, format_threshold

SIDE_NOUNS = {Side.BELOW: "Discount", Side.ABOVE: "Premium"}

ROBUST_COLUMNS = ("any one\nleft out", "with a\nlag", "whole\n{bar}")
"""What is left of the minutes of a side under stricter tests."""


def build_group_parts(measurement: Measurement, group: Group) -> list[RenderableType]:
    """Both sides of a group's spot markets, all trades, and why some are not ranked; tables follow a blank line."""
    rows = [row for row in measurement.rows if row.market.group == group]
    spot_rows = [row for row in rows if row.is_spot]
    sides = [part for side in Side for part in _build_side_parts(measurement, spot_rows, side)] if spot_rows else []
    return [
        *([""] if sides and sides[0] != "" else []),
        *sides,
        "",
        _build_trade_table(measurement, rows),
        *_list_unranked(measurement, rows),
    ]


def format_robust_minutes(summary: SideSummary) -> list[str]:
    """Minutes beyond the threshold, and those that pass each stricter test; a dash where it is undefined."""
    return [
        format_minutes(summary.minutes),
        format_minutes(summary.jackknife.minutes),
        format_minutes(summary.lag.minutes) if summary.lag.deviation is not None else EN_DASH,
        format_minutes(summary.whole.minutes) if summary.whole.deviation is not None else EN_DASH,
    ]


def _build_side_parts(measurement: Measurement, rows: list[MarketRow], side: Side) -> list[RenderableType]:
    question = measurement.question
    comparable = [row for row in rows if row.own_summary.firm_min]
    group, asset = rows[0].market.group, question.asset
    market = f"{asset}/{group.upper()}"
    title = f"{market} {side} {_name_benchmark(measurement, group)}"
    if not comparable:
        explanation = "no exchange can be compared; no minute has prices of three others"
        return [f"{market}: {explanation}"] if side is Side.BELOW else []
    ordered = sorted(comparable, key=lambda row: -row.own_summary.get_side(side).size)
    largest, enter = ordered[0], question.parameters.enter
    if not question.parameters.reaches_enter(largest.own_summary.get_side(side).size):
        return [f"{title}: none by {format_threshold(enter)} or more{_describe_largest(measurement, largest, side)}"]
    has_ranks = any(measurement.ranks[row.market][side].largest.is_ranked for row in ordered)
    table = build_table(
        title,
        ("Exchange",),
        (
            "Comparable\nminutes",
            SIDE_NOUNS[side],
            "at",
            f"Minutes\n≥ {format_threshold(enter)}",
            *(name.format(bar=question.timeframe.noun) for name in ROBUST_COLUMNS),
        ),
        ("Rank\nby size", "\nby length") if has_ranks else (),
    )
    for row in ordered:
        words = _list_rank_words(measurement, row, side) if has_ranks else []
        table.add_row(format_name(measurement, row), *_format_side_cells(measurement, row, side), *words)
    weighted = question.parameters.reference is ReferenceKind.WEIGHTED_MEDIAN
    return ["", table, *(["Minutes with one exchange left out are those of the plain median."] if weighted else [])]


def _list_names(rows: list[MarketRow]) -> tuple[str, ...]:
    """The first columns of a table; the spot markets of a group have one symbol, which then need not be named."""
    return ("Exchange",) if all(row.is_spot for row in rows) else ("Exchange", "Market")


def _format_market(measurement: Measurement, row: MarketRow, rows: list[MarketRow]) -> list[Text | str]:
    cells: list[Text | str] = [format_name(measurement, row), row.market.symbol]
    return cells[: len(_list_names(rows))]


def _format_side_cells(measurement: Measurement, row: MarketRow, side: Side) -> list[str]:
    summary = row.own_summary.get_side(side)
    return [
        format_minutes(row.own_summary.firm_min),
        format_percent(summary.size),
        format_time(measurement, summary.at),
        *format_robust_minutes(summary),
    ]


def _list_rank_words(measurement: Measurement, row: MarketRow, side: Side) -> list[str]:
    rank = measurement.ranks[row.market][side]
    return [rank.largest.word.value, rank.longest.word.value] if rank.largest.is_ranked else ["not ranked"]


def _name_benchmark(measurement: Measurement, group: Group) -> str:
    underlying = measurement.question.underlying
    if underlying is not None:
        return f"the fair value by {underlying} on other {group.upper()} exchanges"
    return f"the other {group.upper()} exchanges"


def _describe_largest(measurement: Measurement, row: MarketRow, side: Side) -> str:
    summary = row.own_summary.get_side(side)
    if summary.at is None:
        return ""
    time = format_time(measurement, summary.at)
    return f" (at most {_name_market(measurement, row)}, {format_percent(summary.size)} at {time})"


def _build_trade_table(measurement: Measurement, rows: list[MarketRow]) -> Table:
    """The lowest and highest trades as printed, and the furthest from the others, with bounds for any order."""
    quote = rows[0].market.quote
    table = build_table(
        f"Trades of {measurement.question.asset}/{quote}, in {quote}",
        _list_names(rows),
        ("Lowest", "at", "Furthest\nbelow", "at", "Highest", "at", "Furthest\nabove", "at", "24 h\nbefore"),
    )
    for row in rows:
        cells = []
        for side in Side:
            extreme, bounds = row.get_extreme(side), row.own_summary.get_side(side).trade
            cells += [
                format_optional_price(None if extreme is None else extreme.price),
                format_time(measurement, None if extreme is None else extreme.at),
                format_bounds(bounds.least, bounds.most),
                format_time(measurement, bounds.at if bounds.least and side.sign * bounds.least > 0 else None),
            ]
        volume = format_dollars(row.volume_before).removeprefix("$")
        table.add_row(*_format_market(measurement, row, rows), *cells, volume)
    return table


def _list_unranked(measurement: Measurement, rows: list[MarketRow]) -> list[str]:
    """A line for each reason for no rank, with the markets that it concerns."""
    if measurement.question.origin is Evidence.RECONSTRUCTION:
        return []
    verdicts = [(measurement.ranks[row.market][Side.BELOW].largest, row) for row in rows]
    names = group_by_text(
        (f"{verdict.word.value.capitalize()}: {verdict.why}", _name_market(measurement, row))
        for verdict, row in verdicts
        if not verdict.is_ranked
    )
    return [f"{text} - {', '.join(markets)}" for text, markets in names.items()]


def _name_market(measurement: Measurement, row: MarketRow) -> str:
    return f"{measurement.question.rules.name_of(row.market.venue)} {row.market.symbol}"
