"""Markets as exchanges and vendors write them, and what the name of a file says of its market and bar length."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import PurePath

from data.catalogue import load_catalogue
from data.identity.symbols import SYMBOL_PATTERN

LENGTH_SECONDS = {"s": 1, "m": 60, "min": 60, "minute": 60, "h": 3600, "hour": 3600, "d": 86_400, "w": 604_800}
"""The seconds of a unit in the name of a file."""

FREQTRADE_NAME = re.compile(
    r"(?:^|[-_ ])(?P<base>[A-Z0-9]+)_(?P<quote>[A-Z0-9]+?)(?:_(?P<settle>[A-Z0-9]+))?"
    r"-(?P<count>\d+)(?P<unit>[smhdw])(?:-(?P<kind>futures|mark|index|premiumIndex|funding_rate))?\."
)
"""Such as ``ATOM_USDT-1m.feather`` and ``ATOM_USDT_USDT-1m-futures.feather``."""

DASHED_NAME = re.compile(r"(?P<market>[A-Z0-9]{5,})-(?P<count>\d+)(?P<unit>[smhdw])-\d{4}")
"""Such as ``ATOMUSDT-1m-2025-10-10.csv``."""

NUMBERED_NAME = re.compile(r"(?P<market>[A-Z0-9]{5,})_(?P<count>1|5|15|30|60|240|720|1440)\.[a-z]+$")
"""Such as ``ATOMUSD_1.csv``, with the length in minutes."""

WORDED_NAME = re.compile(r"_(?P<market>[A-Z0-9]{5,})_(?:\d{4}_)?(?P<count>\d*)(?P<unit>minute|min|hour|h|d)\.")
"""Such as ``Binance_ATOMUSDT_minute.csv``."""

DERIVATIVE_VENUES = frozenset(
    {"binanceusdm", "binancecoinm", "krakenfutures", "kucoinfutures", "coinbaseinternational", "bitmex", "deribit"}
)
"""Ids of exchanges, of those that trade spot under another id, on which all markets are derivatives."""

MULTIPLE = re.compile(r"^(1000+|1M)(?=[A-Z]{2})")
"""The start of the base of a market in multiples of a coin, such as 1000SHIB."""


@dataclass(frozen=True, slots=True)
class FileNameFacts:
    """What the name of a file says.

    Attributes:
        symbol: its market, where base and quote stand apart in the name; else None.
        suggestion: its market by the known quotes, where they do not; else None.
        seconds: the length of its bars; None if the name says nothing.
        kind: ``mark`` or ``index`` where the name says so, else None.
    """

    symbol: str | None = None
    suggestion: str | None = None
    seconds: int | None = None
    kind: str | None = None


def parse_file_name(name: str) -> FileNameFacts:
    """What a file's name says of its market and its bars.

    >>> parse_file_name("ATOM_USDT-5m.feather")
    FileNameFacts(symbol='ATOM/USDT', suggestion=None, seconds=300, kind=None)
    >>> parse_file_name("ATOMUSDT-1m-2025-10-10.csv").suggestion
    'ATOM/USDT'
    """
    name = PurePath(name).name
    if match := FREQTRADE_NAME.search(name):
        settle = f":{match['settle']}" if match["settle"] else ""
        kind = match["kind"] if match["kind"] in {"mark", "index"} else None
        return FileNameFacts(f"{match['base']}/{match['quote']}{settle}", None, _count_seconds(match), kind)
    if match := NUMBERED_NAME.search(name):
        return FileNameFacts(suggestion=split_market(match["market"]), seconds=60 * int(match["count"]))
    if match := DASHED_NAME.search(name) or WORDED_NAME.search(name):
        return FileNameFacts(suggestion=split_market(match["market"]), seconds=_count_seconds(match))
    return FileNameFacts()


def parse_market(text: str, bases: Collection[str] = ()) -> str | None:
    """The unified symbol of a market as written by an exchange or vendor; None if it cannot be told.

    Args:
        text: such as ``ATOM/USDT``, ``atom-usdt``, ``ATOM_USDT`` or ``ATOMUSDT``.
        bases: currencies of the market where nothing stands between them; empty if they are not known.

    >>> parse_market("atom-usdt"), parse_market("ATOMFDUSD"), parse_market("ATOM")
    ('ATOM/USDT', 'ATOM/FDUSD', None)
    >>> parse_market("KRW-ATOM")
    'ATOM/KRW'
    >>> parse_market("USDTUSD", ("USD", "USDT"))
    'USDT/USD'
    """
    symbol = text.strip().upper()
    if re.fullmatch(SYMBOL_PATTERN, symbol):
        return symbol
    if match := re.fullmatch(r"([A-Z0-9.]+)[-_ ]([A-Z0-9.]+)(-SWAP)?", symbol):
        base, quote, swap = match.groups()
        quotes = load_catalogue().quotes
        if base in quotes and quote not in quotes:  # some exchanges write KRW-ATOM
            base, quote = quote, base
        return f"{base}/{quote}:{base if quote == 'USD' else quote}" if swap else f"{base}/{quote}"
    for base in bases:
        quote = symbol.removeprefix(base)
        if symbol.startswith(base) and (quote in bases or (quote and len(bases) == 1)):
            return f"{base}/{quote}"
    return split_market(symbol) if re.fullmatch(r"[A-Z0-9]+", symbol) else None


def split_market(market: str) -> str | None:
    """The symbol of a market with nothing between base and quote, by the longest known quote that ends it."""
    quotes = sorted(load_catalogue().quotes, key=len, reverse=True)
    quote = next((quote for quote in quotes if market.endswith(quote) and len(market) > len(quote)), None)
    return f"{market.removesuffix(quote)}/{quote}" if quote else None


def describe_multiple(base: str) -> str | None:
    """The remark about a base that counts a coin in thousands or millions; None for others.

    >>> describe_multiple("1000SHIB")
    '1000SHIB is counted as an asset of its own; per coin divide by 1,000'
    """
    match = MULTIPLE.match(base)
    if match is None:
        return None
    factor = 1_000_000 if match[1] == "1M" else int(match[1])
    return f"{base} is counted as an asset of its own; per coin divide by {factor:,}"


def _count_seconds(match: re.Match[str]) -> int:
    return int(match["count"] or 1) * LENGTH_SECONDS[match["unit"]]
