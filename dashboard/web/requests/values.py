"""The types of the values that callbacks take from a browser, by component and property.

What a value means is checked where it is used. Only its type is checked here, which Python would not notice before
some function fails on it.
"""

from collections.abc import Callable
from typing import Any

from dashboard.web.requests.limits import MAX_PATH_CHARS, MAX_QUERY_CHARS, MAX_QUERY_KEYS, MAX_VALUE_CHARS, MAX_VALUES

ValueCheck = Callable[[Any], bool]
"""Whether a value, which may be any JSON, is of a type."""


def is_count(value: Any) -> bool:  # noqa: ANN401 - JSON, as in all of these
    """A whole number, such as that of clicks."""
    return isinstance(value, int) and not isinstance(value, bool)


def is_flag(value: Any) -> bool:  # noqa: ANN401
    """True or false."""
    return isinstance(value, bool)


def is_text(value: Any) -> bool:  # noqa: ANN401
    """A text that a control can have as its value."""
    return isinstance(value, str) and len(value) <= MAX_VALUE_CHARS


def is_number_entry(value: Any) -> bool:  # noqa: ANN401
    """A number, or the text of a field that is empty or holds more digits than a number has."""
    return is_text(value) or (isinstance(value, int | float) and not isinstance(value, bool))


def is_text_list(value: Any) -> bool:  # noqa: ANN401
    """Several values of a control."""
    return isinstance(value, list) and len(value) <= MAX_VALUES and all(map(is_text, value))


def is_query(value: Any) -> bool:  # noqa: ANN401
    """The query of a link, by its keys."""
    if not isinstance(value, dict) or len(value) > MAX_QUERY_KEYS:
        return False
    return all(isinstance(text, str) and len(text) <= MAX_QUERY_CHARS for pair in value.items() for text in pair)


def is_place(value: Any) -> bool:  # noqa: ANN401
    """The path and the query of an address; with the moment at which it was opened, so that it is never the same."""
    if not isinstance(value, dict):
        return False
    path, search = value.get("path"), value.get("search")
    if not isinstance(path, str) or not isinstance(search, str):
        return False
    return len(path) <= MAX_PATH_CHARS and len(search) <= MAX_QUERY_CHARS


def has_texts(*keys: str) -> ValueCheck:
    """Whether a value is an object with a text for each of the keys."""
    return lambda value: isinstance(value, dict) and all(is_text(value.get(key)) for key in keys)


def is_anything(_: object) -> bool:
    """Whatever differs from the value before triggers the callback, which does not read it."""
    return True


PROPERTY_CHECKS: dict[str, ValueCheck] = {
    **dict.fromkeys(("n_clicks", "n_submit", "n_intervals"), is_count),
    "checked": is_flag,
    "value": is_text,
}
"""The type of each property where `VALUE_CHECKS` has none for its component."""

VALUE_CHECKS: dict[str, ValueCheck] = {
    "place.data": is_place,
    "view.data": is_query,
    "page.data": has_texts("name"),
    "visible-range.data": has_texts("start", "end"),
    "picked.data": has_texts("venue"),
    "collected.data": is_anything,
    "overview-asked.data": is_query,
    "claims-asked.data": is_query,
    **dict.fromkeys(("out.value", "hide.value", "data-further.value", "data-venues.value"), is_text_list),
    **dict.fromkeys(("enter.value", "exit.value", "min-vote.value"), is_number_entry),
}
"""The type of each value that differs from others of its property."""

NEEDED_VALUES = frozenset(
    {
        *("view.data", "page.data", "overview-asked.data", "claims-asked.data"),
        *("data-scope.value", "data-before.checked", "data-bars.value"),
    }
)
"""Values that are never empty in a browser, unlike those of controls, which are until they are used."""


def find_check(name: str) -> ValueCheck | None:
    """The type of a value by its name ``COMPONENT.PROPERTY``; None if a browser sends no such value."""
    return VALUE_CHECKS.get(name) or PROPERTY_CHECKS.get(name.rsplit(".", 1)[1])


def is_valid(name: str, value: Any) -> bool:  # noqa: ANN401
    """Whether a value, which is not empty, is of its type."""
    check = find_check(name)
    return check is not None and check(value)
