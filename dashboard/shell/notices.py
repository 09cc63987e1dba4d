"""Notices above the page: sentences about the measurement that qualify its numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dashboard.service.measurements import ViewResult
from dashboard.state.view import OriginChoice
from dashboard.text.numbers import format_span, join_names
from data.catalogue import Catalogue
from data.schema import Timeframe
from deviation.question import QuoteHandling, ReferenceKind

ILLUSTRATION_NOTICE = (
    "Illustration, not a measurement: candles generated from published figures, all else assumed. "
    "They support or refute no claim about any exchange."
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


def list_notices(result: ViewResult, catalogue: Catalogue) -> tuple[Notice, ...]:
    """The notices about a result and all its panels."""
    view, panels = result.view, result.panels
    measurements = [panel.measurement for panel in panels if panel.measurement is not None]
    if not measurements:
        return ()
    entries = [Notice(Severity.ALERT, text) for text in _describe_replacements(panels, catalogue)]
    if result.excluded_venues:
        names = join_names([catalogue.get_venue(venue).name for venue in result.excluded_venues])
        entries.append(
            Notice(Severity.ALERT, f"Left out by choice: {names}. What is left out neither votes nor is measured.")
        )
    whole_spans = dict.fromkeys(
        format_span(*panel.view.whole_bars, view.zone) for panel in panels if panel.view.whole_bars != _get_edges(panel)
    )
    if whole_spans:
        entries.append(
            Notice(Severity.REMARK, f"Measured in whole bars of {view.timeframe.length}: {join_names([*whole_spans])}.")
        )
    if view.reference is ReferenceKind.WEIGHTED_MEDIAN:
        entries.append(Notice(Severity.REMARK, "Venues vote by weight: what each traded in the 24 h before."))
    assumed_panels = [panel for panel in panels if panel.measurement is not None and panel.measurement.fx_assumed]
    if view.quote is QuoteHandling.AS_IS:
        entries.append(Notice(Severity.ALERT, "Prices are as printed in each quote, not converted to dollars."))
    elif assumed_panels:
        entries.append(Notice(Severity.REMARK, _describe_assumed_rates(assumed_panels, panels)))
    return tuple(entries)


def _describe_assumed_rates(assumed_panels: Sequence[ViewResult], panels: Sequence[ViewResult]) -> str:
    """The quotes that were taken as dollars, and the windows in which they were."""
    quotes = dict.fromkeys(
        quote for panel in assumed_panels if panel.measurement for quote in panel.measurement.fx_assumed
    )
    spans = dict.fromkeys(f"from {format_span(*_get_edges(panel), panel.view.zone)}" for panel in assumed_panels)
    window_text = _choose_wording(panels, "for this window", join_names([*spans]))
    return f"{join_names([f'1 {quote}' for quote in quotes])} taken as 1 USD: the candles hold no rate {window_text}."


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


def _describe_replacements(panels: Sequence[ViewResult], catalogue: Catalogue) -> list[str]:
    """One sentence per missing focus and replacement, naming the windows; the same sentence is not repeated."""
    panels_by_window: dict[tuple[datetime, datetime], list[ViewResult]] = {_get_edges(panel): [] for panel in panels}
    for panel in panels:
        if panel.replaced_focus is not None:
            panels_by_window[_get_edges(panel)].append(panel)
    spans_by_sentence: dict[tuple[str, str], list[str]] = {}
    for (start, end), replaced_panels in panels_by_window.items():
        if replaced_panels:
            span_text = f"from {format_span(start, end, replaced_panels[0].view.zone)}"
            spans_by_sentence.setdefault(_describe_replacement(replaced_panels, catalogue), []).append(span_text)
    window_text = "in this window" if len(panels_by_window) == 1 else "in either window"
    all_windows_count = len(panels_by_window)
    return [
        f"{missing_text} {window_text if len(spans) == all_windows_count else join_names(spans)}; {shown_text}."
        for (missing_text, shown_text), spans in spans_by_sentence.items()
    ]


def _describe_replacement(replaced_panels: Sequence[ViewResult], catalogue: Catalogue) -> tuple[str, str]:
    """The missing focus venue with its assets in one window, and the venues that are shown instead."""
    by_venue: dict[str, list[str]] = {}
    for panel in replaced_panels:
        by_venue.setdefault(catalogue.get_venue(panel.view.focus).name, []).append(panel.view.asset)
    missing_venue = catalogue.get_venue(replaced_panels[0].replaced_focus or "").name
    missing_text = f"{missing_venue} has no candle of {join_names([panel.view.asset for panel in replaced_panels])}"
    if len(by_venue) == 1:
        return missing_text, f"{next(iter(by_venue))} is shown"
    shown_text = join_names([f"{name} ({', '.join(venue_assets)})" for name, venue_assets in by_venue.items()])
    return missing_text, f"{shown_text} are shown"


def _get_edges(result: ViewResult) -> tuple[datetime, datetime]:
    return result.view.start, result.view.end


def _choose_wording(panels: Sequence[ViewResult], singular: str, plural: str) -> str:
    """``singular`` if all panels have the same window, else ``plural``."""
    return singular if len({_get_edges(panel) for panel in panels}) == 1 else plural
