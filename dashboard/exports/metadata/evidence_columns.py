"""The columns of the exports of `dashboard.exports.evidence`."""

from dashboard.exports.metadata.column import FRACTION, QUOTE, TIME, Column

SEQUENCE_COLUMNS = {
    "mark": Column(
        "`reached`: a market had fallen by `level`. Else a mark of the quote's median: `onset`, its first fall of 1% "
        "in a minute; `run_start`, the first of three such in a row; `bottom`, its lowest price."
    ),
    "level": Column("The fall from `price_before`; empty for a mark.", FRACTION),
    "price_before": Column("Last closing price of the hour before the window that counts.", QUOTE),
    "moment_from": Column("Start of the span within which it happened: without finer prices a whole minute.", TIME),
    "moment_to": Column("End of that span, which is not part of it.", TIME),
    "resolution": Column(
        "What the span rests on: `bar`, its minute alone; `second`, candles of a second; `second at the latest` and "
        "`trade at the latest`, a price that far down by the end of the span."
    ),
    "place": Column("Place in the order of the asset's markets with that quote at that level, from 1; ties share one."),
    "tied": Column("Whether another market has the same place: the prices cannot order them."),
}
"""The order of falls."""
