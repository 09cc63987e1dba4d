"""The lows page's histograms of gaps as files."""

from collections.abc import Sequence
from functools import partial

import plotly.graph_objects as go

from dashboard.chart_picture import ChartText, build_chart_sheet
from dashboard.export_asked import ALL_ASSETS, ExportFile, ExportRequest
from dashboard.formats import join_names
from dashboard.gap_print import build_gap_legend, draw_gaps
from dashboard.gap_rows import build_gap_rows
from dashboard.lows_gaps import Gap, Gaps, measure_gaps
from dashboard.picture_sizes import SheetSize
from dashboard.style import Theme
from dashboard.words import write_compared
from data.catalogue import Catalogue
from deviation.question import TOLERANCE, Question
from deviation.result import Measurement


def export_gaps(request: ExportRequest) -> ExportFile:
    """Both histograms as one sheet, or a row for each gap.

    Raises:
        NothingUsable, StoreUnusable: There is nothing to show, or it cannot be read.
        BrowserMissing, BrowserBusy, BrowserFailed: The picture cannot be drawn, or not now.
    """
    measurements, named_after = request.measure_lows()
    # As on the page: where the view's own asset has no candle of its focus, another venue stands in for all assets.
    focus = request.measurements.measure_view(request.view).view.focus
    if not request.is_picture:
        return request.build_rows_file(build_gap_rows(measurements, focus), named_after, asset=ALL_ASSETS)
    figure = build_gap_sheet(measurements, request.catalogue, focus, size=request.size, theme=request.view.theme)
    extra = {"asset": None, "focus": focus, "assets": [measurement.question.asset for measurement in measurements]}
    return request.build_picture_file(figure, named_after, asset=ALL_ASSETS, extra=extra)


def build_gap_sheet(
    measurements: Sequence[Measurement], catalogue: Catalogue, focus: str, *, size: SheetSize, theme: Theme
) -> go.Figure:
    """The printed histograms of at least one measurement; ``focus`` is the venue to tell from the others."""
    gaps, question = measure_gaps(measurements, focus), measurements[0].question
    name, bar_name = catalogue.get_venue(focus).name, question.timeframe.noun
    draw = partial(draw_gaps, gaps=gaps, catalogue=catalogue, focus=focus, theme=theme, bar=question.timeframe)
    text = ChartText(
        headline=_write_headline(gaps, name, question),
        subtitle=(
            f"Gaps of every exchange on {join_names([measurement.question.asset for measurement in measurements])}. Lows of whatever "
            f"{bar_name} were not printed together, so a gap between them alone says little."
        ),
        method=write_compared(measurements),
    )
    legend_items = build_gap_legend(catalogue, focus, theme)
    return build_chart_sheet(text, draw, measurements, catalogue, size=size, theme=theme, legend_items=legend_items)


def _write_headline(gaps: Gaps, name: str, question: Question) -> str:
    """On how many assets the focus venue was lower than all others, first at any time, then at one and the same."""
    enter, bar_name = question.parameters.enter, question.timeframe.noun
    (low_count, low_total), (close_count, close_total) = (
        _count_assets_below(kind_gaps, enter) for kind_gaps in (gaps.unaligned, gaps.aligned)
    )
    if not low_total:
        return f"No low of {name} to set beside another exchange's"
    text = f"{name}'s low was {100 * enter:g} % or more under all other lows on {low_count} of {low_total} asset{'s' * (low_total > 1)}"
    if not close_total:
        return f"{text}; too few traded in one and the same {bar_name}"
    close_text = (
        f"its close under all others of its group in one and the same {bar_name} on {close_count} of {close_total}"
    )
    return f"{text}, {close_text}"


def _count_assets_below(gaps: Sequence[Gap], enter: float) -> tuple[int, int]:
    """On how many assets the focus venue is that far below, and on how many it has a gap.

    >>> _count_assets_below([Gap("ATOM", True, -0.4), Gap("DOGE", True, 0.1), Gap("XRP", False, -0.9)], 0.02)
    (1, 2)
    """
    assets = {gap.asset for gap in gaps if gap.is_focus}
    below = {gap.asset for gap in gaps if gap.is_focus and gap.value <= -enter + TOLERANCE}
    return len(below), len(assets)
