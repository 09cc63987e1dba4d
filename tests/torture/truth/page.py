"""The numbers of the explorer's charts, as the browser gets them, beside those of the independent calculation."""

from __future__ import annotations

import math
import re
import struct
from base64 import b64decode
from collections.abc import Iterator
from typing import Any

from tests.oracle.brute import list_against, list_minutes
from tests.oracle.minute import OracleCell
from tests.oracle.question import MINUTE, THRESHOLDS_PCT, Json, OracleMarket, OracleQuestion
from tests.torture.truth.comparison import Comparison
from tests.torture.truth.side import TrueAnswer

STATES = ("voting", "small", "quiet", "missing")
STATE_NAMES = {
    "voting": "counted",
    "small": "below the volume threshold",
    "quiet": "no trades",
    "missing": "missing from this data",
}

FORMATS = {"f8": "d", "f4": "f", "i4": "i", "i2": "h", "i1": "b"}

Values = list[float | None]
"""A value per minute of the window, None for none."""


def find_figures(content: Any) -> Iterator[tuple[str, Json]]:  # noqa: ANN401 - any JSON
    """Every figure within the answer of a callback, with the id of its chart."""
    if isinstance(content, dict):
        figure = content.get("figure")
        if isinstance(figure, dict) and "data" in figure:
            yield str(content.get("id", "")), figure
        for value in content.values():
            yield from find_figures(value)
    elif isinstance(content, list):
        for value in content:
            yield from find_figures(value)


def find_value(content: Any, name: str) -> Any:  # noqa: ANN401 - any JSON
    """The first value of a name within the answer of a callback; None without one."""
    if isinstance(content, dict):
        if name in content:
            return content[name]
        content = list(content.values())
    if isinstance(content, list):
        return next((found for value in content if (found := find_value(value, name)) is not None), None)
    return None


def read_array(values: Any) -> list[float]:  # noqa: ANN401 - a list, or a typed array of plotly.js
    """The numbers of an array as plotly.js reads it."""
    if isinstance(values, list):
        return [math.nan if value is None else value for value in values]
    data = b64decode(values["bdata"])
    letter = FORMATS[values["dtype"]]
    return list(struct.unpack(f"<{len(data) // struct.calcsize(letter)}{letter}", data))


class TrueMinutes:
    """State, price and deviation of every market in every minute of the window, and what a price is in dollars."""

    def __init__(self, answer: TrueAnswer) -> None:
        self.answer = answer
        self.times = list(answer.question.list_window())
        self.cells: dict[tuple[OracleMarket, str], list[OracleCell]] = {}
        self.states: dict[OracleMarket, list[str]] = {}
        for venue, symbol, group, state, cell in list_minutes(answer.candles, answer.covered, answer.question):
            market = OracleMarket(venue, symbol)
            self.cells.setdefault((market, group), []).append(cell)
            if group == list_against(market)[0]:
                self.states.setdefault(market, []).append(state)
        self.unit = self._choose_unit()

    @property
    def question(self) -> OracleQuestion:
        """The question."""
        return self.answer.question

    def find_focus(self) -> OracleMarket | None:
        """The spot row of the focus venue with the largest deviation, as the headline chooses it; None without one."""
        rows = [row for row in self.answer.json["rows"] if row["venue"] == self.question.focus]
        return choose_focus(rows, self.question)

    def _choose_unit(self) -> str | None:
        """The group in whose money prices are drawn; None for dollars."""
        rows = self.answer.run.rows
        first = self.find_focus() or (rows[0] if rows else None)
        if first is None or any(self._rate(first, time) is not None for time in self.times):
            return None
        return first.group

    def _rate(self, market: OracleMarket, time: int) -> float | None:
        rate = self.answer.run.rates.get_rate(market.quote, time)
        return None if rate is None else rate.mid

    def convert(self, market: OracleMarket, time: int, price: float | None) -> float | None:
        """A price in the money of the chart."""
        if self.unit is not None:
            return price if market.group == self.unit else None
        rate = self._rate(market, time)
        return None if price is None or rate is None else price * rate

    def list_prices(self, market: OracleMarket, *states: str) -> Values:
        """The closes in the minutes of these states, in the money of the chart."""
        return [
            self.convert(market, time, candle.close) if state in states and candle else None
            for time, state in zip(self.times, self.states[market], strict=True)
            for candle in [self.answer.find_candle(*market, time)]
        ]

    def list_deviations(self, market: OracleMarket, group: str, *, firm: bool = True, thin: bool = True) -> Values:
        """The deviations of the firm or thin minutes, as fractions."""
        return [
            cell.d if (cell.is_firm and firm) or (cell.is_thin and thin) else None for cell in self.cells[market, group]
        ]


def choose_focus(rows: list[Json], question: OracleQuestion) -> OracleMarket | None:
    """The row that the headline is about (section 9 of docs/method.md), of the focus venue's rows."""
    rows = [row for row in rows if row["kind"] == "spot"]

    def get_size(row: Json) -> float:
        summary = row["against"][row["group"]]
        sizes = [abs(summary[side]["deviation"] or 0.0) for side in ("below", "above")]
        return float(max(sizes))

    firm = [row for row in rows if row["against"][row["group"]]["firm_min"]]
    far = [row for row in firm if get_size(row) >= question.enter - 1e-12]
    by_volume = sorted(firm or rows, key=lambda row: -row["volume_before"])
    if not firm:
        by_volume = [row for row in by_volume if row["group"] in {"usd", "usdt"}] or by_volume
    chosen = max(far, key=get_size, default=None) or next(iter(by_volume), None)
    return None if chosen is None else OracleMarket(chosen["venue"], chosen["symbol"])


def compare_page(comparison: Comparison, answer: TrueAnswer, content: Json) -> None:
    """Compare what the answer of the page's callback draws, and the table beside the pointer."""
    minutes = TrueMinutes(answer)
    minute_data = find_value(content, "minute-data")["data"]
    _compare_minute_data(comparison, minutes, minute_data)
    names = {OracleMarket(_find_venue(minutes, row), row["market"]): row["name"] for row in minute_data["rows"]}
    focus = next((market for market, row in zip(names, minute_data["rows"], strict=True) if row["focus"]), None)
    comparison.compare("page", "focus row", focus, minutes.find_focus())
    figures = dict(find_figures(content))
    timeline = next(figure for figure in figures.values() if "yaxis3" in figure["layout"])
    traces = timeline["data"]
    _compare_prices(comparison, minutes, [t for t in traces if t["yaxis"] == "y"], names, focus)
    if focus is not None:
        _compare_deviations(comparison, minutes, [t for t in traces if t["yaxis"] == "y2"], focus)
        _compare_lanes(comparison, minutes, [t for t in traces if t["yaxis"] == "y3"], focus)
    for figure in figures.values():
        if any("comparable" in str(trace.get("text", "")) for trace in figure["data"]):
            _compare_thresholds(comparison, answer, figure["data"], names)


def _find_venue(minutes: TrueMinutes, row: Json) -> str:
    """The venue of a row of the table, which has its name: by name without case and signs."""
    spoken = re.sub(r"[^a-z]", "", row["name"].lower())
    aliases = {"coinbaseadvanced": "coinbase", "coinbase": "coinbaseexchange", "cryptocom": "cryptocom"}
    name = aliases.get(spoken, spoken)
    venues = {market.venue for market in minutes.states if market.symbol == row["market"]}
    if name in venues:
        return name
    message = f"no market of {row['name']} {row['market']} among {sorted(venues)}"
    raise LookupError(message)


def _compare_minute_data(comparison: Comparison, minutes: TrueMinutes, data: Json) -> None:
    comparison.compare("page", "rows", len(data["rows"]), len(minutes.states))
    for row in data["rows"]:
        market = OracleMarket(_find_venue(minutes, row), row["market"])
        states = [STATES[int(value)] for value in read_array(row["state"])]
        comparison.compare("page", f"{market} states", states, minutes.states[market])
        prices = minutes.list_prices(market, "voting", "small")
        _compare_values(comparison, f"{market} price", read_array(row["price"]["low"]), prices)
        deviations = minutes.list_deviations(market, market.group)
        _compare_values(comparison, f"{market} deviation", read_array(row["deviation"]["low"]), deviations)


def _compare_values(comparison: Comparison, place: str, actual: list[float], expected: Values) -> None:
    comparison.compare("page", f"number of {place}", len(actual), len(expected))
    for index, (value, truth) in enumerate(zip(actual, expected, strict=False)):
        comparison.compare_drawn("page", f"{place}[{index}]", value, truth)


def _compare_line(
    comparison: Comparison,
    minutes: TrueMinutes,
    traces: list[Json],
    name: str,
    expected: Values,
    *,
    is_line: bool = True,
) -> None:
    """A line with a value per minute, or dots with those minutes that have one; no trace of dots without any."""
    found = [t for t in traces if t["name"] == name and ("x0" in t) == is_line]
    if not any(value is not None for value in expected) and not found:
        return
    comparison.require("page", f"{len(found)} traces named {name!r}", holds=len(found) == 1)
    if len(found) != 1:
        return
    values = read_array(found[0]["y"])
    if not is_line:
        positions = [round((x / 1000 - minutes.question.start) / MINUTE) for x in read_array(found[0]["x"])]
        drawn = dict(zip(positions, values, strict=True))
        values = [drawn.get(index, math.nan) for index in range(len(expected))]
    _compare_values(comparison, name, values, expected)


def _compare_prices(
    comparison: Comparison,
    minutes: TrueMinutes,
    traces: list[Json],
    names: dict[OracleMarket, str],
    focus: OracleMarket | None,
) -> None:
    for market, venue_name in names.items():
        own = [other for other in names if other.venue == market.venue]
        if market == focus:
            name = venue_name
        elif market.venue == minutes.question.focus:
            name = market.symbol
        else:
            name = venue_name if len(own) == 1 else f"{venue_name} {market.quote}"
        _compare_line(comparison, minutes, traces, name, minutes.list_prices(market, "voting"))
        if market.venue != minutes.question.focus or market == focus:
            small = minutes.list_prices(market, "small")
            _compare_line(comparison, minutes, traces, f"{name}, below the volume threshold", small, is_line=False)


def _compare_deviations(comparison: Comparison, minutes: TrueMinutes, traces: list[Json], focus: OracleMarket) -> None:
    """The lines of the focus against each group, and the range of the others."""
    for group in list_against(focus):
        name = f"against {group.upper()} exchanges"
        firm = [None if d is None else 100 * d for d in minutes.list_deviations(focus, group, thin=False)]
        thin = [None if d is None else 100 * d for d in minutes.list_deviations(focus, group, firm=False)]
        if any(value is not None for value in firm + thin):
            _compare_line(comparison, minutes, traces, name, firm)
        _compare_line(comparison, minutes, traces, f"{name}, fewer than three", thin, is_line=False)
    family_of = minutes.question.family_of
    others = [
        minutes.list_deviations(market, market.group, thin=False)
        for market in minutes.states
        if market.is_spot and family_of(market.venue) != family_of(focus.venue)
    ]
    (band,) = [trace for trace in traces if trace["name"] == "the other exchanges"]
    drawn: dict[float, list[float]] = {}
    for x, y in zip(read_array(band["x"]), read_array(band["y"]), strict=True):
        drawn.setdefault((x / 1000 - minutes.question.start) / MINUTE, []).append(y)
    for index in range(len(minutes.times)):
        known = [100 * d for values in others if (d := values[index]) is not None]
        found = drawn.get(float(index), [])
        for choose in (min, max):
            expected = choose(known) if known else None
            comparison.compare_drawn(
                "page", f"range of the others[{index}]", choose(found) if found else None, expected
            )


def _compare_lanes(comparison: Comparison, minutes: TrueMinutes, traces: list[Json], focus: OracleMarket) -> None:
    """The minutes of each state of the focus, and those with three votes or more, fewer, or none of each group."""
    expected = {
        name: {index for index, found in enumerate(minutes.states[focus]) if found == state}
        for state, name in STATE_NAMES.items()
    }
    for group in list_against(focus):
        votes = [cell.votes for cell in minutes.cells[focus, group]]
        if any(votes):
            expected[f"{group.upper()} exchanges: 3 or more"] = {i for i, count in enumerate(votes) if count >= 3}
            expected[f"{group.upper()} exchanges: 1 or 2"] = {i for i, count in enumerate(votes) if 0 < count < 3}
            expected[f"{group.upper()} exchanges: none"] = {i for i, count in enumerate(votes) if not count}
    for name, positions in expected.items():
        drawn = {position for trace in traces if trace["name"] == name for position in _list_filled(minutes, trace)}
        comparison.compare("page", f"strip {name}", sorted(drawn), sorted(positions))


def _list_filled(minutes: TrueMinutes, trace: Json) -> set[int]:
    """The minutes that a strip fills: each block has six points, the first and the third of its two ends."""
    ends = [
        round((x / 1000 - minutes.question.start) / MINUTE) if not math.isnan(x) else 0 for x in read_array(trace["x"])
    ]
    return {position for block in range(0, len(ends), 6) for position in range(ends[block], ends[block + 2])}


def _compare_thresholds(
    comparison: Comparison, answer: TrueAnswer, traces: list[Json], names: dict[OracleMarket, str]
) -> None:
    """The minutes at each size, as drawn on a log scale and as the pointer reads them."""
    rows = {OracleMarket(row["venue"], row["symbol"]): row for row in answer.json["rows"]}
    drawn = 0
    for trace in traces:
        side = "below" if str(trace["text"][0]).endswith("below") else "above"
        market = next(
            (
                market
                for market, name in names.items()
                if trace["name"] == f"{name} {market.quote}"
                or (
                    trace["name"] == name
                    and sum(rows[m]["against"][m.group]["firm_min"] > 0 for m in names if m.venue == market.venue) == 1
                    and rows[market]["against"][market.group]["firm_min"]
                )
            ),
            None,
        )
        comparison.require("page", f"no market is named {trace['name']!r}", holds=market is not None)
        if market is None:
            continue
        drawn += 1
        summary = rows[market]["against"][market.group]
        for x, y, text in zip(THRESHOLDS_PCT, trace["y"], trace["text"], strict=True):
            minutes = summary[side]["threshold_min"][str(x)]
            place = f"{market} at least {x}% {side}"
            found = re.search(r": (\d+) of (\d+) comparable", text)
            counts = None if found is None else [int(found[1]), int(found[2])]
            comparison.compare("page", place, counts, [minutes, summary["firm_min"]])
            comparison.compare(
                "page", f"{place} drawn", y if minutes else None, math.log10(minutes) if minutes else None
            )
    firm = sum(1 for row in rows.values() if row["against"][row["group"]]["firm_min"])
    comparison.compare("page", "lines of sizes", drawn, firm)
