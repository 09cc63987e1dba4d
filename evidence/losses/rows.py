"""The rows of a loss report as a frame, for files."""

import polars as pl

from data.schema import TIME
from evidence.losses.counterfactual import Basis, CounterfactualRow
from evidence.losses.elsewhere import Interval
from evidence.losses.report import LossReport

LOSS_ROWS: dict[str, pl.DataType] = {
    "part": pl.String(),
    "line": pl.Int64(),
    "time": TIME,
    "venue": pl.String(),
    "symbol": pl.String(),
    "side": pl.String(),
    "what": pl.String(),
    "quantity": pl.Float64(),
    "price": pl.Float64(),
    "realised_quantity": pl.Float64(),
    "realised": pl.Float64(),
    "against": pl.String(),
    "exchanges": pl.String(),
    **{
        f"{basis}_{name}_{end}": pl.Float64()
        for basis in Basis
        for name in ("price", "elsewhere", "worse_by")
        for end in ("low", "high")
    },
    "reason": pl.String(),
    "remarks": pl.String(),
    "origin": pl.String(),
}
"""A row per execution or refused order and group of other exchanges; see `CounterfactualRow`. Null is undefined.

``exchanges`` are ids with spaces, ``price`` is that of the execution or the limit, the intervals of prices and amounts
are in the market's quote.
"""


def build_loss_rows(report: LossReport) -> pl.DataFrame:
    """The rows of a report; frame of `LOSS_ROWS`."""
    rows = [_build_row(row, report.origin.value) for row in report.rows]
    return pl.DataFrame(rows, schema=LOSS_ROWS, orient="row")


def _build_row(row: CounterfactualRow, origin: str) -> dict[str, object]:
    values: dict[str, object] = {
        "part": row.part.value,
        "line": row.line,
        "time": row.time,
        "venue": row.venue,
        "symbol": row.symbol,
        "side": row.side.value,
        "what": row.what,
        "quantity": float(row.quantity),
        "price": None if row.price is None else float(row.price),
        "realised_quantity": float(row.realised_quantity),
        "realised": float(row.realised),
        "against": row.others.group,
        "exchanges": " ".join(row.others.exchanges),
        "reason": row.reason,
        "remarks": "; ".join(row.remarks) or None,
        "origin": origin,
    }
    for basis in Basis:
        intervals: dict[str, Interval | None] = {
            "price": row.get_prices(basis),
            "elsewhere": row.compute_elsewhere(basis),
            "worse_by": row.compute_worse_by(basis),
        }
        for name, interval in intervals.items():
            low, high = (None, None) if interval is None else interval
            values[f"{basis}_{name}_low"], values[f"{basis}_{name}_high"] = low, high
    return values
