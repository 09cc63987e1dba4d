"""Tells which market is in which member of a zip file of Kraken's candles (OHLCVT), by the members' names.

Such a zip has a member for each pair and length, ``XBTUSD_1.csv`` and ``XBTUSD_60.csv`` (minutes). Nothing stands
between base and quote, so some names have several readings: ``ATOMPYUSD`` is ATOM in PYUSD, or ATOMPY in USD. Then the
other members decide: the reading whose base has a member that can be read in one way only.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import NamedTuple

from data.schema import Timeframe, parse_base

MEMBER_NAME = re.compile(r"(?P<pair>[A-Za-z0-9.]+)_(?P<minutes>\d+)\.csv")

LENGTHS = {Timeframe.M1: "1", Timeframe.M5: "5"}
"""The lengths that are read, as the names of members have them. Kraken has no candles of a second."""

CODES = {
    "XBT": "BTC",
    "XDG": "DOGE",
    "LUNA": "LUNC",
    "LUNA2": "LUNA",
    "UST": "USTC",
    "REP": "REPV1",
    "REPV2": "REP",
    "FEE": "KFEE",
}
"""Kraken's codes of currencies that have another name everywhere else."""

OLD_CODES = {
    **{f"X{code}": code for code in ("ETC", "ETH", "LTC", "MLN", "REP", "XLM", "XMR", "XRP", "ICN")},
    "XXBT": "BTC",
    "XXDG": "DOGE",
    "XZEC": "ZEC",
    **{f"Z{code}": code for code in ("USD", "EUR", "GBP", "JPY", "CAD", "AUD")},
}
"""Kraken's old codes of four letters, which stand in pairs of eight only, such as XXBTZUSD and USDTZUSD."""

OLD_CODE_LENGTH = 4

QUOTE_CODES = (
    *("USD", "EUR", "GBP", "AUD", "CAD", "CHF", "JPY"),
    *("USDT", "USDC", "USDG", "USDQ", "USDR", "PYUSD", "RLUSD", "DAI"),
    *("XBT", "ETH", "SOL", "DOT"),
)
"""What Kraken counts prices in, in its codes."""


class BundleMember(NamedTuple):
    """A member of a zip file, and the market of its candles."""

    symbol: str
    name: str


@dataclass(frozen=True, slots=True)
class BundleListing:
    """The members of some assets and of one length.

    Attributes:
        members: those whose market is known, sorted by symbol.
        unclear: the names of those that may be of these assets, but whose market cannot be told from the name.
        absent: the assets without a member.
    """

    members: tuple[BundleMember, ...]
    unclear: tuple[str, ...]
    absent: tuple[str, ...]


def is_kraken_bundle(names: Iterable[str]) -> bool:
    """Whether several members of a zip file are named like Kraken's.

    >>> is_kraken_bundle(["2025Q4/ATOMUSD_1.csv", "2025Q4/ATOMUSD_5.csv"]), is_kraken_bundle(["a.csv", "b.csv"])
    (True, False)
    """
    return sum(_match_name(name) is not None for name in names) > 1


def list_bundle(names: Iterable[str], assets: Collection[str], timeframe: Timeframe) -> BundleListing:
    """The members with candles of assets.

    Args:
        names: of all members, with their folders.
        assets: bases, in capitals, as they are known elsewhere: BTC, not XBT.
        timeframe: the length of the candles.

    >>> list_bundle(["XBTUSD_1.csv", "XBTUSD_60.csv", "ETHXBT_1.csv"], ["BTC", "ATOM"], Timeframe.M1)
    BundleListing(members=(BundleMember(symbol='BTC/USD', name='XBTUSD_1.csv'),), unclear=(), absent=('ATOM',))
    """
    pairs = {
        name: match["pair"]
        for name in names
        if (match := _match_name(name)) and match["minutes"] == LENGTHS.get(timeframe)
    }
    readings = {name: split_pair(pair) for name, pair in pairs.items()}
    clear_bases = {parse_base(symbols[0]) for symbols in readings.values() if len(symbols) == 1}
    members, unclear = [], []
    for name, symbols in readings.items():
        likely = symbols if len(symbols) == 1 else [symbol for symbol in symbols if parse_base(symbol) in clear_bases]
        if len(likely) == 1:
            members += [BundleMember(likely[0], name)] if parse_base(likely[0]) in assets else []
        elif any(parse_base(symbol) in assets for symbol in symbols) or (
            not symbols and pairs[name].startswith(tuple(_list_codes(assets)))
        ):
            unclear.append(name)
    counts = Counter(member.symbol for member in members)
    unclear += [member.name for member in members if counts[member.symbol] > 1]
    single = sorted(member for member in members if counts[member.symbol] == 1)
    found = {parse_base(member.symbol) for member in members}
    return BundleListing(tuple(single), tuple(sorted(unclear)), tuple(sorted({*assets} - found)))


def split_pair(pair: str) -> list[str]:
    """The symbols that a pair of Kraken's may stand for.

    >>> split_pair("XDGUSDT"), split_pair("XXBTZUSD"), split_pair("ATOMPYUSD")
    (['DOGE/USDT'], ['BTC/USD'], ['ATOMPY/USD', 'ATOM/PYUSD'])
    """
    base, quote = pair[:OLD_CODE_LENGTH], pair[OLD_CODE_LENGTH:]
    if quote in OLD_CODES and (base in OLD_CODES or base == "USDT"):
        return [f"{OLD_CODES.get(base, base)}/{OLD_CODES[quote]}"]
    return [
        f"{_translate(pair.removesuffix(quote))}/{_translate(quote)}"
        for quote in QUOTE_CODES
        if pair.endswith(quote) and pair != quote
    ]


def _match_name(name: str) -> re.Match[str] | None:
    return MEMBER_NAME.fullmatch(PurePosixPath(name).name)


def _translate(code: str) -> str:
    return CODES.get(code, code)


def _list_codes(assets: Collection[str]) -> list[str]:
    """Kraken's codes of assets."""
    renamed = [code for code, asset in {**OLD_CODES, **CODES}.items() if asset in assets]
    return [*renamed, *(asset for asset in assets if asset not in CODES)]
