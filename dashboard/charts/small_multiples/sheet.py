"""The small multiples on a printed sheet: a panel per asset and window, a legend, and the footer of every sheet."""

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from dashboard.charts.small_multiples.figure import build_level_lines, build_watermark
from dashboard.charts.small_multiples.legend import list_line_samples
from dashboard.charts.small_multiples.panels import AssetPanel, WindowPanels, build_common_scale, build_panel_traces
from dashboard.charts.small_multiples.rows import GroupFacts, PanelRow, build_panel_rows
from dashboard.draw.axis import Scale
from dashboard.draw.label_layout import Box
from dashboard.draw.scene import Scene
from dashboard.draw.text_metrics import measure_text_width, shorten_text
from dashboard.draw.theme import PALETTES, TEMPLATES, Palette
from dashboard.draw.traces import get_window_range
from dashboard.service.event import SAMPLE_TEXT
from dashboard.sheet.canvas import Sheet
from dashboard.sheet.frame import HeaderText, draw_footer, draw_header
from dashboard.sheet.imprint import NO_IMPRINT, Imprint
from dashboard.sheet.legend import build_line_item, draw_legend
from dashboard.sheet.panel import SMALL_FONT
from dashboard.sheet.sizes import SHAPES, SheetShape, SheetSize
from dashboard.state.view import Theme
from dashboard.tables.venues import TableCell
from dashboard.text.clock import Zone, build_ticks, shorten_tick
from dashboard.text.numbers import EN_DASH
from data.catalogue import Catalogue
from data.schema import Evidence
from deviation.measurement import Measurement
from deviation.question import Group
from deviation.report.notes import describe_choices

PANEL_COLUMNS = {SheetSize.WIDE: 3, SheetSize.SQUARE: 2, SheetSize.TALL: 2}
"""Columns of panels for one window; two windows are two rows on a wide sheet, else two columns."""

COLUMN_GAP, ROW_GAP = 34.0, 22.0
"""Space between columns and between rows of panels."""

WINDOW_TITLE_HEIGHT = 24.0
"""Height of a window's title."""

EMPTY_PANEL_HEIGHT = 52.0
"""Height of a panel without a line, in a row of panels without lines."""

MAX_FACTS = 2
"""Groups of which a panel writes the facts, the market's own first; the table of the page holds all."""

LARGEST_OTHER_LABEL = "largest of the others"

HEADING_HEIGHT, TIME_AXIS_HEIGHT, VALUE_AXIS_WIDTH = 62.0, 26.0, 54.0
"""Space of a panel above, below and left of its plot."""


@dataclass(frozen=True, slots=True)
class WindowLayout:
    """The boxes of a window: of its title, and of each panel."""

    title: Box
    panels: tuple[Box, ...]


def layout_windows(
    has_lines: Sequence[Sequence[bool]], box: Box, size: SheetSize, *, same_assets: bool
) -> list[WindowLayout]:
    """The boxes of the panels of one window or two.

    Args:
        has_lines: per window and panel, whether it has a line to draw.
        box: the space for all panels.
        size: the shape of the sheet.
        same_assets: whether both windows show the same assets; their panels are then aligned.
    """
    if len(has_lines) == 1:
        return [WindowLayout(box, _layout_grid(has_lines[0], box, PANEL_COLUMNS[size]))]
    if size is SheetSize.WIDE:
        bands = _stack_bands([True] * len(has_lines), box.top, box.bottom)
        return [
            WindowLayout(
                Box(box.left, top, box.right, top + WINDOW_TITLE_HEIGHT),
                _layout_grid(window_lines, Box(box.left, top + WINDOW_TITLE_HEIGHT, box.right, bottom), 0),
            )
            for window_lines, (top, bottom) in zip(has_lines, bands, strict=True)
        ]
    width = (box.right - box.left - COLUMN_GAP * (len(has_lines) - 1)) / len(has_lines)
    rows_by_window = [[any(row) for row in zip(*has_lines, strict=True)]] * len(has_lines) if same_assets else has_lines
    # Panels are as high in one column as in the other, so that a shared scale looks the same in both.
    band_height = min(
        (
            _compute_band_height(window_lines, box.bottom - box.top - WINDOW_TITLE_HEIGHT)
            for window_lines in rows_by_window
            if any(window_lines)
        ),
        default=0.0,
    )
    layouts = []
    for number, window_lines in enumerate(rows_by_window):
        left = box.left + number * (width + COLUMN_GAP)
        title = Box(left, box.top, left + width, box.top + WINDOW_TITLE_HEIGHT)
        bands = _layout_bands(window_lines, title.bottom, band_height)
        layouts.append(WindowLayout(title, tuple(Box(left, top, title.right, bottom) for top, bottom in bands)))
    return layouts


def _layout_grid(has_lines: Sequence[bool], box: Box, columns: int) -> tuple[Box, ...]:
    """Panels in rows of ``columns``; 0 puts all in one row."""
    columns = columns or len(has_lines)
    width = (box.right - box.left - COLUMN_GAP * (columns - 1)) / columns
    rows = [any(has_lines[first : first + columns]) for first in range(0, len(has_lines), columns)]
    bands = _stack_bands(rows, box.top, box.bottom)
    return tuple(
        Box(left, bands[row][0], left + width, bands[row][1])
        for row, column in (divmod(number, columns) for number in range(len(has_lines)))
        for left in [box.left + column * (width + COLUMN_GAP)]
    )


def _stack_bands(has_lines: Sequence[bool], top: float, bottom: float) -> list[tuple[float, float]]:
    """Bands from top to bottom: those without lines are low, the others share the rest of the height."""
    return _layout_bands(
        has_lines, top, _compute_band_height(has_lines, bottom - top) if any(has_lines) else EMPTY_PANEL_HEIGHT
    )


def _compute_band_height(has_lines: Sequence[bool], available_height: float) -> float:
    """The height of a band with lines, which share the height that bands without lines leave."""
    return (
        available_height - ROW_GAP * (len(has_lines) - 1) - EMPTY_PANEL_HEIGHT * (len(has_lines) - sum(has_lines))
    ) / sum(has_lines)


def _layout_bands(has_lines: Sequence[bool], top: float, height: float) -> list[tuple[float, float]]:
    bands = []
    for is_drawn in has_lines:
        bottom = top + (height if is_drawn else EMPTY_PANEL_HEIGHT)
        bands.append((top, bottom))
        top = bottom + ROW_GAP
    return bands


@dataclass(frozen=True, slots=True)
class PanelStyle:
    """What all panels of a sheet share; ``shared_scale`` is None if each has its own scale."""

    catalogue: Catalogue
    theme: Theme
    enter_text: str
    shared_scale: Scale | None

    @property
    def colours(self) -> Palette:
        """The colours of the theme."""
        return PALETTES[self.theme]


def build_compare_sheet(
    windows: Sequence[WindowPanels],
    catalogue: Catalogue,
    *,
    size: SheetSize = SheetSize.WIDE,
    theme: Theme = Theme.LIGHT,
    share_scale: bool = True,
    imprint: Imprint = NO_IMPRINT,
) -> go.Figure:
    """The sheet of the small multiples.

    Args:
        windows: one window or two; at least one panel has a measurement.
        catalogue: names and colours of venues.
        size: the shape.
        theme: light or dark paper.
        share_scale: whether all panels share one scale.
        imprint: link and day of the source line.
    """
    shape = SHAPES[size]
    sheet = Sheet(shape.width, shape.height)
    panels = [panel for window in windows for panel in window.panels]
    scenes = [scene for panel in panels if (scene := panel.build_scene(catalogue, theme)) is not None]
    measurement = next(panel.measurement for panel in panels if panel.measurement is not None)
    enter_text = f"{100 * measurement.question.parameters.enter:g}"
    style = PanelStyle(catalogue, theme, enter_text, build_common_scale(scenes) if share_scale else None)
    top = _draw_header(sheet, windows, measurement, style, shape)
    bottom = draw_footer(
        sheet, [scene.measurement for scene in scenes] or [measurement], catalogue, style.colours, shape, imprint
    )
    items = [
        build_line_item(sample.label, sample.colour, sample.dash, sample.width)
        for sample in list_line_samples(scenes, catalogue)
    ]
    bottom = draw_legend(sheet, items, style.colours, Box(shape.margin, top, shape.right, bottom))
    _draw_panels(sheet, windows, style, Box(shape.margin, top, shape.right, bottom), size)
    return sheet.build_figure(TEMPLATES[theme])


def _draw_header(
    sheet: Sheet, windows: Sequence[WindowPanels], measurement: Measurement, style: PanelStyle, shape: SheetShape
) -> float:
    name = style.catalogue.get_venue(windows[0].view.focus).name
    asset_count = len({panel.asset for window in windows for panel in window.panels})
    reference = measurement.question.parameters.reference.label
    count = "One asset" if asset_count == 1 else f"{asset_count} assets"
    headline = f"{count} side by side: {name} against the {reference} of the other exchanges"
    window_names = " and ".join(window.name for window in windows)
    subtitle = (
        f"{window_names}. In per cent, times in UTC. Solid: against USDT exchanges, dashed: USD, dash-dot: others; "
        f"hollow: only one or two other exchanges. Figures: low / high; minutes >{style.enter_text}% below | above."
    )
    if measurement.question.origin is Evidence.RECONSTRUCTION:
        subtitle = f"{SAMPLE_TEXT} {subtitle}"
    texts = (
        HeaderText(headline, (32, 30, 28, 26, 24), style.colours.ink, is_bold=True),
        HeaderText(subtitle, (16, 15, 14), style.colours.text),
        HeaderText(describe_choices(measurement.question), (16, 15, 14), style.colours.ink, is_bold=True),
    )
    return draw_header(sheet, texts, shape)


def _draw_panels(sheet: Sheet, windows: Sequence[WindowPanels], style: PanelStyle, box: Box, size: SheetSize) -> None:
    """Draw every panel, and the titles of the windows if there are two."""
    has_lines = [
        [panel.build_scene(style.catalogue, style.theme) is not None for panel in window.panels] for window in windows
    ]
    same_assets = len({tuple(panel.asset for panel in window.panels) for window in windows}) == 1
    number = 0
    for window, window_layout in zip(
        windows, layout_windows(has_lines, box, size, same_assets=same_assets), strict=True
    ):
        if len(windows) > 1:
            _draw_title(sheet, window.name, style, window_layout.title)
        panel_rows = build_panel_rows(window.panels, style.catalogue)
        for panel, panel_row, panel_box in zip(window.panels, panel_rows, window_layout.panels, strict=True):
            number += 1
            _draw_panel(sheet, number, panel, panel_row, style, panel_box)


def _draw_title(sheet: Sheet, name: str, style: PanelStyle, box: Box) -> None:
    text = shorten_text(name, 16, box.right - box.left, bold=True)
    sheet.write_text(text, box.left, box.top + 8, size=16, colour=style.colours.ink, bold=True)


def _draw_panel(sheet: Sheet, number: int, panel: AssetPanel, panel_row: PanelRow, style: PanelStyle, box: Box) -> None:
    sheet.draw_line((box.left, box.top), (box.right, box.top), style.colours.rule)
    text_box = sheet.write_text(panel.asset, box.left, box.top + 14, size=16, colour=style.colours.ink, bold=True)
    scene = panel.build_scene(style.catalogue, style.theme)
    if scene is None:
        middle = ((box.left + box.right) / 2, (box.top + box.bottom) / 2)
        text = shorten_text(panel.empty_text, 14, box.right - box.left)
        sheet.write_text(text, *middle, size=14, colour=style.colours.muted, align="center")
        return
    _write_largest_other(
        sheet, panel_row.largest_other, style, Box(text_box.right + 16, box.top, box.right, box.top + 28)
    )
    facts = [_write_fact(group, fact, style, box.right - box.left) for group, fact in panel_row.by_group.items()]
    for index, text in enumerate(facts[:MAX_FACTS] or [f"No price of {panel_row.venue} in this data."]):
        sheet.write_text(text, box.left, box.top + 33 + 17 * index, size=SMALL_FONT, colour=style.colours.text)
    inner = Box(box.left + VALUE_AXIS_WIDTH, box.top + HEADING_HEIGHT, box.right - 4, box.bottom - TIME_AXIS_HEIGHT)
    _draw_lines(sheet, number, scene, style.shared_scale or build_common_scale([scene]), inner)


def _write_largest_other(sheet: Sheet, largest_other: TableCell, style: PanelStyle, box: Box) -> None:
    """The other venue that strayed furthest, right of the panel's title, if it fits."""
    time_text = f" at {largest_other.detail}" if largest_other.detail else ""
    texts = (
        []
        if largest_other.text == EN_DASH
        else [f"{LARGEST_OTHER_LABEL}: {largest_other.text}{time_text}", f"{LARGEST_OTHER_LABEL}: {largest_other.text}"]
    )
    text = next((text for text in texts if measure_text_width(text, SMALL_FONT) <= box.right - box.left), "")
    if text:
        sheet.write_text(text, box.right, box.top + 14, size=SMALL_FONT, colour=style.colours.muted, align="right")


def _write_fact(group: Group, facts: GroupFacts, style: PanelStyle, max_width: float) -> str:
    """The focus venue's extremes and minutes against a group, in the longest of three texts that fits."""
    extremes, minutes, enter = facts.extremes, facts.minutes, style.enter_text
    if extremes.text == EN_DASH:
        return shorten_text(f"{group.upper()}: {extremes.detail}", SMALL_FONT, max_width)
    time_text = f" at {extremes.detail}" if extremes.detail else ""
    start = f"{group.upper()}: {extremes.text}"
    texts = (
        f"{start} low / high{time_text}; {minutes.text} {minutes.detail} min >{enter}% below | above",
        f"{start}{time_text}; {minutes.text} {minutes.detail} min >{enter}%",
        f"{start}; {minutes.text} min >{enter}%",
    )
    return next(
        (text for text in texts if measure_text_width(text, SMALL_FONT) <= max_width),
        shorten_text(texts[-1], SMALL_FONT, max_width),
    )


def _draw_lines(sheet: Sheet, number: int, scene: Scene, axis_scale: Scale, box: Box) -> None:
    suffix = "" if number == 1 else str(number)
    for value, text in zip(axis_scale.ticks, axis_scale.tick_texts, strict=True):
        y = box.bottom - (box.bottom - box.top) * axis_scale.to_fraction(value)
        sheet.draw_line((box.left, y), (box.right, y), scene.colours.grid, 1, below=True)
        sheet.write_text(text, box.left - 6, y, size=SMALL_FONT, colour=scene.colours.text, align="right")
    _draw_time_axis(sheet, scene, box)
    sheet.shapes += build_level_lines(scene, suffix)
    sheet.annotations += build_watermark(scene, suffix)
    x = {"type": "date", "range": get_window_range(scene.measurement), "showticklabels": False}
    sheet.add_subplot(number, box, x, {"range": axis_scale.range, "showticklabels": False}, build_panel_traces(scene))


def _draw_time_axis(sheet: Sheet, scene: Scene, box: Box) -> None:
    question = scene.measurement.question
    time_ticks = build_ticks(question.start, question.end, Zone.UTC, 4, scene.measurement.axis.bar_length)
    last_label_end = box.left
    for time, text in zip(time_ticks.times, time_ticks.labels, strict=True):
        x = box.left + (box.right - box.left) * (time - question.start) / (question.end - question.start)
        sheet.draw_line((x, box.top), (x, box.bottom), scene.colours.grid, 1, below=True)
        half = measure_text_width(shorten_tick(text), SMALL_FONT) / 2
        middle = min(max(x, box.left + half), box.right - half)
        if middle - half < last_label_end:
            continue
        sheet.write_text(
            shorten_tick(text), middle, box.bottom + 13, size=SMALL_FONT, colour=scene.colours.text, align="center"
        )
        last_label_end = middle + half + 8
