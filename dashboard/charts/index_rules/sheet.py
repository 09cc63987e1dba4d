"""Index rules on a sheet: prices, the index against the other exchanges' price, and whose fall it was as one bar."""

import numpy as np

from dashboard.charts.index_rules.lines import IndexLine, list_gap_lines, list_index_lines
from dashboard.draw.axis import build_deviation_scale, build_price_scale, build_readable_scale
from dashboard.draw.label_layout import Box
from dashboard.draw.plot import build_time_plot
from dashboard.draw.scene import EndLabel, Scene, find_last_value
from dashboard.draw.text_metrics import fit_text, measure_text_width
from dashboard.draw.theme import compute_venue_colour, mix_colours
from dashboard.draw.traces import Trace, build_area_trace, build_line_traces
from dashboard.sheet.canvas import Sheet
from dashboard.sheet.legend import LegendItem, build_swatch_item
from dashboard.sheet.panel import draw_axis, draw_end_labels
from dashboard.sheet.time_axis import draw_time_axis
from dashboard.text.index_rules import format_log_return, format_share
from deviation.wording import format_clock_time
from evidence.index_rules.decomposition import FallShare
from evidence.index_rules.index_replay import IndexReplay

END_LABEL_WIDTH = 210
"""Space for the names right of the plots."""

TITLE_HEIGHT, TIME_AXIS_HEIGHT, BAR_HEIGHT = 26.0, 44.0, 20.0

PRICES_SHARE = 0.58
"""Share of the height of both plots that prices take."""

TITLE_FONTS = (15, 14, 13)

BAND_OPACITY = 0.3

SEGMENT_TINTS = (0.0, 0.35, 0.6, 0.78)
"""How far the colour of each market's part of the bar is mixed with the paper."""


def draw_index(sheet: Sheet, box: Box, scene: Scene, replay: IndexReplay) -> None:
    """Draw both plots, of which the upper one has at least one line, and below them the bar of the fall, if any."""
    lines = list_index_lines(replay, scene)
    gaps = list_gap_lines(replay, lines)
    fall = find_split_fall(replay)
    bottom = box.bottom - (0 if fall is None else BAR_HEIGHT + 2 * TITLE_HEIGHT) - TIME_AXIS_HEIGHT
    height = bottom - box.top - TITLE_HEIGHT * (2 if gaps else 1)
    price_height = height * (PRICES_SHARE if gaps else 1.0)
    prices = build_readable_scale(
        lambda ticks: build_price_scale([line.values for line in lines], ticks), 7, price_height
    )
    enter = replay.measurement.question.parameters.enter
    gap_scale = build_readable_scale(
        lambda ticks: build_deviation_scale([line.values for line in gaps], enter, ticks), 5, height - price_height
    )
    left = (
        box.left + max(measure_text_width(text, 14) for text in (*prices.tick_texts, *gap_scale.tick_texts, "0")) + 10
    )
    right, size = box.right - END_LABEL_WIDTH, replay.measurement.axis.size
    price_top = box.top + TITLE_HEIGHT
    plots = [build_time_plot(Box(left, price_top, right, price_top + price_height), size, prices)]
    quote = replay.replays[0].rule.quote
    _write_title(sheet, f"Index in {quote}; shaded: the first rule by all lows and by all highs", scene, box, box.top)
    draw_axis(sheet, scene, plots[0], 1, [*_build_band(replay, scene), *_build_traces(replay, lines)])
    draw_end_labels(sheet, plots[0], _build_labels(lines), box.right)
    if gaps:
        top = plots[0].box.bottom + TITLE_HEIGHT
        plots.append(build_time_plot(Box(left, top, right, bottom), size, gap_scale))
        _write_title(sheet, "The same against the other exchanges' price, %", scene, box, top - TITLE_HEIGHT)
        draw_axis(sheet, scene, plots[1], 2, _build_traces(replay, gaps))
    draw_time_axis(sheet, scene, plots[-1].box, plots)
    if fall is not None:
        _draw_fall(sheet, Box(left, bottom + TIME_AXIS_HEIGHT, right, box.bottom), replay, scene, fall)


def find_split_fall(replay: IndexReplay) -> FallShare | None:
    """The fall by the first rule, where all of its parts fell, so that a bar can show them; None otherwise."""
    fall = replay.replays[0].fall
    if fall is None or fall.legs is None or fall.own_share is None:
        return None
    return fall if fall.elsewhere < 0 and max(fall.legs.values()) < 0 else None


def build_index_legend(replay: IndexReplay, scene: Scene) -> list[LegendItem]:
    """A sample for each part of the bar of the fall."""
    fall = find_split_fall(replay)
    if fall is None:
        return []
    return [
        build_swatch_item(f"{name} {format_share(part / fall.total)}", colour)
        for name, part, colour in _list_segments(fall, replay, scene)
    ]


def _list_segments(fall: FallShare, replay: IndexReplay, scene: Scene) -> list[tuple[str, float, str]]:
    """Name, part and colour of each part: the other exchanges first, then the venue's markets."""
    venue = replay.replays[0].rule.venue
    name, colour = scene.catalogue.get_venue(venue).name, compute_venue_colour(scene.catalogue, venue, scene.theme)
    paper = scene.colours.paper
    segments = [("the other exchanges", fall.elsewhere, scene.colours.muted)]
    for (leg, part), tint in zip((fall.legs or {}).items(), SEGMENT_TINTS, strict=False):
        segments.append((f"{leg} on {name}", part, mix_colours(colour, paper, tint)))
    return segments


def _draw_fall(sheet: Sheet, box: Box, replay: IndexReplay, scene: Scene, fall: FallShare) -> None:
    """The bar of the fall, each part as wide as its share."""
    axis = replay.measurement.axis
    first, last = (format_clock_time(axis, position, scene.zone.tzinfo) for position in (fall.start, fall.end))
    text = f"The fall by the first rule, {format_log_return(fall.total)} from {first} to {last}, by where it happened"
    _write_title(sheet, text, scene, box, box.top + 4)
    top, x = box.top + 4 + TITLE_HEIGHT, box.left
    for _, part, colour in _list_segments(fall, replay, scene):
        end = x + (box.right - box.left) * part / fall.total
        sheet.draw_polygon([(x, top), (end, top), (end, top + BAR_HEIGHT), (x, top + BAR_HEIGHT)], colour)
        x = end


def _write_title(sheet: Sheet, text: str, scene: Scene, box: Box, top: float) -> None:
    size, lines = fit_text(text, TITLE_FONTS, box.right - box.left, 1, balance=False)
    sheet.write_text(lines[0], box.left, top + 9, size=size, colour=scene.colours.text)


def _build_band(replay: IndexReplay, scene: Scene) -> list[Trace]:
    series = replay.replays[0].series
    if np.isnan(series.low).all():
        return []
    return [build_area_trace(replay.measurement, series.low, series.high, scene.colours.band, BAND_OPACITY)]


def _build_traces(replay: IndexReplay, lines: list[IndexLine]) -> list[Trace]:
    return [
        trace
        for line in lines
        for trace in build_line_traces(
            replay.measurement, line.values, line.colour, name=line.name, width=line.width * 1.3, dash=line.dash
        )
    ]


def _build_labels(lines: list[IndexLine]) -> list[EndLabel]:
    return [
        EndLabel(line.name, find_last_value(line.values), line.colour, is_bold=line.is_main, dash=line.dash)
        for line in reversed(lines)
    ]


def is_drawable(replay: IndexReplay, scene: Scene) -> bool:
    """Whether there is any line to draw."""
    return bool(list_index_lines(replay, scene))
