"""Every kind of number as text: hand-written inputs and outputs."""

from datetime import timedelta

import pytest

from dashboard.text.numbers import (
    format_axis_percent,
    format_bounds,
    format_count,
    format_dollars,
    format_duration,
    format_megabytes,
    format_minute_count,
    format_minute_range,
    format_optional_price,
    format_short_time,
    format_signed_percent,
    format_whole_dollars,
)
from data.schema import Timeframe
from deviation.minute.grid import Axis
from deviation.wording import (
    format_amount,
    format_clock_time,
    format_minutes,
    format_percent,
    format_price,
    format_threshold,
)

MIDNIGHT_BAR = 29_334_240
"""The minute of 2025-10-10T00:00Z, counted from the epoch."""


@pytest.mark.parametrize(
    ("fraction", "text"),
    [
        (0.0, "0.0%"),
        (0.0004, "0.0%"),
        (0.0006, "0.1%"),
        (0.0994, "9.9%"),
        (0.0996, "10%"),
        (0.994, "99%"),
        (0.995, "99.5%"),
        (0.9996, "99.9%"),
        (1.0, "100%"),
        (12.344, "1234%"),
    ],
)
def test_percent(fraction: float, text: str) -> None:
    """One decimal below 10 per cent, none above; less than all never rounds to 100."""
    assert format_percent(fraction) == text


@pytest.mark.parametrize(
    ("fraction", "text"),
    [
        (None, "–"),
        (0.0, "0.0%"),
        (-0.0, "0.0%"),
        (-0.0004, "0.0%"),
        (0.0004, "0.0%"),
        (-0.0006, "−0.1%"),
        (0.0006, "+0.1%"),
        (-0.284, "−28%"),
        (-0.9996, "−99.9%"),
        (12.344, "+1234%"),
    ],
)
def test_signed_percent(fraction: float | None, text: str) -> None:
    """A true minus, no sign where it rounds to zero, an en dash where undefined."""
    assert format_signed_percent(fraction) == text


@pytest.mark.parametrize(
    ("least", "most", "text"),
    [
        (None, None, "–"),
        (-0.35, -0.5, "−35% to −50%"),
        (-0.35, -0.352, "−35%"),
        (-0.35, None, "−35% or more"),
        (-0.0004, -0.02, "0.0% to −2.0%"),
        (0.01, -0.02, "+1.0% to −2.0%"),
        (0.0004, -0.0004, "0.0%"),
    ],
)
def test_bounds(least: float | None, most: float | None, text: str) -> None:
    """Bounds that read alike stand once; a bound that is unknown is open."""
    assert format_bounds(least, most) == text


@pytest.mark.parametrize(
    ("value", "text"), [(-20.0, "−20%"), (-2.5, "−2.5%"), (0.0, "0%"), (-0.0, "0%"), (20.0, "+20%")]
)
def test_axis_percent(value: float, text: str) -> None:
    """A tick has all its digits and a sign, zero has none."""
    assert format_axis_percent(value) == text


@pytest.mark.parametrize(("fraction", "text"), [(0.02, "2%"), (0.005, "0.5%"), (0.07, "7%"), (0.0, "0%")])
def test_threshold(fraction: float, text: str) -> None:
    """A parameter has the digits that it was given with."""
    assert format_threshold(fraction) == text


@pytest.mark.parametrize(
    ("price", "text"),
    [
        (None, "–"),
        (0.00100208, "0.001"),
        (0.0000123456, "0.0000123"),
        (0.0123456, "0.012346"),
        (3.0, "3"),
        (430.65, "430.65"),
        (999.996, "1000"),
        (1234.56, "1234.6"),
        (20112.4, "20112"),
        (102_000.4, "102000"),
        (1_234_567.8, "1234568"),
    ],
)
def test_price(price: float | None, text: str) -> None:
    """Five significant digits, three below a cent, all before the decimal point; an en dash where undefined."""
    assert format_optional_price(price) == text
    assert price is None or format_price(price) == text


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (0.0, "0"),
        (0.0123456789, "0.0123457"),
        (100.0, "100"),
        (10_000.0, "10000"),
        (1234.5678, "1234.57"),
        (99_999.96, "100000"),
        (1_234_567.8, "1234568"),
    ],
)
def test_amount(amount: float, text: str) -> None:
    """Six significant digits, all before the decimal point, never an exponent."""
    assert format_amount(amount) == text


@pytest.mark.parametrize(
    ("minutes", "text"),
    [
        (0, "0"),
        (100, "100"),
        (1440, "1440"),
        (43_200.0, "43200"),
        (1.5, "1.5"),
        (1 / 60, "0.02"),
        (1439.75, "1439.75"),
    ],
)
def test_minutes(minutes: float, text: str) -> None:
    """Whole minutes without decimals, others to a hundredth."""
    assert format_minutes(minutes) == text


@pytest.mark.parametrize(
    ("minutes", "total", "text"),
    [(0, 0, "–"), (0, 30, "0 of 30"), (5, 1440, "5 of 1440"), (1.5, 7.25, "1.5 of 7.25")],
)
def test_minute_count(minutes: float, total: float, text: str) -> None:
    """Minutes of a total; an en dash where the total is none."""
    assert format_minute_count(minutes, total) == text


@pytest.mark.parametrize(("least", "most", "text"), [(0, 3, "0 to 3"), (0, 0, "0"), (999, 1440, "999 to 1440")])
def test_minute_range(least: float, most: float, text: str) -> None:
    """Two counts, or one where they are equal."""
    assert format_minute_range(least, most) == text


@pytest.mark.parametrize(
    ("amount", "short", "whole"),
    [
        (0.0, "–", "–"),
        (12.0, "$12", "12"),
        (999.4, "$999", "999"),
        (999.6, "$1.0k", "1,000"),
        (1_500.0, "$1.5k", "1,500"),
        (9_960.0, "$10k", "9,960"),
        (999_999.0, "$1.0M", "999,999"),
        (12_345_678.0, "$12M", "12,345,678"),
        (1.25e9, "$1.2B", "1,250,000,000"),
        (1.25e12, "$1,250B", "1,250,000,000,000"),
    ],
)
def test_dollars(amount: float, short: str, whole: str) -> None:
    """In few letters, and in full for a column of dollars; an en dash for none."""
    assert (format_dollars(amount), format_whole_dollars(amount)) == (short, whole)


def test_counts() -> None:
    """One thing is singular, thousands have a comma."""
    assert [format_count(n, "candle") for n in (0, 1, 1200)] == ["0 candles", "1 candle", "1,200 candles"]
    assert [format_duration(timedelta(minutes=n)) for n in (1, 2880, 1441)] == ["1 minute", "2 days", "1,441 minutes"]
    assert [format_megabytes(n) for n in (0, 1_250_001, 1_234_567_890)] == ["0.0 MB", "1.3 MB", "1,234.6 MB"]


@pytest.mark.parametrize(
    ("axis", "position", "clock_time", "short_time"),
    [
        (Axis(MIDNIGHT_BAR, 1440), 1280, "21:20", "21:20"),
        (Axis(MIDNIGHT_BAR - 1440, 1441), 0, "9 Oct 00:00", "9 Oct"),
        (Axis(MIDNIGHT_BAR - 1, 2), 0, "9 Oct 23:59", "23:59"),
        (Axis(60 * MIDNIGHT_BAR, 120, Timeframe.S1), 61, "00:01:01", "00:01:01"),
    ],
)
def test_bar_times(axis: Axis, position: int, clock_time: str, short_time: str) -> None:
    """The day stands where the axis touches several, alone in the short form where it is longer than a day."""
    assert (format_clock_time(axis, position), format_short_time(axis, position)) == (clock_time, short_time)
