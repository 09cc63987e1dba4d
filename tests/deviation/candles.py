"""Reads answer files: hand-written candles with expected results.

A file of answers is TOML:

``what``            one sentence, the rule that the file answers
``window``          ``"12:00-12:06"``, always on 2025-10-10
``calm``            two times, the calm span of an event; without it no event is named
``question``        other fields of the question, ``parameters`` among them
``markets``         ``"venue SYMBOL" = { closes = "100*3 - quiet 99", ... }``, a series of entries from ``at`` on (else
                    the start of the window); ``opens``, ``lows``, ``highs`` and ``volumes`` are optional, ``covered``
                    lists collected spans
``expect``          per row ``"venue SYMBOL"`` the fields of its JSON by dotted path; ``row = false`` for none
``expect_minutes``  per ``"venue SYMBOL group"`` the columns of its minutes against that group, as series
``expect_whole``    other fields of the JSON by dotted path

A series is a text of entries; ``99*3`` is three times 99. Times are ``"12:03"`` of that day, or those of TOML.
"""

import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from data.schema import CANDLE, CANDLE_DEFAULTS, SPAN, Evidence
from deviation.measurement import Measurement
from deviation.question import Parameters, Question, QuoteHandling, ReferenceKind, Rules
from tests.grids import measure_frame

MINUTE = timedelta(minutes=1)
DAY = datetime(2025, 10, 10, tzinfo=UTC).date()
STABLECOINS = frozenset({"USDT", "USDC", "FDUSD"})
QUOTES = {"USD": 1.0, **dict.fromkeys(sorted(STABLECOINS), 1.0), "EUR": 0.9, "KRW": 1400.0}
RATIO_QUOTES = {"ETH": 0.0003, "SOL": 0.006}
FAMILIES = {"binanceusdm": "binance", "coinbaseexchange": "coinbase"}
NAMES = {
    "binance": "Binance",
    "bitget": "Bitget",
    "bybit": "Bybit",
    "coinbase": "Coinbase",
    "gate": "Gate",
    "kraken": "Kraken",
    "okx": "OKX",
}


@dataclass(frozen=True)
class ExpectedAnswers:
    """One answer file: its candles and collected spans, their measurement, and the results computed by hand."""

    what: str
    candles: pl.DataFrame
    covered_spans: pl.DataFrame
    measurement: Measurement
    rows: dict[str, dict[str, Any]]
    minutes: dict[str, dict[str, list[str]]]
    expected_fields: dict[str, Any]


def read_answers(path: Path) -> ExpectedAnswers:
    """Read a file of answers and measure its candles."""
    text = tomllib.loads(path.read_text(encoding="utf-8"))
    start, end = (read_time(edge) for edge in text["window"].split("-"))
    candles: list[dict[str, Any]] = []
    spans: list[tuple[Any, ...]] = []
    for name, market in text["markets"].items():
        venue, symbol = name.split(" ")
        candles += _build_candles(venue, symbol, read_time(market.get("at", start)), market)
        spans += [(venue, symbol, *map(read_time, span)) for span in market.get("covered", [])]
    frames = pl.DataFrame(candles, schema=CANDLE), pl.DataFrame(spans, schema=SPAN, orient="row")
    question = _build_question(start, end, text.get("calm"), text.get("question", {}))
    return ExpectedAnswers(
        what=text["what"],
        candles=frames[0],
        covered_spans=frames[1],
        measurement=measure_frame(*frames, question),
        rows=text.get("expect", {}),
        minutes={
            name: {column: read_series(by_hand) for column, by_hand in columns.items()}
            for name, columns in text.get("expect_minutes", {}).items()
        },
        expected_fields=text.get("expect_whole", {}),
    )


def read_time(text: str | datetime) -> datetime:
    """An instant of an answer file: ``"12:03"`` of its day, or what TOML read."""
    if isinstance(text, datetime):
        return text
    return datetime.combine(DAY, time.fromisoformat(text), tzinfo=UTC)


def read_series(text: str) -> list[str]:
    """The entries of a series.

    >>> read_series("1*2 null")
    ['1', '1', 'null']
    """
    entries = []
    for entry in text.split():
        value, _, count = entry.partition("*")
        entries += [value] * int(count or 1)
    return entries


def _build_question(start: datetime, end: datetime, calm: list[Any] | None, fields: dict[str, Any]) -> Question:
    return Question(
        asset=fields.get("asset", "ATOM"),
        start=start,
        end=end,
        rules=Rules(quotes=QUOTES, ratio_quotes=RATIO_QUOTES, stablecoins=STABLECOINS, families=FAMILIES, names=NAMES),
        focus=fields.get("focus", "binance"),
        parameters=Parameters(
            **fields.get("parameters", {}),
            quote=QuoteHandling(fields.get("quote", "usd")),
            reference=ReferenceKind(fields.get("reference", "median")),
        ),
        event=None if calm is None else "2025-10-10",
        calm_span=None if calm is None else (read_time(calm[0]), read_time(calm[1])),
        underlying=fields.get("underlying"),
        ratio_market=fields.get("ratio_market"),
        venues=tuple(fields.get("venues", ())),
        excluded=tuple(fields.get("excluded", ())),
        origin=Evidence(fields.get("origin", "real")),
    )


def _build_candles(venue: str, symbol: str, start: datetime, market: dict[str, Any]) -> list[dict[str, Any]]:
    """The candles of a market; none at "-".

    A close is a price, "quiet" (a flat candle of volume 0 at the close before) or "-". In the other series "." is the
    default: the open is the close, low and high are the extremes of both, and the volume is 1,000 units.
    """
    closes = read_series(market["closes"])
    others = {name: read_series(market[name]) for name in ("opens", "lows", "highs", "volumes") if name in market}
    for name, entries in others.items():
        assert len(entries) == len(closes), (venue, symbol, name, len(entries), len(closes))
    candles = []
    last_close = None
    for i, entry in enumerate(closes):
        if entry == "-":
            continue
        given = {name: float(entries[i]) for name, entries in others.items() if entries[i] != "."}
        is_quiet = entry == "quiet"
        close = last_close if is_quiet else float(entry)
        assert close is not None, (venue, symbol, "a market cannot start quiet")
        last_close = close
        opened = given.get("opens", close)
        values = {
            "open": opened,
            "high": given.get("highs", max(opened, close)),
            "low": given.get("lows", min(opened, close)),
            "close": close,
            "volume": 0.0 if is_quiet else given.get("volumes", 1000.0),
        }
        market_time = {"venue": venue, "symbol": symbol, "open_time": start + i * MINUTE}
        candles.append({**market_time, **values, **CANDLE_DEFAULTS})
    return candles
