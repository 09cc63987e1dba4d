"""Parsing of JSON that anyone may have sent: within limits of depth and numbers, and nothing that is no text."""

import json
from typing import Any, NoReturn

from dashboard.web.requests.limits import MAX_DEPTH, MAX_NUMBER
from data.errors import UsageError


def parse_json(content: bytes) -> Any:  # noqa: ANN401 - JSON
    """The value of a JSON document.

    Raises:
        UsageError: it is no JSON, has a number that a browser has not, is nested too deeply, or has a text that is
            none, as half of a surrogate pair is.
    """
    try:
        value = json.loads(content, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        message = "the body is no JSON, or nested too deeply"
        raise UsageError(message) from error
    _check_level([value])
    return value


def _refuse_constant(name: str) -> NoReturn:
    """Refuse NaN and Infinity, which Python writes and JSON does not have."""
    message = f"{name} is no number"
    raise ValueError(message)


def _check_level(values: list[Any]) -> None:
    """Check values that stand equally deep, then those within them."""
    for _ in range(MAX_DEPTH):
        inner_values: list[Any] = []
        for value in values:
            if isinstance(value, dict):
                inner_values += [*value.keys(), *value.values()]
            elif isinstance(value, list):
                inner_values += value
            else:
                _check_plain(value)
        if not inner_values:
            return
        values = inner_values
    message = f"the body has values nested more than {MAX_DEPTH} deep"
    raise UsageError(message)


def _check_plain(value: object) -> None:
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError as error:
            message = "the body has a text that is none"
            raise UsageError(message) from error
    # Comparisons, as a float of 400 digits is infinite and an int of them no float.
    elif isinstance(value, int | float) and not -MAX_NUMBER <= value <= MAX_NUMBER:
        message = "the body has a number that is too large"
        raise UsageError(message)
