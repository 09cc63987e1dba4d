"""Every venue of the table with an evening of 13 months ago: candles, public trades, and archives."""

from collections.abc import Mapping

from tests.collectors.setting import evening
from tests.replay.archives import CANDLE_ARCHIVES, ArchiveSite, bybit_files
from tests.replay.market import Bar, Trade
from tests.replay.server import Site

DOLLARS = frozenset({"coinbaseexchange", "coinbase", "kraken", "gemini", "bitstamp", "cryptocom"})
"""Venues whose markets are in USD here; the others' are in USDT."""

SPOT = (
    "binance",
    "okx",
    "bybit",
    "coinbaseexchange",
    "coinbase",
    "kraken",
    "bitget",
    "gate",
    "kucoin",
    "htx",
    "mexc",
    "cryptocom",
    "bitfinex",
    "bitstamp",
    "upbit",
    "bithumb",
    "gemini",
    "binanceus",
    "bingx",
    "whitebit",
)


def every_venue() -> dict[str, dict[str, list[Bar]]]:
    """ATOM and the dollar value of its quote on each venue, at levels of their own; WBETH and BNSOL on Binance."""
    venues: dict[str, dict[str, list[Bar]]] = {}
    for number, venue in enumerate(SPOT):
        quotes = ("ATOM/USD", "USDT/USD") if venue in DOLLARS else ("ATOM/USDT", "USDC/USDT")
        venues[venue] = {symbol: evening(3 + number) for symbol in quotes}
    return venues | {"binance": {**venues["binance"], "WBETH/USDT": evening(60), "BNSOL/USDT": evening(70)}}


def trades_of(made: list[Bar]) -> list[Trade]:
    """Four trades for every bar with a volume: open, high, low and close, a quarter of the volume each."""
    traded = (bar for bar in made if bar.volume)
    prints = (
        (bar.open_ms * 1_000_000 + 14_999_000_000 * part, str(price), str(bar.volume / 4))
        for bar in traded
        for part, price in enumerate(bar[1:5])
    )
    return [Trade(time_ns, price, amount, number) for number, (time_ns, price, amount) in enumerate(prints, 1)]


def trades_everywhere(venues: Mapping[str, Mapping[str, list[Bar]]]) -> dict[str, dict[str, list[Trade]]]:
    """The public trades of Kraken's markets."""
    return {"kraken": {symbol: trades_of(made) for symbol, made in venues.get("kraken", {}).items()}}


def archives_of(venues: Mapping[str, Mapping[str, list[Bar]]], *only: str) -> dict[str, Site]:
    """The archives, with the files of each market; of these venues ``only`` where some are named."""
    sites: dict[str, Site] = {}
    for venue, (host, files) in CANDLE_ARCHIVES.items():
        if venue in venues and venue in (only or venues):
            site = ArchiveSite()
            for symbol, made in venues[venue].items():
                site.files.update(files(symbol, made))
            sites[host] = site
    if "bybit" in venues and "bybit" in (only or venues):
        site = ArchiveSite()
        for symbol, made in venues["bybit"].items():
            site.files.update(bybit_files(symbol, trades_of(made)))
        sites["public.bybit.com"] = site
    return sites
