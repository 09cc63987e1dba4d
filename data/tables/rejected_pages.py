"""Responses of venues that were rejected, stored unchanged for debugging."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import polars as pl

from data.delta.table import StoreTable
from data.frames import build_row_frame
from data.schema import REJECTED_PAGE

MAX_BODY_BYTES = 1_000_000
"""Longer bodies are cut."""

MAX_PAGES = 20
"""Pages of a market that are stored within `PERIOD`: a follower gets the same ones with each run."""

PERIOD = timedelta(days=1)

KEY_COLUMNS = ("venue", "symbol", "price")

SORT_COLUMNS = ("asked_at", "venue", "symbol", "price", "start")


@dataclass(frozen=True, slots=True)
class RejectedPageRecord:
    """A rejected response about ``[start, end)`` of a market: the reason (``message``) and its text (``body``).

    ``source`` is the host, ``price`` the kind of price that was requested; times are aware.
    """

    venue: str
    symbol: str
    price: str
    start: datetime
    end: datetime
    asked_at: datetime
    source: str
    message: str
    body: str


class RejectedPageTable:
    """The Delta table of `data.schema.REJECTED_PAGE`. Rows are only ever appended."""

    def __init__(self, uri: str) -> None:
        self.table = StoreTable(uri, REJECTED_PAGE)

    def add(self, page: RejectedPageRecord) -> None:
        """Add a page, its body cut to `MAX_BODY_BYTES`.

        Raises:
            ValueError: a value is null or of another type, or a time has no zone.
        """
        row = {**asdict(page), "body": truncate_utf8(page.body, MAX_BODY_BYTES)}
        self.table.append(build_row_frame(REJECTED_PAGE, row))

    def add_first(self, pages: Sequence[RejectedPageRecord]) -> None:
        """Add pages that came at one time, as `add`, without those of a market that has `MAX_PAGES` of the last day."""
        if not pages:
            return
        is_recent = pl.col("asked_at") > pages[0].asked_at - PERIOD
        counts = self.table.read(lambda rows: rows.filter(is_recent).group_by(KEY_COLUMNS).len()).iter_rows()
        stored = Counter({(venue, symbol, price): count for venue, symbol, price, count in counts})
        for page in pages:
            key = page.venue, page.symbol, page.price
            if stored[key] < MAX_PAGES:
                stored[key] += 1
                self.add(page)

    def read_rows(self) -> pl.DataFrame:
        """All rows of `data.schema.REJECTED_PAGE`, sorted by ``asked_at``."""
        return self.table.read(lambda rows: rows).sort(SORT_COLUMNS)


def truncate_utf8(text: str, count: int) -> str:
    """The longest prefix of a text that takes at most ``count`` bytes in UTF-8; no character is cut.

    >>> truncate_utf8("2 €", 4)
    '2 '
    """
    return text.encode("utf-8", errors="replace")[:count].decode("utf-8", errors="ignore")
