"""Good files of every layout that is imported, from which the fuzzing of imports makes bad ones."""

import gzip
import io
import zipfile
from dataclasses import dataclass
from typing import Literal

import polars as pl

HEADER = "venue,symbol,open_time,open,high,low,close,volume"
OWN_ROWS = (
    "kraken,ATOM/USD,2025-10-10T21:20:00Z,4.00,4.50,3.50,4.25,10.0",
    "kraken,ATOM/USD,2025-10-10T21:21:00Z,4.25,4.50,4.00,4.00,20.0",
)
KLINES = (
    "1760131200000,4.00,4.50,3.50,4.25,10.0,1760131259999,42.0,7,5.0,21.0,0",
    "1760131260000,4.25,4.50,4.00,4.00,20.0,1760131319999,82.0,9,5.0,21.0,0",
)
OHLCV_MS = ("1760131200000,4.00,4.50,3.50,4.25,10.0", "1760131260000,4.25,4.50,4.00,4.00,20.0")

TEXTS: dict[str, tuple[str, ...]] = {
    "own.csv": (HEADER, *OWN_ROWS),
    "semicolons.csv": ("time;open;high;low;close;volume", "1760131200;4,00;4,50;3,50;4,25;10"),
    "tabs.tsv": (HEADER.replace(",", "\t"), *(row.replace(",", "\t") for row in OWN_ROWS)),
    "pandas.csv": (",0,1,2,3,4,5", f"0,{OHLCV_MS[0]}", f"1,{OHLCV_MS[1]}"),
    "comment.csv": ("# exported", HEADER, *OWN_ROWS),
    "klines.csv": KLINES,
    "kaggle.csv": ("Open time,Open,High,Low,Close,Volume,Close time,Quote asset volume,Trades,a,b,Ignore", *KLINES),
    "ATOMUSD_1.csv": ("1760131200,4.00,4.50,3.50,4.25,10.0,7", "1760131260,4.25,4.50,4.00,4.00,20.0,9"),
    "vwap.csv": ("1760131200,4.00,4.50,3.50,4.25,4.2,10.0,7", "1760131260,4.25,4.50,4.00,4.00,4.1,20.0,9"),
    "cdd.csv": (
        "https://www.example.org",
        "unix,date,symbol,open,high,low,close,Volume ATOM,Volume USD",
        "1760131260000,2025-10-10 21:21:00,ATOM/USD,4.25,4.50,4.00,4.00,20.0,82.0",
        "1760131200000,2025-10-10 21:20:00,ATOM/USD,4.00,4.50,3.50,4.25,10.0,42.0",
    ),
    "bitcoin.csv": (
        "Timestamp,Open,High,Low,Close,Volume_(ATOM),Volume_(Currency),Weighted_Price",
        "1760131200,4.00,4.50,3.50,4.25,10.0,42.0,4.2",
        "1760131260,NaN,NaN,NaN,NaN,NaN,NaN,NaN",
    ),
    "okx.csv": (
        "instrument_name,open,high,low,close,vol,vol_ccy,vol_quote,open_time,confirm",
        "ATOM-USDT,4.00,4.50,3.50,4.25,10.0,10.0,42.0,1760131200000,1",
    ),
    "htx.csv": ("id,open,close,low,high,amount,vol,count", "1760131200,4.00,4.25,3.50,4.50,10.0,42.0,7"),
    "kucoin.csv": ("time,open,close,high,low,volume,turnover", "1760131200,4.00,4.25,4.50,3.50,10.0,42.0"),
    "bybit.csv": ("1760131200000,4.00,4.50,3.50,4.25,10.0,42.0", "1760131260000,4.25,4.50,4.00,4.00,20.0,82.0"),
    "ccxt.csv": OHLCV_MS,
    "ccxt.json": ("[" + ",".join(f"[{row}]" for row in OHLCV_MS) + "]",),
    "ccxt.jsonl": tuple(f"[{row}]" for row in OHLCV_MS),
    "objects.json": ('[{"time": 1760131200, "open": 4, "high": 4.5, "low": 3.5, "close": 4.25, "volume": 10}]',),
    "okx.json": ('{"code":"0","data":[["1760131200000","4.00","4.50","3.50","4.25","10.0","10.0","42.0","1"]]}',),
    "tardis.csv": (
        "exchange,symbol,timestamp,local_timestamp,id,side,price,amount",
        "binance,ATOMUSDT,1760131200000001,1760131200000009,1,buy,4.00,10.0",
        "binance,ATOMUSDT,1760131201000001,1760131201000009,2,sell,3.50,1.0",
    ),
    "aggtrades.csv": ("1,4.00,10.0,1,2,1760131200000,true,true", "2,3.50,1.0,3,3,1760131201000,false,true"),
    "trades.csv": ("id,price,qty,quoteQty,time,isBuyerMaker", "1,4.00,10.0,40.0,1760131200000,true"),
    "krakentrades.csv": ("1760131200.5,4.00,10.0", "1760131201.5,3.50,1.0"),
    "gate.csv": ("1760131200.5,1,4.00,10.0,1", "1760131201.5,2,3.50,1.0,2"),
    "plain_trades.csv": ("timestamp,price,amount", "2025-10-10T21:20:01Z,4.00,10.0"),
}
"""Files of candles and trades that are text."""

LOGS: dict[str, tuple[str, ...]] = {
    "log.csv": (
        "time,symbol,side,quantity,price,reduceOnly,http_status,code,message",
        "2025-10-10T21:20:01Z,ATOMUSDT,SELL,120.5,1.85,true,400,-2022,ReduceOnly Order is rejected.",
        "2025-10-10T21:20:02Z,ATOMUSDT,SELL,120.5,1.85,true,503,,Unknown error",
    ),
    "log.jsonl": (
        '{"time": "2025-10-10T21:20:01Z", "symbol": "ATOM-USDT", "error": {"code": -2022, "msg": "rejected"}}',
        '{"time": 1760131202000, "symbol": "ATOM-USDT", "status": "FILLED"}',
    ),
    "log.json": ('[{"time": "2025-10-10T21:20:01Z", "symbol": "ATOMUSDT", "code": -2010, "message": "x"}]',),
    "bot.log": (
        "2025-10-10 21:20:01,123 ERROR binance HTTP 400 code=-2022 symbol=ATOMUSDT side=SELL qty=120.5",
        "2025-10-10 21:20:02,123 INFO binance order accepted symbol=ATOMUSDT",
        "a line of another kind",
    ),
}
"""Logs of orders."""

FILLS: dict[str, tuple[str, ...]] = {
    "fills.csv": (
        "time,venue,symbol,side,quantity,price,kind,fee,order id",
        "2025-10-10T21:20:01Z,kraken,ATOM/USD,sell,10,3.5,liquidation,0.1,a1",
        "2025-10-10T21:19:01Z,kraken,ATOM/USD,buy,10,4.5,fill,0.1,a0",
    ),
    "fills.json": (
        '[{"time": 1760131200000, "venue": "kraken", "symbol": "ATOM/USD", "side": "buy", "quantity": 1, "price": 4}]',
    ),
}
"""Files of executions."""

SETTINGS: dict[str, tuple[str, ...]] = {
    "plumbline.toml": (
        'store = "somewhere"',
        'mirror = "http://127.0.0.1:9000"',
        "port = 8050",
        'allowed_hosts = ["plumbline.example"]',
        "[hosts]",
        'bybit = "api.bytick.com"',
    ),
}
"""Settings in TOML."""


PARQUET_PACKINGS: tuple[Literal["uncompressed", "zstd", "snappy"], ...] = ("uncompressed", "zstd", "snappy")
FEATHER_PACKINGS: tuple[Literal["uncompressed", "zstd", "lz4"], ...] = ("uncompressed", "zstd", "lz4")


@dataclass(frozen=True, slots=True)
class Seed:
    """A good file: what reads it (``candles``, ``log``, ``fills`` or ``settings``), its name and its bytes."""

    reader: str
    name: str
    data: bytes


def build_seeds() -> list[Seed]:
    """All good files."""
    readers = {"candles": TEXTS, "log": LOGS, "fills": FILLS, "settings": SETTINGS}
    seeds = [
        Seed(reader, name, "\n".join([*lines, ""]).encode())
        for reader, files in readers.items()
        for name, lines in files.items()
    ]
    own_csv = "\n".join([HEADER, *OWN_ROWS, ""])
    seeds += [
        Seed("candles", "utf16.csv", own_csv.encode("utf-16")),
        Seed("candles", "own.csv.gz", gzip.compress(own_csv.encode(), mtime=0)),
        Seed("candles", "own.zip", _zip("own.csv", own_csv)),
        Seed("candles", "kraken.zip", _zip("ATOMUSD_1.csv", "\n".join(TEXTS["ATOMUSD_1.csv"]))),
        Seed("log", "log.zip", _zip("log.csv", "\n".join(LOGS["log.csv"]))),
    ]
    frame = pl.read_csv(own_csv.encode()).with_columns(pl.col("open_time").str.to_datetime(time_zone="UTC"))
    for packing in PARQUET_PACKINGS:
        buffer = io.BytesIO()
        frame.write_parquet(buffer, compression=packing)
        seeds.append(Seed("candles", f"{packing}.parquet", buffer.getvalue()))
    for compression in FEATHER_PACKINGS:
        buffer = io.BytesIO()
        frame.write_ipc(buffer, compression=compression)
        seeds.append(Seed("candles", f"{compression}.feather", buffer.getvalue()))
    return seeds


def _zip(name: str, text: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(name), text)
    return buffer.getvalue()
