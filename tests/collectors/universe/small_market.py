"""A market of four exchanges and nine coins, each of which stands for a case, over two days of October 2025.

Five coins are on Binance and on two others: ATOM, DOGE, USDC, SATS, which Binance quotes as 1000SATS, and LUNC, which
Binance has delisted since, so that only its archive has it. XRP is on two exchanges, ADA not on Binance, LUNA and FTT
only on the lists of archives. Prices of a coin are alike everywhere, but for one trade of DOGE on Binance at 2.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache

from tests.collectors.all_venues import build_archives
from tests.collectors.replay_setup import FAST_VENUES, build_bars, to_ms
from tests.replay.archives import BucketSite, LinkSite
from tests.replay.market import Bar
from tests.replay.server import Site

FIRST_MINUTE = datetime(2025, 10, 8, 20, tzinfo=UTC)
BAR_COUNT = 54 * 60
"""Until 02:00 on 11 October: the two days between with what measuring them needs."""
WINDOW_START = datetime(2025, 10, 10, 20, tzinfo=UTC)
WINDOW_END = datetime(2025, 10, 10, 22, tzinfo=UTC)
REQUIRED_START = datetime(2025, 10, 9, 18, 54, tzinfo=UTC)
"""A day, the hour and five minutes of carried prices, and the bar beside them, before the window."""
REQUIRED_END = datetime(2025, 10, 10, 22, 1, tzinfo=UTC)
REQUIRED_MIN = 27 * 60 + 7

SCAN_VENUES = ("binance", "okx", "bybit", "coinbaseexchange")

LISTED = {
    "binance": ("ATOM/USDT", "DOGE/USDT", "1000SATS/USDT", "USDC/USDT", "XRP/USDT"),
    "okx": ("ATOM/USDT", "DOGE/USDT", "SATS/USDT", "LUNC/USDT", "USDC/USDT", "XRP/USDT", "ADA/USDT"),
    "bybit": ("ATOM/USDT", "DOGE/USDT", "SATS/USDT", "LUNC/USDT", "USDC/USDT", "ADA/USDT"),
    "coinbaseexchange": ("ATOM/USD", "USDT/USD", "ADA/USD"),
}
"""The markets that each exchange lists today."""

SCANNED = {
    "binance": ("ATOM/USDT", "DOGE/USDT", "1000SATS/USDT", "USDC/USDT", "LUNC/USDT"),
    "okx": ("ATOM/USDT", "DOGE/USDT", "SATS/USDT", "LUNC/USDT", "USDC/USDT"),
    "bybit": ("ATOM/USDT", "DOGE/USDT", "SATS/USDT", "LUNC/USDT", "USDC/USDT"),
    "coinbaseexchange": ("ATOM/USD", "USDT/USD"),
}
"""The markets that a scan of Binance needs: those of its five coins, and that of USDT in dollars."""

BINANCE_FOLDERS = ("ATOMUSDT", "DOGEUSDT", "1000SATSUSDT", "USDCUSDT", "XRPUSDT", "LUNCUSDT", "LUNAUSDT", "ATOMBTC")
BYBIT_FOLDERS = ("ATOMUSDT", "DOGEUSDT", "SATSUSDT", "LUNCUSDT", "USDCUSDT", "ADAUSDT", "FTTUSDT")


PRICES = {"ATOM": 3, "DOGE": 4, "SATS": 5, "LUNC": 6, "XRP": 7, "ADA": 8}
"""About where each coin trades; stablecoins at 1."""

FALL_AT = datetime(2025, 10, 10, 21, 20, tzinfo=UTC)
FALL_PRICE = 2.0
"""Minute and price of the lowest trade of DOGE on Binance."""


@cache
def build_two_days(coin: str) -> tuple[Bar, ...]:
    """A bar of a coin for every minute of 9 and 10 October and some hours beside them; nobody is quiet."""
    if coin in PRICES:
        return tuple(build_bars(FIRST_MINUTE, BAR_COUNT, level=PRICES[coin]))
    stable = [bar._replace(open=1.0, high=1.0, low=1.0, close=1.0) for bar in build_two_days("ATOM")]
    return tuple(bar._replace(volume=100_000.0) for bar in stable)


def build_market(venue: str, symbol: str) -> list[Bar]:
    """The bars of a market: 1000SATS at a thousand times the price, DOGE on Binance with its fall."""
    ticker = symbol.split("/", 1)[0]
    if ticker == "1000SATS":
        return [_multiply_prices(bar, 1000) for bar in build_two_days("SATS")]
    bars = list(build_two_days(ticker))
    if (venue, ticker) == ("binance", "DOGE"):
        bars = [bar._replace(low=FALL_PRICE) if bar.open_ms == to_ms(FALL_AT) else bar for bar in bars]
    return bars


def _multiply_prices(bar: Bar, factor: int) -> Bar:
    """The bar of a ticker that stands for many units of a coin."""
    open_, high, low, close = (round(factor * price, 6) for price in (bar.open, bar.high, bar.low, bar.close))
    return Bar(bar.open_ms, open_, high, low, close, bar.volume)


def build_venues() -> dict[str, dict[str, list[Bar]]]:
    """The listed markets with their bars."""
    return {venue: {symbol: build_market(venue, symbol) for symbol in symbols} for venue, symbols in LISTED.items()}


def build_sites(venues: Mapping[str, Mapping[str, list[Bar]]]) -> dict[str, Site]:
    """The archives of Binance and OKX with the markets, Binance's with LUNC too, and the lists of archives."""
    markets = {venue: dict(venues[venue]) for venue in ("binance", "okx")}
    markets["binance"]["LUNC/USDT"] = build_market("binance", "LUNC/USDT")
    return {
        **build_archives(markets),
        "s3-ap-northeast-1.amazonaws.com": BucketSite("data/spot/daily/klines/", BINANCE_FOLDERS, page_size=3),
        "public.bybit.com": LinkSite("/spot/", BYBIT_FOLDERS),
    }


SCAN_ROWS = tuple(row for row in FAST_VENUES if row.key in SCAN_VENUES)
"""The rows of the four exchanges, without waits."""
