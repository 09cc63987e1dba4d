"""The results of `verify` as text and as JSON."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from deviation.report.question_json import format_iso
from evidence.proof.manifest import shorten_hash
from evidence.proof.verify import MarketChange, Proof, ProofStatus

DAMAGED = "no manifest, or damaged"
"""The status of a file that proves nothing."""

EXIT_CODES = {ProofStatus.CONSISTENT.value: 0, ProofStatus.NUMBERS_DIFFER.value: 1, ProofStatus.DATA_CHANGED.value: 1}
"""The exit code of each status; 3 for a damaged file."""

DAMAGED_EXIT_CODE = 3

VISIBLE_LINES = 20
"""Lines of each list that are shown; JSON has all."""

VISIBLE_CHARACTERS = 100
"""Characters of a value that are shown."""


@dataclass(frozen=True, slots=True)
class FileResult:
    """A file by its name, and its proof; None, with the reason, for one that proves nothing."""

    name: str
    proof: Proof | None
    reason: str = ""

    @property
    def status(self) -> str:
        """One of `ProofStatus`, or `DAMAGED`."""
        return DAMAGED if self.proof is None else self.proof.status.value

    @property
    def exit_code(self) -> int:
        """0 consistent, 1 other numbers or data, 3 damaged."""
        return EXIT_CODES.get(self.status, DAMAGED_EXIT_CODE)


def build_proof_json(results: Sequence[FileResult]) -> dict[str, Any]:
    """All results, and the worst status of them; docs/verify.md describes the fields."""
    return {
        "status": max(results, key=lambda result: result.exit_code).status,
        "files": [_build_file_json(result) for result in results],
    }


def _build_file_json(result: FileResult) -> dict[str, Any]:
    content: dict[str, Any] = {"file": result.name, "status": result.status, "reason": result.reason or None}
    proof = result.proof
    if proof is None:
        return content
    return {
        **content,
        "manifest": proof.manifest["sha256"],
        "spans_changed": proof.spans_changed,
        "markets": [
            {
                "venue": change.venue,
                "symbol": change.symbol,
                "timeframe": change.timeframe,
                "change": change.change.value,
                "old_rows": change.old_rows,
                "new_rows": change.new_rows,
            }
            for change in proof.changes
        ],
        "revisions": [
            {name: format_iso(value) if isinstance(value, datetime) else value for name, value in row.items()}
            for row in proof.revisions.iter_rows(named=True)
        ],
        "numbers": [
            {"place": difference.place, "old": difference.old, "new": difference.new}
            for difference in proof.differences
        ],
    }


def format_proof(result: FileResult) -> Iterator[str]:
    """Lines: the status, what the file shows, and what differs."""
    yield f"{result.name}: {result.status}"
    proof = result.proof
    if proof is None:
        yield f"  {result.reason}"
        return
    manifest = proof.manifest
    if proof.is_store_table:
        yield f"  {manifest['kind']}, of what a store held"
        if proof.status is ProofStatus.CONSISTENT:
            yield "  the rows are the same"
        yield from _list_differences(proof)
        return
    assets = ", ".join(str(asset) for asset in manifest["assets"])
    yield f"  {manifest['kind']} of {assets}, {manifest['from']} to {manifest['to']}, {manifest['origin']}"
    yield f"  manifest {shorten_hash(manifest)}, {manifest['program']}"
    if proof.status is ProofStatus.CONSISTENT:
        rows = sum(int(entry["rows"]) for entry in manifest["inputs"])
        yield f"  the same {rows:,} rows give the same numbers"
    yield from _cut_lines([f"  {_describe_change(change)}" for change in proof.changes])
    if proof.spans_changed:
        yield "  other spans are known to be complete: which bars are quiet and which are missing has changed"
    yield from _cut_lines(
        [
            f"  revised by the exchange: {row['venue']} {row['symbol']} {format_iso(row['open_time'])} {row['field']} "
            f"{row['first_seen']:g}, since {format_iso(row['now_at'])} {row['now']:g}"
            for row in proof.revisions.iter_rows(named=True)
        ]
    )
    yield from _list_differences(proof)


def _list_differences(proof: Proof) -> Iterator[str]:
    if proof.differences:
        yield f"  numbers that differ: {len(proof.differences):,}"
        lines = [
            f"    {item.place}: {_shorten(item.old)} in the file, {_shorten(item.new)} now"
            for item in proof.differences
        ]
        yield from _cut_lines(lines)


def _describe_change(change: MarketChange) -> str:
    bars = "" if change.timeframe == "1m" else f" {change.timeframe}"
    rows = f"{change.old_rows:,} rows then, {change.new_rows:,} now"
    return f"{change.venue} {change.symbol}{bars}: {change.change} ({rows})"


def _shorten(value: Any) -> str:  # noqa: ANN401 - any JSON
    text = str(value)
    return text if len(text) <= VISIBLE_CHARACTERS else f"{text[:VISIBLE_CHARACTERS]}..."


def _cut_lines(lines: Sequence[str]) -> Iterator[str]:
    yield from lines[:VISIBLE_LINES]
    if len(lines) > VISIBLE_LINES:
        yield f"  ... and {len(lines) - VISIBLE_LINES:,} more; --json lists all"
