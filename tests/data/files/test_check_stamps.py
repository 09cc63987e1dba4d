"""Files that are stamped with the ends of bars, beside other exchanges in the store."""

from datetime import timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from data.files.export import write_rows
from data.files.import_many import import_files
from data.files.stamps import Stamps
from data.schema import CANDLE, Origin
from data.store import CandleStore
from tests.data.frames import LATER, NOW, build_candle, build_candles, get_minute

CLOSES = 4.0 * np.exp(np.cumsum(np.random.default_rng(1).normal(0, 0.001, 300)))


def build_market(
    venue: str, *, origin: Origin = Origin.OHLCV, symbol: str = "ATOM/USDT", late: int = 0
) -> pl.DataFrame:
    """Five hours of a market whose bars are stamped so many minutes late."""
    rows = [
        build_candle(number + late, float(close), venue=venue, symbol=symbol, origin=origin)
        for number, close in enumerate(CLOSES)
    ]
    return build_candles(*rows)


def write_late_file(folder: Path, venue: str = "gemini", *, late: int = 1) -> Path:
    """A file of a market that is stamped one minute late."""
    return write_rows(build_market(venue, symbol="ATOM/USD", late=late, origin=Origin.IMPORTED), folder / "late.csv")


@pytest.fixture
def busy_store(store: CandleStore) -> CandleStore:
    """A store with two exchanges."""
    frame = pl.concat([build_market("okx"), build_market("kraken", symbol="ATOM/USD")])
    store.write_candles(frame, source="api.example", fetched_at=NOW)
    return store


def test_a_file_of_closing_times_is_refused(busy_store: CandleStore, tmp_path: Path) -> None:
    """The message names the market, both correlations and the options; nothing is stored."""
    version = busy_store.read_version()
    stored, refusals = import_files(busy_store, [write_late_file(tmp_path)], now=LATER)
    assert stored == []
    lines = str(refusals[0]).split("\n")
    assert lines[0] == "late.csv: nothing of it was taken: its times look like the ends of bars, not their starts"
    assert "gemini ATOM/USD moves with the other exchanges of the store one bar late: correlation 1.00 " in lines[1]
    assert "--stamps close" in lines[2]
    assert "--stamps open" in lines[2]
    assert busy_store.read_version() == version


def test_closing_times_are_moved_back_where_it_is_said(busy_store: CandleStore, tmp_path: Path) -> None:
    """Candles, complete spans and the report are of the starts of the bars."""
    stored, _ = import_files(busy_store, [write_late_file(tmp_path)], now=LATER, stamps=Stamps.CLOSE, complete=True)
    market = stored[0].report.markets[0]
    assert (market.first, market.last) == (get_minute(0), get_minute(299))
    assert "  times are the ends of bars: each was moved back by one" in stored[0].format_lines()
    read = busy_store.read_candles(["ATOM"], get_minute(-9), get_minute(999), venues=["gemini"])
    assert dict(read.schema) == CANDLE
    assert (read["open_time"][0], read["close"][0]) == (get_minute(0), CLOSES[0])
    spans = busy_store.read_covered_spans(["ATOM"], get_minute(-9), get_minute(999))
    assert spans.select("start", "end").rows() == [(get_minute(0), get_minute(300))]


def test_opening_times_are_taken_where_it_is_said(busy_store: CandleStore, tmp_path: Path) -> None:
    """The caller knows better than the correlation."""
    stored, _ = import_files(busy_store, [write_late_file(tmp_path)], now=LATER, stamps=Stamps.OPEN)
    assert stored[0].report.markets[0].first == get_minute(1)


def test_right_times_are_taken(busy_store: CandleStore, tmp_path: Path) -> None:
    """A file that moves with the others, and one a bar before them."""
    for late in (0, -1):
        assert import_files(busy_store, [write_late_file(tmp_path, late=late)], now=LATER, replace=True)[1] == []


def test_without_other_exchanges_nothing_is_told(store: CandleStore, tmp_path: Path) -> None:
    """An empty store, one with other days, with another asset, or with relatives of the exchange only."""
    path = write_late_file(tmp_path, "binance")
    frames = (
        build_market("okx").with_columns(pl.col("open_time") - timedelta(days=9)),
        build_market("okx", symbol="DOGE/USDT"),
        build_market("binanceusdm", symbol="ATOM/USDT:USDT"),
        build_market("okx", origin=Origin.RECONSTRUCTION),
    )
    for frame in (frames[0].clear(), *frames):
        store.write_candles(frame, source="api.example", fetched_at=NOW)
        assert import_files(store, [path], now=LATER)[1] == []


def test_only_traded_bars_are_compared(busy_store: CandleStore, tmp_path: Path) -> None:
    """Late stamps are not seen in bars without volume, which have no price of their own."""
    frame = build_market("gemini", symbol="ATOM/USD", late=1, origin=Origin.IMPORTED)
    path = write_rows(frame.with_columns(volume=pl.lit(0.0)), tmp_path / "quiet.csv")
    assert import_files(busy_store, [path], now=LATER)[1] == []


def test_the_latest_seven_common_days_are_compared(store: CandleStore, tmp_path: Path) -> None:
    """Right stamps on the day before them do not hide late ones, whatever days lie between."""
    days = (0, 2, 3, 5, 6, 7, 9, 11)
    peers = [build_market("okx").with_columns(pl.col("open_time") + timedelta(days=day)) for day in days]
    store.write_candles(pl.concat(peers), source="api.example", fetched_at=NOW)
    late = [
        build_market("gemini", late=day > 0, origin=Origin.IMPORTED).with_columns(
            pl.col("open_time") + timedelta(days=day)
        )
        for day in range(12)
    ]
    _, refusals = import_files(store, [write_rows(pl.concat(late), tmp_path / "long.csv")], now=LATER)
    assert "correlation 1.00 moved back by a bar" in str(refusals[0])
