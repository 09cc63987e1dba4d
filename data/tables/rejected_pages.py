"""Answers of venues that could not be used, kept aside as they came, so that a fault can be looked into."""

from datetime import datetime

import polars as pl

from data.delta.table import StoreTable
from data.frames import build_row_frame
from data.schema import REJECTED_PAGE

MAX_BODY_BYTES = 1_000_000
"""What is longer is cut there."""

SORT_COLUMNS = ("asked_at", "venue", "symbol", "price", "start")


class RejectedPageTable:
    """The Delta table of `data.schema.REJECTED_PAGE`. Rows are only ever added."""

    def __init__(self, uri: str) -> None:
        self.table = StoreTable(uri, REJECTED_PAGE)

    def add(
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
        """Keep an answer aside; see `data.store.CandleStore.add_rejected_page`."""
        row = {
            "venue": venue,
            "symbol": symbol,
            "price": price,
            "start": start,
            "end": end,
            "asked_at": asked_at,
            "source": source,
            "message": message,
            "body": truncate_utf8(body, MAX_BODY_BYTES),
        }
        self.table.append(build_row_frame(REJECTED_PAGE, row))

    def read_rows(self) -> pl.DataFrame:
        """All of them, columns of `data.schema.REJECTED_PAGE`, in the order of asking."""
        return self.table.read(lambda rows: rows).sort(SORT_COLUMNS)


def truncate_utf8(text: str, count: int) -> str:
    """The beginning of a text that takes at most so many bytes in UTF-8; a character is never cut in two.

    >>> truncate_utf8("2 €", 4)
    '2 '
    """
    return text.encode("utf-8", errors="replace")[:count].decode("utf-8", errors="ignore")
