"""The replayed index rules of a view."""

from dataclasses import replace

from dashboard.service.measurements import Measurements, ViewResult
from dashboard.state.view import ViewState
from evidence.index_rules.index_replay import IndexParameters, IndexReplay, replay_rules
from evidence.index_rules.rules import list_indexed_assets


def select_indexed_view(view: ViewState) -> ViewState | None:
    """The view, of the first asset of the event that has a rule where its own has none; None where no asset has one."""
    assets = list_indexed_assets(view.event)
    if not assets:
        return None
    return view if view.asset in assets else replace(view, asset=assets[0])


def measure_indexed_view(measurements: Measurements, view: ViewState) -> ViewResult:
    """The result of the asset that the page shows; that of the view's own where no asset has a rule.

    Raises:
        StoreUnusable: The store cannot be read.
    """
    return measurements.measure_view(select_indexed_view(view) or view)


def replay_view(measurements: Measurements, view: ViewState) -> IndexReplay | None:
    """The rules of the view's asset, or of the first one that has any, with default parameters.

    None if the event has no rule, the asset has no candle in the window, or the window is not one of the event's.

    Raises:
        StoreUnusable: The store cannot be read.
    """
    if select_indexed_view(view) is None:
        return None
    measurement = measure_indexed_view(measurements, view).measurement
    if measurement is None or measurement.question.event is None:
        return None
    return replay_rules(measurements.reader, measurement, IndexParameters())
