"""Candles of files that are measured for this once and stored nowhere."""

from collections.abc import Collection, Iterable
from datetime import datetime
from pathlib import Path

import polars as pl

from data.candle_table import trades_of
from data.coverage import of_evidence
from data.importer import read_candles
from data.once import once
from data.schema import CANDLE, CANDLE_DEFAULTS, LOW_TRADE, SPAN, TIME, Evidence, Timeframe, base_of, empty


class FileSource:
    """Candles and spans of the given files; of two files for one bar the later given wins.

    Raises:
        FileRefused: A file holds a row that is no candle.
    """

    def __init__(self, paths: Iterable[Path | str], *, complete: bool = False) -> None:
        files = [read_candles(path, complete=complete) for path in paths]
        # The order in which the files were given stands for the time of fetching, by which the latest wins.
        candles = [
            file.candles.with_columns(
                pl.from_epoch(pl.lit(order), "ms").cast(TIME).alias("fetched_at"),
                pl.lit(file.report.file).alias("source"),
            )
            for order, file in enumerate(files)
        ]
        self._candles = pl.concat(candles).filter(pl.col("price") == CANDLE_DEFAULTS["price"])
        self._covered = pl.concat([file.covered for file in files])

    def candles(
        self,
        assets: Collection[str],
        start: datetime,
        end: datetime,
        *,
        origin: Evidence = Evidence.REAL,
        columns: Collection[str] = tuple(CANDLE),
        in_order: bool = True,
        timeframe: Timeframe = Timeframe.M1,
    ) -> pl.DataFrame:
        """Trade candles of ``[start, end)`` and one length, as `data.store.CandleStore.candles` gives them."""
        inside = pl.col("open_time").is_between(start, end, closed="left")
        asked = self._candles.filter(_of(self._candles, assets), trades_of(timeframe), inside, of_evidence(origin))

        def read(names: Collection[str], further: Collection[pl.Expr]) -> pl.DataFrame:
            return asked.filter(*further).select(names)

        return once(read, columns, in_order=in_order, timeframe=timeframe)

    def covered(
        self,
        assets: Collection[str],
        start: datetime,
        end: datetime,
        *,
        origin: Evidence = Evidence.REAL,  # noqa: ARG002 - the signature of every candle source
        timeframe: Timeframe = Timeframe.M1,
    ) -> pl.DataFrame:
        """The spans collected whole that overlap ``[start, end)``, as `data.store.CandleStore.covered` gives them."""
        inside = (pl.col("start") < end, pl.col("end") > start, pl.col("timeframe") == timeframe.value)
        return self._covered.filter(_of(self._covered, assets), *inside).select(*SPAN)

    def low_trades(
        self,
        assets: Collection[str],  # noqa: ARG002 - the signature of every candle source
        start: datetime,  # noqa: ARG002 - as above
        end: datetime,  # noqa: ARG002 - as above
        *,
        timeframe: Timeframe = Timeframe.M1,  # noqa: ARG002 - as above
    ) -> pl.DataFrame:
        """None: files hold candles, not trades."""
        return empty(LOW_TRADE)


def _of(rows: pl.DataFrame, assets: Collection[str]) -> pl.Expr:
    symbols = [symbol for symbol in rows["symbol"].unique() if base_of(symbol) in assets]
    return pl.col("symbol").is_in(symbols)
