"""Comparison of candles with what is assumed of empty minutes, and with the candles of another route."""

from typing import NamedTuple

import numpy as np
import polars as pl

from collectors.check.findings import FindingStatus
from collectors.page_validation import CandleArray, build_bars_frame
from collectors.venues.row import EmptyMinutes
from data.schema import MINUTE_MS

EQUALITY_TOLERANCE = 1e-6
"""Relative difference within which two sums of the same trades count as equal."""

QUOTE_VOLUME_TOLERANCE = 0.02
"""Relative difference within which a volume counts as one in the quote, which sums each trade at its own price."""

PRICES = ("open", "high", "low", "close")


class ComparisonResult(NamedTuple):
    """What was observed, in words, and whether it is as assumed."""

    observed: str
    status: FindingStatus


def compare_empty_minutes(candles: CandleArray, assumed: EmptyMinutes) -> ComparisonResult:
    """Compare how minutes without a trade are sent with what is assumed; two candles or more, in time order."""
    flat_count = int((candles[:, 5] == 0).sum())
    absent_count = int((candles[-1, 0] - candles[0, 0]) // MINUTE_MS) + 1 - len(candles)
    observed = {(True, False): EmptyMinutes.FLAT, (False, True): EmptyMinutes.OMITTED}.get(
        (flat_count > 0, absent_count > 0)
    )
    counts = f"{flat_count} candles with volume 0, {absent_count} minutes absent between first and last"
    if observed is None:
        reason = "both" if flat_count else "no minute without a trade among them"
        return ComparisonResult(f"{len(candles)} candles: {counts}: {reason}", FindingStatus.UNDECIDED)
    return ComparisonResult(
        f"{observed}: {counts}", FindingStatus.AS_ASSUMED if observed is assumed else FindingStatus.DIFFERENT
    )


def compare_candles(archived: pl.DataFrame, candles: CandleArray) -> tuple[ComparisonResult, ComparisonResult]:
    """Compare the minutes with trades that both have: first the prices, then the volumes.

    Args:
        archived: a frame of `data.trades.candles.BAR_SCHEMA`.
        candles: the candles of the same market.
    """
    joined = archived.join(build_bars_frame([candles]), on="open_time", suffix="_of_candles")
    joined = joined.filter(pl.min_horizontal("volume", "volume_of_candles") > 0)
    if joined.is_empty():
        inconclusive = ComparisonResult("no minute with trades in both", FindingStatus.UNDECIDED)
        return inconclusive, inconclusive
    matches = joined.select(
        prices=pl.all_horizontal(_is_close(pl.col(name), pl.col(f"{name}_of_candles")) for name in PRICES),
        volume=_is_close(pl.col("volume"), pl.col("volume_of_candles")),
    )
    prices, volume = (_build_comparison(name, int(matches[name].sum()), len(matches)) for name in ("prices", "volume"))
    if volume.status is FindingStatus.DIFFERENT:
        volume = ComparisonResult(f"{volume.observed}; {_describe_unit(joined)}", volume.status)
    return prices, volume


def _is_close(value: pl.Expr, reference: pl.Expr) -> pl.Expr:
    return (value - reference).abs() <= EQUALITY_TOLERANCE * reference.abs()


def _build_comparison(quantity: str, match_count: int, total: int) -> ComparisonResult:
    status = FindingStatus.AS_ASSUMED if match_count == total else FindingStatus.DIFFERENT
    return ComparisonResult(f"the same {quantity} in {match_count} of {total} minutes that both have", status)


def _describe_unit(joined: pl.DataFrame) -> str:
    """How the volumes differ: one counts the quote where it is the other times the price."""
    volume, candle_volume, close = (joined[name].to_numpy() for name in ("volume", "volume_of_candles", "close"))
    if abs(float(np.median(volume / (candle_volume * close))) - 1) <= QUOTE_VOLUME_TOLERANCE:
        return "it counts the quote"
    return f"it is {float(np.median(volume / candle_volume)):.6g} times that of the candles (median)"
