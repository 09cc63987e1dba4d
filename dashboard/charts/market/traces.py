"""The dots of the ranked strip and the bars of the histogram, for the page and the sheet."""

from dashboard.charts.market.chart import LeadChart
from dashboard.charts.market.scale import compute_position
from dashboard.charts.market.wording import format_bin, format_lead
from dashboard.draw.theme import PALETTES
from dashboard.draw.traces import Trace

MANY_ASSETS = 200
"""From so many assets on dots are smaller."""


def build_dots(chart: LeadChart, size: float, small_size: float) -> Trace:
    """The dots in the order of ranks, as one trace that the keyboard can walk along; many of them are small."""
    gaps, muted = chart.gaps, PALETTES[chart.view.theme].muted
    return {
        "type": "scatter",
        "mode": "markers",
        "x": list(range(len(gaps))),
        "y": [round(chart.sign * compute_position(gap.lead), 4) for gap in gaps],
        "marker": {
            "size": small_size if len(gaps) >= MANY_ASSETS else size,
            "color": [chart.colour if gap.is_lead else muted for gap in gaps],
            "line": {"width": 0},
        },
        "cliponaxis": False,
        "customdata": [format_lead(gap, chart.view, chart.focus_name, chart.names) for gap in gaps],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def build_bars(chart: LeadChart) -> Trace:
    """A bar per bin, as high as its bin on the axis of leads."""
    bins, band = chart.bins, PALETTES[chart.view.theme].band
    spans = [chart.compute_bin_span(gap_bin) for gap_bin in bins]
    return {
        "type": "bar",
        "orientation": "h",
        "x": [len(gap_bin.assets) for gap_bin in bins],
        "y": [round(chart.sign * (start + end) / 2, 4) for start, end in spans],
        "width": [round(0.86 * abs(end - start), 4) for start, end in spans],
        "marker": {"color": [chart.colour if gap_bin.is_lead else band for gap_bin in bins]},
        "customdata": [format_bin(gap_bin, chart.view, chart.focus_name) for gap_bin in bins],
        "hovertemplate": "%{customdata}<extra></extra>",
    }
