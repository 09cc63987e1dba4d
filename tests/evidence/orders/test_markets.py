"""Symbols of orders as assets and ccxt markets."""

import polars as pl
import pytest

from evidence.orders.markets import match_markets, parse_order_symbol


@pytest.mark.parametrize(
    ("text", "derivative", "market"),
    [
        ("ATOMUSDT", False, "ATOM/USDT"),
        ("atom-usdt", False, "ATOM/USDT"),
        ("ATOM_USDT", False, "ATOM/USDT"),
        ("ATOM/USDT", False, "ATOM/USDT"),
        ("ATOM/USDT:USDT", False, "ATOM/USDT:USDT"),
        ("ATOMUSDT", True, "ATOM/USDT:USDT"),
        ("ATOM/USDT:USDT", True, "ATOM/USDT:USDT"),
        ("ATOMUSD_PERP", False, "ATOM/USD:ATOM"),
        ("ATOM-USDT-SWAP", False, "ATOM/USDT:USDT"),
        ("ATOM-USD-SWAP", False, "ATOM/USD:ATOM"),
        ("BTCUSDT_251226", False, "BTC/USDT:USDT-251226"),
        ("BTC-USD-251226", False, "BTC/USD:BTC-251226"),
        ("KRW-ATOM", False, "ATOM/KRW"),
        ("ATOM", False, None),
        ("<script>alert(1)</script>", False, None),
        ("=HYPERLINK(1)/USDT", False, None),
        ("A" * 100 + "USDT", False, None),
        ("", False, None),
    ],
)
def test_symbols_in_any_spelling_are_one_market(text: str, *, derivative: bool, market: str | None) -> None:
    """The spellings of exchanges, and texts that are no market."""
    assert parse_order_symbol(text, derivative=derivative) == market


def test_reduce_only_orders_and_exchanges_of_derivatives_are_of_perpetuals() -> None:
    """A bare symbol is spot unless the order or the exchange says otherwise; the layout of a file rules."""
    events = pl.DataFrame(
        {
            "symbol": ["ATOMUSDT", "ATOMUSDT", "ATOMUSDT", None],
            "venue": ["binance", "binance", "binanceusdm", "binance"],
            "reduce_only": [None, True, None, True],
        }
    )
    assert match_markets(events, derivatives=None)["market"].to_list() == [
        "ATOM/USDT",
        "ATOM/USDT:USDT",
        "ATOM/USDT:USDT",
        None,
    ]
    assert match_markets(events, derivatives=False)["market"].to_list() == ["ATOM/USDT"] * 3 + [None]
    assert match_markets(events, derivatives=True)["asset"].to_list() == ["ATOM"] * 3 + [None]
