"""Boards: closes of a few minutes of a few markets, for tests with results computed by hand."""

from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl

from data.schema import CANDLE, CANDLE_DEFAULTS, SPAN, build_empty_frame
from deviation.measurement import Measurement
from deviation.question import Question, Rules
from tests.grids import measure_frame

START = datetime(2025, 10, 10, 21, 20, tzinfo=UTC)
NAMES = {"binance": "Binance", "bitget": "Bitget", "bybit": "Bybit", "gate": "Gate", "kraken": "Kraken", "okx": "OKX"}
QUOTES = {"USD": 1.0, "USDT": 1.0, "USDC": 1.0, "EUR": 0.9, "KRW": 1400.0}
"""Units per dollar, by order of magnitude, of the quotes that make a group."""
NOTHING_COVERED = build_empty_frame(SPAN)

ClosesByMarket = dict[str, list[float]]
"""Per market (``binance ATOM/USDT``) the close of each minute."""


def build_candles(board: ClosesByMarket, *, start: datetime = START, volume: float = 1000.0) -> pl.DataFrame:
    """Flat candles of the closes, all of one volume in base units."""
    rows = []
    for name, closes in board.items():
        venue, symbol = name.split(" ")
        for i, close in enumerate(closes):
            prices = dict.fromkeys(("open", "high", "low", "close"), close)
            time = start + timedelta(minutes=i)
            rows.append({"venue": venue, "symbol": symbol, "open_time": time, **prices, "volume": volume})
    return pl.DataFrame([{**row, **CANDLE_DEFAULTS} for row in rows], schema=CANDLE)


def build_board_question(asset: str = "ATOM", minutes: int = 5, **fields: Any) -> Question:  # noqa: ANN401 - any field of it
    """A question over the first minutes of a board."""
    rules = Rules(quotes=QUOTES, stablecoins=frozenset({"USDT", "USDC"}), names=NAMES)
    values: dict[str, Any] = {
        "start": START,
        "end": START + timedelta(minutes=minutes),
        "rules": rules,
        "focus": "binance",
        **fields,
    }
    return Question(asset=asset, **values)


def measure_board(board: ClosesByMarket, question: Question) -> Measurement:
    """The answer from a board that starts with the window."""
    return measure_frame(build_candles(board, start=question.start), NOTHING_COVERED, question)
