"""Ranks within a group, and what all of a group share across groups (section 7 of docs/method.md)."""

from __future__ import annotations

from collections.abc import Callable

from tests.oracle.question import (
    MINUTE,
    SIDES,
    TOLERANCE,
    Json,
    OracleQuestion,
    Side,
    get_sign,
    is_at_least,
    is_at_most,
)

RANKED_ROWS = 4
PARTLY_MINUTES = 3
LENGTH_LEAD_MIN = 3
CROSS_GROUPS = ("usd", "usdt")

Leads = Callable[[Json, Json], bool]


def _own(row: Json) -> Json:
    numbers: Json = row["against"][row["group"]]
    return numbers


def _keep_one_per_family(rows: list[Json], group: str, question: OracleQuestion) -> list[Json]:
    """Keep the row with more firm minutes of each family; equal ones by name."""
    best: dict[str, Json] = {}
    for row in sorted(rows, key=lambda row: (-row["against"][group]["firm_min"], row["venue"], row["symbol"])):
        best.setdefault(question.family_of(row["venue"]), row)
    return sorted(best.values(), key=lambda row: (row["venue"], row["symbol"]))


def fill_ranks(rows: list[Json], question: OracleQuestion) -> None:
    """Write `rank` into the rows: verdicts, and for `why` the venue that it speaks of."""
    for group in sorted({row["group"] for row in rows}):
        of_group = [row for row in rows if row["group"] == group]
        spot = [row for row in of_group if row["kind"] == "spot"]
        contenders = _list_contenders(spot, group, question)
        families = {question.family_of(row["venue"]) for row in contenders}
        others = [row for row in spot if question.family_of(row["venue"]) not in families]
        for row in of_group:
            if any(row is contender for contender in contenders):
                row["rank"] = {side: _rank_side(row, contenders, others, side, question) for side in SIDES}
            else:
                verdict = "not ranked" if row["voting_min"] else "no data"
                word = {"verdict": verdict, "why": {"venue": None}}
                row["rank"] = {side: {"largest": word, "longest": word} for side in SIDES}


def _list_contenders(spot: list[Json], group: str, question: OracleQuestion) -> list[Json]:
    """List the spot rows firm in at least 80 % of the window, one per family; none where fewer than four are."""
    if question.underlying is not None or question.origin == "reconstruction":
        return []
    window_min = (question.end - question.start) / MINUTE
    firm = [row for row in spot if 100 * _own(row)["firm_min"] >= 80 * window_min]
    contenders = _keep_one_per_family(firm, group, question)
    return contenders if len(contenders) >= RANKED_ROWS else []


def _rank_side(row: Json, contenders: list[Json], others: list[Json], side: Side, question: OracleQuestion) -> Json:
    rivals = [other for other in contenders if other is not row]
    partly = [other for other in others if _own(other)[side]["minutes"] >= PARTLY_MINUTES]
    window_min = (question.end - question.start) / MINUTE

    def leads_in_size(one: Json, other: Json) -> bool:
        own, theirs = 1 + _own(one)[side]["deviation"], 1 + _own(other)[side]["deviation"]
        return is_at_most(own, 0.98 * theirs) if side == "below" else is_at_least(own, 1.02 * theirs)

    def leads_in_length(one: Json, other: Json) -> bool:
        open_min = window_min - _own(other)["firm_min"]
        needed: float = _own(other)[side]["minutes"] + open_min + LENGTH_LEAD_MIN
        return is_at_least(_own(one)[side]["minutes"], needed)

    def measure_size(other: Json) -> float:
        size: float = -get_sign(side) * _own(other)[side]["deviation"]
        return size

    def measure_length(other: Json) -> float:
        minutes: float = _own(other)[side]["minutes"]
        return minutes

    return {
        "largest": _find_verdict(row, rivals, partly, leads_in_size, measure_size, "largest"),
        "longest": _find_verdict(row, rivals, partly, leads_in_length, measure_length, "longest"),
    }


def _find_verdict(
    row: Json, rivals: list[Json], partly: list[Json], leads: Leads, measure: Callable[[Json], float], word: str
) -> Json:
    leaders = [other for other in (*rivals, *partly) if leads(other, row)]
    if leaders:
        return {"verdict": f"not {word}", "why": {"venue": _name_most(leaders, measure)}}
    not_led = [other for other in partly if not leads(row, other)]
    if all(leads(row, other) for other in rivals):
        if not not_led:
            return {"verdict": word, "why": None}
        if word == "longest":
            return {"verdict": "not settled", "why": {"venue": _name_most(not_led, measure)}}
    return {"verdict": "too close to call", "why": None}


def _name_most(rows: list[Json], measure: Callable[[Json], float]) -> str:
    most = max(measure(row) for row in rows)
    first: str = min(row["venue"] for row in rows if is_at_least(measure(row), most))
    return first


def build_cross(rows: list[Json], question: OracleQuestion) -> Json:
    """Give what the spot rows of each group share against USD and USDT."""
    return {
        group: {
            other: _compare_groups([row for row in rows if row["group"] == group], other, question)
            for other in CROSS_GROUPS
            if other != group
        }
        for group in sorted({row["group"] for row in rows})
    }


def _compare_groups(rows: list[Json], other: str, question: OracleQuestion) -> Json:
    is_counted = question.underlying is None
    spot = [row for row in rows if is_counted and row["kind"] == "spot" and row["against"][other]["firm_min"] > 0]
    chosen = _keep_one_per_family(spot, other, question)
    return {"n": len(chosen)} | {side: _describe_side(chosen, other, side, question) for side in SIDES}


def _describe_side(rows: list[Json], other: str, side: Side, question: OracleQuestion) -> Json:
    sizes = {row["venue"]: abs(row["against"][other][side]["deviation"]) for row in rows}
    minutes = {row["venue"]: row["against"][other][side]["minutes"] for row in rows}
    sign = -get_sign(side)
    ends: Json = {"reaching": sum(1 for size in sizes.values() if is_at_least(size, question.enter))}
    for name, values, field, factor, pick in (
        ("least", sizes, "deviation", sign, min),
        ("most", sizes, "deviation", sign, max),
        ("fewest", minutes, "minutes", 1, min),
        ("longest", minutes, "minutes", 1, max),
    ):
        end = pick(values.values(), default=None)
        venue = min(
            (v for v, value in values.items() if end is not None and abs(value - end) <= TOLERANCE), default=None
        )
        ends[name] = None if venue is None else {"venue": venue, field: factor * values[venue] + 0.0}
    return ends
