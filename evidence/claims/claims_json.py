"""Judged claims as JSON: fractions, not per cent; times ISO 8601 with Z; null where undefined (docs/claims.md)."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from deviation.report.question_json import format_iso
from evidence.claims.judge import Basis, ClaimResult, JudgedReading, PartResult
from evidence.claims.reading import Reading, Value, ViewReference
from evidence.claims.schema import Ledger
from evidence.claims.verdict import Verdict
from evidence.claims.wording import describe_query, summarize_part

WriteLink = Callable[[ViewReference], str]
"""The address of a view."""


def build_claims_json(
    ledger: Ledger, results: Sequence[ClaimResult], basis: Basis, write_link: WriteLink
) -> dict[str, Any]:
    """The verdicts with everything that they rest on.

    Args:
        ledger: of the event.
        results: of its claims, or some of them.
        basis: what the verdicts rest on.
        write_link: gives the path and query of the page that shows a value.
    """
    return {
        "event": ledger.event,
        "basis": basis.value,
        "counts": count_verdicts(results),
        "claims": [_build_claim(ledger, result, write_link) for result in results],
    }


def count_verdicts(results: Sequence[ClaimResult]) -> dict[str, int]:
    """How many claims have each verdict; verdicts that none has are left out."""
    counts = Counter(result.verdict for result in results)
    return {verdict.value: counts[verdict] for verdict in Verdict if counts[verdict]}


def _build_claim(ledger: Ledger, result: ClaimResult, write_link: WriteLink) -> dict[str, Any]:
    claim = result.claim
    sources = [ledger.sources[key] for key in claim.sources]
    return {
        "id": claim.id,
        "side": claim.side,
        "who": claim.who,
        "dates": list(claim.dates),
        "says": claim.says,
        "mark": claim.mark,
        "sources": [{"text": source.text, "url": source.url, "copied": source.copied} for source in sources],
        "verdict": result.verdict.value,
        "parts": [_build_part(part, write_link) for part in result.parts],
    }


def _build_part(result: PartResult, write_link: WriteLink) -> dict[str, Any]:
    part = result.part
    return {
        "kind": part.kind.value,
        "says": part.says,
        "verdict": result.verdict.value,
        "summary": summarize_part(result),
        "query": None if part.query is None else describe_query(part.query),
        "expression": None if part.arithmetic is None else part.arithmetic.expression,
        "numbers": None if part.arithmetic is None else part.arithmetic.numbers,
        "number": result.number,
        "outside": part.outside,
        "collect": part.collect,
        "note": part.note,
        "readings": [_build_reading(judged, write_link) for judged in result.readings],
    }


def _build_reading(judged: JudgedReading, write_link: WriteLink) -> dict[str, Any]:
    reading = judged.reading
    return {
        "subject": reading.subject,
        "unit": reading.unit.value,
        "value": _write_value(reading.value),
        "outcome": judged.comparison.outcome.value,
        "reason": judged.comparison.reason,
        "final": reading.final.value,
        "range": None if reading.least is None or reading.most is None else [reading.least, reading.most],
        "jackknife": reading.jackknife,
        "lag": reading.lag,
        "whole": reading.whole,
        "details": reading.details,
        "view": _write_view(reading, write_link),
    }


def _write_value(value: Value | None) -> float | str | None:
    return format_iso(value) if isinstance(value, datetime) else value


def _write_view(reading: Reading, write_link: WriteLink) -> str | None:
    return None if reading.view is None else write_link(reading.view)
