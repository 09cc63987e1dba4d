"""Bars of a second and of five minutes: measurement, charts and texts go by the timeframe."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import numpy as np
import plotly.graph_objects as go
import polars as pl
import pytest

from dashboard.charts.comparison.sheet import build_comparison_sheet
from dashboard.charts.small_multiples.figure import build_panel_figure
from dashboard.charts.small_multiples.panels import build_common_scale, shift_to_start
from dashboard.charts.timeline.figure import build_explorer_figure
from dashboard.charts.timeline.states import count_states
from dashboard.draw.scene import Scene
from dashboard.draw.traces import compute_epoch_ms
from dashboard.pages.base import PageContext
from dashboard.service.measurements import Measurements
from dashboard.sheet.file_name import build_file_name
from dashboard.shell.notices import describe_origin, list_notices
from dashboard.shell.router import Router
from dashboard.state.view import ViewState, build_default_view
from dashboard.text.clock import Zone, build_ticks
from dashboard.text.numbers import format_bar_time
from dashboard.text.sentences import write_measured
from data.catalogue import load_catalogue
from data.schema import Timeframe
from deviation.measurement import Measurement
from deviation.minute.states import State
from deviation.report.headline import write_headline
from deviation.side import Side
from tests.dashboard.component_data import collect_text, to_plain_data
from tests.dashboard.memory_store import (
    START,
    USD_VENUES,
    USDT_VENUES,
    MemoryStore,
    RecordedActions,
    build_crash_candles,
    build_market_candles,
)
from tests.dashboard.text_boxes import collect_annotation_text

CATALOGUE = load_catalogue()


def convert_bar_length(frame: pl.DataFrame, bar: Timeframe) -> pl.DataFrame:
    """30 candles of a minute as 30 bars of another timeframe from the same start."""
    elapsed = pl.col("open_time") - pl.lit(START).cast(frame.schema["open_time"])
    return frame.with_columns(
        (pl.lit(START).cast(frame.schema["open_time"]) + elapsed * (bar.seconds / 60)).alias("open_time"),
        timeframe=pl.lit(bar.value),
    )


def build_fall() -> pl.DataFrame:
    """ATOM falls on Binance, in bars 10 to 14, against four USDT and four USD venues."""
    frames = [
        build_market_candles(venue, "ATOM/USDT", 4, fall_factor=0.9) for venue in USDT_VENUES if venue != "binance"
    ]
    frames += [build_market_candles(venue, "ATOM/USD", 4) for venue in USD_VENUES]
    return pl.concat([build_market_candles("binance", "ATOM/USDT", 4, fall_factor=0.6, low=0.001), *frames])


@pytest.fixture(scope="module")
def store() -> MemoryStore:
    """A store with minutes, and with 30 seconds and 30 bars of five minutes from the same start."""
    return MemoryStore(
        pl.concat(
            [build_crash_candles(), *(convert_bar_length(build_fall(), bar) for bar in (Timeframe.S1, Timeframe.M5))]
        )
    )


@pytest.fixture
def view() -> ViewState:
    """The first minute of ATOM's crash, in seconds."""
    default = build_default_view(CATALOGUE)
    return replace(default, start=START, end=START + timedelta(minutes=1), timeframe=Timeframe.S1)


def measure_view(store: MemoryStore, view: ViewState) -> Measurement:
    """The measurement of a view."""
    measurement = Measurements(store, CATALOGUE).measure_view(view).measurement
    assert measurement is not None
    return measurement


def test_a_view_in_seconds_is_measured_in_seconds(store: MemoryStore, view: ViewState) -> None:
    """Bars of a second count as parts of a minute, and their times are given to the second."""
    measurement = measure_view(store, view)
    assert (measurement.question.timeframe, measurement.axis.size) == (Timeframe.S1, 60)
    row = measurement.focus_row
    assert row is not None
    assert row.own_summary.below.minutes == 5 / 60
    assert format_bar_time(measurement, row.low.at if row.low else None, Zone.UTC) == "21:10:10"
    assert write_measured(measurement).startswith("One-second closing prices compared with")


def test_charts_go_by_the_length_of_bars(store: MemoryStore, view: ViewState) -> None:
    """Lines have a point per second, wicks are at their second, the axis ends with the window, ticks have seconds."""
    measurement = measure_view(store, view)
    figure = go.Figure(build_explorer_figure(Scene(measurement, CATALOGUE)))
    lines = {trace.name: trace for trace in figure.data}
    assert (lines["Binance"].x0, lines["Binance"].dx) == ("2025-10-10 21:10:00", 1000)
    assert lines["Binance"].y[10] == pytest.approx(2.4)
    wick = lines["Binance low to high"]
    lowest = int(np.nanargmin(wick.y))
    assert wick.x[lowest] == (START + timedelta(seconds=10)).timestamp() * 1000
    assert list(figure.layout.xaxis3.range) == ["2025-10-10 21:10:00", "2025-10-10 21:11:00"]
    assert figure.layout.xaxis3.ticktext[:3] == ("21:10:00", "21:10:10", "21:10:20")


def test_the_picture_goes_by_the_length_of_bars(store: MemoryStore, view: ViewState) -> None:
    """Ticks, counts and texts of the picture are those of seconds, and its file name has the timeframe."""
    measurement = measure_view(store, view)
    text = collect_annotation_text(build_comparison_sheet(measurement, CATALOGUE))
    assert "One-second prices" in text or "1-second prices" in text
    assert "21:10:30" in text
    assert "Bars of 1s." in text
    assert build_file_name(measurement) == "plumbline_ATOM_binance_2025-10-10T2110Z-2111Z_1s_comparison.png"
    counts = dict(count_states(Scene(measurement, CATALOGUE)))
    assert counts == {State.VOTING: 0.5, State.MISSING: 0.5}


@pytest.mark.parametrize(("bar", "minutes"), [(Timeframe.S1, 1.0), (Timeframe.M5, 150.0)])
def test_panels_side_by_side_are_as_long_as_their_window(
    store: MemoryStore, view: ViewState, bar: Timeframe, minutes: float
) -> None:
    """Ticks and minutes since the start go by the window's time, not by the number of its bars."""
    measurement = measure_view(store, replace(view, timeframe=bar, end=START + timedelta(minutes=minutes)))
    scene = Scene(measurement, CATALOGUE)
    axis = build_panel_figure(scene, build_common_scale([scene]), Zone.UTC).layout.xaxis
    last_tick = datetime.fromisoformat(axis.tickvals[-1]).replace(tzinfo=UTC)
    assert START + timedelta(minutes=minutes / 2) <= last_tick <= START + timedelta(minutes=minutes)
    trace = {"x": compute_epoch_ms(measurement, np.array([0.0, 10.0]))}
    assert shift_to_start(measurement, trace)["x"].tolist() == [0.0, 10 * bar.seconds / 60]


def test_five_minutes_round_the_window(store: MemoryStore, view: ViewState) -> None:
    """With five-minute bars a window is rounded to whole bars, and a notice names the result."""
    rough_view = replace(
        view, timeframe=Timeframe.M5, start=START + timedelta(minutes=3), end=START + timedelta(minutes=44)
    )
    result = Measurements(store, CATALOGUE).measure_view(rough_view)
    assert result.measurement is not None
    assert result.measurement.axis.size == 8
    texts = [notice.text for notice in list_notices(result)]
    assert "Measured in whole bars of five minutes: 10 Oct 2025, 21:10 to 21:50 UTC." in texts
    lines = {trace.name: trace for trace in go.Figure(build_explorer_figure(Scene(result.measurement, CATALOGUE))).data}
    assert lines["Binance"].dx == 300_000


def test_missing_candles_of_seconds_show_the_command(view: ViewState) -> None:
    """A view in seconds without candles shows the command that collects them, and offers minutes."""
    measurements = Measurements(MemoryStore(), CATALOGUE)
    assert "No candle of a second of ATOM in the store" in describe_origin(measurements.measure_view(view))
    query = {"bar": "1s", "window": "crash"}
    values = Router(PageContext(measurements, RecordedActions())).apply([], query, "explorer")
    text = collect_text(to_plain_data(values["second", "children"]))
    assert "plumbline collect --timeframe 1s --assets ATOM --from 2025-10-10T21:10Z --to 2025-10-10T21:40Z" in text
    assert "Show minutes" in text


def test_a_window_without_a_whole_bar(store: MemoryStore, view: ViewState) -> None:
    """If rounding leaves no whole bar, the page says so."""
    short_view = replace(
        view, timeframe=Timeframe.M5, start=START + timedelta(minutes=1), end=START + timedelta(minutes=3)
    )
    measurements = Measurements(store, CATALOGUE)
    assert measurements.measure_view(short_view).measurement is None
    values = Router(PageContext(measurements, RecordedActions())).apply([], short_view.to_query(CATALOGUE), "explorer")
    assert "No whole bar of five minutes" in collect_text(to_plain_data(values["second", "children"]))


def test_ticks_of_seconds_need_bars_of_seconds() -> None:
    """A short window has ticks between minutes only with bars shorter than a minute."""
    end = START + timedelta(minutes=2)
    assert build_ticks(START, end, Zone.UTC, 8).labels == ("21:10", "21:11", "21:12")
    fine_ticks = build_ticks(START, end, Zone.UTC, 8, timedelta(seconds=1))
    assert fine_ticks.labels[:2] == ("21:10:00", "21:10:15")


def test_ticks_at_midnight_name_days() -> None:
    """Ticks over a month are days; in a zone in which they are not at midnight they include the time."""
    end = START + timedelta(days=30)
    assert build_ticks(START, end, Zone.UTC, 8).labels[:2] == ("14 Oct", "19 Oct")
    assert build_ticks(START, end, Zone.UTC8, 8).labels[0] == "14 Oct 08:00"


@pytest.mark.parametrize("bar", Timeframe)
def test_the_headline_of_a_calm_window(bar: Timeframe) -> None:
    """A calm window reads alike whatever the length of its bars."""
    candles = pl.concat([build_market_candles(venue, "ATOM/USDT", 4) for venue in USDT_VENUES])
    view = replace(
        build_default_view(CATALOGUE), start=START, end=START + 30 * timedelta(seconds=bar.seconds), timeframe=bar
    )
    headline_lines = write_headline(measure_view(MemoryStore(convert_bar_length(candles, bar)), view))
    assert headline_lines == ("ATOM/USDT on Binance stayed within 2% of other USDT exchanges' closing prices.",)


def test_reasons_name_parts_of_minutes(view: ViewState) -> None:
    """The reason for no rank gives minutes with two decimals at most."""
    candles = pl.concat([build_market_candles(venue, "ATOM/USDT", 4) for venue in USDT_VENUES])
    measurement = measure_view(
        MemoryStore(convert_bar_length(candles, Timeframe.S1)), replace(view, end=START + timedelta(seconds=70))
    )
    verdicts = {rank[Side.BELOW].largest for rank in measurement.ranks.values()}
    assert {verdict.why for verdict in verdicts} == {"comparable in 0.5 of 1.17 minutes"}


PAGE_NAMES = ("overview", "explorer", "lows", "sequence", "index-rules", "compare", "method")


@pytest.mark.parametrize("bar", [Timeframe.S1, Timeframe.M5])
@pytest.mark.parametrize("name", PAGE_NAMES)
def test_no_page_calls_another_bar_a_minute(store: MemoryStore, view: ViewState, bar: Timeframe, name: str) -> None:
    """No page calls a bar of another timeframe a minute; minutes are durations only."""
    shown_view = replace(view, timeframe=bar, end=START + timedelta(minutes=30))
    context = PageContext(Measurements(store, CATALOGUE), RecordedActions())
    values = Router(context).open(f"/{name}", f"?{urlencode(shown_view.to_query(CATALOGUE))}")
    text = collect_text(to_plain_data([values["content", "children"], values.get(("headline", "children"), "")]))
    for fact in MINUTE_FACTS:
        text = text.replace(fact, "")
    assert not MINUTE_WORDING.findall(text.casefold())
    if name != "overview":
        assert bar.noun in text


MINUTE_FACTS = (
    "trades a minute",
    "of a minute",
    "not printed in the same minute (Coinbase",
    "the two minute by minute",
    "Exchanges with the same minute tie",
)
"""Phrases of the method page that speak of minutes whatever the timeframe."""

MINUTE_WORDING = re.compile(
    r"(?:same|whatever|(?<!half )a|each|any|that|another|calm) minute\b(?! before)|minute by minute|[^-]minute close"
)
"""Phrases that call a bar a minute."""
