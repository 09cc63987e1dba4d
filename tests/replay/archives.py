"""Public archives: files by path, built from bars or trades in the layout of each venue."""

import gzip
import hashlib
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import BytesIO

from tests.replay.faults import Fault
from tests.replay.market import MINUTE_MS, Bar, PublicTrade, RecordedRequest, Refusal

Files = dict[str, bytes]

PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
MEDIA = "application/vnd.openxmlformats-officedocument.spreadsheetml"
WORKBOOK_TYPES = (
    f'<Types xmlns="{PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{MEDIA}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{MEDIA}.worksheet+xml"/></Types>'
).encode()
WORKBOOK_ROOT = (
    f'<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
).encode()
WORKBOOK = (
    f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">'
    '<sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>'
).encode()
WORKBOOK_RELATIONS = (
    f'<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
).encode()
SHEET = f'<worksheet xmlns="{MAIN}"><sheetData>{{rows}}</sheetData></worksheet>'
"""The parts of the smallest workbook; see ECMA-376, part 1."""

MICROSECONDS_FROM = datetime(2025, 1, 1, tzinfo=UTC)
HTX_NEW_TREE_FROM = datetime(2026, 2, 1, tzinfo=UTC)


@dataclass(slots=True)
class ArchiveSite:
    """A host of files, by path with a leading slash; ``files`` may be changed."""

    files: Files = field(default_factory=dict)

    def respond(self, request: RecordedRequest, fault: Fault) -> bytes:
        """The file, or 404."""
        if request.query or fault.change_rows is not None or request.path not in self.files:
            raise Refusal(404, {"message": "Not Found"})
        return self.files[request.path]


@dataclass(slots=True)
class BucketSite:
    """A host that lists an S3 bucket: the folders ``names`` below ``folder``, at most ``page_size`` in a response."""

    folder: str
    names: Sequence[str]
    page_size: int = 1000

    def respond(self, request: RecordedRequest, fault: Fault) -> bytes:
        """A page of the list, as Amazon documents ListObjects: after ``marker``, in order."""
        del fault
        if request.query["prefix"] != self.folder or request.query["delimiter"] != "/":
            raise Refusal(404, {"message": "Not Found"})
        keys = sorted(f"{self.folder}{name}/" for name in self.names)
        left = [key for key in keys if key > request.query.get("marker", "")]
        page = left[: self.page_size]
        folders = "".join(f"<CommonPrefixes><Prefix>{key}</Prefix></CommonPrefixes>" for key in page)
        is_cut = "true" if len(left) > len(page) else "false"
        return (
            '<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
            f"<Prefix>{self.folder}</Prefix><Delimiter>/</Delimiter><IsTruncated>{is_cut}</IsTruncated>{folders}"
            "</ListBucketResult>"
        ).encode()


@dataclass(slots=True)
class LinkSite:
    """A host with a page of links to folders at ``path``, as Bybit's, and with files."""

    path: str
    names: Sequence[str]
    files: Files = field(default_factory=dict)

    def respond(self, request: RecordedRequest, fault: Fault) -> bytes:
        """The page, a file, or 404."""
        if request.path != self.path:
            return ArchiveSite(self.files).respond(request, fault)
        links = "".join(f'<li><a href="{name}/">{name}/</a></li>' for name in self.names)
        return f'<html><body><a href="../">..</a><ul>{links}</ul></body></html>'.encode()


def build_binance_files(symbol: str, bars: Iterable[Bar], interval: str = "1m", step_ms: int = MINUTE_MS) -> Files:
    """Zips of bars of that interval without a header; stamps in us from 2025 on, in ms before; quiet ones are flat."""
    market = symbol.replace("/", "")
    files: Files = {}
    for day, day_bars in _group_by_day(bars).items():
        scale = 1000 if day >= MICROSECONDS_FROM else 1
        lines = []
        for bar in day_bars:
            close_time = (bar.open_ms + step_ms) * scale - 1
            lines.append(f"{bar.open_ms * scale},{_format_row(bar, 'ohlcv')},{close_time},1.00000000,7,0.5,0.5,0")
        name = f"{market}-{interval}-{day:%Y-%m-%d}"
        files |= _add_checksum(
            f"/data/spot/daily/klines/{market}/{interval}/{name}.zip", build_zip(f"{name}.csv", lines)
        )
    return files


def build_kucoin_files(symbol: str, bars: Iterable[Bar], *, header: bool = True) -> Files:
    """Zips of rows in no order, close before high, in s, with an MD5; quiet minutes are flat."""
    market = symbol.replace("/", "")
    files: Files = {}
    for day, day_bars in _group_by_day(bars).items():
        lines = [f"{bar.open_ms // 1000},{_format_row(bar, 'ochlv')},12.5" for bar in day_bars]
        name = f"{market}-1m-{day:%Y-%m-%d}"
        shuffled = ["time,open,close,high,low,volume,turnover"] * header + lines[1::2] + lines[::2]
        path, body = f"/data/spot/daily/klines/{market}/1m/{name}.zip", build_zip(f"{name}.csv", shuffled)
        files |= {path: body, f"{path}.CHECKSUM": format_md5_line(f"{name}.zip", body)}
    return files


def build_gate_files(symbol: str, bars: Iterable[Bar]) -> Files:
    """Gzips without a header, in s, volume in base units first; quiet minutes are left out; no checksum."""
    market = symbol.replace("/", "_")
    return {
        f"/spot/candlesticks_1m/{day:%Y%m}/{market}-{day:%Y%m%d}.csv.gz": _build_gzip(
            [f"{bar.open_ms // 1000},{_format_row(bar, 'vchlo')}" for bar in day_bars if bar.volume]
        )
        for day, day_bars in _group_by_day(bars).items()
    }


def build_okx_files(symbol: str, bars: Iterable[Bar]) -> Files:
    """Zips with a header, in ms, of days in UTC+8; quiet minutes are flat, one row comes twice; no checksum."""
    market = symbol.replace("/", "-")
    header = "instrument_name,open,high,low,close,vol,vol_ccy,vol_quote,open_time,confirm"
    files: Files = {}
    for day, day_bars in _group_by_day(bars, zone_h=8).items():
        lines = [f"{market},{_format_row(bar, 'ohlcv')},9.9,9.9,{bar.open_ms},1" for bar in day_bars]
        lines += lines[-1:]
        name = f"{market}-candlesticks-{day:%Y-%m-%d}"
        path = f"/cdn/okex/traderecords/candlesticks/daily/{day:%Y%m%d}/{name}.zip"
        files[path] = build_zip(f"{name}.csv", [header, *lines])
    return files


def build_okx_trade_files(symbol: str, trades: Iterable[PublicTrade]) -> Files:
    """Zips of trades with a header, in ms, of days in UTC+8, in the order given; no checksum."""
    market = symbol.replace("/", "-")
    files: Files = {}
    for day, day_trades in _group_trades_by_day(trades, zone_h=8).items():
        lines = [f"{market},{t.id},sell,{t.price},{t.amount},{t.time_ns // 1_000_000}" for t in day_trades]
        name = f"{market}-trades-{day:%Y-%m-%d}"
        path = f"/cdn/okex/traderecords/trades/daily/{day:%Y%m%d}/{name}.zip"
        files[path] = build_zip(f"{name}.csv", ["instrument_name,trade_id,side,price,size,created_time", *lines])
    return files


def build_bybit_files(symbol: str, trades: Iterable[PublicTrade]) -> Files:
    """Gzips of trades with a header, in ms, in the order given; the number begins anew each day; no checksum."""
    market = symbol.replace("/", "")
    header = "id,timestamp,price,volume,side,rpi"
    return {
        f"/spot/{market}/{market}_{day:%Y-%m-%d}.csv.gz": _build_gzip(
            [header, *(f"{t.id},{t.time_ns // 1_000_000},{t.price},{t.amount},buy,0" for t in day_trades)]
        )
        for day, day_trades in _group_trades_by_day(trades).items()
    }


def build_htx_files(symbol: str, bars: Iterable[Bar]) -> Files:
    """Zips of days in UTC+8, each with a SHA-256: until January 2026 without a header, then of the newer tree alone.

    In the older tree volume in the quote comes before that in base units, and close before high.
    """
    compact, dashed = symbol.replace("/", ""), symbol.replace("/", "-")
    files: Files = {}
    for day, day_bars in _group_by_day(bars, zone_h=8).items():
        if day < HTX_NEW_TREE_FROM:
            name = f"{compact}-1min-{day:%Y-%m-%d}"
            lines = [f"{bar.open_ms // 1000},{_format_row(bar, 'ochl')},9.9,{bar.volume}" for bar in day_bars]
            folder, checksum = f"/data/data/klines/spot/daily/{compact}/1min", f"{name}.CHECKSUM"
        else:
            name = f"{dashed}-klines-1m-{day:%Y-%m-%d}"
            rows = (f"{dashed},{_format_row(bar, 'ohlcv')},9.9,9.9,{bar.open_ms // 1000}" for bar in day_bars)
            lines = ["instId,open,high,low,close,vol,volCcy,volCcyQuote,ts", *rows]
            folder, checksum = f"/data/historical_data/spot/daily/klines/{dashed}/1m", f"{name}.zip.CHECKSUM"
        body = build_zip(f"{name}.csv", lines)
        files |= {f"{folder}/{name}.zip": body, f"{folder}/{checksum}": format_checksum_line(f"{name}.zip", body)}
    return files


def build_upbit_files(symbol: str, bars: Iterable[Bar], interval: str = "1m") -> Files:
    """Zips with a header, times as text in UTC, newest first; a bare SHA-256; quiet bars are left out."""
    base, quote = symbol.split("/")
    files: Files = {}
    for day, day_bars in _group_by_day(bars).items():
        lines = [
            f"{datetime.fromtimestamp(bar.open_ms / 1000, UTC):%Y-%m-%dT%H:%M:%S},{_format_row(bar, 'ohlc')},9.9,"
            f"{bar.volume}"
            for bar in reversed(day_bars)
            if bar.volume
        ]
        name = f"{quote}-{base}_candle-{interval}_{day:%Y%m%d}"
        path = f"/candle/{quote}-{base}/daily/{interval}/{day:%Y}/{name}.zip"
        header = "date_time_utc,open,high,low,close,acc_trade_price,acc_trade_volume"
        body = build_zip(f"{name}.csv", [header, *lines])
        files |= {path: body, f"{path}.checksum": hashlib.sha256(body).hexdigest().encode()}
    return files


def build_bitget_files(symbol: str, bars: Iterable[Bar], *, older_name: bool = False) -> Files:
    """Zips of a sheet each, of days in UTC+8, in s, volume in base units before that in USDT; no checksum."""
    market = symbol.replace("/", "")
    files: Files = {}
    for day, day_bars in _group_by_day(bars, zone_h=8).items():
        header = ["timestamp", "open", "high", "low", "close", "basevolume", "usdtvolume"]
        rows = [[str(bar.open_ms // 1000), *_format_row(bar, "ohlcv").split(","), "9.9"] for bar in day_bars]
        name = f"{market}_SP_1min_{day:%Y%m%d}" if older_name else f"SP/{day:%Y%m%d}"
        path = f"/online/kline/{market}/{name}.zip"
        files[path] = _zip_files({f"{market}_1min.xlsx": build_workbook([header, *rows])})
    return files


CANDLE_ARCHIVES: Mapping[str, tuple[str, Callable[[str, Iterable[Bar]], Files]]] = {
    "binance": ("data.binance.vision", build_binance_files),
    "gate": ("download.gatedata.org", build_gate_files),
    "kucoin": ("historical-data.kucoin.com", build_kucoin_files),
    "okx": ("static.okx.com", build_okx_files),
    "htx": ("www.htx.com", build_htx_files),
    "upbit": ("crix-data.upbit.com", build_upbit_files),
}
"""Host and builder of files of the archives of candles, by ccxt id. Bybit's, ``public.bybit.com``, has trades."""


def build_zip(member: str, lines: Iterable[str], **extra_files: bytes) -> bytes:
    """A zip of one table, and of further files by name."""
    return _zip_files({member: _encode_lines(lines), **extra_files})


def build_workbook(rows: Iterable[Iterable[str]]) -> bytes:
    """A workbook of one sheet: cells that read as numbers are numbers, others text."""
    lines = []
    for row_number, row in enumerate(rows, 1):
        cells = "".join(
            f'<c r="{chr(ord("A") + column)}{row_number}"{_format_cell(cell)}' for column, cell in enumerate(row)
        )
        lines.append(f'<row r="{row_number}">{cells}</row>')
    return build_sheet_workbook("".join(lines))


def build_sheet_workbook(rows: str, before: str = "") -> bytes:
    """A workbook of one sheet with these rows, in XML; ``before`` comes before its first element."""
    return _zip_files(
        {
            "[Content_Types].xml": WORKBOOK_TYPES,
            "_rels/.rels": WORKBOOK_ROOT,
            "xl/workbook.xml": WORKBOOK,
            "xl/_rels/workbook.xml.rels": WORKBOOK_RELATIONS,
            "xl/worksheets/sheet1.xml": (before + SHEET.format(rows=rows)).encode(),
        }
    )


def _format_cell(cell: str) -> str:
    """The rest of a cell, behind its reference."""
    if cell.replace(".", "", 1).isdecimal():
        return f"><v>{cell}</v></c>"
    return f' t="inlineStr"><is><t>{cell}</t></is></c>'


def _zip_files(members: Mapping[str, bytes]) -> bytes:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as files:
        for name, body in members.items():
            files.writestr(zipfile.ZipInfo(name), body, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def format_checksum_line(name: str, body: bytes) -> bytes:
    """The line that ``sha256sum`` prints for a file."""
    return f"{hashlib.sha256(body).hexdigest()}  {name}\n".encode()


def format_md5_line(name: str, body: bytes) -> bytes:
    """The line that ``md5sum`` prints for a file."""
    return f"{hashlib.md5(body, usedforsecurity=False).hexdigest()}  {name}\n".encode()


def _add_checksum(path: str, body: bytes) -> Files:
    return {path: body, f"{path}.CHECKSUM": format_checksum_line(path.rpartition("/")[2], body)}


def _group_by_day(bars: Iterable[Bar], zone_h: int = 0) -> dict[datetime, list[Bar]]:
    days: dict[datetime, list[Bar]] = defaultdict(list)
    for bar in sorted(bars):
        days[_floor_day(bar.open_ms, zone_h)].append(bar)
    return days


def _group_trades_by_day(trades: Iterable[PublicTrade], zone_h: int = 0) -> dict[datetime, list[PublicTrade]]:
    days: dict[datetime, list[PublicTrade]] = defaultdict(list)
    for trade in trades:
        days[_floor_day(trade.time_ns // 1_000_000, zone_h)].append(trade)
    return days


def _floor_day(time_ms: int, zone_h: int = 0) -> datetime:
    local = datetime.fromtimestamp(time_ms / 1000, UTC) + timedelta(hours=zone_h)
    return local.replace(hour=0, minute=0, second=0, microsecond=0)


def _format_row(bar: Bar, order: str) -> str:
    """Prices and volume by their first letters, as plain decimals."""
    values = {name[0]: f"{Decimal(repr(value)):f}" for name, value in bar._asdict().items() if name != "open_ms"}
    return ",".join(values[letter] for letter in order)


def _build_gzip(lines: Iterable[str]) -> bytes:
    return gzip.compress(_encode_lines(lines), mtime=0)


def _encode_lines(lines: Iterable[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()
