"""The small multiples as data: a panel per asset, the focus venue bold over everyone else's own deviation."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from dashboard.answers import Answers
from dashboard.ask import in_order
from dashboard.formats import window_label
from dashboard.panels import Trace, hollow, line
from dashboard.scales import Scale, deviation_scale
from dashboard.scene import Scene
from dashboard.style import Theme, venue_colour, venue_dash
from dashboard.view import OriginChoice, ViewState
from data.catalogue import Catalogue
from data.schema import MINUTE_MS
from deviation.grid import Floats
from deviation.result import Measurement, Row

BOLD = (2.4, 1.5)
"""Widths of the focus venue's lines against its own group and against the other one, in pixels."""

THIN = 1.0
"""Width of everyone else's."""

SINCE_START = "minutes since the window's start"


@dataclass(frozen=True, slots=True)
class Panel:
    """One asset over one window. ``view`` is as asked; ``measurement`` is None where there is no candle.

    ``replaced`` is the venue that was asked for as focus where this asset has no candle of it.
    """

    asset: str
    view: ViewState
    measurement: Measurement | None
    replaced: str | None = None

    def scene(self, catalogue: Catalogue, theme: Theme) -> Scene | None:
        """What is drawn; None where there is nothing."""
        if self.measurement is None:
            return None
        return Scene(self.measurement, catalogue, theme, self.view.hidden)


@dataclass(frozen=True, slots=True)
class Side:
    """One window: what it is called, its view, and a panel for each asset of its event."""

    name: str
    view: ViewState
    panels: tuple[Panel, ...]


def sides(answers: Answers, view: ViewState) -> tuple[Side, ...]:
    """The view's window and, where it is held against a second one, that.

    Raises:
        StoreUnusable: The store cannot be read.
    """
    return tuple(
        Side(name_of(one, answers.catalogue), one, panels(answers, one, answers.catalogue.event(one.event).assets))
        for one in _views(view, answers.catalogue)
    )


def pair(answers: Answers, view: ViewState) -> tuple[Panel, ...]:
    """The view's asset in both windows; nothing where it is held against none.

    Raises:
        StoreUnusable: The store cannot be read.
    """
    if view.against is None:
        return ()
    return tuple(panels(answers, one, [view.asset])[0] for one in _views(view, answers.catalogue))


def name_of(view: ViewState, catalogue: Catalogue) -> str:
    """The event and the window of a view, as a title."""
    name = view.window(catalogue)
    return f"{catalogue.event(view.event).title}: {window_label(name, catalogue) if name else 'own range'}"


def panels(answers: Answers, view: ViewState, assets: Sequence[str]) -> tuple[Panel, ...]:
    """A panel for each asset, in their order, all on candles of one kind: real ones wherever any asset has them.

    Raises:
        StoreUnusable: The store cannot be read.
    """
    asked = [replace(view, asset=asset) for asset in assets]
    found = [answers.answer(one) for one in asked]
    if len({answer.illustrated for answer in found if answer.measurement is not None}) > 1:
        found = [answers.answer(replace(one, origin=OriginChoice.REAL)) for one in asked]
    return tuple(
        Panel(one.asset, one, answer.measurement, answer.replaced) for one, answer in zip(asked, found, strict=True)
    )


def _views(view: ViewState, catalogue: Catalogue) -> tuple[ViewState, ...]:
    """The view, and the same choices over the second window."""
    if view.against is None:
        return (view,)
    window = view.against.span(catalogue)
    return (view, replace(view, event=view.against.event, start=window.start, end=window.end))


def drawn_values(scene: Scene) -> list[Floats]:
    """Every line of a panel, in per cent."""
    row = scene.bold
    own = [] if row is None else [100 * row.series[group].d for group in scene.groups]
    return [*own, *(_own(other) for other in scene.others)]


def scale(scenes: Sequence[Scene], most: int = 5) -> Scale:
    """The axis that shows every line of some panels; never narrower than ``enter`` on both sides."""
    enter = max((scene.measurement.question.parameters.enter for scene in scenes), default=0.01)
    return deviation_scale([values for scene in scenes for values in drawn_values(scene)], enter, most)


def panel_traces(scene: Scene) -> list[Trace]:
    """Every other venue thin in its own colour and dash, then the focus venue bold against both groups."""
    measurement, row = scene.measurement, scene.bold
    traces = [
        {**trace, "opacity": 0.75}
        for other in scene.others
        for colour, dash in [look(scene.catalogue, other.market.venue, scene.theme)]
        for trace in line(measurement, _own(other), colour, name=scene.name(other), width=THIN, dash=dash)
    ]
    if row is None:
        return traces
    name = scene.catalogue.venue(row.market.venue).name
    for group, width, dash in reversed(list(zip(scene.groups, BOLD, ("solid", "dash"), strict=True))):
        series = row.series[group]
        firm, thin = (100 * np.where(kind, series.d, np.nan) for kind in (series.firm, series.thin))
        said = f"<b>{name}</b> against {group.upper()}"
        traces += line(measurement, firm, scene.focus_colour, name=said, width=width, dash=dash)
        if series.thin.any():
            name = f"{said}, thin"
            traces.append(hollow(measurement, thin, scene.focus_colour, scene.colours.paper, name=name, size=3.5))
    return traces


def since_start(measurement: Measurement, trace: Trace) -> Trace:
    """The same trace on minutes since the window's start, so that windows of different days lie on each other."""
    if "x0" in trace:
        return {**trace, "x0": 0, "dx": trace["dx"] / MINUTE_MS}
    return {**trace, "x": trace["x"] / MINUTE_MS - measurement.axis.first}


def look(catalogue: Catalogue, venue: str, theme: Theme) -> tuple[str, str]:
    """Colour and dash of a venue as one of the many."""
    return venue_colour(catalogue, venue, theme), venue_dash(catalogue, venue)


def venues_of(scenes: Sequence[Scene], catalogue: Catalogue) -> tuple[str, ...]:
    """The other venues that some panel draws, in the catalogue's order: what a key has to name."""
    return in_order(catalogue, {row.market.venue for scene in scenes for row in scene.others})


def _own(row: Row) -> Floats:
    """A market against its own group, in per cent; NaN in minutes without a vote on it."""
    return 100 * row.series[row.market.group].d
