"""The results of `measure` and `lows` as tables on a terminal."""

from collections.abc import Sequence

import polars as pl
from rich.console import Console, RenderableType
from rich.console import Group as Stack
from rich.table import Table

from dashboard.tables.venue_result import build_venue_result
from dashboard.text.numbers import (
    EN_DASH,
    format_bounds,
    format_minute_count,
    format_optional_price,
    format_signed_percent,
    format_whole_dollars,
)
from data.schema import parse_quote
from deviation.measurement import Measurement
from deviation.question import Group, QuoteHandling
from deviation.report.choices import CHOSEN_BY_HAND
from deviation.report.headline import write_headline
from deviation.report.lows import find_exact_trade, summarize_lows
from deviation.result import MarketRow
from deviation.window.summary import THRESHOLDS_PCT
from deviation.wording import (
    describe_split,
    format_amount,
    format_clock_time,
    format_minutes,
    format_price,
    format_threshold,
)


def format_measurement(measurement: Measurement) -> RenderableType:
    """The headline, the question, a table per quote group, and notes on data that is missing or left out."""
    lines = [*write_headline(measurement), "", describe_question(measurement)]
    tables = [table for group in Group if (table := _build_group_table(measurement, group)) is not None]
    return Stack(*lines, *tables, *_list_notes(measurement))


def format_lows(measurements: Sequence[Measurement], trades: pl.DataFrame) -> RenderableType:
    """The table of lows, a row per asset, then exact trades and minutes by depth.

    Args:
        measurements: one of each asset, at least one, all of one window.
        trades: frame of `data.schema.LOW_TRADE` over the window.
    """
    table = Table(title="Lowest trades, in dollars", title_justify="left")
    for name in ("asset", "lowest", "second", "focus low", "gap to second", "USDT low", "USD low", "USDT/USD gap"):
        table.add_column(name, justify="left" if name in {"asset", "lowest", "second"} else "right")
    table.add_column("aligned gap", justify="right")
    table.add_column("lowest trade against USDT, USD venues", justify="right")
    for measurement in measurements:
        asset_lows = summarize_lows(measurement)
        bounds = [asset_lows.bounds[group] for group in Group]
        aligned_gap = asset_lows.bounds[asset_lows.focus.market.group].gap_depth if asset_lows.focus else None
        table.add_row(
            measurement.question.asset,
            _format_low(measurement, asset_lows.lowest),
            _format_low(measurement, asset_lows.second_lowest),
            format_optional_price(asset_lows.focus.low if asset_lows.focus else None),
            format_signed_percent(asset_lows.gap_to_second, space=" "),
            format_optional_price(asset_lows.usdt_low),
            format_optional_price(asset_lows.usd_low),
            format_signed_percent(asset_lows.usdt_usd_gap, space=" "),
            format_signed_percent(aligned_gap, space=" "),
            ", ".join(format_bounds(bound.wick_shallow, bound.wick_deep, space=" ") for bound in bounds),
        )
    bar_name = measurements[0].question.timeframe.noun
    note = f"Lows are not simultaneous; the aligned gap and the bounds compare within one {bar_name}."
    trade_lines = [line for measurement in measurements for line in _list_exact_trades(measurement, trades)]
    curves: list[RenderableType] = [curve for measurement in measurements for curve in _build_curve_tables(measurement)]
    if curves:
        curves.append("In brackets the share of the window's volume in those minutes, in per cent: an upper bound.")
    return Stack(
        describe_question(measurements[0]), *list_assumed_notes(measurements), table, note, *trade_lines, *curves
    )


def _list_exact_trades(measurement: Measurement, trades: pl.DataFrame) -> list[str]:
    """A line for each low of which the exact trade is known."""
    rows_and_trades = ((row, find_exact_trade(measurement, row, trades)) for row in summarize_lows(measurement).rows)
    return [
        f"{measurement.question.asset} on {measurement.question.rules.name_of(row.market.venue)}: the lowest trade was "
        f"{format_amount(trade.amount)} at {format_price(trade.price)} {parse_quote(row.market.symbol)}, "
        f"{trade.at:%Y-%m-%d} {trade.time_text} UTC, trade {trade.trade_id}"
        for row, trade in rows_and_trades
        if trade is not None
    ]


def list_assumed_notes(measurements: Sequence[Measurement]) -> list[str]:
    """A line that names the quotes taken as 1 USD, if there are any."""
    quotes = list_assumed_quotes(measurements)
    return [f"{' and '.join(f'1 {quote}' for quote in quotes)} taken as 1 USD"] if quotes else []


def describe_question(measurement: Measurement) -> str:
    """The question in one line: window, bars, handling of quotes, origin and parameters."""
    question, parameters = measurement.question, measurement.question.parameters
    converted = "in dollars" if parameters.quote is QuoteHandling.USD else "as printed, not converted"
    return (
        f"{question.start:%Y-%m-%d %H:%M} to {question.end:%Y-%m-%d %H:%M} UTC ({question.window or CHOSEN_BY_HAND}), "
        f"{format_minutes(question.duration_min)} minutes in bars of {question.timeframe}; prices {converted}; "
        f"{question.origin} candles; reference {parameters.reference}, "
        f"enter {format_threshold(parameters.enter)}, exit {format_threshold(parameters.exit)}, "
        f"confirm {parameters.confirm}, smallest vote {format_amount(parameters.min_vote)} USD"
    )


def _build_group_table(measurement: Measurement, group: Group) -> Table | None:
    """A row per market against the votes of one group, its own markets first; None if no market has a number."""
    rows = sorted(measurement.rows, key=lambda row: row.market.group is not group)
    if not any(row.market.group is group or row.summaries[group].firm_min for row in rows):
        return None
    against = "fair value by" if measurement.question.underlying else "other"
    enter = format_threshold(measurement.question.parameters.enter)
    table = Table(title=f"Against {against} {group.upper()} exchanges", title_justify="left")
    for name in ("venue", "market"):
        table.add_column(name)
    for name in ("deepest", "at", f"min ≥ {enter} below", "order-proof", "lowest", "at", "24 h before, USD"):
        table.add_column(name, justify="right")
    for name in ("deepest?", "longest?"):
        table.add_column(name)
    for row in rows:
        table.add_row(*_format_cells(measurement, row, group))
    return table


def _build_curve_tables(measurement: Measurement) -> list[Table]:
    """A table per group: every spot market's low and firm minutes at or beyond each depth, lowest trade first."""
    fair_value_note = " fair value by" if measurement.question.underlying else ""
    tables = []
    for group in Group:
        rows = [row for row in summarize_lows(measurement).rows if row.market.group is group]
        if not rows:
            continue
        against = f"{measurement.question.asset} against{fair_value_note} {group.upper()} exchanges"
        title = f"{against}: minutes at or beyond each depth"
        table = Table(title=title, title_justify="left", box=None, padding=(0, 2, 0, 0), pad_edge=False)
        for name in ("venue", "market"):
            table.add_column(name)
        for name in ("low", "at", "firm", *(f"{x} %" for x in THRESHOLDS_PCT)):
            table.add_column(name, justify="right", no_wrap=True)
        for row in rows:
            minutes, shares = row.own_summary.threshold_min, row.volume_share
            table.add_row(
                measurement.question.rules.name_of(row.market.venue),
                row.market.symbol,
                format_optional_price(row.low),
                _format_time(measurement, row.low_at),
                format_minutes(row.own_summary.firm_min),
                *(f"{format_minutes(minutes[x])}{_format_share(shares[x])}" for x in THRESHOLDS_PCT),
            )
        tables.append(table)
    return tables


def _format_share(share: float | None) -> str:
    """A share of volume in per cent in brackets after a space; empty for none."""
    return f" ({100 * share:.0f})" if share else ""


def _format_cells(measurement: Measurement, row: MarketRow, group: Group) -> list[str]:
    result = build_venue_result(measurement, row, group)
    counted, rank = result.counted, result.rank
    thin_prefix = "thin " if counted.is_thin else ""
    ranks = [rank.deepest.value, rank.longest.value] if rank.reason is None else [f"not ranked: {rank.reason}", ""]
    name = measurement.question.rules.name_of(row.market.venue)
    return [
        f"[bold]{name}[/bold]" if row.market.venue == measurement.question.focus else name,
        row.market.symbol,
        f"{thin_prefix}{format_signed_percent(counted.depth, space=' ')}",
        _format_time(measurement, counted.depth_at),
        f"{thin_prefix}{format_minute_count(counted.below_min, counted.minutes)}",
        format_minutes(result.summary.sure_min) if result.summary.firm_min else EN_DASH,
        format_optional_price(row.low),
        _format_time(measurement, row.low_at),
        format_whole_dollars(row.volume_usd_before),
        *(ranks if result.is_own_group else ["", ""]),
    ]


def _list_notes(measurement: Measurement) -> list[str]:
    notes = []
    rows_with_gaps = [row for row in measurement.rows if row.state_counts.missing_min]
    if rows_with_gaps:
        gaps_text = ", ".join(
            f"{row.market.venue} {row.market.symbol} {format_minutes(row.state_counts.missing_min)}"
            for row in rows_with_gaps
        )
        notes.append(f"Minutes missing: {gaps_text}")
    if measurement.absent:
        notes.append(f"No candle of: {', '.join(measurement.absent)}")
    notes += [
        f"{row.market.venue} {row.market.symbol}: market-implied pre-event ratio {value.ratio:.5g}, median of "
        f"{format_minutes(value.ratio_min)} minutes (5-95 %: {value.p5:.5g} to {value.p95:.5g}) from {value.source}; "
        f"deepest close: {' times '.join(describe_split(value.underlying, *parts))}"
        for row in measurement.rows
        if (value := row.fair_value) is not None and (parts := row.split_depth(row.market.group)) is not None
    ]
    notes += [f"Left out: {excluded.venue} {excluded.symbol}: {excluded.reason}" for excluded in measurement.left_out]
    notes += [
        f"{group.upper()} venues together: onset {_format_time(measurement, path.onset)}, "
        f"bottom {_format_time(measurement, path.bottom)}"
        for group, path in measurement.paths.items()
        if path.bottom is not None
    ]
    return [*notes, "Candles cannot show why."]


def _format_time(measurement: Measurement, position: int | None) -> str:
    return EN_DASH if position is None else format_clock_time(measurement.axis, position)


def _format_low(measurement: Measurement, row: MarketRow | None) -> str:
    if row is None:
        return EN_DASH
    name = measurement.question.rules.name_of(row.market.venue)
    return f"{name} {format_optional_price(row.low)} at {_format_time(measurement, row.low_at)}"


def build_console(*, error: bool = False) -> Console:
    """A console; 200 columns wide without wrapping where the output goes to a file or a pipe."""
    terminal = Console(stderr=error, highlight=False)
    return terminal if terminal.is_terminal else Console(stderr=error, highlight=False, width=200, soft_wrap=True)
