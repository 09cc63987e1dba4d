"""The columns of the rows of a history (`dashboard.exports.history.rows.HISTORY_FILE_ROW`)."""

from dashboard.exports.metadata.column import FRACTION, TIME, Column

FIRST = "the lowest (highest) trade of all exchanges with that quote, alone"

HISTORY_COLUMNS = {
    "day": Column("The day, from 00:00 to 24:00.", TIME),
    "side": Column("`below`: lowest trades. `above`: highest."),
    "assets": Column("Assets of which it and another exchange had a price, sister venues as one.", "assets"),
    "first": Column(f"On how many of them it had {FIRST}.", "assets"),
    "tied": Column("On how many it shared that trade's price with another exchange.", "assets"),
    "even_share": Column("What `first` would be if chance alone chose among the exchanges of each asset.", "assets"),
    "gap_99": Column(
        "From the second-lowest (second-highest) trade to its own where that was the first, else 0: the 99th "
        "percentile over `assets`. Negative below.",
        FRACTION,
    ),
    "gap_most": Column("The largest of these gaps.", FRACTION),
    "gap_most_asset": Column("Its asset; empty where that gap is 0."),
    "aligned_n": Column("Assets for which the next three columns are defined.", "assets"),
    "aligned_99": Column(
        "In the minute of its lowest (highest) trade: how far its close lay beyond every other close, 0 if it did not; "
        "the 99th percentile.",
        FRACTION,
    ),
    "aligned_most": Column("The largest of these.", FRACTION),
    "aligned_most_asset": Column("Its asset; empty where that is 0."),
    "reach_mean": Column("From the first price of the day to its lowest (highest) trade, mean of `assets`.", FRACTION),
    "reach_80": Column("On how many that was 80% or more.", "assets"),
    "incomplete": Column(
        "Assets on which it may have been further than counted, or whose gap is not known, as minutes or all prices of "
        "a market are missing. Empty in histories of earlier versions.",
        "assets",
    ),
    "sure_most": Column(
        "The largest gap over the assets of which no minute of another exchange is missing: whatever is missing could "
        "only make it larger. Empty where there is none.",
        FRACTION,
    ),
    "sure_most_asset": Column("Its asset."),
    "universe": Column("Where the list of assets is from: `listed` by the exchanges, or `stored`."),
    "choices": Column("Exchanges and parameters chosen by hand, as JSON."),
    "focus": Column("Exchange whose assets were scanned, by its id."),
    "asset_count": Column("Assets that were scanned on that day.", "assets"),
    "made_at": Column("When they were.", TIME),
    "version": Column("Version of the program that did."),
    "others": Column("How many other exchanges could be compared on that day, quote and side.", "exchanges"),
    "others_share_least": Column(
        f"Of each of these, the share of its assets on which it had {FIRST}: least.", FRACTION
    ),
    "others_share_most": Column("The largest of these shares.", FRACTION),
    "others_gap_99_least": Column("The smallest `gap_99` of these exchanges, by size.", FRACTION),
    "others_gap_99_most": Column("The largest, by size.", FRACTION),
    "others_aligned_99_least": Column("The smallest `aligned_99` of these exchanges, by size.", FRACTION),
    "others_aligned_99_most": Column("The largest, by size.", FRACTION),
}
