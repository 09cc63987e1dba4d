"""The measurement equals the hand-computed results of every answer file."""

import math
from functools import reduce
from pathlib import Path
from typing import Any

import pytest

from deviation.report.json_output import build_deviation_frame, build_measurement_json
from tests.deviation.candles import read_answers

FILES = sorted((Path(__file__).parent / "answers").glob("*.toml"))


def _assert_equal(actual: Any, expected: Any, place: str) -> None:  # noqa: ANN401 - any field of the result
    expected_value = None if expected == "null" else expected
    if isinstance(expected_value, list):
        assert len(actual) == len(expected_value), place
        for i, (one, other) in enumerate(zip(actual, expected_value, strict=True)):
            _assert_equal(one, other, f"{place}[{i}]")
    elif isinstance(expected_value, float):
        assert actual is not None, place
        assert math.isclose(actual, expected_value, rel_tol=1e-9, abs_tol=1e-12), (place, actual, expected_value)
    else:
        assert actual == expected_value, (place, actual, expected_value)


def _get_field(row: Any, path: str) -> Any:  # noqa: ANN401 - walks any JSON
    return reduce(lambda value, key: value[int(key)] if isinstance(value, list) else value[key], path.split("."), row)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_answers_worked_out_by_hand(path: Path) -> None:
    """Each number of an answer file equals that of the measurement."""
    answers = read_answers(path)
    json = build_measurement_json(answers.measurement)
    rows = {f"{row['venue']} {row['symbol']}": row for row in json["venues"]}
    for name, fields in answers.rows.items():
        if fields == {"row": False}:
            assert name not in rows
            continue
        for field, by_hand in fields.items():
            _assert_equal(_get_field(rows[name], field), by_hand, f"{name} {field}")
    frame = build_deviation_frame(answers.measurement)
    for name, columns in answers.minutes.items():
        venue, symbol, group = name.split(" ")
        part = frame.filter(venue=venue, symbol=symbol, group=group)
        for column, by_hand in columns.items():
            _assert_equal(part[column].to_list(), by_hand, f"{name} {column}")
    for field, by_hand in answers.expected_fields.items():
        _assert_equal(_get_field(json, field), by_hand, field)
    assert answers.rows or answers.minutes or answers.expected_fields, "the file answers nothing"
