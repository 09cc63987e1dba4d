"""The histograms of gaps as files: rows and printed histograms."""

import json
from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import polars as pl
import pytest

from dashboard.charts.gaps.gaps import NO_GAP_TEXT
from dashboard.exports.gaps import GAP_SCHEMA, build_gap_sheet, write_gap_headline
from dashboard.service.measurements import Measurements
from dashboard.sheet.chart_sheet import SAMPLE_HEADLINE
from dashboard.sheet.frame import WATERMARK
from dashboard.sheet.sizes import FULL_SIZES, SheetSize
from dashboard.state.view import Theme
from data.reconstruction.candles import reconstruct_candles
from data.schema import build_empty_frame
from deviation.measurement import Measurement
from deviation.side import Side
from tests.dashboard.exports.test_routes import (
    CRASH_QUERY,
    WINDOW_TEXT,
    build_client,
    build_sample_store,
    read_file_name,
)
from tests.dashboard.memory_store import FALL_MINUTE, START, MemoryStore, build_crash_candles
from tests.dashboard.pages.test_lows import VIEW
from tests.dashboard.scenarios import CATALOGUE, SCENARIOS, measure_scenario
from tests.dashboard.text_boxes import collect_annotation_text, find_faults, find_overlaps, measure_text_boxes


def read_rows(store: MemoryStore | None = None) -> pl.DataFrame:
    """The rows of the window ``crash``."""
    return pl.read_parquet(BytesIO(build_client(store).get(f"/export/gaps.parquet?{CRASH_QUERY}").data))


def measure_event_lows(store: MemoryStore) -> tuple[Measurement, ...]:
    """The measurements of the event over a store."""
    return Measurements(store, CATALOGUE).list_measurements(VIEW)


def measure_many_assets() -> tuple[Measurement, ...]:
    """A dozen assets with long names and the same gaps, so that one bar has many names."""
    measurement = measure_scenario("crash")
    assets = [f"1000000LONGNAME{number}" for number in range(12)]
    return tuple(replace(measurement, question=replace(measurement.question, asset=asset)) for asset in assets)


def test_a_row_for_each_gap() -> None:
    """0.001 against 3.6 at any time, 2.4 against 3.6 in one minute; an undefined gap has no row."""
    rows = read_rows()
    assert rows.schema == pl.Schema({**GAP_SCHEMA, "choices": pl.String()})
    time = START + timedelta(minutes=FALL_MINUTE)
    binance = rows.filter(asset="ATOM", venue="binance", side="below")
    assert binance.row(0, named=True) == {
        "asset": "ATOM",
        "venue": "binance",
        "symbol": "ATOM/USDT",
        "group": "usdt",
        "against": "usdt",
        "focus": True,
        "side": "below",
        "kind": "trades",
        "gap": 0.001 / (4 * 0.9) - 1,
        "at": time,
        "origin": "real",
        "choices": None,
    }
    assert binance.select("kind", "gap", "at").row(1) == ("closes", 4 * 0.6 / (4 * 0.9) - 1, time)
    # The lowest alone has a gap: Binance in USDT, Gemini's DOGE, and each of the four equal ones of ATOM in USD.
    below = rows.filter(side="below", kind="trades")
    assert below["asset"].to_list() == 5 * ["ATOM"] + ["DOGE"]
    assert below["group"].to_list() == ["usdt", *5 * ["usd"]]
    # Two venues on DOGE are too few for a comparable minute; ETH elsewhere says what WBETH was worth.
    closes = rows.filter(kind="closes").select("asset", "venue", "side", "gap").rows()
    assert closes == [("ATOM", "binance", "below", 4 * 0.6 / (4 * 0.9) - 1), ("WBETH", "binance", "below", -0.5)]
    # All highs of a quote are equal: each is the highest, by nothing.
    above = rows.filter(side="above")
    assert (above["kind"].unique().to_list(), above["gap"].to_list()) == (["trades"], 11 * [0.0])
    gemini = rows.filter(asset="DOGE", venue="gemini", side="below").row(0, named=True)
    assert (gemini["gap"], gemini["focus"]) == (0.2 * 0.9 / 0.2 - 1, False)


def test_a_row_says_what_was_chosen() -> None:
    """Every row says which exchange was excluded, as no rank or gap holds without it."""
    content = build_client().get(f"/export/gaps.parquet?{CRASH_QUERY}&out=bybit&enter=5").data
    rows = pl.read_parquet(BytesIO(content))
    assert rows["choices"].unique().to_list() == ["Chosen by hand: Bybit excluded; threshold 5%"]
    assert "bybit" not in rows["venue"]


def test_rows_without_a_candle_of_the_asset() -> None:
    """Without a candle of the view's asset the file has the gaps of the other assets."""
    store = MemoryStore(build_crash_candles().filter(~pl.col("symbol").str.starts_with("ATOM/")))
    assert set(read_rows(store)["asset"]) == {"DOGE", "WBETH"}


@pytest.mark.parametrize("name", [*SCENARIOS, "many"])
@pytest.mark.parametrize("size", FULL_SIZES)
@pytest.mark.parametrize(("theme", "side"), [(Theme.LIGHT, Side.BELOW), (Theme.DARK, Side.ABOVE)])
def test_texts_fit_the_sheet_without_overlaps(name: str, size: SheetSize, theme: Theme, side: Side) -> None:
    """In each shape and theme and on both sides all texts are within the sheet and none overlaps another."""
    measurements = measure_many_assets() if name == "many" else (measure_scenario(name),)
    figure = build_gap_sheet(measurements, CATALOGUE, side, size=size, theme=theme)
    assert find_faults(figure, size, theme) == []


@pytest.mark.parametrize("size", FULL_SIZES)
def test_the_printed_histograms(size: SheetSize) -> None:
    """The sheet has the finding, the focus venue's part at the bottom of each bar, and the names of its assets."""
    figure = build_gap_sheet(measure_event_lows(MemoryStore()), CATALOGUE, Side.BELOW, size=size, theme=Theme.LIGHT)
    assert find_overlaps(figure) == []
    sheet_text = " ".join(collect_annotation_text(figure).split())
    # WBETH has no other low beside it, and DOGE has no price on Binance.
    assert (
        "Binance's lowest trade was at least 2% below every other exchange's low with that quote in 1 of 1 asset; "
        "in the same minute, its close was the lowest in 1 of 1" in sheet_text
    )
    assert "Gaps between exchanges with the same quote on ATOM, WBETH and DOGE." in sheet_text
    assert "Binance, with its assets" in sheet_text
    texts = [text for text, _ in measure_text_boxes(figure)]
    assert (texts.count("<b>ATOM</b>"), texts.count("<b>WBETH</b>")) == (2, 1)
    focus_low_bars, other_low_bars, focus_close_bars, other_close_bars = figure.data
    # Bins: under 1%, 1-2, 2-5, 5-10, 10-20, 20-50, 50% or more. ATOM on Binance lies in the last, Gemini's DOGE at 10%;
    # the four equal lows of ATOM in USD in the first.
    assert list(focus_low_bars.y) == [0, 0, 0, 0, 0, 0, 1]
    assert list(other_low_bars.y) == [4, 0, 0, 0, 1, 0, 0]
    assert list(other_low_bars.base) == list(focus_low_bars.y)
    # 2.4 to 3.6 is 33%, and half of fair value is 50%.
    assert list(focus_close_bars.y) == [0, 0, 0, 0, 0, 1, 1]
    assert sum(other_close_bars.y) == 0


def test_nothing_to_compare() -> None:
    """A venue alone has no gap of either kind: both histograms are replaced by a sentence."""
    figure = build_gap_sheet([measure_scenario("alone")], CATALOGUE, Side.BELOW, size=SheetSize.WIDE, theme=Theme.LIGHT)
    assert [text for text, _ in measure_text_boxes(figure)].count(NO_GAP_TEXT) == 2
    assert figure.data == ()
    sheet_text = " ".join(collect_annotation_text(figure).split())
    assert "No low of Binance can be compared: no other exchange's prices with its quote are loaded" in sheet_text


def test_the_headline_of_highs() -> None:
    """Above, the words are those of highs; equal highs lead nobody."""
    headline = write_gap_headline(measure_event_lows(MemoryStore()), Side.ABOVE)
    assert headline == (
        "Binance's highest trade was at least 2% above every other exchange's high with that quote in 0 of 1 asset; in "
        "the same minute, its close was the highest in 0 of 1"
    )


def test_names_that_do_not_fit_are_counted() -> None:
    """If not all names of a bin fit, the others are counted."""
    figure = build_gap_sheet(measure_many_assets(), CATALOGUE, Side.BELOW, size=SheetSize.WIDE, theme=Theme.LIGHT)
    assert any(text.startswith("<b>+ ") for text, _ in measure_text_boxes(figure))


def test_the_manifest_names_all_assets() -> None:
    """The manifest names the assets; the file name has shape, paper and that it is an illustration."""
    response = build_client(build_sample_store()).get(f"/export/gaps.png?{CRASH_QUERY}&size=tall&theme=dark")
    content = json.loads(response.data)
    assert content["shape"] == ["png", 1080, 1350, "#15181c"]
    manifest = content["manifest"]
    assert (manifest["asset"], manifest["assets"], manifest["focus"]) == (None, ["ATOM", "WBETH", "DOGE"], "binance")
    assert read_file_name(response) == f"plumbline_all_binance_{WINDOW_TEXT}_gaps_tall_dark_illustration.png"


def test_an_illustration_states_no_finding() -> None:
    """On the reconstruction the headline says what it is, and there is a watermark."""
    figure = build_gap_sheet(
        measure_event_lows(MemoryStore(reconstruct_candles())),
        CATALOGUE,
        Side.BELOW,
        size=SheetSize.WIDE,
        theme=Theme.DARK,
    )
    sheet_text = collect_annotation_text(figure)
    assert sheet_text.startswith(SAMPLE_HEADLINE)
    assert WATERMARK in sheet_text
    assert "at least" not in sheet_text


def test_no_candle_of_any_asset() -> None:
    """Without a candle the status is 404, and the text names the event."""
    response = build_client(MemoryStore(build_empty_frame(dict(build_crash_candles().schema)))).get(
        f"/export/gaps.csv?{CRASH_QUERY}"
    )
    assert response.status_code == 404
    assert "no candle of any asset of 2025-10-10" in response.text
