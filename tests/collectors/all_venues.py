"""Every venue of the table with an evening of 13 months ago: candles, public trades, and archives."""

from collections.abc import Mapping
from functools import cache

from tests.collectors.replay_setup import FAST_VENUES, ReplayRun, StoreT, build_evening
from tests.replay.archives import (
    CANDLE_ARCHIVES,
    ArchiveSite,
    build_bitget_files,
    build_bybit_files,
    build_okx_trade_files,
)
from tests.replay.market import Bar, PublicTrade
from tests.replay.server import Site

USD_VENUES = frozenset({"coinbaseexchange", "coinbase", "kraken", "gemini", "bitstamp", "cryptocom"})
"""Venues whose markets are in USD here; the others' are in USDT."""

SPOT_VENUES = (
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


def build_every_venue() -> dict[str, dict[str, list[Bar]]]:
    """ATOM and a dollar market of its quote on each venue, each at its own price level; WBETH and BNSOL on Binance."""
    venues: dict[str, dict[str, list[Bar]]] = {}
    for number, venue in enumerate(SPOT_VENUES):
        quotes = ("ATOM/USD", "USDT/USD") if venue in USD_VENUES else ("ATOM/USDT", "USDC/USDT")
        venues[venue] = {symbol: build_evening(3 + number) for symbol in quotes}
    return venues | {"binance": {**venues["binance"], "WBETH/USDT": build_evening(60), "BNSOL/USDT": build_evening(70)}}


def build_trades(market_bars: list[Bar]) -> list[PublicTrade]:
    """Four trades for every bar with a volume: open, high, low and close, a quarter of the volume each."""
    return list(_build_trades(tuple(market_bars)))


@cache
def _build_trades(bars: tuple[Bar, ...]) -> tuple[PublicTrade, ...]:
    traded = (bar for bar in bars if bar.volume)
    values = (
        (bar.open_ms * 1_000_000 + 14_999_000_000 * part, str(price), str(bar.volume / 4))
        for bar in traded
        for part, price in enumerate(bar[1:5])
    )
    return tuple(
        PublicTrade(time_ns, price, amount, number) for number, (time_ns, price, amount) in enumerate(values, 1)
    )


@cache
def _build_files(venue: str, symbol: str, bars: tuple[Bar, ...]) -> Mapping[str, bytes]:
    """The files of a market in the archive of its venue."""
    if venue == "bybit":
        return build_bybit_files(symbol, _build_trades(bars))
    if venue == "bitget":
        return build_bitget_files(symbol, bars)
    _, build_files = CANDLE_ARCHIVES[venue]
    trade_files = build_okx_trade_files(symbol, _build_trades(bars)) if venue == "okx" else {}
    return build_files(symbol, bars) | trade_files


def build_trades_by_venue(venues: Mapping[str, Mapping[str, list[Bar]]]) -> dict[str, dict[str, list[PublicTrade]]]:
    """The public trades of the markets of Kraken and Coinbase."""
    return {
        venue: {symbol: build_trades(market_bars) for symbol, market_bars in venues.get(venue, {}).items()}
        for venue in ("kraken", "coinbaseexchange")
    }


def build_archives(venues: Mapping[str, Mapping[str, list[Bar]]], *only: str) -> dict[str, Site]:
    """The archives by host, with the files of each market; only those of the venues named, if any."""
    hosts = {venue: host for venue, (host, _) in CANDLE_ARCHIVES.items()} | {
        "bybit": "public.bybit.com",
        "bitget": "img.bitgetimg.com",
    }
    sites: dict[str, Site] = {}
    for venue, host in hosts.items():
        if venue in venues and venue in (only or venues):
            site = ArchiveSite()
            for symbol, market_bars in venues[venue].items():
                site.files.update(_build_files(venue, symbol, tuple(market_bars)))
            sites[host] = site
    return sites


def build_full_run(store: StoreT, *venues: str) -> ReplayRun[StoreT]:
    """A run of every venue, or of those named, with public trades and archives, by every route of the table."""
    every_venue = build_every_venue()
    markets = {venue: every_venue[venue] for venue in venues or every_venue}
    return ReplayRun(store, markets, build_trades_by_venue(markets), build_archives(markets), table=FAST_VENUES)
