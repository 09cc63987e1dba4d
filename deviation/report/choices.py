"""What was chosen by hand, or differs from the defaults: it travels with every output (docs/method.md, section 7)."""

from typing import Any

from data.schema import Evidence
from deviation.question import Parameters, Question

CHOSEN_BY_HAND = "chosen by hand"
"""Stands for a window that the catalogue does not name."""


def list_choices(question: Question) -> dict[str, Any]:
    """The choices by name; empty where everything is as by default.

    ``venues`` and ``excluded`` are lists of items as typed, ``window`` is `CHOSEN_BY_HAND`, ``origin`` the name of the
    kind of candles, the others are values of `Parameters`: fractions, minutes and names.
    """
    choices: dict[str, Any] = {}
    if question.venues:
        choices["venues"] = list(question.venues)
    if question.excluded:
        choices["excluded"] = list(question.excluded)
    if question.window is None:
        choices["window"] = CHOSEN_BY_HAND
    choices |= list_parameter_choices(question.parameters)
    if question.origin is not Evidence.REAL:
        choices["origin"] = question.origin.value
    return choices


def list_parameter_choices(parameters: Parameters) -> dict[str, Any]:
    """The parameters that differ from the defaults, by name.

    >>> list_parameter_choices(Parameters(enter=0.05))
    {'enter': 0.05}
    """
    choices: dict[str, Any] = {}
    defaults = Parameters()
    for name in ("reference", "quote", "enter", "exit", "confirm", "min_vote"):
        value = getattr(parameters, name)
        if value != getattr(defaults, name):
            choices[name] = str(value) if isinstance(value, str) else value
    return choices
