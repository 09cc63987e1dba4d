"""Writes small files of candles and trades for tests, and reads them."""

from pathlib import Path
from typing import Any

from data.errors import FileRefused
from data.files.import_file import ImportedFile, read_candle_file
from data.files.layouts.options import ReadOptions

MARKET = {"venue": "kraken", "symbol": "ATOM/USD"}

VALUES = ("open", "high", "low", "close", "volume")


def write_file(path: Path, *lines: str, encoding: str = "utf-8") -> Path:
    """Write lines to a file."""
    path.write_text("\n".join([*lines, ""]), encoding=encoding)
    return path


def read_file(path: Path, *, venue: str | None = None, symbol: str | None = None, **options: Any) -> ImportedFile:  # noqa: ANN401 - fields of the options
    """Read a file of candles or trades."""
    return read_candle_file(path, venue=venue, symbol=symbol, options=ReadOptions(**options))


def read_refusal(path: Path, *, venue: str | None = None, symbol: str | None = None, **options: Any) -> str:  # noqa: ANN401 - as above
    """The message with which a file is refused."""
    try:
        read_file(path, venue=venue, symbol=symbol, **options)
    except FileRefused as refusal:
        return str(refusal)
    message = f"{path.name} was not refused"
    raise AssertionError(message)


def list_candles(imported: ImportedFile) -> list[tuple[str, tuple[float, ...]]]:
    """The open times (hours and minutes) of candles with their open, high, low, close and volume."""
    return [(f"{row[0]:%H:%M:%S}", row[1:]) for row in imported.candles.select("open_time", *VALUES).rows()]
