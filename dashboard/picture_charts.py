"""The charts of the picture: prices, deviation and strip on one axis of time, labels where they fit."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from dashboard.deviations import deviation_ends, deviation_traces, extremes_of, scale_of_deviations
from dashboard.labels import Box
from dashboard.lettering import shorten, text_width
from dashboard.panels import window_range
from dashboard.picture_time import MARKS, marks, note_lines, time_axis
from dashboard.plot import SMALL, Plot, callout, draw_axis, end_labels, joined
from dashboard.prices import clear_low, drawn_prices, off_scale, price_ends, price_traces, scale_of_prices
from dashboard.scales import apart
from dashboard.scene import Scene
from dashboard.sheet import Sheet
from dashboard.strips import LANES, state_key, strips
from dashboard.words import bar_closes
from data.catalogue import Note
from deviation.headline import minutes_text
from deviation.question import Group

END_ROOM = 146
"""Width kept for the labels at the ends of lines, right of the plot."""

LANE = 17
"""Height of a lane of the strip."""


PRICES_SHARE = 0.53
"""Share of the height of both panels that prices take."""


def charts(sheet: Sheet, scene: Scene, box: Box, notes: Sequence[Note]) -> None:
    """All panels, the axis of time below them, and the notes at the very bottom."""
    bottom = note_lines(sheet, scene, box, notes)
    lanes = strips(scene)
    strip_bottom = bottom - 44
    strip_top = strip_bottom - LANE * len(lanes)
    heads = 26 + (MARKS if notes else 0), 30
    room = strip_top - 26 - box.top - sum(heads)
    price_bottom = box.top + heads[0] + PRICES_SHARE * room
    scales = (
        apart(lambda most: scale_of_prices(scene, most), 7, PRICES_SHARE * room),
        apart(lambda most: scale_of_deviations(scene, most), 6, (1 - PRICES_SHARE) * room),
    )
    numbers = max(text_width(text, 14) for scale in scales for text in (*scale.text, "0"))
    left, right = box.left + numbers + 10, box.right - END_ROOM
    bars, start = scene.measurement.axis.size, scene.measurement.question.start
    price_box = Box(left, box.top + heads[0], right, price_bottom)
    prices = Plot(price_box, start, bars, scales[0])
    deviation_box = Box(left, price_bottom + heads[1], right, strip_top - 26)
    deviation = Plot(deviation_box, start, bars, scales[1])
    marks(sheet, scene, notes, (prices, deviation))
    _prices(sheet, scene, prices, box)
    _deviation(sheet, scene, deviation, box)
    if lanes:
        _strip(sheet, scene, Box(left, strip_top, right, strip_bottom), box)
    time_axis(sheet, scene, Box(left, price_box.top, right, strip_bottom), (prices, deviation))


def _prices(sheet: Sheet, scene: Scene, plot: Plot, box: Box) -> None:
    question = scene.measurement.question
    unit = "as printed, in the quote of each market" if question.parameters.quote == "as-is" else "in dollars"
    log = ", log scale" if plot.scale.log else ""
    closes = bar_closes(question)
    hollow = (
        "; hollow: too small to vote"
        if any(row.counts.small_min for row in (*scene.others, scene.focus) if row)
        else ""
    )
    assumed = "; dashed: assumed" if scene.illustration and scene.assumed else ""
    sheet.write(
        f"<b>Price of {question.asset}</b> {unit}, {closes}{log}{hollow}{assumed}",
        box.left,
        box.top + 8,
        size=15,
        colour=scene.colours.text,
    )
    draw_axis(sheet, scene, plot, 1, price_traces(scene))
    end_labels(sheet, plot, price_ends(scene, sampled=True), box.right)
    drawn = joined([plot.points(values) for values in drawn_prices(scene)])
    taken: list[Box] = []
    for trade in off_scale(scene, plot.scale):
        x = plot.x(trade.position)
        tip = plot.box.bottom - 1
        sheet.polygon([(x - 4.5, tip - 8), (x + 4.5, tip - 8), (x, tip)], trade.colour)
        sheet.rule((x, tip - 17), (x, tip - 7), trade.colour, 1.6)
        taken.append(Box(x - 6, tip - 18, x + 6, tip))
        callout(sheet, trade.text, (x, tip - 10), trade.colour, plot.box, taken, drawn)
    if (low := clear_low(scene)) is not None and low.price >= plot.scale.low:
        spot = (plot.x(low.position), plot.y(low.price))
        callout(sheet, low.text, spot, low.colour, plot.box, taken, drawn)


def _deviation(sheet: Sheet, scene: Scene, plot: Plot, box: Box) -> None:
    measurement, colours = scene.measurement, scene.colours
    question, focus = measurement.question, scene.focus
    name = scene.name(focus) if focus is not None else scene.catalogue.venue(question.focus).name
    others = f"the {question.parameters.reference.words} of the others"
    against = others if question.underlying is None else "fair value"
    thin = focus is not None and any(focus.series[group].thin.any() for group in Group)
    remarks = ["; grey band: where the other venues stood"] if not np.isnan(scene.band[0]).all() else []
    remarks += ["; hollow: only one or two votes"] if thin else []
    text = f"<b>{name}</b> against {against}{''.join(remarks)}"
    size = next((size for size in (15, 14, 13) if text_width(text, size) <= box.right - box.left), 12)
    sheet.write(text, box.left, plot.box.top - 14, size=size, colour=colours.text)
    draw_axis(sheet, scene, plot, 2, deviation_traces(scene))
    zero = plot.y(0)
    sheet.rule((plot.box.left, zero), (plot.box.right, zero), colours.rule, 1, below=True)
    for value in (-100 * question.parameters.enter, 100 * question.parameters.enter):
        y = plot.y(value)
        sheet.rule((plot.box.left, y), (plot.box.right, y), colours.rule, 1, "dot", below=True)
    if focus is None:
        middle = (plot.box.left + plot.box.right) / 2
        sheet.write(
            f"no candle of {name} in the window", middle, zero - 14, size=15, colour=colours.muted, align="center"
        )
        return
    if not any(series.votes.any() for series in focus.series.values()):
        middle = (plot.box.left + plot.box.right) / 2
        text = "nothing to compare with: nobody else voted in the window"
        sheet.write(text, middle, zero - 14, size=15, colour=colours.muted, align="center")
    end_labels(sheet, plot, deviation_ends(scene), box.right)
    lines = [plot.points(100 * focus.series[group].d) for group in Group]
    drawn, taken = joined(lines), []
    # The deepest point lies near the lower edge: a label beside it may reach a little beyond.
    bounds = replace(plot.box, bottom=plot.box.bottom + 5)
    for extreme in extremes_of(scene):
        spot = (plot.x(extreme.position), plot.y(extreme.value))
        taken.append(Box(spot[0] - 3, spot[1] - 3, spot[0] + 3, spot[1] + 3))
        callout(sheet, extreme.text, spot, scene.colours.ink, bounds, taken, drawn)


def _strip(sheet: Sheet, scene: Scene, box: Box, limits: Box) -> None:
    lanes = strips(scene)
    hidden = {"showticklabels": False}
    x = {"type": "date", "range": window_range(scene.measurement), **hidden}
    traces = [trace for lane in lanes for trace in lane.traces]
    sheet.subplot(3, box, x, {"range": [0, LANES], **hidden}, traces)
    for lane in lanes:
        y = box.bottom - (box.bottom - box.top) * lane.middle / LANES
        text = shorten(lane.label, SMALL, limits.right - box.right - 12)
        sheet.write(text, box.right + 12, y, size=SMALL, colour=lane.colour)
    parts = [
        f'<span style="color:{scene.colours.states[state]}">■</span> {minutes_text(count)} {state.name.lower()}'
        for state, count in state_key(scene)
    ]
    name = "" if scene.focus is None else scene.catalogue.venue(scene.focus.market.venue).name
    bar = scene.measurement.question.timeframe.one
    text = f"Votes per {bar} (pale: too few to be firm) and minutes of {name}: {'  '.join(parts)}"
    sheet.write(text, limits.left, box.top - 11, size=SMALL, colour=scene.colours.muted)
