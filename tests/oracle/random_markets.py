"""Random candles: a common path, excursions, spikes, gaps and exact thresholds; and markets between quotes.

Minutes here are numbers of bars since the epoch; `generate` gives them their length. Prices lie on a coarse grid
around 10 or 100 (in KRW 1000 times that), so that 9 against 10 and equal prices occur all the time.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, replace

from tests.oracle.question import Candle, CoveredSpan

MIDNIGHT = 29_334_240  # 2025-10-10 00:00 UTC, in minutes
HISTORY_MIN = 3000  # minutes before the window that may hold candles
AFTER_MIN = 7  # minutes after the window that hold candles: a lag may look there, nothing else
QUOTE_LEVELS = {"KRW": 1000.0, "EUR": 0.8}
KRW_PER_USD = 1000.0
LEG_MODES = ("full", "full", "stops", "stops", "starts", "sparse", "old", "edge", "absent")
ORDERLY_LEG_MODES = ("full", "full", "full", "sparse", "absent")


@dataclass(frozen=True)
class RandomMarketPlan:
    """What the markets of one data set share; an orderly one has few gaps, so that venues are ranked.

    `camp` is the span of minutes in which every market that joins the camp stands `camp_offset` away.
    """

    rng: random.Random
    start: int
    end: int
    calm: tuple[int, int] | None
    past: tuple[int, ...]
    tick: float
    level: float
    crash: int
    fall: float
    slide_min: int
    gaps: float
    is_orderly: bool
    camp: range
    camp_offset: float


def draw_plan(rng: random.Random) -> RandomMarketPlan:
    """Draw window, calm span, history and the common price path."""
    start = MIDNIGHT + rng.randrange(1440)
    length = rng.randrange(20, 51)
    calm = rng.choice((None, (start - 2600, start - 1500), (start - 2000, start - 700)))
    if rng.random() < 0.1:
        calm = (start - 9000, start - 8000)  # no candle reaches back that far
    scattered = rng.sample(range(start - HISTORY_MIN, start - 12), rng.randrange(60, 241))
    past = tuple(sorted({*scattered, *range(start - 12, start)}))
    tick, level = rng.choice(((0.5, 10.0), (0.1, 10.0), (0.25, 10.0), (1.0, 100.0), (0.01, 10.0), (0.05, 10.0)))
    crash = start + rng.randrange(2, length)
    orderly = rng.random() < 0.6
    camp_start = start + rng.randrange(length)
    return RandomMarketPlan(
        rng=rng,
        start=start,
        end=start + length,
        calm=calm,
        past=past,
        tick=tick,
        level=level,
        crash=crash,
        fall=rng.choice((0.0, 0.01, 0.1, 0.3, 0.5)),
        slide_min=rng.choice((1, 1, 5)),
        gaps=rng.choice((0.0, 0.02) if orderly else (0.0, 0.02, 0.1, 0.3)),
        is_orderly=orderly,
        camp=range(camp_start, camp_start + rng.randrange(3, 15)),
        camp_offset=rng.choice((0.0, -0.4, 0.5)),
    )


def compute_base_level(plan: RandomMarketPlan, symbol: str) -> float:
    """Give the price around which a symbol trades before the crash."""
    if symbol.startswith("WBETH/ETH"):
        return 1.08
    quote = symbol.split(":", maxsplit=1)[0].split("/")[1]
    return plan.level * (1.1 if symbol.startswith("WBETH") else 1.0) * QUOTE_LEVELS.get(quote, 1.0)


def round_to_grid(plan: RandomMarketPlan, symbol: str, price: float) -> float:
    """Round a price to the grid, at least one step."""
    quote = symbol.split(":", maxsplit=1)[0].split("/")[1]
    steps = 100 if symbol.startswith("WBETH/ETH") else round(1 / plan.tick)
    if quote == "KRW":
        return float(max(1, round(price * steps / KRW_PER_USD)) * KRW_PER_USD / steps)
    return max(1, round(price * steps)) / steps


@dataclass(frozen=True)
class MarketHabit:
    """The properties of one market: its constant offset, the span and size of its excursion, noise, gaps, turnover."""

    offset: float
    start: int
    end: int
    excursion: float
    noise: float
    gaps: float
    turnover: float
    coverage_kind: str
    is_in_camp: bool
    spikes: float


def draw_habit(plan: RandomMarketPlan) -> MarketHabit:
    """Draw the properties of one market."""
    rng = plan.rng
    excursion_start = plan.crash + rng.randrange(-3, 4)
    return MarketHabit(
        offset=rng.choice((0.0, 0.0, 0.0, 0.0, 0.01, -0.01, 0.05, -0.02)),
        start=excursion_start,
        end=excursion_start + rng.choice((1, 2, rng.randrange(1, 25))),
        excursion=rng.choice((0.0, 0.0, 0.0, -0.02, -0.1, -0.2, -0.5, 0.1, 0.4)),
        noise=rng.choice((0.0, 0.0, 0.005, 0.01, 0.03)),
        gaps=min(0.6, plan.gaps * rng.choice((0.0, 1.0, 1.0, 3.0))),
        turnover=rng.choice((1000.0, 5000.0) if plan.is_orderly else (150.0, 1000.0, 1000.0, 10_000.0)),
        coverage_kind=rng.choice(("whole", "whole", "part", "none")),
        is_in_camp=rng.random() < 0.45,
        spikes=rng.choice((0.0, 0.0, 0.02, 0.1)),
    )


def compute_middle_price(plan: RandomMarketPlan, habit: MarketHabit, symbol: str, minute: int) -> float:
    """Give the price of a market before noise."""
    price = compute_base_level(plan, symbol) * (1 + habit.offset)
    minutes_after_crash = minute - plan.crash
    if minutes_after_crash >= 0 and not symbol.startswith("WBETH/ETH"):
        share = min(1.0, (minutes_after_crash + 1) / plan.slide_min) * max(0.0, 1 - minutes_after_crash / 20)
        price *= 1 - plan.fall * share
    if habit.start <= minute < habit.end:
        price *= 1 + habit.excursion
    if habit.is_in_camp and minute in plan.camp:
        price *= 1 + plan.camp_offset
    return price


def draw_volume(plan: RandomMarketPlan, habit: MarketHabit, symbol: str, close: float) -> float:
    """Draw a volume: usual, small, exactly at the default vote, or none."""
    rng = plan.rng
    chance = rng.random()
    if chance < 0.03:
        return 0.0
    if chance < 0.07:
        return rng.choice((0.25, 1.0, 2.0))
    if chance < 0.10:
        return 100.0 / close
    per_usd = KRW_PER_USD if "/KRW" in symbol else 1.0
    return float(max(1, round(per_usd * habit.turnover * rng.choice((0.5, 1.0, 1.0, 2.0)) / close)))


def draw_candle(plan: RandomMarketPlan, habit: MarketHabit, venue: str, symbol: str, minute: int) -> Candle:
    """Draw one candle; one without volume is mostly flat, some have a spike down or up."""
    rng = plan.rng
    middle = compute_middle_price(plan, habit, symbol, minute)
    open_price = round_to_grid(plan, symbol, middle * (1 + rng.uniform(-habit.noise, habit.noise)))
    close = round_to_grid(plan, symbol, middle * (1 + rng.uniform(-habit.noise, habit.noise)))
    volume = draw_volume(plan, habit, symbol, close)
    if volume == 0 and rng.random() < 0.8:
        price = rng.choice((close, close, math.nan))  # without volume the prices may be anything
        return Candle(venue, symbol, minute, price, price, price, price, 0.0)
    wick = 0.6 if rng.random() < habit.spikes else rng.choice((0.0, 0.0, 0.01, 0.03))
    spike = 4.0 if rng.random() < habit.spikes else rng.choice((0.0, 0.0, 0.02))
    low = round_to_grid(plan, symbol, min(open_price, close) * (1 - wick))
    high = round_to_grid(plan, symbol, max(open_price, close) * (1 + spike))
    return Candle(
        venue, symbol, minute, open_price, max(high, open_price, close), min(low, open_price, close), close, volume
    )


def add_market(
    plan: RandomMarketPlan, venue: str, symbol: str, candles: list[Candle], covered: list[CoveredSpan]
) -> None:
    """Add one market's candles in the window and a share of those before it, with its coverage."""
    rng, habit = plan.rng, draw_habit(plan)
    share = rng.choice((0.1, 0.5, 0.9, 0.9, 1.0))
    candle_minutes = [minute for minute in plan.past if minute >= plan.start - 12 or rng.random() < share]
    if rng.random() < 0.07:
        candle_minutes = []  # no history
    if rng.random() < 0.95:
        candle_minutes += range(plan.start, plan.end + AFTER_MIN)
    if symbol.startswith("WBETH/ETH"):
        candle_minutes += draw_ratio_minutes(plan)
    gap_start = plan.end
    if rng.random() < (0.15 if plan.is_orderly else 0.3):
        gap_start = rng.choice((rng.randrange(plan.start - 6, plan.end), plan.crash + 12))
    gap_end = gap_start + rng.choice((rng.randrange(2, 15), 1000))  # a pause, or a halt to the end
    drawn_minutes = [
        minute
        for minute in sorted(set(candle_minutes))
        if not gap_start <= minute < gap_end and rng.random() >= habit.gaps
    ]
    drawn = [draw_candle(plan, habit, venue, symbol, minute) for minute in drawn_minutes]
    if rng.random() < 0.04:  # a market that the venue lists without a trade
        drawn = [replace(candle, volume=0.0) if candle.time >= plan.start else candle for candle in drawn]
    candles.extend(drawn)
    add_coverage(plan, habit.coverage_kind, venue, symbol, covered)


def draw_ratio_minutes(plan: RandomMarketPlan) -> list[int]:
    """Draw minutes of a ratio market in the calm span: none, about as many as are needed, or more."""
    start, end = plan.calm or (plan.start - 36 * 60, plan.start - 8 * 60)
    start = max(start, plan.start - HISTORY_MIN)
    count = plan.rng.choice((0, 20, 31, 32, 33, 34, 60))
    return plan.rng.sample(range(start, end), count) if end > start else []


def add_coverage(
    plan: RandomMarketPlan, coverage_kind: str, venue: str, symbol: str, covered: list[CoveredSpan]
) -> None:
    """Add the spans that were collected whole: everything, pieces around the window, or nothing."""
    rng = plan.rng
    if coverage_kind == "whole":
        covered.append((venue, symbol, plan.start - HISTORY_MIN, plan.end + AFTER_MIN))
    if coverage_kind == "part":
        cut = rng.randrange(plan.start, plan.end)
        covered.append((venue, symbol, plan.start - rng.randrange(1, 15), cut))
        covered.append((venue, symbol, min(plan.end - 1, cut + rng.randrange(8)), plan.end))


def list_rate_minutes(plan: RandomMarketPlan, mode: str) -> list[int]:
    """List the minutes in which a leg traded, by its mode; 5 and 60 minutes are the carries of rates."""
    rng = plan.rng
    window = range(plan.start, plan.end + AFTER_MIN)
    past = list(plan.past)
    stop = rng.randrange(plan.start, plan.end)
    edge = plan.start - rng.choice((5, 6, 40, 60, 61))
    return {
        "full": [*past, *window],
        "stops": [*past, *(minute for minute in window if minute < stop)],
        "starts": [minute for minute in window if minute >= stop],
        "sparse": [*(minute for minute in past if rng.random() < 0.5), *window[:: rng.randrange(4, 9)]],
        "old": [minute for minute in past if minute < plan.start - 5],
        "edge": [*(minute for minute in past if minute < edge), edge],
        "absent": [],
    }[mode]


def add_leg(
    plan: RandomMarketPlan, venue: str, symbol: str, rate: float, candles: list[Candle], covered: list[CoveredSpan]
) -> None:
    """Add one market between quotes around a rate; some bars are small, empty or stray."""
    rng = plan.rng
    mode = rng.choice(ORDERLY_LEG_MODES if plan.is_orderly else LEG_MODES)
    strays = rng.random() < 0.2
    for minute in sorted(set(list_rate_minutes(plan, mode))):
        if rng.random() < 0.1:
            continue
        step = rng.choice((-0.001, 0.0, 0.0, 0.001, 0.002, -0.1 if strays else 0.0))
        close = float(f"{rate * (1 + step):.6g}")
        open_price = rng.choice((close, close, float(f"{rate:.6g}")))
        low = min(open_price, close) * rng.choice((1.0, 1.0, 0.99))
        high = max(open_price, close) * rng.choice((1.0, 1.0, 1.01))
        money = rng.choice((0.0, 50.0, 100.0, 5000.0, 5000.0, 5000.0)) * (KRW_PER_USD * 2 if "/KRW" in symbol else 1.0)
        candles.append(Candle(venue, symbol, minute, open_price, high, low, close, money / close))
    if rng.random() < 0.6:
        covered.append((venue, symbol, plan.start - rng.randrange(100), plan.end))


def add_legs(plan: RandomMarketPlan, venues: list[str], candles: list[Candle], covered: list[CoveredSpan]) -> None:
    """Add the markets between quotes of one data set."""
    rng = plan.rng
    usdt = rng.choice((1.0, 1.0, 0.999, 0.98, 1.01))
    usdc = rng.choice((1.0, 1.0, 0.93))
    symbols = {
        "USDT/USD": (usdt, (0, 1, 2, 3, 4)),
        "USD/USDT": (1 / usdt, (0, 0, 1)),
        "USDC/USD": (usdc, (0, 1, 2, 3)),
        "USDC/USDT": (usdc / usdt, (0, 1, 2)),
        "USDT/USDC": (usdt / usdc, (0, 0, 1)),
        "FDUSD/USD": (1.0, (0, 1)),
        "USDT/KRW": (usdt * KRW_PER_USD, (0, 1, 2)),
        "USD/KRW": (KRW_PER_USD, (0, 1, 1)),
        "KRW/USD": (1 / KRW_PER_USD, (0, 0, 1, 3)),
        "EUR/USD": (1.2, (0, 1)),
        "USDT/USD:USD": (0.5, (0, 0, 1)),
    }
    for symbol, (rate, counts) in symbols.items():
        places = [*venues, "bitfinex", "cryptocom"]
        for venue in rng.sample(places, min(len(places), rng.choice(counts))):
            add_leg(plan, venue, symbol, rate, candles, covered)
