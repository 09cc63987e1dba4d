"""The chart of a history: ticks of its days, and lines that end where days are not stored."""

from datetime import date

import pytest

from dashboard.charts.history.chart import HistoryChart, build_history_chart
from dashboard.charts.history.days import select_days
from dashboard.charts.history.ticks import list_day_ticks
from dashboard.charts.history.traces import build_gap_traces, build_share_traces
from dashboard.charts.market.scale import compute_position
from tests.dashboard.pages.test_history import CATALOGUE, VIEW, build_history


def build_chart(days: dict[date, dict[str, tuple[int, float, float]]]) -> HistoryChart:
    """The chart of Binance."""
    return build_history_chart(select_days(build_history(days), VIEW), VIEW, CATALOGUE)


@pytest.mark.parametrize(
    ("first", "last", "max_ticks", "labels"),
    [
        (date(2025, 10, 9), date(2025, 10, 9), 5, ["9 Oct"]),
        (date(2025, 10, 9), date(2025, 10, 13), 5, ["9 Oct", "10 Oct", "11 Oct", "12 Oct", "13 Oct"]),
        (date(2025, 10, 29), date(2025, 11, 4), 5, ["29 Oct", "31 Oct", "2 Nov", "4 Nov"]),
        (date(2025, 1, 2), date(2025, 12, 31), 4, ["Apr 2025", "Jul 2025", "Oct 2025"]),
        (date(2024, 12, 31), date(2025, 4, 1), 5, ["Jan 2025", "Feb 2025", "Mar 2025", "Apr 2025"]),
        (date(2019, 3, 1), date(2025, 10, 10), 8, ["2020", "2021", "2022", "2023", "2024", "2025"]),
    ],
)
def test_days_are_named_by_day_month_or_year(first: date, last: date, max_ticks: int, labels: list[str]) -> None:
    """As many as fit, at even distances; months and years at their first day."""
    ticks = list_day_ticks(first, last, max_ticks)
    assert [text for _, text in ticks] == labels
    assert ticks == sorted(ticks)


def test_a_day_that_is_not_stored_is_bridged_by_nothing() -> None:
    """The line ends before it, and the range of the others is an outline on either side."""
    stored = {
        date(2025, 10, day): {
            "binance": (10 * day, -0.01, -0.02),
            "okx": (day, 0.0, 0.0),
            "gate": (2 * day, -0.02, -0.03),
        }
        for day in (1, 2, 5)
    }
    band, line = build_share_traces(build_chart(stored))
    assert line["x"] == ["2025-10-01", "2025-10-02", "2025-10-03", "2025-10-05"]
    assert line["y"] == [10.0, 20.0, None, 50.0]
    assert line["customdata"][2] == ""
    assert band["x"] == ["2025-10-01", "2025-10-02", "2025-10-02", "2025-10-01", None, "2025-10-05", "2025-10-05"]
    assert band["y"] == [2.0, 4.0, 2.0, 1.0, None, 10.0, 5.0]


def test_a_day_without_another_exchange_is_left_out_of_the_range() -> None:
    """Its own numbers are drawn all the same."""
    stored = {
        date(2025, 10, 1): {"binance": (10, -0.01, -0.02)},
        date(2025, 10, 2): {"binance": (20, -0.02, -0.05), "okx": (5, -0.01, -0.02)},
    }
    band, dots, line = build_gap_traces(build_chart(stored), 4)
    assert band["x"] == ["2025-10-02", "2025-10-02"]
    assert line["y"] == [round(compute_position(0.01), 4), round(compute_position(0.02), 4)]
    assert dots["y"] == [round(compute_position(0.02), 4), round(compute_position(0.05), 4)]


def test_the_axis_of_shares_has_room_above_the_largest() -> None:
    """Ticks are 10% apart, above half of all assets 20%."""
    low = build_chart({date(2025, 10, 1): {"binance": (40, -0.01, -0.02)}})
    high = build_chart({date(2025, 10, 1): {"binance": (60, -0.01, -0.02), "okx": (80, 0.0, 0.0)}})
    assert (low.share_step, high.share_step) == (0.1, 0.2)
    assert [low.most_share, high.most_share] == pytest.approx([0.44, 0.88])
