"""The page of lows: its rows, its histograms, and that all of its values follow the view."""

import math
from dataclasses import replace
from datetime import timedelta
from typing import Any

import polars as pl
import pytest

from dashboard.charts.gaps.figure import build_gaps_figure, build_gaps_table
from dashboard.charts.gaps.gaps import Bin, count_bins, list_bin_labels, measure_gaps
from dashboard.pages.base import PageContext
from dashboard.pages.lows import page as lows
from dashboard.service.measurements import Measurements
from dashboard.state.view import Theme, ViewState, build_default_view
from dashboard.tables.lows import build_lows_rows
from dashboard.tables.lows_grid import build_columns
from dashboard.tables.lows_rows import FILE_FIELDS, build_grid_rows
from dashboard.text.clock import Zone
from data.catalogue import load_catalogue
from data.schema import CANDLE, Timeframe, build_empty_frame
from deviation.measurement import Measurement
from deviation.side import Side
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


def build_rows(measurements: tuple[Measurement, ...]) -> dict[tuple[str, str, str], dict[str, Any]]:
    """The rows by asset, venue and group."""
    rows = build_grid_rows(measurements, CATALOGUE, Zone.UTC)
    return {(row["asset"], row["venue"], row["group"]): row for row in rows}


def list_leaves(side: Side = Side.BELOW) -> list[dict[str, Any]]:
    """The columns of the grid, those of groups one by one."""
    return [leaf for group in build_columns(Timeframe.M1, side) for leaf in group.get("children", [group])]


def test_a_row_of_the_one_that_fell(measurements: tuple[Measurement, ...]) -> None:
    """Binance closed at 2.4 for five of 30 minutes, others at 3.6; it traded at 0.001 when others fell from 4."""
    row = build_rows(measurements)["ATOM", "binance", "usdt"]
    assert (row["low"], row["low_at"], row["low_at_text"]) == (0.001, "2025-10-10T21:20:00Z", "21:20")
    assert (row["symbol"], row["against"], row["focus"], row["firm_min"]) == ("ATOM/USDT", "usdt", True, 30)
    for field, expected in {
        "low_volume": 1000 * 2.4,
        "low_gap_to_second": 0.001 / 3.6 - 1,
        "low_next": 2.4 / 3.6 - 1,
        "low_least": 0.001 / 3.6 - 1,
        "low_most": 0.001 / 4 - 1,
        "below_share_20": 5 / 30,
        "high": 4,
        "high_gap_to_second": 0,
        "high_next": 0,
    }.items():
        assert math.isclose(row[field], expected, rel_tol=1e-12, abs_tol=1e-12), field
    assert (row["below_min_20"], row["below_min_50"], row["below_share_50"], row["above_min_1"]) == (5, 0, 0, 0)
    assert (row["high_at"], row["low_round"]) == ("2025-10-10T21:10:00Z", False)
    # The window's first minute: no price before it is known, so nothing bounds where the others stood.
    assert (row["high_least"], row["high_most"]) == (None, None)


def test_rows_of_others(measurements: tuple[Measurement, ...]) -> None:
    """Every spot market with a trade has a row; a gap has only the lowest of a quote, others would be multiples."""
    rows_by_market = build_rows(measurements)
    assert len(rows_by_market) == 5 + 4 + 1 + 1 + 1 + 2  # ATOM in USDT, USD, EUR and USDC; WBETH; DOGE
    assert rows_by_market["ATOM", "okx", "usdt"]["low_gap_to_second"] is None
    assert rows_by_market["ATOM", "okx", "usdt"]["low_next"] == 0
    assert rows_by_market["ATOM", "binance", "usdc"]["low_gap_to_second"] is None
    assert rows_by_market["ATOM", "kraken", "eur"]["low"] == 3.6
    assert rows_by_market["WBETH", "binance", "usdt"]["low_gap_to_second"] is None
    doge = rows_by_market["DOGE", "gemini", "usd"]
    assert (doge["firm_min"], doge["below_share_1"]) == (0, None)
    assert math.isclose(doge["low_next"], -0.1)
    coinbase = rows_by_market["DOGE", "coinbaseexchange", "usd"]
    assert (coinbase["low_round"], coinbase["low_gap_to_second"]) == (False, None)


def test_a_round_price_is_marked() -> None:
    """A price of two digits fewer than the most precise one of its market is a round number."""
    candles = MemoryStore().frame.filter(pl.col("symbol") == "WBETH/USDT", pl.col("open_time") >= WINDOW.start)
    cents = candles.with_columns(low=pl.when(pl.col("low") == 430.65).then(430.0).otherwise(4199.97))
    store = MemoryStore(pl.concat([MemoryStore().frame.filter(pl.col("symbol") != "WBETH/USDT"), cents]))
    measurements = Measurements(store, CATALOGUE).list_measurements(VIEW)
    assert build_rows(measurements)["WBETH", "binance", "usdt"]["low_round"] is True
    (row,) = [row for row in build_lows_rows(measurements, CATALOGUE, Zone.UTC, Side.BELOW) if row.asset == "WBETH"]
    assert (row.focus.text, row.focus.detail) == ("430", "21:20, round number")


def test_the_focus_is_the_view_s(context: PageContext) -> None:
    """Rows of the requested focus are marked, on every asset and in every quote."""
    for focus, expected in (
        ("binance", [("ATOM", "usdt"), ("ATOM", "usdc"), ("WBETH", "usdt")]),
        ("gate", [("ATOM", "usdt")]),
    ):
        rows = build_rows(context.measurements.list_measurements(replace(VIEW, focus=focus)))
        assert [(asset, group) for (asset, _, group), row in rows.items() if row["focus"]] == expected


def test_the_table_by_asset_and_quote(measurements: tuple[Measurement, ...]) -> None:
    """Lowest and second lowest of each quote, the focus's gap, what it traded then, and the same minute."""
    rows = {(row.asset, row.group): row for row in build_lows_rows(measurements, CATALOGUE, Zone.UTC, Side.BELOW)}
    assert list(rows) == [
        ("ATOM", "USDT"),
        ("ATOM", "USD"),
        ("ATOM", "EUR"),
        ("ATOM", "USDC"),
        ("WBETH", "USDT"),
        ("DOGE", "USD"),
    ]
    usdt = rows["ATOM", "USDT"]
    assert (usdt.focus.text, usdt.focus.detail, usdt.volume) == ("0.001", "21:20", "2,400 USDT")
    assert (usdt.first.text, usdt.first.detail) == ("0.001", "Binance, 21:20")
    assert (usdt.second.text, usdt.second.detail) == ("3.6", "Bitget, 21:20")
    assert (usdt.gap_to_second, usdt.next, usdt.bounds) == ("\N{MINUS SIGN}99.9%", "\N{MINUS SIGN}33%", usdt.bounds)
    assert usdt.bounds == "\N{MINUS SIGN}99.9%"
    assert usdt.usdt_usd_gap == "\N{MINUS SIGN}99.9%"  # 0.001 against 4, one USDT taken as a dollar
    usd = rows["ATOM", "USD"]
    assert (usd.focus.text, usd.gap_to_second, usd.usdt_usd_gap) == ("\N{EN DASH}", "\N{EN DASH}", "\N{EN DASH}")
    highs = build_lows_rows(measurements, CATALOGUE, Zone.UTC, Side.ABOVE)
    assert (highs[0].focus.text, highs[0].gap_to_second, highs[0].next) == ("4", "0.0%", "0.0%")


def test_a_file_has_both_sides() -> None:
    """The fields of the file are columns of the grid, whichever side it shows."""
    for side in Side:
        assert {*FILE_FIELDS} <= {column["field"] for column in list_leaves(side)}
    shown = {column["field"] for column in list_leaves(Side.ABOVE) if not column.get("hide")}
    assert {"high", "high_at", "high_round", "high_gap_to_second", "above_share_50"} <= shown
    assert not any(field.startswith(("low", "below")) for field in shown)


def test_the_file_s_fields_are_in_every_row(measurements: tuple[Measurement, ...]) -> None:
    """No field of the file is absent from a row."""
    assert all(field in row for row in build_rows(measurements).values() for field in FILE_FIELDS)


def test_numbers_are_written_by_the_grid_alone() -> None:
    """No column formats the values of the file; names of columns are links to definitions."""
    number_columns = [leaf for leaf in list_leaves() if leaf.get("type") == "rightAligned"]
    assert len(number_columns) == 1 + 1 + 1 + 3 + 1 + 6
    assert all("headerComponentParams" in column for column in number_columns)
    assert build_columns(Timeframe.M1)[0]["pinned"] == "left"


def test_gaps_in_bins(measurements: tuple[Measurement, ...]) -> None:
    """At any time Binance lies 99.97% below the next, Gemini's DOGE 10%, and the four USD exchanges are equal."""
    event_gaps = measure_gaps(measurements)
    unaligned = {bin_.label: bin_ for bin_ in count_bins(event_gaps.unaligned) if bin_.count}
    assert list_bin_labels() == ("under 1%", "1-2%", "2-5%", "5-10%", "10-20%", "20-50%", "50% or more")
    assert unaligned == {
        "under 1%": Bin("under 1%", 4, 0, ()),
        "10-20%": Bin("10-20%", 1, 0, ()),
        "50% or more": Bin("50% or more", 1, 1, ("ATOM",)),
    }
    aligned = {bin_.label: bin_ for bin_ in count_bins(event_gaps.aligned) if bin_.count}
    assert aligned == {
        "20-50%": Bin("20-50%", 1, 1, ("ATOM",)),  # 2.4 against 3.6
        "50% or more": Bin("50% or more", 1, 1, ("WBETH",)),  # half of its fair value
    }


def test_gaps_of_highs(measurements: tuple[Measurement, ...]) -> None:
    """All highs of a quote are equal here, and no close was above all others."""
    event_gaps = measure_gaps(measurements, Side.ABOVE)
    assert [bin_.count for bin_ in count_bins(event_gaps.unaligned)] == [5 + 4 + 2, 0, 0, 0, 0, 0, 0]
    assert event_gaps.aligned == ()


def test_the_histograms_draw_the_bins(measurements: tuple[Measurement, ...]) -> None:
    """Each bin has two stacked bars, the focus venue's and the others', and the table has the same numbers."""
    event_gaps = measure_gaps(measurements)
    figure = build_gaps_figure(event_gaps, CATALOGUE, "binance", Theme.DARK, Timeframe.M1)
    focus_lows, other_lows, focus_closes, other_closes = figure.data
    assert (sum(focus_lows.y), sum(other_lows.y), sum(focus_closes.y), sum(other_closes.y)) == (1, 5, 2, 0)
    assert figure.layout.xaxis2.matches == "x"
    table = collect_text(to_plain_data(build_gaps_table(event_gaps, "Binance", Timeframe.M1)))
    assert "50% or more 1 ATOM 1 WBETH" in table


def test_no_gaps() -> None:
    """Without candles the axes are empty with a note, and only the lower one has tick labels."""
    figure = build_gaps_figure(measure_gaps(()), CATALOGUE, "binance", Theme.LIGHT, Timeframe.M1)
    assert sum(sum(trace.y) for trace in figure.data) == 0
    texts = [note.text for note in figure.layout.annotations]
    assert texts.count("no gap: prices from too few exchanges are loaded") == 2
    assert (figure.layout.xaxis.showticklabels, figure.layout.xaxis2.showticklabels) == (False, True)


@pytest.mark.parametrize(
    "view",
    [VIEW, replace(VIEW, asset="DOGE", zone=Zone.UTC8, theme=Theme.DARK, side=Side.ABOVE)],
    ids=["plain", "changed"],
)
def test_a_change_holds_every_value(context: PageContext, view: ViewState) -> None:
    """Opened by a link, the page has the values that a change would send."""
    (layout,) = lows.build_content(context, view)
    for (name, prop), value in lows.build_updates(context, view).items():
        assert to_plain_data(getattr(layout[name], prop)) == to_plain_data(value), (name, prop)


def test_the_warning_is_in_plain_sight(context: PageContext) -> None:
    """The warning about lows of a window stands above the tables, and assets without candles are listed."""
    values = lows.build_updates(context, VIEW)
    assert "did not happen in the same minute" in collect_text(to_plain_data(values["lows-note", "children"]))
    assert values["lows-none", "children"] == "No prices are loaded for this window: BNSOL and XRP."


def test_the_grid_s_file_names_the_choices(context: PageContext) -> None:
    """The file that the browser writes names the window, and what was chosen by hand."""
    name = "plumbline_all_binance_2025-10-10T2110Z-2140Z_table"
    assert lows.build_updates(context, VIEW)["lows-file", "data"] == f"{name}.csv"
    chosen_view = replace(VIEW, excluded=frozenset({"okx"}), enter_pct=5.0)
    assert lows.build_updates(context, chosen_view)["lows-file", "data"] == f"{name}_excl-okx_thr-5pct.csv"


def test_a_switch_shows_highs(context: PageContext) -> None:
    """The switch links to the other side with the same view, and words and columns follow it."""
    high_view = replace(VIEW, side=Side.ABOVE)
    values = lows.build_updates(context, high_view)
    low_link, high_link = to_plain_data(values["lows-sides", "children"])
    assert low_link["props"]["href"] == "/lows?window=crash"
    assert high_link["props"]["href"] == "/lows?window=crash&side=above"
    assert "aria-current" in high_link["props"]
    assert "aria-current" not in low_link["props"]
    assert values["lows-title", "children"] == "Highest trades, and same-minute comparison"
    text = collect_text(to_plain_data(values["lows-summary", "children"]))
    assert "Second highest" in text
    assert "owest" not in text


def test_without_candles() -> None:
    """Without candles the page says so, and hides tables and charts."""
    values = lows.build_updates(
        PageContext(Measurements(MemoryStore(build_empty_frame(CANDLE)), CATALOGUE), RecordedActions()), VIEW
    )
    assert values["lows-none", "children"] == "No prices of this event's assets are loaded for this window."
    assert values["lows-grid", "rowData"] == []
    assert values["lows-parts", "hidden"]


def test_the_own_asset_has_no_candle(context: PageContext) -> None:
    """If the view's asset has no candle, it is listed, and the event's other assets are shown."""
    values = lows.build_updates(context, replace(VIEW, asset="USDE"))
    assert {row["asset"] for row in values["lows-grid", "rowData"]} == {"ATOM", "WBETH", "DOGE"}
    assert not values["lows-parts", "hidden"]
    assert values["lows-none", "children"] == "No prices are loaded for this window: BNSOL, XRP and USDE."


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
