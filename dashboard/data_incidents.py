"""What went wrong, newest first: minutes asked for and not had, answers kept aside, runs that failed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl
from dash import html

from dashboard.clock import Zone
from dashboard.data_words import LENGTHS, NEXT, count, heads, moment, named, plain
from dashboard.formats import span
from dashboard.status_rows import not_had_rows
from dashboard.status_text import BEGINNING, market
from data.catalogue import Catalogue
from data.schema import RunOutcome, Timeframe

SHOWN = 12
"""Incidents that are shown at once; the others are one click away."""

MOST = 200
"""Incidents that the page lists at all."""

NAMED = 6
"""Markets that a line names; the others are counted."""


@dataclass(frozen=True, slots=True)
class Incident:
    """Something that was wanted and not had: when, where, what of which span, what came of it, and what to do next.

    ``answer`` is the beginning of an answer that was kept aside.
    """

    at: datetime
    where: str
    what: str
    came: str
    message: str
    next: str
    answer: str = ""


def incidents(
    wanting: pl.DataFrame, aside: pl.DataFrame, runs: pl.DataFrame, catalogue: Catalogue, zone: Zone
) -> tuple[Incident, ...]:
    """All of them, newest first.

    Args:
        wanting: columns of `data.schema.COVERAGE`: what was asked and not had.
        aside: columns of `data.schema.BAD_PAGE`.
        runs: columns of `data.schema.RUN`.
        catalogue: names of venues.
        zone: the reader's clock.
    """
    found = [
        Incident(
            row["asked_at"],
            catalogue.venue(row["venue"]).name,
            f"{count(row['minutes'], 'minute')} of {several([named(symbol) for symbol in row['market']])}"
            f"{_in_bars(row['timeframe'])}, {span(row['start'], row['end'], zone)}",
            plain(row["outcome"]),
            row["message"],
            NEXT.get(row["outcome"], ""),
        )
        for row in not_had_rows(wanting).iter_rows(named=True)
    ]
    found += [
        Incident(
            row["asked_at"],
            catalogue.venue(row["venue"]).name,
            f"An answer of {row['source']} about {market(row)}, {span(row['start'], row['end'], zone)}",
            "kept aside",
            row["message"],
            "No candle was taken from it. Compare it with what the exchange says now; collecting again asks anew.",
            " ".join(row["body"].split())[:BEGINNING],
        )
        for row in aside.iter_rows(named=True)
    ]
    found += [
        Incident(
            row["ended_at"],
            "Follower",
            f"Run “{row['kind']}” by {row['holder'] or 'an unknown process'}",
            row["outcome"],
            row["message"],
            "The next run makes up for it; if it does not, see what the message says.",
        )
        for row in runs.filter(pl.col("outcome") == RunOutcome.FAILED.value).iter_rows(named=True)
    ]
    return tuple(sorted(found, key=lambda incident: incident.at, reverse=True))


def _in_bars(timeframe: str) -> str:
    """Which candles were wanted, where they are not the usual ones."""
    return "" if timeframe == Timeframe.M1.value else f" in candles of {LENGTHS[timeframe]}"


def several(names: Sequence[str]) -> str:
    """Names in a line, the first few of many.

    >>> several(["A", "B"]), several(list("ABCDEFGH"))
    ('A, B', 'A, B, C, D, E, F and 2 more')
    """
    named = ", ".join(names[:NAMED])
    return named if len(names) <= NAMED else f"{named} and {len(names) - NAMED} more"


def incidents_list(found: Sequence[Incident], zone: Zone) -> list[Any]:
    """The incidents as markup, the first ones in sight."""
    if not found:
        return [html.P("None on record: no request has failed.", className="quiet")]
    parts: list[Any] = [_table(found[:SHOWN], zone)]
    rest = found[SHOWN:MOST]
    if rest:
        parts.append(html.Details([html.Summary(f"{len(rest):,} earlier ones"), _table(rest, zone)]))
    if len(found) > MOST:
        parts.append(
            html.P(
                [f"{len(found) - MOST:,} more are in ", html.Code("plumbline status --json"), "."], className="quiet"
            )
        )
    return parts


def _table(found: Sequence[Incident], zone: Zone) -> html.Table:
    head = heads(f"When ({zone})", "Where", "What was wanted", "What came", "Next")
    return html.Table(
        [head, html.Tbody([_row(incident, zone) for incident in found])],
        className="data-table data-stacked",
    )


def _row(incident: Incident, zone: Zone) -> html.Tr:
    came: list[Any] = [html.Strong(incident.came), f": {incident.message}" if incident.message else ""]
    if incident.answer:
        came.append(html.Details([html.Summary("Its beginning"), html.Code(incident.answer, className="data-answer")]))
    return html.Tr(
        [
            html.Td(moment(incident.at, zone), className="data-when"),
            html.Th(incident.where, scope="row"),
            html.Td(incident.what),
            html.Td(came),
            html.Td(incident.next),
        ]
    )
