"""What expressions are understood, and the arithmetic of every claim worked out by hand."""

import pytest

from data.errors import UsageError
from evidence.claims.arithmetic import calculate
from evidence.claims.judge import Basis, PartResult, judge_claims
from evidence.claims.load import load_ledger
from evidence.claims.verdict import Verdict

NUMBERS = {"a": 8.0, "b": 2.0}


@pytest.mark.parametrize(
    ("expression", "value"),
    [("a + b", 10.0), ("a - b * 3", 2.0), ("(a - b) * 3", 18.0), ("a / b", 4.0), ("-a", -8.0), ("2.5", 2.5)],
)
def test_the_four_operations(expression: str, value: float) -> None:
    """Sums, products and brackets of names and numbers."""
    assert calculate(expression, NUMBERS) == value


@pytest.mark.parametrize(
    "expression",
    [
        "__import__('os').getcwd()",
        "a.real",
        "a ** b",
        "a // b",
        "a % b",
        "[a][0]",
        "a if a else b",
        "a < b",
        "(lambda: a)()",
        "max(a, b)",
        "'text'",
        "True",
        "c",
        "a +",
        "a; b",
        "9" * 201,
    ],
)
def test_nothing_else_is_understood(expression: str) -> None:
    """No call, attribute, index, comparison, power or unknown name is ever evaluated."""
    with pytest.raises(UsageError):
        calculate(expression, NUMBERS)


def test_a_division_by_zero_is_an_error_of_the_claim() -> None:
    """It names the expression."""
    with pytest.raises(UsageError, match="'a / 0' divides by 0"):
        calculate("a / 0", NUMBERS)


EXPECTED = {
    # 07:02 is minute 422 of the day, 05:12 minute 312; 106 minutes would begin at minute 316, 05:16
    "A8": [(110.0, Verdict.CONTRADICTED)],
    # 443,835 + 148,000; 148,000 / 7,326.10 = 20.2017..., above any price of XRP
    "A9": [(591835.0, Verdict.SUPPORTED), (20.20174, Verdict.CONTRADICTED)],
    # 656,832 / 3,413,001; 0.27042 - 443,835 / 3,413,001 = 0.27042 - 0.130042
    "A10": [(0.192450, Verdict.SUPPORTED), (0.140378, Verdict.SUPPORTED)],
    # 1,465.22 of 7,326.10 are left
    "A11": [(0.2, Verdict.SUPPORTED)],
    # twice the price is 100% above it
    "B6": [(1.0, Verdict.SUPPORTED)],
    # 9 pm EDT is 25:00 UTC, minute 1500; 21:36 is minute 1296
    "D6": [(204.0, Verdict.CONTRADICTED)],
    "D12": [(45.0, Verdict.SUPPORTED), (400.0, Verdict.SUPPORTED)],
    # 158 / 0.725 = 217.93; 123 / 217 = 0.56682
    "F3": [(217.93103, Verdict.SUPPORTED), (0.43318, Verdict.SUPPORTED)],
    # 6.93 / 9.89; 8.30 + 1.60
    "F6": [(0.700708, Verdict.SUPPORTED), (9.90, Verdict.SUPPORTED)],
    # 5,755 / 1,425.8
    "F16": [(4.03633, Verdict.SUPPORTED)],
}
"""The result and verdict of each arithmetic part of the ledger of October 2025, by claim."""


def list_arithmetic(basis: Basis) -> dict[str, list[PartResult]]:
    """The arithmetic parts of all claims without any candle."""
    ledger = load_ledger("2025-10-10")
    assert ledger is not None
    results = {
        result.claim.id: [part for part in result.parts if part.part.arithmetic is not None]
        for result in judge_claims(ledger.claims, None, basis)
    }
    return {claim_id: parts for claim_id, parts in results.items() if parts}


@pytest.mark.parametrize("basis", [Basis.SAMPLE, Basis.BY_HAND])
def test_the_arithmetic_of_the_claims(basis: Basis) -> None:
    """It is computed whatever candles there are: 110 minutes and not 106, one fifth left, 20.20 a coin."""
    parts = list_arithmetic(basis)
    assert parts.keys() == EXPECTED.keys()
    for claim_id, expected in EXPECTED.items():
        assert [part.verdict for part in parts[claim_id]] == [verdict for _, verdict in expected]
        for part, (number, _) in zip(parts[claim_id], expected, strict=True):
            assert part.number == pytest.approx(number, rel=1e-5)


def test_106_minutes_are_from_0516_to_0702() -> None:
    """The note on the claim of 106 minutes holds."""
    assert calculate("(60 * 7 + 2) - (60 * 5 + 16)", {}) == 106
