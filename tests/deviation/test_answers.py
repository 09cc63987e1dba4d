"""Every definition of the method has a file of answers that were worked out by hand."""

import math
from functools import reduce
from pathlib import Path
from typing import Any

import pytest

from deviation.answer import deviation_rows, measurement_json
from tests.deviation.candles import read_answers

FILES = sorted((Path(__file__).parent / "answers").glob("*.toml"))


def _equal(ours: Any, by_hand: Any, where: str) -> None:  # noqa: ANN401 - any field of the result
    wanted = None if by_hand == "null" else by_hand
    if isinstance(wanted, list):
        assert len(ours) == len(wanted), where
        for i, (one, other) in enumerate(zip(ours, wanted, strict=True)):
            _equal(one, other, f"{where}[{i}]")
    elif isinstance(wanted, float):
        assert ours is not None, where
        assert math.isclose(ours, wanted, rel_tol=1e-9, abs_tol=1e-12), (where, ours, wanted)
    else:
        assert ours == wanted, (where, ours, wanted)


def _field(row: Any, path: str) -> Any:  # noqa: ANN401 - walks any JSON
    return reduce(lambda value, key: value[int(key)] if isinstance(value, list) else value[key], path.split("."), row)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_answers_worked_out_by_hand(path: Path) -> None:
    """Each number of an answer file comes out of the measurement."""
    answers = read_answers(path)
    json = measurement_json(answers.measurement)
    rows = {f"{row['venue']} {row['symbol']}": row for row in json["venues"]}
    for name, fields in answers.rows.items():
        if fields == {"row": False}:
            assert name not in rows
            continue
        for field, by_hand in fields.items():
            _equal(_field(rows[name], field), by_hand, f"{name} {field}")
    frame = deviation_rows(answers.measurement)
    for name, columns in answers.minutes.items():
        venue, symbol, group = name.split(" ")
        part = frame.filter(venue=venue, symbol=symbol, group=group)
        for column, by_hand in columns.items():
            _equal(part[column].to_list(), by_hand, f"{name} {column}")
    for field, by_hand in answers.whole.items():
        _equal(_field(json, field), by_hand, field)
    assert answers.rows or answers.minutes or answers.whole, "the file answers nothing"
