"""The measurement equals the hand-computed results of every answer file."""

import math
import re
from fractions import Fraction
from functools import reduce
from pathlib import Path
from typing import Any

import pytest

from deviation.report.frame import build_deviation_frame
from deviation.report.json_output import build_measurement_json
from tests.deviation.candles import DAY, read_answers

FILES = sorted((Path(__file__).parent / "answers").glob("*.toml"))
FRACTION = re.compile(r"-?[\d.]+/[\d.]+")
NUMBER = re.compile(r"-?\d+(\.\d+)?")
CLOCK = re.compile(r"\d\d:\d\d")


def _read_expected(text: str) -> Any:  # noqa: ANN401 - any field of the result
    """What a text of an answer file stands for: null, ``-2/11``, a minute of the day ``12:03``, or itself."""
    if text == "null":
        return None
    if FRACTION.fullmatch(text):
        numerator, denominator = text.split("/")
        return float(Fraction(numerator) / Fraction(denominator))
    if CLOCK.fullmatch(text):
        return f"{DAY}T{text}:00Z"
    return text


def assert_by_hand(actual: Any, expected: Any, place: str) -> None:  # noqa: ANN401 - any field of the result
    """Compare a field with the one by hand.

    Of an object only the fields that are given are compared, with ``only = [...]`` also all of its names.
    ``contains = [...]`` are parts of a text, or of the sentences of a list.
    """
    by_hand = _read_expected(expected) if isinstance(expected, str) else expected
    if isinstance(by_hand, dict):
        assert actual is not None, place
        for name, value in by_hand.items():
            if name == "only":
                assert sorted(actual) == sorted(value), (place, sorted(actual), value)
            elif name == "contains":
                text = actual if isinstance(actual, str) else " ".join(actual)
                assert [part for part in value if part not in text] == [], (place, text)
            else:
                assert_by_hand(actual[name], value, f"{place}.{name}")
    elif isinstance(by_hand, list):
        assert len(actual) == len(by_hand), (place, actual, by_hand)
        for i, (one, other) in enumerate(zip(actual, by_hand, strict=True)):
            assert_by_hand(one, other, f"{place}[{i}]")
    elif isinstance(by_hand, float):
        assert actual is not None, (place, actual, by_hand)
        assert math.isclose(actual, by_hand, rel_tol=1e-9, abs_tol=1e-12), (place, actual, by_hand)
    else:
        assert actual == by_hand, (place, actual, by_hand)


def get_field(row: Any, path: str) -> Any:  # noqa: ANN401 - walks any JSON
    """The field of a JSON at a dotted path."""
    return reduce(lambda value, key: value[int(key)] if isinstance(value, list) else value[key], path.split("."), row)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_answers_worked_out_by_hand(path: Path) -> None:
    """Each number of an answer file equals that of the measurement."""
    answers = read_answers(path)
    json = build_measurement_json(answers.measurement)
    rows = {f"{row['venue']} {row['symbol']}": row for row in json["rows"]}
    for name, fields in answers.rows.items():
        if fields == {"row": False}:
            assert name not in rows, name
            continue
        for field, by_hand in fields.items():
            assert_by_hand(get_field(rows[name], field), by_hand, f"{name} {field}")
    frame = build_deviation_frame(answers.measurement)
    for name, columns in answers.minutes.items():
        venue, symbol, group = name.split(" ")
        part = frame.filter(venue=venue, symbol=symbol, against=group).sort("open_time")
        for column, by_hand in columns.items():
            numbers = [float(entry) if NUMBER.fullmatch(entry) else entry for entry in by_hand]
            assert_by_hand(part[column].to_list(), numbers, f"{name} {column}")
    for field, by_hand in answers.expected_fields.items():
        assert_by_hand(get_field(json, field), by_hand, field)
    assert answers.rows or answers.minutes or answers.expected_fields, "the file answers nothing"
