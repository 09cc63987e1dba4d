"""How much a Feather (Arrow IPC) file holds, by its footer and the headers of its batches.

The numbers of fields are those of the format's ``File.fbs``, ``Message.fbs`` and ``Schema.fbs``. A packed buffer begins
with the size by which memory is reserved for it.
"""

from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from data.files.formats.table_size import DamagedTable, LongMetadata, TableSize

MAGIC = b"ARROW1"
TAIL_BYTES = 10
"""The footer's length in four bytes, and `MAGIC`."""

FOOTER_SCHEMA, FOOTER_DICTIONARIES, FOOTER_BATCHES = 1, 2, 3
BLOCK_BYTES = 24
BUFFER_BYTES = 16
MESSAGE_KIND, MESSAGE_HEADER = 1, 2
DICTIONARY, BATCH = 2, 3
"""Kinds of messages."""

BATCH_ROWS, BATCH_BUFFERS, BATCH_COMPRESSION = 0, 2, 3
NOT_PACKED = -1
CONTINUATION = b"\xff\xff\xff\xff"


def measure_feather(file: BinaryIO, footer_bytes: int) -> TableSize:
    """The size of a Feather file.

    Args:
        file: its bytes.
        footer_bytes: the longest metadata that are read.

    Raises:
        DamagedTable: it is none, or its metadata are too long or contradict each other.
    """
    file_bytes = file.seek(0, 2)
    file.seek(max(0, file_bytes - TAIL_BYTES))
    tail = file.read(TAIL_BYTES)
    length = int.from_bytes(tail[:4], "little")
    if tail[4:] != MAGIC or not 0 < length <= file_bytes - TAIL_BYTES:
        raise DamagedTable
    if length > footer_bytes:
        raise LongMetadata
    footer = _Flat(_read_at(file, file_bytes - TAIL_BYTES - length, length)).find_root()
    schema = footer.find_table(FOOTER_SCHEMA)
    blocks = {field: _list_blocks(footer, field, file_bytes) for field in (FOOTER_DICTIONARIES, FOOTER_BATCHES)}
    if any(block.header_bytes > footer_bytes for listed in blocks.values() for block in listed):
        raise LongMetadata
    rows = sum(_find_batch(file, block).read_field(BATCH_ROWS, 8) for block in blocks[FOOTER_BATCHES])
    pages = (size for listed in blocks.values() for block in listed for size in _list_buffers(file, block))
    return TableSize(rows, len(schema.list_structs(1, 4)), pages)


class _Block(NamedTuple):
    """Where a message stands in a file: its header, then its body."""

    start: int
    header_bytes: int
    body_bytes: int


def _list_blocks(footer: "_Flat", field: int, file_bytes: int) -> list[_Block]:
    blocks = [
        _Block(footer.read_number(start, 8), footer.read_number(start + 8, 4), footer.read_number(start + 16, 8))
        for start in footer.list_structs(field, BLOCK_BYTES)
    ]
    if any(min(block) < 0 or sum(block) > file_bytes for block in blocks):
        raise DamagedTable
    return blocks


def _find_batch(file: BinaryIO, block: _Block) -> "_Flat":
    """The record batch of a message."""
    header = _read_at(file, block.start, block.header_bytes)
    message = _Flat(header[8 if header.startswith(CONTINUATION) else 4 :]).find_root()
    kind = message.read_field(MESSAGE_KIND, 1)
    content = message.find_table(MESSAGE_HEADER)
    if kind not in {DICTIONARY, BATCH}:
        raise DamagedTable
    return content if kind == BATCH else content.find_table(1)


def _list_buffers(file: BinaryIO, block: _Block) -> Iterator[int]:
    """The bytes of each buffer of a batch when it is unpacked."""
    batch = _find_batch(file, block)
    is_packed = batch.has_field(BATCH_COMPRESSION)
    for start in batch.list_structs(BATCH_BUFFERS, BUFFER_BYTES):
        offset, length = batch.read_number(start, 8), batch.read_number(start + 8, 8)
        if min(offset, length) < 0 or offset + length > block.body_bytes:
            raise DamagedTable
        size = length
        if is_packed and length:
            body_start = block.start + block.header_bytes
            unpacked = int.from_bytes(_read_at(file, body_start + offset, 8), "little", signed=True)
            size = length if unpacked == NOT_PACKED else unpacked
        if size < 0:
            raise DamagedTable
        yield size


def _read_at(file: BinaryIO, position: int, count: int) -> bytes:
    file.seek(position)
    return file.read(count)


class _Flat:
    """A table of FlatBuffers: its bytes, and where it stands in them."""

    def __init__(self, data: bytes, position: int = 0) -> None:
        self._data = data
        self._position = position

    def find_root(self) -> "_Flat":
        """The first table of the bytes."""
        return _Flat(self._data, self.read_number(0, 4))

    def has_field(self, field: int) -> bool:
        """Whether the table has a value for a field."""
        return self._find_field(field) is not None

    def read_field(self, field: int, size: int) -> int:
        """A number; 0 where the table has none."""
        position = self._find_field(field)
        return 0 if position is None else self.read_number(position, size)

    def find_table(self, field: int) -> "_Flat":
        """A table within this one."""
        position = self._find_field(field)
        if position is None:
            raise DamagedTable
        return _Flat(self._data, position + self.read_number(position, 4))

    def list_structs(self, field: int, size: int) -> list[int]:
        """The positions of the entries of a list; empty where the table has none."""
        position = self._find_field(field)
        if position is None:
            return []
        start = position + self.read_number(position, 4)
        count = self.read_number(start, 4)
        if count < 0 or start + 4 + count * size > len(self._data):
            raise DamagedTable
        return [start + 4 + number * size for number in range(count)]

    def read_number(self, position: int, size: int) -> int:
        """A signed number."""
        if position < 0 or position + size > len(self._data):
            raise DamagedTable
        return int.from_bytes(self._data[position : position + size], "little", signed=True)

    def _find_field(self, field: int) -> int | None:
        """Where the value of a field stands; None where there is none. The table of offsets stands before or after."""
        offsets = self._position - self.read_number(self._position, 4)
        if 4 + 2 * field >= self.read_number(offsets, 2):
            return None
        offset = self.read_number(offsets + 4 + 2 * field, 2)
        return self._position + offset if offset else None
