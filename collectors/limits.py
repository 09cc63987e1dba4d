"""How large and how long an answer of an exchange may be: one table, with the reason of each limit.

An answer beyond a limit ends its request before it takes more memory or disk; its page or file has the outcome
``bad-data``, and everything else of the collection goes on.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import NoReturn

from collectors.failures import BadData

KIB, MIB = 1 << 10, 1 << 20

ADVICE = "look at what answers for the exchange, such as a proxy or mirror, then run again"


class Unit(StrEnum):
    """What a limit counts."""

    BYTES = "bytes"
    COUNT = ""
    SECONDS = "s"


@dataclass(frozen=True, slots=True)
class Limit:
    """The most of something that is accepted: ``name`` says of what, ``reason`` why not less and not more."""

    name: str
    amount: int
    unit: Unit
    reason: str

    def __str__(self) -> str:
        """The amount with its unit.

        >>> str(Limit("a page", 8 * MIB, Unit.BYTES, "")), str(Limit("a page", 10, Unit.SECONDS, ""))
        ('8 MiB', '10 s')
        """
        if self.unit is Unit.BYTES:
            size, unit = (self.amount // MIB, "MiB") if self.amount >= MIB else (self.amount // KIB, "KiB")
            return f"{size:,} {unit}"
        return f"{self.amount:,} {self.unit}".rstrip()

    def refuse(self, subject: str) -> NoReturn:
        """Raise the failure of an answer beyond the limit; ``subject`` is what was too large."""
        message = f"{subject}: more than {self}, the limit of {self.name}; {ADVICE}"
        raise BadData(message)


PAGE_PACKED = Limit("an answer, packed", 40 * MIB, Unit.BYTES, "a list of markets that an exchange sends unpacked")
PAGE_UNPACKED = Limit(
    "a page, unpacked", 8 * MIB, Unit.BYTES, "800 bytes for each of 10,000 candles, the longest page that is requested"
)
LIST_UNPACKED = Limit(
    "a list of markets, unpacked",
    40 * MIB,
    Unit.BYTES,
    "10 kB for each of 4,000 markets; the most detailed lists have 5 kB",
)
JSON_VALUES = Limit(
    "an answer's number of values",
    4_000_000,
    Unit.COUNT,
    "1,000 for each of 4,000 markets; a value of two bytes takes up to 100 bytes of memory",
)
NUMBER_DIGITS = Limit(
    "a number's digits", 999, Unit.COUNT, "prices have 20 decimals; the digits of a longer one would be written out"
)
PAGE_TIME = Limit("an answer, from request to end", 10, Unit.SECONDS, "a page of 1 MB on a line of 100 kB a second")
LIST_TIME = Limit(
    "a list of markets with all its parts", 300, Unit.SECONDS, "a list that names a next part each time has no end"
)
REDIRECTS = Limit("a chain of redirects", 3, Unit.COUNT, "a path that moved, to a host that moved, and one more")
IDLE_PAGES = Limit(
    "a bar's number of pages of trades", 1000, Unit.COUNT, "a million trades in a bar, at a thousand a page"
)
TEXT_BYTES = Limit("a checksum or error", 4 * KIB, Unit.BYTES, "a checksum and the name of its file are 200 bytes")
INDEX_PAGE = Limit(
    "a page of an archive's list of markets", 8 * MIB, Unit.BYTES, "a page of links has all folders, 8,000 at 1 kB each"
)
INDEX_PAGES = Limit(
    "an archive's number of pages of markets", 100, Unit.COUNT, "pages of a thousand folders: 100,000 markets"
)
TEXT_TIME = Limit("a checksum or page of an archive's list", 120, Unit.SECONDS, "8 MiB on a line of 70 kB a second")
CANDLE_FILE_UNPACKED = Limit(
    "a file of candles, unpacked", 16 * MIB, Unit.BYTES, "1,440 minutes at 11 kB each; rows have some 130 bytes"
)
SECONDS_FILE_UNPACKED = Limit(
    "a file of candles of a second, unpacked",
    64 * MIB,
    Unit.BYTES,
    "86,400 seconds at 770 bytes each; rows have some 130 bytes",
)
CANDLE_FILE = Limit("a file of candles, packed", 16 * MIB, Unit.BYTES, "86,400 seconds at 190 bytes each, unpacked")
TRADE_FILE = Limit("a file of trades, packed", 512 * MIB, Unit.BYTES, "ten million trades of a day at 50 bytes each")
TRADE_FILE_UNPACKED = Limit(
    "a file of trades, unpacked", 2048 * MIB, Unit.BYTES, "thirty million trades of a day at 70 bytes each"
)
FILE_TIME = Limit(
    "a file of an archive", 1800, Unit.SECONDS, "512 MiB on a line of 300 kB a second; a slow drip has no other end"
)
DISK = Limit(
    "what an archive's files take on disk at once", 4096 * MIB, Unit.BYTES, "one largest file of trades, and others"
)
ZIP_DIRECTORY = Limit("a zip's list of members", MIB, Unit.BYTES, "a zip of an archive has one member: 100 bytes")
SHEET_UNPACKED = Limit("a workbook, unpacked", 16 * MIB, Unit.BYTES, "1,440 rows of seven cells at 1.6 kB each")
SHEET_ROWS = Limit("a sheet's number of rows", 100_000, Unit.COUNT, "a day has 1,440 minutes, or 86,400 seconds")
SHEET_COLUMNS = Limit("a sheet's number of columns", 64, Unit.COUNT, "the sheets of Bitget have seven columns")

LIMITS = tuple(value for value in list(globals().values()) if isinstance(value, Limit))
"""All limits, in the order of the table in docs/collecting.md."""
