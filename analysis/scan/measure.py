"""Measures the whole market: each asset by itself, from one read of its candles, then all put together."""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial

import polars as pl

from analysis.engine.run import Engine, run_tasks
from analysis.engine.worker_store import open_store
from analysis.event import measure_if_present
from analysis.scan.calm_prices import CalmPrice, measure_calm_prices
from analysis.scan.inputs import read_asset_inputs, rename_symbol
from analysis.scan.request import ScanRequest, ScanTask, build_tasks
from analysis.scan.rows import RowNames, Values, list_cross, list_rows
from analysis.scan.set_aside import find_reasons, is_comparable, list_without_price
from data.catalogue import Catalogue
from data.grid.candle_grid import CandleGrid
from data.identity.market_universe import ScanMarket
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
from deviation.question import Question
from deviation.report.choices import list_parameter_choices

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
    engine: Engine | None = None,
    report: Callable[[AssetScan], None] = lambda _: None,
) -> MarketScan:
    """Measure every asset of a scan; nothing is saved.

    Args:
        store: where candles are read from.
        catalogue: the facts on assets, venues and the event.
        request: what is asked.
        engine: where the assets are measured; None for the default one.
        report: is called with each asset when it is measured, in their order.

    Raises:
        TaskFailed: an asset could not be measured.
        EngineFailed: workers ended again and again, or cannot be reached.
        UsageError: the event is unknown, the window empty, or the engine not there.
        StoreUnusable: the store cannot be read.
    """
    store_version = store.read_version()
    tasks = build_tasks(request, catalogue, store.coverage.read_unlisted_markets(request.start, request.end))
    assets = []
    with closing(run_tasks(partial(measure_stored_asset, store.uri), tasks, engine)) as results:
        for asset in results:
            assets.append(asset)
            report(asset)
    event = None if request.event is None else catalogue.get_event(request.event)
    run = ScanRun(
        scan_id=request.scan_id,
        made_at=request.made_at,
        start=request.start,
        end=request.end,
        event=request.event,
        window=None if event is None else event.find_window_name(request.start, request.end),
        focus=request.focus,
        choices={**request.choices, **list_parameter_choices(request.parameters)},
        universe=request.universe,
        store_version=store_version,
        asset_count=sum(asset.is_measured for asset in assets),
        version=VERSION,
    )
    left_out = [
        _build_asset_scan(name, set_aside=[_name_aside(name, None, SetAside.TOO_FEW_EXCHANGES)])
        for name in request.left_out
    ]
    return MarketScan(run, **{name: _combine([*assets, *left_out], name, request.scan_id) for name in PARTS})


def measure_stored_asset(uri: str, task: ScanTask) -> AssetScan:
    """As `measure_asset`, from the store at a URI, which each worker opens once.

    Raises:
        StoreUnusable: the store cannot be read.
    """
    return measure_asset(open_store(uri), task)


def measure_asset(reader: CandleReader, task: ScanTask) -> AssetScan:
    """Measure one asset over the window and, where it has candles, over the same window of the days before.

    Raises:
        StoreUnusable: the store cannot be read.
    """
    if task.question.underlying is not None:
        return _build_asset_scan(task.asset, set_aside=[_name_aside(task.asset, None, SetAside.FAIR_VALUE)])
    return measure_inputs(*read_asset_inputs(reader, task.scanned, _list_windows(task)), task)


def measure_inputs(candles: CandleGrid, covered_spans: pl.DataFrame, task: ScanTask) -> AssetScan:
    """As `measure_asset`, from candles and spans of `read_asset_inputs` that may reach beyond what the task needs."""
    windows = _list_windows(task)
    aligned = align_candles(candles, covered_spans, build_axis(task.question))
    markets = {(market.venue, rename_symbol(task.asset, market)): market for market in task.scanned.markets}
    quotes = {name: parse_quote(market.symbol) for name, market in markets.items()}
    calm_prices = measure_calm_prices(aligned, task.question, quotes)
    reasons = find_reasons(aligned, task, markets, calm_prices)
    set_aside = [
        _name_aside(task.asset, markets[name], reason, calm_prices.get(name) if reason is SetAside.OTHER_COIN else None)
        for name, reason in reasons.items()
    ]
    left = [name for name in markets if name not in reasons]
    if not is_comparable(task, left):
        set_aside.append(_name_aside(task.asset, None, SetAside.FEWER_THAN_THREE))
        return _build_asset_scan(task.asset, set_aside=set_aside)
    chosen = tuple(
        f"{venue}:{symbol}" for venue, symbol in markets if reasons.get((venue, symbol)) is not SetAside.OTHER_COIN
    )
    names = RowNames(
        {(venue, quotes[venue, symbol].lower()): markets[venue, symbol][1:] for venue, symbol in markets},
        list_without_price(task, reasons, covered_spans),
    )
    measurement = measure_aligned(aligned, replace(task.question, venues=chosen))
    rows = list(list_rows(measurement, names, 0))
    for days, window in zip(task.placebo_days, windows[1:], strict=True):
        placebo = measure_if_present(candles, covered_spans, replace(window, venues=chosen))
        rows += [] if placebo is None else list_rows(placebo, names, days)
    return _build_asset_scan(task.asset, rows, list(list_cross(measurement)), set_aside)


def _list_windows(task: ScanTask) -> list[Question]:
    """The window and those of the days before."""
    return [task.question, *(shift_question(task.question, days) for days in task.placebo_days)]


def _name_aside(asset: str, market: ScanMarket | None, reason: SetAside, calm_price: CalmPrice | None = None) -> Values:
    return {
        "asset": asset,
        "venue": "" if market is None else market.venue,
        "symbol": "" if market is None else market.symbol,
        "reason": reason.value,
        "calm_price": None if calm_price is None else calm_price.price,
        "median_price": None if calm_price is None else calm_price.median,
    }


def _build_asset_scan(
    asset: str, rows: Sequence[Values] = (), cross: Sequence[Values] = (), set_aside: Sequence[Values] = ()
) -> AssetScan:
    contents = {"rows": rows, "cross": cross, "set_aside": set_aside}
    return AssetScan(
        asset,
        **{name: pl.DataFrame(contents[name], schema=schema, orient="row") for name, (schema, _) in PARTS.items()},
    )


def _combine(assets: Sequence[AssetScan], name: str, scan_id: str) -> pl.DataFrame:
    schema, order = PARTS[name]
    frames: list[pl.DataFrame] = [pl.DataFrame(schema=schema), *(getattr(asset, name) for asset in assets)]
    return pl.concat(frames).with_columns(scan_id=pl.lit(scan_id)).sort(order)
