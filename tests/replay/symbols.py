"""Symbols of the markets of a replay: spot markets, and perpetual contracts with a suffix for the kind of price.

``ATOM/USDT:USDT`` has the bars of trades, ``ATOM/USDT:USDT#mark`` and ``ATOM/USDT:USDT#index`` those of the mark and
index prices. Lists of markets do not have the suffixed ones.
"""

from typing import NamedTuple

from tests.replay.format import Markets


def split_symbol(symbol: str) -> tuple[str, str]:
    """The base and the quote of a spot market.

    >>> split_symbol("ATOM/USDT")
    ('ATOM', 'USDT')
    """
    base, _, quote = symbol.partition("/")
    return base, quote


class Perpetual(NamedTuple):
    """A contract by its currencies, and which price of it: "trade", "mark" or "index"."""

    base: str
    quote: str
    settle: str
    price: str


def parse_perpetual(symbol: str) -> Perpetual:
    """What a symbol names.

    >>> parse_perpetual("ATOM/USD:ATOM#mark")
    Perpetual(base='ATOM', quote='USD', settle='ATOM', price='mark')
    """
    contract, _, price = symbol.partition("#")
    pair, _, settle = contract.partition(":")
    return Perpetual(*split_symbol(pair), settle, price or "trade")


def list_perpetuals(markets: Markets) -> list[Perpetual]:
    """The contracts, each once: those that have bars of trades."""
    return [contract for symbol in markets if (contract := parse_perpetual(symbol)).price == "trade"]
