"""The order of falls in words."""

from datetime import UTC, datetime, timedelta

import pytest

from analysis.order_of_falls import Moment, Resolution
from dashboard.text.clock import Zone
from dashboard.text.sequence import describe_resolution, describe_tie, format_moment
from data.schema import Timeframe
from tests.dashboard.scenarios import build_candles, measure_frames

AT = datetime(2025, 10, 10, 21, 20, tzinfo=UTC)
HOUR = timedelta(hours=1)
MINUTE = Moment(AT, AT + timedelta(minutes=1))


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (None, "–"),
        (MINUTE, "21:20"),
        (Moment(AT, AT + timedelta(seconds=1), Resolution.SECOND), "21:20:00"),
        (Moment(AT, AT + timedelta(seconds=38), Resolution.LATEST_SECOND), "by 21:20:38"),
        (Moment(AT, AT + timedelta(seconds=37.69), Resolution.LATEST_TRADE), "by 21:20:38"),
    ],
)
def test_a_moment_is_written_as_exactly_as_it_is_known(moment: Moment | None, text: str) -> None:
    """A minute has no seconds; a latest time says so."""
    measurement = measure_frames([build_candles(("okx", "ATOM/USDT"), [1.0] * 30)], 30)
    assert format_moment(moment, measurement) == text


def test_the_day_stands_with_the_time_where_the_window_touches_two() -> None:
    """On the reader's clock 21:20 UTC is the next morning; a window from 15:30 UTC on begins on the day before."""
    short = measure_frames([build_candles(("okx", "ATOM/USDT"), [1.0] * 30)], 30)
    long = measure_frames(
        [build_candles(("okx", "ATOM/USDT"), [1.0] * 600, start=AT - 6 * HOUR)], 600, start=AT - 6 * HOUR
    )
    assert format_moment(MINUTE, short, Zone.UTC8) == "05:20"
    assert format_moment(MINUTE, long, Zone.UTC8) == "11 Oct 05:20"


def test_ties_and_resolutions_name_the_bars() -> None:
    """Sentences follow the length of the bars."""
    assert describe_tie(Timeframe.M1) == "same minute: one-minute bars cannot order them"
    assert describe_tie(Timeframe.M5) == "same five-minute bar: five-minute bars cannot order them"
    assert describe_tie(Timeframe.S1) == "same second: one-second bars cannot order them"
    assert describe_resolution(MINUTE, Timeframe.M5) == "five-minute closes"
