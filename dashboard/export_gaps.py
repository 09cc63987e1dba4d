"""The lows page's histograms of gaps as files."""

from collections.abc import Sequence
from functools import partial

import plotly.graph_objects as go

from dashboard.chart_picture import Words, chart_picture
from dashboard.export_asked import ALL, Asked, Export
from dashboard.formats import listing
from dashboard.gap_print import gap_key, print_gaps
from dashboard.gap_rows import gap_rows
from dashboard.lows_gaps import Gap, Gaps, gaps
from dashboard.picture_sizes import Size
from dashboard.style import Theme
from dashboard.words import compared
from data.catalogue import Catalogue
from deviation.question import TOLERANCE, Question
from deviation.result import Measurement


def gaps_of_event(asked: Asked) -> Export:
    """Both histograms as one sheet, or a row for each gap.

    Raises:
        NothingUsable, StoreUnusable: There is nothing to show, or it cannot be read.
        BrowserMissing, BrowserBusy, BrowserFailed: The picture cannot be drawn, or not now.
    """
    found, first = asked.lows()
    # As on the page: where the view's own asset has no candle of its focus, another venue stands in for all assets.
    focus = asked.answers.answer(asked.view).view.focus
    if not asked.pictured:
        return asked.rows(gap_rows(found, focus), first, asset=ALL)
    figure = gap_picture(found, asked.catalogue, focus, size=asked.size, theme=asked.view.theme)
    more = {"asset": None, "focus": focus, "assets": [one.question.asset for one in found]}
    return asked.picture(figure, first, asset=ALL, more=more)


def gap_picture(
    measurements: Sequence[Measurement], catalogue: Catalogue, focus: str, *, size: Size, theme: Theme
) -> go.Figure:
    """The printed histograms of at least one measurement; ``focus`` is the venue to tell from the others."""
    found, question = gaps(measurements, focus), measurements[0].question
    name, one = catalogue.venue(focus).name, question.timeframe.one
    draw = partial(print_gaps, found=found, catalogue=catalogue, focus=focus, theme=theme, bar=question.timeframe)
    words = Words(
        headline=_headline(found, name, question),
        under=(
            f"Gaps of every exchange on {listing([each.question.asset for each in measurements])}. Lows of whatever "
            f"{one} were not printed together, so a gap between them alone says little."
        ),
        measured=compared(measurements),
    )
    items = gap_key(catalogue, focus, theme)
    return chart_picture(words, draw, measurements, catalogue, size=size, theme=theme, items=items)


def _headline(found: Gaps, name: str, question: Question) -> str:
    """On how many assets the focus venue was lower than all others, first at any time, then at one and the same."""
    enter, one = question.parameters.enter, question.timeframe.one
    (low, lows), (closed, closes) = (_below(kind, enter) for kind in (found.unaligned, found.aligned))
    if not lows:
        return f"No low of {name} to set beside another exchange's"
    text = f"{name}'s low was {100 * enter:g} % or more under all other lows on {low} of {lows} asset{'s' * (lows > 1)}"
    if not closes:
        return f"{text}; too few traded in one and the same {one}"
    together = f"its close under all others of its group in one and the same {one} on {closed} of {closes}"
    return f"{text}, {together}"


def _below(found: Sequence[Gap], enter: float) -> tuple[int, int]:
    """On how many assets the focus venue is that far below, and on how many it has a gap.

    >>> _below([Gap("ATOM", True, -0.4), Gap("DOGE", True, 0.1), Gap("XRP", False, -0.9)], 0.02)
    (1, 2)
    """
    own = {gap.asset for gap in found if gap.focus}
    below = {gap.asset for gap in found if gap.focus and gap.value <= -enter + TOLERANCE}
    return len(below), len(own)
