"""Replayed index rules as files: rows, sheet and JSON; and their page."""

import json
from dataclasses import replace
from io import BytesIO

import numpy as np
import polars as pl
import pytest

from dashboard.charts.index_rules.figure import build_index_figure
from dashboard.charts.index_rules.sheet import find_split_fall
from dashboard.draw.scene import Scene
from dashboard.exports.evidence.index_rules import INDEX_SCHEMA, build_index_sheet
from dashboard.pages.base import PageContext
from dashboard.pages.index_rules import page
from dashboard.service.index_rules import replay_view
from dashboard.service.measurements import Measurements
from dashboard.sheet.frame import WATERMARK
from dashboard.sheet.sizes import FULL_SIZES, SheetSize
from dashboard.state.view import Theme, ViewState
from data.schema import Origin
from evidence.index_rules.index_replay import IndexReplay
from tests.dashboard.component_data import collect_text, to_plain_data
from tests.dashboard.exports.test_routes import CRASH_QUERY, build_client
from tests.dashboard.memory_store import (
    CALM_START,
    FALL_MINUTE,
    MINUTES,
    USDT_VENUES,
    MemoryStore,
    RecordedActions,
    build_crash_candles,
    build_market_candles,
)
from tests.dashboard.pages.test_lows import CATALOGUE, VIEW
from tests.dashboard.text_boxes import collect_annotation_text, find_faults

FALLEN = [FALL_MINUTE <= minute < FALL_MINUTE + 5 for minute in range(MINUTES)]
WBETH_VIEW = replace(VIEW, asset="WBETH")


def build_store(*, is_sample: bool = False, has_ratio: bool = True) -> MemoryStore:
    """WBETH/USDT halves from 4200 for five minutes, WBETH/ETH from 1.05; ETH stays at 4000; an index was collected."""
    frames = [build_crash_candles()]
    if has_ratio:
        frames += [
            build_market_candles("binance", "WBETH/ETH", 1.05, fall_factor=0.5, low=0.2),
            build_market_candles("binance", "WBETH/ETH", 1.05, start=CALM_START),
        ]
    frames.append(
        build_market_candles("binanceusdm", "WBETH/USDT:USDT", 4200, fall_factor=0.6).with_columns(
            price=pl.lit("index")
        )
    )
    frame = pl.concat(frames)
    return MemoryStore(frame.with_columns(origin=pl.lit(Origin.RECONSTRUCTION.value)) if is_sample else frame)


def build_replay(store: MemoryStore | None = None, view: ViewState = WBETH_VIEW) -> IndexReplay:
    """The rules of WBETH over the crash window."""
    index_replay = replay_view(Measurements(store or build_store(), CATALOGUE), view)
    assert index_replay is not None
    return index_replay


def draw_text(store: MemoryStore, size: SheetSize = SheetSize.WIDE, theme: Theme = Theme.LIGHT) -> str:
    """All text of the sheet, which has no faults."""
    index_replay = build_replay(store)
    sheet = build_index_sheet(index_replay, Scene(index_replay.measurement, CATALOGUE, theme), size)
    assert find_faults(sheet, size, theme) == []
    return collect_annotation_text(sheet)


def read_page(store: MemoryStore, view: ViewState = WBETH_VIEW) -> str:
    """All text of the page."""
    context = PageContext(Measurements(store, CATALOGUE), RecordedActions())
    return collect_text(to_plain_data(page.build_content(context, view)))


def test_a_row_for_each_rule_and_minute() -> None:
    """0.2 x 2100 + 0.8 x 0.525 x 4000 = 2100 in the fall; the low is that of both markets; the index was 2520."""
    response = build_client(build_store()).get(f"/export/index.parquet?{CRASH_QUERY}&asset=WBETH")
    rows = pl.read_parquet(BytesIO(response.data))
    assert rows.schema == pl.Schema({**INDEX_SCHEMA, "choices": pl.String()})
    first = rows.filter(rule="wbeth-own-spot")
    assert first["index_close"].to_list() == pytest.approx([2100.0 if fallen else 4200.0 for fallen in FALLEN])
    # 0.2 x 430.65 + 0.8 x 0.2 x 4000
    assert first["index_low"][FALL_MINUTE] == pytest.approx(726.13)
    assert first["return_own"].to_list()[FALL_MINUTE] == pytest.approx(np.log(0.5))
    assert first["return_own"].to_list()[0] is None
    staked = rows.filter(rule="wbeth-staking-rate")["index_close"].to_list()
    assert staked == pytest.approx([4200.0] * MINUTES)
    assert rows.filter(rule="collected:index")["index_close"][FALL_MINUTE] == pytest.approx(2520)
    assert rows["ratio"].unique().to_list() == [pytest.approx(1.05)]


def test_a_minute_without_a_leg_has_no_value() -> None:
    """Without WBETH/ETH only the rule that needs none has values."""
    response = build_client(build_store(has_ratio=False)).get(f"/export/index.parquet?{CRASH_QUERY}&asset=WBETH")
    rows = pl.read_parquet(BytesIO(response.data))
    assert rows.filter(rule="wbeth-own-spot")["index_close"].null_count() == MINUTES
    assert rows.filter(rule="wbeth-staking-rate")["index_close"].null_count() == 0


def test_an_asset_without_a_rule_shows_the_first_that_has_one() -> None:
    """ATOM has none; another event has none at all."""
    client = build_client(build_store())
    content = json.loads(client.get(f"/export/index.json?{CRASH_QUERY}").data)
    assert (content["asset"], len(content["rules"])) == ("WBETH", 3)
    assert client.get("/export/index.json?event=2023-03-10").status_code == 404
    assert client.get(f"/export/index.json?{CRASH_QUERY}&asset=BNSOL").status_code == 404  # no candle of it


@pytest.mark.parametrize("size", FULL_SIZES)
@pytest.mark.parametrize("theme", list(Theme))
def test_sheets_have_no_faults_and_state_the_finding(size: SheetSize, theme: Theme) -> None:
    """No text touches another, in any shape and theme."""
    text = draw_text(build_store(), size, theme).replace("\n", " ")
    assert "100% of its fall was Binance's own book" in text
    assert "Index, collected" in text


def test_a_sheet_without_a_value_says_so_beside_what_there_is() -> None:
    """The rule in force has no value without its second market."""
    assert "no price of WBETH/ETH" in draw_text(build_store(has_ratio=False))


def test_the_sample_supports_nothing() -> None:
    """A watermark instead of a finding, on the sheet and on the page."""
    text = draw_text(build_store(is_sample=True))
    assert WATERMARK in text
    assert "own book" not in text
    assert "Index, collected" not in text
    assert "Sample data: what an index would have been cannot be concluded from it." in read_page(
        build_store(is_sample=True)
    )


def test_the_bar_needs_parts_that_all_fell() -> None:
    """ETH stood still elsewhere: there is nothing to set the others' part against."""
    assert find_split_fall(build_replay()) is None
    frame = build_crash_candles().filter(pl.col("symbol") != "ETH/USDT")
    falling = [build_market_candles(venue, "ETH/USDT", 4000, fall_factor=0.9) for venue in USDT_VENUES[1:]]
    own = [build_market_candles("binance", "ETH/USDT", 4000, fall_factor=0.8)]
    ratio = [build_market_candles("binance", "WBETH/ETH", 1.05, fall_factor=0.5)]
    calm = [build_market_candles("binance", "WBETH/ETH", 1.05, start=CALM_START)]
    fall = find_split_fall(build_replay(MemoryStore(pl.concat([frame, *falling, *own, *ratio, *calm]))))
    assert fall is not None
    assert fall.legs is not None
    assert fall.elsewhere == pytest.approx(np.log(0.9))
    assert sum(fall.legs.values()) == pytest.approx(fall.own)


def test_the_page_has_rules_sources_and_collected_prices() -> None:
    """What each rule gave, what is assumed of it, and what exchanges reported."""
    text = read_page(build_store())
    assert "WBETH: the index, rule by rule" in text
    assert "20% WBETH/USDT + 80% WBETH/ETH × ETH/USDT" in text
    assert "assumed: that components are held within 2% of their median, and left out beyond 5%" in text
    assert "Staking rate: 1.05 ETH per WBETH, the market-implied ratio before the event." in text
    assert "Index and mark prices that exchanges reported" in text


def test_the_page_says_what_there_is_not() -> None:
    """No rule of the view's asset, no rule in the event, no price."""
    assert "No index rule of ATOM is on record for this event." in read_page(build_store(), VIEW)
    other = replace(VIEW, event="2023-03-10")
    assert "No index rule is on record for this event." in read_page(build_store(), other)
    empty = MemoryStore(build_market_candles("okx", "SOMECOIN/USDT", 1))
    assert "No prices of WBETH are loaded for this window." in read_page(empty)


def test_the_chart_has_a_line_per_rule_and_one_of_the_others() -> None:
    """Prices above, below them the distance to the other exchanges' price; the area is between lows and highs."""
    index_replay = build_replay()
    figure = build_index_figure(index_replay, Scene(index_replay.measurement, CATALOGUE))
    prices = [trace for trace in figure["data"] if trace.get("yaxis") == "y"]
    gaps = {trace["name"]: trace["y"] for trace in figure["data"] if trace.get("yaxis") == "y2"}
    assert [trace["name"] for trace in prices] == [
        "Other exchanges",
        "Index, collected",
        "The same, components held near their median",
        "Rule since 11 Oct (staking rate)",
        "Rule in force",
    ]
    assert prices[-1]["y"][FALL_MINUTE] == pytest.approx(2100)
    assert gaps["Rule in force"][FALL_MINUTE] == pytest.approx(-50)
    assert gaps["Rule since 11 Oct (staking rate)"][FALL_MINUTE] == pytest.approx(0)
    assert "Other exchanges" not in gaps
