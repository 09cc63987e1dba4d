"""What the metadata of a Parquet or Feather file say of its size, found without unpacking anything."""

from collections.abc import Iterator
from dataclasses import dataclass


class DamagedTable(ValueError):
    """The metadata of a file are malformed or contradict each other."""


class LongMetadata(DamagedTable):
    """The metadata of a file are longer than what is read of them."""


@dataclass(frozen=True, slots=True)
class TableSize:
    """The rows and columns of a table, and the bytes of each of its pages when it is unpacked.

    Pages are looked up while they are iterated over, so that a table of too many rows is refused at once.
    """

    rows: int
    columns: int
    page_bytes: Iterator[int]
