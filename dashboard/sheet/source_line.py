"""The line at the foot of every picture: where its prices are from, and who made it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from dashboard.text.clock import format_day
from dashboard.text.numbers import NO_BREAK_SPACE, join_names
from dashboard.text.sentences import ORIGIN_LABELS
from data.schema import Evidence, Origin, Timeframe
from data.version import VERSION
from deviation.measurement import Measurement

BAR_NAMES = {Timeframe.S1: "1-second", Timeframe.M1: "1-minute", Timeframe.M5: "5-minute"}
"""The length of bars in the line."""


@dataclass(frozen=True, slots=True)
class Imprint:
    """What only the caller of a picture knows: the link to its page, and the day on which it was drawn."""

    link: str = ""
    drawn_on: date | None = None


def write_source_line(
    measurements: Sequence[Measurement], imprint: Imprint, *, with_origins: bool = True, with_link: bool = True
) -> str:
    """The line; ``with_origins`` names the kinds of sources, ``with_link`` the link.

    "Source: 1-minute prices of 11 exchanges (imported files); analysis: Plumbline 0.1.0, 1 Dec 2025."
    """
    question = measurements[0].question
    venue_count = len({row.market.venue for measurement in measurements for row in measurement.rows})
    exchanges = f"{venue_count} {'exchange' if venue_count == 1 else 'exchanges'}"
    origins = f" ({_list_origins(measurements)})" if with_origins else ""
    if question.origin is Evidence.RECONSTRUCTION:
        source = f"sample made from published figures of {exchanges}, not measured prices"
    else:
        source = f"{BAR_NAMES[question.timeframe]} prices of {exchanges}{origins}"
    parts = [f"Plumbline {VERSION}"]
    if imprint.link and with_link:
        parts.append(imprint.link)
    if imprint.drawn_on is not None:
        day = f"{format_day(imprint.drawn_on)} {imprint.drawn_on.year}"
        parts.append(day.replace(" ", NO_BREAK_SPACE))
    return f"Source: {source}; analysis: {', '.join(parts)}"


def _list_origins(measurements: Sequence[Measurement]) -> str:
    origins = sorted(
        {Origin(name) for measurement in measurements for names in measurement.origins.values() for name in names}
    )
    return join_names([ORIGIN_LABELS[origin] for origin in origins]) if origins else "no source named"
