"""The hash of candles after docs/verify.md, with nothing but the standard library.

It reads a CSV of candles, as ``export --what candles`` writes it:
``python -m tests.oracle.input_hash candles.csv``
"""

import csv
import hashlib
import struct
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NAN = bytes.fromhex("7ff8000000000000")

Key = tuple[str, str, str, str]


def pack_number(text: str) -> bytes:
    """Eight bytes of a number, big-endian; empty is no number."""
    if text in {"", "NaN"}:
        return NAN
    value = float(text)
    return struct.pack(">d", 0.0 if value == 0 else value)


def pack_row(row: Mapping[str, str]) -> bytes:
    """48 bytes of a candle."""
    time_ms = (datetime.fromisoformat(row["open_time"]) - EPOCH) // timedelta(milliseconds=1)
    numbers = (pack_number(row[name]) for name in ("open", "high", "low", "close", "volume"))
    return struct.pack(">q", time_ms) + b"".join(numbers)


def hash_rows(rows: Iterable[Mapping[str, str]]) -> tuple[str, dict[Key, str]]:
    """The hash of all rows, and that of each market by venue, symbol, price and timeframe."""
    packed: dict[Key, list[bytes]] = defaultdict(list)
    for row in rows:
        packed[row["venue"], row["symbol"], row["price"], row["timeframe"]].append(pack_row(row))
    # Times after 1970 sort as their bytes.
    hashes = {key: hashlib.sha256(b"".join(sorted(packed[key]))).hexdigest() for key in sorted(packed)}
    lines = "".join("\t".join((*key, str(len(packed[key])), digest)) + "\n" for key, digest in hashes.items())
    return hashlib.sha256(lines.encode()).hexdigest(), hashes


def main(path: str) -> None:
    """Print the hash of each market of a CSV, and that of all."""
    with Path(path).open(encoding="utf-8", newline="") as file:
        total, markets = hash_rows(csv.DictReader(file))
    lines = [f"{digest} {' '.join(market)}" for market, digest in markets.items()]
    sys.stdout.write("\n".join([*lines, total, ""]))


if __name__ == "__main__":
    main(sys.argv[1])
