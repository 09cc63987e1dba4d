"""What a reader has to know before reading a number: one sentence each, the gravest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dashboard.answers import Answer
from dashboard.formats import listing, span
from dashboard.view import OriginChoice
from data.catalogue import Catalogue
from data.schema import Timeframe
from deviation.question import QuoteHandling, Reference

ILLUSTRATION = (
    "Illustration, not a measurement: candles generated from published figures, all else assumed. "
    "They support or refute no claim about any exchange."
)


class Tone(StrEnum):
    """How much a notice matters: it says that something is wrong, or only how the numbers came about."""

    ALERT = "alert"
    REMARK = "remark"


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence above the numbers."""

    tone: Tone
    text: str


def notices(answer: Answer, catalogue: Catalogue) -> tuple[Notice, ...]:
    """What has to be said about an answer, or about all the panels that it stands for."""
    view, panels = answer.view, answer.panels
    measured = [one.measurement for one in panels if one.measurement is not None]
    if not measured:
        return ()
    said = [Notice(Tone.ALERT, text) for text in _replaced(panels, catalogue)]
    if answer.left_out:
        names = listing([catalogue.venue(venue).name for venue in answer.left_out])
        said.append(Notice(Tone.ALERT, f"Left out by choice: {names}. What is left out neither votes nor is measured."))
    wholes = dict.fromkeys(span(*one.view.whole, view.zone) for one in panels if one.view.whole != _edges(one))
    if wholes:
        said.append(Notice(Tone.REMARK, f"Measured in whole bars of {view.bar.length}: {listing([*wholes])}."))
    if view.reference is Reference.WEIGHTED_MEDIAN:
        said.append(Notice(Tone.REMARK, "Venues vote by weight: what each traded in the 24 h before."))
    assumed = [one for one in panels if one.measurement is not None and one.measurement.fx_assumed]
    if view.quote is QuoteHandling.AS_IS:
        said.append(Notice(Tone.ALERT, "Prices are as printed in each quote, not converted to dollars."))
    elif assumed:
        said.append(Notice(Tone.REMARK, _taken_as_dollars(assumed, panels)))
    return tuple(said)


def _taken_as_dollars(assumed: Sequence[Answer], panels: Sequence[Answer]) -> str:
    """Which quotes were taken as dollars, and in which windows."""
    quotes = dict.fromkeys(quote for one in assumed if one.measurement for quote in one.measurement.fx_assumed)
    spans = dict.fromkeys(f"from {span(*_edges(one), one.view.zone)}" for one in assumed)
    held = _where(panels, "for this window", listing([*spans]))
    return f"{listing([f'1 {quote}' for quote in quotes])} taken as 1 USD: the candles hold no rate {held}."


def origin_text(answer: Answer) -> str:
    """What the grave notice in the offer of real candles says: illustration, nothing at all, or nothing to say."""
    view, panels = answer.view, answer.panels
    assets = listing([*dict.fromkeys(one.view.asset for one in panels)], "or")
    if answer.illustrated:
        missing = f" No real candle of {assets} is stored for {_where(panels, 'this window', 'either window')}."
        return ILLUSTRATION + (missing if view.origin is OriginChoice.AUTO else "")
    if answer.measurement is None:
        kind = "" if view.origin is OriginChoice.AUTO else f"{view.origin} "
        bars = "" if view.bar is Timeframe.M1 else f"of {view.bar.length} "
        times = listing([*dict.fromkeys(f"from {span(*_edges(one), view.zone)}" for one in panels)], "or")
        return f"No {kind}candle {bars}of {assets} in the store {times}."
    return ""


def _replaced(panels: Sequence[Answer], catalogue: Catalogue) -> list[str]:
    """Who is missing on which assets, and who is shown there: a sentence for all windows in which that is the same."""
    windows: dict[tuple[datetime, datetime], list[Answer]] = {_edges(one): [] for one in panels}
    for one in panels:
        if one.replaced is not None:
            windows[_edges(one)].append(one)
    alike: dict[tuple[str, str], list[str]] = {}
    for (start, end), replaced in windows.items():
        if replaced:
            when = f"from {span(start, end, replaced[0].view.zone)}"
            alike.setdefault(_instead(replaced, catalogue), []).append(when)
    where = "in this window" if len(windows) == 1 else "in either window"
    return [
        f"{missing} {where if len(whens) == len(windows) else listing(whens)}; {shown}."
        for (missing, shown), whens in alike.items()
    ]


def _instead(replaced: Sequence[Answer], catalogue: Catalogue) -> tuple[str, str]:
    """Who is missing on which assets of one window, and who is shown."""
    by_venue: dict[str, list[str]] = {}
    for one in replaced:
        by_venue.setdefault(catalogue.venue(one.view.focus).name, []).append(one.view.asset)
    asked, assets = catalogue.venue(replaced[0].replaced or "").name, listing([one.view.asset for one in replaced])
    missing = f"{asked} has no candle of {assets}"
    if len(by_venue) == 1:
        return missing, f"{next(iter(by_venue))} is shown"
    shown = listing([f"{name} ({', '.join(own)})" for name, own in by_venue.items()])
    return missing, f"{shown} are shown"


def _edges(answer: Answer) -> tuple[datetime, datetime]:
    return answer.view.start, answer.view.end


def _where(panels: Sequence[Answer], one: str, several: str) -> str:
    """How to speak of the window, or of the windows where there are several."""
    return one if len({_edges(panel) for panel in panels}) == 1 else several
