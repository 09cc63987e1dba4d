"""The minute of the lowest trade as files: rows and printed ranges of one bar or two."""

import json
from datetime import timedelta
from io import BytesIO

import numpy as np
import polars as pl
import pytest

from dashboard.charts.lowest_minute.ranges import ExtremeBar, list_extreme_bars
from dashboard.draw.scene import Scene
from dashboard.exports.lowest_minute import BOUNDS_SCHEMA, build_bounds_rows, build_bounds_sheet
from dashboard.sheet.frame import WATERMARK
from dashboard.sheet.sizes import FULL_SIZES, SheetSize
from dashboard.state.view import Theme
from data.schema import LOW_TRADE, build_empty_frame
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
from tests.dashboard.scenarios import CATALOGUE, SCENARIOS, USD, USDT, build_candles, measure_frames, measure_scenario
from tests.dashboard.text_boxes import collect_annotation_text, find_faults, measure_text_boxes

NO_TRADES = build_empty_frame(LOW_TRADE)


def measure_two_lows() -> Measurement:
    """All fall from 4 to 2 in minute 30; Binance alone traded at 2.4 in minute 10, and at 1.9 in minute 30."""
    closes = np.where(np.arange(60) < 30, 4.0, 2.0)
    frames = [build_candles(("binance", "ATOM/USDT"), closes, lows={10: 2.4, 30: 1.9})]
    frames += [build_candles((venue, "ATOM/USDT"), closes) for venue in USDT]
    frames += [build_candles((venue, "ATOM/USD"), closes) for venue in USD]
    return measure_frames(frames, 60)


def measure_crowd() -> Measurement:
    """The same with every venue of the catalogue in both groups."""
    closes = np.where(np.arange(60) < 30, 4.0, 2.0)
    frames = [build_candles(("binance", "ATOM/USDT"), closes, lows={10: 2.4, 30: 1.9}, volume_usd=90_000)]
    other_venues = [venue for venue in CATALOGUE.venues if venue != "binance"]
    frames += [build_candles((venue, f"ATOM/{quote}"), closes) for venue in other_venues for quote in ("USDT", "USD")]
    return measure_frames(frames, 60)


MEASUREMENTS = {**SCENARIOS, "twice": measure_two_lows, "crowded": measure_crowd}
"""All scenarios, and two measurements with two bars."""


def test_a_row_for_each_venue_of_the_minute() -> None:
    """Four USDT peers range from 3.6 to 4 and four USD peers stay at 4, while Binance ranges from 0.001 to 2.4."""
    rows = pl.read_parquet(BytesIO(build_client().get(f"/export/bounds.parquet?{CRASH_QUERY}").data))
    assert rows.schema == pl.Schema({**BOUNDS_SCHEMA, "choices": pl.String()})
    assert rows["open_time"].unique().to_list() == [START + timedelta(minutes=FALL_MINUTE)]
    assert rows["venue"][0] == "binance"
    assert rows["group"].to_list() == [*6 * ["usdt"], *4 * ["usd"], "eur"]
    assert rows["against"].to_list() == ["usdt", "usd", *9 * [None]]
    assert rows.drop("choices").row(0, named=True) == {
        "asset": "ATOM",
        "open_time": START + timedelta(minutes=FALL_MINUTE),
        "side": "below",
        "extreme": True,
        "venue": "binance",
        "symbol": "ATOM/USDT",
        "group": "usdt",
        "against": "usdt",
        "focus": True,
        "low": 0.001,
        "high": 4 * 0.6,
        "close": 4 * 0.6,
        # The most precise price of the window is 2.4, one digit more than 0.001.
        "round": False,
        "least": 0.001 / (4 * 0.9) - 1,
        "most": 0.001 / 4 - 1,
        # Its last close, 4, still stood when the minute began.
        "whole": 4 / (4 * 0.9) - 1,
        "origin": "real",
    }
    against_usd = rows.row(1, named=True)
    assert (against_usd["against"], against_usd["least"], against_usd["most"]) == ("usd", 0.001 / 4 - 1, 0.001 / 4 - 1)
    assert against_usd["whole"] == 0
    okx = rows.filter(venue="okx").row(0, named=True)
    assert (okx["low"], okx["high"], okx["close"]) == (4 * 0.9, 4, 4 * 0.9)
    assert (okx["most"], okx["round"], okx["focus"]) == (None, None, False)


def test_rows_of_two_bars() -> None:
    """The lowest trade was 1.9 against 2 and 4; that of the furthest nearer bound was 2.4 against 4."""
    rows = build_bounds_rows(Scene(measure_two_lows(), CATALOGUE))
    focus_rows = rows.filter(focus=True, against="usdt").select("extreme", "low", "least", "most")
    assert focus_rows.rows() == [(True, 1.9, 1.9 / 2 - 1, 1.9 / 4 - 1), (False, 2.4, 2.4 / 4 - 1, 2.4 / 4 - 1)]
    assert rows.height == 2 * 11


def test_without_the_focus_venue_there_is_no_row() -> None:
    """Without a candle of the focus venue there is no row, and the sheet says why."""
    assert build_bounds_rows(Scene(measure_scenario("without_focus"), CATALOGUE)).is_empty()
    figure = build_bounds_sheet(Scene(measure_scenario("without_focus"), CATALOGUE), NO_TRADES, SheetSize.WIDE)
    assert "No price of XRP on Binance is in this data for this window." in collect_annotation_text(figure)
    assert figure.data == ()


@pytest.mark.parametrize("name", MEASUREMENTS)
@pytest.mark.parametrize("size", FULL_SIZES)
@pytest.mark.parametrize("theme", Theme)
def test_texts_fit_the_sheet_without_overlaps(name: str, size: SheetSize, theme: Theme) -> None:
    """In each shape and theme all texts are within the sheet and none overlaps another."""
    figure = build_bounds_sheet(Scene(MEASUREMENTS[name](), CATALOGUE, theme), NO_TRADES, size)
    assert find_faults(figure, size, theme) == []


@pytest.mark.parametrize("size", FULL_SIZES)
def test_the_printed_ranges(size: SheetSize) -> None:
    """The sheet has two bars with their sentences, the focus first and bold, and numbers beside each range."""
    scene = Scene(measure_two_lows(), CATALOGUE)
    assert list_extreme_bars(scene) == (
        ExtremeBar(30, Side.BELOW, is_extreme=True),
        ExtremeBar(10, Side.BELOW, is_extreme=False),
    )
    figure = build_bounds_sheet(scene, NO_TRADES, size)
    sheet_text = " ".join(collect_annotation_text(figure).split())
    assert "The minute of the lowest trade: 21:30 UTC" in sheet_text
    assert "The minute with the trade that was at least furthest below: 21:10 UTC" in sheet_text
    assert "Binance's lowest trade, 2.4, stood 40% below other USDT exchanges and 40% below USD exchanges" in sheet_text
    assert "between 5.0% and 52% below other USDT exchanges" in sheet_text
    texts = [text for text, _ in measure_text_boxes(figure)]
    assert [texts.count(text) for text in ("<b>Binance</b>", "OKX", "<b>1.9</b>", "<b>2.4</b>", "close")] == [
        2,
        2,
        1,
        1,
        2,
    ]
    assert [len([trace for trace in figure.data if trace.xaxis == axis]) for axis in ("x", "x2")] == [10, 10]
    first_domain, second_domain = figure.layout.xaxis.domain, figure.layout.xaxis2.domain
    assert (first_domain[1] < second_domain[0]) == (size is SheetSize.WIDE)


def test_venues_that_do_not_fit_are_counted() -> None:
    """Exchanges that do not fit are counted."""
    scene = Scene(measure_crowd(), CATALOGUE)
    figure = build_bounds_sheet(scene, NO_TRADES, SheetSize.WIDE)
    (hidden_count, _) = [
        int(text.split()[0]) for text, _ in measure_text_boxes(figure) if text.endswith(" more not shown.")
    ]
    traces = [trace for trace in figure.data if trace.xaxis == "x"]
    assert (
        len(traces) + hidden_count == build_bounds_rows(scene).filter(extreme=True).unique(["venue", "symbol"]).height
    )
    assert traces[0].name == "Binance"


def test_the_lowest_trade_is_named() -> None:
    """If the bar was built from trades, the sentences name the lowest trade."""
    question = measure_two_lows().question
    time = question.start + timedelta(minutes=30)
    trade = {
        **dict.fromkeys(LOW_TRADE),
        "venue": "binance",
        "symbol": "ATOM/USDT",
        "timeframe": "1m",
        "open_time": time,
        "at": time,
        "price": 1.9,
        "amount": 5.0,
        "trade_id": "77",
    }
    figure = build_bounds_sheet(
        Scene(measure_two_lows(), CATALOGUE), pl.DataFrame([trade], schema=LOW_TRADE), SheetSize.TALL
    )
    sheet_text = " ".join(collect_annotation_text(figure).split())
    assert "The trade itself: 1.9 USDT at 21:30:00.000 UTC, 5 ATOM, number 77." in sheet_text


def test_an_illustration_states_no_finding() -> None:
    """On the reconstruction headline and file name say what it is, and there is a watermark."""
    response = build_client(build_sample_store()).get(f"/export/bounds.svg?{CRASH_QUERY}&size=square&theme=dark")
    assert json.loads(response.data)["shape"] == ["svg", 1200, 1200, "#15181c"]
    assert json.loads(response.data)["manifest"]["asset"] == "ATOM"
    assert read_file_name(response) == f"plumbline_ATOM_binance_{WINDOW_TEXT}_bounds_square_dark_illustration.svg"
    sheet_text = collect_annotation_text(
        build_bounds_sheet(Scene(measure_scenario("illustration"), CATALOGUE), NO_TRADES, SheetSize.WIDE)
    )
    assert sheet_text.startswith("Published: ATOM/USDT fell to 0.001 on Binance")
    assert WATERMARK in sheet_text


def test_no_candle_of_the_asset() -> None:
    """Without a candle the status is 404, and the text names the asset."""
    response = build_client(MemoryStore(build_empty_frame(dict(build_crash_candles().schema)))).get(
        f"/export/bounds.csv?{CRASH_QUERY}"
    )
    assert response.status_code == 404
    assert "no candle of ATOM" in response.text
