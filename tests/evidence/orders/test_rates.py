"""Refusal rates and their intervals against answers from outside of the program."""

from datetime import UTC, datetime

import polars as pl
import pytest

from data.schema import TIME
from evidence.orders.rates import compute_wilson_interval, count_classes, count_minutes, count_refusals
from evidence.orders.schema import CLASS, OUTCOME, OrderClass


@pytest.mark.parametrize(
    ("refused", "attempted", "low", "high"),
    [
        # By hand with z = 1.96: 1 of 1 is 1/(1+z^2) = 0.20655; 0 of 10 is z^2/(10+z^2) = 0.27753.
        (1, 1, 0.206543, 1.0),
        (0, 10, 0.0, 0.277533),
        (10, 10, 0.722467, 1.0),
        # 5 of 10: half-width z/(2 sqrt(10+z^2)) = 0.263406 around 0.5.
        (5, 10, 0.236593, 0.763407),
        # 81 of 263 = 0.308: 0.255 to 0.366 (R. G. Newcombe, Statistics in Medicine 17, 1998, table I, method 3).
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
    ],
)
def test_wilson_intervals_are_those_of_the_literature(refused: int, attempted: int, low: float, high: float) -> None:
    """Published and hand-made ends."""
    assert compute_wilson_interval(refused, attempted) == pytest.approx((low, high), abs=5e-5)


def test_no_attempt_has_no_interval() -> None:
    """A share of nothing is refused, not 0."""
    with pytest.raises(ValueError, match="0 of 0"):
        compute_wilson_interval(0, 0)


def build_events() -> pl.DataFrame:
    """Ten events over two minutes: 3 refused and 4 accepted, 2 undetermined, 1 cancellation."""
    rows = [
        # second, class, outcome, reduce-only
        (0, "matching-risk", "refused", True),
        (10, "transport", "refused", True),
        (20, "accepted", "accepted", True),
        (59, "transport", "undetermined", True),
        (60, "accepted", "accepted", None),
        (70, "accepted", "accepted", False),
        (80, "accepted", "accepted", False),
        (90, "rate-limit", "refused", None),
        (100, "unknown", "undetermined", None),
        (110, "matching-risk", "no-order", None),
    ]
    start = datetime(2025, 10, 10, 21, 20, tzinfo=UTC)
    return pl.DataFrame(
        {
            "time": pl.Series([start.timestamp() * 1000 + 1000 * row[0] for row in rows]).cast(pl.Int64).cast(TIME),
            "class": pl.Series([row[1] for row in rows], dtype=CLASS),
            "outcome": pl.Series([row[2] for row in rows], dtype=OUTCOME),
            "reduce_only": [row[3] for row in rows],
        }
    )


def test_refused_is_divided_by_accepted_and_refused_and_the_undetermined_are_apart() -> None:
    """3 of 7; with the 2 undetermined between 3/9 and 5/9."""
    rate = count_refusals(build_events())
    assert (rate.attempted, rate.refused, rate.undetermined, rate.no_order) == (7, 3, 2, 1)
    assert rate.rate == pytest.approx(3 / 7)
    assert rate.bounds == pytest.approx((3 / 9, 5 / 9))


def test_reduce_only_orders_are_counted_alone_where_the_log_says_that_they_are() -> None:
    """2 of 3, and 1 undetermined; orders of which it is not known are not among them."""
    rate = count_refusals(build_events(), reduce_only=True)
    assert (rate.attempted, rate.refused, rate.undetermined) == (3, 2, 1)


def test_without_an_event_there_is_no_rate() -> None:
    """Null, not 0."""
    rate = count_refusals(build_events().clear())
    assert (rate.attempted, rate.rate, rate.interval, rate.bounds) == (0, None, None, None)


def test_each_minute_has_its_counts_and_its_rate() -> None:
    """The first minute: 2 of 3 refused; the second: 1 of 4. Intervals are those of single rates."""
    minutes = count_minutes(build_events())
    assert minutes["minute"].dt.to_string("%H:%M").to_list() == ["21:20", "21:21"]
    assert minutes.select("attempted", "refused", "undetermined").rows() == [(3, 2, 1), (4, 1, 1)]
    assert minutes.select("transport", "matching-risk", "rate-limit", "accepted", "unknown").rows() == [
        (2, 1, 0, 1, 0),
        (0, 1, 1, 3, 1),
    ]
    assert minutes["rate"].to_list() == pytest.approx([2 / 3, 1 / 4])
    # By an independent calculation: 2 of 3 and 1 of 4.
    assert minutes["low"].to_list() == pytest.approx([0.207660, 0.045587], abs=5e-6)
    assert minutes["high"].to_list() == pytest.approx([0.938508, 0.699358], abs=5e-6)


def test_a_minute_without_an_attempt_has_no_rate() -> None:
    """Only undetermined orders: null."""
    minutes = count_minutes(build_events().filter(pl.col("outcome") == "undetermined").head(1))
    assert minutes.select("attempted", "rate", "low", "high").rows() == [(0, None, None, None)]


def test_classes_without_an_event_count_zero() -> None:
    """Every class has a number."""
    counts = count_classes(build_events().filter(pl.col("class") == "accepted"))
    assert counts[OrderClass.ACCEPTED] == 4
    assert sum(counts.values()) == 4
    assert len(counts) == 5
