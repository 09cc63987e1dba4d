"""The lanes of an order log under the deviation."""

import re
from datetime import UTC, datetime, timedelta

import numpy as np
import plotly.graph_objects as go
import polars as pl
import pytest

from dashboard.charts.orders.lanes import build_bar_trace, build_lanes, build_rate_traces
from dashboard.charts.orders.sheet import OrderOverlay, build_orders_sheet
from dashboard.sheet.sizes import SheetSize
from dashboard.state.view import Theme
from data.files.formats.unpack import Content
from deviation.measurement import Measurement
from evidence.orders.read_log import LogOptions, parse_order_log
from evidence.orders.report import summarize_events
from evidence.orders.schema import OrderClass
from evidence.orders.select import select_events
from tests.dashboard.scenarios import CATALOGUE, SCENARIOS, START, measure_scenario
from tests.dashboard.text_boxes import collect_annotation_text, find_faults

HEADER = "time,exchange,symbol,side,reduceOnly,http_status,code,message\n"

ROWS = [
    # minute, exchange, symbol, reduce-only, status, code
    (0, "binance", "ATOMUSDT", "true", 400, "-2022"),
    (0, "binance", "ATOMUSDT", "true", 400, "-4118"),
    (0, "binance", "ATOMUSDT", "false", 200, ""),
    (3, "binance", "ATOM-USDT", "false", 503, ""),
    (3, "binanceusdm", "ATOMUSDT", "false", 429, "-1003"),
    (4, "binance", "", "", 200, ""),
    (5, "okx", "ATOM-USDT", "", 200, ""),
    (6, "binance", "DOGEUSDT", "", 200, ""),
    (5000, "binance", "ATOMUSDT", "", 200, ""),
]


def build_overlay(measurement: Measurement, name: str = "log.csv", rows: str | None = None) -> OrderOverlay:
    """The overlay of a log whose minutes are counted from the start of the scenarios."""
    text = rows or "".join(
        f"{(START + timedelta(minutes=minute)).isoformat()},{venue},{symbol},sell,{reducing},{status},{code},m\n"
        for minute, venue, symbol, reducing, status, code in ROWS
    )
    log = parse_order_log(Content("log.csv", (HEADER + text).encode()), LogOptions(skew_s=1.5))
    question = measurement.question
    selection = select_events(
        log.events, CATALOGUE, asset="ATOM", venue=measurement.focus, start=question.start, end=question.end
    )
    return OrderOverlay(name=name, skew_s=log.skew_s, selection=selection, summary=summarize_events(selection.events))


def test_events_of_the_asset_on_the_exchange_in_the_window_are_counted_and_the_others_named() -> None:
    """Six of nine: one of them without a market; one elsewhere, one of another asset, one later."""
    overlay = build_overlay(measure_scenario(next(iter(SCENARIOS))))
    selection = overlay.selection
    counts = (len(selection.events), selection.unnamed, selection.other_assets, selection.other_venues)
    assert counts == (6, 1, 1, 1)
    assert selection.outside == 1


def test_each_class_has_bars_of_its_minutes() -> None:
    """Two refused by matching in the first minute, one 503 and one 429 in the fourth."""
    start = datetime(2025, 10, 10, 21, tzinfo=UTC)
    overlay = build_overlay(measure_scenario(next(iter(SCENARIOS))))
    lanes = build_lanes(overlay.summary.minutes, start, start + timedelta(hours=1))
    found = {lane.order_class: (lane.total, lane.counts.tolist()) for lane in lanes.lanes}
    assert found == {
        OrderClass.TRANSPORT: (1, [1.0]),
        OrderClass.MATCHING_RISK: (2, [2.0]),
        OrderClass.RATE_LIMIT: (1, [1.0]),
        OrderClass.ACCEPTED: (2, [1.0, 1.0]),
    }
    trace = build_bar_trace(lanes.lanes[1], lanes.bar_ms, Theme.LIGHT)
    first = start.timestamp() * 1000
    assert trace["x"].tolist()[:5] == [first, first, first + 60_000, first + 60_000, first]
    assert trace["y"].tolist()[:5] == [0, 2, 2, 0, 0]


def test_the_rate_has_a_level_line_and_its_interval_per_minute() -> None:
    """2 of 3 refused: 66.7%, 20.8 to 93.9; the 503 is no attempt, so that its minute has the 429 alone."""
    start = datetime(2025, 10, 10, 21, tzinfo=UTC)
    overlay = build_overlay(measure_scenario(next(iter(SCENARIOS))))
    lanes = build_lanes(overlay.summary.minutes, start, start + timedelta(hours=1))
    assert lanes.rates.select("attempted", "refused").rows() == [(3, 2), (1, 1), (1, 0)]
    band, line = build_rate_traces(lanes, "#000000", "#cccccc")
    assert line["y"].tolist()[:2] == pytest.approx([66.6667, 66.6667], abs=1e-3)
    assert band["y"].tolist()[:3] == pytest.approx([20.7660, 93.8508, 93.8508], abs=1e-3)


def test_a_long_window_has_bars_of_several_minutes_with_the_busiest_one() -> None:
    """30 days are 2,000 bars of 22 minutes: counts of the busiest minute, rates of all."""
    start = datetime(2025, 10, 1, tzinfo=UTC)
    times = [start + timedelta(minutes=minute) for minute in (0, 1, 1, 43_000)]
    log = "".join(f"{time.isoformat()},binance,ATOMUSDT,sell,,400,-2010,m\n" for time in times)
    events = parse_order_log(Content("log.csv", (HEADER + log).encode())).events
    lanes = build_lanes(summarize_events(events).minutes, start, start + timedelta(days=30))
    assert lanes.bar_minutes == 22
    assert lanes.lanes[0].counts.tolist() == [2.0, 1.0]
    assert lanes.rates["attempted"].to_list() == [3, 1]
    assert lanes.rates["minute"].to_list() == [start, start + timedelta(minutes=1954 * 22)]
    assert "busiest minute of each 22" in lanes.count_title


def test_without_an_event_there_is_no_lane() -> None:
    """An empty log has neither bars nor rates."""
    overlay = build_overlay(measure_scenario(next(iter(SCENARIOS))))
    minutes = summarize_events(overlay.selection.events.clear()).minutes
    lanes = build_lanes(minutes, START, START + timedelta(hours=1))
    assert (lanes.lanes, len(lanes.rates)) == ((), 0)


SHAPES_AND_PAPERS = [
    (SheetSize.WIDE, Theme.LIGHT),
    (SheetSize.SQUARE, Theme.DARK),
    (SheetSize.TALL, Theme.LIGHT),
]


@pytest.mark.parametrize(("size", "theme"), SHAPES_AND_PAPERS)
@pytest.mark.parametrize("name", list(SCENARIOS)[::3])
def test_no_text_of_the_sheet_collides(name: str, size: SheetSize, theme: Theme) -> None:
    """On every shape and either paper, over a third of the scenarios."""
    measurement = measure_scenario(name)
    figure = build_orders_sheet(measurement, build_overlay(measurement), CATALOGUE, size=size, theme=theme)
    assert find_faults(figure, size, theme) == []
    colours = re.findall(r'"(?:\w*color)":"([^"]*)"', figure.to_json())
    assert all(re.fullmatch(r"#[0-9a-f]{6}", colour) for colour in colours)


def test_the_sheet_states_the_skew_the_log_and_what_the_codes_mean() -> None:
    """Moved times, the name of the file, the note on -2022, and the rule of the rate."""
    measurement = measure_scenario(next(iter(SCENARIOS)))
    figure = build_orders_sheet(measurement, build_overlay(measurement), CATALOGUE)
    text = collect_annotation_text(figure).replace("\n", " ")
    assert "log.csv" in text
    assert "every time of the log moved by +1.5 s" in text
    assert "not overload" in text
    assert "Attempted are the orders that were accepted or refused" in text


def test_what_is_typed_in_a_name_is_drawn_as_it_is() -> None:
    """A tag in the name of a file is text on the sheet, and no message of the log stands there."""
    measurement = measure_scenario(next(iter(SCENARIOS)))
    row = f"{START.isoformat()},binance,ATOMUSDT,sell,,400,-2010,<img src=x onerror=alert(1)>\n"
    figure: go.Figure = build_orders_sheet(measurement, build_overlay(measurement, "<b>a&amp;.csv", row), CATALOGUE)
    texts = " ".join(note.text for note in figure.layout.annotations)
    assert "&lt;b&gt;a&amp;amp;.csv" in texts
    assert "<b>a" not in texts
    assert "onerror" not in figure.to_json()


def test_bars_of_a_hundred_thousand_events_are_few() -> None:
    """The size of the figure depends on minutes, not on events."""
    start = START.replace(tzinfo=UTC)
    frame = pl.DataFrame({"minute": [start + timedelta(minutes=n) for n in range(60)]}).with_columns(
        *(pl.lit(2000).alias(order_class.value) for order_class in OrderClass),
        attempted=pl.lit(8000),
        refused=pl.lit(4000),
    )
    lanes = build_lanes(frame.cast({"minute": pl.Datetime("ms", "UTC")}), start, start + timedelta(hours=1))
    assert sum(np.size(build_bar_trace(lane, lanes.bar_ms, Theme.LIGHT)["x"]) for lane in lanes.lanes) == 5 * 60 * 6
