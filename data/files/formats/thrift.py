"""Reads structures in Thrift's compact protocol, in which Parquet files have their metadata."""

from typing import Any

from data.files.formats.table_size import DamagedTable

Struct = dict[int, Any]
"""The values of a structure by the numbers of its fields. They are whatever a file says: check what is used."""

STOP, TRUE, FALSE, BYTE, I16, I32, I64, DOUBLE, BINARY, LIST, SET, MAP, STRUCT = range(13)
"""The types of values."""

DOUBLE_BYTES = 8
LONG_LIST = 15
"""The length in a list's first byte that says that its length follows."""

MAX_DEPTH = 16
"""How deeply values may lie in others; those of Parquet reach eight."""

MAX_INTEGER_BYTES = 10


class ThriftReader:
    """Reads structures from bytes; ``position`` is where it goes on."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.position = 0

    def read_struct(self, depth: int = 0) -> Struct:
        """The structure that begins here.

        Raises:
            DamagedTable: there is none.
        """
        if depth > MAX_DEPTH:
            raise DamagedTable
        fields: Struct = {}
        number = 0
        while (head := self._read_byte()) != STOP:
            number = number + (head >> 4) if head >> 4 else self._read_signed()
            fields[number] = self._read_value(head & 15, depth + 1, is_entry=False)
        return fields

    def _read_value(self, kind: int, depth: int, *, is_entry: bool) -> Any:  # noqa: ANN401 - see `Struct`
        if kind in {TRUE, FALSE}:
            return (self._read_byte() if is_entry else kind) == TRUE
        if kind in {I16, I32, I64}:
            return self._read_signed()
        if kind in {LIST, SET}:
            return self._read_list(depth)
        if kind == STRUCT:
            return self.read_struct(depth)
        lengths = {BYTE: lambda: 1, DOUBLE: lambda: DOUBLE_BYTES, BINARY: self._read_integer}
        if kind not in lengths:  # Parquet has no maps
            raise DamagedTable
        return self._read_bytes(lengths[kind]())

    def _read_list(self, depth: int) -> list[Any]:
        head = self._read_byte()
        length = head >> 4 if head >> 4 < LONG_LIST else self._read_integer()
        if length > len(self._data) - self.position:  # each entry has a byte
            raise DamagedTable
        return [self._read_value(head & 15, depth, is_entry=True) for _ in range(length)]

    def _read_signed(self) -> int:
        """A number whose lowest bit is its sign."""
        value = self._read_integer()
        return (value >> 1) ^ -(value & 1)

    def _read_integer(self) -> int:
        """A number in groups of seven bits, the lowest first."""
        value = 0
        for count in range(MAX_INTEGER_BYTES):
            byte = self._read_byte()
            value |= (byte & 127) << (7 * count)
            if byte < 128:  # noqa: PLR2004 - the bit that says that another byte follows
                return value
        raise DamagedTable

    def _read_byte(self) -> int:
        return self._read_bytes(1)[0]

    def _read_bytes(self, count: int) -> bytes:
        end = self.position + count
        if end > len(self._data):
            raise DamagedTable
        value = self._data[self.position : end]
        self.position = end
        return value
