"""Logs of every known form, read from bytes; answers made by hand."""

import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from data.errors import FileRefused, UsageError
from data.files.formats.unpack import Content
from evidence.orders.read_log import LogOptions, OrderLog, parse_order_log, read_order_log
from evidence.orders.schema import BAD_LINE, ORDER_EVENTS

HEADER = "time,symbol,side,quantity,price,reduceOnly,http_status,code,message\n"
GOOD = "2025-10-10T21:20:01Z,ATOMUSDT,SELL,120.5,1.85,true,400,-2022,ReduceOnly Order is rejected.\n"


def read(text: str | bytes, name: str = "log.csv", **options: object) -> OrderLog:
    """The log of a text."""
    data = text if isinstance(text, bytes) else text.encode()
    return parse_order_log(Content(name, data), LogOptions(**{"venue": "binance", **options}))  # type: ignore[arg-type]


def at(text: str) -> datetime:
    """A time of 10 October 2025 in UTC."""
    return datetime.fromisoformat(f"2025-10-10T{text}+00:00").astimezone(UTC)


def test_a_row_of_named_columns_is_read_in_all_its_fields() -> None:
    """Every column of an event."""
    log = read(HEADER + GOOD)
    assert dict(log.events.schema) == ORDER_EVENTS
    assert log.events.row(0, named=True) == {
        "line": 2,
        "time": at("21:20:01"),
        "venue": "binance",
        "symbol": "ATOMUSDT",
        "asset": "ATOM",
        "market": "ATOM/USDT:USDT",
        "side": "sell",
        "quantity": 120.5,
        "price": 1.85,
        "reduce_only": True,
        "http_status": 400,
        "code": "-2022",
        "message": "ReduceOnly Order is rejected.",
        "class": "matching-risk",
        "outcome": "refused",
    }
    assert (log.needs, log.skipped, len(log.bad_lines)) == ((), 0, 0)


def test_bad_lines_are_listed_with_number_and_reason_and_the_good_ones_show() -> None:
    """Short, open quote, no time, no zone, no calendar day, no answer, no UTF-8, zero bytes; blank lines are none."""
    bad = [
        b"2025-10-10T21:20:02Z,ATOMUSDT\n",
        b'2025-10-10T21:20:03Z,"ATOMUSDT,SELL,1,1,true,400,-2022,\n',
        b",ATOMUSDT,SELL,1,1,true,400,-2022,\n",
        b"2025-10-10 21:20:04,ATOMUSDT,SELL,1,1,true,400,-2022,\n",
        b"2025-13-45T21:20:05Z,ATOMUSDT,SELL,1,1,true,400,-2022,\n",
        b"2025-10-10T21:20:06Z,ATOMUSDT,SELL,1,1,true,,,\n",
        b"2025-10-10T21:20:07Z,\xff\xfe,SELL,1,1,true,400,-2022,\n",
        b"2025-10-10T21:20:08Z,A\0B,SELL,1,1,true,400,-2022,\n",
    ]
    log = read((HEADER + GOOD).encode() + b"".join(bad) + b"\n" + GOOD.encode(), times="UTC")
    assert log.events["line"].to_list() == [2, 6, 12]
    assert dict(log.bad_lines.schema) == BAD_LINE
    assert log.bad_lines.select("line", "reason").rows() == [
        (3, "has 2 fields, the header has 9"),
        (4, "has a quote that does not end on this line"),
        (5, "has no time"),
        (7, "time 2025-13-45T21:20:05Z is neither ISO 8601 nor an epoch number from 2009 to tomorrow"),
        (8, "says nothing of what became of the order"),
        (9, "is no text in UTF-8"),
        (10, "holds zero bytes"),
    ]
    assert log.bad_lines["text"][0] == "2025-10-10T21:20:02Z,ATOMUSDT"


def test_a_log_of_bad_lines_alone_has_no_event() -> None:
    """Nothing is refused, all is listed."""
    log = read(HEADER + "x,y\n" * 3)
    assert (len(log.events), len(log.bad_lines)) == (0, 3)


def test_times_without_a_zone_ask_for_it_and_are_read_in_it() -> None:
    """05:20 in Shanghai, 23:20 in Berlin are 21:20 UTC."""
    text = HEADER + GOOD.replace("2025-10-10T21:20:01Z", "2025-10-10 23:20:01.250")
    assert [need.option for need in read(text).needs] == ["times"]
    assert read(text).events.is_empty()
    assert read(text, times="Europe/Berlin").events["time"][0] == at("21:20:01.250")
    with pytest.raises(UsageError, match="no time zone"):
        read(text, times="Mars/Olympus")


def test_a_time_that_clocks_showed_twice_is_a_bad_line() -> None:
    """On 26 October 2025 02:30 came twice in Berlin."""
    log = read(HEADER + GOOD.replace("2025-10-10T21:20:01Z", "2025-10-26 02:30:00"), times="Europe/Berlin")
    assert "happened twice" in log.bad_lines["reason"][0]


def test_the_clock_skew_moves_every_time() -> None:
    """1.5 seconds more; more than a day is refused."""
    log = read(HEADER + GOOD, skew_s=1.5)
    assert (log.events["time"][0], log.skew_s) == (at("21:20:02.500"), 1.5)
    assert read(HEADER + GOOD, skew_s=-61).events["time"][0] == at("21:19:00")
    with pytest.raises(UsageError, match="more than a day"):
        read(HEADER + GOOD, skew_s=90_000)


def test_codes_without_an_exchange_ask_for_it() -> None:
    """A column of exchanges answers it."""
    assert [need.option for need in read(HEADER + GOOD, venue=None).needs] == ["venue"]
    text = HEADER.replace("symbol", "exchange,symbol") + GOOD.replace("ATOMUSDT", "Binance Futures,ATOMUSDT")
    log = read(text.replace("Binance Futures", "OKEx"), venue=None)
    assert log.events["venue"].to_list() == ["okx"]
    assert log.events["class"].to_list() == ["unknown"]


def test_unusual_columns_are_read_as_they_are_mapped() -> None:
    """Names that nobody knows; a column that is not there is refused with those that are."""
    text = "wann,was,antwort\n2025-10-10T21:20:01Z,ATOMUSDT,-2010\n"
    assert [need.option for need in read(text).needs] == ["columns"]
    log = read(text, columns={"time": "wann", "symbol": "was", "code": "antwort"})
    assert log.events.select("asset", "code", "class").row(0) == ("ATOM", "-2010", "matching-risk")
    with pytest.raises(FileRefused, match="has no column nix; it has wann, was, antwort"):
        read(text, columns={"time": "nix"})
    with pytest.raises(UsageError, match="mood: no field of an order"):
        read(text, columns={"mood": "was"})


@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_any_separator_is_read(separator: str) -> None:
    """Semicolons, tabs and bars."""
    log = read((HEADER + GOOD).replace(",", separator), "log.tsv")
    assert log.events["code"].to_list() == ["-2022"]


def test_json_lines_are_read_with_nested_values_and_bad_ones_are_listed() -> None:
    """Objects with an inner error, a line that is no JSON, one that is no object."""
    lines = [
        json.dumps({"ts": 1760131201000, "symbol": "ATOMUSDT", "reduceOnly": True, "error": {"code": -2022}}),
        "{broken",
        "[1, 2]",
        json.dumps({"ts": 1760131202500, "symbol": "DOGEUSDT", "status": 503, "msg": "Unknown error"}),
    ]
    log = read("\n".join(lines), "log.jsonl")
    assert log.events.select("line", "time", "asset", "class", "outcome").rows() == [
        (1, at("21:20:01"), "ATOM", "matching-risk", "refused"),
        (4, at("21:20:02.500"), "DOGE", "transport", "undetermined"),
    ]
    assert log.bad_lines["line"].to_list() == [2, 3]


def test_a_json_list_is_read_by_rows() -> None:
    """OKX wraps the code of an order in a list of one."""
    order = {"time": "2025-10-10T21:20:01Z", "instId": "ATOM-USDT-SWAP", "code": "1", "data": [{"sCode": "51169"}]}
    log = read(json.dumps([order]), "log.json", venue="okx")
    row = log.events.select("market", "code", "class", "reduce_only").row(0)
    assert row == ("ATOM/USDT:USDT", "51169", "matching-risk", True)


PLAIN = """\
2025-10-10 21:20:00,001 INFO heartbeat
2025-10-10 21:20:01,123 ERROR binance ATOMUSDT SELL qty=120 reduceOnly=true code=-2022 rejected
2025-10-10T21:20:02Z {"code":-1008,"msg":"Server busy"} symbol=ATOMUSD_PERP
2025-10-10T23:20:03.5+02:00 HTTP 503 Unknown error, please check your request or try again later.
1760131204000 POST /order HTTP/1.1 429
code=-2022 without a time
2025-10-10 21:20:05 -2022 is no offset, status=FILLED side=buy
"""


def test_codes_and_statuses_are_found_in_plain_lines() -> None:
    """A log of a program: five answers, one without a time, one line of something else."""
    log = read(PLAIN, "bot.log", times="UTC")
    assert log.layout.name == "plain log lines"
    assert log.events.select("line", "time", "symbol", "side", "code", "http_status", "class").rows() == [
        (2, at("21:20:01.123"), "ATOMUSDT", "sell", "-2022", None, "matching-risk"),
        (3, at("21:20:02"), "ATOMUSD_PERP", None, "-1008", None, "transport"),
        (4, at("21:20:03.500"), None, None, None, 503, "transport"),
        (5, at("21:20:04"), None, None, None, 429, "rate-limit"),
        (7, at("21:20:05"), None, "buy", None, None, "accepted"),
    ]
    assert log.events["quantity"].to_list() == [120.0, None, None, None, None]
    assert log.bad_lines.select("line", "reason").rows() == [(6, "has no time")]
    assert log.skipped == 1


def test_a_request_without_an_answer_is_of_the_transport_and_undetermined() -> None:
    """In a line of a program and in the message of a table; a setting of a time-out is no answer."""
    plain = read("2025-10-10T21:20:01Z ATOMUSDT read timed out\n2025-10-10T21:20:02Z timeout=10\n", "bot.log")
    assert plain.events.select("line", "class", "outcome").rows() == [(1, "transport", "undetermined")]
    assert plain.skipped == 1
    row = "2025-10-10T21:20:01Z,ATOMUSDT,SELL,1,1,true,,,ECONNRESET\n"
    assert read(HEADER + row).events.select("class", "outcome").row(0) == ("transport", "undetermined")


def test_rows_of_a_json_list_are_counted_and_not_quoted() -> None:
    """The second row is no object; the text of line 2 is not it."""
    log = read('[\n{"time": "2025-10-10T21:20:01Z", "code": "-2010"},\n7]', "log.json")
    assert log.bad_lines.rows() == [(2, "is no JSON object", None)]


BINANCE_SPOT = """\
Date(UTC),OrderNo,Pair,Type,Side,Order Price,Order Amount,AvgTrading Price,Filled,Total,status
2025-10-10 21:20:37,1,ATOMUSDT,LIMIT,SELL,1.5,"1,200ATOM",1.5,1200,1800,FILLED
,Date(UTC),Trading Price,Filled,Total,Fee,,,,,
,2025-10-10 21:20:37,1.5,1200,1800,0.1BNB,,,,,
2025-10-10 21:21:00,2,ATOMUSDT,LIMIT,BUY,1.4,10,0,0,0,CANCELED
"""

BINANCE_FUTURES = """\
Uid,Time,Order No,Symbol,Type,Side,Price,Amount,Executed,Reduce Only,Status
7,2025-10-11 05:20:37,1,ATOMUSDT,LIMIT,SELL,1.5,10,0,true,REJECTED
"""

BYBIT_SPOT = """\
UID: 7,Company Name: ,Country:
Spot Pairs,Order Type,Direction,Filled Value,Filled Price,Filled Quantity,Transaction ID,Order No.,Timestamp (UTC+0)
ATOMUSDT,MARKET,SELL,15,1.5,10,1,2,21:20 2025-10-10
"""

OKX = """\
Order ID,Order Time,Instrument,Symbol,Side,Order Type,Order Amount,Filled Amount,Avg. Filled Price,PNL,Fee,Status
1,2025-10-11 05:20:37,Swap,ATOM-USDT-SWAP,sell,Market,10,10,1.6,0,0.1,Filled
"""


@pytest.mark.parametrize(
    ("text", "name", "options", "layout", "event"),
    [
        (
            BINANCE_SPOT,
            "Export.csv",
            {},
            "Binance spot order history",
            ("binance", "ATOM/USDT", at("21:20:37"), "sell", 1200.0, 1.5, "accepted"),
        ),
        (
            BINANCE_FUTURES,
            "Binance-Futures-Order-History-202510110503(UTC+8).csv",
            {},
            "Binance futures order history",
            ("binanceusdm", "ATOM/USDT:USDT", at("21:20:37"), "sell", 10.0, 1.5, "refused"),
        ),
        (
            BYBIT_SPOT,
            "Bybit-Spot-OrderHistory.csv",
            {},
            "Bybit spot order history",
            ("bybit", "ATOM/USDT", at("21:20:00"), "sell", 10.0, 1.5, "accepted"),
        ),
        (
            OKX,
            "Order_History.csv",
            {"times": "Asia/Shanghai"},
            "OKX order history",
            ("okx", "ATOM/USDT:USDT", at("21:20:37"), "sell", 10.0, 1.6, "accepted"),
        ),
    ],
)
def test_order_histories_of_exchanges_are_recognised(
    text: str, name: str, options: dict[str, object], layout: str, event: tuple[object, ...]
) -> None:
    """Exchange, market, time in UTC, side, quantity, price and outcome of the first order, without a word of help."""
    log = read(text, name, venue=None, **options)
    assert (log.layout.name, log.needs) == (layout, ())
    columns = ("venue", "market", "time", "side", "quantity", "price", "outcome")
    assert log.events.select(columns).row(0) == event
    assert log.bad_lines.is_empty()
    assert "refused before" in log.remarks[0]


def test_the_rows_of_fills_below_an_order_are_left_out() -> None:
    """Two orders, two rows of fills."""
    log = read(BINANCE_SPOT, "Export.csv")
    assert (log.events["line"].to_list(), log.skipped) == ([2, 5], 2)


def test_what_is_typed_in_messages_and_symbols_stays_as_it_is() -> None:
    """Scripts and formulas are text of a log, and never a market."""
    script, formula = "<script>alert(1)</script>", "=cmd|'/C calc'!A0"
    log = read(HEADER + GOOD.replace("ATOMUSDT", script).replace("ReduceOnly Order is rejected.", formula))
    assert log.events.select("symbol", "message", "asset", "market").row(0) == (script, formula, None, None)


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("log.xlsx", b"PK", "order logs are read from"),
        ("log.csv", b" \n\n", "is empty"),
        ("log.json", b"[1,", "is no JSON"),
        ("log.csv", b"code,Code\n1,2\n", "more than one column code"),
    ],
)
def test_what_is_no_log_is_refused(name: str, data: bytes, message: str) -> None:
    """Another format, nothing, broken JSON as a whole, two columns of one name."""
    with pytest.raises(FileRefused, match=message):
        read(data, name)


def test_a_packed_log_is_read_from_a_file(tmp_path: Path) -> None:
    """From a zip file, by its path."""
    path = tmp_path / "log.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("bot.log", PLAIN)
    log = read_order_log(path, LogOptions(venue="binance", times="UTC"))
    assert len(log.events) == 5


def test_thousands_of_different_codes_are_read() -> None:
    """Nothing grows with the number of different answers but the answers."""
    rows = "".join(
        f"2025-10-10T21:20:01Z,S{number}USDT,SELL,1,1,true,400,-{number},m{number}\n" for number in range(5000)
    )
    log = read(HEADER + rows)
    assert log.events.filter(pl.col("class") != "unknown")["code"].n_unique() > 20
    assert len(log.events) == 5000


def test_the_reason_of_a_bad_line_holds_no_hidden_signs() -> None:
    """A time is repeated in it: what a terminal obeys, or what turns the line, is a blank there."""
    log = read(HEADER + GOOD.replace("21:20:01", "21:\x9d\u202e01"))
    assert log.bad_lines["reason"].to_list() == [
        "time 2025-10-10T21: 01Z is neither ISO 8601 nor an epoch number from 2009 to tomorrow"
    ]
