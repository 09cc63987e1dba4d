"""The list of incidents: minutes that could not be collected, rejected answers of exchanges, and failed runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl
from dash import html

from dashboard.pages.data.tables import build_header
from dashboard.service.store_info import summarize_outstanding
from dashboard.text.clock import Zone
from dashboard.text.numbers import format_count, format_span
from dashboard.text.store import (
    EXCERPT_CHARS,
    LENGTH_NAMES,
    OUTCOME_ADVICE,
    format_instant,
    format_market,
    format_outcome,
)
from data.catalogue import Catalogue
from data.outstanding import ANY_MARKET_SUFFIXES
from data.schema import RunOutcome, Timeframe

VISIBLE_INCIDENTS = 12
"""The number of incidents that are visible at once; a click shows the others."""

MAX_INCIDENTS = 200
"""The number of incidents that the page lists."""

MAX_NAMES = 6
"""The number of markets that a line names; the others are counted."""


MIN_FOLDED = 3
"""From this many exchanges on, requests with one outcome are one row."""


@dataclass(frozen=True, slots=True)
class Incident:
    """A request that did not succeed, or a run that failed; all but ``time`` are texts for the reader.

    ``source`` is the name of the venue or "Live updates", ``request`` what was requested of which span.
    ``response_excerpt`` is the beginning of a rejected answer. ``is_request``: its minutes are missing.
    """

    time: datetime
    source: str
    request: str
    outcome: str
    message: str
    advice: str
    response_excerpt: str = ""
    is_request: bool = False


def list_incidents(
    missing_coverage: pl.DataFrame, rejected_pages: pl.DataFrame, runs: pl.DataFrame, catalogue: Catalogue, zone: Zone
) -> tuple[Incident, ...]:
    """All incidents, newest first.

    Args:
        missing_coverage: columns of `data.schema.COVERAGE`: spans that were requested and are still missing.
        rejected_pages: columns of `data.schema.REJECTED_PAGE`.
        runs: columns of `data.schema.RUN`.
        catalogue: names of venues.
        zone: the reader's clock.
    """
    entries = [
        Incident(
            row["asked_at"],
            catalogue.get_venue(row["venue"]).name,
            f"{_describe_markets(row['minutes'], row['market'])}"
            f"{_format_bar_suffix(row['timeframe'])}, {format_span(row['start'], row['end'], zone)}",
            format_outcome(row["outcome"]),
            row["message"],
            OUTCOME_ADVICE.get(row["outcome"], ""),
            is_request=True,
        )
        for row in summarize_outstanding(missing_coverage).iter_rows(named=True)
    ]
    entries += [
        Incident(
            row["asked_at"],
            catalogue.get_venue(row["venue"]).name,
            f"An answer of {row['source']} about {format_market(row)}, {format_span(row['start'], row['end'], zone)}",
            "set aside",
            row["message"],
            "Nothing of it was stored. Compare it with what the exchange says now; collecting again asks anew.",
            " ".join(row["body"].split())[:EXCERPT_CHARS],
        )
        for row in rejected_pages.iter_rows(named=True)
    ]
    entries += [
        Incident(
            row["ended_at"],
            "Live updates",
            f"Run “{row['kind']}” by {row['holder'] or 'an unknown process'}",
            row["outcome"],
            row["message"],
            "The next run makes up for it; if it does not, see what the message says.",
        )
        for row in runs.filter(pl.col("outcome") == RunOutcome.FAILED.value).iter_rows(named=True)
    ]
    return tuple(sorted(entries, key=lambda incident: incident.time, reverse=True))


def _describe_markets(minutes: int, markets: Sequence[str]) -> str:
    """The minutes and markets; without minutes where the markets of an asset are not known, as nobody knows how many.

    >>> _describe_markets(30, ["ATOM/USDT"]), _describe_markets(90, ["ATOM/*", "DOGE/*", "WBETH/ETH"])
    ('30 minutes of ATOM/USDT', 'Any market of ATOM, DOGE, WBETH/ETH')
    """
    names = join_first_names([market.replace("/*:*", " (perpetual)").removesuffix("/*") for market in markets])
    if any(market.endswith(ANY_MARKET_SUFFIXES) for market in markets):
        return f"Any market of {names}"
    return f"{format_count(minutes, 'minute')} of {names}"


def _format_bar_suffix(timeframe: str) -> str:
    """The length of the candles; "" for minutes."""
    return "" if timeframe == Timeframe.M1.value else f", {LENGTH_NAMES[timeframe]}"


def join_first_names(names: Sequence[str]) -> str:
    """The names in a line; of many the first `MAX_NAMES`.

    >>> join_first_names(["A", "B"]), join_first_names(list("ABCDEFGH"))
    ('A, B', 'A, B, C, D, E, F and 2 more')
    """
    text = ", ".join(names[:MAX_NAMES])
    return text if len(names) <= MAX_NAMES else f"{text} and {len(names) - MAX_NAMES} more"


def fold_incidents(entries: Sequence[Incident]) -> list[tuple[Incident, ...]]:
    """Requests that failed alike at `MIN_FOLDED` exchanges or more as one group, in the place of the first of them.

    Every other incident is a group of its own.
    """
    sources: dict[str, set[str]] = {}
    for entry in entries:
        if entry.is_request:
            sources.setdefault(entry.outcome, set()).add(entry.source)
    groups: dict[object, list[Incident]] = {}
    for number, entry in enumerate(entries):
        is_folded = entry.is_request and len(sources[entry.outcome]) >= MIN_FOLDED
        groups.setdefault(entry.outcome if is_folded else number, []).append(entry)
    return [tuple(group) for group in groups.values()]


def build_incident_list(entries: Sequence[Incident], zone: Zone) -> list[Any]:
    """The incidents as tables, of which only the first is open."""
    if not entries:
        return [html.P("None: no request has failed.", className="quiet")]
    groups = fold_incidents(entries[:MAX_INCIDENTS])
    parts: list[Any] = [_build_table(groups[:VISIBLE_INCIDENTS], zone)]
    hidden_groups = groups[VISIBLE_INCIDENTS:]
    if hidden_groups:
        parts.append(
            html.Details([html.Summary(f"{len(hidden_groups):,} earlier ones"), _build_table(hidden_groups, zone)])
        )
    if len(entries) > MAX_INCIDENTS:
        parts.append(
            html.P(
                [f"{len(entries) - MAX_INCIDENTS:,} more are in ", html.Code("plumbline status --json"), "."],
                className="quiet",
            )
        )
    return parts


def _build_table(groups: Sequence[tuple[Incident, ...]], zone: Zone) -> html.Table:
    header = build_header(f"When ({zone})", "Where", "Requested", "Result", "What to do")
    rows = [_build_row(group[0], zone) if len(group) == 1 else _build_group_row(group, zone) for group in groups]
    return html.Table([header, html.Tbody(rows)], className="data-table data-stacked")


def _build_group_row(group: tuple[Incident, ...], zone: Zone) -> html.Tr:
    """A row of several exchanges; a click shows what was requested of each, and what it answered."""
    names = sorted({incident.source for incident in group})
    has_one_request = len({incident.request for incident in group}) == 1
    answers = [
        html.Li(
            [
                html.Strong(incident.source),
                "" if has_one_request else f", {incident.request}",
                f": {incident.message}" if incident.message else "",
            ]
        )
        for incident in group
    ]
    details = html.Details([html.Summary("Each exchange"), html.Ul(answers)])
    return html.Tr(
        [
            html.Td(format_instant(group[0].time, zone), className="data-when"),
            html.Th([format_count(len(names), "exchange"), html.Small(join_first_names(names))], scope="row"),
            html.Td(group[0].request if has_one_request else "Different markets, listed with each exchange"),
            html.Td([html.Strong(group[0].outcome), details]),
            html.Td(group[0].advice),
        ]
    )


def _build_row(incident: Incident, zone: Zone) -> html.Tr:
    outcome_parts: list[Any] = [html.Strong(incident.outcome), f": {incident.message}" if incident.message else ""]
    if incident.response_excerpt:
        outcome_parts.append(
            html.Details([html.Summary("Its beginning"), html.Code(incident.response_excerpt, className="data-answer")])
        )
    return html.Tr(
        [
            html.Td(format_instant(incident.time, zone), className="data-when"),
            html.Th(incident.source, scope="row"),
            html.Td(incident.request),
            html.Td(outcome_parts),
            html.Td(incident.advice),
        ]
    )
