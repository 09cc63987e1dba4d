"""What published rules would pay, worked out by hand on the market of `made_market`."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from data.catalogue import load_catalogue
from data.errors import UsageError
from evidence.losses.compensation import RuleResult, apply_rule, list_reference_minutes, load_rules, parse_rules
from evidence.losses.elsewhere import measure_elsewhere
from evidence.losses.statement import OWN_PRICE, Bounds
from tests.evidence.losses.made_market import MadeCandles, build_execution

RULES = """
["2025-10-10"]
base = 2025-10-10T12:00:00Z

["2025-10-10".rules.later-price]
label = "To the price at 12:03"
by = "An exchange"
date = 2025-10-12
says = "Pays the difference to the price at 12:03."
source = "https://exchange.example"
venues = ["binance"]
kinds = ["liquidation"]
window = { start = 2025-10-10T12:01:00Z, end = 2025-10-10T12:02:00Z }
reference = 2025-10-10T12:03:00Z
"""

EXECUTIONS = (
    build_execution(2, "12:00:59", "sell", "1", "16", "liquidation"),
    build_execution(3, "12:01:00", "sell", "5", "4", "liquidation"),
    build_execution(4, "12:01:30", "buy", "2", "20", "liquidation"),
    build_execution(5, "12:01:30", "sell", "1", "14", "liquidation"),
    build_execution(6, "12:01:30", "sell", "2", "4", "adl"),
    build_execution(7, "12:01:30", "sell", "2", "4", "liquidation", venue="okx"),
    build_execution(8, "12:02:00", "sell", "3", "5", "liquidation"),
)
"""Binance closed at 15 at 12:03, the others at 10, 11 and 14."""


def apply(folder: Path, benchmark: str) -> RuleResult:
    """The rule on these executions."""
    (rule,) = parse_rules(RULES)["2025-10-10"].rules.values()
    prices = measure_elsewhere(MadeCandles(folder), load_catalogue(), list_reference_minutes([rule], EXECUTIONS))
    return apply_rule(rule, EXECUTIONS, prices, benchmark)


def list_amounts(result: RuleResult) -> list[tuple[int, bool, float | None]]:
    """Line, whether it is in the window, and lower end of each row."""
    return [
        (row.execution.line, row.is_within, None if row.amount is None else float(row.amount.low))
        for row in result.rows
    ]


def to_floats(totals: dict[str, Bounds] | object) -> dict[str, tuple[float, float]]:
    """The totals as floats."""
    assert isinstance(totals, dict)
    return {quote: (float(bounds.low), float(bounds.high)) for quote, bounds in totals.items()}


def test_the_rule_pays_the_difference_to_its_reference_minute(tmp_path: Path) -> None:
    """Sold: 5 x (15 - 4), 1 x (15 - 14); bought: 2 x (20 - 15). Deleveraging and other exchanges are not meant."""
    result = apply(tmp_path, OWN_PRICE)
    assert list_amounts(result) == [(2, False, -1), (3, True, 55), (4, True, 10), (5, True, 1), (8, False, 30)]
    assert to_floats(result.totals) == {"USDT": (66, 66)}


def test_what_lies_outside_of_the_window_is_apart(tmp_path: Path) -> None:
    """3 x (15 - 5) by the same formula; a difference below 0 counts as 0."""
    assert to_floats(apply(tmp_path, OWN_PRICE).totals_outside) == {"USDT": (30, 30)}


def test_other_exchanges_give_another_amount(tmp_path: Path) -> None:
    """The middle of 10, 11 and 14 is 11: 5 x 7 + 2 x 9, and nothing for the sale at 14."""
    result = apply(tmp_path, "usdt")
    assert list_amounts(result)[1:4] == [(3, True, 35), (4, True, 18), (5, True, -3)]
    assert to_floats(result.totals) == {"USDT": (53, 53)}


def test_a_rule_without_a_formula_has_no_amount() -> None:
    """It is stated, and that is all."""
    (rule,) = parse_rules(RULES.replace("reference = 2025-10-10T12:03:00Z", ""))["2025-10-10"].rules.values()
    assert list(list_reference_minutes([rule], EXECUTIONS)) == []
    result = apply_rule(rule, EXECUTIONS, {}, OWN_PRICE)
    assert {row.amount for row in result.rows} == {None}
    assert result.totals == {}


def test_the_published_rules_are_in_the_catalogue() -> None:
    """Those of 12 and 14 October, with window, reference minute and source."""
    rules = load_rules()["2025-10-10"]
    difference = rules.rules["depeg-difference"]
    assert rules.base == datetime(2025, 10, 10, 21, 18, tzinfo=UTC)
    assert difference.reference == datetime(2025, 10, 11, tzinfo=UTC)
    assert difference.window is not None
    assert difference.window.span.minutes == 40
    assert all(rule.source.startswith("https://") for rule in rules.rules.values())
    assert rules.rules["relief-programme"].reference is None


@pytest.mark.parametrize(
    ("wrong", "right", "message"),
    [
        ('["binanse"]', '["binance"]', "'binanse' is unknown"),
        ('["gift"]', '["liquidation"]', "later-price/kinds"),
        ("reference = 2025-10-10T12:03:30Z", "reference = 2025-10-10T12:03:00Z", "no whole minute"),
        ('label = ""', 'label = "To the price at 12:03"', "label: is empty"),
    ],
)
def test_a_wrong_rule_names_its_key(wrong: str, right: str, message: str) -> None:
    """The error says which file and key."""
    with pytest.raises(UsageError, match=r"compensation\.toml: .*" + message):
        parse_rules(RULES.replace(right, wrong))
