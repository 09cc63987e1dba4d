"""Reported volume against size as files: rows and printed chart."""

import json
from datetime import timedelta
from functools import cache
from io import BytesIO

import polars as pl
import pytest

from dashboard.draw.theme import PALETTES
from dashboard.exports.metadata.tabular import CHOICES_COLUMN
from dashboard.exports.scatter import NO_COMPARISON_TEXT, VOLUME_SCHEMA, build_volume_sheet
from dashboard.sheet.sizes import FULL_SIZES, SheetSize
from dashboard.state.view import Theme
from data.reconstruction.candles import reconstruct_candles
from tests.dashboard.exports.test_depth import build_event_overview, select_row
from tests.dashboard.exports.test_routes import (
    CRASH_QUERY,
    WINDOW_TEXT,
    build_client,
    build_sample_store,
    read_file_name,
)
from tests.dashboard.memory_store import (
    FALL_MINUTE,
    START,
    USDT_VENUES,
    MemoryStore,
    build_crash_candles,
    build_market_candles,
)
from tests.dashboard.pages.test_overview import build_overview
from tests.dashboard.scenarios import SCENARIOS, measure_scenario
from tests.dashboard.text_boxes import collect_annotation_text, find_faults, find_overlaps, measure_text_boxes

UNITS_BEFORE = {"okx": 3.0, "binance": 2.0, "bybit": 1.0, "bitget": 1.0}
"""ATOM traded in each of thirty minutes an hour before, at 4 dollars; nothing on Gate."""


@cache
def build_volume_store() -> MemoryStore:
    """The crash, and volume of ATOM before it: most on OKX, less on Binance, which falls further."""
    earlier_start = START - timedelta(hours=1)
    earlier_candles = [
        build_market_candles(venue, "ATOM/USDT", 4, volume=units, start=earlier_start)
        for venue, units in UNITS_BEFORE.items()
    ]
    kraken = build_market_candles("kraken", "ATOM/USD", 4, volume=50, start=earlier_start)
    return MemoryStore(pl.concat([build_crash_candles(), kraken, *earlier_candles]))


def read_rows(store: MemoryStore) -> pl.DataFrame:
    """The rows of the window ``crash``."""
    return pl.read_parquet(BytesIO(build_client(store).get(f"/export/volume.parquet?{CRASH_QUERY}").data))


def test_a_row_for_each_spot_market() -> None:
    """30 minutes of 3 units at 4 dollars make OKX the busiest; a perpetual has no row, a wrapped asset no rank."""
    rows = read_rows(build_volume_store())
    assert rows.schema == pl.Schema({**VOLUME_SCHEMA, CHOICES_COLUMN: pl.String()})
    assert rows["asset"].to_list() == 11 * ["ATOM"] + ["WBETH"] + 2 * ["DOGE"]
    rows_by_venue = {venue: select_row(rows, "ATOM", venue, "ATOM/USDT") for venue in USDT_VENUES}
    assert {venue: row["volume_usd_before"] for venue, row in rows_by_venue.items()} == {
        "binance": 240.0,
        "okx": 360.0,
        "bybit": 120.0,
        "bitget": 120.0,
        "gate": 0.0,
    }
    assert {venue: row["volume_rank"] for venue, row in rows_by_venue.items()} == {
        "okx": 1,
        "binance": 2,
        "bitget": 3,
        "bybit": 4,
        "gate": None,
    }
    binance, okx = rows_by_venue["binance"], rows_by_venue["okx"]
    assert binance["below"] == 4 * 0.6 / (4 * 0.9) - 1
    assert binance["below_at"] == START + timedelta(minutes=FALL_MINUTE)
    assert (binance["below_largest"], okx["below_largest"]) == ("largest", "not largest")
    wbeth = select_row(rows, "WBETH", "binance", "WBETH/USDT")
    assert (wbeth["fair_value"], wbeth["volume_rank"]) == (True, None)


def test_rows_of_an_illustration_have_no_rank() -> None:
    """On the reconstruction the ranks in volume and in size are null."""
    rows = read_rows(MemoryStore(reconstruct_candles()))
    assert rows.select("volume_rank", "below_largest").null_count().row(0) == (rows.height,) * 2
    assert rows.filter(pl.col("volume_usd_before") > 0).height > 0


@pytest.mark.parametrize("name", SCENARIOS)
@pytest.mark.parametrize("size", FULL_SIZES)
def test_texts_fit_the_sheet_without_overlaps(name: str, size: SheetSize) -> None:
    """In each shape all texts are within the sheet and none overlaps another."""
    figure = build_volume_sheet(build_overview(measure_scenario(name)), size)
    assert find_faults(figure, size) == []


@pytest.mark.parametrize("size", FULL_SIZES)
@pytest.mark.parametrize("theme", Theme)
def test_the_printed_chart(size: SheetSize, theme: Theme) -> None:
    """The sheet has the count as headline, the comparisons, the label of Binance's point, and omitted markets."""
    figure = build_volume_sheet(build_event_overview(build_volume_store(), theme), size)
    assert find_overlaps(figure) == []
    assert figure.layout.template.layout.paper_bgcolor == PALETTES[theme].paper
    sheet_text = " ".join(collect_annotation_text(figure).split())
    # Of the USD venues Kraken alone reported any.
    finding = "The exchange with the most reported volume had the largest discount in 0 of 2 comparisons"
    assert sheet_text.startswith(finding)
    assert "Reported volume, not liquidity." in sheet_text
    assert "ATOM (USDT), OKX (Binance further)" in sheet_text
    assert "Too close to call: ATOM (USD), Kraken." in sheet_text
    assert "<b>Binance ATOM</b>" in {text for text, _ in measure_text_boxes(figure)}
    assert "Less than 0.1% below: ATOM" in sheet_text
    assert "No volume before the window: ATOM" in sheet_text
    assert "Not plotted (measured against estimated fair value): WBETH." in sheet_text
    assert "wrapped assets" not in sheet_text
    (trace,) = figure.data
    assert ([round(x) for x in trace.x], [round(y, 3) for y in trace.y]) == ([240], [0.333])


def test_nothing_to_compare() -> None:
    """Without ranked exchanges the headline says so, and a sentence is in place of the chart."""
    figure = build_volume_sheet(build_overview(measure_scenario("alone")), SheetSize.WIDE)
    sheet_text = " ".join(collect_annotation_text(figure).split())
    assert sheet_text.startswith(NO_COMPARISON_TEXT)
    assert "Too few exchanges" in sheet_text
    assert figure.data == ()


def test_an_illustration_states_no_finding() -> None:
    """The sheet of the reconstruction counts and compares nothing."""
    sheet_text = collect_annotation_text(
        build_volume_sheet(build_event_overview(MemoryStore(reconstruct_candles())), SheetSize.TALL)
    )
    assert sheet_text.startswith("Sample data: no conclusion can be drawn")
    assert "comparisons" not in sheet_text
    assert "ranked" not in sheet_text


def test_the_manifest_names_all_assets() -> None:
    """The manifest names the assets; the file name has shape, paper and that it is an illustration."""
    response = build_client(build_sample_store()).get(f"/export/volume.png?{CRASH_QUERY}&size=tall&theme=dark")
    content = json.loads(response.data)
    assert content["shape"] == ["png", 1080, 1350, "#15181c"]
    assert (content["manifest"]["asset"], content["manifest"]["assets"]) == (None, ["ATOM", "WBETH", "DOGE"])
    assert read_file_name(response) == f"plumbline_all_binance_{WINDOW_TEXT}_volume_tall_dark_illustration.png"
