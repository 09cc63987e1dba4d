"""The numbers of a file's measurements, named as in the JSON of a measurement, and what differs between two of them."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from deviation.measurement import Measurement
from deviation.report.json_output import build_measurement_json
from deviation.report.question_json import build_question_json

RELATIVE_TOLERANCE = 1e-9
"""How far two programs that follow docs/method.md may be apart."""

ABSOLUTE_TOLERANCE = 1e-12

EVENT_ROW_FIELDS = (
    "venue",
    "symbol",
    "kind",
    "group",
    "low",
    "low_at",
    "high",
    "high_at",
    "volume_before",
    "fair_value",
    "rank",
)
EVENT_SUMMARY_FIELDS = ("firm_min", "below", "above", "thin")
"""The fields that pictures of many assets draw."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A number by its place, such as ``ATOM rows binance ATOM/USDT low``: in the file, and as measured now."""

    place: str
    old: Any
    new: Any


def build_numbers(measurements: Sequence[Measurement]) -> list[dict[str, Any]]:
    """What the measurements say, in their order; of several only what pictures of many assets draw."""
    shared = build_question_json(measurements[0].question).keys() | {"focus"}
    contents = [
        {name: value for name, value in build_measurement_json(measurement).items() if name not in shared}
        for measurement in measurements
    ]
    return contents if len(contents) == 1 else [_reduce_content(content) for content in contents]


def _reduce_content(content: dict[str, Any]) -> dict[str, Any]:
    rows = [
        {name: row[name] for name in EVENT_ROW_FIELDS}
        | {"against": {group: _select_summary(row, group) for group in row["against"] if group == row["group"]}}
        for row in content["rows"]
    ]
    return {"headline": content["headline"], "rows": rows}


def _select_summary(row: dict[str, Any], group: str) -> dict[str, Any]:
    return {name: row["against"][group][name] for name in EVENT_SUMMARY_FIELDS}


def list_differences(place: str, old: Any, new: Any) -> Iterator[Difference]:  # noqa: ANN401 - any JSON
    """The numbers, texts and times that differ, each by its place; rows are matched by venue and symbol.

    >>> list(list_differences("ATOM", {"low": 1.0, "at": None}, {"low": 2.0, "at": None}))
    [Difference(place='ATOM low', old=1.0, new=2.0)]
    """
    if isinstance(old, dict) and isinstance(new, dict):
        for name in dict.fromkeys((*old, *new)):
            yield from list_differences(f"{place} {name}", old.get(name), new.get(name))
    elif isinstance(old, list) and isinstance(new, list):
        old_items, new_items = _name_items(old), _name_items(new)
        for name in dict.fromkeys((*old_items, *new_items)):
            yield from list_differences(f"{place} {name}", old_items.get(name), new_items.get(name))
    elif not _is_same(old, new):
        yield Difference(place, old, new)


def _name_items(items: list[Any]) -> dict[str, Any]:
    """The items of a list by the market that they are of, else by their number from 1."""
    names = [
        f"{item['venue']} {item['symbol']}" if isinstance(item, dict) and {"venue", "symbol"} <= item.keys() else str(i)
        for i, item in enumerate(items, 1)
    ]
    return dict(zip(names, items, strict=True))


def _is_same(old: Any, new: Any) -> bool:  # noqa: ANN401 - any JSON
    # A truth value is a number in Python: 1 is no answer where True is one.
    if isinstance(old, bool) or isinstance(new, bool) or not isinstance(old, int | float):
        return type(old) is type(new) and bool(old == new)
    is_number = isinstance(new, int | float)
    return is_number and math.isclose(old, new, rel_tol=RELATIVE_TOLERANCE, abs_tol=ABSOLUTE_TOLERANCE)
