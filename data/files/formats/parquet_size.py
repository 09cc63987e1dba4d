"""How much a Parquet file holds, by its footer and the headers of its pages.

The numbers of fields are those of the format's ``parquet.thrift``. The sizes in the headers of pages are those by which
memory is reserved, so a footer that says less does not help.
"""

from collections.abc import Iterator
from typing import BinaryIO

from data.files.formats.table_size import DamagedTable, LongMetadata, TableSize
from data.files.formats.thrift import Struct, ThriftReader

MAGIC = b"PAR1"
TAIL_BYTES = 8
"""The footer's length in four bytes, and `MAGIC`."""

USUAL_HEADER_BYTES = 512
MAX_HEADER_BYTES = 1 << 16
"""The longest header of a page that is read; it may repeat the least and the greatest value of the page."""

DELTA_BYTE_ARRAY = 7
"""The encoding of a text by what it shares with the one before: a few bytes may stand for gigabytes."""

CHILD_COUNT = 5
GROUP_COLUMNS, GROUP_ROWS = 1, 3
CHUNK_ENCODINGS, CHUNK_PATH, CHUNK_BYTES, CHUNK_DATA, CHUNK_DICTIONARY = 2, 3, 7, 9, 11
PAGE_UNPACKED, PAGE_PACKED, PAGE_DATA, PAGE_DATA_2 = 2, 3, 5, 8


def measure_parquet(file: BinaryIO, footer_bytes: int) -> TableSize:
    """The size of a Parquet file.

    Args:
        file: its bytes.
        footer_bytes: the longest footer that is read.

    Raises:
        DamagedTable: it is none, its metadata are too long or contradict each other, or texts are packed in a way
            whose size only unpacking tells.
    """
    file_bytes = file.seek(0, 2)
    footer = ThriftReader(_read_footer(file, file_bytes, footer_bytes)).read_struct()
    groups = _get_structs(footer, 4)
    rows = sum(_get_number(group, GROUP_ROWS) for group in groups)
    if rows != _get_number(footer, 3):
        raise DamagedTable
    columns = [element for element in _get_structs(footer, 2)[1:] if CHILD_COUNT not in element]
    pages = (
        page
        for group in groups
        for chunk in _get_structs(group, GROUP_COLUMNS)
        for page in _list_pages(file, file_bytes, _get_struct(chunk, 3), _get_number(group, GROUP_ROWS))
    )
    return TableSize(rows, len(columns), pages)


def _read_footer(file: BinaryIO, file_bytes: int, footer_bytes: int) -> bytes:
    file.seek(max(0, file_bytes - TAIL_BYTES))
    tail = file.read(TAIL_BYTES)
    length = int.from_bytes(tail[:4], "little")
    if tail[4:] != MAGIC or not 0 < length <= file_bytes - TAIL_BYTES:
        raise DamagedTable
    if length > footer_bytes:
        raise LongMetadata
    file.seek(file_bytes - TAIL_BYTES - length)
    return file.read(length)


def _list_pages(file: BinaryIO, file_bytes: int, column: Struct, group_rows: int) -> Iterator[int]:
    """The unpacked bytes of each page of a column of some rows."""
    if DELTA_BYTE_ARRAY in _get_list(column, CHUNK_ENCODINGS):
        raise DamagedTable
    starts = [_get_number(column, field) for field in (CHUNK_DATA, CHUNK_DICTIONARY) if column.get(field)]
    position = min(starts, default=0)
    end = position + _get_number(column, CHUNK_BYTES)
    if end > file_bytes:
        raise DamagedTable
    values = 0
    while position < end:
        page, header_bytes = _read_page(file, position)
        for field, encoding in ((PAGE_DATA, 2), (PAGE_DATA_2, 4)):
            if field in page:
                data_page = _get_struct(page, field)
                values += _get_number(data_page, 1)
                if data_page.get(encoding) == DELTA_BYTE_ARRAY:
                    raise DamagedTable
        yield _get_number(page, PAGE_UNPACKED)
        position += header_bytes + _get_number(page, PAGE_PACKED)
    is_flat = len(_get_list(column, CHUNK_PATH)) == 1
    if is_flat and values > group_rows:
        raise DamagedTable


def _read_page(file: BinaryIO, position: int) -> tuple[Struct, int]:
    """The header of a page, and its length."""
    file.seek(position)
    reader = ThriftReader(file.read(USUAL_HEADER_BYTES))
    try:
        return reader.read_struct(), reader.position
    except DamagedTable:
        file.seek(position)
        reader = ThriftReader(file.read(MAX_HEADER_BYTES))
        return reader.read_struct(), reader.position


def _get_number(struct: Struct, field: int) -> int:
    value = struct.get(field)
    if not isinstance(value, int) or value < 0:
        raise DamagedTable
    return value


def _get_list(struct: Struct, field: int) -> list[object]:
    value = struct.get(field, [])
    if not isinstance(value, list):
        raise DamagedTable
    return value


def _get_struct(struct: Struct, field: int) -> Struct:
    value = struct.get(field)
    if not isinstance(value, dict):
        raise DamagedTable
    return value


def _get_structs(struct: Struct, field: int) -> list[Struct]:
    structs = [value for value in _get_list(struct, field) if isinstance(value, dict)]
    if len(structs) != len(_get_list(struct, field)):
        raise DamagedTable
    return structs
