"""Measures the whole market: each asset by itself, from one read of its candles, then all put together."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import polars as pl

from analysis.event import measure_if_present
from analysis.scan.calm_prices import CalmPrice, MarketName, measure_calm_prices
from analysis.scan.inputs import read_asset_inputs, rename_symbol
from analysis.scan.request import ScanRequest, ScanTask, build_tasks
from analysis.scan.rows import RowNames, Values, list_cross, list_rows
from data.catalogue import Catalogue
from data.identity.market_universe import LEAST_OTHERS, ScanMarket
from data.reader import CandleReader
from data.schema import parse_quote
from data.store import CandleStore
from data.tables.scans import (
    CROSS_ORDER,
    ROW_ORDER,
    SCAN_CROSS,
    SCAN_ROW,
    SCAN_SET_ASIDE,
    SET_ASIDE_ORDER,
    MarketScan,
    ScanRun,
    SetAside,
)
from data.version import VERSION
from deviation.measure import measure_aligned
from deviation.minute.grid import align_candles, build_axis
from deviation.placebo import shift_question
from deviation.question import Group, Question

Frame = tuple[dict[str, pl.DataType], Sequence[str]]
"""The schema of a frame of a scan and the columns by which it is sorted."""

PARTS: dict[str, Frame] = {
    "rows": (SCAN_ROW, ROW_ORDER),
    "cross": (SCAN_CROSS, CROSS_ORDER),
    "set_aside": (SCAN_SET_ASIDE, SET_ASIDE_ORDER),
}


@dataclass(frozen=True, eq=False)
class AssetScan:
    """One asset of a scan: frames of `SCAN_ROW`, `SCAN_CROSS` and `SCAN_SET_ASIDE` whose ``scan_id`` is null."""

    asset: str
    rows: pl.DataFrame
    cross: pl.DataFrame
    set_aside: pl.DataFrame

    @property
    def is_measured(self) -> bool:
        """Whether the focus is left with enough others to be compared with."""
        return not self.rows.is_empty()


def scan_market(
    store: CandleStore,
    catalogue: Catalogue,
    request: ScanRequest,
    run_tasks: Callable[[Callable[[ScanTask], AssetScan], Iterable[ScanTask]], Iterable[AssetScan]] = map,
) -> MarketScan:
    """Measure every asset of a scan; nothing is saved.

    Args:
        store: where candles are read from.
        catalogue: the facts on assets, venues and the event.
        request: what is asked.
        run_tasks: maps a function over tasks, in their order; function and tasks can be pickled.

    Raises:
        UsageError: the event is unknown or the window empty.
        StoreUnusable: the store cannot be read.
    """
    store_version = store.read_version()
    tasks = build_tasks(request, catalogue, store.coverage.read_unlisted_markets(request.start, request.end))
    assets = list(run_tasks(partial(measure_stored_asset, store.uri), tasks))
    event = None if request.event is None else catalogue.get_event(request.event)
    run = ScanRun(
        scan_id=request.scan_id,
        made_at=request.made_at,
        start=request.start,
        end=request.end,
        event=request.event,
        window=None if event is None else event.find_window_name(request.start, request.end),
        focus=request.focus,
        choices=dict(request.choices),
        universe=request.universe,
        store_version=store_version,
        asset_count=sum(asset.is_measured for asset in assets),
        version=VERSION,
    )
    return MarketScan(run, **{name: _combine(assets, name, request.scan_id) for name in PARTS})


def measure_stored_asset(uri: str, task: ScanTask) -> AssetScan:
    """As `measure_asset`, from the store at a URI, which each worker opens by itself.

    Raises:
        StoreUnusable: the store cannot be read.
    """
    return measure_asset(CandleStore(uri), task)


def measure_asset(reader: CandleReader, task: ScanTask) -> AssetScan:
    """Measure one asset over the window and, where it has candles, over the same window of the days before.

    Raises:
        StoreUnusable: the store cannot be read.
    """
    if task.question.underlying is not None:
        return _build_asset_scan(task, set_aside=[_name_aside(task, None, SetAside.FAIR_VALUE)])
    windows = [task.question, *(shift_question(task.question, days) for days in task.placebo_days)]
    candles, covered_spans = read_asset_inputs(reader, task.scanned, windows)
    aligned = align_candles(candles, covered_spans, build_axis(task.question))
    markets = {(market.venue, rename_symbol(task.asset, market)): market for market in task.scanned.markets}
    quotes = {name: parse_quote(market.symbol) for name, market in markets.items()}
    calm_prices = measure_calm_prices(aligned, task.question, quotes)
    reasons = _find_reasons(candles, task.question, markets, calm_prices)
    set_aside = [
        _name_aside(task, markets[name], reason, calm_prices.get(name) if reason is SetAside.OTHER_COIN else None)
        for name, reason in reasons.items()
    ]
    left = [name for name in markets if name not in reasons]
    if not _is_comparable(task, left):
        return _build_asset_scan(task, set_aside=[*set_aside, _name_aside(task, None, SetAside.FEWER_THAN_THREE)])
    chosen = tuple(
        f"{venue}:{symbol}" for venue, symbol in markets if reasons.get((venue, symbol)) is not SetAside.OTHER_COIN
    )
    names = RowNames(
        {(venue, quotes[venue, symbol].lower()): markets[venue, symbol][1:] for venue, symbol in markets},
        _list_without_price(task, reasons, covered_spans),
    )
    measurement = measure_aligned(aligned, replace(task.question, venues=chosen))
    rows = list(list_rows(measurement, names, 0))
    for days, window in zip(task.placebo_days, windows[1:], strict=True):
        placebo = measure_if_present(candles, covered_spans, replace(window, venues=chosen))
        rows += [] if placebo is None else list_rows(placebo, names, days)
    return _build_asset_scan(task, rows, list(list_cross(measurement)), set_aside)


def _find_reasons(
    candles: pl.DataFrame,
    question: Question,
    markets: dict[MarketName, ScanMarket],
    calm_prices: dict[MarketName, CalmPrice],
) -> dict[MarketName, SetAside]:
    """Why markets are set aside, in their order."""
    window_candles = candles.filter(pl.col("open_time").is_between(question.start, question.end, closed="left"))
    stored, in_window = (
        {(str(venue), str(symbol)) for venue, symbol in frame.select("venue", "symbol").unique().iter_rows()}
        for frame in (candles, window_candles)
    )
    reasons: dict[MarketName, SetAside] = {}
    for market in markets:
        if market not in stored:
            reasons[market] = SetAside.NO_CANDLE
        elif market in calm_prices and calm_prices[market].is_other_coin:
            reasons[market] = SetAside.OTHER_COIN
        elif market not in in_window:
            reasons[market] = SetAside.NO_WINDOW_CANDLE
    return reasons


def _list_without_price(
    task: ScanTask, reasons: Mapping[MarketName, SetAside], covered_spans: pl.DataFrame
) -> dict[Group, set[str]]:
    """The venues of which it is known that they have no price of the coin in the window, by group.

    They do not list it, list another coin by that name, or were asked for the whole window and had no trade.
    """
    venues = {group: set(unlisted) for group, unlisted in task.unlisted.items()}
    is_whole = (pl.col("start") <= task.start) & (pl.col("end") >= task.end)
    silent = set(covered_spans.filter(is_whole).select("venue", "symbol").cast(pl.String).iter_rows())
    for (venue, symbol), reason in reasons.items():
        is_silent = reason is SetAside.NO_WINDOW_CANDLE and (venue, symbol) in silent
        if reason is SetAside.OTHER_COIN or is_silent:
            venues.setdefault(parse_quote(symbol).lower(), set()).add(venue)
    return venues


def _is_comparable(task: ScanTask, markets: Iterable[MarketName]) -> bool:
    """Whether the focus is left, with enough others that are no relatives of it or each other."""
    venues, rules = {venue for venue, _ in markets}, task.question.rules
    others = {rules.family_of(venue) for venue in venues} - {rules.family_of(task.focus)}
    return task.focus in venues and len(others) >= LEAST_OTHERS


def _name_aside(
    task: ScanTask, market: ScanMarket | None, reason: SetAside, calm_price: CalmPrice | None = None
) -> Values:
    return {
        "asset": task.asset,
        "venue": "" if market is None else market.venue,
        "symbol": "" if market is None else market.symbol,
        "reason": reason.value,
        "calm_price": None if calm_price is None else calm_price.price,
        "median_price": None if calm_price is None else calm_price.median,
    }


def _build_asset_scan(
    task: ScanTask, rows: Sequence[Values] = (), cross: Sequence[Values] = (), set_aside: Sequence[Values] = ()
) -> AssetScan:
    contents = {"rows": rows, "cross": cross, "set_aside": set_aside}
    return AssetScan(
        task.asset,
        **{name: pl.DataFrame(contents[name], schema=schema, orient="row") for name, (schema, _) in PARTS.items()},
    )


def _combine(assets: Sequence[AssetScan], name: str, scan_id: str) -> pl.DataFrame:
    schema, order = PARTS[name]
    frames: list[pl.DataFrame] = [pl.DataFrame(schema=schema), *(getattr(asset, name) for asset in assets)]
    return pl.concat(frames).with_columns(scan_id=pl.lit(scan_id)).sort(order)
