"""Small measurements of synthetic candles, one for each case that is hard to draw."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache

import numpy as np
import polars as pl

from analysis.questions import build_question
from data.catalogue import load_catalogue
from data.schema import CANDLE, SPAN, Evidence, Origin, build_empty_frame
from deviation.measurement import Measurement
from deviation.question import Parameters, QuoteHandling
from tests.grids import measure_frame

START = datetime(2025, 10, 10, 21, 0, tzinfo=UTC)
CATALOGUE = load_catalogue()
USDT = ("okx", "bybit", "bitget", "gate", "kucoin")
USD = ("coinbaseexchange", "kraken", "gemini", "bitstamp")

VenueSymbol = tuple[str, str]
Closes = Sequence[float] | np.ndarray[tuple[int], np.dtype[np.float64]]


def build_candles(
    venue_symbol: VenueSymbol,
    closes: Closes,
    *,
    start: datetime = START,
    lows: Mapping[int, float] | None = None,
    volume_usd: float = 50_000.0,
    origin: Origin = Origin.OHLCV,
) -> pl.DataFrame:
    """Candles that open at the previous close; NaN leaves a minute out, ``lows`` sets the low of single minutes."""
    close = np.asarray(closes, dtype=np.float64)
    opens = np.concatenate([close[:1], close[:-1]])
    opens = np.where(np.isnan(opens), close, opens)
    low_prices = np.minimum(opens, close)
    for position, price in (lows or {}).items():
        low_prices[position] = price
    frame = pl.DataFrame(
        {
            "venue": venue_symbol[0],
            "symbol": venue_symbol[1],
            "open_time": [start + timedelta(minutes=minute) for minute in range(close.size)],
            "open": opens,
            "high": np.maximum(opens, close),
            "low": low_prices,
            "close": close,
            "volume": volume_usd / close,
            "timeframe": "1m",
            "price": "trade",
            "origin": origin.value,
        }
    )
    return frame.filter(pl.col("close").is_not_nan()).cast(pl.Schema(CANDLE))


def measure_frames(
    frames: Sequence[pl.DataFrame],
    minutes: int,
    *,
    asset: str = "ATOM",
    focus: str = "binance",
    start: datetime = START,
    event: str | None = "2025-10-10",
    origin: Evidence = Evidence.REAL,
    parameters: Parameters | None = None,
) -> Measurement:
    """The measurement over ``minutes`` from ``start`` of the candles in the frames."""
    question = build_question(
        CATALOGUE,
        asset,
        start,
        start + timedelta(minutes=minutes),
        event=event,
        focus=focus,
        origin=origin,
        parameters=parameters,
    )
    return measure_frame(pl.concat(frames), build_empty_frame(SPAN), question)


def build_dip(
    minutes: int, level: float, depth: float, dip_minute: int
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """A price that falls by the fraction ``depth`` in ``dip_minute``; each later minute the loss shrinks by a fifth."""
    minutes_after = np.arange(minutes) - dip_minute
    return level * (1 - np.where(minutes_after < 0, 0.0, depth * 0.8 ** np.maximum(minutes_after, 0)))


def measure_crash(
    minutes: int = 90, *, focus: str = "binance", origin: Origin = Origin.OHLCV, level: float = 4.0
) -> Measurement:
    """Binance falls further than five USDT and four USD venues, with one trade far below all others."""
    dip_minute = minutes // 3
    frames = [
        build_candles(
            ("binance", "ATOM/USDT"),
            build_dip(minutes, level, 0.6, dip_minute),
            lows={dip_minute: level / 4_000},
            origin=origin,
        ),
        build_candles(("binance", "ATOM/USDC"), build_dip(minutes, level, 0.5, dip_minute), origin=origin),
    ]
    frames += [
        build_candles((venue, "ATOM/USDT"), build_dip(minutes, level, 0.3 + 0.01 * i, dip_minute), origin=origin)
        for i, venue in enumerate(USDT)
    ]
    frames += [
        build_candles((venue, "ATOM/USD"), build_dip(minutes, level, 0.1 + 0.02 * i, dip_minute), origin=origin)
        for i, venue in enumerate(USD)
    ]
    evidence = Evidence.RECONSTRUCTION if origin is Origin.RECONSTRUCTION else Evidence.REAL
    return measure_frames(frames, minutes, focus=focus, origin=evidence)


def measure_illustration() -> Measurement:
    """The crash, on candles of the reconstruction."""
    return measure_crash(origin=Origin.RECONSTRUCTION)


def measure_kraken() -> Measurement:
    """The crash with a USD venue as focus, which stays above all USDT venues."""
    return measure_crash(focus="kraken")


def measure_day_long() -> Measurement:
    """The crash over a day: the window spans two dates in UTC and in UTC+8."""
    return measure_crash(24 * 60)


def measure_half_hour() -> Measurement:
    """The crash over half an hour."""
    return measure_crash(30)


def measure_dear() -> Measurement:
    """The crash at prices of six figures."""
    return measure_crash(level=102_000.0)


def measure_cheap() -> Measurement:
    """The crash at prices far below a cent."""
    return measure_crash(level=0.0012)


def measure_week() -> Measurement:
    """Four calm days: more minutes than `MAX_LINE_POINTS`."""
    minutes = 4 * 24 * 60
    wave = 4 + 0.2 * np.sin(np.arange(minutes) / 300)
    frames = [build_candles((venue, "ATOM/USDT"), wave) for venue in ("binance", *USDT)]
    frames += [build_candles((venue, "ATOM/USD"), wave) for venue in USD]
    return measure_frames(frames, minutes)


def measure_calm() -> Measurement:
    """No venue deviates by more than a few thousandths; with an hour of candles before the window."""
    minutes, minutes_before = 60, 60
    waves = [4 + 0.004 * np.sin(np.arange(minutes + minutes_before) / (3 + i)) for i in range(10)]
    start = START - timedelta(minutes=minutes_before)
    venues = [(venue, "ATOM/USDT") for venue in ("binance", *USDT)] + [(venue, "ATOM/USD") for venue in USD]
    return measure_frames([build_candles(m, wave, start=start) for m, wave in zip(venues, waves, strict=True)], minutes)


def measure_thin() -> Measurement:
    """A perpetual against two spot venues, one with gaps and with small volumes."""
    minutes = 60
    gappy_closes = np.where(np.arange(minutes) % 2 == 0, 0.2, np.nan)
    frames = [
        build_candles(("binanceusdm", "DOGE/USDT:USDT"), build_dip(minutes, 0.2, 0.5, 20)),
        build_candles(("coinbaseexchange", "DOGE/USD"), build_dip(minutes, 0.2, 0.1, 20)),
        build_candles(("gemini", "DOGE/USD"), gappy_closes[:40]),
        build_candles(("gemini", "DOGE/USD"), gappy_closes[:20], start=START + timedelta(minutes=40), volume_usd=20.0),
    ]
    return measure_frames(frames, minutes, asset="DOGE", focus="binanceusdm")


def measure_alone() -> Measurement:
    """The focus venue without any other."""
    return measure_frames([build_candles(("binance", "XRP/USDT"), build_dip(30, 2.4, 0.4, 10))], 30, asset="XRP")


def measure_without_focus() -> Measurement:
    """The focus venue has no candle at all."""
    frames = [build_candles((venue, "XRP/USDT"), build_dip(30, 2.4, 0.4, 10)) for venue in USDT]
    return measure_frames(frames, 30, asset="XRP")


def measure_one_group() -> Measurement:
    """USDT venues only; the focus lacks minutes, another venue is quiet in some, and one market has another quote."""
    minutes = 60
    closes_with_gap = build_dip(minutes, 4.0, 0.3, 20)
    closes_with_gap[30:45] = np.nan
    frames = [build_candles((venue, "ATOM/USDT"), build_dip(minutes, 4.0, 0.3, 20)) for venue in USDT[1:]]
    quiet_candles = build_candles((USDT[0], "ATOM/USDT"), build_dip(minutes, 4.0, 0.3, 20))
    is_late = pl.col("open_time") > START + timedelta(minutes=50)
    frames += [
        build_candles(("binance", "ATOM/USDT"), closes_with_gap),
        quiet_candles.with_columns(pl.when(is_late).then(0.0).otherwise("volume").alias("volume")),
        build_candles(("upbit", "ATOM/KRW"), build_dip(minutes, 5_600.0, 0.3, 20)),
    ]
    return measure_frames(frames, minutes, event=None)


def measure_fair_value() -> Measurement:
    """A wrapped asset on one venue, its underlying on several, and 40 calm hours before the window."""
    minutes, minutes_before = 90, 40 * 60
    start = START - timedelta(minutes=minutes_before)
    calm_ones = np.ones(minutes_before)
    flat_closes = 4_000 * np.ones(minutes_before + minutes)
    frames = [
        build_candles(
            ("binance", "WBETH/USDT"),
            np.concatenate([4_312 * calm_ones, build_dip(minutes, 4_312, 0.85, 40)]),
            start=start,
        ),
        build_candles(("binance", "WBETH/ETH"), 1.078 * calm_ones, start=start),
        build_candles(("binance", "ETH/USDT"), flat_closes, start=start),
    ]
    frames += [build_candles((venue, "ETH/USDT"), flat_closes, start=start) for venue in USDT]
    frames += [build_candles((venue, "ETH/USD"), flat_closes, start=start) for venue in USD]
    return measure_frames(frames, minutes, asset="WBETH")


def measure_no_ratio() -> Measurement:
    """A wrapped asset without a calm minute, so without a ratio to its underlying."""
    return measure_frames([build_candles(("binance", "WBETH/USDT"), build_dip(30, 4_312, 0.85, 10))], 30, asset="WBETH")


def measure_crowd() -> Measurement:
    """Every venue of the catalogue in both groups, and perpetuals: more rows than fit on a sheet."""
    minutes = 60
    frames = []
    for i, venue in enumerate(CATALOGUE.venues):
        for quote in ("USDT", "USD", "USDT:USDT"):
            is_silent = np.arange(minutes) % 3 == 0 if i % 4 == 0 else np.zeros(minutes, dtype=np.bool_)
            closes = np.where(is_silent, np.nan, build_dip(minutes, 4.0, 0.3 + 0.01 * i, 20))
            frames.append(build_candles((venue, f"ATOM/{quote}"), closes, lows={20: 0.5 + i / 100}))
    return measure_frames(frames, minutes)


def measure_low_on_scale() -> Measurement:
    """The focus venue's lowest trade is clearly below its closes, but not below the closes of all others."""
    frames = [build_candles((venue, "ATOM/USDT"), build_dip(60, 4.0, 0.4, 20)) for venue in USDT]
    frames.append(build_candles(("binance", "ATOM/USDT"), build_dip(60, 4.0, 0.3, 20), lows={20: 2.6}))
    return measure_frames(frames, 60)


def measure_as_is() -> Measurement:
    """A fall with quotes as they are, without conversion."""
    frames = [build_candles((venue, "ATOM/USDT"), build_dip(60, 4.0, 0.3, 20)) for venue in ("binance", *USDT)]
    return measure_frames(frames, 60, parameters=Parameters(quote=QuoteHandling.AS_IS, enter=0.05, exit=0.02))


SCENARIOS: dict[str, Callable[[], Measurement]] = {
    build.__name__.removeprefix("measure_"): build
    for build in (
        measure_crash,
        measure_illustration,
        measure_kraken,
        measure_day_long,
        measure_half_hour,
        measure_dear,
        measure_cheap,
        measure_week,
        measure_calm,
        measure_thin,
        measure_alone,
        measure_without_focus,
        measure_one_group,
        measure_fair_value,
        measure_no_ratio,
        measure_crowd,
        measure_as_is,
        measure_low_on_scale,
    )
}
"""The measurements by name."""


@cache
def measure_scenario(name: str) -> Measurement:
    """The measurement of that name; cached."""
    return SCENARIOS[name]()
