"""The rows of a scan from the measurement of one asset (`data.tables.scans.SCAN_ROW`)."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from data.tables.scans import FIVE_PEERS
from deviation.measurement import Measurement
from deviation.question import Group
from deviation.report.lows import GroupExtremes, measure_extreme_trade, summarize_lows
from deviation.result import MarketRow
from deviation.side import Side
from deviation.window.extremes import value_at

Values = dict[str, object]
"""A row of a frame by column."""


@dataclass(frozen=True)
class RowNames:
    """What rows are called in the store.

    Attributes:
        symbols: the stored symbol and the scale of each market, by venue and group.
        without_price: the venues that are known to have no price of the coin in the window, by group.
    """

    symbols: Mapping[tuple[str, Group], tuple[str, float]]
    without_price: Mapping[Group, Collection[str]]


def list_rows(measurement: Measurement, names: RowNames, days_before: int) -> Iterator[Values]:
    """A row for each spot market and side."""
    lows = summarize_lows(measurement)
    for group in measurement.groups:
        rows = measurement.select_spot_rows(group)
        for side in Side:
            extremes = lows.groups[group][side] if group in lows.groups else GroupExtremes(side, ())
            for row in rows:
                yield {"days_before": days_before, **_build_row(measurement, row, extremes, names)}


def list_cross(measurement: Measurement) -> Iterator[Values]:
    """All exchanges of each group against the other ones, on both sides."""
    for group, comparisons in measurement.cross.items():
        for against, comparison in comparisons.items():
            for side, numbers in comparison.sides.items():
                least, most = (_read_deviation(row, against, side) for row in (numbers.least, numbers.most))
                yield {
                    "asset": measurement.question.asset,
                    "group": group,
                    "against": against,
                    "side": side.value,
                    "n": len(comparison.rows),
                    "reaching": numbers.reaching,
                    "least": least,
                    "least_venue": None if numbers.least is None else numbers.least.market.venue,
                    "most": most,
                    "most_venue": None if numbers.most is None else numbers.most.market.venue,
                }


def _read_deviation(row: MarketRow | None, against: Group, side: Side) -> float | None:
    return None if row is None else row.summaries[against].get_side(side).deviation


def _build_row(measurement: Measurement, row: MarketRow, extremes: GroupExtremes, names: RowNames) -> Values:
    market, side = row.market, extremes.side
    symbol, scale = names.symbols[market.venue, market.group]
    summary = row.own_summary
    rank = measurement.ranks[market][side]
    rank_count = measurement.group_ranks[market.group].contender_count if rank.largest.is_ranked else 0
    return {
        "asset": measurement.question.asset,
        "group": market.group,
        "venue": market.venue,
        "symbol": symbol,
        "scale": scale,
        "side": side.value,
        "open": row.first_open,
        **_measure_trade(measurement, row, extremes),
        **_compare_with_five(measurement, row, extremes, names.without_price.get(market.group, ())),
        "deviation": summary.get_side(side).deviation,
        "beyond_min": int(summary.get_side(side).minutes),
        "firm_min": int(summary.firm_min),
        "missing_min": int(row.state_counts.missing_min),
        "window_min": int(measurement.question.duration_min),
        "size_rank": rank.largest.word.value,
        "length_rank": rank.longest.word.value,
        "rank_count": rank_count,
    }


def _measure_trade(measurement: Measurement, row: MarketRow, extremes: GroupExtremes) -> Values:
    """The extreme trade beside those of all others, and what the same minute says."""
    rules = measurement.question.rules
    trade = measure_extreme_trade(measurement, row, extremes)
    families = {rules.family_of(other.market.venue) for other in extremes.rows}
    values: Values = {"price_count": len(families), "is_first": trade is not None and trade.is_first}
    if trade is None:
        return values
    dollars = value_at(row.dollars, trade.extreme.at)
    return {
        **values,
        "price": trade.extreme.price,
        "at": measurement.axis.time_at(trade.extreme.at),
        "gap": trade.gap,
        "second_venue": None if trade.second is None else trade.second.market.venue,
        "aligned": trade.next,
        "trade_least": trade.least,
        "trade_most": trade.most,
        "traded_usd": None if dollars is None else trade.extreme.volume * dollars,
        "round": row.is_round(trade.extreme.price),
    }


def _compare_with_five(
    measurement: Measurement, row: MarketRow, extremes: GroupExtremes, without_price: Collection[str]
) -> Values:
    """The same against exactly the five exchanges of the report, less those of the row's own family."""
    rules = measurement.question.rules
    five = [venue for venue in FIVE_PEERS if rules.family_of(venue) != rules.family_of(row.market.venue)]
    peers = [other for other in extremes.rows if other.market.venue in five]
    priced = {peer.market.venue for peer in peers}
    second = extremes.find_other(row, rules, five)
    extreme = row.get_extreme(extremes.side)
    return {
        "gap_five": None if extreme is None else extremes.compare(row, second),
        "five_count": len(priced),
        "five_missing": len([venue for venue in five if venue not in priced and venue not in without_price]),
        "aligned_five": None if extreme is None else _measure_close_beyond(row, peers, extremes.side, extreme.at),
    }


def _measure_close_beyond(row: MarketRow, peers: list[MarketRow], side: Side, at: int) -> float | None:
    """How far the row's close lies beyond the furthest of the peers' in one minute, 0 if it does not; only votes count.

    It is `deviation.report.lows.FocusExtreme.next` with these peers alone.
    """
    vote = value_at(row.minutes.vote, at)
    others = [value for peer in peers if (value := value_at(peer.minutes.vote, at)) is not None]
    if vote is None or not others:
        return None
    if side is Side.BELOW:
        return min(vote / min(others) - 1, 0.0)
    return max(vote / max(others) - 1, 0.0)
