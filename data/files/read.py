"""Reads a file of any known format into a table without interpreting its values."""

from collections.abc import Iterator
from pathlib import Path, PurePath

from data.files.formats.columnar import parse_feather, parse_parquet, read_parquet_batches
from data.files.formats.json_table import parse_json, parse_json_lines
from data.files.formats.limits import FILE_LIMITS, Limits
from data.files.formats.raw_table import RawTable, build_refusal
from data.files.formats.text_table import cut_lines, parse_text, parse_text_pieces
from data.files.formats.unpack import Content, open_content, read_content
from data.text.quoting import cut_text, quote_input

TEXT_SUFFIXES = (".csv", ".tsv", ".txt")
OTHER_PARSERS = {
    ".parquet": parse_parquet,
    ".feather": parse_feather,
    ".arrow": parse_feather,
    ".json": parse_json,
    ".jsonl": parse_json_lines,
    ".ndjson": parse_json_lines,
}
"""The parsers of what is no text of separated values, by the ending of a name."""

PACKED_SUFFIXES = (".zip", ".gz")
FILE_SUFFIXES = (*TEXT_SUFFIXES, *OTHER_PARSERS)
"""The endings of files that are read, packed or not."""


def read_raw_table(path: Path, limits: Limits = FILE_LIMITS) -> RawTable:
    """The content of a file.

    Raises:
        FileRefused: the file does not exist, is of no known format, empty, malformed or too large, or repeats a column.
    """
    _refuse_suffix(path, path.name, (*FILE_SUFFIXES, *PACKED_SUFFIXES), "")
    content = read_content(path, limits)
    if content.packing:
        _refuse_suffix(path, content.name, FILE_SUFFIXES, f"holds {cut_text(content.name)}, which ")
    if not content.data:
        raise build_refusal(path, "is empty")
    return parse_content(path, content, limits)


def read_raw_batches(path: Path, limits: Limits = FILE_LIMITS) -> Iterator[RawTable]:
    """The content of a text file, packed or not, or of a Parquet file, batch by batch; columns are the same in all.

    Raises:
        FileRefused: the file cannot be read so. `read_raw_table` reads it, or says why not.
    """
    if path.suffix.lower() == ".parquet":
        yield from read_parquet_batches(path, limits)
        return
    with open_content(path, limits) as stream:
        if PurePath(stream.name).suffix.lower() not in TEXT_SUFFIXES:
            raise build_refusal(path, "is no text")
        yield from parse_text_pieces(path, stream.name, cut_lines(path, stream.pieces, limits.batch_bytes), limits)


def parse_content(path: Path, content: Content, limits: Limits) -> RawTable:
    """The content of a file from its bytes, in the format that its name says.

    Raises:
        FileRefused: it is malformed or too large, or repeats a column.
    """
    parser = OTHER_PARSERS.get(PurePath(content.name).suffix.lower(), parse_text)
    return parser(path, content, limits)


def _refuse_suffix(path: Path, name: str, suffixes: tuple[str, ...], subject: str) -> None:
    suffix = PurePath(name).suffix
    if suffix.lower() not in suffixes:
        ending = quote_input(suffix) if suffix else "nothing"
        known = f"{', '.join(suffixes[:-1])} and {suffixes[-1]}"
        raise build_refusal(path, f"{subject}ends in {ending}; candles are read from {known}")
