"""Small measurements made by hand, one for every way in which a picture can be hard to draw."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache

import numpy as np
import polars as pl

from dashboard.ask import ask
from data.catalogue import load_catalogue
from data.schema import CANDLE, SPAN, Evidence, Origin, empty
from deviation.measure import measure
from deviation.question import Parameters, QuoteHandling
from deviation.result import Measurement

START = datetime(2025, 10, 10, 21, 0, tzinfo=UTC)
CATALOGUE = load_catalogue()
USDT = ("okx", "bybit", "bitget", "gate", "kucoin")
USD = ("coinbaseexchange", "kraken", "gemini", "bitstamp")

Market = tuple[str, str]
Closes = Sequence[float] | np.ndarray[tuple[int], np.dtype[np.float64]]


def candles(
    market: Market,
    closes: Closes,
    *,
    start: datetime = START,
    lows: Mapping[int, float] | None = None,
    volume_usd: float = 50_000.0,
    origin: Origin = Origin.OHLCV,
) -> pl.DataFrame:
    """Candles that open where the last one closed; NaN leaves a minute out; ``lows`` sets single lowest trades."""
    close = np.asarray(closes, dtype=np.float64)
    opened = np.concatenate([close[:1], close[:-1]])
    opened = np.where(np.isnan(opened), close, opened)
    low = np.minimum(opened, close)
    for position, price in (lows or {}).items():
        low[position] = price
    frame = pl.DataFrame(
        {
            "venue": market[0],
            "symbol": market[1],
            "open_time": [start + timedelta(minutes=minute) for minute in range(close.size)],
            "open": opened,
            "high": np.maximum(opened, close),
            "low": low,
            "close": close,
            "volume": volume_usd / close,
            "timeframe": "1m",
            "price": "trade",
            "origin": origin.value,
        }
    )
    return frame.filter(pl.col("close").is_not_nan()).cast(pl.Schema(CANDLE))


def ask_and_measure(
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
    """The answer over the first ``minutes`` of what the frames hold."""
    question = ask(
        CATALOGUE,
        asset,
        start,
        start + timedelta(minutes=minutes),
        event=event,
        focus=focus,
        origin=origin,
        parameters=parameters,
    )
    return measure(pl.concat(frames), empty(SPAN), question)


def dip(minutes: int, level: float, depth: float, at: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """A price that falls by a fraction in one minute and halves its way back in every later one."""
    after = np.arange(minutes) - at
    return level * (1 - np.where(after < 0, 0.0, depth * 0.8 ** np.maximum(after, 0)))


def crash(
    minutes: int = 90, *, focus: str = "binance", origin: Origin = Origin.OHLCV, level: float = 4.0
) -> Measurement:
    """Binance falls deeper than five USDT and four USD venues, with one trade far below everything."""
    at = minutes // 3
    frames = [
        candles(("binance", "ATOM/USDT"), dip(minutes, level, 0.6, at), lows={at: level / 4_000}, origin=origin),
        candles(("binance", "ATOM/USDC"), dip(minutes, level, 0.5, at), origin=origin),
    ]
    frames += [
        candles((venue, "ATOM/USDT"), dip(minutes, level, 0.3 + 0.01 * i, at), origin=origin)
        for i, venue in enumerate(USDT)
    ]
    frames += [
        candles((venue, "ATOM/USD"), dip(minutes, level, 0.1 + 0.02 * i, at), origin=origin)
        for i, venue in enumerate(USD)
    ]
    real = Evidence.RECONSTRUCTION if origin is Origin.RECONSTRUCTION else Evidence.REAL
    return ask_and_measure(frames, minutes, focus=focus, origin=real)


def illustration() -> Measurement:
    """The crash, on candles of the reconstruction."""
    return crash(origin=Origin.RECONSTRUCTION)


def kraken() -> Measurement:
    """The crash as a USD venue saw it, above all USDT venues."""
    return crash(focus="kraken")


def day_long() -> Measurement:
    """The crash over a day: the window covers two days on either clock."""
    return crash(24 * 60)


def half_hour() -> Measurement:
    """The crash within one hour."""
    return crash(30)


def dear() -> Measurement:
    """The crash at prices of six figures."""
    return crash(level=102_000.0)


def cheap() -> Measurement:
    """The crash at prices far below a cent."""
    return crash(level=0.0012)


def week() -> Measurement:
    """Four calm days, more minutes than points of a line are drawn."""
    minutes = 4 * 24 * 60
    wave = 4 + 0.2 * np.sin(np.arange(minutes) / 300)
    frames = [candles((venue, "ATOM/USDT"), wave) for venue in ("binance", *USDT)]
    frames += [candles((venue, "ATOM/USD"), wave) for venue in USD]
    return ask_and_measure(frames, minutes)


def calm() -> Measurement:
    """Nobody strays by more than a few thousandths, with a day before the window to compare with."""
    minutes, before = 60, 60
    waves = [4 + 0.004 * np.sin(np.arange(minutes + before) / (3 + i)) for i in range(10)]
    start = START - timedelta(minutes=before)
    venues = [(venue, "ATOM/USDT") for venue in ("binance", *USDT)] + [(venue, "ATOM/USD") for venue in USD]
    return ask_and_measure([candles(m, wave, start=start) for m, wave in zip(venues, waves, strict=True)], minutes)


def thin() -> Measurement:
    """A perpetual against two spot venues, one of which is silent half of the time and small at times."""
    minutes = 60
    gappy = np.where(np.arange(minutes) % 2 == 0, 0.2, np.nan)
    frames = [
        candles(("binanceusdm", "DOGE/USDT:USDT"), dip(minutes, 0.2, 0.5, 20)),
        candles(("coinbaseexchange", "DOGE/USD"), dip(minutes, 0.2, 0.1, 20)),
        candles(("gemini", "DOGE/USD"), gappy[:40]),
        candles(("gemini", "DOGE/USD"), gappy[:20], start=START + timedelta(minutes=40), volume_usd=20.0),
    ]
    return ask_and_measure(frames, minutes, asset="DOGE", focus="binanceusdm")


def alone() -> Measurement:
    """The focus venue and nobody else."""
    return ask_and_measure([candles(("binance", "XRP/USDT"), dip(30, 2.4, 0.4, 10))], 30, asset="XRP")


def without_focus() -> Measurement:
    """The focus venue has no candle at all."""
    frames = [candles((venue, "XRP/USDT"), dip(30, 2.4, 0.4, 10)) for venue in USDT]
    return ask_and_measure(frames, 30, asset="XRP")


def one_group() -> Measurement:
    """USDT venues only; one of them loses minutes, another is quiet or small in some, a third has another quote."""
    minutes = 60
    holes = dip(minutes, 4.0, 0.3, 20)
    holes[30:45] = np.nan
    frames = [candles((venue, "ATOM/USDT"), dip(minutes, 4.0, 0.3, 20)) for venue in USDT[1:]]
    quiet = candles((USDT[0], "ATOM/USDT"), dip(minutes, 4.0, 0.3, 20))
    late = pl.col("open_time") > START + timedelta(minutes=50)
    frames += [
        candles(("binance", "ATOM/USDT"), holes),
        quiet.with_columns(pl.when(late).then(0.0).otherwise("volume").alias("volume")),
        candles(("upbit", "ATOM/KRW"), dip(minutes, 5_600.0, 0.3, 20)),
    ]
    return ask_and_measure(frames, minutes, event=None)


def fair_value() -> Measurement:
    """A wrapped asset on one venue, its underlying on all of them, a calm day before."""
    minutes, before = 90, 40 * 60
    start = START - timedelta(minutes=before)
    calm_ = np.ones(before)
    flat = 4_000 * np.ones(before + minutes)
    frames = [
        candles(("binance", "WBETH/USDT"), np.concatenate([4_312 * calm_, dip(minutes, 4_312, 0.85, 40)]), start=start),
        candles(("binance", "WBETH/ETH"), 1.078 * calm_, start=start),
        candles(("binance", "ETH/USDT"), flat, start=start),
    ]
    frames += [candles((venue, "ETH/USDT"), flat, start=start) for venue in USDT]
    frames += [candles((venue, "ETH/USD"), flat, start=start) for venue in USD]
    return ask_and_measure(frames, minutes, asset="WBETH")


def no_ratio() -> Measurement:
    """A wrapped asset for which no calm minute gives a ratio."""
    return ask_and_measure([candles(("binance", "WBETH/USDT"), dip(30, 4_312, 0.85, 10))], 30, asset="WBETH")


def crowd() -> Measurement:
    """Every venue of the catalogue in both groups, and perpetuals: more rows than find room."""
    minutes = 60
    frames = []
    for i, venue in enumerate(CATALOGUE.venues):
        for quote in ("USDT", "USD", "USDT:USDT"):
            silent = np.arange(minutes) % 3 == 0 if i % 4 == 0 else np.zeros(minutes, dtype=np.bool_)
            closes = np.where(silent, np.nan, dip(minutes, 4.0, 0.3 + 0.01 * i, 20))
            frames.append(candles((venue, f"ATOM/{quote}"), closes, lows={20: 0.5 + i / 100}))
    return ask_and_measure(frames, minutes)


def low_on_scale() -> Measurement:
    """The focus venue's lowest trade is clearly under its closes but not under those of all others."""
    frames = [candles((venue, "ATOM/USDT"), dip(60, 4.0, 0.4, 20)) for venue in USDT]
    frames.append(candles(("binance", "ATOM/USDT"), dip(60, 4.0, 0.3, 20), lows={20: 2.6}))
    return ask_and_measure(frames, 60)


def as_is() -> Measurement:
    """The crash with quotes as printed."""
    frames = [candles((venue, "ATOM/USDT"), dip(60, 4.0, 0.3, 20)) for venue in ("binance", *USDT)]
    return ask_and_measure(frames, 60, parameters=Parameters(quote=QuoteHandling.AS_IS, enter=0.05, exit=0.02))


EVERY: dict[str, Callable[[], Measurement]] = {
    made.__name__: made
    for made in (
        crash,
        illustration,
        kraken,
        day_long,
        half_hour,
        dear,
        cheap,
        week,
        calm,
        thin,
        alone,
        without_focus,
        one_group,
        fair_value,
        no_ratio,
        crowd,
        as_is,
        low_on_scale,
    )
}
"""All of them by name."""


@cache
def made(name: str) -> Measurement:
    """The measurement of that name, made once."""
    return EVERY[name]()
