"""The symbols of markets, as ccxt unifies them: BASE/QUOTE, or BASE/QUOTE:SETTLE, in capitals."""

import re

from data.errors import UsageError
from data.text.quoting import quote_input

SIGN = r"A-Z0-9\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
"""Signs of tickers: besides capitals and digits those of Chinese, Japanese and Korean, in which some coins are named.

Letters of other scripts look like Latin ones, so that one coin would pass for another.
"""

TICKER_PATTERN = rf"[{SIGN}$][{SIGN}$._*+!-]{{0,29}}"
"""The form of a base, a quote or a settlement, which may have an expiry: at most 30 signs."""

SYMBOL_PATTERN = rf"{TICKER_PATTERN}/{TICKER_PATTERN}(:{TICKER_PATTERN})?"
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
        message = f"{quote_input(text)} names no market; write it like ATOM/USD, or ATOM/USDT:USDT for a perpetual"
        raise UsageError(message)
    return symbol
