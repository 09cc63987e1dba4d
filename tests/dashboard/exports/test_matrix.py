"""The matrix of venues and assets as files: rows and printed matrices."""

import json
import re
from io import BytesIO

import polars as pl
import pytest

from dashboard.charts.matrix.cells import FULL_COLOURS, NO_SPOT_TEXT, format_numbers
from dashboard.draw.theme import MIN_CONTRAST, PALETTES, compute_contrast
from dashboard.exports.matrix import MATRIX_SCHEMA, build_matrix_sheet
from dashboard.exports.metadata.tabular import CHOICES_COLUMN
from dashboard.sheet.frame import WATERMARK
from dashboard.sheet.sizes import FULL_SIZES, SheetSize
from dashboard.state.view import Theme
from data.reconstruction.candles import reconstruct_candles
from deviation.side import Side
from tests.dashboard.exports.test_depth import build_event_overview
from tests.dashboard.exports.test_routes import (
    CRASH_QUERY,
    WINDOW_TEXT,
    build_client,
    build_sample_store,
    read_file_name,
)
from tests.dashboard.memory_store import FALL_SIDES, USD_VENUES, USDT_VENUES, MemoryStore, build_market_candles
from tests.dashboard.pages.test_overview import build_overview
from tests.dashboard.scenarios import CATALOGUE, SCENARIOS, measure_alone, measure_scenario
from tests.dashboard.text_boxes import collect_annotation_text, find_faults, find_overlaps, measure_text_boxes


def read_rows(store: MemoryStore | None = None) -> pl.DataFrame:
    """The rows of the window ``crash``."""
    return pl.read_parquet(BytesIO(build_client(store).get(f"/export/matrix.parquet?{CRASH_QUERY}").data))


def build_full_store() -> MemoryStore:
    """Every venue of the catalogue in both groups on all assets of the event."""
    prices = {"ATOM": 4.0, "WBETH": 4_200.0, "BNSOL": 200.0, "DOGE": 0.2, "XRP": 2.4}
    return MemoryStore(
        pl.concat(
            build_market_candles(venue, f"{asset}/{quote}", price, fall_factor=0.4 + 0.02 * index)
            for asset, price in prices.items()
            for quote in ("USDT", "USD")
            for index, venue in enumerate(CATALOGUE.venues)
        )
    )


def test_a_row_for_each_cell() -> None:
    """Each quote's venues on three assets, the focus first; what has no candle says so."""
    rows = read_rows()
    assert rows.schema == pl.Schema({**MATRIX_SCHEMA, CHOICES_COLUMN: pl.String()})
    assert rows["asset"].to_list() == (len(USDT_VENUES) + len(USD_VENUES) + 2) * ["ATOM", "WBETH", "DOGE"]
    assert rows["venue"].to_list()[::3] == [*USDT_VENUES, *USD_VENUES, "kraken", "binance"]
    assert rows["group"].to_list() == 15 * ["usdt"] + 12 * ["usd"] + 3 * ["eur"] + 3 * ["usdc"]
    atom = rows.row(0, named=True)
    assert atom == {
        "group": "usdt",
        "against": "usdt",
        "venue": "binance",
        "asset": "ATOM",
        "symbol": "ATOM/USDT",
        "fair_value": False,
        "focus": True,
        "firm_min": 30.0,
        "thin_min": 0.0,
        **FALL_SIDES,
        "enter": 0.02,
        "assumed": False,
        "origin": "real",
        "choices": None,
    }
    wbeth = rows.row(1, named=True)
    assert (wbeth["fair_value"], wbeth["below_largest"]) == (True, "not ranked")
    assert wbeth["below_largest_why"] == "measured against fair value"
    empty_row = rows.filter(venue="okx", asset="DOGE").row(0, named=True)
    assert (empty_row["symbol"], empty_row["below"], empty_row["firm_min"]) == (None, None, None)
    assert (empty_row["below_largest"], empty_row["below_largest_why"]) == ("no data", "no price in this data")
    # Gemini alone against Coinbase: one vote, so that no minute is firm.
    thin_row = rows.filter(venue="gemini", asset="DOGE").row(0, named=True)
    assert (thin_row["below"], thin_row["firm_min"], thin_row["thin_min"]) == (None, 0, 30)


def test_rows_of_an_illustration_have_no_rank() -> None:
    """On the reconstruction ranks and reasons are null, and markets without a published figure are assumed."""
    rows = read_rows(MemoryStore(reconstruct_candles()))
    assert rows.select("^(below|above)_(largest|longest).*$").null_count().row(0) == (rows.height,) * 8
    assumed = {(row["asset"], row["venue"]): row["assumed"] for row in rows.iter_rows(named=True)}
    assert (assumed["ATOM", "okx"], assumed["ATOM", "binance"]) == (True, False)


@pytest.mark.parametrize("name", SCENARIOS)
@pytest.mark.parametrize("size", FULL_SIZES)
def test_texts_fit_the_sheet_without_overlaps(name: str, size: SheetSize) -> None:
    """In each shape all texts are within the sheet and none overlaps another."""
    figure = build_matrix_sheet(build_overview(measure_scenario(name)), size)
    assert find_faults(figure, size) == []


@pytest.mark.parametrize("size", FULL_SIZES)
def test_every_venue_on_every_asset(size: SheetSize) -> None:
    """With the largest number of cells each has its deviation, and no texts overlap."""
    figure = build_matrix_sheet(build_event_overview(build_full_store()), size)
    assert find_faults(figure, size) == []
    texts = [note.text for note in figure.layout.annotations]
    cell_count = 2 * 5 * len(CATALOGUE.venues)
    assert sum(bool(re.fullmatch(r"<b>(.*%|–)</b>", text)) for text in texts) == cell_count
    assert all(note.font.size >= 10 for note in figure.layout.annotations)


@pytest.mark.parametrize("size", FULL_SIZES)
@pytest.mark.parametrize("theme", Theme)
def test_the_printed_matrices(size: SheetSize, theme: Theme) -> None:
    """The sheet has headline, both groups, the focus venue in bold, numbers and words of cells, and a legend."""
    figure = build_matrix_sheet(build_event_overview(MemoryStore(), theme), size)
    assert find_overlaps(figure) == []
    assert figure.layout.template.layout.paper_bgcolor == PALETTES[theme].paper
    sheet_text = " ".join(collect_annotation_text(figure).split())
    assert sheet_text.startswith(
        "On 10 Oct 2025 Binance had the largest discount of the USDT exchanges in 1 of 1 comparable asset"
    )
    texts = {text for text, _ in measure_text_boxes(figure)}
    assert {"<b>USDT exchanges</b>", "<b>USD exchanges</b>", "<b>Binance</b>", "OKX"} <= texts
    assert {"5 of 30 min", "largest, longest", "1-2 others, 30 min", "no data", "not ranked"} <= texts
    assert "<b>\u221233%</b>" in texts
    assert "Not ranked: measured against fair value (Binance WBETH)" in sheet_text
    assert "from 50%" in sheet_text


@pytest.mark.parametrize("theme", Theme)
def test_cell_text_has_enough_contrast(theme: Theme) -> None:
    """Text on a tinted cell has enough contrast, and the cell of the largest discount is outlined."""
    figure = build_matrix_sheet(build_event_overview(MemoryStore(), theme), SheetSize.WIDE)
    (number,) = [note for note in figure.layout.annotations if note.text == "<b>\u221233%</b>"]
    edged_shapes = [
        shape for shape in figure.layout.shapes if shape.line.color == PALETTES[theme].ink and shape.type == "path"
    ]
    _sample_in_the_key, cell = edged_shapes
    assert compute_contrast(number.font.color, cell.fillcolor) >= MIN_CONTRAST
    assert cell.fillcolor not in {PALETTES[theme].paper, FULL_COLOURS[theme]}


def test_no_spot_market() -> None:
    """Without a spot market a sentence is in place of the matrices."""
    store = MemoryStore(build_market_candles("binanceusdm", "DOGE/USDT:USDT", 0.2, fall_factor=0.5))
    assert NO_SPOT_TEXT in collect_annotation_text(build_matrix_sheet(build_event_overview(store), SheetSize.TALL))


def test_an_illustration_states_no_finding() -> None:
    """On the reconstruction the headline says what it is, there is a watermark, and cells say what is assumed."""
    sheet_text = collect_annotation_text(
        build_matrix_sheet(build_event_overview(MemoryStore(reconstruct_candles())), SheetSize.SQUARE)
    )
    assert sheet_text.startswith("Sample data: no conclusion can be drawn")
    assert WATERMARK in sheet_text
    assert {"based on published lows", "invented"} <= set(sheet_text.splitlines())
    assert "comparable asset" not in sheet_text
    assert "rank" not in sheet_text


def test_the_manifest_names_all_assets() -> None:
    """The manifest names the assets; the file name has shape, paper and that it is an illustration."""
    response = build_client(build_sample_store()).get(f"/export/matrix.png?{CRASH_QUERY}&size=tall&theme=dark")
    content = json.loads(response.data)
    assert content["shape"] == ["png", 1080, 1350, "#15181c"]
    assert (content["manifest"]["asset"], content["manifest"]["assets"]) == (None, ["ATOM", "WBETH", "DOGE"])
    assert read_file_name(response) == f"plumbline_all_binance_{WINDOW_TEXT}_matrix_tall_dark_illustration.png"


def test_a_cell_without_a_counted_minute_has_one_dash() -> None:
    """Where no other exchange voted, the deviation is a dash and there is no second line."""
    summaries = [row.own_summary for row in measure_alone().rows]
    assert [(summary.firm_min, summary.thin.minutes) for summary in summaries] == [(0, 0)]
    assert [format_numbers(summary, Side.BELOW) for summary in summaries] == [("–", "")]
