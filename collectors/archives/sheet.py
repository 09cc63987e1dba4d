"""Workbooks (xlsx) of archives: checked as XML before the reader sees them, which trusts what a workbook says.

The reader keeps a grid up to the last cell that a sheet names: two cells, A1 and XFD1048576, make it ask for more
memory than there is, which ends the whole program. It also unpacks parts further than they say they are.
"""

import re
import zipfile
from io import BytesIO
from pathlib import Path
from xml.parsers import expat

import polars as pl

from collectors.archives.unpack import BOUNDED_METHODS, SmallReads
from collectors.failures import BadData
from collectors.http.ccxt_exchange import shorten_message
from collectors.limits import SHEET_COLUMNS, SHEET_ROWS, SHEET_UNPACKED
from data.text.quoting import quote_input

READ_SUFFIXES = (".xml", ".rels")
"""The parts that a table needs; pictures and settings of printers are left out."""

PLACES = {"row": re.compile("[0-9]{1,7}"), "c": re.compile("([A-Za-z]{1,3})([0-9]{1,7})")}
"""The elements that are at a place of a sheet, and how they name it."""


def read_sheet(path: Path) -> pl.DataFrame:
    """The cells of the first sheet of a workbook, all as text.

    Raises:
        BadData: the file is no workbook, or larger than a limit.
    """
    import fastexcel  # noqa: PLC0415 - an optional extra; `check_reader` has found it

    try:
        workbook = _copy_parts(path)
        return pl.read_excel(workbook, engine="calamine", has_header=False, read_options={"dtypes": "string"})
    except (
        *(fastexcel.FastExcelError, pl.exceptions.NoDataError),
        *(zipfile.BadZipFile, NotImplementedError, RuntimeError, expat.ExpatError),
    ) as error:
        message = f"a file that is no workbook: {shorten_message(error)}"
        raise BadData(message) from error


def _copy_parts(path: Path) -> BytesIO:
    """The workbook with the parts that are read, each of the size that it says, and checked.

    Raises:
        BadData: it is larger than a limit, or is packed by another method than deflate.
    """
    copy = BytesIO()
    unpacked_bytes = 0
    with SmallReads(path) as file, zipfile.ZipFile(file) as parts, zipfile.ZipFile(copy, "w") as checked:
        for part in parts.infolist():
            if not part.filename.endswith(READ_SUFFIXES):
                continue
            unpacked_bytes += part.file_size
            if unpacked_bytes > SHEET_UNPACKED.amount:
                SHEET_UNPACKED.refuse("the archive")
            if part.compress_type not in BOUNDED_METHODS:
                message = "a workbook that is packed by another method than deflate"
                raise BadData(message)
            content = parts.read(part)
            CellCheck().check(content)
            checked.writestr(part.filename, content)
    copy.seek(0)
    return copy


class CellCheck:
    """Follows the position of each cell in a part, by its name or by counting, as readers do."""

    def __init__(self) -> None:
        self._row = 0
        self._column = 0

    def check(self, content: bytes) -> None:
        """Check a part.

        Raises:
            BadData: it declares entities or another encoding than UTF-8, or has a cell too far out.
            expat.ExpatError: it is no XML.
        """
        parser = expat.ParserCreate()
        parser.XmlDeclHandler = self._check_encoding
        parser.StartDoctypeDeclHandler = self._refuse_entities
        parser.StartElementHandler = self._follow
        parser.Parse(content, True)  # noqa: FBT003 - the end of the content, by position only

    def _check_encoding(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if (encoding or "utf-8").lower() != "utf-8":
            message = f"a workbook in the encoding {shorten_message(str(encoding))}"
            raise BadData(message)

    def _refuse_entities(self, *_declaration: object) -> None:
        message = "a workbook that declares entities"
        raise BadData(message)

    def _follow(self, tag: str, attributes: dict[str, str]) -> None:
        name, kind = attributes.get("r", ""), tag.rpartition(":")[2]
        if kind not in PLACES:
            return
        place = PLACES[kind].fullmatch(name)
        if name and place is None:
            message = f"a sheet with a {kind} at {quote_input(shorten_message(name))}"
            raise BadData(message)
        if kind == "row":
            self._row, self._column = (self._row + 1 if place is None else int(name)), 0
        elif place is None:
            self._column += 1
        else:
            self._row, self._column = int(place[2]), _count_column(place[1])
        if self._row > SHEET_ROWS.amount:
            SHEET_ROWS.refuse("the archive")
        if self._column > SHEET_COLUMNS.amount:
            SHEET_COLUMNS.refuse("the archive")


def _count_column(letters: str) -> int:
    """The number of a column by its letters.

    >>> _count_column("A"), _count_column("XFD")
    (1, 16384)
    """
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
