"""The assets that the catalogue lists."""

from pydantic import StrictBool
from pydantic.dataclasses import dataclass

from data.toml import TABLE_CONFIG, Text


@dataclass(frozen=True, slots=True, config=TABLE_CONFIG)
class Asset:
    """An asset.

    Attributes:
        ticker: its key in the catalogue.
        name: for people.
        underlying: ticker of the asset that it wraps, or None.
        ratio_market: symbol of the market in the underlying, which gives the exchange ratio; None unless it wraps one.
        fx_leg: whether its own markets are used to convert prices to dollars.
    """

    ticker: str
    name: Text
    underlying: Text | None = None
    ratio_market: Text | None = None
    fx_leg: StrictBool = False
