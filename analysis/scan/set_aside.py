"""Why markets of an asset are set aside, and whether enough are left to compare."""

from collections.abc import Collection, Iterable, Mapping

import polars as pl

from analysis.scan.calm_prices import CalmPrice
from analysis.scan.inputs import MarketName
from analysis.scan.request import ScanTask
from data.identity.market_universe import LEAST_OTHERS
from data.schema import parse_quote
from data.tables.scans import SetAside
from deviation.minute.grid import AlignedCandles
from deviation.question import Group


def find_reasons(
    aligned: AlignedCandles,
    task: ScanTask,
    markets: Collection[MarketName],
    calm_prices: Mapping[MarketName, CalmPrice],
) -> dict[MarketName, SetAside]:
    """Why markets are set aside, in their order."""
    in_window = aligned.list_origins(aligned.axis.locate_span(task.start, task.end))
    reasons: dict[MarketName, SetAside] = {}
    for market in markets:
        if market not in aligned.grid.lines:
            is_unlisted = (market[0], parse_quote(market[1])) in task.unlisted
            reasons[market] = SetAside.NOT_LISTED if is_unlisted else SetAside.NO_CANDLE
        elif market in calm_prices and calm_prices[market].is_other_coin:
            reasons[market] = SetAside.OTHER_COIN
        elif market not in in_window:
            reasons[market] = SetAside.NO_WINDOW_CANDLE
    return reasons


def list_without_price(
    task: ScanTask, reasons: Mapping[MarketName, SetAside], covered_spans: pl.DataFrame
) -> dict[Group, set[str]]:
    """The venues of which it is known that they have no price of the coin in the window, by group.

    They do not list it, list another coin by that name, or were asked for the whole window and had no trade.
    """
    venues: dict[Group, set[str]] = {}
    for venue, quote in task.unlisted:
        venues.setdefault(quote.lower(), set()).add(venue)
    is_whole = (pl.col("start") <= task.start) & (pl.col("end") >= task.end)
    silent = set(covered_spans.filter(is_whole).select("venue", "symbol").cast(pl.String).iter_rows())
    for (venue, symbol), reason in reasons.items():
        is_silent = reason is SetAside.NO_WINDOW_CANDLE and (venue, symbol) in silent
        if reason is SetAside.OTHER_COIN or is_silent:
            venues.setdefault(parse_quote(symbol).lower(), set()).add(venue)
    return venues


def is_comparable(task: ScanTask, markets: Iterable[MarketName]) -> bool:
    """Whether the focus is left, with enough others that are no relatives of it or each other."""
    venues, rules = {venue for venue, _ in markets}, task.question.rules
    others = {rules.family_of(venue) for venue in venues} - {rules.family_of(task.focus)}
    return task.focus in venues and len(others) >= LEAST_OTHERS
