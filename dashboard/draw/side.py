"""The side of the benchmark that a chart of one side shows."""

from deviation.measurement import Measurement
from deviation.question import TOLERANCE
from deviation.side import Side


def choose_side(measurement: Measurement, chosen: Side | None = None) -> Side:
    """The chosen side, else that of the focus row's larger deviation, else that of its trade furthest from the others.

    Below where the focus venue has no row.
    """
    row = measurement.focus_row
    if chosen is not None or row is None:
        return chosen or Side.BELOW
    summary = row.own_summary
    if summary.reaches_enter or not summary.firm_min:
        thin = summary.thin.sides
        sizes = {side: summary.get_side(side).size or abs(thin[side].deviation or 0.0) for side in Side}
    else:
        sizes = {side: side.sign * (summary.get_side(side).trade.least or 0.0) for side in Side}
    return Side.ABOVE if sizes[Side.ABOVE] > sizes[Side.BELOW] + TOLERANCE else Side.BELOW
