"""The legend of the small multiples, for page and sheet: bold lines, and thin lines by quote group."""

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.questions import sort_venues
from dashboard.charts.small_multiples.panels import OTHER_WIDTH, select_focus_width
from dashboard.draw.scene import Scene, select_group_dash
from dashboard.draw.theme import GROUP_DASHES
from dashboard.text.numbers import format_exchanges
from data.catalogue import Catalogue
from deviation.question import sort_groups
from deviation.result import MarketRow
from deviation.wording import join_names


@dataclass(frozen=True, slots=True)
class LineSample:
    """A kind of line in the legend; ``width`` in pixels, ``venues`` the names of the venues with thin lines."""

    text: str
    colour: str
    dash: str
    width: float
    venues: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The text with the names of the venues."""
        return f"{self.text}: {', '.join(self.venues)}" if self.venues else self.text


def list_line_samples(scenes: Sequence[Scene], catalogue: Catalogue) -> tuple[LineSample, ...]:
    """Every kind of line in any of the panels, the bold ones first."""
    return (*_list_focus_samples(scenes, catalogue), *_list_other_samples(scenes, catalogue))


def _list_focus_samples(scenes: Sequence[Scene], catalogue: Catalogue) -> list[LineSample]:
    """The lines of the focus venue against each group; in ink if panels have different focus venues."""
    focus_rows = [(scene, row) for scene in scenes if (row := scene.highlighted_row) is not None]
    if not focus_rows:
        return []
    names = join_names(
        [
            catalogue.get_venue(venue).name
            for venue in sort_venues(catalogue, {row.market.venue for _, row in focus_rows})
        ]
    )
    colours = {scene.focus_colour for scene, _ in focus_rows}
    first_scene = focus_rows[0][0]
    colour = first_scene.focus_colour if len(colours) == 1 else first_scene.colours.ink
    groups = dict.fromkeys(group for _, row in focus_rows for group in row.summaries)
    return [
        LineSample(f"{names} against {format_exchanges(group)}", colour, GROUP_DASHES[group], max(widths))
        for group in groups
        if (widths := [width for _, row in focus_rows if (width := select_focus_width(row, group)) is not None])
    ]


def _list_other_samples(scenes: Sequence[Scene], catalogue: Catalogue) -> list[LineSample]:
    rows = [(scene, row) for scene in scenes for row in scene.other_rows]
    line_samples = []
    for group in sort_groups(row.market.group for _, row in rows):
        for spot, kind in ((True, "exchanges"), (False, "perpetuals")):
            matching = [(scene, row) for scene, row in rows if row.market.group == group and row.is_spot is spot]
            if matching:
                scene, row = matching[0]
                others = f"{'the other ' if spot else ''}{format_exchanges(group)}"
                text = f"{group.upper()} {kind}, each against {others}"
                names = _list_names([row for _, row in matching], catalogue)
                colour, dash = scene.colours.group_colours[group], select_group_dash(row.market)
                line_samples.append(LineSample(text, colour, dash, OTHER_WIDTH, names))
    return line_samples


def _list_names(rows: Sequence[MarketRow], catalogue: Catalogue) -> tuple[str, ...]:
    return tuple(
        catalogue.get_venue(venue).name for venue in sort_venues(catalogue, {row.market.venue for row in rows})
    )
