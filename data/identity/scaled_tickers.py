"""Tickers that stand for many units of another coin, such as 1000SATS for a thousand SATS."""

import re
from collections.abc import Collection
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from pydantic import TypeAdapter
from pydantic.dataclasses import dataclass

from data.toml import TABLE_CONFIG, Text, parse_toml

SCALED_TICKERS_FILE = "scaled_tickers.toml"

SCALES = {"1000000": 1_000_000.0, "1M": 1_000_000.0, "100000": 100_000.0, "10000": 10_000.0, "1000": 1_000.0}
"""How a ticker can begin that stands for so many units."""

SCALED_TICKER = re.compile(rf"({'|'.join(SCALES)})([A-Z].*)")


class ScaledTicker(NamedTuple):
    """A coin, and how many units of it one unit of the ticker is."""

    base: str
    scale: float


@dataclass(frozen=True, slots=True, config=TABLE_CONFIG)
class ScaledTickerTable:
    """The catalogue's facts: ``plain`` are tickers that look like a multiple of another coin, and are none."""

    plain: tuple[Text, ...]


TABLE = TypeAdapter(ScaledTickerTable)


def parse_scaled_tickers(text: str) -> frozenset[str]:
    """The tickers that are no multiple of another coin, from the text of the catalogue's file.

    Raises:
        UsageError: the text is no such table; names file and key.
    """
    return frozenset(parse_toml(SCALED_TICKERS_FILE, text, TABLE).plain)


@cache
def load_plain_tickers() -> frozenset[str]:
    """The tickers of the catalogue that are no multiple of another coin; read once.

    Raises:
        UsageError: the file of the catalogue is malformed.
    """
    return parse_scaled_tickers((files("data") / "catalogue" / SCALED_TICKERS_FILE).read_text(encoding="utf-8"))


def split_scaled_ticker(
    ticker: str, unscaled: Collection[str], plain: Collection[str] | None = None
) -> ScaledTicker | None:
    """The coin that a ticker is a multiple of, and the multiple; None where the ticker stands for itself.

    Args:
        ticker: the base of a market, in capitals.
        unscaled: tickers that other exchanges list; only one of them can be the coin.
        plain: tickers that stand for themselves whatever they look like; None: those of the catalogue.

    >>> split_scaled_ticker("1000SATS", {"SATS"})
    ScaledTicker(base='SATS', scale=1000.0)
    >>> split_scaled_ticker("1000SATS", {"ATOM"}) is None
    True
    >>> split_scaled_ticker("1INCH", {"INCH"}) is None
    True
    """
    if ticker in (load_plain_tickers() if plain is None else plain):
        return None
    match = SCALED_TICKER.fullmatch(ticker)
    if match is None or match[2] not in unscaled:
        return None
    return ScaledTicker(match[2], SCALES[match[1]])
