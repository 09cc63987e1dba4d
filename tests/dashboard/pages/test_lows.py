"""The page of lows: its rows, its histograms, and that all of its values follow the view."""

import math
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dashboard.charts.gaps.figure import (
    Bin,
    build_gaps_figure,
    build_gaps_table,
    count_bins,
    list_bin_labels,
    measure_gaps,
)
from dashboard.pages.base import PageContext
from dashboard.pages.lows import page as lows
from dashboard.service.measurements import Measurements
from dashboard.shell.router import Router
from dashboard.state.view import Theme, ViewState, build_default_view
from dashboard.tables.lows_grid import build_columns
from dashboard.tables.lows_rows import FILE_FIELDS, build_grid_rows
from dashboard.text.clock import Zone
from data.catalogue import load_catalogue
from data.schema import CANDLE, LOW_TRADE, Timeframe, build_empty_frame
from deviation.measurement import Measurement
from deviation.report.json_output import build_lows_json
from tests.dashboard.component_data import collect_text, to_plain_data
from tests.dashboard.memory_store import MemoryStore, RecordedActions

CATALOGUE = load_catalogue()
WINDOW = CATALOGUE.get_event("2025-10-10").get_window("crash")
VIEW = replace(build_default_view(CATALOGUE), start=WINDOW.start, end=WINDOW.end)


@pytest.fixture(scope="module")
def context() -> PageContext:
    """The context over candles made by hand."""
    return PageContext(Measurements(MemoryStore(), CATALOGUE), RecordedActions())


@pytest.fixture(scope="module")
def measurements(context: PageContext) -> tuple[Measurement, ...]:
    """ATOM, WBETH and DOGE in the crash window."""
    return context.measurements.list_measurements(VIEW)


def build_rows(measurements: tuple[Measurement, ...], focus: str = "binance") -> dict[tuple[str, str], dict[str, Any]]:
    """The rows by asset and venue."""
    return {(row["asset"], row["venue"]): row for row in build_grid_rows(measurements, CATALOGUE, focus, Zone.UTC)}


def test_a_row_of_the_one_that_fell(measurements: tuple[Measurement, ...]) -> None:
    """Binance's ATOM closed at 2.4 for five of 30 minutes, others at 3.6; it printed 0.001 when others fell from 4."""
    row = build_rows(measurements)["ATOM", "binance"]
    assert (row["low"], row["low_at"], row["low_at_text"]) == (0.001, "2025-10-10T21:20:00Z", "21:20")
    assert (row["group"], row["symbol"], row["focus"], row["firm_min"]) == ("usdt", "ATOM/USDT", True, 30)
    for field, expected in {
        "gap_to_second": 0.001 / 3.6 - 1,
        "gap_depth": 2.4 / 3.6 - 1,
        "wick_shallow": 0.001 / 3.6 - 1,
        "wick_deep": 0.001 / 4 - 1,
        "threshold_share.20": 5 / 30,
    }.items():
        assert math.isclose(row[field], expected, rel_tol=1e-12), field
    assert (row["threshold_min.20"], row["threshold_min.50"], row["threshold_share.50"]) == (5, 0, 0)


def test_rows_of_others(measurements: tuple[Measurement, ...]) -> None:
    """Every spot market with a trade has a row; values that are not defined are null."""
    rows_by_market = build_rows(measurements)
    assert len(rows_by_market) == 9 + 1 + 2
    assert rows_by_market["ATOM", "okx"]["gap_to_second"] == pytest.approx(3599)
    assert rows_by_market["WBETH", "binance"]["gap_to_second"] is None
    doge = rows_by_market["DOGE", "gemini"]
    assert (doge["firm_min"], doge["gap_depth"], doge["threshold_share.1"]) == (0, None, None)


def test_the_focus_is_the_view_s(measurements: tuple[Measurement, ...]) -> None:
    """Rows of the requested focus are marked, also if an asset's measurement has another focus."""
    focus_keys = [key for key, row in build_rows(measurements).items() if row["focus"]]
    assert focus_keys == [("ATOM", "binance"), ("WBETH", "binance")]


def test_a_file_has_the_fields_of_the_command_line(measurements: tuple[Measurement, ...]) -> None:
    """The fields of the file are those of the JSON, and every one is a column of the grid."""
    grid_columns = [leaf for group in build_columns(Timeframe.M1) for leaf in group.get("children", [group])]
    assert {*FILE_FIELDS} == {column["field"] for column in grid_columns}
    asset = build_lows_json(measurements, build_empty_frame(LOW_TRADE))["assets"][0]
    venue = asset["venues"][0]
    known_fields = {*asset, *venue, *asset["aligned"]["usdt"], *venue["against"]["usdt"], "gap_at", "threshold_share"}
    assert {field.split(".")[0] for field in FILE_FIELDS} <= known_fields
    assert all(field in row for row in build_rows(measurements).values() for field in FILE_FIELDS)


def test_numbers_are_written_by_the_grid_alone() -> None:
    """No column formats the values of the file; names of columns are links to definitions."""
    number_columns = [
        leaf
        for group in build_columns(Timeframe.M1)
        for leaf in group.get("children", [])
        if leaf.get("type") == "rightAligned"
    ]
    assert all("headerComponentParams" in column for column in number_columns)
    assert build_columns(Timeframe.M1)[0]["pinned"] == "left"


def test_gaps_in_bins(measurements: tuple[Measurement, ...]) -> None:
    """Unaligned, Binance lies 99.97 % below the next and Gemini's DOGE 10 %; aligned, 33 % and half of fair value."""
    event_gaps = measure_gaps(measurements, "binance")
    unaligned = {bin_.label: bin_ for bin_ in count_bins(event_gaps.unaligned) if bin_.count}
    names = list_bin_labels()
    assert unaligned == {
        names[0]: Bin(names[0], 1, 1, ("ATOM",)),
        names[2]: Bin(names[2], 1, 0, ()),
        names[9]: Bin(names[9], 1, 0, ()),
        names[11]: Bin(names[11], 8, 0, ()),
    }
    aligned = {bin_.label: bin_ for bin_ in count_bins(event_gaps.aligned) if bin_.count}
    assert aligned == {
        names[0]: Bin(names[0], 1, 1, ("WBETH",)),
        names[1]: Bin(names[1], 1, 1, ("ATOM",)),
        names[5]: Bin(names[5], 8, 0, ()),
    }


def test_the_histograms_draw_the_bins(measurements: tuple[Measurement, ...]) -> None:
    """Each bin has two stacked bars, the focus venue's and the others', and the table has the same numbers."""
    event_gaps = measure_gaps(measurements, "binance")
    figure = build_gaps_figure(event_gaps, CATALOGUE, "binance", Theme.DARK, Timeframe.M1)
    focus_lows, other_lows, focus_closes, other_closes = figure.data
    assert (sum(focus_lows.y), sum(other_lows.y), sum(focus_closes.y), sum(other_closes.y)) == (1, 10, 2, 8)
    assert figure.layout.xaxis2.matches == "x"
    table = collect_text(to_plain_data(build_gaps_table(event_gaps, "Binance", Timeframe.M1)))
    assert "above +50 % 8" in table
    assert "ATOM" in table


def test_no_gaps() -> None:
    """Without candles the axes are empty with a note, and only the lower one has tick labels."""
    figure = build_gaps_figure(measure_gaps((), "binance"), CATALOGUE, "binance", Theme.LIGHT, Timeframe.M1)
    assert sum(sum(trace.y) for trace in figure.data) == 0
    assert [note.text for note in figure.layout.annotations].count("no gap: too few exchanges traded") == 2
    assert (figure.layout.xaxis.showticklabels, figure.layout.xaxis2.showticklabels) == (False, True)


@pytest.mark.parametrize(
    "view",
    [VIEW, replace(VIEW, asset="DOGE", zone=Zone.UTC8, theme=Theme.DARK)],
    ids=["plain", "changed"],
)
def test_a_change_holds_every_value(context: PageContext, view: ViewState) -> None:
    """Opened by a link, the page has the values that a change would send."""
    (layout,) = lows.build_content(context, view)
    for (name, prop), value in lows.build_updates(context, view).items():
        assert to_plain_data(getattr(layout[name], prop)) == to_plain_data(value), (name, prop)


def test_the_warning_is_in_plain_sight(context: PageContext) -> None:
    """The warning about lows of a day stands above the tables, and assets without candles are listed."""
    values = lows.build_updates(context, VIEW)
    assert "not printed in the same minute" in collect_text(to_plain_data(values["lows-note", "children"]))
    assert values["lows-none", "children"] == "Without candles here: BNSOL and XRP."
    assert values["lows-file", "data"] == "plumbline-lows-2025-10-10-crash.csv"


def test_without_candles() -> None:
    """Without candles the page says so, and hides tables and charts."""
    values = lows.build_updates(
        PageContext(Measurements(MemoryStore(build_empty_frame(CANDLE)), CATALOGUE), RecordedActions()), VIEW
    )
    assert values["lows-none", "children"] == "No candle of this event's assets in this window: no lows."
    assert values["lows-grid", "rowData"] == []
    assert values["lows-parts", "hidden"]


def test_the_own_asset_has_no_candle(context: PageContext) -> None:
    """If the view's asset has no candle, it is listed, and the event's other assets are shown."""
    values = lows.build_updates(context, replace(VIEW, asset="USDE"))
    assert {row["asset"] for row in values["lows-grid", "rowData"]} == {"ATOM", "WBETH", "DOGE"}
    assert not values["lows-parts", "hidden"]
    assert values["lows-none", "children"] == "Without candles here: BNSOL, XRP and USDE."


def test_the_notices_speak_of_every_asset(context: PageContext) -> None:
    """Notices name the missing focus of each asset on the page, not of the view's asset alone."""
    values = Router(context).open("/lows", "?window=crash&focus=okx")
    text = collect_text(to_plain_data(values["notices", "children"]))
    assert "OKX has no candle of WBETH and DOGE in this window; Binance (WBETH) and Coinbase (DOGE) are shown." in text


def test_times_with_a_day_have_room(context: PageContext) -> None:
    """In a window of two days times have a date, and their column is wider."""
    long_view = replace(VIEW, start=VIEW.start - timedelta(days=1))
    widths = []
    for view in (VIEW, long_view):
        values = lows.build_updates(context, view)
        (time_column,) = [
            leaf
            for group in values["lows-grid", "columnDefs"]
            for leaf in group.get("children", [group])
            if leaf["field"] == "low_at"
        ]
        widths.append((time_column["width"], " " in values["lows-grid", "rowData"][0]["low_at_text"]))
    assert widths == [(100, False), (136, True)]
