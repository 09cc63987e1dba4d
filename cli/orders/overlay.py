"""What is drawn of an order log beside a measurement."""

from dashboard.charts.orders.sheet import OrderOverlay
from data.catalogue import Catalogue
from deviation.measurement import Measurement
from evidence.orders.read_log import OrderLog
from evidence.orders.report import summarize_events
from evidence.orders.select import select_events


def build_overlay(log: OrderLog, measurement: Measurement, catalogue: Catalogue) -> OrderOverlay:
    """The events of the measurement's asset, focus exchange and window, and their counts."""
    question = measurement.question
    selection = select_events(
        log.events,
        catalogue,
        asset=question.asset,
        venue=measurement.focus,
        start=question.start,
        end=question.end,
    )
    return OrderOverlay(
        name=log.name, skew_s=log.skew_s, selection=selection, summary=summarize_events(selection.events)
    )
