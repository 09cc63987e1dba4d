"""What a store holds of an event."""

import polars as pl

from analysis.event_holdings import read_event_holdings
from data.catalogue import load_catalogue
from data.schema import Origin
from tests.dashboard.memory_store import MemoryStore, build_crash_candles, build_market_candles

CATALOGUE = load_catalogue()
EVENT = CATALOGUE.get_event("2025-10-10")


def test_venues_and_minutes() -> None:
    """The half hour of the crash is on ten venues, and in 30 of the default window's 150 minutes."""
    held = read_event_holdings(MemoryStore(), CATALOGUE, EVENT)
    usdt = ("binance", "okx", "bybit", "bitget", "gate")
    assert held.venues == (*usdt, "coinbaseexchange", "kraken", "gemini", "bitstamp", "binanceusdm")
    assert (held.focus_min, held.window_min, held.lacking_venues) == (30, 150, ())
    assert not held.is_complete


def test_the_reconstruction_is_not_held() -> None:
    """Candles of the reconstruction are no holdings of an event."""
    frame = build_crash_candles().with_columns(origin=pl.lit(Origin.RECONSTRUCTION.value))
    held = read_event_holdings(MemoryStore(frame), CATALOGUE, EVENT)
    assert (held.venues, held.focus_min) == ((), 0)


def test_what_is_lacking_of_the_listed_venues() -> None:
    """Where an event lists its venues, those without a candle are named; other days hold nothing of it."""
    event = CATALOGUE.get_event("2019-05-17")
    held = read_event_holdings(MemoryStore(), CATALOGUE, event)
    assert held.lacking_venues == ("bitstamp", "coinbaseexchange", "kraken", "bitfinex", "binance")
    assert (held.venues, held.focus_min, held.window_min) == ((), 0, 55)


def test_a_venue_of_a_rate_is_no_venue_of_the_asset() -> None:
    """Coinbase's USDT/USD counts as collected, but Coinbase has no price of USDC."""
    event = CATALOGUE.get_event("2024-01-03")
    start = event.get_window().start
    usdc = build_market_candles("binance", "USDC/USDT", 1, start=start)
    usdt = build_market_candles("coinbaseexchange", "USDT/USD", 1, start=start)
    held = read_event_holdings(MemoryStore(pl.concat([usdc, usdt])), CATALOGUE, event)
    assert held.venues == ("binance",)
    assert set(event.venues) - set(held.lacking_venues) == {"binance", "coinbaseexchange"}
    assert (held.focus_min, held.window_min) == (30, 60)
