"""Size against duration as files: rows and printed chart."""

import json
from dataclasses import replace
from io import BytesIO
from typing import Any

import polars as pl
import pytest
from PIL import Image

from dashboard.draw.theme import PALETTES
from dashboard.exports.metadata.tabular import CHOICES_COLUMN
from dashboard.exports.scatter import DEPTH_SCHEMA, build_depth_sheet
from dashboard.service.event import EventContext
from dashboard.service.measurements import Measurements
from dashboard.sheet.frame import WATERMARK
from dashboard.sheet.renderer import Renderer
from dashboard.sheet.sizes import FULL_SIZES, SheetSize
from dashboard.state.view import Theme
from data.reconstruction.candles import reconstruct_candles
from data.schema import build_empty_frame
from evidence.proof.read_file import read_picture_manifest
from tests.dashboard.exports.test_routes import (
    CRASH_QUERY,
    WINDOW_TEXT,
    build_client,
    build_sample_store,
    read_file_name,
)
from tests.dashboard.memory_store import FALL_SIDES, MemoryStore, build_crash_candles, build_market_candles
from tests.dashboard.pages.test_overview import VIEW, build_overview
from tests.dashboard.scenarios import CATALOGUE, SCENARIOS, measure_scenario
from tests.dashboard.text_boxes import collect_annotation_text, find_faults, find_overlaps, measure_text_boxes


def read_rows(store: MemoryStore | None = None) -> pl.DataFrame:
    """The rows of the window ``crash``."""
    return pl.read_parquet(BytesIO(build_client(store).get(f"/export/depth.parquet?{CRASH_QUERY}").data))


def select_row(frame: pl.DataFrame, asset: str, venue: str, symbol: str) -> dict[str, Any]:
    """The row of a market."""
    return frame.filter(asset=asset, venue=venue, symbol=symbol).row(0, named=True)


def build_event_overview(store: MemoryStore, theme: Theme = Theme.LIGHT) -> EventContext:
    """The event over a store."""
    view = replace(VIEW, theme=theme)
    return EventContext(Measurements(store, CATALOGUE).measure_event(view), view, CATALOGUE)


def test_a_row_for_each_market_of_each_asset() -> None:
    """2.4 against 3.6 for five of 30 minutes, ranked; a wrapped asset and a perpetual say why they are not."""
    rows = read_rows()
    assert rows.schema == pl.Schema({**DEPTH_SCHEMA, CHOICES_COLUMN: pl.String()})
    # Eleven of ATOM (one in USDC, one in EUR), three of DOGE, one of WBETH.
    assert rows["asset"].to_list() == 11 * ["ATOM"] + ["WBETH"] + 3 * ["DOGE"]
    assert select_row(rows, "ATOM", "binance", "ATOM/USDT") == {
        "asset": "ATOM",
        "venue": "binance",
        "symbol": "ATOM/USDT",
        "group": "usdt",
        "against": "usdt",
        "fair_value": False,
        "focus": True,
        "firm_min": 30.0,
        **FALL_SIDES,
        "enter": 0.02,
        "volume_usd_before": 0.0,
        "assumed": False,
        "origin": "real",
        "choices": None,
    }
    okx = select_row(rows, "ATOM", "okx", "ATOM/USDT")
    assert (okx["below_min"], okx["below_largest"], okx["focus"]) == (0, "not largest", False)
    assert okx["below_largest_why"] == "Binance was up to 33% below; it could be compared in 30 of 30 minutes"
    wbeth = select_row(rows, "WBETH", "binance", "WBETH/USDT")
    assert (wbeth["fair_value"], wbeth["below_largest_why"]) == (True, "measured against fair value")
    perpetual = select_row(rows, "DOGE", "binanceusdm", "DOGE/USDT:USDT")
    assert (perpetual["below"], perpetual["below_at"], perpetual["firm_min"]) == (None, None, 0)
    assert perpetual["below_largest_why"] == "perpetual"


def test_rows_of_an_illustration_have_no_rank() -> None:
    """On the reconstruction ranks and reasons are null, and markets without a published figure are assumed."""
    rows = read_rows(MemoryStore(reconstruct_candles()))
    assert rows.select("^(below|above)_(largest|longest).*$").null_count().row(0) == (rows.height,) * 8
    assert rows["origin"].unique().to_list() == ["reconstruction"]
    assumed = {(row["asset"], row["venue"]): row["assumed"] for row in rows.iter_rows(named=True)}
    assert (assumed["ATOM", "okx"], assumed["ATOM", "binance"]) == (True, False)


@pytest.mark.parametrize("name", SCENARIOS)
@pytest.mark.parametrize("size", FULL_SIZES)
def test_texts_fit_the_sheet_without_overlaps(name: str, size: SheetSize) -> None:
    """In each shape all texts are within the sheet and none overlaps another."""
    figure = build_depth_sheet(build_overview(measure_scenario(name)), size)
    assert find_faults(figure, size) == []


@pytest.mark.parametrize("size", FULL_SIZES)
@pytest.mark.parametrize("theme", Theme)
def test_the_printed_chart(size: SheetSize, theme: Theme) -> None:
    """The sheet has the headline, labels of the focus venue's points, a legend, omitted markets and the source."""
    overview = build_event_overview(MemoryStore(), theme)
    figure = build_depth_sheet(overview, size)
    assert find_overlaps(figure) == []
    assert figure.layout.template.layout.paper_bgcolor == PALETTES[theme].paper
    sheet_text = " ".join(collect_annotation_text(figure).split())
    assert (
        "On 10 Oct 2025 Binance had the largest discount of the USDT exchanges in 1 of 1 comparable asset" in sheet_text
    )
    bold_texts = {text for text, _ in measure_text_boxes(figure) if text.startswith("<b>Binance")}
    assert {"<b>Binance ATOM</b>", "<b>Binance WBETH</b>", "<b>Binance</b>"} <= bold_texts
    assert "Never more than 2% below: ATOM" in sheet_text
    assert "Not plotted (fewer than three other exchanges): ATOM Binance (ATOM/USDC)" in sheet_text
    assert "hollow, in any shape: not ranked" in sheet_text
    assert "imported files" in sheet_text
    assert "prices cannot show the cause." in sheet_text
    (trace,) = figure.data
    assert (trace.x, [round(y, 3) for y in trace.y]) == ((5, 5), [0.333, 0.5])
    assert list(trace.marker.symbol) == ["circle", "circle-open"]


def test_two_markets_of_a_venue_have_their_symbols() -> None:
    """Two points of a venue on one asset are labelled with their symbols."""
    candles = pl.concat([build_crash_candles(), build_market_candles("binance", "ATOM/USD", 4, fall_factor=0.5)])
    labels = {
        text
        for text, _ in measure_text_boxes(build_depth_sheet(build_event_overview(MemoryStore(candles)), SheetSize.WIDE))
    }
    assert {"<b>Binance ATOM/USDT</b>", "<b>Binance ATOM/USD</b>"} <= labels


@pytest.mark.parametrize(
    ("name", "sentence"), [("calm", "No exchange was more than 2% below."), ("alone", "Too few exchanges")]
)
def test_a_sentence_replaces_an_empty_chart(name: str, sentence: str) -> None:
    """Without a point the sheet says why."""
    figure = build_depth_sheet(build_overview(measure_scenario(name)), SheetSize.SQUARE)
    assert sentence in " ".join(collect_annotation_text(figure).split())
    assert figure.data == ()


def test_an_illustration_states_no_finding() -> None:
    """On the reconstruction the headline says what it is, there is a watermark, and hollow markers are assumed."""
    figure = build_depth_sheet(build_event_overview(MemoryStore(reconstruct_candles())), SheetSize.WIDE)
    sheet_text = collect_annotation_text(figure)
    assert sheet_text.startswith("Sample data: no conclusion can be drawn")
    assert WATERMARK in sheet_text
    assert "hollow, in any shape: invented" in sheet_text
    assert "comparable asset" not in sheet_text
    assert "ranked" not in sheet_text


def test_the_manifest_names_all_assets() -> None:
    """The manifest names the assets; the file name has shape, paper and that it is an illustration."""
    response = build_client(build_sample_store()).get(f"/export/depth.png?{CRASH_QUERY}&size=tall&theme=dark")
    content = json.loads(response.data)
    assert content["shape"] == ["png", 1080, 1350, "#15181c"]
    assert (content["manifest"]["asset"], content["manifest"]["assets"]) == (None, ["ATOM", "WBETH", "DOGE"])
    assert read_file_name(response) == f"plumbline_all_binance_{WINDOW_TEXT}_depth_tall_dark_illustration.png"


def test_no_candle_of_any_asset() -> None:
    """Without a candle the status is 404, and the text names the event."""
    response = build_client(MemoryStore(build_empty_frame(dict(build_crash_candles().schema)))).get(
        f"/export/depth.csv?{CRASH_QUERY}"
    )
    assert response.status_code == 404
    assert "no candle of any asset of 2025-10-10" in response.text


@pytest.mark.browser
def test_the_png_has_twice_the_pixels() -> None:
    """The PNG has 3200x1800 pixels and carries its manifest."""
    with Renderer() as renderer:
        response = build_client(renderer=renderer).get(f"/export/depth.png?{CRASH_QUERY}")
    with Image.open(BytesIO(response.data)) as image:
        assert image.size == (3200, 1800)
    manifest = read_picture_manifest(response.data)
    assert (manifest["assets"], manifest["window"]) == (["ATOM", "WBETH", "DOGE"], "crash")
