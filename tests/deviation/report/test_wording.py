"""Texts of numbers that are close to a limit of their format."""

from deviation.wording import format_clock_time, format_percent, format_percent_range
from tests.deviation.close_boards import build_board_question, measure_board


def test_nothing_is_rounded_up_to_all() -> None:
    """From 99.5 per cent on a decimal is kept, so that only 1.0 reads 100%."""
    assert [format_percent(fraction) for fraction in (0.994, 0.995, 0.9996, 1.0)] == ["99%", "99.5%", "99.9%", "100%"]


def test_a_decimal_stands_below_ten() -> None:
    """One decimal below 10 per cent, none above; 9.95 rounds to 10."""
    assert [format_percent(fraction) for fraction in (0.0, 0.0949, 0.0994, 0.0996, 0.105)] == [
        "0.0%",
        "9.5%",
        "9.9%",
        "10%",
        "10%",
    ]


def test_a_range_that_reads_alike_is_one_number() -> None:
    """Both ends by the same rule, the sign of per cent once."""
    assert format_percent_range(0.0948, 0.0951) == "9.5%"
    assert format_percent_range(0.0948, 0.151) == "9.5-15%"


def test_a_minute_bears_its_day_as_soon_as_the_window_reaches_into_another() -> None:
    """A window from 21:20 to midnight is of one day; with the minute that begins at midnight it is of two."""
    board = {"okx ATOM/USDT": [10.0]}
    until_midnight, past_midnight = (
        measure_board(board, build_board_question(minutes=minutes)) for minutes in (160, 161)
    )
    assert format_clock_time(until_midnight.axis, 0) == "21:20"
    assert format_clock_time(past_midnight.axis, 0) == "10 Oct 21:20"
    assert format_clock_time(past_midnight.axis, 160) == "11 Oct 00:00"
