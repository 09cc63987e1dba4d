"""A month of minutes on the charts: drawn by buckets, small, and without losing extremes."""

from base64 import b64decode
from datetime import timedelta
from functools import cache
from gzip import compress
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pytest
from plotly.utils import PlotlyJSONEncoder

from dashboard.components.static_html import serialize
from dashboard.components.updates import Updates
from dashboard.draw.traces import BUCKET_COUNT, compute_bucket_maxima, compute_bucket_minima, compute_bucket_size
from dashboard.pages.base import PageContext
from dashboard.service.measurements import Measurements
from dashboard.shell.router import Router
from data.schema import Origin
from deviation.minute.states import State
from tests.dashboard.memory_store import MemoryStore, RecordedActions
from tests.dashboard.scenarios import CATALOGUE, START, USD, USDT, build_candles

DAYS = 30
MINUTES = DAYS * 1440
WINDOW_QUERY = {"from": "2025-10-10T21:00:00Z", "to": "2025-11-09T21:00:00Z"}
WICK_MINUTE, GAP_MINUTE = 20_011, 31_000
"""The minute of a very low trade, and the first of two minutes that the focus venue lacks."""

MAX_COMPRESSED_BYTES = 1_500_000
"""Largest size of the compressed response in bytes."""

DTYPES = {"f4": np.float32, "f8": np.float64, "i1": np.int8}


def decode_array(encoded: dict[str, str]) -> npt.NDArray[Any]:
    """The array that the browser reads."""
    return np.frombuffer(b64decode(encoded["bdata"]), dtype=DTYPES[encoded["dtype"]])


@cache
def build_month_updates() -> Updates:
    """The explorer's updates for thirty days of twelve markets with random-walk prices."""
    rng = np.random.default_rng(1)
    base = 4 * np.exp(np.cumsum(rng.normal(0, 5e-4, MINUTES)))
    frames: list[pl.DataFrame] = []
    markets = [("binance", "USDT"), *((venue, "USDT") for venue in (*USDT, "mexc", "htx")), *((v, "USD") for v in USD)]
    for venue, quote in markets:
        closes = base * (1 + rng.normal(0, 5e-4, MINUTES))
        if venue == "binance":
            closes[GAP_MINUTE : GAP_MINUTE + 2] = np.nan
        lows = {WICK_MINUTE: 0.001} if venue == "binance" else {}
        frames.append(build_candles((venue, f"ATOM/{quote}"), closes, lows=lows, origin=Origin.OHLCV))
    store = MemoryStore(pl.concat(frames))
    updates = Router(PageContext(Measurements(store, CATALOGUE), RecordedActions())).apply([], WINDOW_QUERY, "explorer")
    return {key: serialize(value) for key, value in updates.items()}


def list_traces() -> dict[str, dict[str, Any]]:
    """The traces by name."""
    return {trace["name"]: trace for trace in build_month_updates()["graph", "figure"]["data"]}


def test_a_wick_of_one_minute_is_drawn() -> None:
    """One very low trade in one of 43,200 minutes is in the chart and in the minute table."""
    wicks = decode_array(list_traces()["Binance low to high"]["y"])
    assert np.nanmin(wicks) == np.float32(0.001)
    data = build_month_updates()["later", "data"]["minute-data"]["data"]
    assert data["width"] == compute_bucket_size(MINUTES) == 22
    notes = [note["text"] for note in build_month_updates()["graph", "figure"]["layout"]["annotations"]]
    assert any("lowest trade <b>0.001</b>" in text for text in notes)


def test_a_state_of_one_minute_is_drawn() -> None:
    """Two missing minutes in a month of voting ones are drawn, and make their bucket missing."""
    missing = list_traces()["missing from this data"]
    start = START.timestamp() * 1000
    assert decode_array(missing["x"])[0] == start + (GAP_MINUTE // 22) * 22 * 60_000
    (focus,) = [row for row in build_month_updates()["later", "data"]["minute-data"]["data"]["rows"] if row["focus"]]
    states = decode_array(focus["state"])
    assert states[GAP_MINUTE // 22] == State.MISSING
    assert np.count_nonzero(states == State.MISSING) == 1


def test_lines_are_short_and_the_response_is_small() -> None:
    """No line has more than two points per bucket, and the compressed response is within its limit."""
    sizes = [
        decode_array(trace["y"]).size for trace in build_month_updates()["graph", "figure"]["data"] if "x0" in trace
    ]
    assert max(sizes) <= 2 * BUCKET_COUNT
    body: str = PlotlyJSONEncoder().encode(
        {f"{name}.{prop}": value for (name, prop), value in build_month_updates().items()}
    )
    assert len(compress(body.encode(), 6)) < MAX_COMPRESSED_BYTES


def test_a_hint_explains_the_buckets() -> None:
    """A hint below the charts explains the buckets."""
    assert build_month_updates()["hint", "children"].startswith(
        "Drawn by least and greatest of each 22 minutes, so that no wick"
    )


def test_minima_and_maxima_of_buckets() -> None:
    """Minimum and maximum per bucket ignore NaN; a bucket without a value is NaN."""
    values = np.array([3.0, np.nan, 1.0, np.nan, np.nan, np.nan, 7.0])
    assert np.array_equal(compute_bucket_minima(values, 3), [1.0, np.nan, 7.0], equal_nan=True)
    assert np.array_equal(compute_bucket_maxima(values, 3), [3.0, np.nan, 7.0], equal_nan=True)
    assert compute_bucket_minima(values, 1) is values


@pytest.mark.parametrize("name", ["USDT exchanges: 3 or more", "USD exchanges: 3 or more"])
def test_the_strip_ends_with_the_window(name: str) -> None:
    """The last block ends with the last minute, even if its bucket is not full."""
    end = (START + timedelta(days=DAYS)).timestamp() * 1000
    assert np.nanmax(decode_array(list_traces()[name]["x"])) == end
