"""Reads answer files: hand-written candles with expected results."""

import tomllib
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from data.schema import CANDLE, CANDLE_DEFAULTS, SPAN, Evidence
from deviation.measure import measure
from deviation.question import Parameters, Question, QuoteHandling, ReferenceKind, Rules
from deviation.result import Measurement

MINUTE = timedelta(minutes=1)
STABLECOINS = frozenset({"USDT", "USDC"})
FAMILIES = {"binanceusdm": "binance", "coinbaseexchange": "coinbase"}


@dataclass(frozen=True)
class ExpectedAnswers:
    """One answer file: its measured candles and the results computed by hand."""

    what: str
    measurement: Measurement
    rows: dict[str, dict[str, Any]]
    minutes: dict[str, dict[str, list[Any]]]
    expected_fields: dict[str, Any]


def read_answers(path: Path) -> ExpectedAnswers:
    """Read a file of answers and measure its candles."""
    text = tomllib.loads(path.read_text(encoding="utf-8"))
    start, question_text = text["start"], text.get("question", {})
    frames, spans = [], []
    for name, market in text["markets"].items():
        venue, symbol = name.split(" ")
        first = market.get("at", start)
        frames += [_build_candle(venue, symbol, first + i * MINUTE, market, i) for i in range(len(market["closes"]))]
        spans += [(venue, symbol, *span) for span in market.get("covered", [])]
    calm = text.get("calm")
    question = Question(
        asset=question_text.get("asset", "ATOM"),
        start=start,
        end=start + text["minutes"] * MINUTE,
        rules=Rules(stablecoins=STABLECOINS, families=FAMILIES, names=text.get("names", {})),
        parameters=Parameters(
            **question_text.get("parameters", {}),
            quote=QuoteHandling(question_text.get("quote", "usd")),
            reference=ReferenceKind(question_text.get("reference", "median")),
        ),
        calm_span=None if calm is None else (calm[0], calm[1]),
        underlying=question_text.get("underlying"),
        ratio_market=question_text.get("ratio_market"),
        venues=tuple(question_text.get("venues", ())),
        focus=question_text.get("focus", "binance"),
        origin=Evidence(question_text.get("origin", "real")),
    )
    candles = pl.DataFrame([candle for candle in frames if candle], schema=CANDLE)
    covered = pl.DataFrame(spans, schema=SPAN, orient="row")
    return ExpectedAnswers(
        what=text["what"],
        measurement=measure(candles, covered, question),
        rows=text.get("expect", {}),
        minutes=text.get("expect_minutes", {}),
        expected_fields=text.get("expect_whole", {}),
    )


def _build_candle(venue: str, symbol: str, time: datetime, market: dict[str, Any], i: int) -> dict[str, Any] | None:
    """The candle at position i of a market; None for "-".

    A close is a price, "quiet" (a flat candle of volume 0 at the close before) or "-" (no candle). `lows`, `highs` and
    `volumes` default to the close and to 1,000 units; their entries may be "" for the default.
    """
    close = market["closes"][i]
    if close == "-":
        return None
    is_quiet = close == "quiet"
    price = float(
        next(c for c in reversed(market["closes"][: i + 1]) if isinstance(c, int | float)) if is_quiet else close
    )
    low, high = (_read_entry(market, name, i, price) for name in ("lows", "highs"))
    volume = 0.0 if is_quiet else _read_entry(market, "volumes", i, 1000.0)
    values = {"open": price, "high": high, "low": low, "close": price, "volume": volume}
    return {"venue": venue, "symbol": symbol, "open_time": time, **values, **CANDLE_DEFAULTS}


def _read_entry(market: dict[str, Any], name: str, i: int, default: float) -> float:
    entry = market[name][i] if name in market else ""
    return default if entry == "" else float(entry)
