"""Brute-force implementation of docs/method.md, bar by bar in plain Python; shares no code with `deviation`.

It gives the dictionaries of `measure --json` and `lows --json` without sentences: `headline` is left out, and `why`
of a verdict is None or {"venue": the venue that it speaks of, None where it speaks of none}.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from tests.oracle.book import STATES, CandleBook
from tests.oracle.fair_value import interpolate_percentile
from tests.oracle.lows import build_lows
from tests.oracle.minute import CellTable, OracleCell
from tests.oracle.path import build_event_path, build_path, list_reached
from tests.oracle.question import (
    DAY,
    SIDES,
    THRESHOLDS_PCT,
    Candle,
    CoveredSpan,
    Json,
    OracleMarket,
    OracleQuestion,
    find_extreme_price,
    format_time,
    is_beyond,
)
from tests.oracle.ranks import build_cross, fill_ranks
from tests.oracle.votes import OracleRun
from tests.oracle.window import summarize

TIMEFRAMES = {1: "1s", 60: "1m", 300: "5m"}
DEFAULTS = OracleQuestion("", 0, 1)


def list_against(row: OracleMarket) -> list[str]:
    """List the groups that a row is measured against: its own, `usd` and `usdt` (section 2)."""
    return sorted({row.group, "usd", "usdt"})


def build_run(candles: Iterable[Candle], covered: Iterable[CoveredSpan], question: OracleQuestion) -> OracleRun:
    """Give rows and voters of a question."""
    return OracleRun(CandleBook(candles, covered, question))


def measure_json(candles: Iterable[Candle], covered: Iterable[CoveredSpan], question: OracleQuestion) -> Json:
    """Give the dictionary of `measure --json`."""
    run = build_run(candles, covered, question)
    table = CellTable(run)
    rows = [build_row(table, row) for row in run.rows]
    fill_ranks(rows, question)
    return {
        "asset": question.asset,
        "event": question.event,
        "window": question.window_name,
        "from": format_time(question.start),
        "to": format_time(question.end),
        "timeframe": TIMEFRAMES[question.bar],
        "origin": question.origin,
        "quote": "as-is" if question.as_is else "usd",
        "parameters": {
            "reference": "weighted-median" if question.weighted else "median",
            **{name: getattr(question, name) for name in ("enter", "exit", "confirm", "min_vote")},
        },
        "choices": list_choices(question),
        "calm_span": question.calm and {"from": format_time(question.calm[0]), "to": format_time(question.calm[1])},
        **list_doubtful_rates(table),
        "absent": run.list_absent(),
        "left_out": run.list_left_out(),
        "path": build_path(run),
        "cross": build_cross(rows, question),
        "rows": rows,
    }


def event_path_json(
    assets: Iterable[tuple[Iterable[Candle], Iterable[CoveredSpan], OracleQuestion]],
) -> Json:
    """Give the path of an event's assets together, by group (section 10)."""
    return build_event_path([build_run(*asset) for asset in assets])


def lows_json(candles: Iterable[Candle], covered: Iterable[CoveredSpan], question: OracleQuestion) -> Json:
    """Give the dictionary of `lows --json`."""
    table = CellTable(build_run(candles, covered, question))
    return {
        "asset": question.asset,
        "event": question.event,
        "window": question.window_name,
        "from": format_time(question.start),
        "to": format_time(question.end),
        "choices": list_choices(question),
        **build_lows(table),
    }


def list_choices(question: OracleQuestion) -> Json:
    """List what differs from the defaults or was chosen by hand (section 7)."""
    choices: Json = {}
    for name in ("venues", "excluded"):
        if getattr(question, name):
            choices[name] = list(getattr(question, name))
    if question.window_name is None:
        choices["window"] = "chosen by hand"
    if question.weighted:
        choices["reference"] = "weighted-median"
    if question.as_is:
        choices["quote"] = "as-is"
    for name in ("enter", "exit", "confirm", "min_vote"):
        if getattr(question, name) != getattr(DEFAULTS, name):
            choices[name] = getattr(question, name)
    if question.origin != DEFAULTS.origin:
        choices["origin"] = question.origin
    return choices


def list_doubtful_rates(table: CellTable) -> Json:
    """List the quotes whose assumed rate entered a firm or thin, whose single rate a firm minute."""
    assumed: set[str] = set()
    single: set[str] = set()
    for row in table.run.rows:
        for group in list_against(row):
            for cell in table.list_cells(row, group, table.run.question.list_window()):
                if cell.d is not None and cell.factor is not None:
                    assumed |= cell.factor.assumed
                    single |= cell.factor.single if cell.is_firm else set()
    return {"fx_assumed": sorted(assumed), "fx_single": sorted(single)}


def build_row(table: CellTable, row: OracleMarket) -> Json:
    """Give all results of one row except its rank."""
    book, question = table.run.book, table.run.question
    states = [book.classify(row, time) for time in question.list_window()]
    traded = book.list_window_trades(row)
    low, low_at = find_extreme_price(((candle.low, candle.time) for candle in traded), "below")
    high, high_at = find_extreme_price(((candle.high, candle.time) for candle in traded), "above")
    before = book.list_traded(row, question.start - DAY, question.start)
    numbers = {group: summarize(table, row, group) for group in list_against(row)}
    return {
        "venue": row.venue,
        "symbol": row.symbol,
        "kind": "spot" if row.is_spot else "derivative",
        "group": row.group,
        **{f"{state}_min": question.count_minutes(s for s in states if s == state) for state in STATES},
        "low": low,
        "low_at": format_time(low_at),
        "low_volume": None if low_at is None else book.candles[row][low_at].turnover,
        "high": high,
        "high_at": format_time(high_at),
        "high_volume": None if high_at is None else book.candles[row][high_at].turnover,
        "volume_before": math.fsum(candle.turnover for candle in before),
        "volume_share": compute_volume_share(table, row),
        "reached": list_reached(table.run, row),
        "fair_value": describe_fair_value(table, row),
        "rank": None,
        "against": numbers,
    }


def compute_volume_share(table: CellTable, row: OracleMarket) -> Json:
    """Give the shares of the window's base volume in firm minutes beyond each threshold (section 5)."""
    traded = table.run.book.list_window_trades(row)
    total = math.fsum(candle.volume for candle in traded)
    firm = [(candle.volume, cell.d) for candle in traded if (cell := _own_cell(table, row, candle.time)).is_firm]
    shares: Json = {}
    for side in SIDES:
        shares[side] = {}
        for x in THRESHOLDS_PCT:
            volumes = [volume for volume, d in firm if d is not None and is_beyond(d, x / 100, side)]
            shares[side][str(x)] = math.fsum(volumes) / total if total > 0 else None
    return shares


def _own_cell(table: CellTable, row: OracleMarket, time: int) -> OracleCell:
    return table.get_cell(row, row.group, time)


def describe_fair_value(table: CellTable, row: OracleMarket) -> Json | None:
    """Give the ratio of a row's venue and the parts of its deviation (section 6), None where it does not apply."""
    question = table.run.question
    if question.underlying is None:
        return None
    sample = table.run.get_ratio(row.venue)
    values = [] if sample is None else sample.values
    return {
        "underlying": question.underlying,
        "ratio": sample and sample.value,
        "ratio_min": question.count_minutes(values),
        "p5": interpolate_percentile(values, 0.05) if values else None,
        "p95": interpolate_percentile(values, 0.95) if values else None,
        "source": sample and sample.source,
        "split": split_deviation(table, row),
    }


def split_deviation(table: CellTable, row: OracleMarket) -> Json | None:
    """Split p / m1 at the minute of `below.at` against the own group into the ratio's and the underlying's part."""
    book, question, sample = table.run.book, table.run.question, table.run.get_ratio(row.venue)
    at = summarize(table, row, row.group)["below"]["at"]
    underlying = OracleMarket(row.venue, f"{question.underlying}/{row.quote}")
    for cell in table.list_cells(row, row.group, question.list_window()):
        own = book.find_voting(underlying, cell.time) if format_time(cell.time) == at else None
        if own is not None and sample is not None and cell.reference_low is not None:
            price = book.candles[row][cell.time].close
            ratio_part = (price / own.close) / sample.value - 1
            underlying_part = price / cell.reference_low / (1 + ratio_part) - 1
            return {"at": at, "ratio_part": ratio_part, "underlying_part": underlying_part}
    return None


def list_minutes(
    candles: Iterable[Candle], covered: Iterable[CoveredSpan], question: OracleQuestion
) -> list[tuple[str, str, str, str, OracleCell]]:
    """List venue, symbol, group that it is measured against, state and cell of every row, group and bar."""
    table = CellTable(build_run(candles, covered, question))
    return [
        (row.venue, row.symbol, group, table.run.book.classify(row, cell.time), cell)
        for row in table.run.rows
        for group in list_against(row)
        for cell in table.list_cells(row, group, question.list_window())
    ]
