"""One form of bytes for the same content, and its SHA-256; docs/verify.md defines it for other programs."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

MARKET_KEY = ("venue", "symbol", "price", "timeframe")
"""The columns that identify a market's candles of one kind of price and one length, in the order of their hashes."""

VALUES = ("open", "high", "low", "close", "volume")

ROW_TYPE = np.dtype([("open_time", ">i8"), *((name, ">f8") for name in VALUES)])
"""48 bytes a candle: milliseconds since 1970 and five numbers, big-endian. Bits, as no text of a number is the same in
all languages."""

MarketHash = dict[str, Any]
"""``venue``, ``symbol``, ``price``, ``timeframe``, ``rows`` and ``sha256`` of the candles of one market."""


def encode_json(content: Any) -> bytes:  # noqa: ANN401 - any JSON
    r"""JSON with sorted keys, without spaces, in ASCII; numbers have the fewest digits that read back as the same.

    >>> encode_json({"b": 0.1, "a": ["é", None]})
    b'{"a":["\\u00e9",null],"b":0.1}'

    Raises:
        ValueError: a number is not finite.
    """
    return json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False).encode("ascii")


def hash_json(content: Mapping[str, Any]) -> str:
    """The SHA-256 of `encode_json` in hexadecimal."""
    return hashlib.sha256(encode_json(content)).hexdigest()


def hash_markets(candles: pl.DataFrame) -> list[MarketHash]:
    """Rows and hash of each market, sorted by `MARKET_KEY`.

    Args:
        candles: columns of `MARKET_KEY`, ``open_time`` and `VALUES`, in any order of rows; each bar once. A null and
            any NaN are the NaN 7ff8000000000000, and -0 is 0.
    """
    return [
        {**dict(zip(MARKET_KEY, map(str, key), strict=True)), "rows": rows.height, "sha256": _hash_rows(rows)}
        for key, rows in sorted(candles.partition_by(MARKET_KEY, as_dict=True).items(), key=lambda item: item[0])
    ]


def combine_hashes(markets: list[MarketHash]) -> str:
    """The hash of all rows: that of a line per market, in order, of its key, rows and hash between tabs."""
    lines = ["\t".join(str(market[name]) for name in (*MARKET_KEY, "rows", "sha256")) for market in markets]
    return hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()


def hash_spans(spans: pl.DataFrame) -> str:
    """The hash of complete spans: a line per span of venue, symbol, and its edges in milliseconds, between tabs.

    Args:
        spans: a frame of `data.schema.SPAN`.
    """
    rows = spans.select("venue", "symbol", pl.col("start", "end").dt.epoch("ms"))
    lines = sorted(rows.cast({"venue": pl.String, "symbol": pl.String}).rows())
    return hashlib.sha256("".join("\t".join(map(str, line)) + "\n" for line in lines).encode()).hexdigest()


def _hash_rows(rows: pl.DataFrame) -> str:
    ordered = rows.sort("open_time")
    packed = np.empty(ordered.height, ROW_TYPE)
    packed["open_time"] = ordered["open_time"].dt.epoch("ms").to_numpy()
    for name in VALUES:
        values = ordered[name].cast(pl.Float64).fill_null(np.nan).to_numpy() + 0.0  # -0 becomes 0
        packed[name] = np.where(np.isnan(values), np.nan, values)
    return hashlib.sha256(packed.tobytes()).hexdigest()
