"""Small random data sets, the same for the same seed, full of ties, gaps and exact thresholds.

Prices lie on a coarse grid around 10 or 100, so that 9 against 10 and equal prices occur all the time.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from functools import lru_cache

from tests.oracle.brute import Candle, CoveredSpan, OracleQuestion

FAMILIES = {"binanceusdm": "binance", "binancecoinm": "binance", "coinbaseexchange": "coinbase"}
STABLECOINS = ("FDUSD", "USDC", "USDT")
VENUES = ("bitstamp", "bybit", "coinbase", "coinbaseexchange", "gate", "gemini", "kraken", "okx")
MIDNIGHT = 29_334_240  # 2025-10-10 00:00 UTC
FX_MODES = ("full", "full", "stops", "stops", "starts", "sparse", "old", "edge", "absent")
HISTORY_MIN = 3000  # minutes before the window that may hold candles


@dataclass(frozen=True)
class RandomMarketPlan:
    """The properties shared by all markets of one data set; an orderly one has few gaps, so that venues are ranked."""

    rng: random.Random
    start: int
    end: int
    calm: tuple[int, int] | None
    past: tuple[int, ...]
    tick: float
    level: float
    crash: int
    fall: float
    gaps: float
    is_orderly: bool


def draw_case(seed: int) -> tuple[list[Candle], list[CoveredSpan], OracleQuestion]:
    """Draw one data set and its question; the latest ones are cached, the lists are copies."""
    candles, covered, setup = _draw_case(seed)
    return list(candles), list(covered), setup


@lru_cache(maxsize=128)
def _draw_case(seed: int) -> tuple[tuple[Candle, ...], tuple[CoveredSpan, ...], OracleQuestion]:
    rng = random.Random(seed)  # noqa: S311 - reproducible test data, nothing secret
    plan = draw_plan(rng)
    wrapped = rng.random() < 0.25
    candles: list[Candle] = []
    covered: list[CoveredSpan] = []
    venues = draw_venues(rng, 5 if plan.is_orderly else 2)
    asset, underlying = ("WBETH", "ETH") if wrapped else ("ATOM", None)
    if underlying is None:
        symbols = {venue: draw_symbols(rng, asset, venue) for venue in venues}
    else:
        symbols = {venue: draw_symbols(rng, underlying, venue) for venue in venues}
        for venue in rng.sample(venues, min(len(venues), rng.choice((1, 1, 2, 3)))):
            symbols[venue] += draw_wrapped_symbols(rng, asset, underlying)
    for venue in venues:
        for symbol in symbols[venue]:
            add_market(plan, venue, symbol, candles, covered)
    add_fx_markets(plan, venues, candles, covered)
    setup = draw_setup(plan, symbols, asset, underlying)
    rng.shuffle(candles)
    return tuple(candles), tuple(covered), setup


def draw_weighted_case(seed: int) -> tuple[list[Candle], list[CoveredSpan], OracleQuestion]:
    """Draw one data set measured against the weighted median, with one of three kinds of weights.

    As drawn; all 1, because nothing traded in the day before; or a few cents, so that exact halves occur.
    """
    candles, covered, setup = draw_case(seed)
    rng = random.Random(seed)  # noqa: S311 - reproducible test data, nothing secret
    weight_sort = ("drawn", "none", "few")[seed % 3]
    kept_candles = []
    for candle in candles:
        is_before_window = candle.minute < setup.start and candle.symbol.split("/")[0] in (
            setup.asset,
            setup.underlying,
        )
        if not is_before_window or weight_sort == "drawn":
            kept_candles.append(candle)
        elif weight_sort == "few" and candle.minute >= setup.start - 2:
            kept_candles.append(replace(candle, volume=rng.choice((0.011, 0.011, 0.021, 0.031)) / candle.close))
    return kept_candles, covered, replace(setup, weighted=True)


def draw_plan(rng: random.Random) -> RandomMarketPlan:
    """Draw window, calm span, history and the common price path."""
    start = MIDNIGHT + rng.randrange(1440)
    length = rng.randrange(20, 61)
    calm = rng.choice((None, (start - 2600, start - 1500), (start - 2000, start - 700)))
    if rng.random() < 0.1:
        calm = (start - 9000, start - 8000)  # no candle reaches back that far
    scattered = rng.sample(range(start - HISTORY_MIN, start - 12), rng.randrange(60, 161))
    past = tuple(sorted({*scattered, *range(start - 12, start)}))
    tick, level = rng.choice(((0.5, 10.0), (0.1, 10.0), (0.25, 10.0), (1.0, 100.0), (0.5, 100.0), (0.05, 10.0)))
    crash = start + rng.randrange(2, length)
    orderly = rng.random() < 0.5
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
        gaps=rng.choice((0.0, 0.02) if orderly else (0.0, 0.02, 0.1, 0.3)),
        is_orderly=orderly,
    )


def draw_venues(rng: random.Random, min_count: int) -> list[str]:
    """Draw 3 to 8 venues, mostly with the default focus and sometimes with a relative of it."""
    venues = rng.sample(VENUES, rng.randrange(min_count, 7))
    if rng.random() < 0.9:
        venues.append("binance")
    if rng.random() < 0.35:
        venues.append(rng.choice(("binanceusdm", "binancecoinm")))
    while len(venues) < 3:
        venues.append(next(venue for venue in VENUES if venue not in venues))
    return sorted(venues)


def draw_symbols(rng: random.Random, base: str, venue: str) -> list[str]:
    """Draw the markets of a venue: at least one, the relatives of the focus mostly derivatives."""
    is_relative = venue in ("binanceusdm", "binancecoinm")
    chances = {
        f"{base}/USDT": 0.2 if is_relative else 0.85,
        f"{base}/USDC": 0.3,
        f"{base}/FDUSD": 0.1,
        f"{base}/USD": 0.1 if is_relative else 0.55,
        f"{base}/EUR": 0.15,
        f"{base}/USDT:USDT": 0.9 if is_relative else 0.2,
        f"{base}/USDC:USDC": 0.1,
        f"{base}/USD:{base}": 0.1,
        f"{base}/EUR:EUR": 0.03,
    }
    symbols = [symbol for symbol, chance in chances.items() if rng.random() < chance]
    return symbols or [f"{base}/USDT"]


def draw_wrapped_symbols(rng: random.Random, asset: str, underlying: str) -> list[str]:
    """Draw the markets of a wrapped asset on one venue, with or without its ratio market."""
    chances = {
        f"{asset}/USDT": 0.9,
        f"{asset}/USDC": 0.2,
        f"{asset}/USD": 0.25,
        f"{asset}/EUR": 0.15,
        f"{asset}/{underlying}": 0.6,
        f"{asset}/USDT:USDT": 0.15,
    }
    return [symbol for symbol, chance in chances.items() if rng.random() < chance]


def compute_base_level(plan: RandomMarketPlan, symbol: str) -> float:
    """Give the price around which a symbol trades before the crash."""
    if symbol.startswith("WBETH/ETH"):
        return 1.08
    return plan.level * (1.1 if symbol.startswith("WBETH") else 1.0)


def round_to_grid(plan: RandomMarketPlan, symbol: str, price: float) -> float:
    """Round a price to the grid, at least one step."""
    steps = 100 if symbol.startswith("WBETH/ETH") else round(1 / plan.tick)
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


def draw_habit(plan: RandomMarketPlan) -> MarketHabit:
    """Draw the properties of one market."""
    rng = plan.rng
    excursion_start = plan.crash + rng.randrange(-3, 4)
    return MarketHabit(
        offset=rng.choice((0.0, 0.0, 0.0, 0.0, 0.01, -0.01, 0.05, -0.02)),
        start=excursion_start,
        end=excursion_start + rng.randrange(1, 25),
        excursion=rng.choice((0.0, 0.0, 0.0, -0.02, -0.1, -0.2, -0.5, 0.1)),
        noise=rng.choice((0.0, 0.005, 0.01, 0.03)),
        gaps=min(0.6, plan.gaps * rng.choice((0.0, 1.0, 1.0, 3.0))),
        turnover=rng.choice((1000.0, 5000.0) if plan.is_orderly else (150.0, 1000.0, 1000.0, 10_000.0)),
        coverage_kind=rng.choice(("whole", "whole", "part", "none")),
    )


def compute_middle_price(plan: RandomMarketPlan, habit: MarketHabit, symbol: str, minute: int) -> float:
    """Give the price of a market before noise."""
    price = compute_base_level(plan, symbol) * (1 + habit.offset)
    minutes_after_crash = minute - plan.crash
    if minutes_after_crash >= 0 and not symbol.startswith("WBETH/ETH"):
        price *= 1 - plan.fall * max(0.0, 1 - minutes_after_crash / 20)
    if habit.start <= minute < habit.end:
        price *= 1 + habit.excursion
    return price


def draw_volume(plan: RandomMarketPlan, habit: MarketHabit, close: float) -> float:
    """Draw a volume: usual, small, exactly at the default vote, or none."""
    rng = plan.rng
    chance = rng.random()
    if chance < 0.03:
        return 0.0
    if chance < 0.07:
        return rng.choice((0.25, 1.0, 2.0))
    if chance < 0.10:
        return 100.0 / close
    return float(max(1, round(habit.turnover * rng.choice((0.5, 1.0, 1.0, 2.0)) / close)))


def draw_candle(plan: RandomMarketPlan, habit: MarketHabit, venue: str, symbol: str, minute: int) -> Candle:
    """Draw one candle; one without volume is mostly flat."""
    rng = plan.rng
    middle = compute_middle_price(plan, habit, symbol, minute)
    open_price = round_to_grid(plan, symbol, middle * (1 + rng.uniform(-habit.noise, habit.noise)))
    close = round_to_grid(plan, symbol, middle * (1 + rng.uniform(-habit.noise, habit.noise)))
    volume = draw_volume(plan, habit, close)
    if volume == 0 and rng.random() < 0.8:
        return Candle(venue, symbol, minute, close, close, close, close, 0.0)
    wick = rng.choice((0.0, 0.0, 0.01, 0.03, 0.5 if rng.random() < 0.1 else 0.0))
    low = round_to_grid(plan, symbol, min(open_price, close) * (1 - wick))
    high = round_to_grid(plan, symbol, max(open_price, close) * (1 + rng.choice((0.0, 0.0, 0.02))))
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
        candle_minutes = []  # no history: the market is chosen by what it traded in the window
    if rng.random() < 0.95:
        candle_minutes += range(plan.start, plan.end)
    if symbol.startswith("WBETH/ETH"):
        candle_minutes += draw_ratio_minutes(plan)
    gap_start = (
        rng.randrange(plan.start - 6, plan.end) if rng.random() < (0.1 if plan.is_orderly else 0.3) else plan.end
    )
    gap_end = gap_start + rng.randrange(2, 15)
    drawn_minutes = [
        minute
        for minute in sorted(set(candle_minutes))
        if not gap_start <= minute < gap_end and rng.random() >= habit.gaps
    ]
    candles.extend(draw_candle(plan, habit, venue, symbol, minute) for minute in drawn_minutes)
    add_coverage(plan, habit.coverage_kind, venue, symbol, covered)


def draw_ratio_minutes(plan: RandomMarketPlan) -> list[int]:
    """Draw minutes of a ratio market in the calm span: none, about as many as are needed, or more."""
    start, end = plan.calm or (plan.start - 36 * 60, plan.start - 8 * 60)
    start = max(start, plan.start - HISTORY_MIN)
    count = plan.rng.choice((0, 20, 28, 60))
    return plan.rng.sample(range(start, end), count) if end > start else []


def add_coverage(
    plan: RandomMarketPlan, coverage_kind: str, venue: str, symbol: str, covered: list[CoveredSpan]
) -> None:
    """Add the spans that were collected whole: everything, pieces around the window, or nothing."""
    rng = plan.rng
    if coverage_kind == "whole":
        covered.append((venue, symbol, plan.start - HISTORY_MIN, plan.end))
    if coverage_kind == "part":
        cut = rng.randrange(plan.start, plan.end)
        covered.append((venue, symbol, plan.start - rng.randrange(15), cut))
        covered.append((venue, symbol, min(plan.end, cut + rng.randrange(8)), plan.end))


def list_fx_minutes(plan: RandomMarketPlan, mode: str) -> list[int]:
    """List the minutes in which a stablecoin's market against USD traded, by its mode."""
    rng = plan.rng
    window = range(plan.start, plan.end)
    past = list(plan.past)
    stop = rng.randrange(plan.start, plan.end)
    step = rng.randrange(4, 9)
    edge = plan.start - rng.choice((5, 6))
    return {
        "full": [*past, *window],
        "stops": [*past, *(minute for minute in window if minute < stop)],
        "starts": [minute for minute in window if minute >= stop],
        "sparse": [*(minute for minute in past if rng.random() < 0.5), *window[::step]],
        "old": [minute for minute in past if minute < plan.start - 5],
        "edge": [*(minute for minute in past if minute < edge), edge],
    }[mode]


def add_fx_markets(
    plan: RandomMarketPlan, venues: list[str], candles: list[Candle], covered: list[CoveredSpan]
) -> None:
    """Add the markets of stablecoins against USD: full, stopping, sparse, too old or absent; and others, no fx."""
    rng = plan.rng
    for coin in STABLECOINS:
        mode = rng.choice(("full", "full", "old") if plan.is_orderly else FX_MODES)
        if mode == "absent":
            continue
        rate = rng.choice((1.0, 1.0, 0.999, 0.98, 1.01))
        for venue in rng.sample([*venues, "bitfinex"], rng.randrange(1, 4)):
            for minute in sorted(set(list_fx_minutes(plan, mode))):
                if rng.random() < 0.1:
                    continue
                close = round(rate + rng.choice((-0.001, 0.0, 0.0, 0.001, 0.002)), 4)
                volume = rng.choice((0.0, 5.0, 500.0, 500.0, 500.0))
                candles.append(Candle(venue, f"{coin}/USD", minute, close, close, close, close, volume))
    for symbol in ("EUR/USD", "USDT/USD:USD"):
        if rng.random() < 0.3:
            candles.extend(Candle("bitfinex", symbol, minute, 1.2, 1.2, 1.2, 1.2, 50.0) for minute in plan.past)
            covered.append(("bitfinex", symbol, plan.start, plan.end))


def draw_items(rng: random.Random, symbols: dict[str, list[str]]) -> tuple[str, ...] | None:
    """Draw a list of venues now and then: some by name, some by market, some that are not there."""
    if rng.random() < 0.75:
        return None
    items: list[str] = []
    for venue in rng.sample(sorted(symbols), rng.randrange(1, len(symbols) + 1)):
        by_market = rng.random() < 0.4
        items.append(f"{venue}:{rng.choice(symbols[venue])}" if by_market else venue)
    if rng.random() < 0.2:
        items.append("nowhere")
    return tuple(items)


def draw_setup(
    plan: RandomMarketPlan, symbols: dict[str, list[str]], asset: str, underlying: str | None
) -> OracleQuestion:
    """Draw the parameters, mostly the defaults."""
    rng = plan.rng
    enter, exit_ = rng.choice(((0.02, 0.01), (0.02, 0.01), (0.02, 0.01), (0.05, 0.02), (0.1, 0.1)))
    own_symbols = {
        venue: [s for s in venue_symbols if s.startswith(f"{asset}/")] or [f"{asset}/USDT"]
        for venue, venue_symbols in symbols.items()
    }
    return OracleQuestion(
        asset=asset,
        start=plan.start,
        end=plan.end,
        calm=plan.calm,
        stablecoins=frozenset(STABLECOINS),
        families=dict(FAMILIES),
        underlying=underlying,
        ratio_market=None if underlying is None else f"{asset}/{underlying}",
        venues=draw_items(rng, own_symbols),
        as_is=rng.random() < 0.1,
        min_vote=rng.choice((100.0, 100.0, 100.0, 100.0, 0.0, 1000.0)),
        enter=enter,
        exit=exit_,
        confirm=rng.choice((3, 3, 3, 1, 2)),
        focus="binance" if rng.random() < 0.8 else rng.choice(sorted(symbols)),
    )
