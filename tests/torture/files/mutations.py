"""Makes bad files of good ones: bytes changed, cut and repeated, and values in place of others that break programs."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

CELL = re.compile(rb'[^,;\t|\r\n\[\]{}:"= ]+')
"""A value of a text, whatever separates it from others."""

HOSTILE_TEXTS = (
    "",
    " ",
    "NaN",
    "nan",
    "inf",
    "-inf",
    "-0",
    "1e309",
    "1e-400",
    "5e-324",
    "1e-19",
    "1e13",
    "1e18",
    "-1",
    "0x10",
    "1_000",
    "1,5",
    "1.2.3",
    "9" * 400,
    "0." + "1" * 60,
    "9223372036854775808",
    "1969-12-31T23:59:00Z",
    "2008-12-31T23:59:00Z",
    "2262-04-12T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "0000-00-00T00:00:00Z",
    "2025-02-30T00:00:00Z",
    "2025-10-26 02:30:00",
    "2025-10-10T21:20:00+99:99",
    "2025-10-10T21:20:60Z",
    "1.76013E+12",
    "1e400",
    "\u0662\u0660\u0662\u0665-\u0661\u0660-\u0661\u0660T\u0662\u0661:\u0662\u0660:\u0660\u0660Z",
    "\u0661\u0667\u0666\u0660\u0661\u0663\u0661\u0662\u0660\u0660",
    "\uff11\uff17\uff16\uff10\uff11\uff13\uff11\uff12\uff10\uff10",
    "\N{RIGHT-TO-LEFT OVERRIDE}ATOM",
    "AT\N{ZERO WIDTH SPACE}OM/USD",
    "ATOM\x1b[31m/USD",
    "A\x00B",
    "\N{ZERO WIDTH NO-BREAK SPACE}",
    "=1+1",
    "@SUM(A1)",
    "../../etc/passwd",
    "<script>",
    "ATOM/USD/EUR",
    "/",
    ":",
    "A" * 300,
    "x" * 1500,
    "line of file",
    "venue of file",
    "why",
    "open_time",
    "symbol",
    "origin",
    "reconstruction",
    "timeframe",
    "null",
    '"',
    '""',
    "'",
    "\r",
    "\r\n",
    "\n",
    "\\ud800",
    "[" * 2000,
    "{",
    "]",
    "true",
    '{"a": {"a": 1}}',
)
"""Values that break programs: numbers and times without end or beyond any range, other scripts, hidden signs."""

HOSTILE = (*map(str.encode, HOSTILE_TEXTS), b"\xff\xfe", b"\x80", b"\xed\xa0\x80", b"\xef\xbb\xbf")


@dataclass(frozen=True, slots=True)
class Mutation:
    """One change: its kind, where it is made (any number), how large it is, and the bytes that it brings."""

    kind: str
    place: int
    size: int
    value: bytes

    def apply(self, data: bytes) -> bytes:
        """The bytes with the change."""
        return CHANGES[self.kind](self, data)


def apply_mutations(mutations: Sequence[Mutation], data: bytes) -> bytes:
    """The bytes with some changes, one after the other."""
    for mutation in mutations:
        data = mutation.apply(data)
    return data


def _flip_bit(change: Mutation, data: bytes) -> bytes:
    if not data:
        return data
    position = change.place % len(data)
    return data[:position] + bytes([data[position] ^ 1 << change.size % 8]) + data[position + 1 :]


def _set_byte(change: Mutation, data: bytes) -> bytes:
    position = change.place % (len(data) + 1)
    return data[:position] + bytes([change.size % 256]) + data[position + 1 :]


def _cut_end(change: Mutation, data: bytes) -> bytes:
    return data[: change.place % (len(data) + 1)]


def _cut_out(change: Mutation, data: bytes) -> bytes:
    position = change.place % (len(data) + 1)
    return data[:position] + data[position + change.size :]


def _repeat(change: Mutation, data: bytes) -> bytes:
    position = change.place % (len(data) + 1)
    return data[:position] + data[position : position + change.size] * 3 + data[position + change.size :]


def _insert(change: Mutation, data: bytes) -> bytes:
    position = change.place % (len(data) + 1)
    return data[:position] + change.value + data[position:]


def _replace_cell(change: Mutation, data: bytes) -> bytes:
    cells = list(CELL.finditer(data))
    if not cells:
        return data
    cell = cells[change.place % len(cells)]
    return data[: cell.start()] + change.value + data[cell.end() :]


def _replace_ends(change: Mutation, data: bytes) -> bytes:
    return data.replace(b"\n", (b"\r", b"\r\n", b"\n\n", b"\n\r")[change.place % 4], change.size or -1)


CHANGES: dict[str, Callable[[Mutation, bytes], bytes]] = {
    "flip a bit": _flip_bit,
    "set a byte": _set_byte,
    "cut the end": _cut_end,
    "cut out": _cut_out,
    "repeat": _repeat,
    "insert": _insert,
    "replace a cell": _replace_cell,
    "replace ends of lines": _replace_ends,
}
"""The changes by their kind."""

KINDS = (*CHANGES, "replace a cell", "replace a cell", "replace a cell")
"""The kinds, those that reach deepest more often."""

MUTATIONS = st.lists(
    st.builds(
        Mutation,
        kind=st.sampled_from(KINDS),
        place=st.integers(0, 1 << 20),
        size=st.integers(0, 300),
        value=st.one_of(
            st.sampled_from(HOSTILE),
            st.binary(max_size=12),
            st.text(st.characters(codec="utf-8"), max_size=8).map(str.encode),
        ),
    ),
    min_size=1,
    max_size=3,
)
"""Some changes, one after the other."""
