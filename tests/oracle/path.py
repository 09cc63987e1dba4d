"""The market's path of a group and of an event, and what a row reached (section 10 of docs/method.md)."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median

from tests.oracle.question import Json, OracleMarket, OracleQuestion, find_extreme_price, format_time, is_at_most
from tests.oracle.votes import OracleRun

ONSET = -0.01
REACHED_PCT = (2, 5, 10, 20, 50)


def _choose_markets(run: OracleRun, group: str) -> list[OracleMarket]:
    """Choose one spot row per family: the one with more voting minutes in the window, equal ones by name."""

    def count_votes(market: OracleMarket) -> int:
        return sum(1 for time in run.question.list_window() if run.book.find_voting(market, time))

    best: dict[str, OracleMarket] = {}
    for market in sorted(run.list_spot(group), key=lambda market: (-count_votes(market), market)):
        best.setdefault(run.question.family_of(market.venue), market)
    return list(best.values())


def compute_return(run: OracleRun, markets: list[OracleMarket], time: int) -> float | None:
    """Give r_g(t): the median of the closes' changes over the markets that vote in the bar and the one before."""
    changes = []
    for market in markets:
        now, before = run.book.find_voting(market, time), run.book.find_voting(market, time - run.question.bar)
        if now is not None and before is not None:
            changes.append(now.close / before.close - 1)
    return median(changes) if changes else None


def _find_run(question: OracleQuestion, get_return: Callable[[int], float | None]) -> Json:
    falling = [time for time in question.list_window() if _is_fall(get_return(time))]
    length = question.count_bars(3)
    starts = [time for time in falling if all(time + step * question.bar in falling for step in range(1, length))]
    return {
        "onset": format_time(min(falling, default=None)),
        "run_start": format_time(min(starts, default=None)),
    }


def _is_fall(change: float | None) -> bool:
    return change is not None and is_at_most(change, ONSET)


def build_path(run: OracleRun) -> Json:
    """Give onset, start of the run and bottom by group; groups without a spot row are absent."""
    result: Json = {}
    for group in run.list_groups():
        markets = _choose_markets(run, group)
        if not markets:
            continue
        medians = []
        for time in run.question.list_window():
            closes = [candle.close for market in markets if (candle := run.book.find_voting(market, time))]
            if closes:
                medians.append((median(closes), time))
        returns = {time: compute_return(run, markets, time) for time in run.question.list_window()}
        ends = _find_run(run.question, returns.__getitem__)
        result[group] = ends | {"bottom": format_time(find_extreme_price(medians, "below")[1])}
    return result


def build_event_path(runs: list[OracleRun]) -> Json:
    """Give onset, start of the run and bottom by group, from the median over the assets of r_g(t).

    The bottom is that of the price to which these medians chain, a minute without one leaving it as it is.
    """
    result: Json = {}
    for group in sorted({group for run in runs for group in run.list_groups()}):
        markets = [(run, chosen) for run in runs if (chosen := _choose_markets(run, group))]
        if markets:
            medians = {}
            for time in runs[0].question.list_window():
                changes = [compute_return(run, chosen, time) for run, chosen in markets]
                known = [change for change in changes if change is not None]
                medians[time] = median(known) if known else None
            ends = _find_run(runs[0].question, medians.__getitem__)
            price, prices = 1.0, []
            for time, change in medians.items():
                price *= 1 + (change or 0.0)
                prices.append((price, time))
            result[group] = ends | {"bottom": format_time(find_extreme_price(prices, "below")[1])}
    return result


def list_reached(run: OracleRun, row: OracleMarket) -> Json:
    """Give the first voting bars that stand 2, 5, ... % below the last vote of the hour before the window."""
    question = run.question
    start = question.start - question.get_carry(60)
    before = [c for time in range(start, question.start, question.bar) if (c := run.book.find_voting(row, time))]
    votes = [c for time in question.list_window() if (c := run.book.find_voting(row, time))]
    result: Json = {}
    for x in REACHED_PCT:
        times = [c.time for c in votes if before and is_at_most(c.close / before[-1].close - 1, -x / 100)]
        result[str(x)] = format_time(min(times, default=None))
    return result
