"""Notices above the page: sentences about the measurement that qualify its numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dashboard.service.measurements import ViewResult
from dashboard.state.view import OriginChoice
from dashboard.text.numbers import format_span
from data.schema import Timeframe
from deviation.report.notes import describe_choices, write_absent_note, write_data_notes, write_named_notes
from deviation.wording import join_names

ILLUSTRATION_NOTICE = (
    "Sample data: made from published figures, the prices between them are assumed. No conclusion about any exchange "
    "can be drawn."
)


class Severity(StrEnum):
    """Alerts say that something is not as requested; remarks say how numbers were measured."""

    ALERT = "alert"
    REMARK = "remark"


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence above the numbers."""

    severity: Severity
    text: str


def list_notices(result: ViewResult, *, with_notes: bool = True) -> tuple[Notice, ...]:
    """The notices about a result and all its panels; those on choices and data only ``with_notes``."""
    view, panels = result.view, result.panels
    measurements = [panel.measurement for panel in panels if panel.measurement is not None]
    if not measurements:
        return ()
    choices = describe_choices(measurements[0].question)
    entries = [Notice(Severity.ALERT, f"{choices}.")] if choices and with_notes else []
    whole_spans = dict.fromkeys(
        format_span(*panel.view.whole_bars, view.zone) for panel in panels if panel.view.whole_bars != _get_edges(panel)
    )
    if whole_spans:
        entries.append(
            Notice(Severity.REMARK, f"Measured in whole bars of {view.timeframe.length}: {join_names([*whole_spans])}.")
        )
    if not with_notes:
        return tuple(entries)
    write_notes = write_data_notes if len(measurements) == 1 else write_named_notes
    notes = [
        note for measurement in measurements for note in (*write_absent_note(measurement), *write_notes(measurement))
    ]
    entries += [Notice(Severity.REMARK, note) for note in dict.fromkeys(notes)]
    return tuple(entries)


def describe_origin(result: ViewResult) -> str:
    """The text of the offer to collect real candles: for an illustration or without a candle; "" for real ones."""
    view, panels = result.view, result.panels
    assets = join_names([*dict.fromkeys(panel.view.asset for panel in panels)], "or")
    if result.is_illustration:
        missing_text = (
            f" No real candle of {assets} is stored for {_choose_wording(panels, 'this window', 'either window')}."
        )
        return ILLUSTRATION_NOTICE + (missing_text if view.origin is OriginChoice.AUTO else "")
    if result.measurement is None:
        origin_prefix = "" if view.origin is OriginChoice.AUTO else f"{view.origin} "
        bar_prefix = "" if view.timeframe is Timeframe.M1 else f"of {view.timeframe.length} "
        spans_text = join_names(
            [*dict.fromkeys(f"from {format_span(*_get_edges(panel), view.zone)}" for panel in panels)], "or"
        )
        return f"No {origin_prefix}candle {bar_prefix}of {assets} in the store {spans_text}."
    return ""


def _get_edges(result: ViewResult) -> tuple[datetime, datetime]:
    return result.view.start, result.view.end


def _choose_wording(panels: Sequence[ViewResult], singular: str, plural: str) -> str:
    """``singular`` if all panels have the same window, else ``plural``."""
    return singular if len({_get_edges(panel) for panel in panels}) == 1 else plural
