"""Text and JSON whose bad lines are set aside while the good ones are read."""

from pathlib import Path

import pytest

from data.errors import FileRefused
from data.files.formats.json_records import MAX_COLUMNS, parse_records
from data.files.formats.limits import FILE_LIMITS
from data.files.formats.line_table import parse_rows, split_lines
from data.files.formats.raw_table import LINE_COLUMN
from data.files.formats.unpack import Content

PATH = Path("log.csv")


def read_rows(data: bytes) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    """The rows and the faults of separated values."""
    table, faults = parse_rows(PATH, PATH.name, split_lines(PATH, Content(PATH.name, data), FILE_LIMITS), FILE_LIMITS)
    return table.rows.rows(), faults.rows()


def read_records(text: str) -> tuple[list[dict[str, object]], list[tuple[object, ...]]]:
    """The records and the faults of JSON."""
    table, faults = parse_records(PATH, PATH.name, split_lines(PATH, Content(PATH.name, text.encode()), FILE_LIMITS))
    return table.rows.to_dicts(), faults.rows()


def test_lines_keep_their_numbers_whatever_is_set_aside() -> None:
    """Two bad lines and a blank one between the good ones."""
    rows, faults = read_rows(b"a,b\n1,2\n3\n\n\xff,4\n5,6\n")
    assert rows == [(2, "1", "2"), (6, "5", "6")]
    assert faults == [(3, "has 1 field, the header has 2"), (5, "is no text in UTF-8")]


def test_separators_within_quotes_are_no_separators() -> None:
    """A comma and a doubled quote within quotes; a quote that stays open is a fault of its line alone."""
    rows, faults = read_rows(b'a,b\n"1,0","x ""y"""\n"2,3\n4,5\n')
    assert rows == [(2, "1,0", 'x "y"'), (4, "4", "5")]
    assert faults == [(3, "has a quote that does not end on this line")]


def test_a_file_without_a_header_is_measured_by_its_first_line() -> None:
    """Numbers in the first line: it is a row."""
    rows, faults = read_rows(b"1760131201000,1\n1760131202000\n")
    assert [row[0] for row in rows] == [1]
    assert faults == [(2, "has 1 field, the first line has 2")]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_byte_order_marks_and_old_line_ends_are_read(encoding: str) -> None:
    """UTF-8 with a mark, UTF-16, lines that end as on old Macs."""
    rows, faults = read_rows("a,b\r1,ü\r".encode(encoding))
    assert (rows, faults) == ([(2, "1", "ü")], [])


def test_nested_objects_and_lists_of_one_have_dotted_names() -> None:
    """Numbers stay text; longer lists, and what is nested too deeply, are not read."""
    deep = '{"x":' * 20 + "1" + "}" * 20
    records, faults = read_records(
        f'{{"a": {{"b": -2022}}, "c": [{{"d": 1.50}}], "e": [1, 2], "f": true, "g": {deep}}}'
    )
    assert records == [{LINE_COLUMN: 1, "a.b": "-2022", "c.d": "1.50", "f": "true"}]
    assert faults == []


def test_bad_lines_of_json_are_set_aside() -> None:
    """Broken, no object, nested beyond all measure."""
    records, faults = read_records("\n".join(['{"a": 1}', "{", "[1]", '{"a":' * 100_000, '{"b": null}']))
    assert [record[LINE_COLUMN] for record in records] == [1, 5]
    assert [fault[0] for fault in faults] == [2, 3, 4]


def test_a_line_of_a_log_has_a_longest_length_unless_it_is_json() -> None:
    """A list of JSON may stand on one line; a line of text of a megabyte is none of a log."""
    with pytest.raises(FileRefused, match="line 2 has more than 1,048,576 bytes"):
        read_rows(b"time,code\n" + b"x" * 1_100_000)
    records, faults = read_records("[" + ",".join(['{"code": "1"}'] * 90_000) + "]")
    assert (len(records), faults) == (90_000, [])


def test_names_beyond_the_limit_are_left_out() -> None:
    """A log of ever new names has no more columns than that."""
    text = "\n".join(f'{{"n{number}": 1}}' for number in range(2 * MAX_COLUMNS))
    records, _ = read_records(text)
    assert len(records[0]) == 1 + MAX_COLUMNS
    assert len(records) == 2 * MAX_COLUMNS


def test_a_text_without_a_line_is_refused() -> None:
    """Blanks alone."""
    with pytest.raises(FileRefused, match="is empty"):
        split_lines(PATH, Content(PATH.name, b" \r\n"), FILE_LIMITS)
    with pytest.raises(FileRefused, match="holds no JSON objects"):
        read_records("[1, 2]")
