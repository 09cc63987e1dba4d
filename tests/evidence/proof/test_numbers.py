"""Differences between two sets of numbers: their places, and what is the same."""

import pytest

from evidence.proof.numbers import Difference, list_differences


def test_rows_are_matched_by_market() -> None:
    """A row that is new or gone differs as a whole, the others number by number, whatever their order."""
    old = {"rows": [{"venue": "okx", "symbol": "A/B", "low": 1.0}, {"venue": "gate", "symbol": "A/B", "low": 2.0}]}
    new = {"rows": [{"venue": "gate", "symbol": "A/B", "low": 3.0}, {"venue": "htx", "symbol": "A/B", "low": 4.0}]}
    assert list(list_differences("A", old, new)) == [
        Difference("A rows okx A/B", old["rows"][0], None),
        Difference("A rows gate A/B low", 2.0, 3.0),
        Difference("A rows htx A/B", None, new["rows"][1]),
    ]


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        (1.0, 1, True),
        (1.0, 1.0 + 1e-10, True),
        (1.0, 1.0 + 1e-8, False),
        (0.0, 1e-13, True),
        (0.0, 1e-11, False),
        (0, False, False),
        (1, True, False),
        (None, 0.0, False),
        (None, None, True),
        ("largest", "largest", True),
        ("largest", "longest", False),
        (1.0, "1.0", False),
        ([1, 2], [1], False),
        ({"a": 1}, [1], False),
    ],
)
def test_what_is_the_same(old: object, new: object, same: bool) -> None:  # noqa: FBT001 - a case of the table
    """Numbers within a billionth are, other kinds of values are not."""
    assert (list(list_differences("A", old, new)) == []) is same
