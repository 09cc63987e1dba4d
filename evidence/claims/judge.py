"""Judges the claims of a ledger: reads what each part asks for, compares, and gives a verdict."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from data.tables.scans import Universe
from evidence.claims.arithmetic import calculate
from evidence.claims.compare import Comparison, Outcome, compare, compare_number
from evidence.claims.facts import ClaimFacts
from evidence.claims.metrics.history import describe_history, read_history
from evidence.claims.metrics.scans import describe_scan
from evidence.claims.reading import Reading
from evidence.claims.schema import Arithmetic, Claim, Expectation, Ledger, Part, Query
from evidence.claims.subjects import read_subject
from evidence.claims.verdict import Verdict, combine_parts, decide_part


class Basis(StrEnum):
    """What verdicts rest on: all real candles; only these give any."""

    REAL = "real"
    SAMPLE = "sample"
    BY_HAND = "chosen by hand"


@dataclass(frozen=True, slots=True)
class JudgedReading:
    """A value and what came of the comparison."""

    reading: Reading
    comparison: Comparison


@dataclass(frozen=True, slots=True)
class PartResult:
    """The verdict on a part.

    Attributes:
        part: what was asked.
        verdict: what came of it.
        readings: the values, in the order of the query; empty unless real candles were read.
        number: the result of the arithmetic, or the mean that the claim is about; None without one.
        context: sentences that stand beside the result and decide nothing.
    """

    part: Part
    verdict: Verdict
    readings: tuple[JudgedReading, ...] = ()
    number: float | None = None
    context: tuple[str, ...] = ()

    def count(self, outcome: Outcome) -> int:
        """How many values have that outcome."""
        return sum(judged.comparison.outcome is outcome for judged in self.readings)


@dataclass(frozen=True, slots=True)
class ClaimResult:
    """The verdicts on a claim and on each of its parts."""

    claim: Claim
    verdict: Verdict
    parts: tuple[PartResult, ...]


def judge_claims(claims: Iterable[Claim], facts: ClaimFacts | None, basis: Basis) -> tuple[ClaimResult, ...]:
    """The results for claims, in their order.

    Args:
        claims: of one ledger.
        facts: what real candles say; None where the basis is another.
        basis: on the sample every part that candles decide is not decided, and with exchanges chosen by hand none has a
            verdict. Arithmetic is computed always.

    Raises:
        StoreUnusable: the store cannot be read.
    """
    return tuple(_judge_claim(claim, facts, basis) for claim in claims)


def judge_ledger(ledger: Ledger, facts: ClaimFacts | None, basis: Basis) -> tuple[ClaimResult, ...]:
    """The results for all claims of a ledger; see `judge_claims`."""
    return judge_claims(ledger.claims, facts, basis)


def _judge_claim(claim: Claim, facts: ClaimFacts | None, basis: Basis) -> ClaimResult:
    parts = tuple(_judge_part(part, facts, basis) for part in claim.parts)
    return ClaimResult(claim, combine_parts([part.verdict for part in parts]), parts)


def _judge_part(part: Part, facts: ClaimFacts | None, basis: Basis) -> PartResult:
    if part.arithmetic is not None:
        return _judge_arithmetic(part, part.arithmetic)
    if part.query is None:
        return PartResult(part, Verdict.OUTSIDE)
    if basis is Basis.BY_HAND:
        return PartResult(part, Verdict.NONE)
    if basis is Basis.SAMPLE or facts is None:
        return PartResult(part, Verdict.NOT_DECIDED)
    return _judge_query(part, part.query, facts)


def _judge_arithmetic(part: Part, arithmetic: Arithmetic) -> PartResult:
    number = calculate(arithmetic.expression, arithmetic.numbers)
    holds = compare_number(number, arithmetic.expect)
    return PartResult(part, Verdict.SUPPORTED if holds else Verdict.CONTRADICTED, number=number)


def _judge_query(part: Part, query: Query, facts: ClaimFacts) -> PartResult:
    other = _read_other(query.expect, facts)
    readings = read_history(query, facts) if query.assets == "history" else read_subject(query, facts)
    judged = tuple(JudgedReading(reading, compare(reading, query.expect, other)) for reading in readings)
    is_open = query.universe is not None
    context: tuple[str, ...] = ()
    if query.assets == "scanned":
        scan = facts.find_scan(query)
        is_open = is_open or scan is None or scan.run.universe is not Universe.LISTED
        context = () if scan is None else tuple(describe_scan(scan, query, facts))
    if query.assets == "history":
        context = tuple(describe_history(query, facts))
    if query.holds_for == "mean":
        return replace(_judge_mean(part, query.expect, judged, is_open=is_open), context=context)
    outcomes = [entry.comparison.outcome for entry in judged]
    verdict = decide_part(outcomes, query.holds_for, is_open=is_open)
    return PartResult(part, verdict, judged, context=context)


def _judge_mean(part: Part, expect: Expectation, judged: tuple[JudgedReading, ...], *, is_open: bool) -> PartResult:
    """The mean is decided only where every value is known."""
    values = [entry.reading.value for entry in judged if isinstance(entry.reading.value, float)]
    mean = sum(values) / len(values) if values else None
    has_gap = any(entry.comparison.outcome is Outcome.UNKNOWN for entry in judged)
    if mean is None or has_gap or is_open:
        return PartResult(part, Verdict.NOT_DECIDED, judged, mean)
    verdict = Verdict.SUPPORTED if compare_number(mean, expect) else Verdict.CONTRADICTED
    return PartResult(part, verdict, judged, mean)


def _read_other(expect: Expectation, facts: ClaimFacts) -> Reading | None:
    """The minute that others must come before or after: the first of its subject's readings.

    Several known readings that differ order nothing: it is then the one without a value.
    """
    subject = expect.before or expect.after
    if subject is None:
        return None
    readings = read_subject(subject, facts)
    known = {reading.value for reading in readings if reading.value is not None}
    if len(known) > 1:
        return replace(readings[0], value=None, why="it differs between exchanges or quotes")
    return next((reading for reading in readings if reading.value is not None), readings[0] if readings else None)
