"""Which column of a file is the volume in base units."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import polars as pl

from data.files.layouts.layout import BASE_VOLUME_KEYS, QUOTE_VOLUME_KEYS
from data.schema import parse_base, parse_quote

VOLUME_KEY = "volume"

ROUNDING = 1.02
"""How far a mean price may lie outside of the prices of its row: volumes are rounded."""


@dataclass(frozen=True, slots=True)
class VolumeColumns:
    """The columns of the volume in base units and in the quote, None where there is none, and why there is no base."""

    base: str | None
    quote: str | None
    fault: str = ""


def list_volume_currencies(columns: Mapping[str, str]) -> tuple[str, ...]:
    """The currencies that the names of columns give after "volume", in capitals.

    >>> list_volume_currencies({"volumebtc": "Volume_(BTC)", "volumecurrency": "Volume_(Currency)", "volume": "Volume"})
    ('BTC',)
    """
    known = {*BASE_VOLUME_KEYS, *QUOTE_VOLUME_KEYS}
    return tuple(
        key.removeprefix(VOLUME_KEY).upper() for key in columns if key.startswith(VOLUME_KEY) and key not in known
    )


def find_volume(columns: Mapping[str, str], own_keys: Mapping[str, str], symbols: Collection[str]) -> VolumeColumns:
    """The columns of the volume. Of two that are named by their currency, the one named like the base is in base units.

    Args:
        columns: the columns of a file by their keys.
        own_keys: the keys of ``volume`` and ``quote_volume`` that its layout names.
        symbols: its markets, as far as they are known.
    """
    bases = {parse_base(symbol).lower() for symbol in symbols}
    quotes = {parse_quote(symbol).lower() for symbol in symbols}
    named = {currency.lower(): columns[VOLUME_KEY + currency.lower()] for currency in list_volume_currencies(columns)}
    quote_keys = (own_keys.get("quote_volume", ""), *QUOTE_VOLUME_KEYS)
    quote = next((columns[key] for key in quote_keys if key in columns), None)
    quote = quote or next((name for currency, name in named.items() if currency in quotes), None)
    own = [columns[own_keys["volume"]]] if "volume" in own_keys else []
    named_like_base = [name for currency, name in named.items() if bases == {currency}]
    plain = [columns[key] for key in BASE_VOLUME_KEYS if key in columns]
    # While the market is yet to be named, any column will do for a preview.
    provisional = [] if symbols else list(named.values())
    if base := next(iter((*own, *named_like_base, *plain, *provisional)), None):
        return VolumeColumns(base, quote)
    others = [name for name in named.values() if name != quote]
    if others:
        market = ", ".join(sorted(symbols))
        return VolumeColumns(
            None, quote, f"its volume is in column {', '.join(others)}, which is not the base of {market}"
        )
    if quote:
        return VolumeColumns(None, quote, f"its volume is in the quote (column {quote}); that in base units is needed")
    return VolumeColumns(None, None)


def is_in_base(rows: pl.DataFrame) -> bool:
    """Whether volumes are in base units, by the volume in the quote: their ratio is a price within most of the rows.

    Args:
        rows: columns ``high``, ``low``, ``volume`` and ``quote_volume`` as floats.
    """
    traded = rows.filter((pl.col("volume") > 0) & (pl.col("quote_volume") > 0) & (pl.col("low") > 0))
    mean_price = pl.col("quote_volume") / pl.col("volume")
    is_inside = mean_price.is_between(pl.col("low") / ROUNDING, pl.col("high") * ROUNDING)
    share = traded.select(is_inside.mean()).item()
    return share is None or share >= 0.5  # noqa: PLR2004 - most
