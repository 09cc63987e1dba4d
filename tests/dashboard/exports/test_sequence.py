"""The order of falls as files: rows, sheet and JSON."""

import json
from datetime import datetime, timedelta
from io import BytesIO

import plotly.graph_objects as go
import polars as pl
import pytest

from analysis.order_of_falls import order_falls
from dashboard.charts.sequence.lanes import build_lanes
from dashboard.charts.sequence.sheet import fit_lanes
from dashboard.draw.scene import Scene
from dashboard.exports.evidence.sequence import SEQUENCE_SCHEMA, build_sequence_rows, build_sequence_sheet
from dashboard.sheet.frame import WATERMARK
from dashboard.sheet.sizes import FULL_SIZES, SheetSize
from dashboard.state.view import Theme
from tests.dashboard.exports.test_routes import CRASH_QUERY, build_client
from tests.dashboard.memory_store import FALL_MINUTE, START, MemoryStore, build_crash_candles, build_market_candles
from tests.dashboard.scenarios import CATALOGUE, SCENARIOS, build_candles, measure_frames, measure_scenario
from tests.dashboard.scenarios import START as SCENE_START
from tests.dashboard.text_boxes import collect_annotation_text, find_faults

BEFORE = START - timedelta(minutes=30)
"""Candles from here on end where the window starts: what falls are counted from."""

FELL_AT = START + timedelta(minutes=FALL_MINUTE)


def build_store() -> MemoryStore:
    """ATOM on Binance falls by 40% and on OKX by 10%, in one minute; BTC on OKX by 2% then."""
    frames = [
        build_crash_candles(),
        *(build_market_candles(venue, "ATOM/USDT", 4, start=BEFORE) for venue in ("binance", "okx")),
        build_market_candles("okx", "BTC/USDT", 100_000, start=BEFORE),
        build_market_candles("okx", "BTC/USDT", 100_000, fall_factor=0.98),
    ]
    return MemoryStore(pl.concat(frames))


def read_rows() -> pl.DataFrame:
    """The rows of the window ``crash``."""
    return pl.read_parquet(BytesIO(build_client(build_store()).get(f"/export/sequence.parquet?{CRASH_QUERY}").data))


def draw(order_name: str, size: SheetSize, theme: Theme = Theme.LIGHT) -> go.Figure:
    """The sheet of a scenario."""
    measurement = measure_scenario(order_name)
    return build_sequence_sheet(order_falls([measurement]), Scene(measurement, CATALOGUE, theme), size)


def test_a_row_for_each_market_and_level_and_each_mark() -> None:
    """Binance and OKX are tied at 10%; only Binance reached 20%; the other exchanges have no price before."""
    rows = read_rows()
    assert rows.schema == pl.Schema({**SEQUENCE_SCHEMA, "choices": pl.String()})
    binance = rows.filter(asset="ATOM", venue="binance", group="usdt")
    assert binance["level"].to_list() == [0.02, 0.05, 0.1, 0.2, 0.5]
    assert binance["moment_from"].to_list() == [FELL_AT, FELL_AT, FELL_AT, FELL_AT, None]
    assert binance["place"].to_list() == [1, 1, 1, 1, None]
    assert binance["tied"].to_list() == [True, True, True, False, None]
    okx = rows.filter(asset="ATOM", venue="okx")
    assert okx["moment_to"].to_list() == [FELL_AT + timedelta(minutes=1)] * 3 + [None] * 2
    assert rows.filter(asset="ATOM", venue="bybit")["price_before"].to_list() == [None] * 5
    btc = rows.filter(asset="BTC").filter(pl.col("venue").is_null())
    times: dict[str, datetime | None] = dict(btc.select("mark", "moment_from").iter_rows())
    assert times == {"onset": FELL_AT, "run_start": None, "bottom": FELL_AT}


def test_the_json_compares_with_the_bottom_of_the_market() -> None:
    """ATOM on Binance was 40% down in the minute of BTC's bottom."""
    content = json.loads(build_client(build_store()).get(f"/export/sequence.json?{CRASH_QUERY}").data)
    assert list(content["assets"]) == ["ATOM", "BTC"]
    (row,) = [
        row
        for row in content["compared"]
        if (row["venue"], row["symbol"], row["level"]) == ("binance", "ATOM/USDT", 20)
    ]
    assert (row["to"], row["order"]) == ({"asset": "BTC", "group": "usdt", "mark": "bottom"}, "tied")


def test_no_price_is_not_found() -> None:
    """An asset without candles is a 404, as in every export."""
    assert build_client(build_store()).get(f"/export/sequence.png?{CRASH_QUERY}&asset=NOSUCH").status_code == 404


@pytest.mark.parametrize("size", FULL_SIZES)
@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_sheets_have_no_faults(name: str, size: SheetSize) -> None:
    """No text touches another or leaves the sheet, whatever the data."""
    assert find_faults(draw(name, size), size) == []


def test_the_sheet_says_what_is_tied() -> None:
    """Headline, ties and levels are in its text; on dark paper too."""
    frames = [
        build_candles(("binance", "ATOM/USDT"), [100.0] * 10 + [80.0] * 10),
        build_candles(("okx", "ATOM/USDT"), [100.0] * 10 + [90.0] * 10),
        build_candles(("kraken", "ATOM/USD"), [100.0] * 10 + [100.0, 94.0] * 5),
    ]
    start = START - timedelta(minutes=5)
    measurement = measure_frames(frames, 15, start=start)
    sheet = build_sequence_sheet(order_falls([measurement]), Scene(measurement, CATALOGUE, Theme.DARK), SheetSize.WIDE)
    text = collect_annotation_text(sheet)
    assert "ATOM. Down 2%: Binance and OKX (21:10, same minute), then Kraken (21:11)." in text
    assert "one-minute bars cannot order them" in text
    assert find_faults(sheet, SheetSize.WIDE, Theme.DARK) == []


def test_the_sample_has_its_watermark_and_no_finding() -> None:
    """A picture of the reconstruction supports nothing."""
    text = collect_annotation_text(draw("illustration", SheetSize.WIDE))
    assert WATERMARK in text
    assert "Down 2%" not in text


def test_lanes_that_do_not_fit_are_left_out_from_the_end() -> None:
    """Those without a marker go first, and their number is known."""
    frames = [build_candles((venue, "ATOM/USDT"), [100.0] * 5 + [90.0] * 30) for venue in ("binance", "okx", "gate")]
    frames += [build_candles(("bybit", "ATOM/USDT"), [100.0] * 35)]
    measurement = measure_frames(frames, 30, start=SCENE_START + timedelta(minutes=3))
    chart = build_lanes(order_falls([measurement]), Scene(measurement, CATALOGUE))
    assert [lane.name for lane in chart.lanes] == ["USDT median", "Binance", "Bybit", "Gate", "OKX"]
    fitted, omitted = fit_lanes(chart, 15.0 * 3)
    assert ([lane.name for lane in fitted.lanes], omitted) == (["USDT median", "Binance", "Gate"], 2)
    assert fit_lanes(chart, 15.0 * 5) == (chart, 0)


def test_a_chart_shows_what_happened_and_at_least_twenty_minutes() -> None:
    """Where no price fell there is the bottom of the median alone, in the first minute."""
    measurement = measure_frames([build_candles(("okx", "ATOM/USDT"), [1.0] * 60)], 60)
    order = order_falls([measurement])
    chart = build_lanes(order, Scene(measurement, CATALOGUE))
    assert (chart.start, chart.end) == (0.0, 10.5)
    assert build_sequence_rows(order)["moment_from"].null_count() == 5 + 2
    sheet = build_sequence_sheet(order, Scene(measurement, CATALOGUE), SheetSize.WIDE)
    assert "ATOM. No exchange's closing price fell by 2%." in collect_annotation_text(sheet)
