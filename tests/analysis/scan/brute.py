"""Counts over random markets, written again from docs/method.md without numpy or polars, minute by minute."""

import random
from dataclasses import dataclass, field

FIVE = ("okx", "bybit", "bitget", "gate", "kucoin")
VENUES = ("binance", "okx", "bybit", "gate", "kraken", "mexc")
FLOOR = 100.0


@dataclass
class Minute:
    """What a market did in one minute."""

    open: float
    high: float
    low: float
    close: float
    volume: float

    @property
    def votes(self) -> bool:
        """Whether enough was traded."""
        return self.volume * max(self.open, self.close) >= FLOOR


Market = dict[int, Minute]
"""Minutes by number; one that is absent is not in the data."""

Markets = dict[str, dict[str, Market]]
"""By asset and venue."""


@dataclass
class Extreme:
    """One exchange on one asset and side, as in a row of a scan."""

    price: float
    minute: int
    gap: float | None
    gap_five: float | None
    aligned: float | None
    aligned_five: float | None
    is_first: bool
    others: list[str] = field(default_factory=list)


def make_markets(seed: int, assets: int, minutes: int) -> Markets:
    """Random prices near 100, some minutes deep, small or absent, some markets absent."""
    dice = random.Random(seed)  # noqa: S311 - prices of a test
    markets: Markets = {}
    for number in range(assets):
        asset = f"A{number}"
        markets[asset] = {}
        for venue in VENUES:
            if venue not in {"binance", "okx", "kraken"} and dice.random() < 0.3:
                continue
            markets[asset][venue] = {
                minute: make_minute(dice) for minute in range(minutes) if dice.random() > 0.15
            } or {0: make_minute(dice)}
    return markets


def make_minute(dice: random.Random) -> Minute:
    """A minute whose low is below its open and close."""
    opening, close = (round(dice.uniform(60, 101) if dice.random() < 0.1 else dice.uniform(98, 101), 2) for _ in "oc")
    low, high = min(opening, close) * dice.uniform(0.8, 1), max(opening, close) * dice.uniform(1, 1.2)
    return Minute(opening, round(high, 3), round(low, 3), close, 0.5 if dice.random() < 0.2 else 50.0)


def measure_extremes(markets: dict[str, Market], side: str) -> dict[str, Extreme]:
    """Every exchange on one asset: its most extreme trade beside those of the others, and the same minute."""
    best = min if side == "below" else max

    def read(minute: Minute) -> float:
        return minute.low if side == "below" else minute.high

    extremes = {venue: best(read(minute) for minute in market.values()) for venue, market in markets.items()}
    result = {}
    for venue, market in markets.items():
        price = extremes[venue]
        at = min(number for number, minute in market.items() if read(minute) == price)
        others = [other for other in markets if other != venue]
        five = [other for other in others if other in FIVE]
        gap = price / best(extremes[other] for other in others) - 1 if others else None
        result[venue] = Extreme(
            price,
            at,
            gap,
            price / best(extremes[other] for other in five) - 1 if five else None,
            look_at_minute(markets, venue, others, at, side),
            look_at_minute(markets, venue, five, at, side),
            gap is not None and (gap <= 1e-12 if side == "below" else gap >= -1e-12),
            others,
        )
    return result


def look_at_minute(markets: dict[str, Market], venue: str, others: list[str], at: int, side: str) -> float | None:
    """How far the close of a minute was beyond all other closes of it that count."""
    own = markets[venue][at]
    closes = [markets[other][at].close for other in others if at in markets[other] and markets[other][at].votes]
    if not own.votes or not closes:
        return None
    if side == "below":
        return min(0.0, own.close / min(closes) - 1)
    return max(0.0, own.close / max(closes) - 1)
