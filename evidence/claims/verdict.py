"""From outcomes to the verdict of a part, and from its parts to that of a claim (docs/claims.md)."""

from collections.abc import Collection, Sequence
from enum import StrEnum

from evidence.claims.compare import Outcome


class Verdict(StrEnum):
    """What the data say of a claim."""

    SUPPORTED = "supported"
    CONTRADICTED = "contradicted"
    MIXED = "mixed"
    NOT_DECIDED = "not decided"
    OUTSIDE = "outside candles"
    NONE = "no verdict"


def decide_part(outcomes: Sequence[Outcome], holds_for: str | int, *, is_open: bool) -> Verdict:
    """The verdict on a part; one is given only where nothing that is missing could change it.

    Args:
        outcomes: one for each value.
        holds_for: ``all``, ``always``, ``any`` or ``most`` of them, or at least so many.
        is_open: whether the claim speaks of more than the values.
    """
    if holds_for == "always" and Outcome.FAILS in outcomes:
        return Verdict.CONTRADICTED
    if holds_for in {"all", "always"}:
        return _decide_all(outcomes, is_open=is_open)
    holds, depends, unknown = (outcomes.count(outcome) for outcome in (Outcome.HOLDS, Outcome.DEPENDS, Outcome.UNKNOWN))
    required = _count_required(holds_for, len(outcomes))
    if holds >= required and not (is_open and holds_for == "most"):
        return Verdict.SUPPORTED
    if is_open:
        return Verdict.NOT_DECIDED
    if holds + depends + unknown < required:
        return Verdict.CONTRADICTED
    return Verdict.NOT_DECIDED if unknown or not outcomes else Verdict.MIXED


def _decide_all(outcomes: Sequence[Outcome], *, is_open: bool) -> Verdict:
    """All must be as claimed; of which some are and some are not, is mixed, whatever is missing."""
    given = set(outcomes)
    if Outcome.FAILS in given and given & {Outcome.HOLDS, Outcome.DEPENDS}:
        return Verdict.MIXED
    if not given or Outcome.UNKNOWN in given or is_open:
        return Verdict.NOT_DECIDED
    verdicts = {Outcome.DEPENDS: Verdict.MIXED, Outcome.FAILS: Verdict.CONTRADICTED}
    return next((verdict for outcome, verdict in verdicts.items() if outcome in given), Verdict.SUPPORTED)


def _count_required(holds_for: str | int, total: int) -> int:
    """How many values must be as the claim says."""
    if isinstance(holds_for, int):
        return holds_for
    return 1 if holds_for == "any" else total // 2 + 1


def combine_parts(verdicts: Collection[Verdict]) -> Verdict:
    """The verdict on a claim: what its parts agree on, as far as candles can decide them.

    A claim with a part that is not decided is not decided itself, unless it is mixed already. One with a part outside
    of candles is never supported, as the rest of it may be no more than a necessary condition.

    >>> combine_parts([Verdict.SUPPORTED, Verdict.OUTSIDE]).value
    'outside candles'
    >>> combine_parts([Verdict.CONTRADICTED, Verdict.OUTSIDE]).value
    'contradicted'
    """
    given = set(verdicts)
    if {Verdict.SUPPORTED, Verdict.CONTRADICTED} <= given:
        return Verdict.MIXED
    order = (Verdict.MIXED, Verdict.NONE, Verdict.NOT_DECIDED, Verdict.CONTRADICTED, Verdict.OUTSIDE)
    return next((verdict for verdict in order if verdict in given), Verdict.SUPPORTED)
