"""The strip below the panels: the number of votes per minute, and the focus venue's minute states."""

from dataclasses import dataclass

import numpy as np

from dashboard.draw.scene import Scene
from dashboard.draw.theme import STATE_HATCHES
from dashboard.draw.traces import Trace, build_block_trace, format_count_range
from deviation.minute.grid import Bools
from deviation.minute.states import State
from deviation.question import FIRM_VOTES, Group

LANE_COUNT = 3
"""Number of lanes, from top to bottom: votes of one group, of the other, states of the focus venue."""


@dataclass(frozen=True, slots=True)
class Lane:
    """A lane of the strip: label and colour, its middle on a scale from 0 (bottom) to `LANE_COUNT`, and its traces."""

    label: str
    colour: str
    middle: float
    traces: tuple[Trace, ...]


def build_lanes(scene: Scene) -> tuple[Lane, ...]:
    """The lanes from top to bottom; empty where the focus venue has no market."""
    row = scene.focus
    if row is None:
        return ()
    lanes = [_build_vote_lane(scene, group, LANE_COUNT - 0.5 - index) for index, group in enumerate(Group)]
    states = [
        _build_state_block(
            scene,
            row.minutes.states == state,
            0.5,
            scene.colours.state_colours[state],
            STATE_HATCHES.get(state),
            state.name.lower(),
        )
        for state in State
        if bool(np.any(row.minutes.states == state))
    ]
    name = scene.catalogue.get_venue(row.market.venue).name
    return (*lanes, Lane(name, scene.focus_colour, 0.5, tuple(states)))


def _build_vote_lane(scene: Scene, group: Group, middle: float) -> Lane:
    """Three tints for minutes with enough votes, too few and none; fewer votes are drawn on top."""
    row = scene.focus
    votes = np.zeros(0, np.int64) if row is None else row.series[group].votes
    masks = (votes >= FIRM_VOTES, (votes > 0) & (votes < FIRM_VOTES), votes == 0)
    names = ("3 votes or more", "1 or 2 votes", "no vote")
    traces = [
        _build_state_block(scene, mask, middle, tint, None, f"{group.upper()}: {name}")
        for mask, tint, name in zip(masks, reversed(scene.colours.vote_tints[group]), names, strict=True)
        if bool(mask.any())
    ]
    return Lane(
        f"{group.upper()} votes, {format_count_range(votes)}", scene.colours.group_colours[group], middle, tuple(traces)
    )


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
