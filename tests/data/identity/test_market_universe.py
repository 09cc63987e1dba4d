"""Which assets a whole market has, and which tickers stand for a multiple of another coin."""

import pytest

from data.errors import UsageError
from data.identity.market_universe import ScanAsset, ScanMarket, build_market_universe, list_left_out
from data.identity.scaled_tickers import load_plain_tickers, parse_scaled_tickers, split_scaled_ticker

QUOTES = ("USD", "USDT")
FAMILIES = {"binanceus": "binance", "coinbase": "coinbase", "coinbaseexchange": "coinbase"}


def list_assets(symbols: dict[str, list[str]], focus: str = "binance") -> list[str]:
    """The tickers of the universe."""
    return [asset.asset for asset in build_market_universe(symbols, focus, QUOTES, FAMILIES)]


@pytest.mark.parametrize(
    ("ticker", "expected"),
    [
        ("1000SATS", ("SATS", 1000.0)),
        ("1MBABYDOGE", ("BABYDOGE", 1_000_000.0)),
        ("1000000MOG", ("MOG", 1_000_000.0)),
        ("10000LADYS", ("LADYS", 10_000.0)),
        ("SATS", None),
        ("1INCH", None),
        ("1000FLOKI", None),
        ("1000", None),
    ],
)
def test_a_multiple_is_one_of_a_coin_that_others_list(ticker: str, expected: tuple[str, float] | None) -> None:
    """The scale is the number in front, where the rest is listed elsewhere; a 1 alone is no scale."""
    assert split_scaled_ticker(ticker, {"SATS", "BABYDOGE", "MOG", "LADYS", "INCH", "X"}) == expected


def test_a_ticker_of_the_catalogue_stands_for_itself() -> None:
    """1000X is a coin of its own although X is one, and so is what another table names."""
    assert "1000X" in load_plain_tickers()
    assert split_scaled_ticker("1000X", {"X"}) is None
    assert split_scaled_ticker("1000X", {"X"}, plain=()) == ("X", 1000.0)
    assert parse_scaled_tickers('plain = ["1MT"]') == {"1MT"}


def test_a_bad_table_of_tickers_is_refused_by_name() -> None:
    """The message names file and key."""
    with pytest.raises(UsageError, match=r"scaled_tickers\.toml: plain: holds 3, which is no text"):
        parse_scaled_tickers("plain = [3]")


def test_an_asset_needs_the_focus_and_two_others() -> None:
    """Two exchanges are too few, and three without the focus do not count."""
    symbols = {
        "binance": ["ATOM/USDT", "DOGE/USDT", "XRP/USDT"],
        "okx": ["ATOM/USDT", "DOGE/USDT", "ADA/USDT"],
        "kraken": ["ATOM/USD", "ADA/USD"],
        "gate": ["ADA/USDT"],
    }
    assert list_assets(symbols) == ["ATOM"]
    assert list_assets(symbols, focus="okx") == ["ADA", "ATOM"]


def test_what_the_focus_lists_with_too_few_others_is_left_out() -> None:
    """A coin of it alone, with one other, or with two of one owner; not what it has in another quote or not at all."""
    symbols = {
        "binance": ["ALONE/USDT", "PAIR/USDT", "SISTER/USDT", "ATOM/USDT", "EURO/EUR", "PERP/USDT:USDT"],
        "binanceus": ["ALONE/USDT"],
        "okx": ["PAIR/USDT", "ATOM/USDT", "ADA/USDT"],
        "coinbase": ["SISTER/USD", "ATOM/USD"],
        "coinbaseexchange": ["SISTER/USD"],
    }
    assert list_left_out(symbols, "binance", QUOTES, FAMILIES) == ("ALONE", "PAIR", "SISTER")
    assert list_assets(symbols) == ["ATOM"]
    assert list_left_out(symbols, "gate", QUOTES, FAMILIES) == ()


def test_relatives_are_no_others() -> None:
    """Neither an exchange of the focus's family nor a second one of another family counts."""
    symbols = {
        "binance": ["ATOM/USDT", "DOGE/USDT"],
        "binanceus": ["ATOM/USDT", "DOGE/USD"],
        "coinbase": ["ATOM/USD", "DOGE/USD"],
        "coinbaseexchange": ["ATOM/USD", "DOGE/USD"],
        "okx": ["DOGE/USDT"],
    }
    assert list_assets(symbols) == ["DOGE"]


def test_other_quotes_and_derivatives_do_not_count() -> None:
    """Neither a market in euros nor a perpetual makes an exchange one that trades the asset."""
    symbols = {
        "binance": ["ATOM/USDT", "ATOM/BTC"],
        "okx": ["ATOM/USDT:USDT"],
        "kraken": ["ATOM/EUR"],
        "gate": ["ATOM/USDT"],
        "kucoin": ["ATOM/USDT"],
    }
    (atom,) = build_market_universe(symbols, "binance", QUOTES, FAMILIES)
    assert atom.markets == (
        ScanMarket("binance", "ATOM/USDT", 1.0),
        ScanMarket("gate", "ATOM/USDT", 1.0),
        ScanMarket("kucoin", "ATOM/USDT", 1.0),
    )


def test_a_multiple_is_a_market_of_its_coin() -> None:
    """SATS has the market of 1000SATS on Binance, with its scale, and 1000SATS is no asset."""
    symbols = {"binance": ["1000SATS/USDT"], "okx": ["SATS/USDT"], "gate": ["SATS/USDT"]}
    assert build_market_universe(symbols, "binance", QUOTES, FAMILIES) == (
        ScanAsset(
            "SATS",
            (
                ScanMarket("binance", "1000SATS/USDT", 1000.0),
                ScanMarket("gate", "SATS/USDT", 1.0),
                ScanMarket("okx", "SATS/USDT", 1.0),
            ),
        ),
    )


def test_a_multiple_that_nobody_lists_by_itself_is_an_asset() -> None:
    """1000CAT stands for itself where all list it so, and where an exchange lists both it and CAT."""
    everywhere = {venue: ["1000CAT/USDT"] for venue in ("binance", "okx", "gate")}
    assert list_assets(everywhere) == ["1000CAT"]
    both = {"binance": ["1000CAT/USDT", "CAT/USDT"], "okx": ["CAT/USDT"], "gate": ["CAT/USDT"]}
    assert [asset.asset for asset in build_market_universe(both, "binance", QUOTES, FAMILIES)] == ["CAT"]
    assert (
        ScanMarket("binance", "1000CAT/USDT", 1000.0)
        not in build_market_universe(both, "binance", QUOTES, FAMILIES)[0].markets
    )
