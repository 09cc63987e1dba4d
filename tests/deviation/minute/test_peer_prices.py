"""What other exchanges say of a price, on markets made by hand."""

from pathlib import Path

import pytest

from deviation.measure import measure_peers
from deviation.minute.grid import align_candles, build_axis
from deviation.minute.markets import Market
from deviation.minute.peer_prices import PeerPrices
from deviation.question import InstrumentKind
from tests.deviation.candles import read_answers
from tests.grids import build_question_grid

CANDLES = """
what = "four exchanges, of which one was quiet before and one missing"
window = "12:00-12:03"

[markets]
"binance ATOM/USDT" = { closes = "4 4 4", lows = "3 3 3", highs = "5 5 5" }
"binanceusdm ATOM/USDT" = { closes = "1 1 1" }
"okx ATOM/USDT" = { closes = "10 10 10", lows = "9 8 9", highs = "11 12 11", covered = [["11:00", "12:03"]] }
"bybit ATOM/USDT" = { closes = "10 quiet 12", lows = "10 . 11", highs = "13 . 12" }
"gate ATOM/USDT" = { closes = "14 - 14", lows = "14 . 13", highs = "20 . 15" }
"kraken ATOM/USD" = { closes = "10 10 10" }
"kraken USDT/USD" = { at = "11:59", closes = "0.8 0.8 0.8 0.8" }
"coinbase USDT/USD" = { at = "11:59", closes = "1.25 1.25 1.25 1.25" }
"""
"""Prices in the window from 12:00; ``quiet`` is a minute without a trade, ``-`` one that is missing."""


def measure_market(folder: Path, venue: str = "binance", text: str = CANDLES) -> dict[str, PeerPrices]:
    """What the others say of ATOM/USDT on a venue."""
    path = folder / "answers.toml"
    path.write_text(text, encoding="utf-8")
    answers = read_answers(path)
    question = answers.measurement.question
    aligned = align_candles(build_question_grid(answers.candles, question), answers.covered_spans, build_axis(question))
    return measure_peers(aligned, question, Market(venue, "ATOM/USDT", "usdt", InstrumentKind.SPOT))


def test_the_own_family_is_no_peer(tmp_path: Path) -> None:
    """Binance's own futures exchange says nothing of Binance's price; OKX, Bybit and Gate do."""
    usdt = measure_market(tmp_path)["usdt"]
    assert [market.venue for market in usdt.list_voters(0)] == ["bybit", "gate", "okx"]
    assert usdt.votes.tolist() == [3, 1, 3]


def test_a_venue_without_candles_has_peers(tmp_path: Path) -> None:
    """Four families vote on an exchange that is not in the data; of Binance's two markets the larger volume counts."""
    usdt = measure_market(tmp_path, "htx")["usdt"]
    assert [market.venue for market in usdt.list_voters(0)] == ["binance", "bybit", "gate", "okx"]
    low, high = usdt.reference
    assert (low[0], high[0]) == (10, 10)


def test_the_hull_holds_the_known_ranges(tmp_path: Path) -> None:
    """At 12:02 Bybit stood at 10 since 12:00, OKX at 10: lows 9 and 10, highs 12 and 11. Gate's range is unknown."""
    usdt = measure_market(tmp_path)["usdt"]
    low, high = usdt.range_hull
    assert (low[2], high[2]) == (9, 12)
    assert usdt.range_count[2] == 2
    assert [market.venue for market in usdt.list_without_range(2)] == ["gate"]


def test_an_even_number_of_votes_gives_an_interval(tmp_path: Path) -> None:
    """10, 10, 14 and Binance's 4 for HTX; with OKX at 12 the middle two are 10 and 12."""
    text = CANDLES.replace('"okx ATOM/USDT" = { closes = "10 10 10"', '"okx ATOM/USDT" = { closes = "11 12 12"')
    low, high = measure_market(tmp_path, "htx", text)["usdt"].reference
    assert (low[0], high[0]) == (10, 11)


def test_another_group_is_converted_by_the_interval_of_the_rate(tmp_path: Path) -> None:
    """10 dollars at 0.8 to 1.25 dollars per USDT are 8 to 12.5 USDT."""
    usd = measure_market(tmp_path)["usd"]
    low, high = usd.reference
    assert (low[0], high[0]) == pytest.approx((8, 12.5))
    assert usd.has_rate.all()
    assert usd.list_voters(1)[0].venue == "kraken"


def test_a_group_without_a_vote_says_nothing(tmp_path: Path) -> None:
    """Without a market in dollars there are no votes, and no range either."""
    usd = measure_market(tmp_path, text=CANDLES.replace('"kraken ATOM/USD" = { closes = "10 10 10" }\n', ""))["usd"]
    assert usd.votes.tolist() == usd.range_count.tolist() == [0, 0, 0]
    assert str(usd.range_hull[0][0]) == "nan"
