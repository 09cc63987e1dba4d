"""Answers of venues that could not be used, kept aside as they came, so that a fault can be looked into."""

from datetime import datetime

import polars as pl

from data.frames import one_row
from data.lake import LakeTable
from data.schema import BAD_PAGE

MOST_BYTES = 1_000_000
"""What is longer is cut there."""

ORDER = ("asked_at", "venue", "symbol", "price", "start")


class BadPages:
    """The Delta table of `data.schema.BAD_PAGE`. Rows are only ever added."""

    def __init__(self, uri: str) -> None:
        self.table = LakeTable(uri, BAD_PAGE)

    def keep(
        self,
        venue: str,
        symbol: str,
        *,
        price: str,
        start: datetime,
        end: datetime,
        asked_at: datetime,
        source: str,
        message: str,
        body: str,
    ) -> None:
        """Keep an answer aside; see `data.store.CandleStore.keep_bad_page`."""
        row = {
            "venue": venue,
            "symbol": symbol,
            "price": price,
            "start": start,
            "end": end,
            "asked_at": asked_at,
            "source": source,
            "message": message,
            "body": first_bytes(body, MOST_BYTES),
        }
        self.table.append(one_row(BAD_PAGE, row))

    def rows(self) -> pl.DataFrame:
        """All of them, columns of `data.schema.BAD_PAGE`, in the order of asking."""
        return self.table.read(lambda rows: rows).sort(ORDER)


def first_bytes(text: str, count: int) -> str:
    """The beginning of a text that takes at most so many bytes in UTF-8; a character is never cut in two.

    >>> first_bytes("2 €", 4)
    '2 '
    """
    return text.encode("utf-8", errors="replace")[:count].decode("utf-8", errors="ignore")
