"""The columns of the exports of `dashboard.exports.evidence`."""

from dashboard.exports.metadata.column import FRACTION, QUOTE, TIME, Column

LOG_RETURN = "natural logarithm of the ratio of two prices"

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

INDEX_COLUMNS = {
    "venue": Column("Exchange whose spot prices the rule uses, or which computed the collected price."),
    "rule": Column("Id of the rule; `collected:index` and `collected:mark` for prices that an exchange computed."),
    "index_close": Column("The index by closing prices; empty where a market of the rule did not trade.", QUOTE),
    "index_low": Column("The index by the lowest prices of all its markets in the minute.", QUOTE),
    "index_high": Column("The index by the highest prices of all its markets in the minute.", QUOTE),
    "components_dropped": Column("Components that the rule left out in the minute."),
    "elsewhere": Column(
        "Middle of the median of the other exchanges in comparable minutes; for a wrapped asset of its underlying, "
        "times the ratio before the event.",
        QUOTE,
    ),
    "return": Column("Log return of the index since the minute before.", LOG_RETURN),
    "return_elsewhere": Column("The part of it that happened on the other exchanges.", LOG_RETURN),
    "return_own": Column("The rest: what happened on the exchange's own books alone.", LOG_RETURN),
    "ratio": Column("Staking rate that was used, units of the underlying per unit of the asset."),
}
"""Replayed index rules."""
