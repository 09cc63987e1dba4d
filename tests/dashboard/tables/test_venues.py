"""Rows of the tables of exchanges: their texts, order and ranks, and their HTML."""

import json
import re
from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from dashboard.service.measurements import Measurements
from dashboard.state.links import ViewLinks
from dashboard.state.view import ViewState, build_default_view
from dashboard.tables.html import VENUE_COLUMNS, build_venue_tables
from dashboard.tables.venues import TableCell, VenueBlock, VenueTableRow, build_venue_blocks, describe_side_rank
from dashboard.text.clock import Zone
from dashboard.text.numbers import EN_DASH, MINUS_SIGN
from data.catalogue import load_catalogue
from data.reconstruction.candles import reconstruct_candles
from data.schema import Timeframe
from deviation.measurement import Measurement
from deviation.ranks import RankWord, SideRank, Verdict
from deviation.side import Side
from tests.dashboard.component_data import to_plain_data
from tests.dashboard.memory_store import (
    MINUTES,
    START,
    USD_VENUES,
    USDT_VENUES,
    MemoryStore,
    build_crash_candles,
    build_market_candles,
)

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


def build_blocks(
    asset: str, focus: str = "binance", zone: Zone = Zone.UTC, store: MemoryStore | None = None
) -> dict[str, VenueBlock]:
    """The blocks of an asset in the crash window, by title."""
    blocks = build_venue_blocks(measure_asset(asset, focus, store), CATALOGUE, zone)
    return {block.title: block for block in blocks}


def find_row(block: VenueBlock, venue: str, label: str = "") -> VenueTableRow:
    """The first row of a venue whose market has a label."""
    return next(row for row in block.rows if row.venue == venue and row.market_label.startswith(label))


def test_each_group_has_a_block_and_all_others_stand_against_it() -> None:
    """The focus venue comes first, the others in the catalogue's order; a quote of one exchange has no own block."""
    blocks = build_blocks("ATOM")
    assert list(blocks) == ["USDT exchanges", "USD exchanges", "Against USDT exchanges", "Against USD exchanges"]
    usdt, usd = ["binance", "okx", "bybit", "bitget", "gate"], ["coinbaseexchange", "kraken", "gemini", "bitstamp"]
    assert [row.venue for row in blocks["USDT exchanges"].rows] == usdt
    assert [row.venue for row in blocks["USD exchanges"].rows] == usd
    against_usd = [(row.venue, row.market_label) for row in blocks["Against USD exchanges"].rows]
    # Binance's market in USDC and Kraken's in EUR, of which there is no rate, stand there too.
    assert against_usd[:2] == [("binance", "ATOM/USDT"), ("binance", "ATOM/USDC")]
    assert sorted(label for _, label in against_usd) == ["ATOM/EUR", "ATOM/USDC", *5 * ["ATOM/USDT"]]
    euro_row = find_row(blocks["Against USD exchanges"], "kraken", "ATOM/EUR")
    assert (euro_row.extremes, euro_row.comparable) == (TableCell(EN_DASH), TableCell("0 of 30", "30 without a rate"))
    assert [row.market_label for row in blocks["Against USDT exchanges"].rows].count("ATOM/USD") == len(usd)


def test_texts_of_a_row() -> None:
    """2.4 against 3.6 for five of 30 minutes: low and high with their times, minutes of both sides, and the ranks."""
    row = find_row(build_blocks("ATOM")["USDT exchanges"], "binance")
    assert row.extremes == TableCell(f"{MINUS_SIGN}33% / 0.0%", f"21:20 / {EN_DASH}")
    assert (row.minutes, row.comparable) == ("5 | 0", TableCell("30 of 30"))
    # Flat candles: in the minute of the fall the others' range still holds their last close of 4, and so does its own.
    assert (row.jackknife, row.whole) == ("5 | 0", "4 | 0")
    assert row.rank == (TableCell("Largest discount, longest"),)
    assert (row.market_label, row.exceptions, row.is_focus, row.is_unranked) == ("ATOM/USDT", "", True, False)


def test_a_minutes_lag_is_allowed_for() -> None:
    """Of the five minutes at 2.4 the last is followed by one in which the others stand at 4, and none is at 2.4."""
    row = find_row(build_blocks("ATOM")["USDT exchanges"], "binance")
    # The others are at 4 before, at 3.6 during and at 4 after: never lower than 3.6, so that no lag explains it.
    assert row.lag == "5 | 0"


def test_both_sides_stand_in_one_row() -> None:
    """Gate is 20% above the others for the five minutes: the premium is listed as the discount is."""
    store = MemoryStore(
        pl.concat(
            [
                *(build_market_candles(venue, "ATOM/USDT", 4) for venue in USDT_VENUES if venue != "gate"),
                build_market_candles("gate", "ATOM/USDT", 4, fall_factor=1.2),
            ]
        )
    )
    row = find_row(build_blocks("ATOM", store=store)["USDT exchanges"], "gate")
    assert row.extremes == TableCell("0.0% / +20%", f"{EN_DASH} / 21:20")
    assert (row.minutes, row.rank) == ("0 | 5", (TableCell("Largest premium, longest"),))


def test_times_are_in_the_given_zone() -> None:
    """21:20 UTC is 05:20 in UTC+8."""
    row = find_row(build_blocks("ATOM", zone=Zone.UTC8)["USDT exchanges"], "binance")
    assert row.extremes.detail == f"05:20 / {EN_DASH}"


def test_who_stands_before_a_market_is_named() -> None:
    """Gate at 3.2 is 11% below the others' 3.6; Binance at 2.4 fell further, 33%, for the same five minutes."""
    candles = build_crash_candles().filter(pl.col("venue") != "gate")
    store = MemoryStore(pl.concat([candles, build_market_candles("gate", "ATOM/USDT", 4, fall_factor=0.8)]))
    row = find_row(build_blocks("ATOM", store=store)["USDT exchanges"], "gate")
    assert row.extremes.text == f"{MINUS_SIGN}11% / 0.0%"
    assert row.rank == (TableCell("Not largest discount, length too close to call", "Binance 33%"),)
    within = find_row(build_blocks("ATOM", store=store)["USDT exchanges"], "okx")
    assert within.rank == (TableCell("Within 2%"),)


def test_what_all_exchanges_share_is_said_with_the_rows() -> None:
    """Against USD exchanges at 4, USDT exchanges closed at 3.6, 10% below, and Binance at 2.4, 40% below."""
    block = build_blocks("ATOM")["Against USD exchanges"]
    assert block.sentences == (
        "All 5 USDT exchanges traded 10-40% below USD exchanges at their lowest (Binance 40%).",
        "Binance, the one USDC exchange compared, traded 30% below USD exchanges at its lowest.",
    )
    assert find_row(block, "okx").extremes.text == f"{MINUS_SIGN}10% / 0.0%"
    assert not block.has_ranks
    # From the other side: 4 against the USDT exchanges' 3.6 is 11% above.
    assert build_blocks("ATOM")["Against USDT exchanges"].sentences[0] == (
        "All 4 USD exchanges traded 11% above USDT exchanges at their highest."
    )


def test_one_or_two_others_are_named_each_with_its_figure() -> None:
    """Gemini at 0.18 against Coinbase alone at 0.2: 10% below by name, no figure of its own, and no rank."""
    gemini = find_row(build_blocks("DOGE")["USD exchanges"], "gemini")
    assert gemini.extremes == TableCell(EN_DASH, "10% below Coinbase at 21:20")
    assert (gemini.minutes, gemini.whole) == (EN_DASH, EN_DASH)
    assert gemini.comparable == TableCell("0 of 30", "30 with 1-2 others")
    assert (gemini.rank, gemini.is_unranked) == ((TableCell("Not ranked", "comparable in 0 of 30 minutes"),), True)


def test_a_perpetual_stands_apart_without_a_rank() -> None:
    """The perpetual is measured against spot exchanges, and halves against both of them."""
    block = build_blocks("DOGE")["Perpetuals against spot"]
    (perpetual,) = block.rows
    assert (perpetual.name, perpetual.rank) == ("Binance USD-M", None)
    assert perpetual.market_label == "DOGE/USDT:USDT, against USD exchanges"
    # 0.1 against Coinbase's 0.2 and Gemini's 0.18.
    assert perpetual.extremes.detail == "50% below Coinbase at 21:20; 44% below Gemini at 21:20"


def test_an_exchange_alone_has_a_row_of_dashes_only_where_nothing_else_lists_it() -> None:
    """Without another exchange there are no figures; the row says so, and is not left out."""
    store = MemoryStore(build_market_candles("okx", "ATOM/USDT", 4))
    blocks = build_blocks("ATOM", "okx", store=store)
    assert list(blocks) == ["USDT exchanges"]
    (row,) = blocks["USDT exchanges"].rows
    assert (row.extremes, row.minutes, row.comparable) == (TableCell(EN_DASH), EN_DASH, TableCell("0 of 30"))


def test_only_minutes_without_a_price_that_counts_are_told() -> None:
    """Half of the minutes have no candle, and nothing says that they were quiet: they are missing."""
    candles = build_crash_candles()
    gaps = (pl.col("venue") == "okx") & (pl.col("open_time").dt.minute() % 2 == 0)
    row = find_row(build_blocks("ATOM", store=MemoryStore(candles.filter(~gaps)))["USDT exchanges"], "okx")
    assert row.exceptions == f"{MINUTES // 2} min missing"


def test_a_small_volume_is_told() -> None:
    """Ten units at 4 are 40 dollars, below the 100 from which a minute counts."""
    candles = build_crash_candles().filter((pl.col("venue") != "okx") | pl.col("symbol").ne("ATOM/USDT"))
    small = build_market_candles("okx", "ATOM/USDT", 4, volume=10, start=START)
    row = find_row(build_blocks("ATOM", store=MemoryStore(pl.concat([candles, small])))["USDT exchanges"], "okx")
    assert (row.exceptions, row.rank) == (
        "30 min below the volume threshold",
        (TableCell("No data", "no price of enough volume in this window"),),
    )


def test_fair_value() -> None:
    """A wrapped asset is measured against fair value, which the block's note describes, and is not ranked."""
    block = build_blocks("WBETH")["Against estimated fair value by USDT exchanges"]
    assert block.note == (
        "ETH on USDT exchanges x the market-implied pre-event ratio 1.05 "
        "(median of 30 minutes, 5-95%: 1.05 to 1.05, WBETH/USDT / ETH/USDT)"
    )
    (row,) = block.rows
    assert row.rank == (TableCell("Not ranked", "measured against fair value"),)
    assert row.extremes.text == f"{MINUS_SIGN}50% / 0.0%"


def test_the_fair_value_by_another_quote_has_a_block_without_ranks() -> None:
    """Where ETH has prices in USD too, the same market is measured by those."""
    dollar_candles = [build_market_candles(venue, "ETH/USD", 4000) for venue in USD_VENUES]
    blocks = build_blocks("WBETH", store=MemoryStore(pl.concat([build_crash_candles(), *dollar_candles])))
    block = blocks["Fair value by USD exchanges"]
    assert block.note.startswith("ETH on USD exchanges x the market-implied pre-event ratio 1.05 ")
    assert ([row.venue for row in block.rows], block.has_ranks, block.sentences) == (["binance"], False, ())


def test_no_ratio() -> None:
    """Without a minute before the event the note states that there is no ratio."""
    blocks = build_blocks("WBETH", store=MemoryStore(build_market_candles("binance", "WBETH/USDT", 4200)))
    (block,) = blocks.values()
    assert block.note.endswith("pre-event ratio, which no minute before the event gives")


def test_reconstruction_has_no_ranks() -> None:
    """On the reconstruction no row has a rank, and tables have no column of ranks."""
    blocks = tuple(build_blocks("ATOM", store=MemoryStore(reconstruct_candles())).values())
    assert all(row.rank is None for block in blocks for row in block.rows)
    assert "Rank" not in str(build_venue_tables(blocks, "2%", ViewLinks({})))


@pytest.mark.parametrize(
    ("size", "length", "text"),
    [
        (RankWord.CLOSE, RankWord.CLOSE, "Premium too close to call"),
        (RankWord.CLOSE, RankWord.LONGEST, "Premium too close to call, longest"),
        (RankWord.NOT_LARGEST, RankWord.CLOSE, "Not largest premium, length too close to call"),
        (RankWord.LARGEST, RankWord.NOT_SETTLED, "Largest premium, longest not settled"),
        (RankWord.LARGEST, RankWord.NOT_LONGEST, "Largest premium, not longest"),
    ],
)
def test_text_of_ranks(size: RankWord, length: RankWord, text: str) -> None:
    """The rank by size comes first, that by length after it; equal ones are given once."""
    assert describe_side_rank(SideRank(Verdict(size), Verdict(length)), Side.ABOVE) == text


def test_html_of_tables() -> None:
    """Each venue's name is a button that makes it the focus, pressed for the focus row; headers name the threshold."""
    sections = to_plain_data(build_venue_tables(tuple(build_blocks("ATOM").values()), "5%", ViewLinks({})))
    buttons = [row["props"]["children"][0]["props"]["children"][0]["props"] for row in list_body_rows(sections[0])]
    assert [button["aria-pressed"] for button in buttons] == ["true", "false", "false", "false", "false"]
    assert [button["data-focus"] for button in buttons] == ["binance", "okx", "bybit", "bitget", "gate"]
    assert [len(row["props"]["children"]) for row in list_body_rows(sections[0])] == 5 * [len(VENUE_COLUMNS)]
    assert [len(row["props"]["children"]) for row in list_body_rows(sections[-1])] == 7 * [len(VENUE_COLUMNS) - 1]
    text = json.dumps(sections)
    assert "Minutes >5% below | above" in text
    assert "All 5 USDT exchanges traded 10-40% below USD exchanges at their lowest (Binance 40%)." in text


def test_counts_are_linked_to_their_own_definitions() -> None:
    """The counts with an exchange left out and with a lag lead to their sections, in bars of any length."""
    for bar in (Timeframe.M1, Timeframe.M5):
        blocks = tuple(build_blocks("ATOM").values())
        text = json.dumps(to_plain_data(build_venue_tables(blocks, "2%", ViewLinks({}), bar)))
        found = re.findall(r'"href": "/method#([a-z-]+)",[^{}]*"children": \["([^"]+)"\]', text)
        links = {label: anchor for anchor, label in found}
        assert links["Any one left out"] == "jackknife"
        assert links["With a lag"] == "lag"


def list_body_rows(section: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows in the body of a section's table, which stands in its last child."""
    (table,) = section["props"]["children"][-1]["props"]["children"]
    rows: list[dict[str, Any]] = table["props"]["children"][1]["props"]["children"]
    return rows
