"""What a reader has to know before reading a number: one sentence each, the gravest first."""

from dataclasses import dataclass
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
    """What has to be said about an answer."""
    measurement, view = answer.measurement, answer.view
    said = []
    if measurement is None:
        return ()
    if answer.replaced is not None:
        asked, shown = catalogue.venue(answer.replaced).name, catalogue.venue(view.focus).name
        said.append(Notice(Tone.ALERT, f"{asked} has no candle of {view.asset} in this window; {shown} is shown."))
    if answer.left_out:
        names = listing([catalogue.venue(venue).name for venue in answer.left_out])
        said.append(Notice(Tone.ALERT, f"Left out by choice: {names}. What is left out neither votes nor is measured."))
    if view.whole != (view.start, view.end):
        shown = span(*view.whole, view.zone)
        said.append(Notice(Tone.REMARK, f"Measured in whole bars of {view.bar.length}: {shown}."))
    if view.reference is Reference.WEIGHTED_MEDIAN:
        said.append(Notice(Tone.REMARK, "Venues vote by weight: what each traded in the 24 h before."))
    if view.quote is QuoteHandling.AS_IS:
        said.append(Notice(Tone.ALERT, "Prices are as printed in each quote, not converted to dollars."))
    elif measurement.fx_assumed:
        taken = listing([f"1 {quote}" for quote in measurement.fx_assumed])
        said.append(Notice(Tone.REMARK, f"{taken} taken as 1 USD: the candles hold no rate for this window."))
    return tuple(said)


def origin_text(answer: Answer) -> str:
    """What the grave notice in the offer of real candles says: illustration, nothing at all, or nothing to say."""
    view = answer.view
    if answer.illustrated:
        missing = f" No real candle of {view.asset} is stored for this window."
        return ILLUSTRATION + (missing if view.origin is OriginChoice.AUTO else "")
    if answer.measurement is None:
        kind = "" if view.origin is OriginChoice.AUTO else f"{view.origin} "
        bars = "" if view.bar is Timeframe.M1 else f"of {view.bar.length} "
        return f"No {kind}candle {bars}of {view.asset} in the store from {span(view.start, view.end, view.zone)}."
    return ""
