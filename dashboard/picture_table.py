"""Both blocks of venues on one scale of depths, one below the other or side by side, with remarks, facts and key."""

from collections.abc import Sequence

from dashboard.columns import WIDEST_NAME, columns_for
from dashboard.labels import Box
from dashboard.lettering import balanced, fit, text_width
from dashboard.picture_block import HEAD, SMALL, TWO_LINES, Layout, block
from dashboard.picture_pair import Arrangement, arranged
from dashboard.scene import Scene
from dashboard.sheet import Sheet
from dashboard.table import Table, beyond, facts, gaps, scale_of, table, threshold_counts, trimmed
from dashboard.words import why_unranked
from deviation.question import Group

REMARK = 16
"""Height of a line of remarks."""

GAP = 16
"""Space between blocks."""

APART = 34
"""Space between blocks side by side."""

LEAST_ROW, GREATEST_ROW, AIRY_ROW = 19.0, 36.0, 26.0
"""Heights between which rows are fitted, in pixels; venues for which even the least is too much are counted in a
remark. Rows give way to further facts down to the third height, which most would like to have."""

FIRST_SUBPLOT = 11
"""The first block's number; the charts before it have the small ones."""

FEW = 8
"""Entries up to which a long name may have two lines."""

Cells = list[tuple[str, ...]]
Known = tuple[str, Cells]


class Blocks:
    """The venues of a scene as they are written below or beside its charts."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.tables = [table(scene, group) for group in Group]
        self.entries = [entry for one in self.tables for entry in one.entries]
        self.known = _known(scene)
        long = any(text_width(entry.name, 15, bold=entry.bold) > WIDEST_NAME for entry in self.entries)
        self.airy = TWO_LINES if long and len(self.entries) <= FEW else AIRY_ROW
        self.enter = f"{100 * scene.measurement.question.parameters.enter:g} %"

    def stacked_height(self, width: float) -> float:
        """The height that `stacked` would like to have."""
        rows = self.airy * sum(len(one.entries) for one in self.tables)
        remarks = sum(len(lines) for lines in self._remarks(width, (0, 0))) + len(self._key(width, width))
        return 2 * (HEAD + GAP + 6) + rows + REMARK * remarks + sum(_height(cells) for _, cells in self.known)

    def stacked(self, sheet: Sheet, box: Box) -> None:
        """One block below the other, then what else is known of the focus venue where there is room, then the key."""
        width = box.right - box.left
        key = self._key(width, width)
        fixed = 2 * (HEAD + GAP + 6) + REMARK * len(key)
        remarks = self._remarks(width, (0, 0))
        room = box.bottom - box.top - fixed - REMARK * sum(len(lines) for lines in remarks)
        room -= _reserved(self.known, room, sum(len(one.entries) for one in self.tables))
        most = int(room / LEAST_ROW)
        if sum(len(one.entries) for one in self.tables) > most:
            most = int((room - REMARK * 2) / LEAST_ROW)
        tables, left_out = trimmed(self.tables, most)
        if any(left_out):
            remarks = self._remarks(width, left_out)
        rows = sum(len(one.entries) for one in tables)
        layout = self._layout(tables, width, min(GREATEST_ROW, room / max(rows, 1)))
        y = box.top
        for number, (one, lines) in enumerate(zip(tables, remarks, strict=True)):
            y = block(sheet, self.scene, one, (box.left, y), layout, FIRST_SUBPLOT + number)
            y = self._lines(sheet, lines, box.left, y) + GAP
        bottom = box.bottom - REMARK * len(key)
        for title, cells in self.known:
            if y + _height(cells) <= bottom:
                y = self._facts(sheet, title, cells, Box(box.left, y, box.right, bottom))
        self._lines(sheet, key, box.left, bottom)

    def paired_height(self, width: float) -> float:
        """The height that `paired` would like to have."""
        half = (width - APART) / 2
        return self._arranged(width, self.known, self._remarks(half, (0, 0))).height

    def paired(self, sheet: Sheet, box: Box) -> None:
        """The blocks side by side; what else is known and the key under the shorter of them, or the key below both."""
        width = box.right - box.left
        half = (width - APART) / 2
        remarks = self._remarks(half, (0, 0))
        # Rows before facts: what does not leave the rows airy is left out.
        choices = [self.known[:kept] for kept in range(len(self.known), -1, -1)]
        known = next(
            (known for known in choices if self._arranged(width, known, remarks).height <= box.bottom - box.top), []
        )
        under = self._arranged(width, known, remarks)
        rooms = [
            box.bottom - box.top - under.foot - below - self._fixed(one, lines)
            for one, lines, below in zip(self.tables, remarks, under.below, strict=True)
        ]
        cut = [_cut(one, room) for one, room in zip(self.tables, rooms, strict=True)]
        tables, left_out = [one for one, _ in cut], [out for _, out in cut]
        if any(left_out):
            longer = self._remarks(half, left_out)
            more = [REMARK * (len(new) - len(old)) for new, old in zip(longer, remarks, strict=True)]
            rooms, remarks = [room - lines for room, lines in zip(rooms, more, strict=True)], longer
        row = min(room / max(len(one.entries), 1) for one, room in zip(tables, rooms, strict=True))
        layout = self._layout(tables, half, min(GREATEST_ROW, row))
        for number, (one, lines) in enumerate(zip(tables, remarks, strict=True)):
            left = box.left + number * (half + APART)
            y = block(sheet, self.scene, one, (left, box.top), layout, FIRST_SUBPLOT + number)
            y = self._lines(sheet, lines, left, y) + GAP
            for fact in under.facts[number]:
                y = self._facts(sheet, *known[fact], Box(left, y, left + half, box.bottom))
        left, room = (box.left, width) if under.keyed is None else (box.left + under.keyed * (half + APART), half)
        key = self._key(room, half)
        self._lines(sheet, key, left, box.bottom - REMARK * len(key))

    def _arranged(self, width: float, known: Sequence[Known], remarks: Sequence[Sequence[str]]) -> Arrangement:
        """What stands where under blocks of airy rows."""
        half = (width - APART) / 2
        left, right = (
            self._fixed(one, lines) + self.airy * len(one.entries)
            for one, lines in zip(self.tables, remarks, strict=True)
        )
        key = (REMARK * len(self._key(half, half)), REMARK * len(self._key(width, half)))
        return arranged((left, right), [_height(cells) for _, cells in known], key)

    def _fixed(self, one: Table, remarks: Sequence[str]) -> float:
        """The height of a block of a pair without its rows."""
        return (HEAD + 6 if one.entries else 24) + REMARK * len(remarks) + GAP

    def _layout(self, tables: Sequence[Table], width: float, row: float) -> Layout:
        columns = columns_for(self.entries, width, self.enter)
        return Layout(columns, row, scale_of(tables, self.scene.measurement, columns.strip[1] - columns.strip[0]))

    def _remarks(self, width: float, left_out: Sequence[int]) -> list[list[str]]:
        return [
            self._remark(one, group, width, out) for one, group, out in zip(self.tables, Group, left_out, strict=True)
        ]

    def _remark(self, one: Table, group: Group, width: float, left_out: int) -> list[str]:
        """Who is not ranked and why, who found no room, or that nobody is there."""
        measurement = self.scene.measurement
        text = why_unranked(measurement, self.scene.catalogue, group)
        if measurement.question.underlying is not None:
            text = "" if one.entries else f"No vote from {group.upper()} exchanges."
        elif not one.entries:
            text = "No venue of this group has a candle in the window."
        if left_out:
            text = f"{left_out} more not shown. {text}"
        return fit(text, (SMALL,), width, 3)[1] if text else []

    def _key(self, room: float, block_width: float) -> list[str]:
        """What the marks mean, in lines of ``room``; blocks of that width may have no volumes to explain."""
        if not self.entries:
            return []
        parts = ["Dot: deepest close; bar: bounds of the lowest trade; tick: certain in any order of trades"]
        if beyond(self.tables, self.scene.measurement):
            parts.append("arrow: goes on beyond the scale")
        if any(entry.height is not None for entry in self.entries):
            parts.append("ring: highest close")
        if any(entry.thin for entry in self.entries):
            parts.append("hollow, in brackets: minutes with one or two votes")
        if columns_for(self.entries, block_width, self.enter).volume is not None:
            parts.append("volume: reported for the 24 h before")
        return balanced("; ".join(parts) + ".", SMALL, room)

    def _lines(self, sheet: Sheet, lines: Sequence[str], left: float, y: float) -> float:
        for line in lines:
            sheet.write(line, left, y + REMARK / 2, size=SMALL, colour=self.scene.colours.muted)
            y += REMARK
        return y

    def _facts(self, sheet: Sheet, title: str, lines: Sequence[tuple[str, ...]], box: Box) -> float:
        """A title and lines of cells: a name on the left, the others evenly over the rest."""
        colours, y = self.scene.colours, box.top
        sheet.write(title, box.left, y + 9, size=17, colour=colours.ink, bold=True)
        y += 26
        # Cells further apart than this no longer read as one line.
        right_edge = min(box.right, box.left + 560)
        for name, *cells in lines:
            sheet.write(name, box.left, y + 11, size=14, colour=colours.muted)
            if len(cells) == 1:
                sheet.write(cells[0], box.left + 140, y + 11, size=14, colour=colours.text)
            else:
                step = (right_edge - box.left - 130) / len(cells)
                for i, cell in enumerate(cells):
                    right = box.left + 130 + step * (i + 1)
                    sheet.write(cell, right, y + 11, size=14, colour=colours.text, align="right")
            y += 23
        return y + GAP


def _reserved(known: Sequence[Known], room: float, rows: int) -> float:
    """Height kept for what else is known: as much of it as leaves the rows airy."""
    heights = [_height(cells) for _, cells in known]
    for kept in range(len(heights), 0, -1):
        if room - sum(heights[:kept]) >= AIRY_ROW * rows:
            return sum(heights[:kept])
    return 0.0


def _cut(one: Table, room: float) -> tuple[Table, int]:
    """The table with as many rows as there is room for, and how many are left out and want a line that says so."""
    if len(one.entries) * LEAST_ROW <= room:
        return one, 0
    (cut,), (out,) = trimmed([one], int((room - REMARK) / LEAST_ROW))
    return cut, out


def _known(scene: Scene) -> list[Known]:
    """What may stand under the blocks, most wanted first: a title, and lines of cells."""
    known: list[Known] = []
    if rests := facts(scene):
        known.append(("What the fair value rests on", list(rests)))
    if counts := threshold_counts(scene):
        known.append(("Firm minutes at least so far below", list(counts)))
    if not known and (poor := gaps(scene)):
        known.append(("Venues that traded least, in minutes", list(poor)))
    return known


def _height(lines: Cells) -> float:
    return 34 + 23 * len(lines) + GAP
