"""Public archives: files by path, made from given bars or trades in each venue's own layout."""

import gzip
import hashlib
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import BytesIO

from tests.replay.faults import Fault
from tests.replay.market import MINUTE_MS, Asked, Bar, Refusal, Trade

Files = dict[str, bytes]
MICROSECONDS_FROM = datetime(2025, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class ArchiveSite:
    """A host of files, by path with a slash in front; ``files`` may be changed."""

    files: Files = field(default_factory=dict)

    def answer(self, asked: Asked, fault: Fault) -> bytes:
        """The file, or 404."""
        if asked.query or fault.rows is not None or asked.path not in self.files:
            raise Refusal(404, {"message": "Not Found"})
        return self.files[asked.path]


def binance_files(symbol: str, bars: Iterable[Bar], interval: str = "1m", step_ms: int = MINUTE_MS) -> Files:
    """Zips of bars of that interval without a header; stamps in us from 2025 on, in ms before; quiet ones are flat."""
    market = symbol.replace("/", "")
    files: Files = {}
    for day, found in _days(bars).items():
        scale = 1000 if day >= MICROSECONDS_FROM else 1
        lines = [
            f"{bar.open_ms * scale},{_row(bar, 'ohlcv')},{(bar.open_ms + step_ms) * scale - 1},1.00000000,7,0.5,0.5,0"
            for bar in found
        ]
        name = f"{market}-{interval}-{day:%Y-%m-%d}"
        files |= _with_sum(f"/data/spot/daily/klines/{market}/{interval}/{name}.zip", zipped(f"{name}.csv", lines))
    return files


def kucoin_files(symbol: str, bars: Iterable[Bar], *, header: bool = True) -> Files:
    """Zips of rows in no order, close before high, in s; quiet minutes are left out."""
    market = symbol.replace("/", "")
    files: Files = {}
    for day, found in _days(bars).items():
        lines = [f"{bar.open_ms // 1000},{_row(bar, 'ochlv')},12.5" for bar in found if bar.volume]
        name = f"{market}-1m-{day:%Y-%m-%d}"
        shuffled = ["time,open,close,high,low,volume,turnover"] * header + lines[1::2] + lines[::2]
        files |= _with_sum(f"/data/spot/daily/klines/{market}/1m/{name}.zip", zipped(f"{name}.csv", shuffled))
    return files


def gate_files(symbol: str, bars: Iterable[Bar]) -> Files:
    """Gzips without a header, in s, volume first; quiet minutes are flat; no checksum."""
    market = symbol.replace("/", "_")
    return {
        f"/spot/candlesticks_1m/{day:%Y%m}/{market}-{day:%Y%m%d}.csv.gz": _gzipped(
            [f"{bar.open_ms // 1000},{_row(bar, 'vchlo')}" for bar in found]
        )
        for day, found in _days(bars).items()
    }


def okx_files(symbol: str, bars: Iterable[Bar]) -> Files:
    """Zips with a header, in ms, of days in UTC+8; quiet minutes are flat; no checksum."""
    market = symbol.replace("/", "-")
    header = "instrument_name,open,high,low,close,vol,vol_ccy,vol_quote,open_time,confirm"
    files: Files = {}
    for day, found in _days(bars, zone_h=8).items():
        lines = [f"{market},{_row(bar, 'ohlcv')},9.9,9.9,{bar.open_ms},1" for bar in found]
        name = f"{market}-candlesticks-{day:%Y-%m-%d}"
        path = f"/cdn/okex/traderecords/candlesticks/daily/{day:%Y%m%d}/{name}.zip"
        files[path] = zipped(f"{name}.csv", [header, *lines])
    return files


def bybit_files(symbol: str, trades: Iterable[Trade]) -> Files:
    """Gzips of trades with a header, in ms, in the order given; the number begins anew each day; no checksum."""
    market = symbol.replace("/", "")
    days: dict[datetime, list[Trade]] = defaultdict(list)
    for trade in trades:
        days[_day(trade.time_ns // 1_000_000)].append(trade)
    header = "id,timestamp,price,volume,side,rpi"
    return {
        f"/spot/{market}/{market}_{day:%Y-%m-%d}.csv.gz": _gzipped(
            [header, *(f"{t.id},{t.time_ns // 1_000_000},{t.price},{t.amount},buy,0" for t in found)]
        )
        for day, found in days.items()
    }


CANDLE_ARCHIVES: Mapping[str, tuple[str, Callable[[str, Iterable[Bar]], Files]]] = {
    "binance": ("data.binance.vision", binance_files),
    "gate": ("download.gatedata.org", gate_files),
    "kucoin": ("historical-data.kucoin.com", kucoin_files),
    "okx": ("static.okx.com", okx_files),
}
"""Host and files of the archives that are made of candles, by ccxt id. Bybit's, ``public.bybit.com``, has trades."""


def zipped(member: str, lines: Iterable[str], **more: bytes) -> bytes:
    """A zip of one table, and of ``more`` files by name."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as files:
        for name, body in {member: _text(lines), **more}.items():
            files.writestr(zipfile.ZipInfo(name), body, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def sum_line(name: str, body: bytes) -> bytes:
    """The line that ``sha256sum`` prints for a file."""
    return f"{hashlib.sha256(body).hexdigest()}  {name}\n".encode()


def _with_sum(path: str, body: bytes) -> Files:
    return {path: body, f"{path}.CHECKSUM": sum_line(path.rpartition("/")[2], body)}


def _days(bars: Iterable[Bar], zone_h: int = 0) -> dict[datetime, list[Bar]]:
    days: dict[datetime, list[Bar]] = defaultdict(list)
    for bar in sorted(bars):
        days[_day(bar.open_ms, zone_h)].append(bar)
    return days


def _day(time_ms: int, zone_h: int = 0) -> datetime:
    local = datetime.fromtimestamp(time_ms / 1000, UTC) + timedelta(hours=zone_h)
    return local.replace(hour=0, minute=0, second=0, microsecond=0)


def _row(bar: Bar, order: str) -> str:
    """Prices and volume by their first letters, as plain decimals."""
    values = {name[0]: f"{Decimal(repr(value)):f}" for name, value in bar._asdict().items() if name != "open_ms"}
    return ",".join(values[letter] for letter in order)


def _gzipped(lines: Iterable[str]) -> bytes:
    return gzip.compress(_text(lines), mtime=0)


def _text(lines: Iterable[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()
