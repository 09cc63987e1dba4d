"""Losses before and after a minute, worked out by hand on the market of `made_market`."""

from decimal import Decimal
from pathlib import Path

from data.catalogue import load_catalogue
from evidence.losses.elsewhere import measure_elsewhere
from evidence.losses.lots import match_lots
from evidence.losses.statement import (
    OWN_PRICE,
    Bounds,
    Statement,
    build_statement,
    list_base_minutes,
    list_bases,
    value_move,
)
from tests.evidence.losses.made_market import MadeCandles, build_execution, build_time

EXECUTIONS = (
    build_execution(2, "11:00:00", "buy", "7", "9", "opening"),
    build_execution(3, "11:30:00", "buy", "1", "8", fee="0.1"),
    build_execution(4, "11:59:00", "sell", "1", "8.5"),
    build_execution(5, "12:01:30", "sell", "5", "4", "liquidation", fee="0.3"),
    build_execution(6, "12:02:00", "sell", "2", "5", "adl", fee="0.2"),
    build_execution(7, "12:03:59", "buy", "1", "15"),
)
"""Of the 7 at 9, 1 is sold at 8.5 (-0.5), 5 at 4 (-25) and 1 at 5 (-4); the 1 at 8 is sold at 5 (-3): -32.5 in all."""


def build(folder: Path, base: str, benchmark: str) -> Statement:
    """The statement at a minute."""
    closings = match_lots(EXECUTIONS).closings
    wanted = list_base_minutes(closings, [build_time(base)])
    prices = measure_elsewhere(MadeCandles(folder), load_catalogue(), wanted)
    return build_statement(closings, EXECUTIONS, prices, build_time(base), benchmark)


def to_floats(bounds: Bounds | None) -> tuple[float, float] | None:
    """Both ends as floats."""
    return None if bounds is None else (float(bounds.low), float(bounds.high))


def test_a_position_is_valued_at_the_median_of_the_others(tmp_path: Path) -> None:
    """At 12:00 they closed at 10, 10, 12, 14: 10 to 12. Before: -0.5 + 5 x 1..3 + 1..3 + 2..4, after: the rest."""
    statement = build(tmp_path, "12:00:00", "usdt")
    (total,) = statement.totals
    assert (total.quote, float(total.result)) == ("USDT", -32.5)
    assert to_floats(total.before) == (7.5, 21.5)
    assert to_floats(total.after) == (-54, -40)
    assert (float(total.realised_before), float(total.realised_after)) == (-0.5, -32)
    assert (float(total.fees_before), float(total.fees_after)) == (0.1, 0.5)
    assert [
        (to_floats(line.base_price), to_floats(line.before), to_floats(line.after)) for line in statement.lines
    ] == [
        (None, (-0.5, -0.5), (0, 0)),
        ((10, 12), (5, 15), (-40, -30)),
        ((10, 12), (1, 3), (-7, -5)),
        ((10, 12), (2, 4), (-7, -5)),
    ]


def test_before_and_after_make_the_result(tmp_path: Path) -> None:
    """Whichever price within the interval is the true one, both parts together are what was realised."""
    (total,) = build(tmp_path, "12:00:00", "usdt").totals
    assert total.before.low + total.after.high == total.before.high + total.after.low == Decimal("-32.5")


def test_the_own_market_gives_one_price(tmp_path: Path) -> None:
    """It closed at 4: -0.5 - 25 - 5 - 4 before, 0 + 1 + 1 after."""
    (total,) = build(tmp_path, "12:00:00", OWN_PRICE).totals
    assert (to_floats(total.before), to_floats(total.after)) == ((-34.5, -34.5), (2, 2))


def test_another_group_widens_the_interval_by_the_rate(tmp_path: Path) -> None:
    """10 dollars are 8 to 10 USDT: -0.5 + 5 x -1..1 - 1..1 + 0..2, and 5 x -6..-4 + 2 x -5..-3."""
    (total,) = build(tmp_path, "12:00:00", "usd").totals
    assert (to_floats(total.before), to_floats(total.after)) == ((-6.5, 7.5), (-40, -26))


def test_what_has_no_price_is_not_split(tmp_path: Path) -> None:
    """At 12:02 two USD exchanges are too few: the two lots held then stay whole, and apart."""
    (total,) = build(tmp_path, "12:02:00", "usd").totals
    assert to_floats(total.before) == (-25.5, -25.5)
    assert to_floats(total.after) == (0, 0)
    assert (total.unsplit_lines, float(total.unsplit), float(total.result)) == (2, -7, -32.5)


def test_the_base_is_moved_by_one_and_five_minutes() -> None:
    """So a reader sees what depends on it."""
    times = [f"{base:%H:%M}" for base in list_bases(build_time("12:00:00"))]
    assert times == ["11:55", "11:59", "12:00", "12:01", "12:05"]


def test_a_short_position_earns_as_the_price_falls() -> None:
    """2 sold short at 10, at 8 to 9 now: 2 to 4 earned; from there to 12, 6 to 8 are lost."""
    between = Bounds(Decimal(8), Decimal(9))
    opened, closed = (Bounds(Decimal(price), Decimal(price)) for price in (10, 12))
    assert to_floats(value_move(Decimal(2), opened, between, is_long=False)) == (2, 4)
    assert to_floats(value_move(Decimal(2), between, closed, is_long=False)) == (-8, -6)
