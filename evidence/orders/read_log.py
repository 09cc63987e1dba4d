"""Reads an order log from a file or from bytes: recognises its form, and lists good events and bad lines."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePath

import polars as pl

from data.catalogue import load_catalogue
from data.errors import FileRefused, UsageError
from data.files.formats.json_records import parse_records
from data.files.formats.limits import FILE_LIMITS, Limits
from data.files.formats.line_table import TextLines, parse_rows, split_lines
from data.files.formats.raw_table import LINE_COLUMN, RawTable, build_refusal
from data.files.formats.unpack import Content, read_content
from data.files.layouts.options import OptionNeed
from data.files.rows.parse_times import parse_zone
from evidence.orders.build_events import build_events
from evidence.orders.layouts import (
    ANSWER_ROLES,
    MAPPED_COLUMNS,
    PLAIN_LINES,
    PREAMBLE,
    ROLES,
    LogLayout,
    find_zone,
    recognise_columns,
)
from evidence.orders.plain_lines import PATTERNS, find_fields
from evidence.orders.schema import BAD_LINE, ORDER_EVENTS
from evidence.orders.values import build_text, has_naive_times

LOG_SUFFIXES = (".csv", ".tsv", ".txt", ".log", ".json", ".jsonl", ".ndjson")
"""The endings of order logs, packed in a zip or gzip file or not."""

MAX_SKEW_S = 86_400.0
"""The largest clock skew, a day."""

PREVIEW_ROWS = 5

MAX_BAD_TEXT_CHARS = 120
"""How much of a bad line is shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogOptions:
    """What a person says about their log, where it does not say so itself.

    Attributes:
        times: the zone of times without one; None to ask for it.
        venue: the exchange of events that name none; None to ask for it.
        skew_s: seconds that are added to every time of the log, below 0 if its clock was ahead of UTC.
        columns: the column of each of `ROLES`; empty to recognise them.
        limits: the largest content that is read.
        now: the time of reading, aware: no event lies after the following day. None to take any.
    """

    times: str | None = None
    venue: str | None = None
    skew_s: float = 0.0
    columns: Mapping[str, str] = field(default_factory=dict)
    limits: Limits = FILE_LIMITS
    now: datetime | None = None


DEFAULT_OPTIONS = LogOptions()


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLog:
    """What was read of a log.

    Attributes:
        name: the name of its file.
        layout: its form.
        recognised: a sentence about the form without its full stop.
        columns: the names of its columns; empty for plain lines.
        roles: the column of each role that was read.
        preview: its first rows as text, as they are written.
        events: `ORDER_EVENTS`, in the order of the file; empty while something is needed.
        bad_lines: `BAD_LINE`, in the order of the file.
        skipped: how many lines are no answers to orders, such as other messages and the rows of fills.
        zone: the zone of its times without one; None if each has its own.
        skew_s: the seconds that were added to every time.
        needs: what has to be known before its rows can be read: ``times``, ``venue`` or ``columns``.
        remarks: what is worth knowing, sentences without a full stop.
    """

    name: str
    layout: LogLayout
    recognised: str
    columns: tuple[str, ...]
    roles: Mapping[str, str]
    preview: pl.DataFrame
    events: pl.DataFrame
    bad_lines: pl.DataFrame
    skipped: int
    zone: str | None
    skew_s: float
    needs: tuple[OptionNeed, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Fields:
    """The rows of a log as text: `LINE_COLUMN` and columns, of which ``roles`` names those of roles.

    ``has_lines`` is false for a JSON list, whose rows are counted in place of lines.
    """

    layout: LogLayout
    form: str
    columns: tuple[str, ...]
    roles: Mapping[str, str]
    rows: pl.DataFrame
    faults: pl.DataFrame
    skipped: int = 0
    has_lines: bool = True


def read_order_log(path: Path | str, options: LogOptions = DEFAULT_OPTIONS) -> OrderLog:
    """The log of a file, which may be packed in a zip or gzip file.

    Raises:
        FileRefused: the file cannot be read, is too large, or is no log.
        UsageError: a zone, exchange or column of the options is unknown, or the skew too large.
    """
    path = Path(path)
    content = read_content(path, options.limits)
    return parse_order_log(content, options, path)


def parse_order_log(content: Content, options: LogOptions = DEFAULT_OPTIONS, path: Path | None = None) -> OrderLog:
    """The log of bytes, whose name says what they are; for errors see `read_order_log`."""
    path = path or Path(content.name)
    if PurePath(content.name).suffix.lower() not in LOG_SUFFIXES:
        raise build_refusal(path, f"order logs are read from {', '.join(LOG_SUFFIXES)}")
    _check_options(options)
    lines = split_lines(path, content, options.limits)
    fields = _read_fields(path, content.name, _blank_preamble(lines), options)
    stated_zone = find_zone(fields.roles.get("time", ""), content.name)
    zone = stated_zone or (None if options.times is None else parse_zone(options.times))
    needs = list_needs(fields.layout, fields.rows, fields.roles, zone, options)
    events, bad = pl.DataFrame(schema=ORDER_EVENTS), fields.faults.rename({LINE_COLUMN: "line", "fault": "reason"})
    skipped = fields.skipped
    if not needs:
        built = build_events(
            path,
            fields.rows,
            fields.roles,
            layout=fields.layout,
            zone=zone,
            venue=_resolve_venue(options.venue),
            skew_s=options.skew_s,
            now=options.now,
        )
        events, skipped = built.events, skipped + built.detail_rows
        bad = pl.concat([bad, built.bad_lines])
    return OrderLog(
        name=path.name,
        layout=fields.layout,
        recognised=f"{fields.layout.name} ({fields.form})",
        columns=fields.columns,
        roles=fields.roles,
        preview=fields.rows.head(PREVIEW_ROWS).drop(LINE_COLUMN),
        events=events,
        bad_lines=_add_texts(bad, lines if fields.has_lines else None),
        skipped=skipped,
        zone=zone,
        skew_s=options.skew_s,
        needs=tuple(needs),
        remarks=(fields.layout.remark,) if fields.layout.remark else (),
    )


def list_needs(
    layout: LogLayout, rows: pl.DataFrame, roles: Mapping[str, str], zone: str | None, options: LogOptions
) -> list[OptionNeed]:
    """What has to be known before the rows can be read."""
    if "time" not in roles or (layout.state is None and not ANSWER_ROLES & roles.keys()):
        return [OptionNeed("columns", "its columns have no names that are known; say which holds the time, and which "
                           "the HTTP status, code, message or state", ("time=NAME,code=NAME",))]  # fmt: skip
    needs = []
    if zone is None and has_naive_times(rows[roles["time"]]):
        needs.append(OptionNeed("times", "its times have no zone", ("UTC", "Europe/Berlin")))
    has_venue = "venue" in roles and rows[roles["venue"]].drop_nulls().len() > 0
    if layout.venue is None and options.venue is None and not has_venue:
        needs.append(OptionNeed("venue", "it names no exchange, and codes mean different things on each"))
    return needs


def _check_options(options: LogOptions) -> None:
    if not abs(options.skew_s) <= MAX_SKEW_S:
        message = f"a clock skew of {options.skew_s:g} s is more than a day"
        raise UsageError(message)
    unknown = sorted(options.columns.keys() - set(ROLES))
    if unknown:
        message = f"{', '.join(unknown)}: no field of an order; there are {', '.join(ROLES)}"
        raise UsageError(message)


def _resolve_venue(venue: str | None) -> str | None:
    return None if venue is None else load_catalogue().resolve_venue(venue)


def _blank_preamble(lines: TextLines) -> TextLines:
    """The lines without those about the account that some exports begin with."""
    first = lines.text[0]
    if first is None or not PREAMBLE.match(first):
        return lines
    return TextLines(pl.concat([pl.Series("text", [""]), lines.text[1:]]), lines.faults)


def _read_fields(path: Path, name: str, lines: TextLines, options: LogOptions) -> _Fields:
    """The rows of a log in the first form that fits: JSON, named or mapped columns, or plain lines."""
    numbered = lines.number_lines()
    if numbered.is_empty():
        return _Fields(PLAIN_LINES, "text", (), {}, pl.DataFrame(schema={LINE_COLUMN: pl.UInt32()}), lines.faults)
    if numbered["text"][0].lstrip()[:1] in {"{", "["} or PurePath(name).suffix.lower() == ".json":
        _refuse_large_json(path, lines, options.limits)
        return _take_columns(path, *parse_records(path, name, lines), options)
    try:
        table, faults = parse_rows(path, name, lines, options.limits)
    except FileRefused:
        plain = _take_lines(lines)
        if options.columns or plain.rows.is_empty():
            raise
        return plain
    found = _take_columns(path, table, faults, options)
    if found.layout is not MAPPED_COLUMNS or options.columns:
        return found
    plain = _take_lines(lines)
    return plain if len(plain.rows) else found


def _refuse_large_json(path: Path, lines: TextLines, limits: Limits) -> None:
    """Raise an error where JSON, which takes far more memory than its text, is larger than the limit."""
    size = int(lines.text.str.len_bytes().sum())
    if size > limits.json_bytes:
        raise build_refusal(path, f"is JSON of more than {limits.json_bytes / 1e6:,.0f} MB; write it as CSV")


def _take_columns(path: Path, table: RawTable, faults: pl.DataFrame, options: LogOptions) -> _Fields:
    """The rows of a table, by the columns that the options name, else by those that are recognised."""
    columns = tuple(name for name in table.rows.columns if name != LINE_COLUMN)
    if options.columns:
        missing = [column for column in options.columns.values() if column not in columns]
        if missing:
            raise build_refusal(path, f"has no column {', '.join(missing)}; it has {', '.join(columns)}")
        layout, roles = MAPPED_COLUMNS, dict(options.columns)
        return _Fields(layout, table.form, columns, roles, table.rows, faults, has_lines=table.row_word == "line")
    layout, roles = (recognise_columns(columns) if table.has_names else None) or (MAPPED_COLUMNS, {})
    return _Fields(layout, table.form, columns, roles, table.rows, faults, has_lines=table.row_word == "line")


def _take_lines(lines: TextLines) -> _Fields:
    rows, others = find_fields(lines)
    roles = {role: role for role in (*PATTERNS, "message")}
    return _Fields(PLAIN_LINES, "text", (), roles, rows, lines.faults, others)


def _add_texts(bad: pl.DataFrame, lines: TextLines | None) -> pl.DataFrame:
    """`BAD_LINE` of bad lines, with the beginning of each; null without lines."""
    written = pl.Series("text", [], pl.String) if lines is None else lines.text
    texts = written.alias("text").to_frame().with_row_index("line", offset=1)
    return (
        bad.join(texts, on="line", how="left")
        .with_columns(build_text("text").str.slice(0, MAX_BAD_TEXT_CHARS))
        .select(*BAD_LINE)
        .sort("line", maintain_order=True)
    )
