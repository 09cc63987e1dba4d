"""The answer as readable tables on a terminal."""

from collections.abc import Sequence

import polars as pl
from rich.console import Console, RenderableType
from rich.console import Group as Stack
from rich.table import Table

from data.schema import quote_of
from deviation.answer import CHOSEN_BY_HAND, assumed
from deviation.headline import clock, headline, minutes_text, percent, price_text, split_words
from deviation.lows import exact_trade, lows
from deviation.question import Group, QuoteHandling
from deviation.result import Measurement, Row
from deviation.summary import THRESHOLDS_PCT

NONE = "–"
"""Stands where nothing defines a value."""


def measurement_text(measurement: Measurement) -> RenderableType:
    """The headline, what was measured, a table per quote group, and what could not be told."""
    lines = [*headline(measurement), "", asked(measurement)]
    tables = [table for group in Group if (table := _group_table(measurement, group)) is not None]
    return Stack(*lines, *tables, *_notes(measurement))


def lows_text(measurements: Sequence[Measurement], trades: pl.DataFrame) -> RenderableType:
    """The table of lows: a line per asset, unaligned gaps beside aligned numbers; ``trades`` as for `lows_json`."""
    table = Table(title="Lowest trades, in dollars", title_justify="left")
    for name in ("asset", "lowest", "second", "focus low", "gap to second", "USDT low", "USD low", "USDT/USD gap"):
        table.add_column(name, justify="left" if name in {"asset", "lowest", "second"} else "right")
    table.add_column("aligned gap", justify="right")
    table.add_column("lowest trade against USDT, USD venues", justify="right")
    for measurement in measurements:
        line = lows(measurement)
        bounds = [line.bounds[group] for group in Group]
        own = line.bounds[line.focus.market.group].gap_depth if line.focus else None
        table.add_row(
            measurement.question.asset,
            _low(measurement, line.lowest),
            _low(measurement, line.second),
            _price(line.focus.low if line.focus else None),
            signed(line.gap_to_second),
            _price(line.usdt_low),
            _price(line.usd_low),
            signed(line.usdt_usd_gap),
            signed(own),
            ", ".join(_span(bound.wick_shallow, bound.wick_deep) for bound in bounds),
        )
    one = measurements[0].question.timeframe.one
    note = f"Lows are not simultaneous; the aligned gap and the bounds compare within one {one}."
    exact = [line for measurement in measurements for line in _exact(measurement, trades)]
    curves: list[RenderableType] = [curve for measurement in measurements for curve in _curves(measurement)]
    if curves:
        curves.append("In brackets the share of the window's volume in those minutes, in per cent: an upper bound.")
    return Stack(asked(measurements[0]), *taken_as_dollars(measurements), table, note, *exact, *curves)


def _exact(measurement: Measurement, trades: pl.DataFrame) -> list[str]:
    """A line for each low whose trade is known."""
    found = ((row, exact_trade(measurement, row, trades)) for row in lows(measurement).rows)
    return [
        f"{measurement.question.asset} on {measurement.question.rules.name(row.market.venue)}: the lowest trade was "
        f"{trade.amount:g} at {price_text(trade.price)} {quote_of(row.market.symbol)}, "
        f"{trade.at:%Y-%m-%d} {trade.clock} UTC, trade {trade.trade_id}"
        for row, trade in found
        if trade is not None
    ]


def taken_as_dollars(measurements: Sequence[Measurement]) -> list[str]:
    """A line that names the quotes that count 1:1, where there are any."""
    quotes = assumed(measurements)
    return [f"{' and '.join(f'1 {quote}' for quote in quotes)} taken as 1 USD"] if quotes else []


def asked(measurement: Measurement) -> str:
    """Window, handling of quotes, origin and parameters in one line."""
    question, parameters = measurement.question, measurement.question.parameters
    converted = "in dollars" if parameters.quote is QuoteHandling.USD else "as printed, not converted"
    return (
        f"{question.start:%Y-%m-%d %H:%M} to {question.end:%Y-%m-%d %H:%M} UTC ({question.window or CHOSEN_BY_HAND}), "
        f"{minutes_text(question.minutes)} minutes in bars of {question.timeframe}; prices {converted}; "
        f"{question.origin} candles; reference {parameters.reference}, "
        f"enter {100 * parameters.enter:g} %, exit {100 * parameters.exit:g} %, confirm {parameters.confirm}, "
        f"smallest vote {parameters.min_vote_usd:g} USD"
    )


def signed(fraction: float | None) -> str:
    """A fraction in per cent with its sign; a dash where there is none."""
    return NONE if fraction is None else f"{'−' if fraction < 0 else '+'}{percent(abs(fraction))}"


def _group_table(measurement: Measurement, group: Group) -> Table | None:
    """Every market against one group: the group's own first, then those of the other group."""
    rows = sorted(measurement.rows, key=lambda row: row.market.group is not group)
    if not any(row.market.group is group or row.against[group].firm_min for row in rows):
        return None
    against = "fair value by" if measurement.question.underlying else "other"
    enter = f"{100 * measurement.question.parameters.enter:g} %"
    table = Table(title=f"Against {against} {group.upper()} exchanges", title_justify="left")
    for name in ("venue", "market"):
        table.add_column(name)
    for name in ("deepest", "at", f"min ≥ {enter} below", "order-proof", "lowest", "at", "24 h before, USD"):
        table.add_column(name, justify="right")
    for name in ("deepest?", "longest?"):
        table.add_column(name)
    for row in rows:
        table.add_row(*_cells(measurement, row, group))
    return table


def _curves(measurement: Measurement) -> list[Table]:
    """Per group, every spot venue's low and its firm minutes at or beyond each depth, lowest trade first."""
    fair = " fair value by" if measurement.question.underlying else ""
    tables = []
    for group in Group:
        rows = [row for row in lows(measurement).rows if row.market.group is group]
        if not rows:
            continue
        title = f"{measurement.question.asset} against{fair} {group.upper()} exchanges: minutes at or beyond each depth"
        table = Table(title=title, title_justify="left", box=None, padding=(0, 2, 0, 0), pad_edge=False)
        for name in ("venue", "market"):
            table.add_column(name)
        for name in ("low", "at", "firm", *(f"{x} %" for x in THRESHOLDS_PCT)):
            table.add_column(name, justify="right", no_wrap=True)
        for row in rows:
            minutes, shares = row.own.threshold_min, row.volume_share
            table.add_row(
                measurement.question.rules.name(row.market.venue),
                row.market.symbol,
                _price(row.low),
                _at(measurement, row.low_at),
                minutes_text(row.own.firm_min),
                *(f"{minutes_text(minutes[x])}{_share(shares[x])}" for x in THRESHOLDS_PCT),
            )
        tables.append(table)
    return tables


def _share(share: float | None) -> str:
    """A share of volume in brackets, nothing where there is none."""
    return f" ({100 * share:.0f})" if share else ""


def _cells(measurement: Measurement, row: Row, group: Group) -> list[str]:
    summary, rank = row.against[group], measurement.ranks[row.market]
    name = measurement.question.rules.name(row.market.venue)
    ranks = [rank.deepest.value, rank.longest.value]
    if rank.why is not None:
        ranks = [f"not ranked: {rank.why}", ""]
    if row.market.group is not group:
        ranks = ["", ""]
    thin = summary.thin
    depth, at, below = (
        signed(summary.depth),
        summary.depth_at,
        _of(summary.below_min, summary.firm_min),
    )
    if not summary.firm_min and thin.minutes:
        depth, at, below = (
            f"thin {signed(thin.depth)}",
            thin.depth_at,
            f"thin {_of(thin.below_min, thin.minutes)}",
        )
    return [
        f"[bold]{name}[/bold]" if row.market.venue == measurement.question.focus else name,
        row.market.symbol,
        depth,
        _at(measurement, at),
        below,
        minutes_text(summary.sure_min),
        _price(row.low),
        _at(measurement, row.low_at),
        f"{row.volume_usd_before:,.0f}" if row.volume_usd_before else NONE,
        *ranks,
    ]


def _of(minutes: float, whole: float) -> str:
    return f"{minutes_text(minutes)} of {minutes_text(whole)}"


def _notes(measurement: Measurement) -> list[str]:
    notes = []
    gaps = [row for row in measurement.rows if row.counts.missing_min]
    if gaps:
        named = ", ".join(
            f"{row.market.venue} {row.market.symbol} {minutes_text(row.counts.missing_min)}" for row in gaps
        )
        notes.append(f"Minutes missing: {named}")
    if measurement.absent:
        notes.append(f"No candle of: {', '.join(measurement.absent)}")
    notes += [
        f"{row.market.venue} {row.market.symbol}: market-implied pre-event ratio {value.ratio:.5g}, median of "
        f"{minutes_text(value.ratio_min)} minutes (5-95 %: {value.p5:.5g} to {value.p95:.5g}) from {value.source}; "
        f"deepest close: {' times '.join(split_words(value.underlying, *parts))}"
        for row in measurement.rows
        if (value := row.fair_value) is not None and (parts := row.split(row.market.group)) is not None
    ]
    notes += [f"Left out: {out.venue} {out.symbol}: {out.why}" for out in measurement.left_out]
    notes += [
        f"{group.upper()} venues together: onset {_at(measurement, path.onset)}, bottom {_at(measurement, path.bottom)}"
        for group, path in measurement.path.items()
        if path.bottom is not None
    ]
    return [*notes, "Candles cannot show why."]


def _at(measurement: Measurement, position: int | None) -> str:
    return NONE if position is None else clock(measurement, position)


def _price(price: float | None) -> str:
    return NONE if price is None else price_text(price)


def _low(measurement: Measurement, row: Row | None) -> str:
    if row is None:
        return NONE
    name = measurement.question.rules.name(row.market.venue)
    return f"{name} {_price(row.low)} at {_at(measurement, row.low_at)}"


def _span(shallow: float | None, deep: float | None) -> str:
    return NONE if shallow is None else f"{signed(shallow)} to {signed(deep)}"


def console(*, error: bool = False) -> Console:
    """A console that does not cut tables short where the output goes to a file or a pipe."""
    screen = Console(stderr=error, highlight=False)
    return screen if screen.is_terminal else Console(stderr=error, highlight=False, width=200, soft_wrap=True)
