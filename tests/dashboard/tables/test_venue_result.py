"""The minutes that count in tables of venues: firm ones, else thin ones."""

from dashboard.tables.venue_result import build_venue_result
from deviation.measurement import Measurement
from deviation.question import USD, USDT
from deviation.result import MarketRow
from tests.dashboard.scenarios import measure_scenario


def find_row(measurement: Measurement, venue: str) -> MarketRow:
    """The only spot market of a venue."""
    (row,) = (row for row in measurement.select_rows(venue) if row.is_spot)
    return row


def test_thin_minutes_count_where_none_is_firm() -> None:
    """A perpetual without a firm minute against two USD venues has 60 thin ones, 14 of which lie below."""
    measurement = measure_scenario("thin")
    focus = measurement.focus_row
    assert focus is not None
    result = build_venue_result(measurement, focus, USD)
    assert result.summary.firm_min == 0
    assert (result.counted.is_thin, result.counted.below.minutes, result.counted.minutes) == (True, 14, 60)
    assert result.is_focus
    assert result.rank is measurement.ranks[focus.market]


def test_firm_minutes_count_where_there_are_any() -> None:
    """With a firm minute the numbers are the summary's; only one of the two groups is the market's own."""
    measurement = measure_scenario("kraken")
    row = find_row(measurement, "okx")
    own, other = (build_venue_result(measurement, row, group) for group in (USDT, USD))
    assert (own.is_own_group, other.is_own_group) == (True, False)
    assert not own.is_focus
    assert not own.counted.is_thin
    assert (own.counted.minutes, own.counted.below) == (own.summary.firm_min, own.summary.below.extreme)
    assert own.counted.minutes == 90
