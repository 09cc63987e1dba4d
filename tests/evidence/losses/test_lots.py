"""Which purchase each sale closes, first in, first out."""

from decimal import Decimal

from evidence.losses.lots import match_lots
from tests.evidence.losses.made_market import build_execution

PERPETUAL = "ATOM/USDT:USDT"


def test_the_first_purchase_is_closed_first() -> None:
    """10 at 10 and 5 at 8 were held; 12 sold at 4 close all 10 (-60) and 2 of the 5 (-8); 3 at 8 are left."""
    history = match_lots(
        [
            build_execution(2, "11:00:00", "buy", "10", "10", "opening"),
            build_execution(3, "11:30:00", "buy", "5", "8"),
            build_execution(4, "12:00:00", "sell", "12", "4", "liquidation"),
        ]
    )
    assert [(float(closing.quantity), closing.opened.line, float(closing.result)) for closing in history.closings] == [
        (10, 2, -60),
        (2, 3, -8),
    ]
    assert [(float(lot.quantity), lot.opened.line) for lot in history.open_lots] == [(3, 3)]
    assert history.without_cost == ()


def test_a_short_position_loses_as_the_price_rises() -> None:
    """4 sold short at 20; 3 bought back at 25 lose 15; 2 more close the last one (-5) and open one long."""
    history = match_lots(
        [
            build_execution(2, "11:00:00", "sell", "4", "20", symbol=PERPETUAL),
            build_execution(3, "11:30:00", "buy", "3", "25", "adl", symbol=PERPETUAL),
            build_execution(4, "11:40:00", "buy", "2", "25", symbol=PERPETUAL),
        ]
    )
    assert [float(closing.result) for closing in history.closings] == [-15, -5]
    assert [closing.is_long for closing in history.closings] == [False, False]
    assert [(float(lot.quantity), lot.opened.line) for lot in history.open_lots] == [(1, 4)]


def test_markets_and_venues_are_apart() -> None:
    """A sale closes nothing of another market or exchange; a spot sale of what was never bought has no cost."""
    history = match_lots(
        [
            build_execution(2, "11:00:00", "buy", "4", "20"),
            build_execution(3, "11:30:00", "sell", "4", "25", venue="okx"),
            build_execution(4, "11:40:00", "sell", "4", "25", symbol="XRP/USDT"),
            build_execution(5, "11:50:00", "sell", "5", "19"),
        ]
    )
    assert [float(closing.result) for closing in history.closings] == [-4]
    assert [(float(lot.quantity), lot.opened.line) for lot in history.without_cost] == [(4, 3), (4, 4), (1, 5)]
    assert history.open_lots == ()


def test_an_opening_short_position_on_a_spot_market_counts() -> None:
    """A margin account may owe coins: 2 owed at 5, bought back at 7, lose 4."""
    history = match_lots(
        [
            build_execution(2, "11:00:00", "sell", "2", "5", "opening"),
            build_execution(3, "11:30:00", "buy", "2", "7", "liquidation"),
        ]
    )
    assert [float(closing.result) for closing in history.closings] == [-4]


def test_an_order_of_four_fifths_leaves_one_fifth() -> None:
    """5,860.88 of 7,326.10 XRP leave 1,465.22, to the last digit: five times that is the whole."""
    history = match_lots(
        [
            build_execution(2, "11:00:00", "buy", "7326.10", "2.5", "opening", symbol="XRP/USDT"),
            build_execution(3, "12:00:00", "sell", "5860.88", "1.2543", symbol="XRP/USDT"),
        ]
    )
    (rest,) = history.open_lots
    assert rest.quantity == Decimal("1465.22")
    assert 5 * rest.quantity == Decimal("7326.10")
    assert history.closings[0].result == Decimal("-7300.898216")
