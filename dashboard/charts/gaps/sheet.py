"""The histograms of gaps on a printed sheet, with the names of the focus venue's assets in each bin."""

from collections.abc import Sequence

from dashboard.charts.gaps.figure import AXIS_TITLE
from dashboard.charts.gaps.gaps import NO_GAP_TEXT, Bin, Gap, Gaps, count_bins, list_bin_ticks
from dashboard.draw.label_layout import Box
from dashboard.draw.text_metrics import LINE_HEIGHT, shorten_text
from dashboard.draw.theme import PALETTES, compute_venue_colour
from dashboard.sheet.canvas import Sheet
from dashboard.sheet.legend import LegendItem, build_swatch_item
from dashboard.sheet.panel import SMALL_FONT
from dashboard.state.view import Theme
from data.catalogue import Catalogue
from data.schema import Timeframe

AXIS_HEIGHT = 62.0
"""Height below the lower histogram for the labels of the bins and the axis title."""

PANEL_GAP = 30.0
"""Space between the histograms."""

TITLE_HEIGHT = 34.0
"""Height of each histogram's title."""

COUNT_FONT = 14
"""Font size of counts and labels of bins."""

BAR_WIDTH = 0.88
"""Width of a bar as a share of its bin."""

MAX_NAMES_SHARE = 0.32
"""Largest share of a histogram's height by which names may shorten its highest bar."""


def draw_gaps(
    sheet: Sheet, box: Box, gaps: Gaps, catalogue: Catalogue, focus: str, theme: Theme, bar: Timeframe
) -> None:
    """Draw both histograms, one above the other, and the axis of bins below them."""
    height = (box.bottom - box.top - AXIS_HEIGHT - PANEL_GAP) / 2
    upper = Box(box.left, box.top, box.right, box.top + height)
    lower = Box(box.left, box.bottom - AXIS_HEIGHT - height, box.right, box.bottom - AXIS_HEIGHT)
    colour = compute_venue_colour(catalogue, focus, theme)
    for number, ((title, panel_gaps), panel_box) in enumerate(
        zip(gaps.list_panels(bar), (upper, lower), strict=True), start=1
    ):
        sheet.write_text(title, panel_box.left, panel_box.top + 10, size=15, colour=PALETTES[theme].ink, bold=True)
        _draw_histogram(
            sheet,
            number,
            Box(panel_box.left, panel_box.top + TITLE_HEIGHT, panel_box.right, panel_box.bottom),
            panel_gaps,
            colour,
            theme,
        )
    _draw_bin_labels(sheet, lower, theme)


def build_gap_legend(catalogue: Catalogue, focus: str, theme: Theme) -> list[LegendItem]:
    """The colours of the two parts of a bar."""
    name = catalogue.get_venue(focus).name
    return [
        build_swatch_item(f"{name}, with its assets", compute_venue_colour(catalogue, focus, theme)),
        build_swatch_item("the other exchanges", PALETTES[theme].band),
    ]


def _draw_histogram(sheet: Sheet, number: int, box: Box, gaps: Sequence[Gap], colour: str, theme: Theme) -> None:
    """A bar per bin, the focus venue's part at its bottom; above it the count and the focus venue's assets."""
    colours, bins = PALETTES[theme], count_bins(gaps)
    sheet.draw_line((box.left, box.bottom), (box.right, box.bottom), colours.rule)
    if not gaps:
        centre = (box.left + box.right) / 2
        sheet.write_text(NO_GAP_TEXT, centre, (box.top + box.bottom) / 2, size=16, colour=colours.muted, align="center")
        return
    height, bin_width = box.bottom - box.top, (box.right - box.left) / len(bins)
    max_count, max_bar_height = max(bin_.count for bin_ in bins), _compute_max_bar_height(bins, height)
    x = {"range": [-0.5, len(bins) - 0.5], "showticklabels": False}
    y = {"range": [0, max_count * height / max_bar_height], "showticklabels": False}
    indices = list(range(len(bins)))
    bars = {"type": "bar", "x": indices, "width": BAR_WIDTH, "offset": -BAR_WIDTH / 2}
    focus_bars = {**bars, "name": "focus", "y": [bin_.focus_count for bin_ in bins], "marker": {"color": colour}}
    other_bars = {
        **bars,
        "name": "others",
        "y": [bin_.count - bin_.focus_count for bin_ in bins],
        "base": [bin_.focus_count for bin_ in bins],
        "marker": {"color": colours.band},
    }
    sheet.add_subplot(number, box, x, y, [focus_bars, other_bars])
    for index, bin_ in enumerate(bins):
        if bin_.count:
            bar_top = box.bottom - max_bar_height * bin_.count / max_count
            middle = box.left + bin_width * (index + 0.5)
            sheet.write_text(
                str(bin_.count), middle, bar_top - 10, size=COUNT_FONT, colour=colours.text, align="center"
            )
            _write_assets(
                sheet, bin_, middle, Box(middle - bin_width / 2, box.top, middle + bin_width / 2, bar_top - 20), colour
            )


def _compute_max_bar_height(bins: Sequence[Bin], height: float) -> float:
    """Height of the highest bar in pixels, such that count and names fit above each bar, within `MAX_NAMES_SHARE`."""
    max_count = max(bin_.count for bin_ in bins)
    available_height = height - COUNT_FONT * LINE_HEIGHT - 4
    height_limits = [
        (available_height - len(bin_.focus_assets) * SMALL_FONT * LINE_HEIGHT) * max_count / bin_.count
        for bin_ in bins
        if bin_.focus_assets
    ]
    return max(min([available_height, *height_limits]), (1 - MAX_NAMES_SHARE) * height - COUNT_FONT * LINE_HEIGHT)


def _write_assets(sheet: Sheet, bin_: Bin, middle: float, box: Box, colour: str) -> None:
    """The focus venue's assets of a bin, upwards from the bottom of the box, as many as fit."""
    line = SMALL_FONT * LINE_HEIGHT
    max_lines = int((box.bottom - box.top) / line + 1e-6)
    if not bin_.focus_assets or max_lines < 1:
        return
    width = box.right - box.left
    texts = (
        list(bin_.focus_assets)
        if len(bin_.focus_assets) <= max_lines
        else [*bin_.focus_assets[: max_lines - 1], f"+ {len(bin_.focus_assets) - max_lines + 1}"]
    )
    texts = [shorten_text(text, SMALL_FONT, width, bold=True) for text in texts]
    for number, text in enumerate(reversed(texts)):
        y = box.bottom - line * (number + 0.5)
        sheet.write_text(text, middle, y, size=SMALL_FONT, colour=colour, align="center", bold=True)


def _draw_bin_labels(sheet: Sheet, box: Box, theme: Theme) -> None:
    """The labels of the bins, and the title of the axis."""
    colours, labels = PALETTES[theme], list_bin_ticks()
    bin_width = (box.right - box.left) / len(labels)
    for index, label in enumerate(labels):
        x = box.left + bin_width * (index + 0.5)
        sheet.write_text(label, x, box.bottom + 18, size=COUNT_FONT, colour=colours.text, align="center")
    centre = (box.left + box.right) / 2
    sheet.write_text(AXIS_TITLE, centre, box.bottom + 42, size=SMALL_FONT, colour=colours.muted, align="center")
