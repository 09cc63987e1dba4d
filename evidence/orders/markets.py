"""The markets of orders: symbols as exchanges write them, read as assets and ccxt markets."""

import re

import polars as pl

from data.files.layouts.market_names import DERIVATIVE_VENUES, parse_market
from data.identity.symbols import SYMBOL_PATTERN
from data.schema import is_derivative, parse_base, parse_quote

MAX_SYMBOL_CHARS = 60
"""Longer texts name no market."""

PERPETUAL = re.compile(r"(?P<pair>[A-Z0-9]{5,})(?:_PERP|PERP|\.P)")
"""Such as ATOMUSD_PERP, a perpetual."""

DATED = re.compile(r"(?P<pair>[A-Z0-9]{5,})_(?P<day>\d{6})")
"""Such as BTCUSD_251226, a future that ends on that day."""

DASHED_DATED = re.compile(r"(?P<base>[A-Z0-9]+)-(?P<quote>[A-Z]+)-(?P<day>\d{6})")
"""Such as BTC-USD-251226."""

INVERSE_QUOTE = "USD"
"""Contracts of this quote are settled in their base."""

MARKET_COLUMNS: dict[str, pl.DataType] = {"asset": pl.String(), "market": pl.String()}
"""What `match_markets` adds."""


def parse_order_symbol(text: str, *, derivative: bool = False) -> str | None:
    """The ccxt unified symbol of a market as an order names it; None if it cannot be told.

    Args:
        text: such as ATOMUSDT, ATOM-USDT, ATOM_USDT, ATOM/USDT:USDT or ATOMUSD_PERP.
        derivative: whether a text that could be of a spot market too is of a perpetual.

    >>> parse_order_symbol("ATOM-USDT"), parse_order_symbol("ATOMUSDT", derivative=True)
    ('ATOM/USDT', 'ATOM/USDT:USDT')
    >>> parse_order_symbol("ATOMUSD_PERP"), parse_order_symbol("BTCUSD_251226"), parse_order_symbol("=1+1")
    ('ATOM/USD:ATOM', 'BTC/USD:BTC-251226', None)
    """
    symbol = text.strip().upper()
    if len(symbol) > MAX_SYMBOL_CHARS:
        return None
    if match := PERPETUAL.fullmatch(symbol):
        return _settle(parse_market(match["pair"]))
    if match := DATED.fullmatch(symbol):
        return _settle(parse_market(match["pair"]), f"-{match['day']}")
    if match := DASHED_DATED.fullmatch(symbol):
        return _settle(f"{match['base']}/{match['quote']}", f"-{match['day']}")
    market = parse_market(symbol)
    if market is None or not re.fullmatch(SYMBOL_PATTERN, market) or not re.fullmatch(r"[A-Z0-9/:.\-]+", market):
        return None
    return _settle(market) if derivative and not is_derivative(market) else market


def match_markets(events: pl.DataFrame, *, derivatives: bool | None) -> pl.DataFrame:
    """The events with `MARKET_COLUMNS`, null where no market can be told.

    A symbol that could be of both is of a perpetual on an exchange of derivatives alone, and for a reduce-only order,
    which no spot market has.

    Args:
        events: has ``symbol``, ``venue`` and ``reduce_only``.
        derivatives: what the layout of the file says; None if it does not.
    """
    is_of_venue = pl.col("venue").is_in(sorted(DERIVATIVE_VENUES)).fill_null(value=False)
    is_reducing = pl.col("reduce_only").fill_null(value=False)
    flag = (is_of_venue | is_reducing) if derivatives is None else pl.lit(derivatives)
    keyed = events.with_columns(is_derivative=flag)
    pairs = keyed.select("symbol", "is_derivative").unique(maintain_order=True).drop_nulls()
    markets = [parse_order_symbol(symbol, derivative=flag) for symbol, flag in pairs.iter_rows()]
    assets = [None if market is None else parse_base(market) for market in markets]
    table = pairs.with_columns(
        pl.Series("asset", assets, pl.String),
        pl.Series("market", markets, pl.String),
    )
    joined = keyed.join(table, on=["symbol", "is_derivative"], how="left", maintain_order="left")
    return joined.drop("is_derivative")


def _settle(pair: str | None, expiry: str = "") -> str | None:
    """The contract of a pair, settled in its base if it is quoted in dollars, else in its quote."""
    if pair is None:
        return None
    base, quote = parse_base(pair), parse_quote(pair)
    return f"{base}/{quote}:{base if quote == INVERSE_QUOTE else quote}{expiry}"
