"""Time on the sheet: ticks on both clocks, and the marks of notes with their times above the charts."""

from collections.abc import Sequence
from datetime import timedelta

from dashboard.draw.label_layout import Box, spread_labels
from dashboard.draw.plot import Plot
from dashboard.draw.scene import Scene
from dashboard.draw.text_metrics import fit_text, measure_text_width
from dashboard.sheet.canvas import Sheet
from dashboard.sheet.panel import SMALL_FONT
from dashboard.text.clock import Zone, build_ticks, convert_to_zone, format_day
from data.catalogue import Note

MARKS_HEIGHT = 22
"""Height above the charts of the marks' times and the lines to them."""

LEADER_HEIGHT = 6
"""Height of the line from a time to its mark, slanted where the time had to move."""

NOTE_JOINT = "\N{NO-BREAK SPACE}"
"""Separator of a note's time and its text."""

ONE_DAY = timedelta(days=1)
"""Length of a window beyond which a time needs its day."""


def draw_notes(sheet: Sheet, scene: Scene, box: Box, notes: Sequence[Note]) -> float:
    """Draw times and texts of the notes as one paragraph at the bottom; returns the height at which charts must end."""
    if not notes:
        return box.bottom
    times = [_format_time(scene, note) for note in notes]
    # The texts are quotations and summaries with times of their own, which stay in UTC.
    remark = "" if scene.zone is Zone.UTC else " (Times within these texts are UTC.)"
    text = " ".join(f"{time}{NOTE_JOINT}{note.text}" for time, note in zip(times, notes, strict=True)) + remark
    # Lines are broken as plain text, although the times in them are bold and hence wider.
    bold_extra = sum(
        measure_text_width(time, SMALL_FONT, bold=True) - measure_text_width(time, SMALL_FONT) for time in times
    )
    size, lines = fit_text(text, (SMALL_FONT, 12.5, 12), box.right - box.left - bold_extra, 3, balance=False)
    top = box.bottom - 17 * len(lines)
    for i, line in enumerate(lines):
        sheet.write_text(
            _embolden_times(line, times), box.left, top + 17 * i + 9, size=size, colour=scene.colours.muted
        )
    return top - 4


def _format_time(scene: Scene, note: Note) -> str:
    """A note's time without a break, with its day where the window is longer than a day."""
    local = convert_to_zone(note.at, scene.zone)
    time = f"{local:%H:%M}"
    question = scene.measurement.question
    if question.end - question.start <= ONE_DAY:
        return time
    return f"{format_day(local.date())} {time}".replace(" ", NOTE_JOINT)


def _embolden_times(line: str, times: Sequence[str]) -> str:
    """The line with the times that begin a note in bold; other times are not followed by `NOTE_JOINT`."""
    for time in times:
        line = line.replace(f"{time}{NOTE_JOINT}", f"<b>{time}</b>{NOTE_JOINT}")
    return line


def draw_note_marks(sheet: Sheet, scene: Scene, notes: Sequence[Note], plots: Sequence[Plot]) -> None:
    """Draw a vertical line through the plots for each note, its time above; times move sideways to stay apart."""
    if not notes:
        return
    top_plot, question, bar_length = plots[0], scene.measurement.question, scene.measurement.axis.bar_length
    positions = [top_plot.to_x((note.at - question.start) / bar_length) for note in notes]
    times = [_format_time(scene, note) for note in notes]
    widths = [measure_text_width(time, SMALL_FONT) + 8 for time in times]
    centres = spread_labels(positions, widths, top_plot.box.left - 20, top_plot.box.right + 20)
    for x, centre, time in zip(positions, centres, times, strict=True):
        sheet.write_text(
            time,
            centre,
            top_plot.box.top - LEADER_HEIGHT - 9,
            size=SMALL_FONT,
            colour=scene.colours.text,
            align="center",
        )
        sheet.draw_line((centre, top_plot.box.top - LEADER_HEIGHT), (x, top_plot.box.top), scene.colours.muted, 0.8)
        for plot in plots:
            sheet.draw_line((x, plot.box.top), (x, plot.box.bottom), scene.colours.rule, 1, "dot", below=True)


def draw_time_axis(sheet: Sheet, scene: Scene, box: Box, plots: Sequence[Plot]) -> None:
    """Draw ticks on the clock of the scene and, paler, on the other one, with faint lines through the plots."""
    question, plot, bar = scene.measurement.question, plots[0], scene.measurement.axis.bar_length
    rows = [
        build_ticks(question.start, question.end, zone, 6, bar)
        for zone in sorted(Zone, key=lambda zone: zone is not scene.zone)
    ]
    sheet.draw_line((box.left, box.bottom + 3), (box.right, box.bottom + 3), scene.colours.rule)
    for time, *texts in zip(rows[0].times, *(row.labels for row in rows), strict=True):
        x = plot.to_x((time - question.start) / bar)
        sheet.draw_line((x, box.bottom + 3), (x, box.bottom + 8), scene.colours.rule)
        for panel in plots:
            sheet.draw_line((x, panel.box.top), (x, panel.box.bottom), scene.colours.grid, 1, below=True)
        for i, text in enumerate(texts):
            colour = scene.colours.muted if i else scene.colours.text
            sheet.write_text(text, x, box.bottom + 17 + 17 * i, size=14 - i, colour=colour, align="center")
    last_tick = rows[0].times[-1]
    half_width = max(measure_text_width(row.labels[-1], 14) for row in rows) / 2
    title_x = max(box.right + 12, plot.to_x((last_tick - question.start) / bar) + half_width + 14)
    for i, row in enumerate(rows):
        colour = scene.colours.muted if i else scene.colours.text
        sheet.write_text(row.title, title_x, box.bottom + 17 + 17 * i, size=14 - i, colour=colour)
