"""What each column of a file of losses means, and what the whole file rests on."""

from typing import Any

import polars as pl

from dashboard.exports.metadata.column import QUOTE, TIME, Column
from dashboard.exports.metadata.tabular import describe_table
from data.catalogue import Catalogue
from evidence.losses.assumptions import list_assumptions
from evidence.losses.counterfactual import Basis
from evidence.losses.report import LossReport

BASE_UNITS = "units of the asset"

BASIS_TEXTS = {
    Basis.RANGES: "range: the lowest to the highest price at which they traded or stood in the minute",
    Basis.REFERENCE: "median of their closing prices of the minute, both middle ones if their number is even",
}


def _define_basis(basis: Basis) -> dict[str, Column]:
    """The columns of the intervals by one basis."""
    columns = {}
    for end, word in (("low", "Lower"), ("high", "Upper")):
        columns[f"{basis}_price_{end}"] = Column(f"{word} end of the other exchanges' {BASIS_TEXTS[basis]}.", QUOTE)
        columns[f"{basis}_elsewhere_{end}"] = Column(
            f"{word} end of what `quantity` would have fetched, or cost, by `{basis}_price_low` and `_high`.", QUOTE
        )
        columns[f"{basis}_worse_by_{end}"] = Column(
            f"{word} end of how much worse `realised` was for `realised_quantity`: of a sale what it would have "
            "fetched less what it fetched, of a purchase what it cost less what it would have cost.",
            QUOTE,
        )
    return columns


LOSS_COLUMNS: dict[str, Column] = {
    "part": Column("`executed`: a fill, liquidation or forced deleveraging. `refused`: a refused order."),
    "line": Column("Line or row in the file that it is from."),
    "time": Column("When it was executed or refused.", TIME),
    "venue": Column("Exchange."),
    "symbol": Column("Market."),
    "side": Column("`buy` or `sell`."),
    "what": Column("Kind of the execution, or code of the refusal."),
    "quantity": Column("Quantity of the execution or order.", BASE_UNITS),
    "price": Column("Price of the execution, or limit of the order.", QUOTE),
    "realised_quantity": Column("How much was executed; of a refused order later, 0 for none.", BASE_UNITS),
    "realised": Column("What `realised_quantity` fetched or cost.", QUOTE),
    "against": Column("Quote currency of the other exchanges."),
    "exchanges": Column("The exchanges whose closing prices count."),
    **_define_basis(Basis.RANGES),
    **_define_basis(Basis.REFERENCE),
    "reason": Column("Why the row is in no total; empty where it is in one."),
    "remarks": Column("What else matters."),
    "origin": Column("`real` prices, or `reconstruction`: sample prices that support nothing."),
}
"""The definition of each column of `evidence.losses.rows.LOSS_ROWS`."""


def build_loss_metadata(report: LossReport, rows: pl.DataFrame, file_name: str, catalogue: Catalogue) -> dict[str, Any]:
    """The metadata of a CSV of losses, with every assumption.

    Args:
        report: what was found.
        rows: the rows of the file.
        file_name: the name of the CSV, beside which the metadata lie.
        catalogue: the facts on assets.
    """
    note = {
        "origin": report.origin.value,
        "event": report.event,
        "sample": report.is_sample,
        "assumptions": list(list_assumptions(report, catalogue)),
    }
    return describe_table(
        "Executions and refused orders against other exchanges", rows, file_name, LOSS_COLUMNS.get, {"notes": [note]}
    )
