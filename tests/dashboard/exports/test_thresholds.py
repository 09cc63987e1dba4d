"""Minutes by depth as files: rows and printed chart."""

import json
from collections.abc import Mapping
from io import BytesIO
from typing import Any

import plotly.graph_objects as go
import polars as pl
import pytest

from dashboard.draw.scene import Scene
from dashboard.exports.thresholds import THRESHOLD_SCHEMA, build_threshold_sheet
from dashboard.sheet.frame import WATERMARK
from dashboard.sheet.renderer import FileFormat
from dashboard.sheet.sizes import FULL_SIZES, SheetSize
from dashboard.state.view import Theme
from data.reconstruction.candles import reconstruct_candles
from data.schema import build_empty_frame
from deviation.side import Side
from tests.dashboard.charts.test_timeline_parts import build_fall_scene
from tests.dashboard.exports.test_routes import (
    CRASH_QUERY,
    WINDOW_TEXT,
    RecordingRenderer,
    build_client,
    build_sample_store,
    read_file_name,
)
from tests.dashboard.memory_store import MemoryStore, build_crash_candles
from tests.dashboard.scenarios import CATALOGUE, SCENARIOS, measure_scenario
from tests.dashboard.text_boxes import collect_annotation_text, find_faults, measure_text_boxes

DEPTHS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5]


def read_rows(store: MemoryStore | None = None, extra_query: str = "") -> pl.DataFrame:
    """The rows of the window ``crash``."""
    return pl.read_parquet(
        BytesIO(build_client(store).get(f"/export/thresholds.parquet?{CRASH_QUERY}{extra_query}").data)
    )


def test_a_row_for_each_market_side_and_size() -> None:
    """Binance was a third below for five of 30 minutes, so at five of six sizes; nobody strayed from its own group."""
    rows = read_rows()
    assert rows.schema == pl.Schema({**THRESHOLD_SCHEMA, "choices": pl.String()})
    assert rows.height == 11 * 2 * 6
    binance = rows.filter(venue="binance", symbol="ATOM/USDT", side="below")
    assert binance["threshold"].to_list() == DEPTHS
    assert binance["threshold_min"].to_list() == [5, 5, 5, 5, 5, 0]
    assert binance.drop("choices").row(0, named=True) == {
        "asset": "ATOM",
        "venue": "binance",
        "symbol": "ATOM/USDT",
        "group": "usdt",
        "against": "usdt",
        "side": "below",
        "focus": True,
        "threshold": 0.01,
        "threshold_min": 5.0,
        "firm_min": 30.0,
        "assumed": False,
        "origin": "real",
    }
    other_rows = rows.filter(pl.col("venue") != "binance", pl.col("firm_min") > 0)
    assert (other_rows["threshold_min"].sum(), other_rows["focus"].any()) == (0, False)


@pytest.mark.parametrize(("query", "side"), [("", "below"), ("&side=above", "above"), ("&side=below", "below")])
def test_the_sheet_shows_the_chosen_side(query: str, side: str) -> None:
    """The link names the side; without one it is that of the larger deviation, which for Binance is below."""
    figures: list[go.Figure] = []

    class KeepingRenderer(RecordingRenderer):
        def draw(self, figure: go.Figure, file_format: FileFormat, manifest: Mapping[str, Any] | None = None) -> bytes:
            figures.append(figure)
            return super().draw(figure, file_format, manifest)

    response = build_client(renderer=KeepingRenderer()).get(f"/export/thresholds.png?{CRASH_QUERY}{query}")
    assert response.status_code == 200
    assert f"at least this far {side}" in " ".join(collect_annotation_text(figures[0]).split())


def test_without_a_firm_minute_there_is_no_count() -> None:
    """DOGE trades on two venues and as a perpetual: no minute is firm, and every count is null."""
    rows = read_rows(extra_query="&asset=DOGE")
    assert rows.height == 3 * 2 * 6
    assert rows["threshold_min"].null_count() == 36
    assert rows["firm_min"].unique().to_list() == [0]


def test_rows_of_the_reconstruction_say_what_is_assumed() -> None:
    """Markets without a published figure are assumed, others are not."""
    rows = read_rows(MemoryStore(reconstruct_candles()))
    assumed = dict(rows.select("venue", "assumed").iter_rows())
    assert (assumed["okx"], assumed["binance"]) == (True, False)


@pytest.mark.parametrize("name", SCENARIOS)
@pytest.mark.parametrize("size", FULL_SIZES)
@pytest.mark.parametrize("theme", Theme)
def test_texts_fit_the_sheet_without_overlaps(name: str, size: SheetSize, theme: Theme) -> None:
    """In each shape and theme all texts are within the sheet and none overlaps another."""
    figure = build_threshold_sheet(Scene(measure_scenario(name), CATALOGUE, theme), Side.BELOW, size)
    assert find_faults(figure, size, theme) == []


@pytest.mark.parametrize("size", FULL_SIZES)
def test_the_printed_chart(size: SheetSize) -> None:
    """The sheet has the headline, the focus venue in bold with its minutes, and a label at the start of every line."""
    figure = build_threshold_sheet(build_fall_scene(), Side.BELOW, size)
    sheet_text = " ".join(collect_annotation_text(figure).split())
    assert "ATOM/USDT on Binance: up to 43% below other USDT exchanges" in sheet_text
    assert "every exchange against the others of its quote currency; Binance bold" in sheet_text
    assert "prices cannot show the cause." in sheet_text
    texts = [text for text, _ in measure_text_boxes(figure)]
    assert {"<b>Binance</b>", "OKX", "Kraken", "0", "50%", "USDT exchanges", "USD exchanges"} <= {*texts}
    # With p = 0.8^n, n minutes after the fall, it is 0.3 p / (1 - 0.3 p) below: at least 1 % while p >= 0.033, 2 %
    # while p >= 0.065, 5 % while p >= 0.159, 10 % while p >= 0.303, 20 % while p >= 0.556.
    assert [texts.count(f"<b>{minutes}</b>") for minutes in (16, 13, 9, 6, 3)] == [1] * 5
    *other_traces, focus = figure.data
    assert (focus.name, focus.line.dash, focus.line.width) == ("Binance", "solid", 4)
    assert {(trace.name, trace.line.dash) for trace in other_traces} >= {("OKX", "solid"), ("Kraken", "dash")}
    assert len(other_traces) == 9


def test_labels_are_left_of_the_lines() -> None:
    """Every line has its name left of its start, the longest at the top."""
    figure = build_threshold_sheet(build_fall_scene(), Side.BELOW, SheetSize.TALL)
    left = figure.layout.xaxis.domain[0] * figure.layout.width
    names = {trace.name for trace in figure.data}
    boxes = {text.removeprefix("<b>").removesuffix("</b>"): box for text, box in measure_text_boxes(figure)}
    assert all(boxes[name].right < left for name in names)
    assert min(boxes, key=lambda name: (name not in names, boxes[name].top)) == "Binance"


def test_two_markets_of_an_exchange_have_their_quotes() -> None:
    """Two lines of an exchange are labelled with their quotes, and lines without a label are counted."""
    figure = build_threshold_sheet(Scene(measure_scenario("crowd"), CATALOGUE), Side.BELOW, SheetSize.WIDE)
    texts = [text.removeprefix("<b>").removesuffix("</b>") for text, _ in measure_text_boxes(figure)]
    assert {"Binance USD", "Binance USDT"} & set(texts)
    (remark,) = [text for text in texts if text.endswith(" more lines, without a name, have the fewest minutes.")]
    names = {trace.name for trace in figure.data}
    assert sum(text in names for text in texts) + int(remark.split()[0]) == len(figure.data)
    assert "Perpetuals are not shown: " in " ".join(collect_annotation_text(figure).split())


@pytest.mark.parametrize("name", ["thin", "alone", "without_focus"])
def test_a_sentence_where_there_is_no_line(name: str) -> None:
    """Without a firm minute there is a sentence; if only the focus venue has none, the others have lines."""
    figure = build_threshold_sheet(Scene(measure_scenario(name), CATALOGUE), Side.BELOW, SheetSize.SQUARE)
    sheet_text = " ".join(collect_annotation_text(figure).split())
    is_empty = "No minute had prices from three other exchanges" in sheet_text
    assert is_empty == (figure.data == ()) == (name != "without_focus")
    assert "bold" not in sheet_text


def test_an_illustration_states_no_finding() -> None:
    """On the reconstruction the headline says what it is, there is a watermark, and dashed lines are assumed."""
    response = build_client(build_sample_store()).get(f"/export/thresholds.png?{CRASH_QUERY}&size=tall&theme=dark")
    content = json.loads(response.data)
    assert content["shape"] == ["png", 1080, 1350, "#15181c"]
    assert read_file_name(response) == f"plumbline_ATOM_binance_{WINDOW_TEXT}_thresholds_tall_dark_illustration.png"
    assumed = frozenset({("okx", "ATOM/USDT")})
    figure = build_threshold_sheet(
        Scene(measure_scenario("illustration"), CATALOGUE, assumed_markets=assumed), Side.BELOW, SheetSize.WIDE
    )
    sheet_text = collect_annotation_text(figure)
    assert sheet_text.startswith("Published: ATOM/USDT fell to 0.001 on Binance")
    assert WATERMARK in sheet_text
    assert "dashed: assumed" in sheet_text
    assert "below other USDT" not in sheet_text
    assert {trace.name: trace.line.dash for trace in figure.data}["OKX"] == "dash"


def test_no_candle_of_the_asset() -> None:
    """Without a candle the status is 404, and the text names the asset."""
    response = build_client(MemoryStore(build_empty_frame(dict(build_crash_candles().schema)))).get(
        f"/export/thresholds.csv?{CRASH_QUERY}"
    )
    assert response.status_code == 404
    assert "no candle of ATOM" in response.text
