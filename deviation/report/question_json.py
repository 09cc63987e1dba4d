"""The JSON of a question: the same fields in every output."""

from datetime import datetime
from typing import Any

from deviation.question import Question
from deviation.report.choices import list_choices


def format_iso(time: datetime | None) -> str | None:
    """An instant as ISO 8601 with Z; None stays None."""
    return None if time is None else f"{time:%Y-%m-%dT%H:%M:%SZ}"


def build_question_json(question: Question) -> dict[str, Any]:
    """Asset, event, window, parameters, choices and calm span; ``window`` is None where it has no name."""
    parameters = question.parameters
    return {
        "asset": question.asset,
        "event": question.event,
        "window": question.window,
        "from": format_iso(question.start),
        "to": format_iso(question.end),
        "timeframe": question.timeframe.value,
        "origin": question.origin.value,
        "quote": parameters.quote.value,
        "parameters": {
            "reference": parameters.reference.value,
            "enter": parameters.enter,
            "exit": parameters.exit,
            "confirm": parameters.confirm,
            "min_vote": parameters.min_vote,
        },
        "choices": list_choices(question),
        "calm_span": None
        if question.calm_span is None
        else {"from": format_iso(question.calm_span[0]), "to": format_iso(question.calm_span[1])},
    }


def build_shared_question_json(question: Question) -> dict[str, Any]:
    """The same for several assets: without the asset."""
    return {name: value for name, value in build_question_json(question).items() if name != "asset"}
