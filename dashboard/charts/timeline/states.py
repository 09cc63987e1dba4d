"""The strip below the panels: the number of exchanges with a price per minute, and the focus venue's minute states."""

from dataclasses import dataclass

import numpy as np

from dashboard.draw.scene import Scene
from dashboard.draw.theme import STATE_HATCHES
from dashboard.draw.traces import Trace, build_block_trace, format_count_range
from deviation.minute.grid import Bools
from deviation.minute.series import DeviationSeries
from deviation.minute.states import State
from deviation.question import FIRM_VOTES, Group
from deviation.result import MarketRow

STATE_NAMES = {
    State.VOTING: "counted",
    State.SMALL: "below the volume threshold",
    State.QUIET: "no trades",
    State.MISSING: "missing from this data",
}
"""The states in words."""


@dataclass(frozen=True, slots=True)
class Lane:
    """A lane of the strip: label and colour, its middle above the bottom in lanes, and its traces."""

    label: str
    colour: str
    middle: float
    traces: tuple[Trace, ...]


def build_lanes(scene: Scene) -> tuple[Lane, ...]:
    """The lanes from top to bottom: a group each, then the focus venue; empty where it has no market.

    Groups of which no exchange has a price have a lane only where none has one.
    """
    row = scene.focus
    if row is None:
        return ()
    drawn = _list_counted_series(row)
    lanes = [
        _build_vote_lane(scene, group, series, len(drawn) - index + 0.5) for index, (group, series) in enumerate(drawn)
    ]
    states = [
        _build_state_block(
            scene,
            row.minutes.states == state,
            0.5,
            scene.colours.state_colours[state],
            STATE_HATCHES.get(state),
            STATE_NAMES[state],
        )
        for state in State
        if bool(np.any(row.minutes.states == state))
    ]
    name = scene.catalogue.get_venue(row.market.venue).name
    return (*lanes, Lane(name, scene.focus_colour, 0.5, tuple(states)))


def is_complete(scene: Scene) -> bool:
    """Whether the strip has nothing to tell: every minute of the focus row counts, and each group is comparable."""
    row = scene.focus
    return (
        row is not None
        and bool(row.minutes.voting.all())
        and all(bool((series.votes >= FIRM_VOTES).all()) for _, series in _list_counted_series(row))
    )


def _list_counted_series(row: MarketRow) -> list[tuple[Group, DeviationSeries]]:
    """The groups of which any exchange has a price in any minute; the own group where none has."""
    counted = [(group, series) for group, series in row.series.items() if series.votes.any()]
    return counted or [(row.market.group, row.series[row.market.group])]


def _build_vote_lane(scene: Scene, group: Group, series: DeviationSeries, middle: float) -> Lane:
    """Three tints for minutes with enough prices, too few and none; fewer are drawn on top."""
    votes = series.votes
    masks = (votes >= FIRM_VOTES, (votes > 0) & (votes < FIRM_VOTES), votes == 0)
    names = ("3 or more", "1 or 2", "none")
    traces = [
        _build_state_block(scene, mask, middle, tint, None, f"{group.upper()} exchanges: {name}")
        for mask, tint, name in zip(masks, reversed(scene.colours.vote_tints[group]), names, strict=True)
        if bool(mask.any())
    ]
    label = f"{format_count_range(votes)} {group.upper()}"
    return Lane(label, scene.colours.group_colours[group], middle, tuple(traces))


def _build_state_block(scene: Scene, mask: Bools, middle: float, colour: str, hatch: str | None, name: str) -> Trace:
    span = (middle - 0.36, middle + 0.36)
    trace = build_block_trace(scene.measurement, mask, span, colour, hatch=hatch, paper=scene.colours.paper)
    return {**trace, "name": name}


def count_states(scene: Scene) -> list[tuple[State, float]]:
    """The focus venue's states and the minutes of each, the most frequent first; empty without a focus row."""
    if scene.focus is None:
        return []
    timeframe = scene.measurement.question.timeframe
    counts = [
        (state, timeframe.convert_to_minutes(int(np.count_nonzero(scene.focus.minutes.states == state))))
        for state in State
    ]
    return sorted(((state, count) for state, count in counts if count), key=lambda item: -item[1])
