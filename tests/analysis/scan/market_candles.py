"""Candles of small markets for scans, written minute by minute into a store."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from analysis.engine.run import Engine, EngineKind
from analysis.scan.request import ScanRequest
from data.catalogue import load_catalogue
from data.identity.market_universe import build_market_universe
from data.schema import CANDLE, build_empty_frame
from data.store import CandleStore
from tests.data.frames import NOW, build_candle, build_candles
from tests.data.scan_frames import MADE_AT

START = datetime(2025, 6, 3, 12, 0, tzinfo=UTC)
"""The window's first minute, on a day of no event."""

WINDOW_MIN = 6

SERIAL = Engine(kind=EngineKind.SERIAL)
"""Measures in the process of the test."""

CALM_AT = START - timedelta(hours=2)


def build_market(
    venue: str,
    symbol: str,
    closes: Sequence[float],
    *,
    lows: dict[int, float] | None = None,
    highs: dict[int, float] | None = None,
    volume: float = 1e6,
    at: datetime = START,
    calm: float | None = None,
) -> list[dict[str, object]]:
    """A candle for each close, and ten at the calm price two hours before the window (None: the first close).

    A candle opens and stays at its close but where ``lows`` and ``highs``, by minute, say otherwise.
    """
    calm_price = closes[0] if calm is None else calm
    candles = [
        build_candle(0, calm_price, venue=venue, symbol=symbol, at=CALM_AT + timedelta(minutes=i)) for i in range(10)
    ]
    for minute, close in enumerate(closes):
        candle = build_candle(0, close, venue=venue, symbol=symbol, at=at + timedelta(minutes=minute))
        candle["low"] = (lows or {}).get(minute, close)
        candle["high"] = (highs or {}).get(minute, close)
        candles.append(candle)
    return [{**candle, "volume": volume} for candle in candles]


def write_markets(store: CandleStore, *markets: list[dict[str, object]]) -> None:
    """Store the candles of markets."""
    rows = [row for market in markets for row in market]
    frame = build_candles(*rows) if rows else build_empty_frame(CANDLE)
    store.write_candles(
        frame.unique(["venue", "symbol", "open_time"], keep="last"), source="api.example", fetched_at=NOW
    )


def build_request(store: CandleStore, focus: str = "binance", **fields: Any) -> ScanRequest:  # noqa: ANN401 - any field
    """A scan of all that a store holds, over the window."""
    catalogue = load_catalogue()
    holdings = store.candles.read_holdings()
    symbols: dict[str, set[str]] = {}
    for venue, symbol in holdings.select("venue", "symbol").iter_rows():
        symbols.setdefault(venue, set()).add(symbol)
    request = ScanRequest(
        scan_id="scan-1",
        made_at=MADE_AT,
        assets=build_market_universe(symbols, focus, ("USD", "USDT"), catalogue.map_families()),
        start=START,
        end=START + timedelta(minutes=WINDOW_MIN),
        focus=focus,
    )
    return replace(request, **fields)
