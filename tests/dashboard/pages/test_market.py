"""The Market page: its finding, tables, links and lists; and what it says without a scan or with an old one."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import polars as pl
import pytest

from dashboard.pages.base import PageContext
from dashboard.pages.market import page as market
from dashboard.service.measurements import Measurements
from dashboard.shell.router import Router
from dashboard.state.view import GapKind, PeerChoice, ViewState, build_default_view
from dashboard.tables.market_grid import GRID_ID, build_market_rows
from dashboard.text.clock import Zone
from data.catalogue import load_catalogue
from data.tables.scans import MarketScan, SetAside, Universe
from deviation.side import Side
from tests.dashboard.component_data import collect_text, list_parts, to_plain_data
from tests.dashboard.memory_store import MemoryStore, RecordedActions
from tests.data.scan_frames import MADE_AT, SCAN_END, SCAN_START, build_run, build_scan, build_set_aside

CATALOGUE = load_catalogue()
VIEW = replace(build_default_view(CATALOGUE), start=SCAN_START, end=SCAN_END)

LOWS = {
    "ATOM": {"binance": 0.75, "okx": 1.0, "mexc": 0.9},
    "DOGE": {"binance": 1.0, "okx": 0.96, "gate": 1.2},
    "IOTX": {"binance": 0.001, "okx": 0.1, "gate": 0.12},
    "NEAR": {"okx": 1.0, "gate": 1.1},
}
ALIGNED = {"ATOM": {"binance": -0.02}, "IOTX": {"binance": -0.5}}
PLACEBO_LOWS = {"ATOM": {"binance": 0.9, "okx": 1.0, "mexc": 1.0}, "DOGE": {"binance": 1.0, "okx": 0.96, "gate": 1.2}}


def build_day_scan() -> MarketScan:
    """A scan with one day before it, two markets set aside and one asset on too few exchanges."""
    aside = pl.concat(
        [
            build_set_aside("LUNA", "okx", SetAside.OTHER_COIN, 0.15, 0.00006),
            build_set_aside("OMG", "htx", SetAside.NO_WINDOW_CANDLE),
            build_set_aside("PAIR", "", SetAside.TOO_FEW_EXCHANGES),
        ]
    )
    run = build_run(asset_count=4, store_version="0")
    scan = build_scan(LOWS, aligned=ALIGNED, run=run, set_aside=aside, size_ranks={"ATOM": {"binance": "largest"}})
    day_before = build_scan(PLACEBO_LOWS, days_before=1, run=run)
    return replace(scan, rows=pl.concat([scan.rows, day_before.rows]))


def build_context(*scans: MarketScan) -> PageContext:
    """The services over a store with these scans."""
    return PageContext(Measurements(MemoryStore(saved_scans=list(scans)), CATALOGUE), RecordedActions())


@pytest.fixture(scope="module")
def context() -> PageContext:
    """Of four assets, three are on Binance, which is the lowest on two of them."""
    return build_context(build_day_scan())


def read_content(context: PageContext, **changes: object) -> list[Any]:
    """The page as plain data."""
    view: ViewState = replace(VIEW, **changes)  # type: ignore[arg-type]
    content: list[Any] = to_plain_data(market.build_content(context, view))
    return content


def read_page(context: PageContext, **changes: object) -> str:
    """All text of the page."""
    return collect_text(read_content(context, **changes))


def test_the_finding_counts_assets(context: PageContext) -> None:
    """The gap of any time is in the heading, that of the same minute beside it: of three assets one, by 50%."""
    text = read_page(context)
    assert "Binance's lowest trade was below every other exchange's on 2 of 3 assets, by at least 10% on 2" in text
    assert "In the same minute, its close was at least 10% below every other close on 1 of 3." in text
    assert "did not happen in the same minute" in text


def test_the_finding_follows_focus_side_and_peers(context: PageContext) -> None:
    """OKX is lowest on two; all highs are alike; of the five, OKX is the only one beside Binance on ATOM."""
    assert "OKX's lowest trade was below every other exchange's on 2 of 4 assets, by at least 10% on 0" in read_page(
        context, focus="okx"
    )
    assert "Binance's highest trade was above every other exchange's on 0 of 3 assets" in read_page(
        context, side=Side.ABOVE
    )
    five = read_page(context, peers=PeerChoice.FIVE)
    assert "below those of the report's five exchanges on 2 of 3 assets" in five
    assert "those of the report's other four exchanges" in read_page(context, peers=PeerChoice.FIVE, focus="okx")


def test_the_reading_aid_has_chance_and_the_days_before(context: PageContext) -> None:
    """Three assets on three exchanges each: one by chance. On the day before it was lowest on one of two."""
    text = read_page(context)
    assert "By chance alone it would be lowest on about 1 of 3." in text
    assert "it had the largest discount on 1 of the 1 assets that can be ranked" in text
    assert "In the same hours of the 1 day before, it was lowest on 50% of assets; in this window on 67%." in text
    alone = read_page(build_context(build_scan(LOWS)))
    assert "The days before have not been scanned." in alone


def test_the_table_of_counts(context: PageContext) -> None:
    """A row per size, with both sets of peers and both kinds of gap."""
    tables = [part for part in list_parts(read_content(context)) if part["props"].get("className") == "market-counts"]
    assert [collect_text(row) for row in tables[0]["props"]["children"][1]["props"]["children"]] == [
        "compared 3 3 3 3",
        "lowest 2 – 2 –",
        "at least 1% below 2 2 2 2",
        "at least 5% below 2 1 2 1",
        "at least 10% below 2 1 2 1",
        "at least 20% below 1 1 2 1",
        "at least 50% below 1 1 1 1",
    ]


def test_each_row_of_the_grid_leads_to_the_explorer(context: PageContext) -> None:
    """At that asset, in the window and with the focus of the page; the largest lead is first."""
    grids = [part for part in list_parts(read_content(context, focus="okx")) if part["props"].get("id") == GRID_ID]
    rows = grids[0]["props"]["rowData"]
    assert [row["asset"] for row in rows] == ["NEAR", "DOGE", "ATOM", "IOTX"]
    assert rows[0]["asset_href"] == "/explorer?asset=NEAR&window=report-day&focus=okx"
    assert [row["gap_text"] for row in rows] == ["−9.1%", "−4.0%", "not lowest", "not lowest"]
    assert rows[1]["second_venue_text"] == "Binance"


def test_rows_of_the_grid_are_on_the_clock_of_the_reader() -> None:
    """The lows of 21:20 UTC are those of the next day in UTC+8; a scaled price says by how much it was divided."""
    scan = build_scan(LOWS)
    rows = scan.rows.with_columns(scale=pl.when(pl.col("asset") == "ATOM").then(1000.0).otherwise(1.0))
    first, *_ = build_market_rows(rows, replace(VIEW, zone=Zone.UTC8), CATALOGUE, [])
    assert (first["asset"], first["at_text"], first["price_text"]) == ("ATOM", "11 Oct 05:20", "0.75 (/1,000)")


def test_choices_are_links(context: PageContext) -> None:
    """Side, kind of gap and peers; the ones of the view are marked, and there is one quote only."""
    links = [part["props"] for part in list_parts(read_content(context, gap=GapKind.ALIGNED)) if part["type"] == "A"]
    current = {link["children"]: link["href"] for link in links if link.get("aria-current")}
    assert list(current) == ["Lows", "Same minute", "All exchanges"]
    hrefs = {collect_text(link["children"]): link["href"] for link in links}
    assert hrefs["Highs"] == "/market?window=report-day&side=above&gap=aligned"
    assert hrefs["The report's five"] == "/market?window=report-day&peers=five&gap=aligned"


def test_every_exchange_of_the_scan_can_be_the_focus(context: PageContext) -> None:
    """In the catalogue's order."""
    result = market.build_notice_result(context, VIEW)
    assert set(result.present_venues) == {"binance", "okx", "gate", "mexc"}
    assert result.measurement is None


def test_the_picture_of_a_scan_stands_for_the_page(context: PageContext) -> None:
    """Where its link is shared, and for the button that copies it; without a scan there is none."""
    router = Router(context)
    address = router.open("/market", "?window=report-day&focus=okx")["page", "data"]["picture"]
    assert address == "/export/market.png?window=report-day&focus=okx"
    assert router.open("/market", "?window=crash")["page", "data"]["picture"] is None


def test_what_was_set_aside_is_listed(context: PageContext) -> None:
    """By reason, with the prices that tell another coin; and what is lost to delisting."""
    text = read_page(context)
    assert "Same ticker, another coin: calm prices more than three times apart: 1 market" in text
    assert "OKX LUNA/USDT ($0.15, elsewhere $0.00006)" in text
    assert "No prices in this window: 1 market" in text
    assert "Not scanned: on fewer than two exchanges beside this one: 1 asset PAIR" in text
    assert "Coins that an exchange has delisted since" in text
    assert "Nothing was set aside." in read_page(build_context(build_scan(LOWS)))


def test_an_exchange_without_a_price_has_no_chart(context: PageContext) -> None:
    """The heading says so, and the choices stay."""
    text = read_page(context, focus="kraken")
    assert "No low of Kraken can be compared in USDT" in text
    assert "ranked by gap" not in text
    assert "The report's five" in text


def test_without_a_scan_the_page_names_the_command_and_other_windows(context: PageContext) -> None:
    """The command has the window of the view and a focus that is not the default; other scans are links."""
    content = read_content(context, end=SCAN_END + timedelta(minutes=1), focus="okx")
    text = collect_text(content)
    assert "The whole market has not been scanned for this window" in text
    span = "--from 2025-10-10T16:00:00Z --to 2025-10-11T16:01:00Z"
    assert f"plumbline scan --event 2025-10-10 {span} --focus okx" in text
    links = {part["props"]["children"]: part["props"]["href"] for part in list_parts(content) if part["type"] == "A"}
    assert links["11 Oct (UTC+8), 10 Oct 2025, 16:00 to 11 Oct 2025, 16:00 UTC: 4 assets"] == (
        "/market?window=report-day&focus=okx"
    )


def test_without_any_scan_there_are_no_links() -> None:
    """Only the command, with the name of the window."""
    text = read_page(build_context())
    assert "plumbline scan --event 2025-10-10 --window report-day" in text
    assert "Windows that have been scanned" not in text


def test_a_changed_store_is_told() -> None:
    """A scan of the store as it is has no notice; after new prices it has one, with the command."""
    store = MemoryStore(saved_scans=[build_day_scan()])
    context = PageContext(Measurements(store, CATALOGUE), RecordedActions())
    assert "have changed since" not in read_page(context)
    store.add_candles(store.frame.head(0))
    assert "The stored prices have changed since this scan was made." in read_page(context)


def test_a_scan_is_read_once_and_the_latest_one_counts() -> None:
    """A scan of the same window that is made later replaces it."""
    store = MemoryStore(saved_scans=[build_day_scan()])
    context = PageContext(Measurements(store, CATALOGUE), RecordedActions())
    read_page(context)
    read_page(context, side=Side.ABOVE)
    assert store.scan_read_count == 1
    store.saved_scans.append(build_later_scan())
    assert "on 1 of 1 asset," in read_page(context)


def build_later_scan() -> MarketScan:
    """A scan of the same window that was made an hour later, of the one coin that the store held."""
    later = build_run("scan-2", made_at=MADE_AT + timedelta(hours=1), asset_count=1)
    return build_scan({"ATOM": LOWS["ATOM"]}, run=later)


def test_a_scan_of_listed_coins_is_shown_before_a_later_one_of_the_store() -> None:
    """The page says which it shows and links to the other, which its link names."""
    listed = build_run(asset_count=4, universe=Universe.LISTED)
    context = build_context(replace(build_day_scan(), run=listed), build_later_scan())
    content = read_content(context)
    text = collect_text(content)
    assert "below every other exchange's on 2 of 3 assets" in text
    shown = "4 coins on Binance, as the exchanges list them; made on 1 Dec 2025, 08:00 UTC"
    other = "1 coin on Binance, of those that the store held; made on 1 Dec 2025, 09:00 UTC"
    assert f"Scan of {shown}." in text
    assert "2 scans of this window" in text
    links = {collect_text(part["props"].get("children")): part["props"] for part in list_parts(content)}
    assert (links[shown]["href"], links[shown]["aria-current"]) == ("/market?window=report-day", "true")
    assert links[other]["href"] == "/market?window=report-day&scan=scan-2"
    assert "aria-current" not in links[other]


def test_a_link_that_names_a_scan_shows_it() -> None:
    """Its choices and files keep it; the time is on the reader's clock."""
    listed = build_run(asset_count=4, universe=Universe.LISTED)
    context = build_context(replace(build_day_scan(), run=listed), build_later_scan())
    content = read_content(context, scan="scan-2", zone=Zone.UTC8)
    text = collect_text(content)
    assert "on 1 of 1 asset," in text
    assert "of those that the store held; made on 1 Dec 2025, 17:00 UTC+8." in text
    links = {collect_text(part["props"].get("children")): part["props"] for part in list_parts(content)}
    assert links["Highs"]["href"] == "/market?window=report-day&zone=UTC%2B8&side=above&scan=scan-2"
    assert "/export/market.png?window=report-day&zone=UTC%2B8&scan=scan-2" in str(content)


def test_a_scan_that_is_not_stored_is_not_replaced_in_silence(context: PageContext) -> None:
    """A notice says that another one is shown; a single scan has nothing to choose from."""
    notice = "The scan that the link names is not stored for this window: another one is shown."
    text = read_page(context, scan="scan-9")
    assert notice in text
    assert "Scan of 4 coins on Binance, of those that the store held; made on 1 Dec 2025, 08:00 UTC." in text
    assert "scans of this window" not in text
    assert notice not in read_page(context, scan="scan-1")
