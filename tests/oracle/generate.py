"""Small random data sets, the same for the same seed, full of ties, gaps and exact thresholds.

Prices lie on a coarse grid around 10 or 100, so that 9 against 10 and equal prices occur all the time.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from functools import lru_cache

from .brute import Candle, Covered, Setup

FAMILIES = {"binanceusdm": "binance", "binancecoinm": "binance", "coinbaseexchange": "coinbase"}
STABLECOINS = ("FDUSD", "USDC", "USDT")
VENUES = ("bitstamp", "bybit", "coinbase", "coinbaseexchange", "gate", "gemini", "kraken", "okx")
MIDNIGHT = 29_334_240  # 2025-10-10 00:00 UTC
FX_MODES = ("full", "full", "stops", "stops", "starts", "sparse", "old", "edge", "absent")
HISTORY = 3000  # minutes before the window that may hold candles


@dataclass(frozen=True)
class Scene:
    """What all markets of one data set share; an orderly one has few gaps, so that venues are ranked."""

    rng: random.Random
    start: int
    end: int
    calm: tuple[int, int] | None
    past: tuple[int, ...]
    tick: float
    level: float
    crash: int
    slump: float
    gaps: float
    orderly: bool


def random_case(seed: int) -> tuple[list[Candle], list[Covered], Setup]:
    """Draw one data set and what is asked of it; the last ones are kept, and the lists are the caller's own."""
    candles, covered, setup = _draw_case(seed)
    return list(candles), list(covered), setup


@lru_cache(maxsize=128)
def _draw_case(seed: int) -> tuple[tuple[Candle, ...], tuple[Covered, ...], Setup]:
    rng = random.Random(seed)  # noqa: S311 - reproducible test data, nothing secret
    scene = draw_scene(rng)
    wrapped = rng.random() < 0.25
    candles: list[Candle] = []
    covered: list[Covered] = []
    venues = draw_venues(rng, 5 if scene.orderly else 2)
    asset, underlying = ("WBETH", "ETH") if wrapped else ("ATOM", None)
    if underlying is None:
        symbols = {venue: draw_symbols(rng, asset, venue) for venue in venues}
    else:
        symbols = {venue: draw_symbols(rng, underlying, venue) for venue in venues}
        for venue in rng.sample(venues, min(len(venues), rng.choice((1, 1, 2, 3)))):
            symbols[venue] += draw_wrapped_symbols(rng, asset, underlying)
    for venue in venues:
        for symbol in symbols[venue]:
            add_market(scene, venue, symbol, candles, covered)
    add_money(scene, venues, candles, covered)
    setup = draw_setup(scene, symbols, asset, underlying)
    rng.shuffle(candles)
    return tuple(candles), tuple(covered), setup


def weighted_case(seed: int) -> tuple[list[Candle], list[Covered], Setup]:
    """Draw one data set measured against the weighted median, with weights of three sorts.

    As drawn; or all 1, because nothing traded in the day before; or of a few cents, so that halves are exact.
    """
    candles, covered, setup = random_case(seed)
    rng = random.Random(seed)  # noqa: S311 - reproducible test data, nothing secret
    sort = ("drawn", "none", "few")[seed % 3]
    kept = []
    for candle in candles:
        early = candle.minute < setup.start and candle.symbol.split("/")[0] in (setup.asset, setup.underlying)
        if not early or sort == "drawn":
            kept.append(candle)
        elif sort == "few" and candle.minute >= setup.start - 2:
            kept.append(replace(candle, volume=rng.choice((0.011, 0.011, 0.021, 0.031)) / candle.close))
    return kept, covered, replace(setup, weighted=True)


def draw_scene(rng: random.Random) -> Scene:
    """Draw window, calm span, history and the common price path."""
    start = MIDNIGHT + rng.randrange(1440)
    length = rng.randrange(20, 61)
    calm = rng.choice((None, (start - 2600, start - 1500), (start - 2000, start - 700)))
    if rng.random() < 0.1:
        calm = (start - 9000, start - 8000)  # no candle reaches back that far
    scattered = rng.sample(range(start - HISTORY, start - 12), rng.randrange(60, 161))
    past = tuple(sorted({*scattered, *range(start - 12, start)}))
    tick, level = rng.choice(((0.5, 10.0), (0.1, 10.0), (0.25, 10.0), (1.0, 100.0), (0.5, 100.0), (0.05, 10.0)))
    crash = start + rng.randrange(2, length)
    orderly = rng.random() < 0.5
    return Scene(
        rng=rng,
        start=start,
        end=start + length,
        calm=calm,
        past=past,
        tick=tick,
        level=level,
        crash=crash,
        slump=rng.choice((0.0, 0.01, 0.1, 0.3, 0.5)),
        gaps=rng.choice((0.0, 0.02) if orderly else (0.0, 0.02, 0.1, 0.3)),
        orderly=orderly,
    )


def draw_venues(rng: random.Random, least: int) -> list[str]:
    """Draw 3 to 8 venues, mostly with the default focus and sometimes with a relative of it."""
    venues = rng.sample(VENUES, rng.randrange(least, 7))
    if rng.random() < 0.9:
        venues.append("binance")
    if rng.random() < 0.35:
        venues.append(rng.choice(("binanceusdm", "binancecoinm")))
    while len(venues) < 3:
        venues.append(next(venue for venue in VENUES if venue not in venues))
    return sorted(venues)


def draw_symbols(rng: random.Random, base: str, venue: str) -> list[str]:
    """Draw the markets of a venue: at least one, the relatives of the focus mostly derivatives."""
    family = venue in ("binanceusdm", "binancecoinm")
    chances = {
        f"{base}/USDT": 0.2 if family else 0.85,
        f"{base}/USDC": 0.3,
        f"{base}/FDUSD": 0.1,
        f"{base}/USD": 0.1 if family else 0.55,
        f"{base}/EUR": 0.15,
        f"{base}/USDT:USDT": 0.9 if family else 0.2,
        f"{base}/USDC:USDC": 0.1,
        f"{base}/USD:{base}": 0.1,
        f"{base}/EUR:EUR": 0.03,
    }
    drawn = [symbol for symbol, chance in chances.items() if rng.random() < chance]
    return drawn or [f"{base}/USDT"]


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


def base_level(scene: Scene, symbol: str) -> float:
    """Give the price around which a symbol trades before the crash."""
    if symbol.startswith("WBETH/ETH"):
        return 1.08
    return scene.level * (1.1 if symbol.startswith("WBETH") else 1.0)


def grid(scene: Scene, symbol: str, price: float) -> float:
    """Put a price on the grid, never below one step."""
    steps = 100 if symbol.startswith("WBETH/ETH") else round(1 / scene.tick)
    return max(1, round(price * steps)) / steps


@dataclass(frozen=True)
class Habit:
    """How one market behaves: its steady offset, and the span and size of its own excursion."""

    offset: float
    begin: int
    finish: int
    excursion: float
    noise: float
    gaps: float
    turnover: float
    flow: str


def draw_habit(scene: Scene) -> Habit:
    """Draw the behaviour of one market."""
    rng = scene.rng
    begin = scene.crash + rng.randrange(-3, 4)
    return Habit(
        offset=rng.choice((0.0, 0.0, 0.0, 0.0, 0.01, -0.01, 0.05, -0.02)),
        begin=begin,
        finish=begin + rng.randrange(1, 25),
        excursion=rng.choice((0.0, 0.0, 0.0, -0.02, -0.1, -0.2, -0.5, 0.1)),
        noise=rng.choice((0.0, 0.005, 0.01, 0.03)),
        gaps=min(0.6, scene.gaps * rng.choice((0.0, 1.0, 1.0, 3.0))),
        turnover=rng.choice((1000.0, 5000.0) if scene.orderly else (150.0, 1000.0, 1000.0, 10_000.0)),
        flow=rng.choice(("whole", "whole", "part", "none")),
    )


def middle_price(scene: Scene, habit: Habit, symbol: str, minute: int) -> float:
    """Give the price a market stands at before noise."""
    price = base_level(scene, symbol) * (1 + habit.offset)
    after = minute - scene.crash
    if after >= 0 and not symbol.startswith("WBETH/ETH"):
        price *= 1 - scene.slump * max(0.0, 1 - after / 20)
    if habit.begin <= minute < habit.finish:
        price *= 1 + habit.excursion
    return price


def draw_volume(scene: Scene, habit: Habit, close: float) -> float:
    """Draw a volume: usual, small, exactly at the default vote, or none."""
    rng = scene.rng
    chance = rng.random()
    if chance < 0.03:
        return 0.0
    if chance < 0.07:
        return rng.choice((0.25, 1.0, 2.0))
    if chance < 0.10:
        return 100.0 / close
    return float(max(1, round(habit.turnover * rng.choice((0.5, 1.0, 1.0, 2.0)) / close)))


def draw_candle(scene: Scene, habit: Habit, venue: str, symbol: str, minute: int) -> Candle:
    """Draw one candle; one without volume is mostly flat."""
    rng = scene.rng
    middle = middle_price(scene, habit, symbol, minute)
    opened = grid(scene, symbol, middle * (1 + rng.uniform(-habit.noise, habit.noise)))
    close = grid(scene, symbol, middle * (1 + rng.uniform(-habit.noise, habit.noise)))
    volume = draw_volume(scene, habit, close)
    if volume == 0 and rng.random() < 0.8:
        return Candle(venue, symbol, minute, close, close, close, close, 0.0)
    wick = rng.choice((0.0, 0.0, 0.01, 0.03, 0.5 if rng.random() < 0.1 else 0.0))
    low = grid(scene, symbol, min(opened, close) * (1 - wick))
    high = grid(scene, symbol, max(opened, close) * (1 + rng.choice((0.0, 0.0, 0.02))))
    return Candle(venue, symbol, minute, opened, max(high, opened, close), min(low, opened, close), close, volume)


def add_market(scene: Scene, venue: str, symbol: str, candles: list[Candle], covered: list[Covered]) -> None:
    """Add one market's candles in the window and a share of those before it, with its coverage."""
    rng, habit = scene.rng, draw_habit(scene)
    share = rng.choice((0.1, 0.5, 0.9, 0.9, 1.0))
    present = [minute for minute in scene.past if minute >= scene.start - 12 or rng.random() < share]
    if rng.random() < 0.07:
        present = []  # no history: the market is chosen by what it traded in the window
    if rng.random() < 0.95:
        present += range(scene.start, scene.end)
    if symbol.startswith("WBETH/ETH"):
        present += draw_ratio_minutes(scene)
    hole = rng.randrange(scene.start - 6, scene.end) if rng.random() < (0.1 if scene.orderly else 0.3) else scene.end
    hole_end = hole + rng.randrange(2, 15)
    kept = [minute for minute in sorted(set(present)) if not hole <= minute < hole_end and rng.random() >= habit.gaps]
    candles.extend(draw_candle(scene, habit, venue, symbol, minute) for minute in kept)
    add_coverage(scene, habit.flow, venue, symbol, covered)


def draw_ratio_minutes(scene: Scene) -> list[int]:
    """Draw minutes of a ratio market in the calm span: none, about as many as are needed, or more."""
    begin, finish = scene.calm or (scene.start - 36 * 60, scene.start - 8 * 60)
    begin = max(begin, scene.start - HISTORY)
    count = scene.rng.choice((0, 20, 28, 60))
    return scene.rng.sample(range(begin, finish), count) if finish > begin else []


def add_coverage(scene: Scene, flow: str, venue: str, symbol: str, covered: list[Covered]) -> None:
    """Add the spans that were collected whole: everything, pieces around the window, or nothing."""
    rng = scene.rng
    if flow == "whole":
        covered.append((venue, symbol, scene.start - HISTORY, scene.end))
    if flow == "part":
        cut = rng.randrange(scene.start, scene.end)
        covered.append((venue, symbol, scene.start - rng.randrange(15), cut))
        covered.append((venue, symbol, min(scene.end, cut + rng.randrange(8)), scene.end))


def fx_minutes(scene: Scene, mode: str) -> list[int]:
    """List the minutes in which a stablecoin's market against USD traded, by the way it behaves."""
    rng = scene.rng
    window = range(scene.start, scene.end)
    past = list(scene.past)
    stop = rng.randrange(scene.start, scene.end)
    step = rng.randrange(4, 9)
    edge = scene.start - rng.choice((5, 6))
    return {
        "full": [*past, *window],
        "stops": [*past, *(minute for minute in window if minute < stop)],
        "starts": [minute for minute in window if minute >= stop],
        "sparse": [*(minute for minute in past if rng.random() < 0.5), *window[::step]],
        "old": [minute for minute in past if minute < scene.start - 5],
        "edge": [*(minute for minute in past if minute < edge), edge],
    }[mode]


def add_money(scene: Scene, venues: list[str], candles: list[Candle], covered: list[Covered]) -> None:
    """Add the markets of stablecoins against USD: full, stopping, sparse, too old or absent; and others, no fx."""
    rng = scene.rng
    for coin in STABLECOINS:
        mode = rng.choice(("full", "full", "old") if scene.orderly else FX_MODES)
        if mode == "absent":
            continue
        around = rng.choice((1.0, 1.0, 0.999, 0.98, 1.01))
        for venue in rng.sample([*venues, "bitfinex"], rng.randrange(1, 4)):
            for minute in sorted(set(fx_minutes(scene, mode))):
                if rng.random() < 0.1:
                    continue
                close = round(around + rng.choice((-0.001, 0.0, 0.0, 0.001, 0.002)), 4)
                volume = rng.choice((0.0, 5.0, 500.0, 500.0, 500.0))
                candles.append(Candle(venue, f"{coin}/USD", minute, close, close, close, close, volume))
    for symbol in ("EUR/USD", "USDT/USD:USD"):
        if rng.random() < 0.3:
            candles.extend(Candle("bitfinex", symbol, minute, 1.2, 1.2, 1.2, 1.2, 50.0) for minute in scene.past)
            covered.append(("bitfinex", symbol, scene.start, scene.end))


def draw_items(rng: random.Random, symbols: dict[str, list[str]]) -> tuple[str, ...] | None:
    """Draw a list of venues now and then: some by name, some by market, some that are not there."""
    if rng.random() < 0.75:
        return None
    items: list[str] = []
    for venue in rng.sample(sorted(symbols), rng.randrange(1, len(symbols) + 1)):
        named = rng.random() < 0.4
        items.append(f"{venue}:{rng.choice(symbols[venue])}" if named else venue)
    if rng.random() < 0.2:
        items.append("nowhere")
    return tuple(items)


def draw_setup(scene: Scene, symbols: dict[str, list[str]], asset: str, underlying: str | None) -> Setup:
    """Draw the parameters, mostly the defaults."""
    rng = scene.rng
    enter, leave = rng.choice(((0.02, 0.01), (0.02, 0.01), (0.02, 0.01), (0.05, 0.02), (0.1, 0.1)))
    own = {
        venue: [s for s in listed if s.startswith(f"{asset}/")] or [f"{asset}/USDT"]
        for venue, listed in symbols.items()
    }
    return Setup(
        asset=asset,
        start=scene.start,
        end=scene.end,
        calm=scene.calm,
        stablecoins=frozenset(STABLECOINS),
        families=dict(FAMILIES),
        underlying=underlying,
        ratio_market=None if underlying is None else f"{asset}/{underlying}",
        venues=draw_items(rng, own),
        as_is=rng.random() < 0.1,
        min_vote=rng.choice((100.0, 100.0, 100.0, 100.0, 0.0, 1000.0)),
        enter=enter,
        exit=leave,
        confirm=rng.choice((3, 3, 3, 1, 2)),
        focus="binance" if rng.random() < 0.8 else rng.choice(sorted(symbols)),
    )
