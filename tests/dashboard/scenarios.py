"""Small measurements made by hand, one for every way in which a picture can be hard to draw."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache

import numpy as np
import polars as pl

from analysis.questions import build_question
from data.catalogue import load_catalogue
from data.schema import CANDLE, SPAN, Evidence, Origin, build_empty_frame
from deviation.measure import measure
from deviation.question import Parameters, QuoteHandling
from deviation.result import Measurement

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
    """Candles that open where the last one closed; NaN leaves a minute out; ``lows`` sets single lowest trades."""
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
    return measure(pl.concat(frames), build_empty_frame(SPAN), question)


def build_dip(
    minutes: int, level: float, depth: float, dip_minute: int
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """A price that falls by a fraction in one minute and halves its way back in every later one."""
    minutes_after = np.arange(minutes) - dip_minute
    return level * (1 - np.where(minutes_after < 0, 0.0, depth * 0.8 ** np.maximum(minutes_after, 0)))


def crash(
    minutes: int = 90, *, focus: str = "binance", origin: Origin = Origin.OHLCV, level: float = 4.0
) -> Measurement:
    """Binance falls deeper than five USDT and four USD venues, with one trade far below everything."""
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
    return ask_and_measure(frames, minutes, focus=focus, origin=evidence)


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
    frames = [build_candles((venue, "ATOM/USDT"), wave) for venue in ("binance", *USDT)]
    frames += [build_candles((venue, "ATOM/USD"), wave) for venue in USD]
    return ask_and_measure(frames, minutes)


def calm() -> Measurement:
    """Nobody strays by more than a few thousandths, with a day before the window to compare with."""
    minutes, minutes_before = 60, 60
    waves = [4 + 0.004 * np.sin(np.arange(minutes + minutes_before) / (3 + i)) for i in range(10)]
    start = START - timedelta(minutes=minutes_before)
    venues = [(venue, "ATOM/USDT") for venue in ("binance", *USDT)] + [(venue, "ATOM/USD") for venue in USD]
    return ask_and_measure(
        [build_candles(m, wave, start=start) for m, wave in zip(venues, waves, strict=True)], minutes
    )


def thin() -> Measurement:
    """A perpetual against two spot venues, one of which is silent half of the time and small at times."""
    minutes = 60
    gappy_closes = np.where(np.arange(minutes) % 2 == 0, 0.2, np.nan)
    frames = [
        build_candles(("binanceusdm", "DOGE/USDT:USDT"), build_dip(minutes, 0.2, 0.5, 20)),
        build_candles(("coinbaseexchange", "DOGE/USD"), build_dip(minutes, 0.2, 0.1, 20)),
        build_candles(("gemini", "DOGE/USD"), gappy_closes[:40]),
        build_candles(("gemini", "DOGE/USD"), gappy_closes[:20], start=START + timedelta(minutes=40), volume_usd=20.0),
    ]
    return ask_and_measure(frames, minutes, asset="DOGE", focus="binanceusdm")


def alone() -> Measurement:
    """The focus venue and nobody else."""
    return ask_and_measure([build_candles(("binance", "XRP/USDT"), build_dip(30, 2.4, 0.4, 10))], 30, asset="XRP")


def without_focus() -> Measurement:
    """The focus venue has no candle at all."""
    frames = [build_candles((venue, "XRP/USDT"), build_dip(30, 2.4, 0.4, 10)) for venue in USDT]
    return ask_and_measure(frames, 30, asset="XRP")


def one_group() -> Measurement:
    """USDT venues only; one of them loses minutes, another is quiet or small in some, a third has another quote."""
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
    return ask_and_measure(frames, minutes, event=None)


def fair_value() -> Measurement:
    """A wrapped asset on one venue, its underlying on all of them, a calm day before."""
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
    return ask_and_measure(frames, minutes, asset="WBETH")


def no_ratio() -> Measurement:
    """A wrapped asset for which no calm minute gives a ratio."""
    return ask_and_measure(
        [build_candles(("binance", "WBETH/USDT"), build_dip(30, 4_312, 0.85, 10))], 30, asset="WBETH"
    )


def crowd() -> Measurement:
    """Every venue of the catalogue in both groups, and perpetuals: more rows than find room."""
    minutes = 60
    frames = []
    for i, venue in enumerate(CATALOGUE.venues):
        for quote in ("USDT", "USD", "USDT:USDT"):
            is_silent = np.arange(minutes) % 3 == 0 if i % 4 == 0 else np.zeros(minutes, dtype=np.bool_)
            closes = np.where(is_silent, np.nan, build_dip(minutes, 4.0, 0.3 + 0.01 * i, 20))
            frames.append(build_candles((venue, f"ATOM/{quote}"), closes, lows={20: 0.5 + i / 100}))
    return ask_and_measure(frames, minutes)


def low_on_scale() -> Measurement:
    """The focus venue's lowest trade is clearly under its closes but not under those of all others."""
    frames = [build_candles((venue, "ATOM/USDT"), build_dip(60, 4.0, 0.4, 20)) for venue in USDT]
    frames.append(build_candles(("binance", "ATOM/USDT"), build_dip(60, 4.0, 0.3, 20), lows={20: 2.6}))
    return ask_and_measure(frames, 60)


def as_is() -> Measurement:
    """The crash with quotes as printed."""
    frames = [build_candles((venue, "ATOM/USDT"), build_dip(60, 4.0, 0.3, 20)) for venue in ("binance", *USDT)]
    return ask_and_measure(frames, 60, parameters=Parameters(quote=QuoteHandling.AS_IS, enter=0.05, exit=0.02))


SCENARIOS: dict[str, Callable[[], Measurement]] = {
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
def measure_scenario(name: str) -> Measurement:
    """The measurement of that name, made once."""
    return SCENARIOS[name]()
