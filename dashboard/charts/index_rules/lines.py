"""The lines of the chart: the index by each rule, the price on the other exchanges, and prices that were collected."""

from dataclasses import dataclass

import numpy as np

from dashboard.draw.scene import Scene
from dashboard.draw.theme import compute_venue_colour
from deviation.minute.grid import Floats
from deviation.question import USD
from evidence.index_rules.index_replay import IndexReplay

RULE_DASHES = ("solid", "dot", "dash", "dashdot")
"""The dash of each rule in the order of the file; the first one is bold."""


@dataclass(frozen=True, slots=True)
class IndexLine:
    """A line: prices in the quote of the index, NaN for none. ``is_main``: of the first rule."""

    name: str
    values: Floats
    colour: str
    dash: str
    width: float
    is_main: bool = False

    @property
    def has_values(self) -> bool:
        """Whether there is anything to draw."""
        return not bool(np.isnan(self.values).all())


def list_index_lines(replay: IndexReplay, scene: Scene) -> list[IndexLine]:
    """All lines with a value; the first rule comes last, so that it lies on the others."""
    colours = scene.colours
    venue_colour = compute_venue_colour(scene.catalogue, replay.replays[0].rule.venue, scene.theme)
    lines = [IndexLine("Other exchanges", replay.elsewhere, colours.muted, "solid", 1.6)]
    lines += [
        IndexLine(f"{derived.price.capitalize()}, collected", derived.close, colours.ink, "dot", 1.4)
        for derived in replay.derived
    ]
    others = [
        IndexLine(rule_replay.rule.label, rule_replay.series.close, colours.group_colours[USD], dash, 1.8)
        for rule_replay, dash in zip(replay.replays[1:], RULE_DASHES[1:], strict=False)
    ]
    main = replay.replays[0]
    lines += [*others, IndexLine(main.rule.label, main.series.close, venue_colour, RULE_DASHES[0], 3.0, is_main=True)]
    return [line for line in lines if line.has_values]


def list_gap_lines(replay: IndexReplay, lines: list[IndexLine]) -> list[IndexLine]:
    """The same lines against the price on the other exchanges, in per cent; without that price itself."""
    relative = [
        IndexLine(
            line.name, 100 * (line.values / replay.elsewhere - 1), line.colour, line.dash, line.width, line.is_main
        )
        for line in lines
        if line.values is not replay.elsewhere
    ]
    return [line for line in relative if line.has_values]
