"""The small multiples as data: a panel per asset, the focus venue bold over everyone else's own deviation."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from dashboard.answers import Answer, Answers
from dashboard.formats import span, window_label
from dashboard.panels import Trace, hollow, line
from dashboard.scales import Scale, deviation_scale
from dashboard.scene import Scene, group_dash
from dashboard.style import DASHES, Theme
from dashboard.view import OriginChoice, ViewState
from data.catalogue import Catalogue
from data.schema import MINUTE_MS
from deviation.grid import Floats
from deviation.result import Measurement, Row

BOLD = (2.4, 1.5)
"""Widths of the focus venue's lines against its own group and against the other one, in pixels."""

THIN = 1.2
"""Width of everyone else's."""

SINCE_START = "minutes since the window's start"


@dataclass(frozen=True, slots=True)
class Panel:
    """One asset over one window: ``view`` is as asked, ``answer`` what there is to show of it."""

    asset: str
    view: ViewState
    answer: Answer

    @property
    def measurement(self) -> Measurement | None:
        """What was measured; None where there is no candle."""
        return self.answer.measurement

    @property
    def replaced(self) -> str | None:
        """The venue that was asked for as focus where this asset has no candle of it."""
        return self.answer.replaced

    def scene(self, catalogue: Catalogue, theme: Theme) -> Scene | None:
        """What is drawn; None where there is nothing, as without candles or without anybody to compare with."""
        if self.measurement is None:
            return None
        scene = Scene(self.measurement, catalogue, theme, self.view.hidden)
        return scene if any(np.isfinite(values).any() for values in drawn_values(scene)) else None

    @property
    def empty(self) -> str:
        """Why nothing is drawn, where that is so."""
        if self.measurement is not None:
            return "No line to draw: nobody to compare with, or hidden."
        # Beside panels of real candles no other kind is shown: there may be some.
        kind = "" if self.answer.view.origin is OriginChoice.AUTO else f"{self.answer.view.origin} "
        return f"No {kind}candle in this window."


@dataclass(frozen=True, slots=True)
class Side:
    """One window: what it is called, its view, and a panel for each asset of its event."""

    name: str
    view: ViewState
    panels: tuple[Panel, ...]


def sides(answers: Answers, view: ViewState) -> tuple[Side, ...]:
    """The view's window and, where it is held against a second one, that; all on candles of one kind.

    Raises:
        StoreUnusable: The store cannot be read.
    """
    catalogue = answers.catalogue
    views = _views(view)
    asked = [[replace(one, asset=asset) for asset in catalogue.event(one.event).assets] for one in views]
    found = iter(panels(answers, [one for every in asked for one in every]))
    return tuple(
        Side(name_of(one, catalogue), one, tuple(next(found) for _ in every))
        for one, every in zip(views, asked, strict=True)
    )


def pair(answers: Answers, view: ViewState) -> tuple[Panel, ...]:
    """The view's asset in both windows; nothing where it is held against none.

    Raises:
        StoreUnusable: The store cannot be read.
    """
    return () if view.against is None else panels(answers, _views(view))


def name_of(view: ViewState, catalogue: Catalogue) -> str:
    """The event and the window of a view as a title; a range of its own by its times."""
    name = view.window(catalogue)
    if name is None:
        return f"{span(view.start, view.end, view.zone)} (own range)"
    return f"{catalogue.event(view.event).title}: {window_label(name, catalogue)}"


def panels(answers: Answers, asked: Sequence[ViewState]) -> tuple[Panel, ...]:
    """A panel for each view, in their order, all on candles of one kind: real ones wherever any view has them.

    Raises:
        StoreUnusable: The store cannot be read.
    """
    found = [answers.answer(one) for one in asked]
    if len({answer.illustrated for answer in found if answer.measurement is not None}) > 1:
        found = [answers.answer(replace(one, origin=OriginChoice.REAL)) for one in asked]
    return tuple(Panel(one.asset, one, answer) for one, answer in zip(asked, found, strict=True))


def _views(view: ViewState) -> tuple[ViewState, ...]:
    """The view, and the same choices over the second window."""
    if view.against is None:
        return (view,)
    against = view.against
    return (view, replace(view, event=against.event, start=against.start, end=against.end))


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
    """Every other venue thin as one of its group, then the focus venue bold against both groups."""
    measurement, row = scene.measurement, scene.bold
    traces = [
        trace
        for other in scene.others
        for colour in [scene.colours.groups[other.market.group]]
        for trace in line(
            measurement, _own(other), colour, name=scene.name(other), width=THIN, dash=group_dash(other.market)
        )
    ]
    if row is None:
        return traces
    name = scene.catalogue.venue(row.market.venue).name
    for group, width in reversed(list(zip(scene.groups, BOLD, strict=True))):
        series = row.series[group]
        firm, thin = (100 * np.where(kind, series.d, np.nan) for kind in (series.firm, series.thin))
        said = f"<b>{name}</b> against {group.upper()}"
        traces += line(measurement, firm, scene.focus_colour, name=said, width=width, dash=DASHES[group])
        if series.thin.any():
            traces.append(
                hollow(measurement, thin, scene.focus_colour, scene.colours.paper, name=f"{said}, thin", size=3.5)
            )
    return traces


def since_start(measurement: Measurement, trace: Trace) -> Trace:
    """The same trace on minutes since the window's start, so that windows of different days lie on each other."""
    if "x0" in trace:
        return {**trace, "x0": 0, "dx": trace["dx"] / MINUTE_MS}
    start_ms = measurement.axis.first * measurement.question.timeframe.ms
    return {**trace, "x": (trace["x"] - start_ms) / MINUTE_MS}


def _own(row: Row) -> Floats:
    """A market against its own group, in per cent; NaN in minutes without a vote on it."""
    return 100 * row.series[row.market.group].d
