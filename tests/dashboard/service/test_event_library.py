"""The events with what a store measures of each; the numbers are those of the replayed markets, by hand."""

import polars as pl
import pytest

from dashboard.service.event_library import EventEntry, list_event_entries
from dashboard.service.measurements import Measurements
from data.catalogue import load_catalogue
from data.schema import Origin
from deviation.ranks import RankWord
from deviation.side import Side
from tests.dashboard.event_store import build_event_store
from tests.dashboard.memory_store import MemoryStore, build_crash_candles

CATALOGUE = load_catalogue()


@pytest.fixture(scope="module")
def entries() -> dict[str, EventEntry]:
    """The entries over all replayed markets, by id."""
    measurements = Measurements(build_event_store(), CATALOGUE)
    return {entry.event.id: entry for entry in list_event_entries(measurements)}


def test_every_event_has_an_entry(entries: dict[str, EventEntry]) -> None:
    """Entries are in the catalogue's order, and those of events without candles are empty."""
    assert list(entries) == list(CATALOGUE.events)
    for event_id in ("2025-10-10", "2023-03-10"):
        entry = entries[event_id]
        assert (entry.findings, entry.leading_finding, entry.holdings.venues, entry.is_sample) == ((), None, (), False)
    assert entries["2025-10-10"].holdings.window_min == 150


def test_the_asset_that_strayed_furthest_leads(entries: dict[str, EventEntry]) -> None:
    """ETH at 700 of 1,540 leads; DOT, on Kraken alone, cannot be compared, and ADA has no candle."""
    entry = entries["2021-02-22"]
    finding = entry.leading_finding
    assert finding is not None
    assert [each.measurement.question.asset for each in entry.findings] == ["ETH"]
    assert finding.get_extreme(Side.BELOW).deviation == pytest.approx(-84 / 154)
    assert finding.size == pytest.approx(84 / 154)
    assert (finding.minutes, finding.compared_min, finding.is_thin) == (2, 60, False)
    assert (finding.get_whole_min(Side.BELOW), finding.get_whole_min(Side.ABOVE)) == (1, 0)
    assert finding.get_verdict(Side.BELOW).word is RankWord.LARGEST
    assert entry.holdings.is_complete


def test_thin_minutes_are_compared_with_the_one_other_exchange(entries: dict[str, EventEntry]) -> None:
    """Bithumb has thin minutes alone: their numbers, and none of the whole minute or of trades."""
    finding = entries["2026-02-06"].leading_finding
    assert finding is not None
    assert (finding.is_thin, finding.compared_min, finding.minutes) == (True, 59, 5)
    assert finding.get_extreme(Side.BELOW).deviation == pytest.approx(-0.16)
    assert finding.get_whole_min(Side.BELOW) is None
    assert finding.get_trade(Side.BELOW) is None


def test_trades_beyond_the_closes(entries: dict[str, EventEntry]) -> None:
    """The wick of Binance.US in 2021 is of trades alone; above, the trade of 2023 lies beyond the close."""
    wick, spike = entries["2021-10-21"].leading_finding, entries["2023-06-21"].leading_finding
    assert wick is not None
    assert spike is not None
    assert (wick.size, wick.minutes) == (0, 0)
    assert wick.get_trade(Side.BELOW) == pytest.approx(8200 / 63_600 - 1)
    assert wick.get_trade(Side.ABOVE) is None
    assert spike.get_extreme(Side.ABOVE).deviation == pytest.approx(1.0)
    assert spike.get_trade(Side.ABOVE) == pytest.approx(138_070 / 28_000 - 1)


def test_fair_values_and_the_sample_give_no_finding() -> None:
    """WBETH has no market elsewhere; on the reconstruction nothing is said at all."""
    (entry, *_) = list_event_entries(Measurements(MemoryStore(), CATALOGUE))
    assert [finding.measurement.question.asset for finding in entry.findings] == ["ATOM"]
    assert not entry.is_sample
    sample = build_crash_candles().with_columns(origin=pl.lit(Origin.RECONSTRUCTION.value))
    (entry, *_) = list_event_entries(Measurements(MemoryStore(sample), CATALOGUE))
    assert (entry.findings, entry.is_sample, entry.holdings.venues) == ((), True, ())
