"""Time on the picture: ticks on both clocks, and the marks of notes, each named by its time above the charts."""

from collections.abc import Sequence
from datetime import timedelta

from dashboard.clock import Zone, day, ticks
from dashboard.labels import Box, spread
from dashboard.lettering import fit, text_width
from dashboard.plot import SMALL, Plot
from dashboard.scene import Scene
from dashboard.sheet import Sheet
from data.catalogue import Note

MARKS = 22
"""Height above the charts that the marks' times and their leaders take."""

LEADER = 6
"""Height of the slanted lines from a time to its mark."""

JOINT = "\N{NO-BREAK SPACE}"
"""What joins a note to its time."""

DAY = timedelta(days=1)
"""Length of a window beyond which a time needs its day."""


def note_lines(sheet: Sheet, scene: Scene, box: Box, notes: Sequence[Note]) -> float:
    """What the marks mean, as one small paragraph of times and notes; returns where the charts must end."""
    if not notes:
        return box.bottom
    times = [_time(scene, note) for note in notes]
    said = " ".join(f"{time}{JOINT}{note.text}" for time, note in zip(times, notes, strict=True))
    # Lines are broken as plain text; what is bold in them is wider.
    bolder = sum(text_width(time, SMALL, bold=True) - text_width(time, SMALL) for time in times)
    size, lines = fit(said, (SMALL, 12.5, 12), box.right - box.left - bolder, 3, even=False)
    top = box.bottom - 17 * len(lines)
    for i, line in enumerate(lines):
        sheet.write(_times_bold(line, times), box.left, top + 17 * i + 9, size=size, colour=scene.colours.muted)
    return top - 4


def _time(scene: Scene, note: Note) -> str:
    """A note's time, kept in one piece, with its day where the window is longer than one."""
    time = f"{note.at:%H:%M}"
    question = scene.measurement.question
    if question.end - question.start <= DAY:
        return time
    return f"{day(note.at.date())} {time}".replace(" ", JOINT)


def _times_bold(line: str, times: Sequence[str]) -> str:
    """The line with the times that begin a note in bold; times within a note have no joint behind them."""
    for time in times:
        line = line.replace(f"{time}{JOINT}", f"<b>{time}</b>{JOINT}")
    return line


def marks(sheet: Sheet, scene: Scene, notes: Sequence[Note], plots: Sequence[Plot]) -> None:
    """An upright through the charts for each note, with its time above; times give way to each other sideways."""
    if not notes:
        return
    top = plots[0]
    at = [top.x((note.at - top.start) / scene.measurement.axis.bar) for note in notes]
    times = [_time(scene, note) for note in notes]
    widths = [text_width(time, SMALL) + 8 for time in times]
    centres = spread(at, widths, top.box.left - 20, top.box.right + 20)
    for x, centre, time in zip(at, centres, times, strict=True):
        sheet.write(time, centre, top.box.top - LEADER - 9, size=SMALL, colour=scene.colours.text, align="center")
        sheet.rule((centre, top.box.top - LEADER), (x, top.box.top), scene.colours.muted, 0.8)
        for plot in plots:
            sheet.rule((x, plot.box.top), (x, plot.box.bottom), scene.colours.rule, 1, "dot", below=True)


def time_axis(sheet: Sheet, scene: Scene, box: Box, plots: Sequence[Plot]) -> None:
    """Ticks on both clocks under everything, and faint uprights through the panels."""
    question, plot, bar = scene.measurement.question, plots[0], scene.measurement.axis.bar
    rows = [ticks(question.start, question.end, zone, 6, bar) for zone in (Zone.UTC, Zone.UTC8)]
    sheet.rule((box.left, box.bottom + 3), (box.right, box.bottom + 3), scene.colours.rule)
    for at, *texts in zip(rows[0].at, *(row.text for row in rows), strict=True):
        x = plot.x((at - question.start) / bar)
        sheet.rule((x, box.bottom + 3), (x, box.bottom + 8), scene.colours.rule)
        for one in plots:
            sheet.rule((x, one.box.top), (x, one.box.bottom), scene.colours.grid, 1, below=True)
        for i, text in enumerate(texts):
            colour = scene.colours.muted if i else scene.colours.text
            sheet.write(text, x, box.bottom + 17 + 17 * i, size=14 - i, colour=colour, align="center")
    last = rows[0].at[-1]
    reach = max(text_width(row.text[-1], 14) for row in rows) / 2
    beyond = max(box.right + 12, plot.x((last - question.start) / bar) + reach + 14)
    for i, row in enumerate(rows):
        colour = scene.colours.muted if i else scene.colours.text
        sheet.write(row.title, beyond, box.bottom + 17 + 17 * i, size=14 - i, colour=colour)
