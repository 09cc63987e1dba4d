"""Candles on the axis of a measurement."""

import re
from datetime import timedelta

import pytest

from data.grid.builder import EPOCH, GridBuilder
from data.schema import SPAN, Timeframe, build_empty_frame
from deviation.minute.grid import Axis, align_candles

TEN_MINUTES = GridBuilder(EPOCH + timedelta(minutes=100), EPOCH + timedelta(minutes=110), Timeframe.M1).build()


@pytest.mark.parametrize("axis", [Axis(99, 5), Axis(105, 6), Axis(20, 2, Timeframe.M5)])
def test_an_axis_beyond_the_candles_read_is_refused(axis: Axis) -> None:
    """Bars that were never read would pass for bars without a candle."""
    with pytest.raises(ValueError, match=re.escape("lies outside of the 10 bars of 1m from 100 on")):
        align_candles(TEN_MINUTES, build_empty_frame(SPAN), axis)
    assert align_candles(TEN_MINUTES, build_empty_frame(SPAN), Axis(105, 5)).markets == {}
