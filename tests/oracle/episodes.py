"""Episodes of a row against a group (section 5 of docs/method.md)."""

from __future__ import annotations

import math

from tests.oracle.minute import OracleCell
from tests.oracle.question import (
    MINUTE,
    SIDES,
    TOLERANCE,
    Json,
    OracleQuestion,
    Side,
    find_extreme,
    format_time,
    get_sign,
    is_beyond,
)


def list_episodes(cells: list[OracleCell], question: OracleQuestion) -> list[Json]:
    """List the episodes of both directions over the cells of the window, by start and direction."""
    episodes = [episode for side in SIDES for episode in _find_episodes(cells, question, side)]
    return sorted(episodes, key=lambda episode: (episode["start"], episode["direction"]))


def _find_episodes(cells: list[OracleCell], question: OracleQuestion, side: Side) -> list[Json]:
    observed = [(cell.time, cell.d) for cell in cells if cell.d is not None]
    episodes: list[Json] = []
    start: int | None = None
    recovered: list[int] = []
    for time, d in observed:
        if start is None:
            start, recovered = (time, []) if is_beyond(d, question.enter, side) else (None, [])
            continue
        recovered = [] if is_beyond(d, question.exit, side) else [*recovered, time]
        if len(recovered) == question.count_bars(question.confirm):
            episodes.append(_describe(cells, (start, recovered[0]), question, side) | {"open": False})
            start = None
    if start is not None:
        episodes.append(_describe(cells, (start, question.end), question, side) | {"open": True})
    return episodes


def _describe(cells: list[OracleCell], span: tuple[int, int], question: OracleQuestion, side: Side) -> Json:
    sign, (start, end) = get_sign(side), span
    inside = [cell for cell in cells if start <= cell.time < end]
    observed = [(cell.d, cell.time) for cell in inside if cell.d is not None]
    deviation, at = find_extreme(observed, side)
    area = math.fsum(abs(d) for d, _ in observed if sign * d < 0)
    return {
        "direction": side,
        "start": format_time(start),
        "end": format_time(end),
        "deviation": deviation,
        "at": format_time(at),
        "duration_min": (end - start) / MINUTE,
        "observed_min": question.count_minutes(observed),
        "firm_min": question.count_minutes(cell for cell in inside if cell.is_firm),
        "unobserved_min": question.count_minutes(cell for cell in inside if cell.d is None),
        "area_pct_min": 100 * area * question.bar / MINUTE,
        "half_recovery_min": _find_half_recovery(cells, deviation or 0.0, at or 0, side),
    }


def _find_half_recovery(cells: list[OracleCell], deviation: float, at: int, side: Side) -> float | None:
    for cell in cells:
        if cell.time <= at or cell.d is None:
            continue
        if abs(cell.d) < abs(deviation) / 2 - TOLERANCE or get_sign(side) * cell.d > 0:
            return (cell.time - at) / MINUTE
    return None
