"""Results of a row against a group over the window: M, S, T, O and episodes of section 5 of docs/method.md."""

from __future__ import annotations

import math

from tests.oracle.book import CandleBook
from tests.oracle.minute import CellTable, OracleCell, compute_distance
from tests.oracle.question import (
    MINUTE,
    SIDES,
    THRESHOLDS_PCT,
    TOLERANCE,
    Json,
    OracleMarket,
    OracleQuestion,
    Side,
    find_clipped,
    find_extreme,
    format_time,
    get_sign,
    is_beyond,
)
from tests.oracle.votes import OracleRun, find_median_interval


def summarize(table: CellTable, row: OracleMarket, group: str) -> Json:
    """Give M of a row against a group."""
    run, question = table.run, table.run.question
    cells = table.list_cells(row, group, question.list_window())
    firm = [cell for cell in cells if cell.is_firm]
    return {
        "firm_min": question.count_minutes(firm),
        "split_min": question.count_minutes(cell for cell in firm if cell.is_split_beyond(question.enter)),
        "no_rate_min": question.count_minutes(cell for cell in cells if cell.has_no_rate),
        "fx_stale_min": question.count_minutes(cell for cell in firm if cell.factor and cell.factor.is_stale),
        "fx_single_min": question.count_minutes(cell for cell in firm if cell.factor and cell.factor.is_single),
        **{side: _summarize_side(firm, question, side) for side in SIDES},
        "thin": _summarize_thin(table, row, group, [cell for cell in cells if cell.is_thin]),
        "own_rate": _compare_at_own_rate(run, row, group, firm),
        "baseline": _summarize_baseline(table, row, group),
        "episodes": list_episodes(cells, question),
    }


def _count_beyond(values: list[float | None], limit: float, question: OracleQuestion, side: Side) -> float:
    return question.count_minutes(v for v in values if v is not None and is_beyond(v, limit, side))


def _summarize_side(firm: list[OracleCell], question: OracleQuestion, side: Side) -> Json:
    enter = question.enter
    deviations = [cell.d for cell in firm]
    deviation, at = find_clipped(((cell.d, cell.time) for cell in firm), side)
    next_deviation, next_at = find_clipped(((cell.get_next(side), cell.time) for cell in firm), side)
    _, trade_at = find_extreme(((cell.get_trade(side)[0], cell.time) for cell in firm), side)
    least, most = next((cell.get_trade(side) for cell in firm if cell.time == trade_at), (None, None))
    untested = [cell.d for cell in firm if cell.lag is None]
    return {
        "deviation": deviation,
        "at": format_time(at),
        "minutes": _count_beyond(deviations, enter, question, side),
        "threshold_min": {str(x): _count_beyond(deviations, x / 100, question, side) for x in THRESHOLDS_PCT},
        "jackknife": {
            "deviation": find_clipped(((cell.jackknife, cell.time) for cell in firm), side)[0],
            "minutes": _count_beyond([cell.jackknife for cell in firm], enter, question, side),
        },
        "lag": {
            "deviation": find_clipped(((cell.lag, cell.time) for cell in firm), side)[0],
            "minutes": _count_beyond([cell.lag for cell in firm], enter, question, side),
            "untested": _count_beyond(untested, enter, question, side),
        },
        "next": {
            "deviation": next_deviation,
            "at": format_time(next_at),
            "minutes": _count_beyond([cell.get_next(side) for cell in firm], enter, question, side),
        },
        "trade": {"at": format_time(trade_at), "least": least, "most": most},
        "whole": {
            "deviation": find_clipped(((cell.get_whole(side), cell.time) for cell in firm), side)[0],
            "minutes": _count_beyond([cell.get_whole(side) for cell in firm], enter, question, side),
        },
    }


def _describe_clipped(values: list[tuple[float | None, int]], side: Side) -> Json:
    deviation, at = find_clipped(values, side)
    return {"deviation": deviation, "at": format_time(at)}


def _summarize_thin(table: CellTable, row: OracleMarket, group: str, thin: list[OracleCell]) -> Json:
    question = table.run.question
    deviations: list[tuple[float | None, int]] = [(cell.d, cell.time) for cell in thin]
    by_venue: dict[str, list[tuple[float | None, int]]] = {}
    for cell in thin:
        price = table.run.book.candles[row][cell.time].close
        for vote in table.run.list_votes(row, group, cell.time):
            if cell.factor is not None:
                distance = compute_distance(price, vote.price * cell.factor.a, vote.price * cell.factor.b)
                by_venue.setdefault(vote.venue, []).append((distance, cell.time))
    return {
        "minutes": question.count_minutes(thin),
        **{
            side: _describe_clipped(deviations, side)
            | {"minutes": _count_beyond([d for d, _ in deviations], question.enter, question, side)}
            for side in SIDES
        },
        "venues": {
            venue: {"minutes": question.count_minutes(values)}
            | {side: _describe_clipped(values, side) for side in SIDES}
            for venue, values in sorted(by_venue.items())
        },
    }


def _summarize_baseline(table: CellTable, row: OracleMarket, group: str) -> Json:
    """Give the firm deviations of the calm span or the day before; only bars in which the row traded can be firm."""
    question, times = table.run.question, table.run.question.list_baseline()
    traded = table.run.book.list_traded(row, times.start, times.stop)
    cells = [table.get_cell(row, group, candle.time) for candle in traded]
    deviations = [cell.d for cell in cells if cell.is_firm and cell.d is not None]
    return {
        "n": question.count_minutes(deviations),
        "min": min(deviations, default=None),
        "max": max(deviations, default=None),
        "from": format_time(times.start),
        "to": format_time(times.stop),
    }


class _OwnMarket:
    """The market that prices a row's quote in a group's money on the row's own family (section 5, O)."""

    def __init__(self, run: OracleRun, market: OracleMarket, place: int, target: str) -> None:
        self.run = run
        self.market = market
        self.place = place
        self.target = target

    def find_price(self, time: int) -> float | None:
        """Give the price of one unit of the row's quote, None where the market or a needed rate is wanting."""
        book, rates = self.run.book, self.run.rates
        last = book.find_last_close(self.market, time, book.question.get_carry(5))
        if last is None:
            return None
        close = last[0]
        if self.place < 2:
            return 1 / close if self.place else close
        target = rates.get_rate(self.target, time)
        through = rates.get_rate("USD" if self.place == 2 else "USDT", time)
        return None if target is None or through is None else close * through.mid / target.mid


def _find_own_market(run: OracleRun, row: OracleMarket, target: str) -> _OwnMarket | None:
    book: CandleBook = run.book
    quote, family = row.quote, run.question.family_of(row.venue)
    for place, symbol in enumerate((f"{quote}/{target}", f"{target}/{quote}", f"{quote}/USD", f"{quote}/USDT")):
        markets = [
            market
            for market in book.list_markets(symbol)
            if run.question.family_of(market.venue) == family and book.has_candle(market)
        ]
        market = book.choose_busiest(markets)
        if market is not None:
            return _OwnMarket(run, market, place, target)
    return None


def _compare_at_own_rate(run: OracleRun, row: OracleMarket, group: str, firm: list[OracleCell]) -> Json | None:
    question = run.question
    if group == row.group or question.as_is:
        return None
    own = _find_own_market(run, row, group.upper())
    if own is None:
        return None
    values: list[tuple[float | None, int]] = []
    for cell in firm:
        price = own.find_price(cell.time)
        if price is not None:
            m1, m2 = find_median_interval(run.list_votes(row, group, cell.time), weighted=question.weighted)
            close = run.book.candles[row][cell.time].close
            values.append((compute_distance(close, m1 / price, m2 / price), cell.time))
    return {
        "symbol": own.market.symbol,
        "minutes": question.count_minutes(values),
        **{
            side: {
                "deviation": find_clipped(values, side)[0],
                "minutes": _count_beyond([d for d, _ in values], question.enter, question, side),
            }
            for side in SIDES
        },
    }


def list_episodes(cells: list[OracleCell], question: OracleQuestion) -> list[Json]:
    """List the episodes of both directions over the cells of the window, by start and direction."""
    episodes = [episode for side in SIDES for episode in _find_episodes(cells, question, side)]
    return sorted(episodes, key=lambda episode: (episode["start"], episode["direction"]))


def _find_episodes(cells: list[OracleCell], question: OracleQuestion, side: Side) -> list[Json]:
    observed = [(cell.time, cell.d) for cell in cells if cell.d is not None]
    episodes: list[Json] = []
    start: int | None = None
    recovered: list[int] = []
    for time, d in observed:
        if start is None:
            start, recovered = (time, []) if is_beyond(d, question.enter, side) else (None, [])
            continue
        recovered = [] if is_beyond(d, question.exit, side) else [*recovered, time]
        if len(recovered) == question.count_bars(question.confirm):
            episodes.append(_describe_episode(cells, (start, recovered[0]), question, side) | {"open": False})
            start = None
    if start is not None:
        episodes.append(_describe_episode(cells, (start, question.end), question, side) | {"open": True})
    return episodes


def _describe_episode(cells: list[OracleCell], span: tuple[int, int], question: OracleQuestion, side: Side) -> Json:
    sign, (start, end) = get_sign(side), span
    inside = [cell for cell in cells if start <= cell.time < end]
    observed = [(cell.d, cell.time) for cell in inside if cell.d is not None]
    deviation, at = find_extreme(observed, side)
    area = math.fsum(abs(d) for d, _ in observed if sign * d < 0)
    return {
        "direction": side,
        "start": format_time(start),
        "end": format_time(end),
        "deviation": deviation,
        "at": format_time(at),
        "duration_min": (end - start) / MINUTE,
        "observed_min": question.count_minutes(observed),
        "firm_min": question.count_minutes(cell for cell in inside if cell.is_firm),
        "unobserved_min": question.count_minutes(cell for cell in inside if cell.d is None),
        "area_pct_min": 100 * area * question.bar / MINUTE,
        "half_recovery_min": _find_half_recovery(cells, deviation or 0.0, at or 0, side),
    }


def _find_half_recovery(cells: list[OracleCell], deviation: float, at: int, side: Side) -> float | None:
    for cell in cells:
        if cell.time <= at or cell.d is None:
            continue
        if abs(cell.d) < abs(deviation) / 2 - TOLERANCE or get_sign(side) * cell.d > 0:
            return (cell.time - at) / MINUTE
    return None
