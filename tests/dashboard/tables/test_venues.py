"""Rows of the venue tables and of the table of lows: their texts, order and ranks, and their HTML."""

import json
from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from plotly.utils import PlotlyJSONEncoder

from dashboard.service.measurements import Measurements
from dashboard.state.links import ViewLinks
from dashboard.state.view import ViewState, build_default_view
from dashboard.tables.html import build_lows_table, build_venue_tables
from dashboard.tables.lows import build_lows_rows
from dashboard.tables.venues import TableCell, VenueBlock, VenueTableRow, build_rank_cell, build_venue_blocks
from dashboard.text.clock import Zone
from dashboard.text.numbers import EN_DASH, MINUS_SIGN, NO_BREAK_SPACE
from data.catalogue import load_catalogue
from data.reconstruction.candles import reconstruct_candles
from data.schema import Timeframe
from deviation.measurement import Measurement
from deviation.question import Group
from deviation.ranks import Rank, RankWord
from tests.dashboard.memory_store import USD_VENUES, MemoryStore, build_crash_candles, build_market_candles

CATALOGUE = load_catalogue()


def build_view(asset: str, focus: str = "binance") -> ViewState:
    """An asset in the crash window."""
    window = CATALOGUE.get_event("2025-10-10").get_window("crash")
    return replace(build_default_view(CATALOGUE), asset=asset, focus=focus, start=window.start, end=window.end)


def measure_asset(asset: str, focus: str = "binance", store: MemoryStore | None = None) -> Measurement:
    """The measurement of an asset in the crash window."""
    measurement = Measurements(store or MemoryStore(), CATALOGUE).measure_view(build_view(asset, focus)).measurement
    assert measurement is not None
    return measurement


def build_blocks(asset: str, focus: str = "binance", zone: Zone = Zone.UTC) -> tuple[VenueBlock, ...]:
    """The blocks of an asset in the crash window."""
    return build_venue_blocks(measure_asset(asset, focus), CATALOGUE, zone)


def find_row(block: VenueBlock, venue: str) -> VenueTableRow:
    """The first row of a venue."""
    return next(row for row in block.rows if row.venue == venue)


def test_blocks_of_both_groups() -> None:
    """The focus venue comes first in both blocks, the others in the catalogue's order in the block of their group."""
    usdt, usd = build_blocks("ATOM")
    assert [row.venue for row in usdt.rows] == ["binance", "okx", "bybit", "bitget", "gate"]
    assert [row.venue for row in usd.rows] == ["binance", "coinbaseexchange", "kraken", "gemini", "bitstamp"]
    assert [row.is_guest for row in usd.rows] == [True, False, False, False, False]
    assert (usdt.title, usd.title) == ("USDT exchanges", "USD exchanges")


def test_texts_of_a_row() -> None:
    """A row has the deepest close and its minute, minutes below of firm ones, the lowest trade, and both ranks."""
    row = find_row(build_blocks("ATOM")[0], "binance")
    assert row.deepest == TableCell(f"{MINUS_SIGN}33{NO_BREAK_SPACE}%", "21:20")
    assert row.minutes_below == TableCell("5 of 30")
    assert row.lowest_trade == TableCell("0.001", "21:20")
    assert row.rank == TableCell("deepest", "longest")
    assert (row.market_label, row.is_focus, row.is_unranked) == ("ATOM/USDT", True, False)


def test_times_are_in_the_given_zone() -> None:
    """21:20 UTC is 05:20 in UTC+8."""
    assert find_row(build_blocks("ATOM", zone=Zone.UTC8)[0], "binance").deepest.detail == "05:20"


def test_no_minute_above_gives_no_detail() -> None:
    """A venue without a minute above has an empty detail beside its minutes below."""
    usdt, _ = build_blocks("ATOM", focus="okx")
    assert find_row(usdt, "okx").minutes_below == TableCell("0 of 30", "")


def test_thin_and_derivative() -> None:
    """Thin minutes are marked and not ranked; the perpetual has a block of its own, against spot, without a rank."""
    usd, derivative = build_blocks("DOGE")
    gemini = find_row(usd, "gemini")
    assert gemini.deepest == TableCell(f"{MINUS_SIGN}10{NO_BREAK_SPACE}%", "21:20, thin")
    assert (gemini.minutes_below, gemini.order_proof) == (TableCell("5 of 30", "thin"), EN_DASH)
    assert (gemini.rank, gemini.is_unranked) == (TableCell("not ranked", "firm in 0 of 30 minutes"), True)
    assert derivative.title == "Perpetual against spot"
    (perpetual,) = derivative.rows
    assert (perpetual.name, perpetual.rank) == ("Binance USD-M", None)
    assert perpetual.market_label == "DOGE/USDT:USDT, against USD exchanges"


def test_a_venue_without_votes() -> None:
    """A venue without a vote of others has a lowest trade and no other number."""
    store = MemoryStore(build_market_candles("okx", "ATOM/USDT", 4))
    (block,) = build_venue_blocks(measure_asset("ATOM", "okx", store), CATALOGUE, Zone.UTC)
    (row,) = block.rows
    assert (row.deepest, row.minutes_below, row.lowest_trade) == (
        TableCell(EN_DASH),
        TableCell(EN_DASH),
        TableCell("4", "21:10"),
    )


def test_fair_value() -> None:
    """A wrapped asset is measured against fair value, which the block's note describes, and is not ranked."""
    (usdt,) = build_blocks("WBETH")
    assert usdt.note == (
        "against fair value: ETH there, times the market-implied pre-event ratio 1.05 "
        "(median of 30 minutes, 5-95 %: 1.05 to 1.05, binance WBETH/USDT / ETH/USDT). "
        "Deepest close: 50 % below the ratio here times ETH here 0.0 % above elsewhere"
    )
    assert usdt.rows[0].rank == TableCell("not ranked", "measured against fair value")


def test_only_the_own_group_describes_the_ratio() -> None:
    """In the block of the other group the note has the ratio without its minutes, range and source."""
    dollar_candles = [build_market_candles(venue, "ETH/USD", 4000) for venue in USD_VENUES]
    measurement = measure_asset("WBETH", store=MemoryStore(pl.concat([build_crash_candles(), *dollar_candles])))
    _, usd = build_venue_blocks(measurement, CATALOGUE, Zone.UTC)
    assert usd.note == "against fair value: ETH there, times the market-implied pre-event ratio 1.05"
    assert [row.is_guest for row in usd.rows] == [True]


def test_no_ratio() -> None:
    """Without a calm minute the note states that there is no ratio."""
    (usdt,) = build_venue_blocks(
        measure_asset("WBETH", store=MemoryStore(build_market_candles("binance", "WBETH/USDT", 4200))),
        CATALOGUE,
        Zone.UTC,
    )
    assert usdt.note.endswith("pre-event ratio, which no calm minute gives")


def test_reconstruction_has_no_ranks() -> None:
    """On the reconstruction no row has a rank, and tables have no column of ranks."""
    venue_blocks = build_venue_blocks(
        measure_asset("ATOM", store=MemoryStore(reconstruct_candles())), CATALOGUE, Zone.UTC
    )
    assert all(row.rank is None for block in venue_blocks for row in block.rows)
    assert "Rank" not in str(build_venue_tables(venue_blocks, "2 %", ViewLinks({})))


@pytest.mark.parametrize(
    ("rank", "cell"),
    [
        (Rank(RankWord.CLOSE, RankWord.CLOSE), TableCell("too close to call")),
        (Rank(RankWord.CLOSE, RankWord.LONGEST), TableCell("depth: too close to call", "longest")),
        (Rank(RankWord.NOT_DEEPEST, RankWord.CLOSE), TableCell("not deepest", "time: too close to call")),
        (
            Rank(RankWord.NOT_RANKED, RankWord.NOT_RANKED, "only 2 comparable"),
            TableCell("not ranked", "only 2 comparable"),
        ),
    ],
)
def test_text_of_ranks(rank: Rank, cell: TableCell) -> None:
    """The depth's rank comes first, the time's below; equal ones are given once, and a reason replaces both."""
    assert build_rank_cell(rank) == cell


def test_rows_of_lows() -> None:
    """A row has an asset's lowest trades, and the gap and bounds of one minute."""
    atom, wbeth = build_lows_rows([measure_asset("ATOM"), measure_asset("WBETH")], CATALOGUE, Zone.UTC)
    assert (atom.asset, atom.focus) == ("ATOM", TableCell("0.001", "Binance, 21:20"))
    assert (atom.lowest, atom.second_lowest) == (
        TableCell("0.001", "Binance, 21:20"),
        TableCell("3.6", "Bitget, 21:20"),
    )
    assert (atom.usdt_low, atom.usd_low) == ("0.001", "4")
    assert atom.gap_depth == f"{MINUS_SIGN}33{NO_BREAK_SPACE}%"
    assert atom.bounds[Group.USDT] == f"{MINUS_SIGN}99.9{NO_BREAK_SPACE}%"
    assert (wbeth.second_lowest, wbeth.gap_to_second) == (TableCell(EN_DASH), EN_DASH)


def test_html_of_tables() -> None:
    """Each venue's name is a button that makes it the focus, pressed for the focus; row headers have a scope."""
    tables = json.loads(
        json.dumps(build_venue_tables(build_blocks("ATOM"), "2 %", ViewLinks({})), cls=PlotlyJSONEncoder)
    )
    buttons = [row["props"]["children"][0]["props"]["children"][0]["props"] for row in list_body_rows(tables[0])]
    assert [button["aria-pressed"] for button in buttons] == ["true", "false", "false", "false", "false"]
    assert [button["data-focus"] for button in buttons] == ["binance", "okx", "bybit", "bitget", "gate"]
    table = build_lows_table(build_lows_rows([measure_asset("ATOM")], CATALOGUE, Zone.UTC), ViewLinks({}), Timeframe.M1)
    lows = json.dumps(table, cls=PlotlyJSONEncoder)
    assert '"scope": "row"' in lows
    assert "0.001" in lows


def list_body_rows(section: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows in the body of a section's table."""
    rows: list[dict[str, Any]] = section["props"]["children"][1]["props"]["children"][1]["props"]["children"]
    return rows
