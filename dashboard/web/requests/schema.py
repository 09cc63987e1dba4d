"""The form of a callback's request, as dash's script in the browser sends it.

Dash itself takes any: what is missing, of a foreign type or of another callback fails somewhere in it, or in the
callback, with status 500 and a traceback.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard.web.requests.values import NEEDED_VALUES, is_valid
from data.errors import UsageError

BODY_KEYS = frozenset({"output", "outputs", "inputs", "state", "changedPropIds", "parsedChangedPropsIds"})
"""All that a request may have."""

PLACE = "place.data"
"""The value whose callback opens pages."""


def check_request(body: Any, callbacks: Mapping[str, Mapping[str, Any]]) -> None:  # noqa: ANN401 - JSON
    """Check that a request is one of a callback.

    Args:
        body: any JSON.
        callbacks: what dash knows of each callback, by its outputs; those in the browser have no ``callback``.

    Raises:
        UsageError: it is none that a browser sends; the message says which part of it.
    """
    if not isinstance(body, dict) or not BODY_KEYS.issuperset(body):
        message = "the body is not that of a callback"
        raise UsageError(message)
    output = body.get("output")
    callback = callbacks.get(output) if isinstance(output, str) else None
    if callback is None or "callback" not in callback:
        message = "no callback has this output"
        raise UsageError(message)
    if body.get("outputs") != build_outputs(str(output)):
        message = "the outputs are not those of the callback"
        raise UsageError(message)
    names = [_name_part(part) for part in callback["inputs"]]
    triggers = body.get("changedPropIds", [])
    _check_triggers(triggers, names)
    _check_triggers(body.get("parsedChangedPropsIds", []), names)
    values: dict[str, Any] = {}
    for key in ("inputs", "state"):
        values |= _read_values(key, body.get(key) or [], callback[key])
    for name in _list_needed(values, triggers):
        if values.get(name) is None:
            message = f"{name} is empty"
            raise UsageError(message)


def build_outputs(output: str) -> dict[str, str] | list[dict[str, str]]:
    """The outputs of a callback by the name that dash gives them together.

    >>> build_outputs("picture.data")
    {'id': 'picture', 'property': 'data'}
    >>> build_outputs("..a.value...b.data..")
    [{'id': 'a', 'property': 'value'}, {'id': 'b', 'property': 'data'}]
    """
    names = [name.rsplit(".", 1) for name in output.strip(".").split("...")]
    outputs = [{"id": component, "property": property_name} for component, property_name in names]
    return outputs if output.startswith("..") else outputs[0]


def _name_part(part: Mapping[str, str]) -> str:
    return f"{part['id']}.{part['property']}"


def _check_triggers(triggers: Any, names: Sequence[str]) -> None:  # noqa: ANN401 - JSON
    if not isinstance(triggers, list) or any(trigger not in names for trigger in triggers):
        message = "what triggered the callback is none of its inputs"
        raise UsageError(message)


def _read_values(
    key: str,
    parts: Any,  # noqa: ANN401 - JSON
    declared_parts: Sequence[Mapping[str, str]],
) -> dict[str, Any]:
    """The values by their names, None where they are empty."""
    is_list = isinstance(parts, list) and all(isinstance(part, dict) for part in parts)
    if not is_list or [{**part, "value": None} for part in parts] != [
        {"id": part["id"], "property": part["property"], "value": None} for part in declared_parts
    ]:
        message = f"its {key} is not that of the callback"
        raise UsageError(message)
    values = {_name_part(part): part.get("value") for part in parts}
    for name, value in values.items():
        if value is not None and not is_valid(name, value):
            message = f"{name} has no value of this type"
            raise UsageError(message)
    return values


def _list_needed(values: Mapping[str, Any], triggers: Sequence[str]) -> list[str]:
    """The values that may not be empty: those of the open page, or else the address of the one to open."""
    needed = [name for name in NEEDED_VALUES if name in values]
    if PLACE not in values:
        return needed
    return [PLACE] if PLACE in triggers or any(values[name] is None for name in needed) else needed
