"""Random markets between quotes: legs in both directions, that stop, start, thin out or grow old."""

from __future__ import annotations

from tests.oracle.question import Candle, CoveredSpan
from tests.oracle.random_markets import AFTER_MIN, KRW_PER_USD, RandomMarketPlan

MODES = ("full", "full", "stops", "stops", "starts", "sparse", "old", "edge", "absent")
ORDERLY_MODES = ("full", "full", "full", "sparse", "absent")


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
    mode = rng.choice(ORDERLY_MODES if plan.is_orderly else MODES)
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
