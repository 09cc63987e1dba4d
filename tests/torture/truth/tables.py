"""The rows of every measured CSV of an asset, beside those of the independent calculation."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from tests.oracle.brute import list_minutes
from tests.oracle.lows import NAMES
from tests.oracle.minute import NUMBER_FIELDS, CellTable, OracleCell
from tests.oracle.path import REACHED_PCT
from tests.oracle.question import MINUTE, SIDES, THRESHOLDS_PCT, Candle, Json, OracleMarket, Side, format_time
from tests.torture.truth.comparison import Comparison
from tests.torture.truth.side import TrueAnswer

ReadCsv = Callable[[str], str | None]
"""Gives the text of the CSV of a name, None where there is nothing to show."""

Rows = list[dict[str, str]]

CANDLE_FIELDS = ("open", "high", "low", "close", "volume")


def read_rows(text: str | None) -> Rows:
    """The rows of a CSV; none where there is nothing to show."""
    return [] if text is None else list(csv.DictReader(io.StringIO(text)))


def read_number(text: str) -> float | None:
    """A number of a CSV, None for an empty cell."""
    return float(text) if text else None


def read_time(text: str) -> str | None:
    """A time of a CSV as the JSON writes it, None for an empty cell."""
    return text.replace(" ", "T").replace("+00:00", "Z").replace(".000", "") if text else None


def compare_tables(comparison: Comparison, answer: TrueAnswer, read_csv: ReadCsv) -> None:
    """Compare every table of an asset and of an event, of which only the asset has candles."""
    for name in ("deviation", "comparison"):
        _compare_minutes(comparison, name, answer, read_rows(read_csv(name)))
    _compare_candles(comparison, answer, read_rows(read_csv("candles")))
    _compare_thresholds(comparison, answer, read_rows(read_csv("thresholds")))
    _compare_bounds(comparison, answer, read_rows(read_csv("bounds")))
    _compare_sequence(comparison, answer, read_rows(read_csv("sequence")))
    _compare_coverage(comparison, answer, read_rows(read_csv("coverage")))
    _compare_holdings(comparison, answer, read_rows(read_csv("held")))
    _compare_minutes(comparison, "compare", answer, _select_asset(read_rows(read_csv("compare")), answer))
    for name in ("depth", "volume", "matrix"):
        _compare_summaries(comparison, name, answer, _select_asset(read_rows(read_csv(name)), answer))
    _compare_lows(comparison, answer, _select_asset(read_rows(read_csv("lows")), answer))
    _compare_gaps(comparison, answer, _select_asset(read_rows(read_csv("gaps")), answer))


def _select_asset(rows: Rows, answer: TrueAnswer) -> Rows:
    return [row for row in rows if row["asset"] == answer.question.asset]


def _compare_minutes(comparison: Comparison, name: str, answer: TrueAnswer, rows: Rows) -> None:
    """Every field of every minute of every market against every group."""
    actual = {(row["venue"], row["symbol"], row["against"], read_time(row["open_time"])): row for row in rows}
    minutes = list_minutes(answer.candles, answer.covered, answer.question)
    expected = {
        (venue, symbol, group, format_time(cell.time)): (state, cell) for venue, symbol, group, state, cell in minutes
    }
    comparison.compare_keys(name, "minutes", map(str, actual), map(str, expected))
    for key, (state, cell) in expected.items():
        if key in actual:
            _compare_minute(comparison, name, answer, actual[key], state, cell)


def _compare_minute(
    comparison: Comparison, name: str, answer: TrueAnswer, row: dict[str, str], state: str, cell: OracleCell
) -> None:
    place = f"{row['venue']} {row['symbol']} {row['against']} {row['open_time']}"
    comparison.compare(name, f"{place} state", row["state"], state)
    comparison.compare(name, f"{place} votes", int(row["votes"]), cell.votes)
    candle = answer.find_candle(row["venue"], row["symbol"], cell.time)
    is_traded = candle is not None and candle.volume > 0
    comparison.compare(
        name, f"{place} price", read_number(row["price"]), candle.close if candle and is_traded else None
    )
    # Against the own group nothing is converted: the same operations on the same prices.
    is_exact = row["against"] == row["group"] and answer.question.underlying is None
    compare = comparison.compare_exactly if is_exact else comparison.compare
    for field in NUMBER_FIELDS:
        compare(name, f"{place} {field}", read_number(row[field]), getattr(cell, field))
    low, high = cell.reference_low, cell.reference_high
    middle = None if low is None or high is None else (low + high) / 2
    compare(name, f"{place} reference", read_number(row["reference"]), middle)
    comparison.compare(name, f"{place} fx_mid", read_number(row["fx_mid"]), cell.factor and cell.factor.mid)


def _compare_candles(comparison: Comparison, answer: TrueAnswer, rows: Rows) -> None:
    """Every candle of the asset in the window, exactly."""
    question = answer.question
    expected = {
        (candle.venue, candle.symbol, format_time(candle.time)): candle
        for candle in answer.candles
        if candle.symbol.startswith(f"{question.asset}/") and question.start <= candle.time < question.end
    }
    actual = {(row["venue"], row["symbol"], read_time(row["open_time"])): row for row in rows}
    comparison.compare_keys("candles", "candles", map(str, actual), map(str, expected))
    for key, candle in expected.items():
        for field in CANDLE_FIELDS if key in actual else ():
            value = read_number(actual[key][field])
            comparison.require("candles", f"{key} {field} is {value}", holds=value == getattr(candle, field))


def _compare_thresholds(comparison: Comparison, answer: TrueAnswer, rows: Rows) -> None:
    expected: Json = {}
    for row in answer.json["rows"]:
        summary = row["against"][row["group"]]
        for side in SIDES:
            for x in THRESHOLDS_PCT:
                minutes = summary[side]["threshold_min"][str(x)] if summary["firm_min"] else None
                expected[f"{row['venue']} {row['symbol']} {side} {x / 100}"] = [minutes, summary["firm_min"]]
    actual = {
        f"{row['venue']} {row['symbol']} {row['side']} {row['threshold']}": [
            read_number(row["threshold_min"]),
            read_number(row["firm_min"]),
        ]
        for row in rows
    }
    comparison.compare_keys("thresholds", "rows", actual, expected)
    comparison.compare("thresholds", "", actual, expected)


def _compare_bounds(comparison: Comparison, answer: TrueAnswer, rows: Rows) -> None:
    """Range and close of every market in the minutes shown, and the bounds of the focus's trade there."""
    table, names = CellTable(answer.run), {"below": "low", "above": "high"}
    times = {format_time(time): time for time in answer.question.list_window()}
    for row in rows:
        market, time = OracleMarket(row["venue"], row["symbol"]), times[read_time(row["open_time"])]
        place = f"{row['venue']} {row['symbol']} {row['open_time']}"
        candle = answer.find_candle(*market, time)
        if row["focus"] == "true":
            low, high = (candle.low, candle.high) if candle else (None, None)
            cell = table.get_cell(market, row["against"], time)
            side: Side = "below" if row["side"] == "below" else "above"
            bounds = [*cell.get_trade(side), cell.get_whole(side)]
            comparison.compare("bounds", place, [read_number(row[f]) for f in ("least", "most", "whole")], bounds)
            if row["extreme"] == "true":
                by_name = {(r["venue"], r["symbol"]): r for r in answer.json["rows"]}
                at = by_name[row["venue"], row["symbol"]][f"{names[side]}_at"]
                comparison.compare("bounds", f"{place} time", read_time(row["open_time"]), at)
        else:
            price_range = answer.run.book.compute_range(market, time)
            low, high = (None, None) if price_range is None else price_range
        close = candle.close if candle else None
        comparison.compare("bounds", place, [read_number(row[f]) for f in ("low", "high", "close")], [low, high, close])


def _compare_summaries(comparison: Comparison, name: str, answer: TrueAnswer, rows: Rows) -> None:
    """Deviations, times, minutes and ranks of every market against its own group."""
    expected_rows = {
        (row["venue"], row["symbol"]): row for row in answer.json["rows"] if name == "depth" or row["kind"] == "spot"
    }
    actual = {(row["venue"], row["symbol"]): row for row in rows if row["symbol"]}
    comparison.compare_keys(name, "rows", map(str, actual), map(str, expected_rows))
    for key, expected in expected_rows.items():
        if key not in actual:
            continue
        row, summary = actual[key], expected["against"][expected["group"]]
        comparison.compare(name, f"{key} firm_min", read_number(row["firm_min"]), summary["firm_min"])
        if name == "matrix":
            comparison.compare(name, f"{key} thin_min", read_number(row["thin_min"]), summary["thin"]["minutes"])
        for side in SIDES:
            numbers = summary[side]
            found = [read_number(row[side]), read_time(row[f"{side}_at"]), read_number(row[f"{side}_min"])]
            wanted = [numbers["deviation"], numbers["at"], numbers["minutes"]]
            comparison.compare(name, f"{key} {side}", found, wanted)
            for rank in ("largest", "longest"):
                verdict = expected["rank"][side][rank]["verdict"]
                comparison.compare(name, f"{key} {side}_{rank}", row[f"{side}_{rank}"], verdict)
        if name != "matrix":
            dollars = expected["volume_before"] / answer.question.quotes[expected["group"].upper()]
            comparison.compare(name, f"{key} volume", read_number(row["volume_usd_before"]), dollars)


def _compare_lows(comparison: Comparison, answer: TrueAnswer, rows: Rows) -> None:
    """The lowest and highest trade of every market; gaps and bounds of its minute."""
    table = CellTable(answer.run)
    actual = {(row["venue"], row["symbol"]): row for row in rows}
    expected_rows = {
        (row["venue"], row["symbol"], side): row
        for tables in answer.lows["groups"].values()
        for side in SIDES
        for row in tables[NAMES[side][0]]["rows"]
    }
    comparison.compare_keys("lows", "rows", map(str, actual), {str(key[:2]) for key in expected_rows})
    times = {format_time(time): time for time in answer.question.list_window()}
    for (venue, symbol, side), expected in expected_rows.items():
        row, name, market = actual.get((venue, symbol)), NAMES[side][0], OracleMarket(venue, symbol)
        if row is None:
            continue
        place = f"{venue} {symbol} {name}"
        found = [read_number(row[name]), read_time(row[f"{name}_at"]), read_number(row[f"{name}_volume"])]
        comparison.compare("lows", place, found, [expected["price"], expected["at"], expected["volume"]])
        comparison.compare("lows", f"{place} round", row[f"{name}_round"] == "true", expected["round"])
        cell = table.get_cell(market, market.group, times[expected["at"]])
        minute = [cell.get_next(side), *cell.get_trade(side)]
        found = [read_number(row[f"{name}_{field}"]) for field in ("next", "least", "most")]
        comparison.compare("lows", f"{place} minute", found, minute)
        comparison.compare(
            "lows", f"{place} gap", read_number(row[f"{name}_gap_to_second"]), answer.find_gap(market, side)
        )


def _compare_gaps(comparison: Comparison, answer: TrueAnswer, rows: Rows) -> None:
    """The gaps of trades and of closes, of both sides."""
    expected: dict[str, float] = {}
    for row in answer.json["rows"]:
        market = OracleMarket(row["venue"], row["symbol"])
        for side in SIDES:
            following = row["against"][row["group"]][side]["next"]
            if row[NAMES[side][0]] is None:
                continue
            gap = answer.find_gap(market, side)
            if gap is not None:
                expected[f"{market} {side} trades"] = gap
            if following["at"] is not None:
                expected[f"{market} {side} closes"] = following["deviation"]
    actual = {
        f"{OracleMarket(row['venue'], row['symbol'])} {row['side']} {row['kind']}": read_number(row["gap"])
        for row in rows
    }
    comparison.compare_keys("gaps", "rows", actual, expected)
    comparison.compare("gaps", "", actual, {key: value for key, value in expected.items() if key in actual})


def _compare_sequence(comparison: Comparison, answer: TrueAnswer, rows: Rows) -> None:
    """When each market had fallen so far, and the path of each group."""
    own = [row for row in rows if row["asset"] == answer.question.asset]
    actual = {
        f"{row['venue']} {row['symbol']} {row['level']}": read_time(row["moment_from"])
        for row in own
        if row["mark"] == "reached"
    }
    expected = {
        f"{row['venue']} {row['symbol']} {x / 100}": row["reached"][str(x)]
        for row in answer.json["rows"]
        for x in REACHED_PCT
        if row["kind"] == "spot"
    }
    comparison.compare_keys("sequence", "rows", actual, expected)
    comparison.compare("sequence", "reached", actual, {key: value for key, value in expected.items() if key in actual})
    marks = {(row["group"], row["mark"]): read_time(row["moment_from"]) for row in own if row["mark"] != "reached"}
    path = {(group, mark): at for group, ends in answer.json["path"].items() for mark, at in ends.items()}
    comparison.compare_keys("sequence", "marks", map(str, marks), map(str, path))
    comparison.compare("sequence", "path", [marks.get(key) for key in path], list(path.values()))


def _compare_coverage(comparison: Comparison, answer: TrueAnswer, rows: Rows) -> None:
    """How many minutes of each field of the map have a candle, are quiet, or are missing."""
    for row in rows:
        market = OracleMarket(row["venue"], row["symbol"])
        if market not in answer.run.book.candles:
            continue
        start, end = (_parse_time(row[name]) for name in ("start", "end"))
        candles = answer.run.book.candles[market]
        times = range(start, end, MINUTE)
        had = sum(time in candles for time in times)
        quiet = sum(time not in candles and answer.run.book.is_quiet(market, time) for time in times)
        found = [int(row["had"]), int(row["quiet"]), int(row["missing"])]
        place = f"{row['venue']} {row['symbol']} {row['start']}"
        comparison.compare("coverage", place, found, [had, quiet, len(times) - had - quiet])


def _compare_holdings(comparison: Comparison, answer: TrueAnswer, rows: Rows) -> None:
    """How many candles of each market the store holds."""
    actual: dict[str, int] = {}
    for row in rows:
        key = f"{row['venue']} {row['symbol']}"
        actual[key] = actual.get(key, 0) + int(row["candles"])
    comparison.compare("held", "", actual, count_candles(answer.candles))


def count_candles(candles: Iterable[Candle]) -> dict[str, Any]:
    """The number of candles of each market."""
    counts: dict[str, int] = {}
    for candle in candles:
        key = f"{candle.venue} {candle.symbol}"
        counts[key] = counts.get(key, 0) + 1
    return counts


def _parse_time(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())
