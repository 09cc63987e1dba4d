"""Measuring views: the choice of candles, focus and venues, and the cache."""

from dataclasses import replace
from datetime import timedelta

import polars as pl
import pytest

from dashboard.service.measurements import Measurements
from dashboard.shell.notices import describe_origin, list_notices
from dashboard.state.view import OriginChoice, Theme, ViewState, build_default_view
from dashboard.text.sentences import write_measured, write_method_line
from data.catalogue import load_catalogue
from data.reconstruction.candles import reconstruct_candles
from data.schema import Evidence
from deviation.question import USDT, QuoteHandling, ReferenceKind
from deviation.report.headline import write_headline
from tests.dashboard.memory_store import MINUTES, START, MemoryStore, build_market_candles

CATALOGUE = load_catalogue()


@pytest.fixture(scope="module")
def sample() -> pl.DataFrame:
    """The reconstruction of all assets."""
    return reconstruct_candles()


@pytest.fixture
def view() -> ViewState:
    """ATOM in the crash window."""
    window = CATALOGUE.get_event("2025-10-10").get_window("crash")
    return replace(build_default_view(CATALOGUE), start=window.start, end=window.end)


def test_real_candles_first(view: ViewState, sample: pl.DataFrame) -> None:
    """Real candles are measured if there are any, without the reconstruction."""
    store = MemoryStore()
    store.add_candles(sample)
    result = Measurements(store, CATALOGUE).measure_view(view)
    assert result.measurement is not None
    assert result.measurement.question.origin is Evidence.REAL
    assert not result.is_illustration
    assert describe_origin(result) == ""
    usd = ("coinbaseexchange", "kraken", "gemini", "bitstamp")
    assert result.present_venues == ("binance", "okx", "bybit", "bitget", "gate", *usd)


def test_reconstruction_where_nothing_is_real(view: ViewState, sample: pl.DataFrame) -> None:
    """Without real candles the reconstruction is measured, and the notice says so."""
    result = Measurements(MemoryStore(sample), CATALOGUE).measure_view(view)
    assert result.is_illustration
    assert "Sample data: made from published figures" in describe_origin(result)
    assert "No real candle of ATOM" in describe_origin(result)
    chosen_result = Measurements(MemoryStore(sample), CATALOGUE).measure_view(
        replace(view, origin=OriginChoice.RECONSTRUCTION)
    )
    assert "No real candle" not in describe_origin(chosen_result)


def test_nothing_at_all(view: ViewState, sample: pl.DataFrame) -> None:
    """Without a candle of the requested kind there is no measurement, and the offer names the kind."""
    result = Measurements(MemoryStore(sample), CATALOGUE).measure_view(replace(view, origin=OriginChoice.REAL))
    assert result.measurement is None
    assert list_notices(result) == ()
    assert describe_origin(result) == "No real candle of ATOM in the store from 10 Oct 2025, 21:10 to 21:40 UTC."


def test_nothing_stands_in_for_the_focus(view: ViewState) -> None:
    """Without a candle of the focus venue no other one takes its place; the headline says what is missing."""
    result = Measurements(MemoryStore(), CATALOGUE).measure_view(replace(view, asset="DOGE"))
    assert result.measurement is not None
    assert (result.view.focus, result.measurement.focus, result.measurement.focus_row) == ("binance", "binance", None)
    assert write_headline(result.measurement) == ("No price of DOGE on Binance is in this data for this window.",)


def test_leaving_a_venue_out_changes_the_vote(view: ViewState) -> None:
    """An excluded venue has no row and no vote, and a notice names it; hiding its line changes nothing."""
    measurements = Measurements(MemoryStore(), CATALOGUE)
    full_result, hidden_result = (
        measurements.measure_view(view),
        measurements.measure_view(replace(view, hidden=frozenset({"okx"}))),
    )
    assert full_result.measurement is hidden_result.measurement
    result = measurements.measure_view(replace(view, excluded=frozenset({"okx", "kraken", "upbit"})))
    assert result.measurement is not None
    assert result.measurement.focus_row is not None
    assert result.measurement.focus_row.series[USDT].votes.max() == 3
    assert result.excluded_venues == ("okx", "kraken")
    assert result.present_venues == full_result.present_venues
    assert list_notices(result)[0].text.startswith("Chosen by hand: Kraken and OKX excluded")


def test_prices_as_printed_are_said(view: ViewState) -> None:
    """Notices say that stablecoins are taken as dollars, and that it was chosen by hand."""
    result = Measurements(MemoryStore(), CATALOGUE).measure_view(replace(view, quote=QuoteHandling.AS_IS))
    assert [notice.text for notice in list_notices(result)] == [
        "Chosen by hand: stablecoins taken as $1.",
        "Stablecoins are treated as exactly $1.",
    ]


def test_a_weighted_reference_is_said(view: ViewState) -> None:
    """A notice and the sentence on the measurement say that votes are weighted."""
    result = Measurements(MemoryStore(), CATALOGUE).measure_view(replace(view, reference=ReferenceKind.WEIGHTED_MEDIAN))
    assert list_notices(result)[0].text == "Chosen by hand: volume-weighted median."
    assert result.measurement is not None
    assert "compared with the weighted median of the other exchanges" in write_measured(result.measurement)
    assert "deviation from the weighted median of the other exchanges; threshold 2%" in write_method_line(
        result.measurement
    )


def test_kept_until_the_store_changes(view: ViewState) -> None:
    """A view is measured once for all settings that change no number, and again when the store has changed."""
    store = MemoryStore()
    measurements = Measurements(store, CATALOGUE)
    for theme in Theme:
        measurements.measure_view(replace(view, theme=theme))
    assert store.read_count == 1
    store.add_candles(build_market_candles("mexc", "ATOM/USDT", 4))
    assert "mexc" in measurements.measure_view(view).present_venues
    assert store.read_count == 2


def test_a_window_far_from_the_event(view: ViewState) -> None:
    """A window far from the event is measured without the event's calm span."""
    start = START + timedelta(days=60)
    measurements = Measurements(MemoryStore(build_market_candles("binance", "ATOM/USDT", 4, start=start)), CATALOGUE)
    result = measurements.measure_view(replace(view, start=start, end=start + timedelta(minutes=MINUTES)))
    assert result.measurement is not None
    assert result.measurement.question.event is None


def test_lows_are_of_one_kind(view: ViewState, sample: pl.DataFrame) -> None:
    """The assets of the table of lows are all real, or all of the reconstruction."""
    store = MemoryStore()
    store.add_candles(sample)
    measurements = Measurements(store, CATALOGUE)
    assert [measurement.question.asset for measurement in measurements.list_measurements(view)] == [
        "ATOM",
        "WBETH",
        "DOGE",
    ]
    illustrations = measurements.list_measurements(replace(view, origin=OriginChoice.RECONSTRUCTION))
    assert {measurement.question.origin for measurement in illustrations} == {Evidence.RECONSTRUCTION}
    assert len(illustrations) == 5


def test_lows_without_a_candle_of_the_own_asset(view: ViewState, sample: pl.DataFrame) -> None:
    """The other assets of the event are measured, of the first kind that any of them has."""
    store = MemoryStore()
    store.add_candles(sample)
    measurements = Measurements(store, CATALOGUE)
    other_view = replace(view, asset="USDE")
    assert [measurement.question.asset for measurement in measurements.list_measurements(other_view)] == [
        "ATOM",
        "WBETH",
        "DOGE",
    ]
    illustrations = measurements.list_measurements(replace(other_view, origin=OriginChoice.RECONSTRUCTION))
    assert {measurement.question.origin for measurement in illustrations} == {Evidence.RECONSTRUCTION}
    assert len(illustrations) == 5
    assert (
        Measurements(MemoryStore(sample), CATALOGUE).list_measurements(replace(other_view, origin=OriginChoice.REAL))
        == ()
    )


def test_leaving_out_everyone(view: ViewState) -> None:
    """If all venues with a candle are excluded, nothing is measured, rather than everyone."""
    measurements = Measurements(MemoryStore(build_market_candles("okx", "ATOM/USDT", 4)), CATALOGUE)
    focus_view = replace(view, focus="binance")
    assert [measurement.question.asset for measurement in measurements.measure_event(focus_view)] == ["ATOM"]
    assert measurements.measure_event(replace(focus_view, excluded=frozenset({"okx"}))) == ()
    assert measurements.measure_view(replace(focus_view, excluded=frozenset({"okx"}))).measurement is None


def test_assets_that_only_the_store_knows() -> None:
    """An imported asset is listed although the catalogue does not have it."""
    assert Measurements(MemoryStore(), CATALOGUE).list_other_assets() == ("SOMECOIN",)


def test_a_page_is_of_one_version(view: ViewState) -> None:
    """Within one page the version of the store does not change; later candles are on the next page."""
    store = MemoryStore()
    measurements = Measurements(store, CATALOGUE)
    with measurements.pin_version():
        first_result = measurements.measure_view(view)
        store.add_candles(build_market_candles("kucoin", "ATOM/USDT", 4))
        assert measurements.read_version() == "0"
        assert measurements.measure_view(view) == first_result
    assert measurements.read_version() == "1"
    assert "kucoin" in measurements.measure_view(view).present_venues
