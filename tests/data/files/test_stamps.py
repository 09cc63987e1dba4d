"""Ends of bars taken for their starts: series made by hand."""

import math

import numpy as np
import pytest

from data.files.stamps import Floats, StampFit, fit_stamps


def build_closes(bars: int, *, seed: int = 1) -> Floats:
    """Closes of a market that moves by chance."""
    return 4.0 * np.exp(np.cumsum(np.random.default_rng(seed).normal(0, 0.001, bars)))


def stamp_ends(closes: Floats) -> Floats:
    """The same closes, each stamped one bar later."""
    return np.append(np.nan, closes[:-1])


def test_a_correlation_by_hand() -> None:
    """Ranks 1 2 3 4 against 2 1 4 3: 1 - 6 x 4 / (4 x 15) = 0.6, and one bar beside, of 1 2 3 against 1 4 3, 0.5."""
    market = np.exp(np.cumsum([0.0, 0.01, 0.02, 0.03, 0.04]))
    peer = np.exp(np.cumsum([0.0, 0.02, 0.01, 0.04, 0.03]))
    fit = fit_stamps(market, peer[np.newaxis])
    assert fit.bars == 3
    assert fit.as_open == pytest.approx(0.6)
    assert fit.as_close == pytest.approx(0.5)


def test_ties_share_the_mean_of_their_ranks() -> None:
    """Ranks 1.5 1.5 3 against 1 2 3: 1.5 / sqrt(1.5 x 2)."""
    market = np.array([1.0, 1.0, 1.0, 1.01])
    peer = np.exp(np.cumsum([0.0, 0.01, 0.02, 0.03]))
    assert fit_stamps(market, peer[np.newaxis]).as_open == pytest.approx(1.5 / math.sqrt(3))


def test_ends_of_bars_are_found() -> None:
    """The same prices one bar late fit perfectly when they are moved back, and not at all as they stand."""
    closes = build_closes(300)
    fit = fit_stamps(stamp_ends(closes), closes[np.newaxis])
    assert fit.bars == 298
    assert fit.as_close == pytest.approx(1)
    assert abs(fit.as_open) < 0.2
    assert fit.marks_close


def test_starts_of_bars_are_left_alone() -> None:
    """A market that moves with the others, and one that moves a bar before them, which no file of ends can do."""
    closes = build_closes(300)
    assert not fit_stamps(closes, closes[np.newaxis]).marks_close
    assert not fit_stamps(closes, stamp_ends(closes)[np.newaxis]).marks_close


def test_the_median_of_the_others_counts() -> None:
    """One other exchange that is itself stamped at its ends does not hide the file that is."""
    closes = build_closes(300)
    peers = np.array([closes, stamp_ends(closes), closes * 1.3])
    assert fit_stamps(stamp_ends(closes), peers).marks_close
    assert not fit_stamps(closes, peers).marks_close


def test_noise_tells_nothing() -> None:
    """Markets without anything in common are never told to be ends."""
    fits = [
        fit_stamps(build_closes(200, seed=seed), build_closes(200, seed=seed + 500)[np.newaxis]) for seed in range(50)
    ]
    assert not any(fit.marks_close for fit in fits)


def test_a_crash_one_bar_late_is_no_end_of_bars() -> None:
    """An exchange that falls a minute after the others, in a day in which all else is together, keeps its stamps."""
    closes = build_closes(300)
    crash, late_crash = np.ones(300), np.ones(300)
    crash[100:130], late_crash[101:131] = 0.5, 0.5
    fit = fit_stamps(closes * late_crash, (closes * crash)[np.newaxis])
    assert fit.as_open > 0.9
    assert not fit.marks_close


def test_constant_prices_tell_nothing() -> None:
    """A side that never moves has no correlation."""
    closes = build_closes(300)
    for market, peer in ((np.full(300, 4.0), closes), (closes, np.full(300, 4.0))):
        fit = fit_stamps(market, peer[np.newaxis])
        assert math.isnan(fit.as_open)
        assert not fit.marks_close


def test_few_bars_tell_nothing() -> None:
    """Fifty common bars are too few even for a perfect fit, and none at all are no error."""
    closes = build_closes(52)
    fit = fit_stamps(stamp_ends(closes), closes[np.newaxis])
    assert fit.as_close == pytest.approx(1)
    assert not fit.marks_close
    gaps = np.where(np.arange(300) % 2 == 0, build_closes(300), np.nan)
    assert fit_stamps(gaps, build_closes(300)[np.newaxis]).bars == 0


def test_bars_without_a_trade_are_left_out() -> None:
    """A gap on either side costs the two returns beside it."""
    closes = build_closes(300)
    peer = closes.copy()
    peer[100] = np.nan
    assert fit_stamps(closes, peer[np.newaxis]).bars == 296


@pytest.mark.parametrize(
    ("fit", "marks_close"),
    [
        (StampFit(60, 0.0, 0.74), True),
        (StampFit(60, 0.0, 0.72), False),
        (StampFit(59, 0.0, 1.0), False),
        (StampFit(10_000, 0.14, 0.30), True),
        (StampFit(10_000, 0.16, 0.30), False),
        (StampFit(10_000, 0.0, 0.29), False),
    ],
)
def test_the_bounds(fit: StampFit, marks_close: bool) -> None:  # noqa: FBT001 - a case of the table
    """Sixty bars, a correlation of 0.3, and a margin of 0.15 or of 4 x sqrt(2 / bars), whichever is more."""
    assert fit.marks_close is marks_close
