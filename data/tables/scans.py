"""Scans of the whole market: what was measured of every asset over one window, for every exchange (docs/scan.md).

A scan is saved in four tables; the row of its run is written last, and a scan without it does not exist to readers.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

import polars as pl

from data.delta.table import StoreTable
from data.frames import build_row_frame
from data.schema import TIME

FIVE_PEERS = ("okx", "bybit", "bitget", "gate", "kucoin")
"""The exchanges that the published report compares Binance with."""

SCAN_ROW: dict[str, pl.DataType] = {
    "scan_id": pl.String(),
    "days_before": pl.Int64(),
    "asset": pl.String(),
    "group": pl.String(),
    "venue": pl.String(),
    "symbol": pl.String(),
    "scale": pl.Float64(),
    "side": pl.String(),
    "price": pl.Float64(),
    "at": TIME,
    "open": pl.Float64(),
    "is_first": pl.Boolean(),
    "gap": pl.Float64(),
    "second_venue": pl.String(),
    "price_count": pl.Int64(),
    "gap_five": pl.Float64(),
    "five_count": pl.Int64(),
    "five_missing": pl.Int64(),
    "aligned": pl.Float64(),
    "aligned_five": pl.Float64(),
    "trade_least": pl.Float64(),
    "trade_most": pl.Float64(),
    "traded_usd": pl.Float64(),
    "round": pl.Boolean(),
    "deviation": pl.Float64(),
    "beyond_min": pl.Int64(),
    "firm_min": pl.Int64(),
    "missing_min": pl.Int64(),
    "window_min": pl.Int64(),
    "size_rank": pl.String(),
    "length_rank": pl.String(),
    "rank_count": pl.Int64(),
}
"""One exchange on one asset within one quote, on one side: fractions, prices as printed divided by ``scale``.

- ``days_before``: 0 for the window itself, 1 to 7 for the same clock window of the days before it, the placebo.
- ``asset``, ``group``: the base without its scale (``SATS`` of ``1000SATS/USDT``), and the quote in lower case.
- ``venue``, ``symbol``: one market for each exchange, asset and quote, named as in the store.
- ``price``, ``at``: the lowest trade (``side`` below) or the highest (above), and its minute; null without a trade.
- ``open``: the first open of the window; null without a trade.
- ``is_first``: whether that trade is at least as extreme as every other family's; false without another.
- ``gap``, ``second_venue``: the trade against the most extreme one of the other families, and whose that is. Below, a
  negative gap is that of the lowest exchange. Null without another price.
- ``price_count``: how many families have a price, this one included.
- ``gap_five``, ``five_count``, ``five_missing``: the gap to exactly the `FIVE_PEERS` (less its own family), how many of
  them have a price, and how many have none in this data although they may have had one: nothing says that they do not
  list the coin, or had no trade.
- ``aligned``, ``aligned_five``: in the minute of the trade, how far the close was beyond the furthest other close, of
  all or of the `FIVE_PEERS` (0: not beyond it); ``trade_least`` and ``trade_most``: the bounds of the trade there. Null
  where undefined in that minute.
- ``traded_usd``: what was traded in that minute, in dollars; null without a rate.
- ``round``: whether the price is a round one; null without a trade.
- ``deviation``, ``beyond_min``: the largest deviation from the own quote's benchmark on that side, and the minutes at
  least the threshold beyond it; null and 0 without a comparable minute.
- ``firm_min``, ``missing_min``, ``window_min``: comparable minutes, minutes that are not in the data, and all.
- ``size_rank``, ``length_rank``, ``rank_count``: words of `deviation.ranks.RankWord`, and how many were ranked.
"""

SCAN_CROSS: dict[str, pl.DataType] = {
    "scan_id": pl.String(),
    "asset": pl.String(),
    "group": pl.String(),
    "against": pl.String(),
    "side": pl.String(),
    "n": pl.Int64(),
    "reaching": pl.Int64(),
    "least": pl.Float64(),
    "least_venue": pl.String(),
    "most": pl.Float64(),
    "most_venue": pl.String(),
}
"""All exchanges of a quote against another one: how many, how many reach the threshold, and both ends of the range.

``least``, ``most`` and their venues are null where ``n`` is 0.
"""

SCAN_SET_ASIDE: dict[str, pl.DataType] = {
    "scan_id": pl.String(),
    "asset": pl.String(),
    "venue": pl.String(),
    "symbol": pl.String(),
    "reason": pl.String(),
    "calm_price": pl.Float64(),
    "median_price": pl.Float64(),
}
"""A market that was not measured and why, one of `SetAside`; prices in dollars, for `SetAside.OTHER_COIN` only.

``venue`` and ``symbol`` are empty where the reason is the asset's.
"""

SCAN_RUN: dict[str, pl.DataType] = {
    "scan_id": pl.String(),
    "made_at": TIME,
    "start": TIME,
    "end": TIME,
    "event": pl.String(),
    "window": pl.String(),
    "focus": pl.String(),
    "choices": pl.String(),
    "universe": pl.String(),
    "origin": pl.String(),
    "store_version": pl.String(),
    "asset_count": pl.Int64(),
    "five": pl.String(),
    "version": pl.String(),
}
"""A scan: window, focus, choices and peers (JSON text), the store that it read, and the program's version."""

ROW_ORDER = ("days_before", "asset", "group", "venue", "side")
CROSS_ORDER = ("asset", "group", "against", "side")
SET_ASIDE_ORDER = ("asset", "venue", "symbol")


class Universe(StrEnum):
    """Where a scan's list of assets is from.

    - listed: what the exchanges say that they list, now or at the time.
    - stored: what the store had candles of, which need not be all.
    """

    LISTED = "listed"
    STORED = "stored"


class SetAside(StrEnum):
    """Why a market, or a whole asset, was not measured.

    - other-coin: its calm price is more than three times that of the others, or less than a third.
    - no-candle, no-window-candle: no candle in all that was read, or none in the window.
    - not-listed: no candle, and its exchange says that it did not list it.
    - fewer-than-three: without these markets the focus is not left with two others.
    - too-few-exchanges: by the list of markets the focus and fewer than two others have the asset.
    - fair-value: the asset wraps another and is measured against that one (docs/method.md, section 6).
    """

    OTHER_COIN = "other-coin"
    NO_CANDLE = "no-candle"
    NO_WINDOW_CANDLE = "no-window-candle"
    NOT_LISTED = "not-listed"
    FEWER_THAN_THREE = "fewer-than-three"
    TOO_FEW_EXCHANGES = "too-few-exchanges"
    FAIR_VALUE = "fair-value"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanRun:
    """One scan.

    Attributes:
        scan_id: unique.
        made_at: aware.
        start: the first minute of the window, aware.
        end: the window's end, aware; not part of it.
        event: id of the event, None without one.
        window: name of the window, None for one chosen by hand.
        focus: id of the exchange whose coins were scanned.
        choices: what was chosen by hand or differs from the method's defaults; empty where nothing does.
        universe: where the list of assets is from.
        origin: the kind of evidence, ``real``.
        store_version: of the store that was read.
        asset_count: how many assets were measured.
        five: ids of the exchanges of the second comparison.
        version: of the program.
    """

    scan_id: str
    made_at: datetime
    start: datetime
    end: datetime
    event: str | None
    window: str | None
    focus: str
    choices: dict[str, Any] = field(default_factory=dict)
    universe: Universe = Universe.STORED
    origin: str = "real"
    store_version: str
    asset_count: int
    five: tuple[str, ...] = FIVE_PEERS
    version: str

    @property
    def is_of_all_listed(self) -> bool:
        """Whether it has every coin that any exchange lists, at the defaults."""
        return self.universe is Universe.LISTED and not self.choices


def order_scans(runs: Iterable[ScanRun], focus: str) -> tuple[ScanRun, ...]:
    """Scans of one window, the one that shows most of the market first.

    Before all others stand those of all listed coins, then those of a list of some exchanges, last those of what the
    store had; among these, scans of the coins of ``focus``, then later ones.
    """

    def weigh(run: ScanRun) -> tuple[bool, bool, bool, datetime, str]:
        is_listed = run.universe is Universe.LISTED
        return run.is_of_all_listed, is_listed, run.focus == focus, run.made_at, run.scan_id

    return tuple(sorted(runs, key=weigh, reverse=True))


@dataclass(frozen=True, eq=False)
class MarketScan:
    """A scan with what was measured: frames of `SCAN_ROW`, `SCAN_CROSS` and `SCAN_SET_ASIDE`, in their order."""

    run: ScanRun
    rows: pl.DataFrame
    cross: pl.DataFrame
    set_aside: pl.DataFrame


class ScanTable:
    """The Delta tables of scans below one URI. Rows are only ever appended."""

    def __init__(self, uri: str) -> None:
        base = uri.rstrip("/")
        self._rows = StoreTable(f"{base}/scan_rows", SCAN_ROW, ("scan_id",))
        self._cross = StoreTable(f"{base}/scan_cross", SCAN_CROSS, ("scan_id",))
        self._set_aside = StoreTable(f"{base}/scan_set_aside", SCAN_SET_ASIDE, ("scan_id",))
        self._runs = StoreTable(f"{base}/scan_runs", SCAN_RUN)

    @property
    def tables(self) -> tuple[StoreTable, ...]:
        """All tables, for maintenance."""
        return self._rows, self._cross, self._set_aside, self._runs

    def save(self, scan: MarketScan) -> None:
        """Add a scan; readers see it once it is complete.

        Raises:
            ValueError: a frame has other columns or dtypes, or rows of another scan, or a time has no zone.
            StoreBusy: other writers went ahead every time.
            StoreUnusable: the place cannot be written.
        """
        run = asdict(scan.run)
        run["choices"], run["five"] = json.dumps(run["choices"], sort_keys=True), json.dumps(list(scan.run.five))
        run["universe"] = scan.run.universe.value
        run_frame = build_row_frame(SCAN_RUN, run, nullable=("event", "window"))
        parts = (
            (self._rows, scan.rows, SCAN_ROW),
            (self._cross, scan.cross, SCAN_CROSS),
            (self._set_aside, scan.set_aside, SCAN_SET_ASIDE),
        )
        for _, frame, schema in parts:
            _check_frame(frame, schema, scan.run.scan_id)
        for table, frame, _ in parts:
            if not frame.is_empty():
                table.append(frame)
        self._runs.append(run_frame)

    def read_latest(self, start: datetime, end: datetime) -> MarketScan | None:
        """The scan of exactly this window that was made last; None without one.

        Raises:
            StoreUnusable: the place cannot be read.
        """
        run = next((run for run in self.list_runs() if (run.start, run.end) == (start, end)), None)
        return None if run is None else self.read(run)

    def read(self, run: ScanRun) -> MarketScan:
        """What a listed scan measured.

        Raises:
            StoreUnusable: the place cannot be read.
        """
        is_scan = pl.col("scan_id") == run.scan_id
        return MarketScan(
            run,
            _read(self._rows, is_scan, SCAN_ROW, ROW_ORDER),
            _read(self._cross, is_scan, SCAN_CROSS, CROSS_ORDER),
            _read(self._set_aside, is_scan, SCAN_SET_ASIDE, SET_ASIDE_ORDER),
        )

    def list_runs(self) -> tuple[ScanRun, ...]:
        """All scans, the one made last first.

        Raises:
            StoreUnusable: the place cannot be read.
        """
        runs = self._runs.read(lambda rows: rows.select(*SCAN_RUN)).sort("made_at", "scan_id", descending=True)
        return tuple(
            ScanRun(
                **{
                    **values,
                    "choices": json.loads(values["choices"]),
                    "universe": Universe(values["universe"]),
                    "five": tuple(json.loads(values["five"])),
                }
            )
            for values in runs.iter_rows(named=True)
        )

    def read_version(self) -> str:
        """A text that changes with every scan: a key for cached results."""
        return self._runs.read_version()


def _read(table: StoreTable, condition: pl.Expr, schema: dict[str, pl.DataType], order: Sequence[str]) -> pl.DataFrame:
    return table.read(lambda rows: rows.filter(condition).select(*schema)).sort(order)


def _check_frame(frame: pl.DataFrame, schema: dict[str, pl.DataType], scan_id: str) -> None:
    if dict(frame.schema) != schema:
        message = f"these are no rows of a scan: {dict(frame.schema)} instead of {schema}"
        raise ValueError(message)
    if not (frame["scan_id"] == scan_id).all():
        message = f"these rows are not all of the scan {scan_id}"
        raise ValueError(message)
