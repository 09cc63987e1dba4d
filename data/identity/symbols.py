"""The symbols of markets, as ccxt unifies them: BASE/QUOTE, or BASE/QUOTE:SETTLE, in capitals."""

import re

from data.errors import UsageError

SYMBOL_PATTERN = r"[^\s/:,]+/[^\s/:,]+(:[^\s/:,]+)?"
"""The form of a symbol."""


def parse_symbol(text: str) -> str:
    """A symbol in capitals.

    >>> parse_symbol("atom/usdt:usdt")
    'ATOM/USDT:USDT'

    Raises:
        UsageError: the text has another form.
    """
    symbol = text.strip().upper()
    if not re.fullmatch(SYMBOL_PATTERN, symbol):
        message = f"{text!r} names no market; write it like ATOM/USD, or ATOM/USDT:USDT for a perpetual"
        raise UsageError(message)
    return symbol
