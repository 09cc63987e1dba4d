"""The lines of both tables: what stands in them, in which order, and what is not ranked."""

import json
from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from plotly.utils import PlotlyJSONEncoder

from dashboard.answers import Answers
from dashboard.clock import Zone
from dashboard.links import Links
from dashboard.lows_lines import lows_lines
from dashboard.markup import lows_table, venue_tables
from dashboard.style import DASH, MINUS, NARROW
from dashboard.venue_lines import Block, Cell, VenueLine, blocks, rank_cell
from dashboard.view import ViewState, default_view
from data.catalogue import load_catalogue
from data.reconstruction import reconstruct
from data.schema import Timeframe
from deviation.question import Group
from deviation.ranks import Rank, Word
from deviation.result import Measurement
from tests.dashboard.shelf import USD_VENUES, Shelf, crash, market

CATALOGUE = load_catalogue()


def view_of(asset: str, focus: str = "binance") -> ViewState:
    """An asset in the crash window."""
    window = CATALOGUE.event("2025-10-10").window("crash")
    return replace(default_view(CATALOGUE), asset=asset, focus=focus, start=window.start, end=window.end)


def measured(asset: str, focus: str = "binance", shelf: Shelf | None = None) -> Measurement:
    """What is measured of an asset in the crash window."""
    measurement = Answers(shelf or Shelf(), CATALOGUE).answer(view_of(asset, focus)).measurement
    assert measurement is not None
    return measurement


def shown(asset: str, focus: str = "binance", zone: Zone = Zone.UTC) -> tuple[Block, ...]:
    """The blocks of an asset."""
    return blocks(measured(asset, focus), CATALOGUE, zone)


def line_of(block: Block, venue: str) -> VenueLine:
    """A venue's line."""
    return next(line for line in block.lines if line.venue == venue)


def test_blocks_of_both_groups() -> None:
    """The focus venue comes first in both blocks, all others in the catalogue's order in that of their group."""
    usdt, usd = shown("ATOM")
    assert [line.venue for line in usdt.lines] == ["binance", "okx", "bybit", "bitget", "gate"]
    assert [line.venue for line in usd.lines] == ["binance", "coinbaseexchange", "kraken", "gemini", "bitstamp"]
    assert [line.guest for line in usd.lines] == [True, False, False, False, False]
    assert (usdt.title, usd.title) == ("USDT exchanges", "USD exchanges")


def test_a_line() -> None:
    """A line holds the deepest close and its minute, minutes of firm ones, the lowest trade, and the rank in words."""
    line = line_of(shown("ATOM")[0], "binance")
    assert line.deepest == Cell(f"{MINUS}33{NARROW}%", "21:20")
    assert line.below == Cell("5 of 30")
    assert line.lowest == Cell("0.001", "21:20")
    assert line.rank == Cell("deepest", "longest")
    assert (line.label, line.focus, line.unranked) == ("ATOM/USDT", True, False)


def test_minutes_on_the_clock_that_is_shown() -> None:
    """Minutes are on the clock that is shown; 21:20 UTC is 05:20 of the next day eight hours ahead."""
    assert line_of(shown("ATOM", zone=Zone.UTC8)[0], "binance").deepest.below == "05:20"


def test_above_is_said_beside() -> None:
    """Minutes above stand small beside those below, which are counted apart."""
    usdt, _ = shown("ATOM", focus="okx")
    assert line_of(usdt, "okx").below == Cell("0 of 30", "")


def test_thin_and_derivative() -> None:
    """Thin minutes are said to be thin and never ranked; the perpetual stands apart, against spot, without a rank."""
    usd, derivative = shown("DOGE")
    gemini = line_of(usd, "gemini")
    assert gemini.deepest == Cell(f"{MINUS}10{NARROW}%", "21:20, thin")
    assert (gemini.below, gemini.sure) == (Cell("5 of 30", "thin"), DASH)
    assert (gemini.rank, gemini.unranked) == (Cell("not ranked", "firm in 0 of 30 minutes"), True)
    assert derivative.title == "Perpetual against spot"
    (perpetual,) = derivative.lines
    assert (perpetual.name, perpetual.rank) == ("Binance USD-M", None)
    assert perpetual.label == "DOGE/USDT:USDT, against USD exchanges"


def test_alone() -> None:
    """A venue that nobody voted on shows dashes beside its lowest trade."""
    alone = Shelf(market("okx", "ATOM/USDT", 4))
    (block,) = blocks(measured("ATOM", "okx", alone), CATALOGUE, Zone.UTC)
    (line,) = block.lines
    assert (line.deepest, line.below, line.lowest) == (Cell(DASH), Cell("0 of 0"), Cell("4", "21:10"))


def test_fair_value() -> None:
    """An asset without peers is measured against its fair value, which the block says, and is not ranked."""
    (usdt,) = shown("WBETH")
    assert usdt.note == (
        "against fair value: ETH there, times the market-implied pre-event ratio 1.05 "
        "(median of 30 minutes, 5-95 %: 1.05 to 1.05, binance WBETH/USDT / ETH/USDT). "
        "Deepest close: 50 % below the ratio here times ETH here 0.0 % above elsewhere"
    )
    assert usdt.lines[0].rank == Cell("not ranked", "measured against fair value")


def test_ratio_is_said_once() -> None:
    """Against the group that is not the focus market's own, the ratio stands without what it rests on."""
    dollars = [market(venue, "ETH/USD", 4000) for venue in USD_VENUES]
    found = measured("WBETH", shelf=Shelf(pl.concat([crash(), *dollars])))
    _, usd = blocks(found, CATALOGUE, Zone.UTC)
    assert usd.note == "against fair value: ETH there, times the market-implied pre-event ratio 1.05"
    assert [line.guest for line in usd.lines] == [True]


def test_no_ratio() -> None:
    """Where no calm minute gives a ratio, the block says so."""
    (usdt,) = blocks(measured("WBETH", shelf=Shelf(market("binance", "WBETH/USDT", 4200))), CATALOGUE, Zone.UTC)
    assert usdt.note.endswith("pre-event ratio, which no calm minute gives")


def test_reconstruction_has_no_ranks() -> None:
    """On the reconstruction no line has a rank, and the table no such column."""
    found = blocks(measured("ATOM", shelf=Shelf(reconstruct())), CATALOGUE, Zone.UTC)
    assert all(line.rank is None for block in found for line in block.lines)
    assert "Rank" not in str(venue_tables(found, "2 %", Links({})))


@pytest.mark.parametrize(
    ("rank", "cell"),
    [
        (Rank(Word.CLOSE, Word.CLOSE), Cell("too close to call")),
        (Rank(Word.CLOSE, Word.LONGEST), Cell("depth: too close to call", "longest")),
        (Rank(Word.NOT_DEEPEST, Word.CLOSE), Cell("not deepest", "time: too close to call")),
        (Rank(Word.NOT_RANKED, Word.NOT_RANKED, "only 2 comparable"), Cell("not ranked", "only 2 comparable")),
    ],
)
def test_ranks_in_words(rank: Rank, cell: Cell) -> None:
    """Ranks are given in the method's words alone."""
    assert rank_cell(rank) == cell


def test_lows() -> None:
    """An asset's lowest trades stand beside the gap and the bounds of one minute."""
    atom, wbeth = lows_lines([measured("ATOM"), measured("WBETH")], CATALOGUE, Zone.UTC)
    assert (atom.asset, atom.focus) == ("ATOM", Cell("0.001", "Binance, 21:20"))
    assert (atom.lowest, atom.second) == (Cell("0.001", "Binance, 21:20"), Cell("3.6", "Bitget, 21:20"))
    assert (atom.usdt_low, atom.usd_low) == ("0.001", "4")
    assert atom.gap_depth == f"{MINUS}33{NARROW}%"
    assert atom.bounds[Group.USDT] == f"{MINUS}99.9{NARROW}%"
    assert (wbeth.second, wbeth.gap_to_second) == (Cell(DASH), DASH)


def test_tables_as_markup() -> None:
    """Each venue's name is a button that makes it the focus, pressed for the one that is; headers have a scope."""
    tables = json.loads(json.dumps(venue_tables(shown("ATOM"), "2 %", Links({})), cls=PlotlyJSONEncoder))
    buttons = [row["props"]["children"][0]["props"]["children"][0]["props"] for row in body(tables[0])]
    assert [button["aria-pressed"] for button in buttons] == ["true", "false", "false", "false", "false"]
    assert [button["data-focus"] for button in buttons] == ["binance", "okx", "bybit", "bitget", "gate"]
    table = lows_table(lows_lines([measured("ATOM")], CATALOGUE, Zone.UTC), Links({}), Timeframe.M1)
    lows = json.dumps(table, cls=PlotlyJSONEncoder)
    assert '"scope": "row"' in lows
    assert "0.001" in lows


def body(section: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of a table's body."""
    rows: list[dict[str, Any]] = section["props"]["children"][1]["props"]["children"][1]["props"]["children"]
    return rows
