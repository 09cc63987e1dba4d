"""The key of the small multiples: the bold lines, and the thin ones by quote group, for page and sheet."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.ask import in_order
from dashboard.compare_panels import BOLD, THIN
from dashboard.formats import listing
from dashboard.scene import Scene, group_dash
from dashboard.style import DASHES
from data.catalogue import Catalogue
from deviation.question import Group
from deviation.result import Row


@dataclass(frozen=True, slots=True)
class Sample:
    """A kind of line: what it is, how it is drawn (``width`` in pixels), and the venues of it that are thin ones."""

    text: str
    colour: str
    dash: str
    width: float
    venues: tuple[str, ...] = ()

    @property
    def named(self) -> str:
        """The text with the names of its venues."""
        return f"{self.text}: {', '.join(self.venues)}" if self.venues else self.text


def samples(scenes: Sequence[Scene], catalogue: Catalogue) -> tuple[Sample, ...]:
    """Every kind of line that some panel draws, the bold ones first."""
    return (*_bold(scenes, catalogue), *_thin(scenes, catalogue))


def _bold(scenes: Sequence[Scene], catalogue: Catalogue) -> list[Sample]:
    """The focus venue against either group; in ink where panels differ in it."""
    drawn = [(scene, row) for scene in scenes if (row := scene.bold) is not None]
    if not drawn:
        return []
    names = listing([catalogue.venue(one).name for one in in_order(catalogue, {row.market.venue for _, row in drawn})])
    colours = {scene.focus_colour for scene, _ in drawn}
    first = drawn[0][0]
    colour = first.focus_colour if len(colours) == 1 else first.colours.ink
    return [
        Sample(
            f"{names} against {group.upper()} exchanges",
            colour,
            DASHES[group],
            width,
        )
        for group, width in zip(first.groups, BOLD, strict=True)
        if any(row.against[group].firm_min or row.against[group].thin.minutes for _, row in drawn)
    ]


def _thin(scenes: Sequence[Scene], catalogue: Catalogue) -> list[Sample]:
    rows = [(scene, row) for scene in scenes for row in scene.others]
    found = []
    for group in Group:
        for spot, kind in ((True, "exchanges"), (False, "perpetuals")):
            alike = [(scene, row) for scene, row in rows if row.market.group is group and row.spot is spot]
            if alike:
                scene, row = alike[0]
                said = f"{group.upper()} {kind}, each against the others of {group.upper()}"
                names = _names([row for _, row in alike], catalogue)
                found.append(Sample(said, scene.colours.groups[group], group_dash(row.market), THIN, names))
    return found


def _names(rows: Sequence[Row], catalogue: Catalogue) -> tuple[str, ...]:
    return tuple(catalogue.venue(one).name for one in in_order(catalogue, {row.market.venue for row in rows}))
