"""The order of falls of a view: of its asset, and beside it the path of the whole market."""

from dataclasses import replace

from analysis.fine_times import read_fine_times
from analysis.order_of_falls import OrderOfFalls, find_bottom_span, order_falls
from dashboard.service.measurements import Measurements
from dashboard.state.view import OriginChoice, ViewState

MARKET_ASSET = "BTC"
"""The asset whose path stands beside every other: what a fall is compared with, such as "after the market's bottom"."""


def measure_sequence(measurements: Measurements, view: ViewState) -> OrderOfFalls | None:
    """The order of falls of the view's asset, followed by `MARKET_ASSET` where that has candles of the same kind.

    None if the asset has no candle in the window.

    Raises:
        StoreUnusable: The store cannot be read.
    """
    own = measurements.measure_view(view).measurement
    if own is None:
        return None
    market_view = replace(view, asset=MARKET_ASSET, origin=OriginChoice(own.question.origin.value))
    market = None if view.asset == MARKET_ASSET else measurements.measure_view(market_view).measurement
    measured = (own,) if market is None else (own, market)
    return order_falls(
        measured,
        bottom_span=find_bottom_span(measurements.catalogue, own.question),
        fine_times=read_fine_times(measurements.reader, measured),
    )
