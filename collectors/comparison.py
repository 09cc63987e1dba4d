"""What candles show by themselves and beside those of another route: how empty minutes come, what a volume counts."""

from typing import NamedTuple

import numpy as np
import polars as pl

from collectors.candles import Candles, bars_frame
from collectors.findings import Verdict
from collectors.venues import EmptyMinutes
from data.schema import MINUTE_MS

ALIKE = 1e-6
"""Relative difference within which two sums of the same trades are the same number."""

ROUGHLY = 0.02
"""Relative difference within which a volume counts the quote: it is summed at each trade's price, and not the close."""

PRICES = ("open", "high", "low", "close")


class Compared(NamedTuple):
    """What a comparison shows, in words, and whether the two are the same."""

    came: str
    verdict: Verdict


def empty_minutes(candles: Candles, assumed: EmptyMinutes) -> Compared:
    """How minutes without a trade come, beside what is assumed; the candles are two or more, in time order."""
    flat = int((candles[:, 5] == 0).sum())
    absent = int((candles[-1, 0] - candles[0, 0]) // MINUTE_MS) + 1 - len(candles)
    shown = {(True, False): EmptyMinutes.FLAT, (False, True): EmptyMinutes.OMITTED}.get((flat > 0, absent > 0))
    counts = f"{flat} candles with volume 0, {absent} minutes absent between first and last"
    if shown is None:
        why = "both" if flat else "no minute without a trade among them"
        return Compared(f"{len(candles)} candles: {counts}: {why}", Verdict.OPEN)
    return Compared(f"{shown}: {counts}", Verdict.AS_ASSUMED if shown is assumed else Verdict.OTHER)


def compare(archived: pl.DataFrame, candles: Candles) -> tuple[Compared, Compared]:
    """Prices and volumes of the minutes with trades that both have; first the prices, then the volumes.

    Args:
        archived: a frame of `BARS`.
        candles: of the same market.
    """
    both = archived.join(bars_frame([candles]), on="open_time", suffix="_of_candles")
    both = both.filter(pl.min_horizontal("volume", "volume_of_candles") > 0)
    if both.is_empty():
        nothing = Compared("no minute with trades in both", Verdict.OPEN)
        return nothing, nothing
    same = both.select(
        prices=pl.all_horizontal(_alike(pl.col(name), pl.col(f"{name}_of_candles")) for name in PRICES),
        volume=_alike(pl.col("volume"), pl.col("volume_of_candles")),
    )
    prices, volume = (_counted(name, int(same[name].sum()), len(same)) for name in ("prices", "volume"))
    if volume.verdict is Verdict.OTHER:
        volume = Compared(f"{volume.came}; {_unit(both)}", volume.verdict)
    return prices, volume


def _alike(one: pl.Expr, other: pl.Expr) -> pl.Expr:
    return (one - other).abs() <= ALIKE * other.abs()


def _counted(what: str, same: int, of: int) -> Compared:
    verdict = Verdict.AS_ASSUMED if same == of else Verdict.OTHER
    return Compared(f"the same {what} in {same} of {of} minutes that both have", verdict)


def _unit(both: pl.DataFrame) -> str:
    """How the volumes differ: the quote is told by what the same volume costs."""
    volume, of_candles, close = (both[name].to_numpy() for name in ("volume", "volume_of_candles", "close"))
    if abs(float(np.median(volume / (of_candles * close))) - 1) <= ROUGHLY:
        return "it counts the quote"
    return f"it is {float(np.median(volume / of_candles)):.6g} times that of the candles (median)"
