"""Perpetual contracts in the bars of a replay: the symbol of ccxt, and for mark and index prices a suffix.

``ATOM/USDT:USDT`` has the bars of trades, ``ATOM/USDT:USDT#mark`` and ``ATOM/USDT:USDT#index`` those of the other
prices. Lists of markets leave the suffixed ones out.
"""

from typing import NamedTuple

from tests.replay.format import Markets
from tests.replay.listing import split_symbol


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
