"""The replayed markets of each event of the catalogue: flat, but for the minutes that the event is about.

All numbers are round and chosen for the test; none is a price of an exchange.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from data.catalogue import load_catalogue
from tests.collectors.replay_setup import to_ms
from tests.replay.market import MINUTE_MS, Bar

CATALOGUE = load_catalogue()

MARGIN = timedelta(hours=1)
"""What the markets trade before and after the window that is measured."""

Markets = dict[str, dict[str, list[Bar]]]

Changes = Mapping[str, tuple[float, float, float, float]]
"""Open, high, low and close of minutes that differ, by their time in UTC, such as ``14:18``."""

STABLE_VOLUME = 500_000.0
"""The volume of a minute of a stablecoin, in coins."""


def get_window(event: str, window: str | None = None) -> tuple[datetime, datetime]:
    """The edges of a window of the event, by default the default one."""
    entry = CATALOGUE.get_event(event).get_window(window)
    return entry.start, entry.end


def build_bars(
    window: tuple[datetime, datetime], price: float, changes: Changes | None = None, volume: float = 10.0
) -> list[Bar]:
    """A bar for every minute of the window and of `MARGIN` around it, all at one price but for the changes."""
    first = window[0] - MARGIN
    day = first.replace(hour=0, minute=0)
    by_minute = {
        (day + timedelta(hours=int(text[:2]), minutes=int(text[3:])) - first) // timedelta(minutes=1): prices
        for text, prices in (changes or {}).items()
    }
    assert all(minute >= 0 for minute in by_minute)
    count = (window[1] + MARGIN - first) // timedelta(minutes=1)
    return [
        Bar(to_ms(first) + minute * MINUTE_MS, *by_minute.get(minute, (price,) * 4), volume) for minute in range(count)
    ]


def build_dollar_legs(window: tuple[datetime, datetime]) -> Markets:
    """USDT at one dollar on Coinbase, Kraken and Bitstamp."""
    bars = build_bars(window, 1.0, volume=STABLE_VOLUME)
    return {venue: {"USDT/USD": bars} for venue in ("coinbaseexchange", "kraken", "bitstamp")}


def merge_markets(*parts: Markets) -> Markets:
    """The markets of all parts by venue."""
    venues = {venue for part in parts for venue in part}
    return {
        venue: {symbol: bars for part in parts for symbol, bars in part.get(venue, {}).items()}
        for venue in sorted(venues)
    }


def build_kraken_2021() -> Markets:
    """ETH closes at 700 on Kraken in two minutes, while four other exchanges stand at 1,530 to 1,546 dollars."""
    window = get_window("2021-02-22")
    fall = {"14:18": (1540.0, 1540.0, 700.0, 700.0), "14:19": (700.0,) * 4}
    others = {"coinbaseexchange": 1540.0, "bitstamp": 1540.0, "bitfinex": 1546.0, "binanceus": 1530.0}
    return merge_markets(
        {"kraken": {"ETH/USD": build_bars(window, 1540.0, fall), "DOT/USD": build_bars(window, 30.0)}},
        {venue: {"ETH/USD": build_bars(window, price)} for venue, price in others.items()},
        {"binance": {"ETH/USDT": build_bars(window, 1540.0)}},
        build_dollar_legs(window),
    )


def build_bitstamp_2019() -> Markets:
    """BTC closes at 6,250 on Bitstamp for eleven minutes, and elsewhere at 7,100 to 7,300."""
    window = get_window("2019-05-17")
    minutes = [*(f"02:{minute}" for minute in (58, 59)), *(f"03:0{minute}" for minute in range(9))]
    falls = {"bitstamp": 6250.0, "coinbaseexchange": 7100.0, "kraken": 7150.0, "bitfinex": 7300.0}
    return {
        venue: {"BTC/USD": build_bars(window, 7600.0, dict.fromkeys(minutes, (low,) * 4))}
        for venue, low in falls.items()
    } | {"binance": {"BTC/USDT": build_bars(window, 7600.0)}}


def build_binanceus_2021() -> Markets:
    """BTC trades at 8,200 on Binance.US and closes with the others; Kraken closes a tenth below them."""
    window = get_window("2021-10-21")
    falls = {
        "binanceus": (8200.0, 64_000.0),
        "kraken": (55_500.0, 57_600.0),
        "bitstamp": (63_600.0, 64_000.0),
        "coinbaseexchange": (64_000.0, 64_200.0),
        "bitfinex": (64_400.0, 64_500.0),
    }
    return merge_markets(
        {
            venue: {"BTC/USD": build_bars(window, 65_000.0, {"11:34": (65_000.0, 65_000.0, low, close)})}
            for venue, (low, close) in falls.items()
        },
        {"binance": {"BTC/USDT": build_bars(window, 65_000.0)}},
        build_dollar_legs(window),
    )


def build_binanceus_2023() -> Markets:
    """BTC/USDT on Binance.US trades at 138,070 and closes at twice the price of the others; its BTC/USD stays."""
    window = get_window("2023-06-21")
    flat, stable = build_bars(window, 28_000.0), build_bars(window, 1.0, volume=STABLE_VOLUME)
    spike = build_bars(window, 28_000.0, {"06:50": (28_000.0, 138_070.0, 28_000.0, 56_000.0)})
    return merge_markets(
        {"binanceus": {"BTC/USDT": spike, "BTC/USD": flat}},
        {venue: {"BTC/USDT": flat} for venue in ("binance", "bybit", "kucoin", "gate")},
        {venue: {"BTC/USD": flat, "USDT/USD": stable} for venue in ("coinbaseexchange", "kraken", "bitstamp")},
    )


def build_usdc_2024() -> Markets:
    """USDC/USDT on Binance trades at 0.74, 0.80 and 0.79, and closes 4% below six others in the first minute."""
    window = get_window("2024-01-03")
    spikes = {
        "12:10": (1.0, 1.0, 0.74, 0.96),
        "12:15": (1.0, 1.0, 0.80, 1.0),
        "12:21": (1.0, 1.0, 0.79, 1.0),
    }
    flat = build_bars(window, 1.0, volume=STABLE_VOLUME)
    return merge_markets(
        {"binance": {"USDC/USDT": build_bars(window, 1.0, spikes, STABLE_VOLUME)}},
        {venue: {"USDC/USDT": flat} for venue in ("okx", "bybit", "kucoin", "gate", "bitget", "kraken")},
        build_dollar_legs(window),
    )


def build_usd1_2025() -> Markets:
    """BTC/USD1 on Binance trades at 24,111.22 and closes at 60,900; every BTC/USDT stays at 87,000."""
    window = get_window("2025-12-24", "morning")
    fall = {"09:15": (87_000.0, 87_000.0, 24_111.22, 60_900.0)}
    flat, stable = build_bars(window, 87_000.0), build_bars(window, 1.0, volume=STABLE_VOLUME)
    return merge_markets(
        {"binance": {"BTC/USDT": flat, "BTC/USD1": build_bars(window, 87_000.0, fall), "USD1/USDT": stable}},
        {venue: {"BTC/USDT": flat} for venue in ("okx", "bybit", "kucoin", "bitget")},
        {venue: {"BTC/USD": flat} for venue in ("coinbaseexchange", "kraken", "bitstamp")},
        build_dollar_legs(window),
    )


def build_bithumb_2026() -> Markets:
    """BTC/KRW closes 16% lower on Bithumb than on Upbit for five minutes; in the last but one Bithumb trades little."""
    window = get_window("2026-02-06")
    fall = dict.fromkeys([f"10:{minute}" for minute in range(30, 35)], (81_732_000.0,) * 4)
    bithumb = build_bars(window, 97_300_000.0, fall)
    little = 60 + 50  # 10:50, after an hour of margin: 0.001 BTC are 97,300 won, under the floor of 140,000
    bithumb[little] = bithumb[little]._replace(volume=0.001)
    won = build_bars(window, 1390.0, volume=STABLE_VOLUME)
    return merge_markets(
        {"bithumb": {"BTC/KRW": bithumb, "USDT/KRW": won}},
        {"upbit": {"BTC/KRW": build_bars(window, 97_300_000.0), "USDT/KRW": won}},
        {venue: {"BTC/USDT": build_bars(window, 70_000.0)} for venue in ("binance", "okx", "bybit", "kucoin")},
        build_dollar_legs(window),
    )
