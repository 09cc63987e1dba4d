"""A market of four exchanges and nine coins, each of which stands for a case, over two days of October 2025.

Five coins are on Binance and on two others: ATOM, DOGE, USDC, SATS, which Binance quotes as 1000SATS, and LUNC, which
Binance has delisted since, so that only its archive has it. XRP is on two exchanges, ADA not on Binance, LUNA and FTT
only on the lists of archives.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache

from tests.collectors.all_venues import build_archives
from tests.collectors.replay_setup import FAST_VENUES, build_bars
from tests.replay.archives import BucketSite, LinkSite
from tests.replay.market import Bar
from tests.replay.server import Site

FIRST_MINUTE = datetime(2025, 10, 9, tzinfo=UTC)
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


@cache
def build_two_days(level: float) -> list[Bar]:
    """A bar for every minute of 9 and 10 October; nobody is quiet."""
    return build_bars(FIRST_MINUTE, 2 * 24 * 60, level=level)


def build_venues() -> dict[str, dict[str, list[Bar]]]:
    """The listed markets with their bars, each market at a price of its own."""
    levels = iter(range(3, 100))
    return {venue: {symbol: build_two_days(next(levels)) for symbol in symbols} for venue, symbols in LISTED.items()}


def build_sites(venues: Mapping[str, Mapping[str, list[Bar]]]) -> dict[str, Site]:
    """The archives of Binance and OKX with the markets, Binance's with LUNC too, and the lists of archives."""
    markets = {venue: dict(venues[venue]) for venue in ("binance", "okx")}
    markets["binance"]["LUNC/USDT"] = build_two_days(200)
    return {
        **build_archives(markets),
        "s3-ap-northeast-1.amazonaws.com": BucketSite("data/spot/daily/klines/", BINANCE_FOLDERS, page_size=3),
        "public.bybit.com": LinkSite("/spot/", BYBIT_FOLDERS),
    }


SCAN_ROWS = tuple(row for row in FAST_VENUES if row.key in SCAN_VENUES)
"""The rows of the four exchanges, without waits."""
