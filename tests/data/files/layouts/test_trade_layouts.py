"""Files of trades as exchanges and vendors write them; they become candles with the lowest trade of each."""

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from data.schema import Timeframe
from tests.data.files.content import MARKET, list_candles, read_file, read_refusal, write_file

# Trades of 21:20:00.5 and 21:20:03.25 at 4 and 3.5, and of 21:21:01 at 4.25. 1760131200 is 21:20:00.
MINUTES = [("21:20:00", (4.0, 4.0, 3.5, 3.5, 3.0)), ("21:21:00", (4.25, 4.25, 4.25, 4.25, 0.5))]
TARDIS = "exchange,symbol,timestamp,local_timestamp,id,side,price,amount"


@pytest.mark.parametrize(
    ("lines", "kind"),
    [
        (
            [
                "id,price,qty,quote_qty,time,is_buyer_maker",
                "11,4,1,4,1760131200500,true",
                "12,3.5,2,7,1760131203250,false",
                "13,4.25,0.5,2.125,1760131261000,true",
            ],
            "Binance trades (CSV): times in milliseconds",
        ),
        (
            [
                "11,4,1,4,1760131200500000,True,True",
                "12,3.5,2,7,1760131203250000,False,True",
                "13,4.25,0.5,2.125,1760131261000000,True,True",
            ],
            "Binance trades without a header (CSV): times in microseconds",
        ),
        (
            [
                "11,4,1,21,21,1760131200500,True,True",
                "12,3.5,2,22,23,1760131203250,False,True",
                "13,4.25,0.5,24,24,1760131261000,True,True",
            ],
            "Binance aggTrades without a header",
        ),
        (
            [
                "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker",
                "11,4,1,21,21,1760131200500,true",
                "12,3.5,2,22,23,1760131203250,false",
                "13,4.25,0.5,24,24,1760131261000,true",
            ],
            "Binance aggTrades (CSV)",
        ),
        (
            [
                "id,timestamp,price,volume,side",
                "1,1760131200500,4,1,buy",
                "2,1760131203250,3.5,2,sell",
                "3,1760131261000,4.25,0.5,buy",
            ],
            "Bybit trades (CSV)",
        ),
        (
            [
                "timestamp,symbol,side,size,price,tickDirection,trdMatchID,grossValue",
                "1760131200.5,ATOMUSD,Buy,1,4,PlusTick,b1,4",
                "1760131203.25,ATOMUSD,Sell,2,3.5,PlusTick,b2,7",
                "1760131261.0,ATOMUSD,Buy,0.5,4.25,PlusTick,b3,2.125",
            ],
            "Bybit trades (CSV)",
        ),
        (
            ["1760131200.5,4,1", "1760131203.25,3.5,2", "1760131261,4.25,0.5"],
            "Kraken trades without a header (CSV): times in seconds",
        ),
        (
            ["1760131261.0,3,4.25,0.5,2", "1760131203.25,2,3.5,2,1", "1760131200.5,1,4,1,2"],
            "Gate deals without a header",
        ),
        (
            [
                "instrument_name,trade_id,side,price,size,created_time",
                "ATOM-USD,1,buy,4,1,1760131200500",
                "ATOM-USD,2,sell,3.5,2,1760131203250",
                "ATOM-USD,3,buy,4.25,0.5,1760131261000",
            ],
            "OKX trades (CSV)",
        ),
        (
            [
                "datetime,price,amount",
                "2025-10-10T21:20:00.500Z,4,1",
                "2025-10-10T21:20:03.250Z,3.5,2",
                "2025-10-10T21:21:01Z,4.25,0.5",
            ],
            "trades (CSV): times with a zone",
        ),
    ],
)
def test_a_file_of_trades_becomes_minutes(tmp_path: Path, lines: list[str], kind: str) -> None:
    """Each minute has the first, highest, lowest and last price and the sum of the amounts, and its lowest trade."""
    imported = read_file(write_file(tmp_path / "a.csv", *lines), **MARKET)
    assert list_candles(imported) == MINUTES
    assert imported.report.recognised.startswith(kind)
    lows = imported.lows.select("venue", "symbol", "timeframe", "at", "price", "amount").rows()
    at = [datetime(2025, 10, 10, 21, 20, 3, 250_000, UTC), datetime(2025, 10, 10, 21, 21, 1, tzinfo=UTC)]
    assert lows == [
        ("kraken", "ATOM/USD", "1m", at[0], 3.5, 2.0),
        ("kraken", "ATOM/USD", "1m", at[1], 4.25, 0.5),
    ]


def test_trades_of_tardis_name_their_markets(tmp_path: Path) -> None:
    """Exchange and symbol are in the file, the lowest and the highest trade of each market in the report."""
    path = write_file(
        tmp_path / "a.csv",
        TARDIS,
        "coinbase,ATOM-USD,1760131203250000,1760131203300000,2,sell,3.5,2",
        "coinbase,ATOM-USD,1760131200500000,1760131200600000,1,buy,4,1",
        "gate-io,ATOM_USDT,1760131261000000,1760131261000001,9,buy,4.25,0.5",
    )
    imported = read_file(path)
    assert imported.candles.select("venue", "symbol", "close").rows() == [
        ("coinbase", "ATOM/USD", 3.5),
        ("gate", "ATOM/USDT", 4.25),
    ]
    assert imported.report.remarks == (
        "lowest trade of coinbase ATOM/USD: 3.5 at 2025-10-10 21:20:03.250 UTC",
        "highest trade of coinbase ATOM/USD: 4.0 at 2025-10-10 21:20:00.500 UTC",
        "lowest trade of gate ATOM/USDT: 4.25 at 2025-10-10 21:21:01.000 UTC",
        "highest trade of gate ATOM/USDT: 4.25 at 2025-10-10 21:21:01.000 UTC",
    )


@pytest.mark.parametrize("exchange", ["binance-futures", "bybit"])
def test_derivatives_of_tardis_need_their_symbol(tmp_path: Path, exchange: str) -> None:
    """There "bybit" stands for its derivatives: read as a spot market it would vote."""
    path = write_file(tmp_path / "a.csv", TARDIS, f"{exchange},ATOMUSDT,1760131203250000,1,2,sell,3.5,2")
    assert read_refusal(path).endswith("the symbol of a spot market: --symbol ATOM/USDT:USDT")
    assert read_file(path, symbol="ATOM/USDT:USDT").candles["symbol"].to_list() == ["ATOM/USDT:USDT"]


def test_trades_become_bars_of_other_lengths(tmp_path: Path) -> None:
    """The length that the caller names is that of the bars."""
    path = write_file(tmp_path / "a.csv", "1760131200.5,4,1", "1760131200.75,3.5,2", "1760131203.25,4.25,0.5")
    imported = read_file(path, **MARKET, timeframe=Timeframe.S1)
    assert list_candles(imported) == [
        ("21:20:00", (4.0, 4.0, 3.5, 3.5, 3.0)),
        ("21:20:03", (4.25, 4.25, 4.25, 4.25, 0.5)),
    ]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("12,-3.5,2,7,1760131203250,false", "line 3: price -3.5 is no positive number"),
        ("12,3.5,x,7,1760131203250,false", "line 3: amount x is no number from 0"),
        ("12,3.5,2,7,noon,false", "line 3: time noon is no time"),
        ("12,3.5,2,7,,false", "line 3: has no time"),
        ("11,3.5,2,7,1760131203250,false", "one id for two trades: 11"),
    ],
)
def test_a_row_that_is_no_trade_is_refused(tmp_path: Path, row: str, reason: str) -> None:
    """Its line and the reason are named; two trades with one id are refused too."""
    header = "id,price,qty,quote_qty,time,is_buyer_maker"
    path = write_file(tmp_path / "a.csv", header, "11,4,1,4,1760131200500,true", row)
    assert reason in read_refusal(path, **MARKET)


def test_trades_are_read_from_parquet(tmp_path: Path) -> None:
    """Numbers that are no text are read as they are printed."""
    path = tmp_path / "a.parquet"
    at = [datetime(2025, 10, 10, 21, 20, 0, 500_000, UTC), datetime(2025, 10, 10, 21, 20, 3, 250_000, UTC)]
    pl.DataFrame({"timestamp": at, "price": [4.0, 3.5], "amount": [1.0, 2.0]}).write_parquet(path)
    assert list_candles(read_file(path, **MARKET)) == MINUTES[:1]
