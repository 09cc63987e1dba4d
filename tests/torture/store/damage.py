"""Flips bits in the files of a store, and counts what its readers do not notice.

``python -m tests.torture.store.damage [TRIES]``: a store of three assets over two days, with checkpoints; each try (300
unless given, some 30 ms each) flips one random bit of one random file of it, reads all candles and coverage with a
new reader, and puts the bit back. A read must give what was written, or be refused with the name of the file. Prints
tries, refusals, and failures.
"""

import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import polars as pl

from data.errors import StoreUnusable
from data.store import CandleStore
from tests.data.frames import NOW, build_candle, build_candles, build_coverage, get_minute

ASSETS = ("ATOM", "DOGE", "XRP")
MINUTES = 300
FAILURES = ("other", "unnamed")
WINDOW = get_minute(-60), get_minute(MINUTES + 60)


def fill_store(uri: str) -> None:
    """Write candles and coverage in so many commits that there are checkpoints."""
    store = CandleStore(uri)
    for first in range(0, MINUTES, 25):
        for asset in ASSETS:
            rows = [
                build_candle(number, 3 + number / 100, symbol=f"{asset}/USDT") for number in range(first, first + 25)
            ]
            store.write_candles(build_candles(*rows), source="api.example", fetched_at=NOW + timedelta(minutes=first))
        store.coverage.write(build_coverage(first, first + 25))


def read_store(uri: str) -> list[pl.DataFrame]:
    """Everything that a measurement reads, by a reader that has read nothing before."""
    store = CandleStore(uri)
    return [store.read_candles(ASSETS, *WINDOW), store.read_covered_spans(ASSETS, *WINDOW)]


def list_files(uri: str) -> list[Path]:
    """The files of a store that are not empty."""
    return sorted(path for path in Path(uri).rglob("*") if path.is_file() and path.stat().st_size)


def flip_random_bits(uri: str, tries: int, generator: random.Random) -> Iterator[tuple[Path, str]]:
    """Flip and read; the file and ``same``, ``refused``, ``unnamed`` (refused without its name) or ``other``.

    Files are drawn with equal odds, whatever their size.
    """
    before = read_store(uri)
    paths = list_files(uri)
    for _ in range(tries):
        path = generator.choice(paths)
        whole = path.read_bytes()
        damaged = bytearray(whole)
        damaged[generator.randrange(len(whole))] ^= 1 << generator.randrange(8)
        path.write_bytes(damaged)
        yield path, _classify(uri, path, before)
        path.write_bytes(whole)


def _classify(uri: str, path: Path, before: list[pl.DataFrame]) -> str:
    try:
        after = read_store(uri)
    except StoreUnusable as error:
        return "refused" if path.name in str(error) else "unnamed"
    return "same" if all(first.equals(second) for first, second in zip(before, after, strict=True)) else "other"


def main() -> None:
    """Fill a store, damage it, and count."""
    tries = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    seed = random.SystemRandom().getrandbits(32)
    print(f"seed {seed}")
    with tempfile.TemporaryDirectory() as folder:
        uri = str(Path(folder, "lake"))
        fill_store(uri)
        counts: Counter[tuple[str, str]] = Counter()
        for path, result in flip_random_bits(uri, tries, random.Random(seed)):  # noqa: S311 - no secret
            kind = "log" if "_delta_log" in path.parts else "record" if path.parent.name == "digests" else "data"
            counts[kind, result] += 1
            if result in FAILURES:
                print(f"{path.relative_to(folder)}: {result}")
    for (kind, result), count in sorted(counts.items()):
        print(f"{kind}: {count} {result}")
    failures = sum(count for (_, result), count in counts.items() if result in FAILURES)
    print(f"{tries} tries, {failures} failures")
    sys.exit(failures > 0)


if __name__ == "__main__":
    main()
