"""Small random data sets, the same for the same seed, full of ties, gaps and exact thresholds."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import lru_cache

from tests.oracle.question import MINUTE, Candle, CoveredSpan, OracleQuestion
from tests.oracle.random_markets import MIDNIGHT, RandomMarketPlan, add_legs, add_market, draw_plan

FAMILIES = {
    "binance": "binance",
    "binanceusdm": "binance",
    "binancecoinm": "binance",
    "coinbase": "coinbase",
    "coinbaseexchange": "coinbase",
    "kraken": "kraken",
    "krakenfutures": "kraken",
}
STABLECOINS = ("USDT", "USDC", "FDUSD", "TUSD", "DAI", "USDP", "BUSD", "USD1", "USDE", "PYUSD", "RLUSD")
QUOTES: dict[str, float] = {
    "USD": 1.0,
    **dict.fromkeys(STABLECOINS, 1.0),
    "EUR": 0.9,
    "GBP": 0.75,
    "AUD": 1.5,
    "KRW": 1400.0,
    "JPY": 150.0,
    "TRY": 40.0,
    "BRL": 5.5,
}
RATIO_QUOTES = {"ETH": 0.0003, "SOL": 0.006}
VENUES = ("bitstamp", "bybit", "coinbase", "coinbaseexchange", "gate", "gemini", "kraken", "okx", "upbit")
DERIVATIVE_VENUES = ("binanceusdm", "binancecoinm", "krakenfutures")


def draw_case(seed: int, bar: int = MINUTE) -> tuple[list[Candle], list[CoveredSpan], OracleQuestion]:
    """Draw one data set and its question, in bars of so many seconds; the latest are cached, the lists are copies."""
    candles, covered, question = _draw_case(seed, bar)
    return list(candles), list(covered), question


@lru_cache(maxsize=128)
def _draw_case(seed: int, bar: int) -> tuple[tuple[Candle, ...], tuple[CoveredSpan, ...], OracleQuestion]:
    rng = random.Random(seed)  # noqa: S311 - reproducible test data, nothing secret
    plan = draw_plan(rng)
    wrapped = rng.random() < 0.25
    candles: list[Candle] = []
    covered: list[CoveredSpan] = []
    venues = draw_venues(rng, 6 if plan.is_orderly else 2)
    asset, underlying = ("WBETH", "ETH") if wrapped else ("ATOM", None)
    symbols = {venue: draw_symbols(rng, underlying or asset, venue) for venue in venues}
    if underlying is not None:
        for venue in rng.sample(venues, min(len(venues), rng.choice((1, 1, 2, 3)))):
            symbols[venue] += draw_wrapped_symbols(rng, asset, underlying)
    for venue in venues:
        for symbol in symbols[venue]:
            add_market(plan, venue, symbol, candles, covered)
    add_legs(plan, venues, candles, covered)
    question = draw_question(plan, symbols, asset, underlying)
    rng.shuffle(candles)
    return (
        tuple(replace(candle, time=candle.time * bar) for candle in candles),
        tuple((venue, symbol, start * bar, end * bar) for venue, symbol, start, end in covered),
        replace(
            question,
            start=question.start * bar,
            end=question.end * bar,
            calm=question.calm and (question.calm[0] * bar, question.calm[1] * bar),
            bar=bar,
        ),
    )


def draw_weighted_case(seed: int) -> tuple[list[Candle], list[CoveredSpan], OracleQuestion]:
    """Draw one data set measured against the weighted median, with one of three kinds of weights.

    As drawn; all 1, because nothing traded in the day before; or a few cents, so that exact halves occur.
    """
    candles, covered, question = draw_case(seed)
    rng = random.Random(seed)  # noqa: S311 - reproducible test data, nothing secret
    weight_sort = ("drawn", "none", "few")[seed % 3]
    chosen_candles = []
    for candle in candles:
        is_before_window = candle.time < question.start and candle.symbol.split("/")[0] in (
            question.asset,
            question.underlying,
        )
        if not is_before_window or weight_sort == "drawn":
            chosen_candles.append(candle)
        elif weight_sort == "few" and candle.time >= question.start - 2 * MINUTE:
            volume = rng.choice((0.011, 0.017, 0.021, 0.031)) / candle.close
            chosen_candles.append(replace(candle, volume=volume))
    return chosen_candles, covered, replace(question, weighted=True)


def draw_rank_case(seed: int) -> tuple[list[Candle], list[CoveredSpan], OracleQuestion]:
    """Draw one data set on the edges of ranks: flat prices, strays of a few minutes, and gaps about 80 % of a window.

    Sizes are such that one leads the next by exactly 2 % or almost.
    """
    rng = random.Random(seed)  # noqa: S311 - reproducible test data, nothing secret
    start, length = MIDNIGHT * MINUTE, rng.choice((20, 25, 40))
    candles = []
    venues = rng.sample((*VENUES, "binance"), rng.randrange(4, 9))
    for venue in venues:
        for symbol in rng.choice((("ATOM/USDT",), ("ATOM/USDT",), ("ATOM/USDT", "ATOM/USD"))):
            stray_min, gap_min = rng.choice((0, 0, 1, 2, 3, 4, 6, 15)), rng.choice((0, 0, 0, 0, 1, 3, 4, 5, 8, 9, 12))
            stray = rng.choice((0.98, 0.9604, 0.941192, 0.95, 0.9, 1.02, 1.0404, 1.061208, 1.1))
            first = rng.randrange(length - stray_min)
            for minute in range(length - gap_min):
                price = 100.0 * (stray if first <= minute < first + stray_min else 1.0)
                candles.append(Candle(venue, symbol, start + minute * MINUTE, price, price, price, price, 1000.0))
    question = OracleQuestion(
        asset="ATOM",
        start=start,
        end=start + length * MINUTE,
        quotes=dict(QUOTES),
        stablecoins=frozenset(STABLECOINS),
        families=dict(FAMILIES),
        focus=rng.choice(venues),
    )
    return candles, [], question


def draw_venues(rng: random.Random, min_count: int) -> list[str]:
    """Draw 3 to 10 venues, mostly with the default focus and sometimes with its futures."""
    venues = rng.sample(VENUES, rng.randrange(min_count, 9))
    if rng.random() < 0.9:
        venues.append("binance")
    if rng.random() < 0.4:
        venues.append(rng.choice(DERIVATIVE_VENUES))
    while len(venues) < 3:
        venues.append(next(venue for venue in VENUES if venue not in venues))
    return sorted(venues)


def draw_symbols(rng: random.Random, base: str, venue: str) -> list[str]:
    """Draw the markets of a venue: at least one; of futures venues mostly derivatives."""
    has_futures = venue in DERIVATIVE_VENUES
    chances = {
        f"{base}/USDT": 0.2 if has_futures else 0.85,
        f"{base}/USDC": 0.4,
        f"{base}/FDUSD": 0.1,
        f"{base}/USD": 0.1 if has_futures else 0.55,
        f"{base}/KRW": 0.9 if venue == "upbit" else 0.2,
        f"{base}/EUR": 0.1,
        f"{base}/BTC": 0.1,
        f"{base}/USDT:USDT": 0.9 if has_futures else 0.2,
        f"{base}/USDC:USDC": 0.1,
        f"{base}/USD:{base}": 0.1,
    }
    symbols = [symbol for symbol, chance in chances.items() if rng.random() < chance]
    return symbols or [f"{base}/USDT"]


def draw_wrapped_symbols(rng: random.Random, asset: str, underlying: str) -> list[str]:
    """Draw the markets of a wrapped asset on one venue, with or without its ratio market."""
    chances = {
        f"{asset}/USDT": 0.9,
        f"{asset}/USDC": 0.2,
        f"{asset}/USD": 0.25,
        f"{asset}/BTC": 0.15,
        f"{asset}/{underlying}": 0.6,
        f"{asset}/USDT:USDT": 0.15,
    }
    return [symbol for symbol, chance in chances.items() if rng.random() < chance]


def draw_items(rng: random.Random, symbols: dict[str, list[str]]) -> tuple[str, ...]:
    """Draw a list of venues now and then: some by name, some by market, some that are not there."""
    if rng.random() < 0.75:
        return ()
    items: list[str] = []
    for venue in rng.sample(sorted(symbols), rng.randrange(1, len(symbols) + 1)):
        by_market = rng.random() < 0.4
        items += [f"{venue}:{symbol}" for symbol in rng.sample(symbols[venue], 1)] if by_market else [venue]
        if by_market and rng.random() < 0.2:
            items.append(venue)
    if rng.random() < 0.2:
        items += ["nowhere", "okx:ATOM/JPY"]
    return tuple(items)


def draw_question(
    plan: RandomMarketPlan, symbols: dict[str, list[str]], asset: str, underlying: str | None
) -> OracleQuestion:
    """Draw the parameters, mostly the defaults."""
    rng = plan.rng
    enter, exit_ = rng.choice(((0.02, 0.01), (0.02, 0.01), (0.02, 0.01), (0.05, 0.02), (0.1, 0.1)))
    own_symbols = {
        venue: [s for s in venue_symbols if s.startswith(f"{asset}/")] or [f"{asset}/USDT"]
        for venue, venue_symbols in symbols.items()
    }
    excluded = tuple(rng.sample([*sorted(symbols), "elsewhere"], 1)) if rng.random() < 0.12 else ()
    if underlying is None and rng.random() < 0.06:
        asset = rng.choice(("USDT", "USDC"))  # the markets between quotes are rows and legs at once
    return OracleQuestion(
        asset=asset,
        start=plan.start,
        end=plan.end,
        calm=plan.calm,
        quotes=dict(QUOTES),
        ratio_quotes=dict(RATIO_QUOTES),
        stablecoins=frozenset(STABLECOINS),
        families=dict(FAMILIES),
        underlying=underlying,
        ratio_market=None if underlying is None else f"{asset}/{underlying}",
        venues=draw_items(rng, own_symbols),
        excluded=excluded,
        as_is=rng.random() < 0.1,
        min_vote=rng.choice((100.0, 100.0, 100.0, 100.0, 0.0, 1000.0)),
        enter=enter,
        exit=exit_,
        confirm=rng.choice((3, 3, 3, 1, 2)),
        origin=rng.choice(("real",) * 19 + ("reconstruction",)),
        event=rng.choice((None, "2025-10-10")),
        window_name=rng.choice((None, "both-sides")),
        focus="binance" if rng.random() < 0.8 else rng.choice(sorted(symbols)),
    )
