"""Refuses a file whose times mark the ends of bars, where other exchanges of its assets are in the store."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import NamedTuple

import numpy as np
import polars as pl

from data.catalogue import load_catalogue
from data.errors import OptionRefused
from data.files.import_file import ImportedFile
from data.files.report import MarketReport
from data.files.stamps import Floats, StampFit, fit_stamps
from data.schema import CANDLE_DEFAULTS, Evidence, Timeframe, parse_base
from data.store import CandleStore
from data.tables.candles import build_trade_filter
from data.tables.coverage import build_evidence_filter

DAY = pl.col("open_time").dt.date()
"""The day of a bar."""

MAX_DAYS = 7
"""The most days of a market that are compared: the latest ones that the store has of other exchanges."""


class _MarketFit(NamedTuple):
    """A market of a file, and how well its stamps fit."""

    venue: str
    symbol: str
    fit: StampFit


def refuse_closing_stamps(path: Path, imported: ImportedFile, store: CandleStore) -> None:
    """Raise an error if the times of a market of the file clearly are those of the ends of bars.

    Candles that were built from trades, and those of the reconstruction, are not looked at.

    Raises:
        OptionRefused: they are; names the market, both correlations, and what can be done.
    """
    if imported.report.reconstruction or len(imported.lows):
        return
    for venue, symbol, fit in _fit_markets(imported, store):
        if fit.marks_close:
            finding = (
                f"{path.name}: nothing of it was taken: its times look like the ends of bars, not their starts\n"
                f"  {venue} {symbol} moves with the other exchanges of the store one bar late: correlation "
                f"{fit.as_close:.2f} moved back by a bar, {fit.as_open:.2f} as it stands, in {fit.bars:,} bars"
            )
            advice = "say --stamps close to move it back, or --stamps open to take the times as they are"
            raise OptionRefused(finding, advice, "stamps")


def move_to_open(imported: ImportedFile) -> ImportedFile:
    """A file whose times are the ends of bars, with those of their starts; trades have no bars and stay."""
    if len(imported.lows):
        return imported
    lengths = {timeframe.value: timedelta(seconds=timeframe.seconds) for timeframe in Timeframe}
    length = pl.col("timeframe").replace_strict(lengths, return_dtype=pl.Duration("ms"))
    markets = (
        replace(market, first=market.first - lengths[market.timeframe], last=market.last - lengths[market.timeframe])
        for market in imported.report.markets
    )
    return ImportedFile(
        imported.candles.with_columns(pl.col("open_time") - length),
        imported.covered_spans.with_columns(pl.col("start", "end") - length),
        replace(imported.report, markets=tuple(markets)),
    )


def _fit_markets(imported: ImportedFile, store: CandleStore) -> Iterator[_MarketFit]:
    """The fit of each market of trade candles that has others of its asset in the store on the same days."""
    catalogue = load_catalogue()
    peers_by_asset: dict[tuple[str, str], _Peers] = {}
    for market in imported.report.markets:
        if market.price != CANDLE_DEFAULTS["price"]:
            continue
        key = (parse_base(market.symbol), market.timeframe)
        if key not in peers_by_asset:
            same = [other for other in imported.report.markets if (parse_base(other.symbol), other.timeframe) == key]
            first, last = min(other.first for other in same), max(other.last for other in same)
            peers_by_asset[key] = _Peers(store, key[0], Timeframe(market.timeframe), first, last)
        fit = peers_by_asset[key].fit(imported.candles, market, catalogue.list_relatives(market.venue))
        if fit is not None:
            yield _MarketFit(market.venue, market.symbol, fit)


class _Peers:
    """The stored markets of an asset on the days of a file."""

    def __init__(self, store: CandleStore, asset: str, timeframe: Timeframe, first: datetime, last: datetime) -> None:
        self._store, self._asset, self._timeframe = store, asset, timeframe
        start, last_day = (datetime.combine(instant.astimezone(UTC), time(), UTC) for instant in (first, last))
        end = last_day + timedelta(days=1)
        conditions = (
            build_trade_filter(timeframe),
            build_evidence_filter(Evidence.REAL),
            pl.col("open_time").is_between(start, end, closed="left"),
        )
        self._venue_days = store.candles.tables[timeframe].read_partitions(
            [asset], start, end, lambda rows: rows.filter(*conditions).select("venue", DAY.alias("day")).unique()
        )
        self._closes_by_days: dict[tuple[date, ...], pl.DataFrame] = {}
        self._rows_of_asset: pl.DataFrame | None = None

    def fit(self, candles: pl.DataFrame, market: MarketReport, relatives: frozenset[str]) -> StampFit | None:
        """The fit of a market of a file to all others but its relatives; None if the store has none on its days."""
        is_other = ~pl.col("venue").is_in(relatives)
        peer_days = self._venue_days.filter(is_other)["day"].unique()
        if peer_days.is_empty():
            return None
        market_rows = self._select_market(candles, market)
        days = tuple(
            peer_days.filter(peer_days.is_in(market_rows["open_time"].dt.date().unique())).sort().tail(MAX_DAYS)
        )
        if not days:
            return None
        if days not in self._closes_by_days:
            self._closes_by_days[days] = self._read_closes(days)
        peers = self._closes_by_days[days].filter(is_other).partition_by("venue", "symbol")
        peer_closes = np.array([self._place(rows, days) for rows in peers])
        return fit_stamps(self._place(market_rows, days), peer_closes) if len(peers) else None

    def _select_market(self, candles: pl.DataFrame, market: MarketReport) -> pl.DataFrame:
        """The traded candles of a market of a file; those of the asset are looked up in the whole file once."""
        if self._rows_of_asset is None:
            conditions = (
                pl.col("symbol").str.starts_with(f"{self._asset}/"),
                build_trade_filter(self._timeframe),
                pl.col("volume") > 0,
            )
            self._rows_of_asset = candles.filter(*conditions)
        return self._rows_of_asset.filter((pl.col("venue") == market.venue) & (pl.col("symbol") == market.symbol))

    def _read_closes(self, days: tuple[date, ...]) -> pl.DataFrame:
        """Venue, symbol, open time and close of all traded bars of these days."""
        start, end = (datetime.combine(day, time(), UTC) for day in (days[0], days[-1] + timedelta(days=1)))
        columns = ("venue", "symbol", "open_time", "close", "volume")
        conditions = (DAY.is_in(days), build_evidence_filter(Evidence.REAL))
        rows = self._store.candles.read_rows(
            [self._asset], start, end, *conditions, columns=columns, timeframe=self._timeframe
        )
        return rows.filter(pl.col("volume") > 0)

    def _place(self, rows: pl.DataFrame, days: tuple[date, ...]) -> Floats:
        """The closes of a market on a grid of the bars of these days, with an empty place after each day."""
        bars_per_day = 24 * 3600 // self._timeframe.seconds
        day_number = (
            rows["open_time"]
            .dt.date()
            .replace_strict({day: number for number, day in enumerate(days)}, default=None, return_dtype=pl.Int64)
        )
        bar_number = rows["open_time"].dt.epoch("ms") // self._timeframe.ms % bars_per_day
        is_placed = day_number.is_not_null()
        closes = np.full(len(days) * (bars_per_day + 1), np.nan)
        place = (day_number * (bars_per_day + 1) + bar_number).filter(is_placed).to_numpy()
        closes[place] = rows["close"].filter(is_placed).to_numpy()
        return closes
