"""Sentences and names for an audit of candles, the same on the page and in the terminal."""

import polars as pl

from analysis.candle_audit import CandleAudit, DifferenceKind
from analysis.candle_checks import CheckKind
from dashboard.text.numbers import EN_DASH, MINUS_SIGN, format_count
from data.schema import Origin

ORIGIN_LABELS = {
    Origin.ARCHIVE.value: "archive",
    Origin.OHLCV.value: "candles",
    Origin.TRADES.value: "built from trades",
    Origin.IMPORTED.value: "file",
}
"""How candles came, before the name of their host or file."""

KIND_LABELS = {
    DifferenceKind.SOURCES.value: "two sources",
    DifferenceKind.CHANGED.value: "fetched again",
    DifferenceKind.SETTLING.value: "fetched early",
    DifferenceKind.FILE.value: "file replaced",
}
"""How two values came to be compared."""

CHECK_LABELS = {
    CheckKind.PRICE_WITHOUT_VOLUME.value: "prices move, volume 0",
    CheckKind.OUTSIDE_RANGE.value: "open or close outside low to high",
    CheckKind.IDENTICAL.value: "the same candle again and again",
}
"""What is unusual about a run of candles."""

KIND_NOTES = {
    DifferenceKind.SOURCES.value: "Two sources of one bar may cut, round or publish it differently: "
    "a difference between them is not a change.",
    DifferenceKind.CHANGED.value: "These bars had ended at least ten minutes before the first of the two fetches.",
    DifferenceKind.SETTLING.value: "A bar that ended less than ten minutes ago may still receive trades: "
    "another value later is normal.",
    DifferenceKind.FILE.value: "A file with the name of an earlier one replaced it: that says nothing on the exchange.",
}
"""What a difference of each kind means."""

NO_SECOND_SOURCE = "No bar has two sources here. An imported file, or another route, would be a second one."

NOT_FETCHED_AGAIN = (
    "No bar was requested twice from one source, so later changes cannot be seen. `collect --refetch` requests again."
)


def describe_audit(audit: CandleAudit) -> list[str]:
    """A sentence on each kind of comparison, with its counts, and one on unusual candles.

    The first two kinds have a sentence without any comparison too. Commands are between backticks.
    """
    if not audit.bars:
        return ["No real price is stored for this window."]
    counts = {
        kind: (compared, differing)
        for kind, compared, differing in audit.comparisons.group_by("kind")
        .agg(pl.col("compared").sum(), pl.col("differing").sum())
        .iter_rows()
    }
    sentences = [_describe_sources(*counts.get("sources", (0, 0))), _describe_changes(*counts.get("changed", (0, 0)))]
    for kind in (DifferenceKind.SETTLING.value, DifferenceKind.FILE.value):
        if kind in counts:
            number = format_count(counts[kind][1], "bar")
            sentences.append(f"{KIND_LABELS[kind].capitalize()}: {number} with other values later. {KIND_NOTES[kind]}")
    return [*sentences, _describe_findings(audit.findings)]


def _describe_sources(compared: int, differing: int) -> str:
    if not compared:
        return NO_SECOND_SOURCE
    counts = (
        f"{format_count(compared, 'bar')} from two sources: {compared - differing:,} equal, {differing:,} different."
    )
    return f"{counts} {KIND_NOTES['sources']}" if differing else counts


def _describe_changes(compared: int, differing: int) -> str:
    if not compared:
        return NOT_FETCHED_AGAIN
    counts = f"{format_count(compared, 'bar')} fetched again from the same source: "
    if not differing:
        return f"{counts}none has changed."
    return f"{counts}{compared - differing:,} equal, {differing:,} with other values now. {KIND_NOTES['changed']}"


def _describe_findings(findings: pl.DataFrame) -> str:
    if findings.is_empty():
        return "Every candle can be made of trades: none fails a check."
    runs, bars = format_count(findings.height, "run"), format_count(int(findings["bars"].sum()), "bar")
    return f"{runs} of candles ({bars}) do not look like trades."


def format_source(origin: str, source: str) -> str:
    """How candles came, with the host or file; without the checksum of a file.

    >>> format_source("collected:archive", "data.example/A-1m-2025-10-10.zip sha256:ab")
    'archive data.example/A-1m-2025-10-10.zip'
    """
    return f"{ORIGIN_LABELS.get(origin, origin)} {source.split(' sha256:', maxsplit=1)[0]}"


def format_difference(relative: float | None) -> str:
    """A relative difference in per cent with its sign and three digits, however small; a dash where there is none.

    >>> format_difference(-0.25), format_difference(0.0000123), format_difference(None)
    ('−25%', '+0.00123%', '–')
    """
    if relative is None:
        return EN_DASH
    sign = MINUS_SIGN if relative < 0 else "+"
    digits = f"{100 * abs(relative):.3g}"
    return f"{sign}{float(digits):.10f}".rstrip("0").rstrip(".") + "%" if "e" in digits else f"{sign}{digits}%"
