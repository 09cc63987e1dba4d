"""Times within a bar, from candles of a second and lowest trades, against answers made by hand."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from analysis.fine_times import read_fine_times
from analysis.order_of_falls import Moment, Resolution, order_falls
from data.schema import CANDLE, CANDLE_DEFAULTS, LOW_TRADE, SOURCE, SPAN, Evidence, Timeframe, build_empty_frame
from deviation.measurement import Measurement
from tests.deviation.candles import read_answers
from tests.grids import FrameGrids

ANSWERS = """
what = "Three markets that are 10 % down in minute 1; Binance falls further in minute 2."
window = "12:00-12:03"
[markets]
"binance ATOM/USDT" = { at = "11:59", closes = "100 100 90 75" }
"bybit ATOM/USDT"   = { at = "11:59", closes = "100 100 90 90" }
"okx ATOM/USDT"     = { at = "11:59", closes = "100 100 90 90" }
"""


def at(minute: int, second: float = 0.0) -> datetime:
    """An instant of the window."""
    return datetime(2025, 10, 10, 12, minute, tzinfo=UTC) + timedelta(seconds=second)


@dataclass
class FineReader(FrameGrids):
    """A reader that holds candles of a second, spans of them, and lowest trades of minutes."""

    seconds: list[tuple[str, datetime, float, float]] = field(default_factory=list)
    spans: list[tuple[str, datetime, datetime]] = field(default_factory=list)
    trades: list[tuple[str, datetime, float]] = field(default_factory=list)

    def read_candles(
        self,
        assets: Collection[str],
        start: datetime,
        end: datetime,
        *,
        origin: Evidence = Evidence.REAL,
        columns: Collection[str] = tuple(CANDLE),
        in_order: bool = True,
        timeframe: Timeframe = Timeframe.M1,
    ) -> pl.DataFrame:
        """The candles of a second."""
        assert (list(assets), origin, in_order, timeframe) == (["ATOM"], Evidence.REAL, True, Timeframe.S1)
        rows: list[dict[str, Any]] = [
            {
                **CANDLE_DEFAULTS,
                "venue": venue,
                "symbol": "ATOM/USDT",
                "open_time": time,
                **dict.fromkeys(("open", "high", "low", "close"), close),
                "volume": volume,
            }
            for venue, time, close, volume in self.seconds
            if start <= time < end
        ]
        return pl.DataFrame(rows, schema=CANDLE).select(columns)

    def read_covered_spans(
        self,
        assets: Collection[str],
        start: datetime,
        end: datetime,
        *,
        origin: Evidence = Evidence.REAL,
        timeframe: Timeframe = Timeframe.M1,
    ) -> pl.DataFrame:
        """The spans of the candles of a second."""
        assert (list(assets), origin, timeframe) == (["ATOM"], Evidence.REAL, Timeframe.S1)
        assert start < end
        rows = [(venue, "ATOM/USDT", first, last) for venue, first, last in self.spans]
        return pl.DataFrame(rows, schema=SPAN, orient="row")

    def read_low_trades(
        self, assets: Collection[str], start: datetime, end: datetime, *, timeframe: Timeframe = Timeframe.M1
    ) -> pl.DataFrame:
        """The lowest trades of minutes."""
        assert (list(assets), timeframe) == (["ATOM"], Timeframe.M1)
        rows = [
            (venue, "ATOM/USDT", "1m", time.replace(second=0, microsecond=0), time, price, 1.0, "1", "host", time)
            for venue, time, price in self.trades
            if start <= time < end
        ]
        return pl.DataFrame(rows, schema=LOW_TRADE, orient="row")

    def read_sources(
        self,
        assets: Collection[str],  # noqa: ARG002 - nobody asks for sources here
        start: datetime,  # noqa: ARG002 - as above
        end: datetime,  # noqa: ARG002 - as above
        *,
        origin: Evidence = Evidence.REAL,  # noqa: ARG002 - as above
        timeframe: Timeframe = Timeframe.M1,  # noqa: ARG002 - as above
    ) -> pl.DataFrame:
        """No source."""
        return build_empty_frame(SOURCE)


@pytest.fixture
def measurement(tmp_path: Path) -> Measurement:
    """Three markets by the minute."""
    path = tmp_path / "fine.toml"
    path.write_text(ANSWERS, encoding="utf-8")
    return read_answers(path).measurement


def find_moments(reader: FineReader, measurement: Measurement) -> dict[str, dict[int, Moment | None]]:
    """The moments by venue and level."""
    order = order_falls([measurement], fine_times=read_fine_times(reader, [measurement]))
    return {falls.market.venue: dict(falls.moments) for falls in order.markets}


def test_without_finer_prices_a_moment_is_its_whole_minute(measurement: Measurement) -> None:
    """Nothing narrows it down."""
    moments = find_moments(FineReader(), measurement)
    assert moments["binance"][10] == Moment(at(1), at(2), Resolution.BAR)


def test_a_wholly_collected_minute_has_the_first_second_with_a_close_at_the_level(measurement: Measurement) -> None:
    """Each level has its own second, and only where there is one."""
    reader = FineReader(
        # -4 %, then -5 % exactly; a second of no volume trades nowhere
        seconds=[
            ("binance", at(1, s), c, v) for s, c, v in ((3, 1, 0), (5, 96, 1), (9, 95, 1), (10, 99, 1), (40, 90, 1))
        ],
        spans=[("binance", at(0), at(3))],
    )
    moments = find_moments(reader, measurement)
    assert moments["binance"][2] == Moment(at(1, 5), at(1, 6), Resolution.SECOND)
    assert moments["binance"][5] == Moment(at(1, 9), at(1, 10), Resolution.SECOND)
    assert moments["binance"][10] == Moment(at(1, 40), at(1, 41), Resolution.SECOND)
    assert moments["binance"][20] == Moment(at(2), at(3), Resolution.BAR)  # no second of minute 2
    assert moments["bybit"][2] == Moment(at(1), at(2), Resolution.BAR)


def test_seconds_of_a_minute_with_gaps_are_the_latest_time(measurement: Measurement) -> None:
    """A second that is not in the data may have been earlier."""
    reader = FineReader(seconds=[("binance", at(1, 9), 95, 1)], spans=[("binance", at(0), at(1, 30))])
    moments = find_moments(reader, measurement)
    assert moments["binance"][5] == Moment(at(1), at(1, 10), Resolution.LATEST_SECOND)
    assert moments["binance"][10] == Moment(at(1), at(2), Resolution.BAR)  # 95 is not -10 %


def test_the_lowest_trade_is_the_latest_time(measurement: Measurement) -> None:
    """A trade at the level says that it was reached by then."""
    reader = FineReader(trades=[("bybit", at(1, 37.689), 88.0)])
    moments = find_moments(reader, measurement)
    assert moments["bybit"][10] == Moment(at(1), at(1, 37.690), Resolution.LATEST_TRADE)
    assert moments["okx"][10] == Moment(at(1), at(2), Resolution.BAR)


def test_of_several_times_the_narrowest_counts(measurement: Measurement) -> None:
    """Whichever leaves less open is taken."""
    reader = FineReader(
        seconds=[("okx", at(1, 50), 90, 1), ("bybit", at(1, 20), 90, 1)],
        trades=[("okx", at(1, 37.0), 88.0), ("bybit", at(1, 37.0), 88.0)],
    )
    moments = find_moments(reader, measurement)
    assert moments["okx"][10] == Moment(at(1), at(1, 37.001), Resolution.LATEST_TRADE)
    assert moments["bybit"][10] == Moment(at(1), at(1, 21), Resolution.LATEST_SECOND)
