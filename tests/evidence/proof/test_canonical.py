"""The canonical bytes of rows and JSON: hashes by an independent program, and what they do not depend on."""

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from data.files.export import encode_rows
from data.schema import CANDLE, SPAN, TIME
from evidence.proof.canonical import combine_hashes, encode_json, hash_markets, hash_spans
from tests.oracle.input_hash import hash_rows

START = datetime(2025, 10, 10, 21, 20, tzinfo=UTC)
NAMES = {"symbol": "ATOM/USDT", "timeframe": "1m", "price": "trade", "origin": "imported"}
NEXT = START + timedelta(minutes=1)

CANDLES = pl.DataFrame(
    [
        {"venue": "okx", "open_time": NEXT, "open": 3.5, "high": 3.6, "low": 0.001, "close": 3.4, "volume": 1200.25},
        {"venue": "okx", "open_time": START, "open": 3.6, "high": 3.7, "low": 3.4, "close": 3.5, "volume": 0.0},
        {"venue": "binance", "open_time": START, "volume": 0.0},
    ],
    schema=CANDLE,
).with_columns(**{name: pl.lit(value) for name, value in NAMES.items()})

HASHES = {
    "binance": "d9c0bb4d319d4e238413bd2cbbd47cf14fa10216ecff3166076e454b2d8866ad",
    "okx": "5272c62344d3faf69bdc30b5de1586e5cd6ac72cd7246d9f8d302c06c5a5d19e",
}
"""What `python -m tests.oracle.input_hash` printed for a CSV of these candles."""

TOTAL = "9a4560465b55218d403742e8a720d4020d08fbd53c2b0e937f11061343820f5d"


def test_hashes_are_those_of_an_independent_program() -> None:
    """Each market has the hash that a program of the standard library gives it, and so have all of them."""
    markets = hash_markets(CANDLES)
    assert [(market["venue"], market["rows"]) for market in markets] == [("binance", 1), ("okx", 2)]
    assert {market["venue"]: market["sha256"] for market in markets} == HASHES
    assert combine_hashes(markets) == TOTAL


def test_hashes_of_many_random_candles() -> None:
    """Tiny, huge, negative and missing numbers have the bits that the independent program reads from a CSV."""
    random = np.random.default_rng(8)
    count = 2_000
    values = random.normal(size=(5, count)) * 10.0 ** random.integers(-300, 300, size=(5, count))
    values[random.random(values.shape) < 0.1] = 0.0
    frame = pl.DataFrame(
        {
            "venue": random.choice(["kraken", "okx", "binance"], count),
            "symbol": random.choice(["ATOM/USDT", "ATOM/USD", "ATOM/USDT:USDT"], count),
            "open_time": pl.Series([START + timedelta(milliseconds=int(i)) for i in range(count)], dtype=TIME),
            **dict(zip(("open", "high", "low", "close", "volume"), values, strict=True)),
            "timeframe": random.choice(["1s", "1m"], count),
            "price": "trade",
        }
    ).with_columns(open=pl.when(pl.col("open") == 0).then(None).otherwise("open"))
    text = encode_rows(frame.sample(fraction=1, shuffle=True, seed=8), "csv").decode()
    header, *lines = (line.split(",") for line in text.splitlines())
    total, hashes = hash_rows([dict(zip(header, line, strict=True)) for line in lines])
    markets = hash_markets(frame)
    assert {(m["venue"], m["symbol"], m["price"], m["timeframe"]): m["sha256"] for m in markets} == hashes
    assert combine_hashes(markets) == total


def test_order_of_rows_and_origin_do_not_matter() -> None:
    """Rows in another order, of another origin, with text as enums, have the same hash."""
    enums = CANDLES.reverse().with_columns(
        pl.lit("collected:archive").alias("origin"), pl.col("venue").cast(pl.Enum(["okx", "binance"]))
    )
    assert hash_markets(enums) == hash_markets(CANDLES)


def test_minus_zero_is_zero_and_nan_is_null() -> None:
    """Values that are equal to a reader are equal to the hash."""
    other = CANDLES.with_columns(
        pl.col("volume").replace(0.0, -0.0), pl.col("open", "high", "low", "close").fill_null(float("nan"))
    )
    assert hash_markets(other) == hash_markets(CANDLES)


@pytest.mark.parametrize("column", ["open", "high", "low", "close", "volume"])
def test_the_least_change_of_a_number_changes_the_hash(column: str) -> None:
    """One unit in the last place of one number gives its market another hash, and no other market."""
    is_changed = (pl.col("venue") == "okx") & (pl.col("open_time") == START)
    changed_value = np.nextafter(CANDLES.filter(is_changed)[column][0], np.inf)
    changed = CANDLES.with_columns(pl.when(is_changed).then(changed_value).otherwise(column).alias(column))
    hashes = {market["venue"]: market["sha256"] for market in hash_markets(changed)}
    assert hashes["okx"] != HASHES["okx"]
    assert hashes["binance"] == HASHES["binance"]


def test_hash_of_spans() -> None:
    """Spans are lines of text, sorted, as ``printf`` and ``sha256sum`` have them."""
    spans = pl.DataFrame(
        [("okx", "ATOM/USDT", START, NEXT), ("binance", "ATOM/USDT", START, NEXT)], schema=SPAN, orient="row"
    )
    assert hash_spans(spans) == SPANS_HASH
    assert hash_spans(spans.reverse()) == SPANS_HASH
    assert hash_spans(spans.head(1)) != SPANS_HASH


SPANS_HASH = "375f846862be480aad5581f876a0b1d11d41fe28455bf2d309b56da3de316950"
"""By ``sha256sum`` of the two lines."""


def test_json_has_one_form() -> None:
    """Keys are sorted, text is ASCII, and a number that JSON does not have is an error."""
    assert encode_json({"b": [1, 1.0, 1e-7, None, True], "a": "币"}) == b'{"a":"\\u5e01","b":[1,1.0,1e-07,null,true]}'
    with pytest.raises(ValueError, match="not JSON compliant"):
        encode_json({"a": float("nan")})
