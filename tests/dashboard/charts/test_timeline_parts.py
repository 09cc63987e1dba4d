"""The parts around the explorer's charts: thresholds, lowest minute, notes, hover table and export menus."""

from base64 import b64decode
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from urllib.parse import parse_qsl, urlsplit

import numpy as np
import plotly.graph_objects as go
import polars as pl
import pytest

from dashboard.charts.lowest_minute.figure import build_bounds_figure
from dashboard.charts.lowest_minute.ranges import ExtremeBar, list_drawn_ranges, list_extreme_bars, list_price_ranges
from dashboard.charts.lowest_minute.sentences import write_heading, write_sentences
from dashboard.charts.thresholds.figure import build_threshold_figure, build_threshold_table
from dashboard.charts.timeline.figure import build_explorer_figure
from dashboard.charts.timeline.hover_table import build_minute_data
from dashboard.charts.timeline.notes import build_notes_list
from dashboard.draw.scene import Scene
from dashboard.exports.kinds import ExportKind
from dashboard.exports.menu import build_download_menu
from dashboard.exports.registry import EXPORTS
from dashboard.sheet.sizes import SheetSize
from dashboard.state.links import ViewLinks
from dashboard.text.clock import Zone
from dashboard.text.sentences import list_window_notes
from data.schema import LOW_TRADE, build_empty_frame
from deviation.minute.states import State
from deviation.side import Side
from tests.dashboard.component_data import collect_text, list_parts, to_plain_data
from tests.dashboard.scenarios import (
    CATALOGUE,
    SCENARIOS,
    USD,
    USDT,
    build_candles,
    build_dip,
    measure_frames,
    measure_scenario,
)

NO_TRADES = build_empty_frame(LOW_TRADE)


@cache
def build_fall_scene() -> Scene:
    """Binance falls from 4 to 1.6 in minute 20, with one trade at 0.001; five USDT venues fall to 2.8, four USD not."""
    frames = [build_candles(("binance", "ATOM/USDT"), build_dip(60, 4.0, 0.6, 20), lows={20: 0.001})]
    frames += [build_candles((venue, "ATOM/USDT"), build_dip(60, 4.0, 0.3, 20)) for venue in USDT]
    frames += [build_candles((venue, "ATOM/USD"), np.full(60, 4.0)) for venue in USD]
    return Scene(measure_frames(frames, 60), CATALOGUE)


def build_scene(name: str) -> Scene:
    """The scene of a scenario."""
    return Scene(measure_scenario(name), CATALOGUE)


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_measurement_has_its_parts(name: str) -> None:
    """For any measurement the thresholds and the lowest minutes have valid figures, tables and sentences."""
    scene = build_scene(name)
    for side in Side:
        assert go.Figure(build_threshold_figure(scene, side)).layout.height
        assert to_plain_data(build_threshold_table(scene, side, ViewLinks({})))
    for bar in list_extreme_bars(scene):
        drawn = list_drawn_ranges(scene, bar.position)
        assert len(go.Figure(build_bounds_figure(scene, drawn)).data) == len(drawn)
        assert write_sentences(scene, bar, NO_TRADES)
        assert write_heading(scene, bar)


def test_threshold_line_counts_firm_minutes() -> None:
    """A line has the comparable minutes at or beyond each size; zero has a place of its own below one minute."""
    scene = build_fall_scene()
    figure = go.Figure(build_threshold_figure(scene, Side.BELOW))
    line = figure.data[-1]
    assert (line.name, line.line.width) == ("Binance", 3)
    # With p = 0.8^n, n minutes after the fall, it is 0.3 p / (1 - 0.3 p) below.
    sizes = [0.3 * 0.8**n / (1 - 0.3 * 0.8**n) for n in range(40)]
    counts = [sum(size >= x / 100 for size in sizes) for x in (1, 2, 5, 10, 20, 50)]
    assert counts == [16, 13, 9, 6, 3, 0]
    zero = figure.layout.yaxis.tickvals[0]
    assert figure.layout.yaxis.ticktext[0] == "0"
    assert zero < 0
    assert line.y[-1] == zero
    assert line.y[:4] == pytest.approx(np.log10(counts[:4]))
    assert figure.layout.yaxis.range[0] < zero
    first = collect_text(
        to_plain_data(build_threshold_table(scene, Side.BELOW, ViewLinks({})))["props"]["children"][1]["props"][
            "children"
        ][0]
    )
    assert first.split()[:3] == ["Binance", "ATOM/USDT", str(counts[0])]


def test_the_minute_of_the_lowest_trade() -> None:
    """The focus venue's range comes first, then that of each voting peer; the sentence gives both bounds."""
    scene = build_fall_scene()
    row = scene.focus
    assert row is not None
    bar = ExtremeBar(20, Side.BELOW, is_extreme=True)
    assert list_extreme_bars(scene) == (bar,)
    focus_range, *peers = list_price_ranges(scene, 20)
    assert (focus_range.row, focus_range.low) == (row, 0.001)
    assert {peer.row.market.venue for peer in peers} == {
        *("okx", "bybit", "bitget", "gate", "kucoin"),
        *("coinbaseexchange", "kraken", "gemini", "bitstamp"),
    }
    okx = next(peer for peer in peers if peer.row.market.venue == "okx")
    assert (okx.low, okx.high, okx.close) == pytest.approx((2.8, 4.0, 2.8))
    assert write_sentences(scene, bar, NO_TRADES)[:2] == [
        (
            "Binance's lowest trade, 0.001, stood 99.9% below other USDT exchanges and 99.9% below USD exchanges, "
            "regardless of the sequence of trades within the minute."
        ),
        "0.001 is a round price: the level of a resting order, not an estimate of value.",
    ]


def test_different_bounds_are_given_as_a_range() -> None:
    """Where the order within the minute matters, the sentence has both bounds: a low of 2.6 against 2.4 to 4."""
    text = write_sentences(build_scene("low_on_scale"), ExtremeBar(20, Side.BELOW, is_extreme=True), NO_TRADES)
    # 2.6 against peers between 2.4 and 4.0
    assert text[0] == (
        "Binance's lowest trade, 2.6, stood between 8.3% above and 35% below other USDT exchanges, "
        "regardless of the sequence of trades within the minute."
    )
    assert text[-1] == "It need not have strayed for the entire minute."


def test_certain_deviation_of_a_whole_minute() -> None:
    """A range of 1.6 to 2.08 against USDT peers at 2.8 or more (2.08 / 2.8 - 1) and USD ones at 4 is certain."""
    bar = ExtremeBar(21, Side.BELOW, is_extreme=False)
    assert write_sentences(build_fall_scene(), bar, NO_TRADES)[-1] == (
        "It stood at least 26% below other USDT exchanges and 48% below USD exchanges for the entire minute."
    )


def test_the_exact_trade_is_named() -> None:
    """Where candles were built from trades, the sentence gives price, time and number of the lowest trade."""
    scene = build_fall_scene()
    time = datetime(2025, 10, 10, 21, 20, 12, 345_000, tzinfo=UTC)
    trade = {
        "venue": "binance",
        "symbol": "ATOM/USDT",
        "timeframe": "1m",
        "open_time": time.replace(second=0, microsecond=0),
        "at": time,
        "price": 0.001,
        "amount": 1_500.5,
        "trade_id": "77",
        "source": "by hand",
        "fetched_at": time,
    }
    bar, trades = ExtremeBar(20, Side.BELOW, is_extreme=True), pl.DataFrame([trade], schema=LOW_TRADE)
    text = write_sentences(scene, bar, trades)
    assert text[-1] == "The trade itself: 0.001 USDT at 21:20:12.345 UTC, 1500.5 ATOM, number 77."
    other_clock = write_sentences(replace(scene, zone=Zone.UTC8), bar, trades)
    assert other_clock[-1] == "The trade itself: 0.001 USDT at 05:20:12.345 UTC+8, 1500.5 ATOM, number 77."


def test_the_minute_of_the_highest_trade() -> None:
    """A trade at 50 among prices of 10 is told as the lowest ones are: 400% above, a round price, in both zones."""
    frames = [build_candles((venue, "ATOM/USDT"), np.full(60, 10.123)) for venue in ("binance", *USDT)]
    frames[0] = frames[0].with_columns(
        pl.when(pl.col("open_time").dt.minute() == 20).then(50.615).otherwise("high").alias("high")
    )
    scene = Scene(measure_frames(frames, 60), CATALOGUE)
    (bar,) = list_extreme_bars(scene)
    assert bar == ExtremeBar(20, Side.ABOVE, is_extreme=True)
    assert write_heading(scene, bar) == "The minute of the highest trade: 21:20 UTC"
    assert write_heading(replace(scene, zone=Zone.UTC8), bar) == "The minute of the highest trade: 05:20 UTC+8"
    assert write_sentences(scene, bar, NO_TRADES) == [
        (
            "Binance's highest trade, 50.615, stood 400% above other USDT exchanges, regardless of the sequence of "
            "trades within the minute."
        ),
        "It need not have strayed for the entire minute.",
    ]


def test_notes_are_marked_and_listed() -> None:
    """Each note in the window that concerns the asset has a mark, and a line with its source."""
    scene = build_scene("crash")
    notes = list_window_notes(scene.measurement, CATALOGUE)
    assert [f"{note.at:%H:%M}" for note in notes][:2] == ["21:12", "21:15"]
    figure = build_explorer_figure(scene)
    marks = {shape["x0"] for shape in figure["layout"]["shapes"] if shape["xref"] == "x3"}
    assert marks == {f"{note.at:%Y-%m-%d %H:%M:%S}" for note in notes}
    notes_json = to_plain_data(build_notes_list(notes, Zone.UTC8, timedelta(minutes=90)))
    assert "05:12" in collect_text(notes_json)
    sources = [part["props"]["href"] for part in list_parts(notes_json) if part["type"] == "A"]
    assert sources == [note.source_url for note in notes if note.source_url]
    assert build_notes_list([], Zone.UTC, timedelta(minutes=1)) == []


def test_hover_table_has_every_market() -> None:
    """The data have price, deviation from the own group and state of every market and minute, the focus first."""
    data = build_minute_data(replace(build_scene("one_group"), zone=Zone.UTC8))
    assert [row["name"] for row in data["rows"]] == ["Binance", "OKX", "Bybit", "Bitget", "Gate", "KuCoin", "Upbit"]
    assert data["groups"] == [["usdt", "USDT exchanges"], ["krw", "KRW exchanges"]]
    focus = data["rows"][0]
    states = np.frombuffer(b64decode(focus["state"]["bdata"]), dtype=np.int8)
    assert data["states"][states[30]] == "missing"
    assert states[0] == State.VOTING
    prices = np.frombuffer(b64decode(focus["price"]["low"]["bdata"]), dtype=np.float32)
    assert prices[0] == 4
    assert np.isnan(prices[30])
    assert (data["width"], data["count"], data["bar"], data["offset"]) == (1, 60, 60_000, 8 * 3_600_000)


def test_hover_table_begins_at_the_deepest_close() -> None:
    """The first bar shown is that of the focus venue's largest deviation."""
    assert build_minute_data(build_scene("crash"))["at"] == 30
    assert build_minute_data(build_scene("without_focus"))["at"] == 0


@pytest.mark.parametrize("kind", ExportKind)
def test_every_format_is_in_the_menu(kind: ExportKind) -> None:
    """The menu of its page links every format of an export, and pictures in every size and theme."""
    view = {"asset": "DOGE", "theme": "dark"}
    menu = build_download_menu(EXPORTS[kind].page, view)
    links = [urlsplit(part["props"]["href"]) for part in list_parts(menu) if part["type"] == "A"]
    parsed_links = [
        (link.path, dict(parse_qsl(link.query))) for link in links if link.path.startswith(f"/export/{kind}.")
    ]
    assert all(query["asset"] == "DOGE" for _, query in parsed_links)
    pictures = [(path.rpartition(".")[2], query) for path, query in parsed_links if path.endswith((".png", ".svg"))]
    shapes = {(ending, query.get("size"), query.get("theme")) for ending, query in pictures}
    expected = {
        (ending, size, theme)
        for ending in ("png", "svg")
        for size in (None, *(size.value for size in EXPORTS[kind].sizes if size is not SheetSize.WIDE))
        for theme in (None, "dark")
    }
    assert shapes == (expected if "png" in EXPORTS[kind].formats else set())
    all_endings = {"csv", "parquet", "json"}
    other_endings = {
        ExportKind.LOWS: all_endings,
        ExportKind.SEQUENCE: all_endings,
        ExportKind.INDEX: all_endings,
        ExportKind.CASE: {"zip"},
        ExportKind.MEASUREMENT: {"json"},
    }
    endings = other_endings.get(kind, {"csv", "parquet"})
    endings |= {"csv-metadata.json"} if "csv" in endings else set()
    rows = {path for path, _ in parsed_links} - {f"/export/{kind}.{ending}" for ending in ("png", "svg")}
    assert rows == {f"/export/{kind}.{ending}" for ending in endings}
