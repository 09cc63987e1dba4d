"""The History page: its finding, chart, marks and table; and what it says without a stored history."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import polars as pl
import pytest

from dashboard.charts.history.days import HistoryDay, select_days
from dashboard.charts.market.scale import compute_position
from dashboard.pages.base import PageContext
from dashboard.pages.history import page as history
from dashboard.pages.history.grid import GRID_ID, build_day_rows
from dashboard.service.measurements import Measurements
from dashboard.shell.router import Router
from dashboard.state.view import GapKind, ViewState, build_default_view
from dashboard.text.clock import Zone
from data.catalogue import load_catalogue
from data.tables.history import HISTORY_ROW
from data.tables.scans import Universe
from deviation.side import Side
from tests.dashboard.component_data import collect_text, list_parts, to_plain_data
from tests.dashboard.memory_store import MemoryStore, RecordedActions

CATALOGUE = load_catalogue()
VIEW = build_default_view(CATALOGUE)

Sizes = Mapping[date, Mapping[str, tuple[int, float, float]]]
"""By day and exchange: on how many of 100 assets it was lowest, the 99th percentile of gaps and the largest."""

DAYS: Sizes = {
    date(2025, 10, 9): {"binance": (10, -0.01, -0.03), "okx": (5, -0.02, -0.04), "gate": (20, 0.0, 0.0)},
    date(2025, 10, 10): {"binance": (60, -0.3, -0.99), "okx": (1, -0.01, -0.02), "gate": (2, -0.04, -0.5)},
    date(2025, 10, 11): {"binance": (30, -0.05, -0.08), "okx": (15, -0.01, -0.02)},
}


def build_history(days: Sizes = DAYS) -> pl.DataFrame:
    """The history of these days below; above nothing differed, and closes of one minute lay a tenth as far apart."""
    common = {"group": "usdt", "assets": 100, "tied": 0, "even_share": 33.0, "reach_mean": -0.1, "reach_80": 0}
    made = {"focus": "binance", "asset_count": 100, "made_at": datetime(2025, 12, 1, tzinfo=UTC), "version": "0.1.0"}
    basis = {"universe": Universe.LISTED.value, "choices": "{}"}
    rows = [
        {
            **common,
            **made,
            **basis,
            "day": day,
            "venue": venue,
            "side": side.value,
            "first": first * (side is Side.BELOW),
            "gap_99": gap * (side is Side.BELOW),
            "gap_most": most * (side is Side.BELOW),
            "gap_most_asset": "IOTX" if most and side is Side.BELOW else None,
            "aligned_n": 100,
            "aligned_99": gap / 10 * (side is Side.BELOW),
            "aligned_most": most / 10 * (side is Side.BELOW),
            "aligned_most_asset": "ATOM",
        }
        for day, venues in days.items()
        for venue, (first, gap, most) in venues.items()
        for side in Side
    ]
    return pl.DataFrame(rows, schema=HISTORY_ROW)


@pytest.fixture(scope="module")
def context() -> PageContext:
    """The services over a store with the history."""
    return PageContext(Measurements(MemoryStore(history_rows=build_history()), CATALOGUE), RecordedActions())


def read_content(context: PageContext, **changes: object) -> list[Any]:
    """The page as plain data."""
    view: ViewState = replace(VIEW, **changes)  # type: ignore[arg-type]
    content: list[Any] = to_plain_data(history.build_content(context, view))
    return content


def test_days_have_the_range_of_the_others() -> None:
    """Sizes have no sign; the other exchanges' least and most stand beside them."""
    first, second, third = select_days(build_history(), VIEW)
    assert first == HistoryDay(date(2025, 10, 9), 100, 0.1, 0.01, 0.03, "IOTX", (0.05, 0.2), (0.0, 0.02))
    assert (second.share, second.gap_most, second.other_gaps) == (0.6, 0.99, (0.01, 0.04))
    assert third.other_shares == (0.15, 0.15)
    assert select_days(build_history(), replace(VIEW, gap=GapKind.ALIGNED))[1].gap_most == pytest.approx(0.099)


def test_the_finding_counts_days_within_five_per_cent(context: PageContext) -> None:
    """At 5% counts as within; the day of the largest gap is named beside the median day."""
    text = collect_text(read_content(context))
    assert "On 2 of 3 days, 99% of Binance's lows were at most 5% below all others" in text
    assert "Furthest on 10 Oct 2025: IOTX, 99% below all others." in text
    assert "the lowest trade on 60% of assets, on the median day on 30%." in text
    aligned = collect_text(read_content(context, gap=GapKind.ALIGNED))
    assert "On 3 of 3 days, 99% of Binance's closes were at most 5% below all others" in aligned


def test_the_page_says_whose_lists_of_coins_the_days_are_of(context: PageContext) -> None:
    """One for all days, or how many days are of each; of days of earlier versions none is known."""
    made = "the latest made on 1 Dec 2025, 00:00 UTC."
    assert f"Scans of 3 days; coins as the exchanges list them; {made}" in collect_text(read_content(context))
    is_last = pl.col("day") == date(2025, 10, 11)
    stored, unknown = pl.lit(Universe.STORED.value), pl.lit(None, pl.String)
    rows = build_history().with_columns(
        universe=pl.when(is_last).then(unknown).otherwise(stored),
        choices=pl.when(is_last).then(unknown).otherwise(pl.lit('{"venues": ["binance", "okx"]}')),
    )
    mixed = PageContext(Measurements(MemoryStore(history_rows=rows), CATALOGUE), RecordedActions())
    assert (
        "coins of those that the store held, on chosen exchanges on 2 days; of a list that is not on record on 1 day; "
    ) in collect_text(read_content(mixed))


def test_a_side_on_which_nothing_differed(context: PageContext) -> None:
    """No day is the furthest, and no table row is made up."""
    text = collect_text(read_content(context, side=Side.ABOVE))
    assert "On no day was Binance above all others." in text
    assert "IOTX" not in text


def test_the_chart_has_lines_bands_and_named_days(context: PageContext) -> None:
    """A band and the share, a band, the largest gaps and the percentile; the event of 10 October is number 1."""
    (graph,) = [part for part in list_parts(read_content(context)) if part["props"].get("id") == history.GRAPH_ID]
    figure = graph["props"]["figure"]
    assert {trace["type"] for trace in figure["data"]} == {"scatter"}
    _, share, _, most, gap = figure["data"]
    assert share["y"] == [10.0, 60.0, 30.0]
    assert most["y"] == [round(compute_position(size), 4) for size in (0.03, 0.99, 0.08)]
    assert gap["x"] == ["2025-10-09", "2025-10-10", "2025-10-11"]
    assert gap["customdata"][1] == "10 Oct 2025: Binance within 30% on 99% of assets"
    assert [(mark["text"], mark["x"]) for mark in figure["layout"]["annotations"][:1]] == [("1", "2025-10-10")]
    assert "1: 10-11 October 2025" in collect_text(read_content(context))


def test_days_lead_to_the_asset_of_their_largest_gap(context: PageContext) -> None:
    """The largest first, in a window of that UTC day, whichever clock the page has."""
    (grid,) = [part for part in list_parts(read_content(context)) if part["props"].get("id") == GRID_ID]
    rows = grid["props"]["rowData"]
    assert [row["day_text"] for row in rows] == ["10 Oct 2025", "11 Oct 2025", "9 Oct 2025"]
    assert rows[0] == {
        "day": "2025-10-10",
        "day_text": "10 Oct 2025",
        "gap_most": 0.99,
        "asset": "IOTX",
        "asset_href": "/explorer?asset=IOTX&from=2025-10-10T00%3A00%3A00Z&to=2025-10-11T00%3A00%3A00Z",
        "gap_99": 0.3,
        "share": 0.6,
        "assets": 100,
        "other_gap": 0.04,
        "other_gap_text": "1.0% to 4.0%",
        "other_share": 0.02,
        "other_share_text": "1.0% to 2.0%",
    }
    assert rows[2]["other_gap_text"] == "0 to 2.0%"
    assert rows[1]["other_share_text"] == "15%"
    (first, *_) = build_day_rows(select_days(build_history(), VIEW), replace(VIEW, zone=Zone.UTC8), CATALOGUE)
    assert "from=2025-10-10T00%3A00%3A00Z&to=2025-10-11T00%3A00%3A00Z" in first["asset_href"]


def test_a_day_without_a_gap_has_no_link() -> None:
    """It stays in the table, by its time."""
    rows = build_day_rows(select_days(build_history(), replace(VIEW, side=Side.ABOVE)), VIEW, CATALOGUE)
    assert [row["day"] for row in rows] == ["2025-10-09", "2025-10-10", "2025-10-11"]
    assert {(row["asset"], row["asset_href"], row["gap_most"]) for row in rows} == {(None, None, 0.0)}


def test_side_and_kind_of_gap_are_links(context: PageContext) -> None:
    """As on the page of the whole market; the menu has the picture and the rows of this view."""
    content = read_content(context, gap=GapKind.ALIGNED)
    links = {
        collect_text(part["props"]["children"]): part["props"]["href"]
        for part in list_parts(content)
        if part["type"] == "A" and "children" in part["props"]
    }
    assert links["Highs"] == "/history?side=above&gap=aligned"
    assert links["Any time of the day"] == "/history"
    text = str(content)
    assert "/export/history.png?gap=aligned" in text
    assert "/export/history.parquet?gap=aligned" in text


def test_the_picture_of_a_history_stands_for_the_page(context: PageContext) -> None:
    """Where its link is shared; without a history there is none."""
    address = Router(context).open("/history", "?focus=okx")["page", "data"]["picture"]
    assert address == "/export/history.png?focus=okx"
    empty = PageContext(Measurements(MemoryStore(), CATALOGUE), RecordedActions())
    assert Router(empty).open("/history", "")["page", "data"]["picture"] is None


def test_another_exchange_is_shown_from_the_same_assets(context: PageContext) -> None:
    """Without a history of OKX's own assets those of the event's default focus are counted."""
    assert "On 3 of 3 days, 99% of OKX's lows" in collect_text(read_content(context, focus="okx"))
    assert set(history.build_notice_result(context, VIEW).present_venues) == {"binance", "okx", "gate"}
    text = collect_text(read_content(context, focus="kraken"))
    assert "No USDT price of Kraken can be compared on the stored days" in text


def test_without_a_history_the_page_names_the_command() -> None:
    """And has no chart."""
    context = PageContext(Measurements(MemoryStore(), CATALOGUE), RecordedActions())
    text = collect_text(read_content(context))
    assert "No history of the whole market is stored" in text
    assert "plumbline scan --days 2025-01-01..2025-12-31" in text
    assert "Day by day" not in text
