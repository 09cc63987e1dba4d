"""Symbols are in capitals."""

import pytest

from data.errors import UsageError
from data.identity.symbols import parse_symbol


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ATOM/USD", "ATOM/USD"),
        (" atom/usd ", "ATOM/USD"),
        ("1000sats/Usdt:usdt", "1000SATS/USDT:USDT"),
        ("币安人生/usdt", "币安人生/USDT"),
    ],
)
def test_symbols_become_capitals(text: str, expected: str) -> None:
    """A symbol in any case is the one in capitals."""
    assert parse_symbol(text) == expected


@pytest.mark.parametrize("text", ["ATOMUSD", "ATOM/", "/USD", "ATOM/USD:", "ATOM / USD", "A/B/C", "A/B:C:D", ""])
def test_what_is_no_symbol_is_refused(text: str) -> None:
    """A text that is not BASE/QUOTE or BASE/QUOTE:SETTLE is a usage error."""
    with pytest.raises(UsageError, match="names no market; write it like ATOM/USD"):
        parse_symbol(text)
