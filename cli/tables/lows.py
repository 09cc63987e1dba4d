"""The result of `lows`: the lowest and highest trades of each exchange, beside what the same minute says."""

from collections.abc import Sequence

import polars as pl
from rich.console import Group as Stack
from rich.console import RenderableType
from rich.table import Table

from cli.tables.console import build_table
from cli.tables.question import describe_question, format_name, format_time, list_shared_notes
from dashboard.text.numbers import EN_DASH, format_bounds, format_signed_percent
from data.schema import parse_quote
from deviation.measurement import Measurement
from deviation.question import Group
from deviation.report.lows import AssetLows, GroupExtremes, find_exact_trade, measure_extreme_trade, summarize_lows
from deviation.result import MarketRow
from deviation.side import Side
from deviation.window.side_summary import THRESHOLDS_PCT
from deviation.wording import format_amount, format_minutes, format_price

SIDE_WORDS = {Side.BELOW: ("lowest", "Lowest", "Discount"), Side.ABOVE: ("highest", "Highest", "Premium")}

ROUND_MARK = "*"


def format_lows(measurements: Sequence[Measurement], trades: pl.DataFrame) -> RenderableType:
    """Two tables for each asset and quote group, exact trades, and minutes by size.

    Args:
        measurements: one of each asset, at least one, all of one window.
        trades: frame of `data.schema.LOW_TRADE` over the window.
    """
    parts: list[RenderableType] = [*describe_question(measurements[0].question), *list_shared_notes(measurements)]
    noun = measurements[0].question.timeframe.noun
    for measurement in measurements:
        lows = summarize_lows(measurement)
        for group, sides in lows.groups.items():
            tables = [_build_trade_table(measurement, sides[side]) for side in Side]
            tables += [_build_size_table(measurement, sides[side], group) for side in Side if _has_size(sides[side])]
            parts += [part for table in tables for part in ("", table)]
        parts += ["", *_list_gaps(measurement, lows)]
        parts += _list_exact_trades(measurement, lows, trades)
    return Stack(
        *parts,
        "",
        f"The last two columns compare within the {noun} of the trade: the closing price with the furthest of the",
        "others', and the trade with theirs in any order.",
        f"{ROUND_MARK} a round price: the level of a resting order, not an estimate.",
        "In brackets the share of the window's volume that traded in those minutes, in per cent.",
    )


def _build_trade_table(measurement: Measurement, extremes: GroupExtremes) -> Table:
    """The lowest or highest trade of each exchange, the most extreme first."""
    question, (word, name, noun) = measurement.question, SIDE_WORDS[extremes.side]
    quote = extremes.first.market.quote
    table = build_table(
        f"{question.asset}/{quote}: {word} trades, in {quote}",
        ("Exchange",),
        (
            name,
            "at",
            f"Traded in\nthat {question.timeframe.noun}",
            "Gap to\nthe next",
            "Closing price\nbeyond all others",
            f"{noun} of the trade\nto the others",
        ),
    )
    for row in extremes.rows:
        trade = measure_extreme_trade(measurement, row, extremes)
        if trade is None:
            continue
        price = trade.extreme.price
        table.add_row(
            format_name(measurement, row),
            f"{format_price(price)}{ROUND_MARK * row.is_round(price)}",
            format_time(measurement, trade.extreme.at),
            f"{trade.extreme.volume:,.0f}",
            format_signed_percent(trade.gap_to_second) if trade.gap_to_second is not None else "",
            format_signed_percent(trade.next),
            format_bounds(trade.least, trade.most),
        )
    return table


def _has_size(extremes: GroupExtremes) -> bool:
    """Whether any market of the group was 1 % or more away on the side."""
    return any(row.own_summary.get_side(extremes.side).threshold_min[THRESHOLDS_PCT[0]] for row in extremes.rows)


def _build_size_table(measurement: Measurement, extremes: GroupExtremes, group: Group) -> Table:
    """Comparable minutes at or beyond each size, with the share of volume in them."""
    question, side = measurement.question, extremes.side
    benchmark = (
        f"the fair value by {question.underlying}" if question.underlying else f"other {group.upper()} exchanges"
    )
    table = build_table(
        f"{question.asset}/{group.upper()}: minutes {side} {benchmark}, by size",
        ("Exchange",),
        ("Comparable", *(f"≥ {x}%" for x in THRESHOLDS_PCT)),
    )
    for row in extremes.rows:
        table.add_row(
            format_name(measurement, row),
            format_minutes(row.own_summary.firm_min),
            *(_format_minutes_and_share(row, side, x) for x in THRESHOLDS_PCT),
        )
    return table


def _format_minutes_and_share(row: MarketRow, side: Side, size_pct: int) -> str:
    if not row.own_summary.firm_min:
        return EN_DASH
    minutes = format_minutes(row.own_summary.get_side(side).threshold_min[size_pct])
    share = row.volume_share[side][size_pct]
    return f"{minutes} ({100 * share:.0f})" if share else minutes


def _list_gaps(measurement: Measurement, lows: AssetLows) -> list[str]:
    """The lowest and highest trades of USDT exchanges in dollars, against those of USD exchanges."""
    return [
        f"{measurement.question.asset}: the {SIDE_WORDS[side][0]} USDT trade, in dollars, was "
        f"{format_signed_percent(gap)} from the {SIDE_WORDS[side][0]} USD trade, whatever their minutes"
        for side, gap in lows.usdt_usd_gap.items()
        if gap is not None
    ]


def _list_exact_trades(measurement: Measurement, lows: AssetLows, trades: pl.DataFrame) -> list[str]:
    """A line for each low of which the exact trade is known."""
    rows = [row for sides in lows.groups.values() for row in sides[Side.BELOW].rows]
    rows_and_trades = ((row, find_exact_trade(measurement, row, trades)) for row in rows)
    return [
        f"{measurement.question.asset} on {measurement.question.rules.name_of(row.market.venue)}: the lowest trade was "
        f"{format_amount(trade.amount)} at {format_price(trade.price)} {parse_quote(row.market.symbol)}, "
        f"{trade.at:%Y-%m-%d} {trade.time_text} UTC, trade {trade.trade_id}"
        for row, trade in rows_and_trades
        if trade is not None
    ]
