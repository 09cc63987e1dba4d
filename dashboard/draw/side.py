"""The side of the benchmark that a chart of one side shows, and the side whose extreme trade is told."""

from deviation.measurement import Measurement
from deviation.side import Side
from deviation.window.summary import DeviationSummary


def choose_side(measurement: Measurement, chosen: Side | None = None) -> Side:
    """The chosen side, else that of the focus row's larger deviation; below without one."""
    row = measurement.focus_row
    if chosen is not None or row is None:
        return chosen or Side.BELOW
    sizes = {side: _measure_closes(row.own_summary, side) for side in Side}
    return Side.ABOVE if sizes[Side.ABOVE] > sizes[Side.BELOW] else Side.BELOW


def choose_trade_side(measurement: Measurement) -> Side:
    """The side on which the focus row strayed furthest, by a close or by the nearer bound of a trade."""
    row = measurement.focus_row
    if row is None:
        return Side.BELOW
    summary = row.own_summary
    sizes = {
        side: max(_measure_closes(summary, side), side.sign * (summary.get_side(side).trade.least or 0.0))
        for side in Side
    }
    return Side.ABOVE if sizes[Side.ABOVE] > sizes[Side.BELOW] else Side.BELOW


def _measure_closes(summary: DeviationSummary, side: Side) -> float:
    """The size of the largest deviation on a side; of minutes with fewer than three others where there are no more."""
    if summary.firm_min:
        return summary.get_side(side).size
    return abs(summary.thin.sides[side].deviation or 0.0)
