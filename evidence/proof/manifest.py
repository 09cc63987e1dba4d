"""The manifest of a file: what was asked, of which rows, from where, and the numbers; and its own hash.

docs/verify.md describes its entries for other programs.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from analysis.questions import build_question
from data.catalogue import Catalogue
from data.errors import ManifestDamaged, UsageError
from data.schema import Evidence, Timeframe
from data.text.quoting import cut_text, escape_hidden_signs
from data.times import format_time
from data.version import VERSION
from deviation.measurement import Measurement
from deviation.question import Parameters, Question, QuoteHandling, ReferenceKind
from deviation.report.question_json import build_question_json
from evidence.proof.canonical import hash_json
from evidence.proof.inputs import InputRead, InputRecord
from evidence.proof.numbers import build_numbers

FORMAT = 1
"""The version of the entries."""

MAX_QUESTIONS = 500
"""The most questions, and the most reads, of a file; one of all assets of an event has some dozens."""

MAX_BARS = 150_000
"""The most bars of a question: three months of minutes, or a day and a half of seconds, take up to 1 GB of memory."""

MAX_READ = timedelta(days=150)
"""The longest span that is read for a question: its bars, and those of a calm span some days or weeks before."""

YEARS = range(2009, 2101)
"""The years of candles."""

HASH_ENTRY = "sha256"
"""The entry with the hash of all others."""

SHORT_LENGTH = 12
"""Hexadecimal digits of the hash in the foot of a picture: 48 bits, enough to tell two pictures apart."""


def build_manifest(
    kind: str,
    measurements: Sequence[Measurement],
    record: InputRecord,
    *,
    first_seen: bool = False,
    extra: Mapping[str, Any] | None = None,
    with_numbers: bool = True,
) -> dict[str, Any]:
    """A sealed manifest.

    Args:
        kind: what the file shows, such as ``comparison``.
        measurements: those shown, at least one, on candles of one kind and with the same parameters.
        record: of the same questions.
        first_seen: whether candles were read as they first came.
        extra: further entries about the file, such as the page's link.
        with_numbers: whether the numbers are part of it; tables have them in their rows.

    Raises:
        UsageError: the window is longer than what `verify` measures again.
    """
    first = measurements[0]
    _refuse_long_window(first.question)
    numbers = build_numbers(measurements) if with_numbers else [None] * len(measurements)
    return seal(
        {
            "format": FORMAT,
            "program": f"Plumbline {VERSION}",
            "kind": kind,
            **build_question_json(first.question),
            "asset": first.question.asset if len(measurements) == 1 else None,
            "focus": first.focus,
            "venues": list(first.question.venues),
            "as_first_seen": first_seen,
            "assets": list(dict.fromkeys(measurement.question.asset for measurement in measurements)),
            "candles_from": sorted({name for m in measurements for names in m.origins.values() for name in names}),
            "fx_assumed": sorted({quote for measurement in measurements for quote in measurement.fx_assumed}),
            "measured": [
                _describe_question(measurement) | ({} if content is None else {"numbers": content})
                for measurement, content in zip(measurements, numbers, strict=True)
            ],
            "inputs": record.inputs,
            "sources": record.sources,
            **(extra or {}),
        }
    )


def build_table_manifest(kind: str, extra: Mapping[str, Any]) -> dict[str, Any]:
    """A sealed manifest of a table that no question is behind, such as what the store holds."""
    return seal({"format": FORMAT, "program": f"Plumbline {VERSION}", "kind": kind, **extra})


def seal(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """The manifest with its own hash."""
    content = {name: value for name, value in manifest.items() if name != HASH_ENTRY}
    return {**content, HASH_ENTRY: hash_json(content)}


def is_intact(manifest: Mapping[str, Any]) -> bool:
    """Whether a manifest has the hash that it names."""
    return seal(manifest) == manifest


def shorten_hash(manifest: Mapping[str, Any]) -> str:
    """The first digits of a manifest's hash, as printed in a picture."""
    return str(manifest[HASH_ENTRY])[:SHORT_LENGTH]


def _refuse_long_window(question: Question) -> None:
    """Raises UsageError for a window whose file nobody could verify."""
    if question.end - question.start > timedelta(seconds=question.timeframe.seconds) * MAX_BARS:
        message = (
            f"the window has more than {MAX_BARS:,} bars of {question.timeframe.length}, so that its file could not be "
            "verified; choose a shorter one, or longer bars"
        )
        raise UsageError(message)


def _describe_question(measurement: Measurement) -> dict[str, Any]:
    question = measurement.question
    return {
        "asset": question.asset,
        "event": question.event,
        "from": format_time(question.start),
        "to": format_time(question.end),
        "venues": list(question.venues),
        "excluded": list(question.excluded),
        "focus": measurement.focus,
    }


def describe_damage(error: Exception) -> ManifestDamaged:
    """The refusal of a manifest with an entry that is missing or has no meaning; it repeats little of the entry."""
    return ManifestDamaged(f"the manifest cannot be read: {cut_text(escape_hidden_signs(str(error)))}")


def read_questions(manifest: Mapping[str, Any], catalogue: Catalogue) -> list[Question]:
    """The questions of a manifest, with the facts of the catalogue of today.

    Raises:
        ManifestDamaged: an entry is missing or has no meaning, or the catalogue does not know an event.
    """
    if not manifest.get("measured"):
        message = "the manifest names no question"
        raise ManifestDamaged(message)
    try:
        entries = manifest["parameters"]
        parameters = Parameters(
            reference=ReferenceKind(entries["reference"]),
            quote=QuoteHandling(manifest["quote"]),
            enter=float(entries["enter"]),
            exit=float(entries["exit"]),
            confirm=int(entries["confirm"]),
            min_vote=float(entries["min_vote"]),
        )
        origin, timeframe = Evidence(manifest["origin"]), Timeframe(manifest["timeframe"])
        _check_count(manifest["measured"])
        questions = [
            build_question(
                catalogue,
                str(measured["asset"]),
                datetime.fromisoformat(measured["from"]),
                datetime.fromisoformat(measured["to"]),
                event=measured["event"],
                parameters=parameters,
                venues=tuple(measured["venues"]),
                excluded=tuple(measured["excluded"]),
                focus=measured["focus"] or None,
                origin=origin,
                timeframe=timeframe,
            )
            for measured in manifest["measured"]
        ]
        for question in questions:
            _check_span(question.start, question.end, timedelta(seconds=timeframe.seconds) * MAX_BARS)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, UsageError) as error:
        raise describe_damage(error) from error
    return questions


def read_input_entries(manifest: Mapping[str, Any]) -> list[tuple[InputRead, dict[str, Any]]]:
    """The reads of a manifest, each with its description.

    Raises:
        ManifestDamaged: an entry is missing or has no meaning.
    """
    try:
        _check_count(manifest["inputs"])
        entries = [(InputRead.from_json(entry), dict(entry)) for entry in manifest["inputs"]]
        for read, _ in entries:
            _check_span(read.start, read.end, MAX_READ)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise describe_damage(error) from error
    return entries


def _check_count(entries: Sequence[object]) -> None:
    """Raises ValueError for more questions or reads than a file has: each takes time."""
    if len(entries) > MAX_QUESTIONS:
        message = f"it has {len(entries):,} questions or reads; {MAX_QUESTIONS} are answered"
        raise ValueError(message)


def _check_span(start: datetime, end: datetime, longest: timedelta) -> None:
    """Raises ValueError for a span that no file has: its bars would take memory, or lie in no year of candles."""
    if start.year not in YEARS or end.year not in YEARS or not start < end <= start + longest:
        message = f"from {start} to {end} is no span of a file: the longest has {longest}"
        raise ValueError(message)
