"""The columns of the rows of a scan (`data.tables.scans.SCAN_ROW`)."""

from dashboard.exports.metadata.column import FRACTION, MINUTES, QUOTE, TIME, Column

SCALED = f"{QUOTE}, divided by `scale`"

MARKET_COLUMNS = {
    "scan_id": Column("Id of the scan."),
    "days_before": Column("0: the rows of the window itself.", "days"),
    "asset": Column("Ticker of the asset, without a factor such as that of 1000SATS."),
    "symbol": Column("Market as the exchange names it: asset/quote."),
    "scale": Column("What its prices were divided by: 1000 for 1000SATS, else 1."),
    "side": Column("`below`: the lowest trade. `above`: the highest."),
    "price": Column("Lowest or highest trade of the window; empty without a trade.", SCALED),
    "at": Column("Opening time of its minute.", TIME),
    "open": Column("First price of the window.", SCALED),
    "is_first": Column("Whether no other exchange with that quote has a lower lowest (higher highest) trade."),
    "gap": Column(
        "From the lowest (highest) trade of all other exchanges with that quote, whenever that was. Below, a negative "
        "gap is that of the lowest exchange.",
        FRACTION,
    ),
    "second_venue": Column("Exchange of that other trade, by its id."),
    "price_count": Column("How many exchanges with that quote have a price, this one included; sister venues as one."),
    "gap_five": Column("The same to OKX, Bybit, Bitget, Gate and KuCoin alone.", FRACTION),
    "five_count": Column("How many of these five have a price."),
    "five_missing": Column("How many of them have none, although nothing says that they do not list the asset."),
    "aligned": Column(
        "In the minute of the lowest (highest) trade: how far the close was beyond every other close with that quote; "
        "0 if it was not.",
        FRACTION,
    ),
    "aligned_five": Column("The same beyond the closes of those five alone.", FRACTION),
    "trade_least": Column(
        "The least by which that trade was away from the median of the other exchanges, whatever the order of trades "
        "within the minute.",
        FRACTION,
    ),
    "trade_most": Column("The most by which it was, in the same sense.", FRACTION),
    "traded_usd": Column("Traded in that minute; empty without a rate.", "USD"),
    "round": Column("Whether the price is a round one: a resting order's level, not an estimate."),
    "deviation": Column(
        "Largest deviation of a closing price on that side from the median of the other exchanges with that quote; "
        "empty without a comparable minute.",
        FRACTION,
    ),
    "beyond_min": Column("Comparable minutes at least the threshold beyond it.", MINUTES),
    "missing_min": Column("Minutes that are not in the data.", MINUTES),
    "window_min": Column("Minutes of the window.", MINUTES),
    "size_rank": Column(
        "Whether that deviation was the largest of the exchanges with that quote, or why it has no rank."
    ),
    "length_rank": Column("The same of the minutes beyond the threshold."),
    "rank_count": Column("How many exchanges with that quote are ranked on the asset."),
}
