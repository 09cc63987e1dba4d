"""Reading files of fills, liquidations and forced deleveraging."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from data.errors import FileRefused, UsageError
from data.files.formats.unpack import Content
from evidence.losses.executions import Execution, ExecutionKind, OrderSide
from evidence.losses.read_executions import ExecutionFile, read_executions

HEADER = "time,venue,symbol,side,quantity,price,kind,fee,order id"


def read_lines(*lines: str, header: str = HEADER, zone: str | None = None) -> ExecutionFile:
    """The content of a CSV with these lines."""
    text = "\n".join([header, *lines])
    return read_executions("fills.csv", content=Content("fills.csv", text.encode()), zone=zone)


def test_a_line_is_read_as_written() -> None:
    """Time in UTC, names unified, numbers with all their digits."""
    file = read_lines("2025-10-11T05:20:37.689+08:00,Binance,ATOMUSDT,SELL,100.50,1.6880,ADL,0.17,=7")
    assert file.executions == (
        Execution(
            line=2,
            time=datetime(2025, 10, 10, 21, 20, 37, 689000, tzinfo=UTC),
            venue="binance",
            symbol="ATOM/USDT",
            side=OrderSide.SELL,
            quantity=Decimal("100.50"),
            price=Decimal("1.6880"),
            kind=ExecutionKind.ADL,
            fee=Decimal("0.17"),
            order_id="=7",
        ),
    )
    assert file.executions[0].amount == Decimal("169.6440")
    assert str(file.executions[0].minute) == "2025-10-10 21:20:00+00:00"


def test_bad_lines_are_listed_and_good_ones_used() -> None:
    """Each line says its own first fault; the rest of the file counts."""
    good = "2025-10-10T21:20:00Z,binance,ATOM/USDT,buy,1,2,,,"
    file = read_lines(
        good,
        "2025-10-10T21:20:00,binance,ATOM/USDT,buy,1,2,,,",
        "yesterday,binance,ATOM/USDT,buy,1,2,,,",
        ",binance,ATOM/USDT,buy,1,2,,,",
        "2025-10-10T21:20:00Z,binanse,ATOM/USDT,buy,1,2,,,",
        "2025-10-10T21:20:00Z,binance,ATOM,buy,1,2,,,",
        "2025-10-10T21:20:00Z,binance,ATOM/USDT,long,1,2,,,",
        "2025-10-10T21:20:00Z,binance,ATOM/USDT,buy,0,2,,,",
        "2025-10-10T21:20:00Z,binance,ATOM/USDT,buy,1,,,,",
        '2025-10-10T21:20:00Z,binance,ATOM/USDT,buy,"1,000",2,,,',
        "2025-10-10T21:20:00Z,binance,ATOM/USDT,buy,1,inf,,,",
        "2025-10-10T21:20:00Z,binance,ATOM/USDT,buy,1,2,gift,,",
        "2025-10-10T21:20:00Z,binance,ATOM/USDT,buy,1,2,,free,",
        good,
    )
    assert [execution.line for execution in file.executions] == [2, 15]
    reasons = {bad.line: bad.reason for bad in file.bad_lines}
    assert "has no time zone" in reasons[3]
    assert reasons[4] == "time yesterday is neither ISO 8601 nor an epoch number"
    assert reasons[5] == "has no time"
    assert "venue 'binanse' is unknown; the nearest known one is binance" in reasons[6]
    assert reasons[7] == "symbol ATOM is not a market such as ATOM/USDT"
    assert reasons[8] == "side long is not buy or sell"
    assert reasons[9] == "quantity 0 is no number above 0"
    assert reasons[10] == "has no price"
    assert reasons[11] == "quantity 1,000 is no number above 0"
    assert reasons[12] == "price inf is no number above 0"
    assert reasons[13] == "kind gift is not fill, liquidation, adl or opening"
    assert reasons[14] == "fee free is no number"
    assert set(reasons) == set(range(3, 15))


def test_a_line_that_is_no_row_is_a_bad_one() -> None:
    """Too many fields, too few, and a quote that does not end: the lines around them are used."""
    good = "2025-10-10T21:20:00Z,binance,ATOM/USDT,buy,1,2,,,"
    file = read_lines(
        good, f"{good},,", "x,y", '2025-10-10T21:20:00Z,"binance,ATOM/USDT,buy,1,2,,,', "never" + good, good
    )
    assert [execution.line for execution in file.executions] == [2, 7]
    assert [bad.line for bad in file.bad_lines] == [3, 4, 5, 6]
    assert file.bad_lines[0].reason == "has 11 fields, the header has 9"
    assert file.bad_lines[2].reason == "has a quote that does not end on this line"


def test_an_opening_position_may_be_long_or_short() -> None:
    """A long position was bought, a short one sold."""
    file = read_lines(
        "2025-10-01T00:00:00Z,okx,ATOM/USDT:USDT,long,5,4,opening,,",
        "2025-10-01T00:00:00Z,okx,XRP/USDT:USDT,short,5,4,opening,,",
    )
    assert [execution.side for execution in file.executions] == [OrderSide.BUY, OrderSide.SELL]


def test_executions_stand_in_the_order_of_time() -> None:
    """Of equal times the earlier line comes first."""
    file = read_lines(
        "1760131300,okx,ATOM/USDT,buy,1,2,,,",
        "1760131200,okx,ATOM/USDT,buy,1,2,,,",
        "1760131200,okx,ATOM/USDT,buy,1,2,,,",
    )
    assert [execution.line for execution in file.executions] == [3, 4, 2]


def test_a_column_that_says_utc_or_a_zone_gives_the_zone() -> None:
    """Times without a zone are in that of the header or of the caller."""
    line = "2025-10-10 21:20:00,okx,ATOM/USDT,buy,1,2"
    header = "Date(UTC),exchange,pair,side,executed,price"
    in_utc = read_lines(line, header=header)
    in_singapore = read_lines(line, header=header.replace("(UTC)", ""), zone="Asia/Singapore")
    assert str(in_utc.executions[0].time) == "2025-10-10 21:20:00+00:00"
    assert str(in_singapore.executions[0].time) == "2025-10-10 13:20:00+00:00"
    with pytest.raises(UsageError, match="no time zone"):
        read_lines(line, header=header, zone="Mars")


def test_a_file_without_a_column_is_refused() -> None:
    """The message says which one is missing, and which there are."""
    with pytest.raises(FileRefused, match=r"fills\.csv: has no column venue, price; a file of executions has time"):
        read_lines("2025-10-10T21:20:00Z,ATOM/USDT,buy,1", header="time,symbol,side,quantity")


def test_other_formats_are_read_too(tmp_path: Path) -> None:
    """JSON lines and Parquet hold the same columns."""
    market = '{"time": 1760131200000, "venue": "OKX", "symbol": "ATOM-USDT", '
    json_line = market + '"side": "buy", "quantity": 0.10, "price": 2}'
    read = read_executions("fills.jsonl", content=Content("fills.jsonl", json_line.encode()))
    assert (read.executions[0].quantity, read.executions[0].order_id) == (Decimal("0.10"), None)
    path = tmp_path / "fills.parquet"
    time = datetime(2025, 10, 10, 21, 20, tzinfo=UTC)
    pl.DataFrame(
        {"time": [time], "venue": "OKX", "symbol": "ATOM-USDT", "side": "buy", "quantity": 0.5, "price": 2}
    ).write_parquet(path)
    assert read_executions(path).executions[0].time == time
