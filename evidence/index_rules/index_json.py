"""The JSON of replayed index rules (docs/index-rules.md)."""

from typing import Any

import numpy as np

from deviation.minute.grid import Floats
from deviation.report.question_json import build_question_json, format_iso
from evidence.index_rules.decomposition import FallShare
from evidence.index_rules.index_replay import DerivedPrice, IndexReplay, RuleReplay


def build_index_json(replay: IndexReplay) -> dict[str, Any]:
    """The question, the parameters, every rule with its lowest value, its fall and its minutes, and collected prices.

    Prices are in the quote of the index, log returns are plain numbers; null where a leg did not trade.
    """
    measurement = replay.measurement
    return {
        **build_question_json(measurement.question),
        "ratio": replay.ratio,
        "ratio_source": describe_ratio_source(replay),
        "times": [format_iso(measurement.axis.time_at(position)) for position in range(measurement.axis.size)],
        "elsewhere": _list_values(replay.elsewhere),
        "rules": [_build_rule_json(replay, rule) for rule in replay.replays],
        "collected": [_build_derived_json(derived) for derived in replay.derived],
    }


def describe_ratio_source(replay: IndexReplay) -> str | None:
    """Where the staking rate is from; None where none is known."""
    if replay.ratio is None:
        return None
    return "given" if replay.is_ratio_given else "market-implied pre-event ratio"


def _build_rule_json(replay: IndexReplay, rule_replay: RuleReplay) -> dict[str, Any]:
    rule, limits, series = rule_replay.rule, rule_replay.limits, rule_replay.series
    lowest = rule_replay.lowest
    return {
        "id": rule.id,
        "label": rule.label,
        "venue": rule.venue,
        "quote": rule.quote,
        "components": [
            {"weight": component.weight, "legs": list(component.legs), "ratio": component.ratio}
            for component in rule.components
        ],
        "clamp": limits.clamp,
        "drop": limits.drop,
        "floor": limits.floor,
        "since": None if rule.since is None else rule.since.isoformat(),
        "until": None if rule.until is None else rule.until.isoformat(),
        "source": rule.source,
        "assumed": rule.assumed,
        "missing_legs": list(rule_replay.missing_legs),
        "lowest": None
        if lowest is None
        else {
            "at": format_iso(replay.measurement.time_at(lowest)),
            "close": float(series.close[lowest]),
            "low": _to_value(float(series.low[lowest])),
            "high": _to_value(float(series.high[lowest])),
        },
        "fall": None if rule_replay.fall is None else _build_fall_json(replay, rule_replay.fall),
        "close": _list_values(series.close),
        "low": _list_values(series.low),
        "high": _list_values(series.high),
        "dropped": series.dropped.tolist(),
        "return": _list_values(rule_replay.split.total),
        "return_elsewhere": _list_values(rule_replay.split.elsewhere),
        "return_own": _list_values(rule_replay.split.own),
    }


def _build_fall_json(replay: IndexReplay, fall: FallShare) -> dict[str, Any]:
    return {
        "from": format_iso(replay.measurement.time_at(fall.start)),
        "to": format_iso(replay.measurement.time_at(fall.end)),
        "return": fall.total,
        "return_elsewhere": fall.elsewhere,
        "return_own": fall.own,
        "own_share": fall.own_share,
        "legs": None if fall.legs is None else dict(fall.legs),
    }


def _build_derived_json(derived: DerivedPrice) -> dict[str, Any]:
    return {
        "venue": derived.venue,
        "symbol": derived.symbol,
        "price": derived.price,
        "close": _list_values(derived.close),
        "low": _list_values(derived.low),
        "high": _list_values(derived.high),
    }


def _list_values(values: Floats) -> list[float | None]:
    return [_to_value(value) for value in values.tolist()]


def _to_value(value: float) -> float | None:
    return None if np.isnan(value) else value
