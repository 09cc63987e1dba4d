"""The histograms of gaps as files: rows and printed histograms."""

import json
from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import polars as pl
import pytest

from dashboard.charts.gaps.figure import NO_GAP_TEXT
from dashboard.exports.gaps import GAP_SCHEMA, build_gap_sheet
from dashboard.service.measurements import Measurements
from dashboard.sheet.frame import WATERMARK
from dashboard.sheet.sizes import SheetSize
from dashboard.state.view import Theme
from data.reconstruction.candles import reconstruct_candles
from data.schema import build_empty_frame
from deviation.measurement import Measurement
from deviation.report.headline import ILLUSTRATION
from tests.dashboard.exports.test_routes import (
    CRASH_QUERY,
    WINDOW_TEXT,
    build_client,
    build_sample_store,
    read_file_name,
)
from tests.dashboard.memory_store import FALL_MINUTE, START, MemoryStore, build_crash_candles
from tests.dashboard.pages.test_overview import VIEW
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
    assert rows.schema == pl.Schema(GAP_SCHEMA)
    time = START + timedelta(minutes=FALL_MINUTE)
    binance = rows.filter(asset="ATOM", venue="binance")
    assert binance.row(0, named=True) == {
        "asset": "ATOM",
        "venue": "binance",
        "symbol": "ATOM/USDT",
        "group": "usdt",
        "focus": True,
        "kind": "lows",
        "gap": 0.001 / (4 * 0.9) - 1,
        "at": time,
        "origin": "real",
    }
    assert binance.select("kind", "gap", "at").row(1) == ("closes", 4 * 0.6 / (4 * 0.9) - 1, time)
    # Nine markets of ATOM and two of DOGE have another's low beside theirs, WBETH trades on Binance alone; two venues
    # on DOGE are too few for a firm minute, and five of ETH say what WBETH was worth.
    assert rows.filter(kind="lows")["asset"].to_list() == 9 * ["ATOM"] + 2 * ["DOGE"]
    assert rows.filter(kind="closes")["asset"].to_list() == 9 * ["ATOM"] + ["WBETH"]
    assert rows.filter(asset="WBETH")["gap"].to_list() == [-0.5]
    gemini = rows.filter(asset="DOGE", venue="gemini").row(0, named=True)
    assert (gemini["gap"], gemini["focus"]) == (0.2 * 0.9 / 0.2 - 1, False)


def test_rows_without_a_candle_of_the_asset() -> None:
    """Without a candle of the view's asset the file has the gaps of the other assets."""
    store = MemoryStore(build_crash_candles().filter(~pl.col("symbol").str.starts_with("ATOM/")))
    assert set(read_rows(store)["asset"]) == {"DOGE", "WBETH"}


@pytest.mark.parametrize("name", [*SCENARIOS, "many"])
@pytest.mark.parametrize("size", SheetSize)
@pytest.mark.parametrize("theme", Theme)
def test_texts_fit_the_sheet_without_overlaps(name: str, size: SheetSize, theme: Theme) -> None:
    """In each shape and theme all texts are within the sheet and none overlaps another."""
    measurements = measure_many_assets() if name == "many" else (measure_scenario(name),)
    figure = build_gap_sheet(measurements, CATALOGUE, "binance", size=size, theme=theme)
    assert find_faults(figure, size, theme) == []


@pytest.mark.parametrize("size", SheetSize)
def test_the_printed_histograms(size: SheetSize) -> None:
    """The sheet has the finding, the focus venue's part at the bottom of each bar, and the names of its assets."""
    figure = build_gap_sheet(measure_event_lows(MemoryStore()), CATALOGUE, "binance", size=size, theme=Theme.LIGHT)
    assert find_overlaps(figure) == []
    sheet_text = " ".join(collect_annotation_text(figure).split())
    # Of ATOM alone both are known; WBETH has no other low beside it.
    assert "Binance's low was 2 % or more under all other lows on 1 of 1 asset, its close" in sheet_text
    assert "in one and the same minute on 2 of 2" in sheet_text
    assert "Gaps of every exchange on ATOM, WBETH and DOGE." in sheet_text
    assert "Binance, with its assets" in sheet_text
    texts = [text for text, _ in measure_text_boxes(figure)]
    assert (texts.count("<b>ATOM</b>"), texts.count("<b>WBETH</b>")) == (2, 1)
    focus_low_bars, other_low_bars, focus_close_bars, other_close_bars = figure.data
    # Bins: -50 % or below, to -20, -10, -5, -2, 0, +2, +5, +10, +20, +50, above. ATOM on Binance lies in the first,
    # Gemini's DOGE at -10 % in that from -20 to -10, Coinbase's at +11 %; all other ATOM thousands of times above.
    assert list(focus_low_bars.y) == [1, *[0] * 11]
    assert list(other_low_bars.y) == [0, 0, 1, *[0] * 6, 1, 0, 8]
    assert list(other_low_bars.base) == list(focus_low_bars.y)
    # 2.4 to 3.6 is -33 %, and half of fair value is -50 %.
    assert list(focus_close_bars.y) == [1, 1, *[0] * 10]
    assert sum(other_close_bars.y) == 8


def test_nothing_to_compare() -> None:
    """A venue alone has no gap of either kind: both histograms are replaced by a sentence."""
    figure = build_gap_sheet([measure_scenario("alone")], CATALOGUE, "binance", size=SheetSize.WIDE, theme=Theme.LIGHT)
    assert [text for text, _ in measure_text_boxes(figure)].count(NO_GAP_TEXT) == 2
    assert figure.data == ()
    assert "No low of Binance to set beside another exchange's" in " ".join(collect_annotation_text(figure).split())


def test_names_that_do_not_fit_are_counted() -> None:
    """If not all names of a bin fit, the others are counted."""
    figure = build_gap_sheet(measure_many_assets(), CATALOGUE, "binance", size=SheetSize.WIDE, theme=Theme.LIGHT)
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
        "binance",
        size=SheetSize.WIDE,
        theme=Theme.DARK,
    )
    sheet_text = collect_annotation_text(figure)
    assert sheet_text.startswith(ILLUSTRATION)
    assert WATERMARK in sheet_text
    assert "or more under" not in sheet_text


def test_no_candle_of_any_asset() -> None:
    """Without a candle the status is 404, and the text names the event."""
    response = build_client(MemoryStore(build_empty_frame(dict(build_crash_candles().schema)))).get(
        f"/export/gaps.csv?{CRASH_QUERY}"
    )
    assert response.status_code == 404
    assert "no candle of any asset of 2025-10-10" in response.text
