"""Files of candles as exchanges, vendors and programs write them, each with the candles that it holds."""

from pathlib import Path

import polars as pl
import pytest

from data.schema import Timeframe
from tests.data.files.content import MARKET, list_candles, read_file, read_refusal, write_file

FIRST = ("21:20:00", (4.0, 4.5, 3.5, 4.25, 10.0))
SECOND = ("21:21:00", (4.25, 4.5, 4.0, 4.0, 20.0))
BOTH = [FIRST, SECOND]

# 2025-10-10T21:20:00Z is 1760131200 in seconds; 10 units at about 4.2 and 20 at about 4.1 make 42 and 82 in the quote.
KLINES = (
    "{0},4.00,4.50,3.50,4.25,10.0,{1},42.0,7,5.0,21.0,0",
    "{2},4.25,4.50,4.00,4.00,20.0,{3},82.0,9,5.0,21.0,0",
)
KLINES_MS = [line.format(1760131200000, 1760131259999, 1760131260000, 1760131319999) for line in KLINES]
KLINES_US = [line.format(1760131200000000, 1760131259999999, 1760131260000000, 1760131319999999) for line in KLINES]
KLINES_HEADER = "open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,x,ignore"
KAGGLE_HEADER = (
    "Open time,Open,High,Low,Close,Volume,Close time,Quote asset volume,Number of trades,"
    "Taker buy base asset volume,Taker buy quote asset volume,Ignore"
)


@pytest.mark.parametrize(
    ("name", "lines", "kind"),
    [
        ("a.csv", KLINES_MS, "Binance klines without a header (CSV): times in milliseconds"),
        ("a.csv", KLINES_US, "Binance klines without a header (CSV): times in microseconds"),
        ("a.csv", [KLINES_HEADER, *KLINES_MS], "Binance klines (CSV): times in milliseconds"),
        ("a.csv", [KAGGLE_HEADER, *KLINES_US], "Binance klines (CSV): times in microseconds"),
        (
            "ATOMUSD_1.csv",
            ["1760131200,4.00,4.50,3.50,4.25,10.0,7", "1760131260,4.25,4.50,4.00,4.00,20.0,9"],
            "Kraken OHLCVT without a header (CSV): times in seconds, volume in base units from column 6",
        ),
        (
            "a.csv",
            ["1760131200,4.00,4.50,3.50,4.25,4.2,10.0,7", "1760131260,4.25,4.50,4.00,4.00,4.1,20.0,9"],
            "Kraken OHLCVT without a header (CSV): times in seconds, volume in base units from column 7",
        ),
        (
            "a.csv",
            ["1760131200000,4.00,4.50,3.50,4.25,10.0,42.0", "1760131260000,4.25,4.50,4.00,4.00,20.0,82.0"],
            "Bybit klines without a header",
        ),
        (
            "a.csv",
            ["1760131200000,4.00,4.50,3.50,4.25,10.0", "1760131260000,4.25,4.50,4.00,4.00,20.0"],
            "ccxt rows without a header (CSV): times in milliseconds",
        ),
        (
            "a.json",
            ["[[1760131200000,4.00,4.50,3.50,4.25,10.0],", "[1760131260000,4.25,4.5,4,4,20]]"],
            "ccxt rows without a header (JSON): times in milliseconds",
        ),
        (
            "a.jsonl",
            ["[1760131200000,4.00,4.50,3.50,4.25,10.0]", "[1760131260000,4.25,4.5,4,4,20]"],
            "ccxt rows without a header (JSON)",
        ),
        (
            "a.json",
            [
                '[{"date":"2025-10-10T21:20:00Z","open":4,"high":4.5,"low":3.5,"close":4.25,"volume":10},',
                '{"date":"2025-10-10T21:21:00Z","open":4.25,"high":4.5,"low":4,"close":4,"volume":"20"}]',
            ],
            "candles (JSON): times with a zone",
        ),
        (
            "a.csv",
            ["1760131200,3.50,4.50,4.00,4.25,10.0", "1760131260,4.00,4.50,4.25,4.00,20.0"],
            "Coinbase candles without a header",
        ),
        (
            "a.csv",
            ["1760131200000,4.00,4.25,4.50,3.50,10.0", "1760131260000,4.25,4.00,4.50,4.00,20.0"],
            "Bitfinex candles without a header",
        ),
        (
            "a.csv",
            ["1760131200,10.0,4.25,4.50,3.50,4.00", "1760131260,20.0,4.00,4.50,4.00,4.25"],
            "Gate candles without a header (CSV): times in seconds, volume in base units from column 2",
        ),
        (
            "a.csv",
            [
                "time,open,close,high,low,volume,turnover",
                "1760131200,4.00,4.25,4.50,3.50,10.0,42",
                "1760131260,4.25,4.00,4.50,4.00,20.0,82",
            ],
            "KuCoin klines (CSV)",
        ),
        (
            "a.csv",
            [
                "id,open,close,low,high,amount,vol,count",
                "1760131200,4.00,4.25,3.50,4.50,10.0,42,7",
                "1760131260,4.25,4.00,4.00,4.50,20.0,82,9",
            ],
            "HTX candles (CSV): times in seconds, volume in base units from column amount",
        ),
        (
            "a.csv",
            [
                "Timestamp,Open,High,Low,Close,Volume_(ATOM),Volume_(Currency),Weighted_Price",
                "1760131200,4.00,4.50,3.50,4.25,10.0,42,4.2",
                "1760131260,4.25,4.50,4.00,4.00,20.0,82,4.1",
            ],
            "Bitcoin minutes as on Kaggle (CSV): times in seconds, volume in base units from column Volume_(ATOM)",
        ),
        (
            "a.csv",
            [
                ",open,high,low,close,volume",
                "2025-10-10 21:20:00+00:00,4.00,4.50,3.50,4.25,10.0",
                "2025-10-10 21:21:00+00:00,4.25,4.50,4.00,4.00,20.0",
            ],
            "candles (CSV): times with a zone",
        ),
        (
            "a.csv",
            [
                ",0,1,2,3,4,5",
                "0,1760131200000,4.00,4.50,3.50,4.25,10.0",
                "1,1760131260000,4.25,4.50,4.00,4.00,20.0",
            ],
            "ccxt rows without a header",
        ),
        (
            "a.csv",
            ["0,1,2,3,4,5", "1760131200000,4.00,4.50,3.50,4.25,10.0", "1760131260000,4.25,4.50,4.00,4.00,20.0"],
            "ccxt rows without a header",
        ),
        (
            "a.csv",
            [
                "time_period_start;time_open;time_close;price_open;price_high;price_low;price_close;volume_traded",
                "2025-10-10T21:20:00.0000000Z;2025-10-10T21:20:01Z;2025-10-10T21:20:59Z;4.00;4.50;3.50;4.25;10.0",
                "2025-10-10T21:21:00.0000000Z;2025-10-10T21:21:01Z;2025-10-10T21:21:59Z;4.25;4.50;4.00;4.00;20.0",
            ],
            "candles (CSV with semicolons): times with a zone, volume in base units from column volume_traded",
        ),
        (
            "a.csv",
            [
                "timestamp (UTC),open,high,low,close,volume",
                "2025-10-10 21:20:00,4.00,4.50,3.50,4.25,10.0",
                "2025/10/10 21:21,4.25,4.50,4.00,4.00,20.0",
            ],
            "candles (CSV): times without a zone",
        ),
    ],
)
def test_a_file_of_a_known_kind_is_read(tmp_path: Path, name: str, lines: list[str], kind: str) -> None:
    """Its candles have the values of the right columns, and the report says what it was recognised as."""
    imported = read_file(write_file(tmp_path / name, *lines), **MARKET)
    assert list_candles(imported) == BOTH
    assert imported.candles.select("venue", "symbol", "timeframe", "price").unique().rows() == [
        ("kraken", "ATOM/USD", "1m", "trade")
    ]
    assert imported.report.recognised.startswith(kind)


@pytest.mark.parametrize(
    ("header", "first", "second"),
    [
        (
            "Unix,Date,Symbol,Open,High,Low,Close,Volume ATOM,Volume USD,tradecount",
            "1760131200000,2025-10-10 21:20:00,ATOM/USD,4.00,4.50,3.50,4.25,10.0,42,7",
            "1760131260000,2025-10-10 21:21:00,ATOM/USD,4.25,4.50,4.00,4.00,20.0,82,9",
        ),
        (
            "Unix Timestamp,Date,Symbol,Open,High,Low,Close,Volume USD,Volume ATOM",
            "1760131200.0,2025-10-10 21:20:00,ATOMUSD,4.00,4.50,3.50,4.25,42,10.0",
            "1760131260.0,2025-10-10 21:21:00,ATOMUSD,4.25,4.50,4.00,4.00,82,20.0",
        ),
        (
            "unix,date,symbol,open,high,low,close,Volume ATOM,Volume USD",
            "1760131200,2025-10-10 21:20:00,ATOM-USD,4.00,4.50,3.50,4.25,10.0,42",
            "1760131260,2025-10-10 21:21:00,ATOM-USD,4.25,4.50,4.00,4.00,20.0,82",
        ),
    ],
)
@pytest.mark.parametrize("comment", ["https://www.CryptoDataDownload.com", "# from a vendor, in 2025", ""])
def test_a_vendor_file_with_two_volumes_newest_first(
    tmp_path: Path, comment: str, header: str, first: str, second: str
) -> None:
    """A line of comment is skipped, the order is that of time, and the volume is the one named like the base."""
    imported = read_file(write_file(tmp_path / "a.csv", comment, header, second, first), venue="gemini")
    assert list_candles(imported) == BOTH
    assert imported.candles["symbol"].unique().to_list() == ["ATOM/USD"]


def test_the_base_decides_which_volume_is_read(tmp_path: Path) -> None:
    """Of two named volumes that of the market's base counts, and a market that neither is the base of is refused."""
    header = "time,open,high,low,close,Volume USDT,Volume USD"
    path = write_file(tmp_path / "a.csv", header, "1760131200,1,1,1,1,3,3")
    assert list_candles(read_file(path, venue="kraken", symbol="USDT/USD"))[0][1][-1] == 3.0
    assert "its volume is in column Volume USDT, which is not the base of ATOM/USD" in read_refusal(path, **MARKET)


@pytest.mark.parametrize(
    ("header", "row", "reason"),
    [
        (
            "time,open,high,low,close,quote_volume",
            "1760131200,4,4.5,3.5,4.25,42",
            "its volume is in the quote (column quote_volume); that in base units is needed",
        ),
        (
            "time,open,high,low,close,volume,turnover",
            "1760131200,4,4.5,3.5,4.25,42,10",
            "its two volumes do not agree with its prices",
        ),
        ("time,open,high,low,volume", "1760131200,4,4.5,3.5,10", "has no column close"),
        ("price,amount", "4,10", "has no column open_time, open, high, low, close, volume"),
    ],
)
def test_a_volume_that_is_not_in_base_units_is_refused(tmp_path: Path, header: str, row: str, reason: str) -> None:
    """So is a file without a column that nothing replaces."""
    assert reason in read_refusal(write_file(tmp_path / "a.csv", header, row), **MARKET)


def test_an_order_of_columns_that_is_not_known_is_refused(tmp_path: Path) -> None:
    """Without a header the number of columns and the values decide; what fits no known order is not guessed at."""
    path = write_file(tmp_path / "a.csv", "1760131200,4.00,4.50,3.50,4.25,10.0,0,0,0,0")
    assert "has no header, and its 10 columns are in no known order; add a line" in read_refusal(path, **MARKET)
    path = write_file(tmp_path / "b.csv", "1760131200000,1,2,3,4,5")
    assert "its 6 columns are in no known order" in read_refusal(path, **MARKET)


def test_a_bad_row_without_a_header_is_named(tmp_path: Path) -> None:
    """One bad row among good ones is refused with its line, from 1."""
    path = write_file(
        tmp_path / "a.csv", *KLINES_MS, KLINES[0].replace("4.50", "1.50").format(1760131320000, 1760131379999)
    )
    assert "line 3: high 1.5 is below open 4.0" in read_refusal(path, **MARKET)


def test_freqtrade_files_name_their_market(tmp_path: Path) -> None:
    """Pair, settlement and length stand in the name; the pair need not be named again."""
    frame = pl.DataFrame(
        {
            "date": pl.Series([1760131200000, 1760131260000]).cast(pl.Datetime("ms", "UTC")),
            "open": [4.0, 4.25],
            "high": [4.5, 4.5],
            "low": [3.5, 4.0],
            "close": [4.25, 4.0],
            "volume": [10.0, 20.0],
        }
    )
    spot, future = tmp_path / "ATOM_USD-1m.feather", tmp_path / "ATOM_USDT_USDT-1m-futures.parquet"
    frame.write_ipc(spot, compression="lz4")
    frame.write_parquet(future)
    imported = read_file(spot, venue="kraken")
    assert list_candles(imported) == BOTH
    assert imported.candles["symbol"][0] == "ATOM/USD"
    assert read_file(future, venue="binanceusdm").candles["symbol"][0] == "ATOM/USDT:USDT"
    other = read_file(spot, venue="kraken", symbol="ATOM/EUR")
    assert other.report.remarks == ("its name says ATOM/USD, but it was read as ATOM/EUR",)
    mark = tmp_path / "ATOM_USDT_USDT-1m-mark.feather"
    frame.write_ipc(mark)
    assert "its name says that it holds mark prices: --price mark" in read_refusal(mark, venue="binanceusdm")


def test_a_freqtrade_name_of_other_bars_is_refused(tmp_path: Path) -> None:
    """The length in the name has to be that of the import; hours are not measured."""
    row = "[[1760131200000,4,4.5,3.5,4.25,10]]"
    five = write_file(tmp_path / "ATOM_USD-5m.json", row)
    assert "by its name its rows are of 5 minutes, not of a minute: --timeframe 5m" in read_refusal(five, venue="okx")
    assert read_file(five, venue="okx", timeframe=Timeframe.M5).candles["timeframe"].to_list() == ["5m"]
    hour = write_file(tmp_path / "ATOM_USD-1h.json", row)
    assert "by its name its rows are of 1 hour; bars of 1s, 1m and 5m are measured" in read_refusal(hour, venue="okx")


def test_a_missing_market_is_asked_for_with_what_the_name_suggests(tmp_path: Path) -> None:
    """A file that does not name its market is refused with both options; its name gives the likely symbol."""
    path = write_file(tmp_path / "ATOMUSDT-1m-2025-10-10.csv", *KLINES_MS)
    assert read_refusal(path).splitlines()[1:] == [
        "  it does not name its exchange: --venue NAME",
        "  it does not name its market: --symbol ATOM/USDT",
    ]


def test_a_symbol_beside_the_column_only_has_to_agree(tmp_path: Path) -> None:
    """A market may be named that the file has a column for, if both mean the same; a perpetual is named so."""
    header = "symbol,time,open,high,low,close,volume"
    path = write_file(tmp_path / "a.csv", header, "ATOMUSDT,1760131200,4,4.5,3.5,4.25,10")
    for symbol in ("ATOM/USDT", "atom/usdt:usdt"):
        assert read_file(path, venue="okx", symbol=symbol).candles["symbol"].to_list() == [symbol.upper()]
    assert "has a column symbol of its own" in read_refusal(path, venue="okx", symbol="ATOM/USD")


def test_an_exchange_of_derivatives_needs_the_symbol_of_one(tmp_path: Path) -> None:
    """A spot symbol on an exchange that only has derivatives would make it a peer, so it is refused."""
    path = write_file(tmp_path / "a.csv", *KLINES_MS)
    message = read_refusal(path, venue="Binance USDT-M", symbol="ATOM/USDT")
    assert "ATOM/USDT is the symbol of a spot market: --symbol ATOM/USDT:USDT" in message
    assert len(read_file(path, venue="binanceusdm", symbol="ATOM/USDT:USDT").candles) == 2


@pytest.mark.parametrize(
    ("symbol", "remark"),
    [
        ("1000SHIB/USDT:USDT", "1000SHIB is counted as an asset of its own; per coin divide by 1,000"),
        ("1MBABYDOGE/USDT", "1MBABYDOGE is counted as an asset of its own; per coin divide by 1,000,000"),
        ("1INCH/USDT", None),
    ],
)
def test_multiples_of_a_coin_are_said(tmp_path: Path, symbol: str, remark: str | None) -> None:
    """An asset that counts a coin in thousands stays an asset of its own, and the report says so."""
    path = write_file(tmp_path / "a.csv", *KLINES_MS)
    report = read_file(path, venue="bybit", symbol=symbol).report
    assert report.remarks == (() if remark is None else (remark,))


def test_a_series_without_volume_needs_its_kind(tmp_path: Path) -> None:
    """An export of a chart has no volume: it is refused, unless it is a series of index or mark prices."""
    path = write_file(tmp_path / "a.csv", "time,open,high,low,close", "1760131200,4,4.5,3.5,4.25")
    message = read_refusal(path, **MARKET)
    assert "without volume no minute can vote" in message
    assert message.endswith("--price index or --price mark")
    assert read_file(path, **MARKET, price="mark").candles.select("price", "volume").rows() == [("mark", 0.0)]


def test_volume_zero_in_every_row_while_prices_move_is_no_series_of_trades(tmp_path: Path) -> None:
    """Such a file is refused unless it is named index or mark; one quiet flat price is a quiet market."""
    header = "time,open,high,low,close,volume"
    moving = write_file(tmp_path / "a.csv", header, "1760131200,4,4.5,3.5,4.25,0", "1760131260,4.25,4.5,4,4,0")
    assert "it looks like an index or mark series" in read_refusal(moving, **MARKET)
    assert read_file(moving, **MARKET, price="index").candles["price"].unique().to_list() == ["index"]
    for rows in (["1760131200,4,4.5,3.5,4.25,0"], ["1760131200,4,4,4,4,0", "1760131260,5,5,5,5,0"]):
        other = write_file(tmp_path / "c.csv", header, *rows)
        assert "it looks like an index or mark series" in read_refusal(other, **MARKET)
    quiet = write_file(tmp_path / "b.csv", header, "1760131200,4,4,4,4,0", "1760131260,4,4,4,4,0")
    assert read_file(quiet, **MARKET).candles["volume"].to_list() == [0.0, 0.0]


def test_index_rows_without_any_price_are_no_candles(tmp_path: Path) -> None:
    """A series without volume has rows without prices too; they are counted."""
    path = write_file(tmp_path / "a.csv", "time,open,high,low,close", "1760131200,4,4.5,3.5,4.25", "1760131260,,,,")
    imported = read_file(path, **MARKET, price="index")
    assert imported.candles.select("close", "volume").rows() == [(4.25, 0.0)]
    assert imported.report.empty_rows == 1


def test_rows_without_any_price_are_no_candles(tmp_path: Path) -> None:
    """They are counted, in a file of any kind."""
    header = "Timestamp,Open,High,Low,Close,Volume_(ATOM),Volume_(Currency),Weighted_Price"
    for word in ("NaN", "", "null", "None", "NA"):
        nothing = ",".join(["1760131260", *[word] * 7])
        path = write_file(tmp_path / "a.csv", header, "1760131200,4,4.5,3.5,4.25,10,42,4.2", nothing)
        imported = read_file(path, **MARKET)
        assert list_candles(imported) == [FIRST]
        assert imported.report.empty_rows == 1
