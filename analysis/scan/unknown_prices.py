"""Markets of an asset whose price on a day is unknown, as rows beside those that were measured."""

from collections.abc import Iterator

import polars as pl

from analysis.scan.inputs import rename_symbol
from analysis.scan.measure import AssetScan
from analysis.scan.request import ScanTask
from analysis.scan.rows import Values
from analysis.scan.set_aside import is_comparable
from data.schema import parse_quote
from data.tables.scans import SetAside
from deviation.side import Side

WITHOUT_CANDLE = {SetAside.NO_CANDLE.value, SetAside.NO_WINDOW_CANDLE.value}
"""Reasons to set a market aside that leave open whether it had a price."""


def list_unknown_prices(scan: AssetScan, task: ScanTask, covered_spans: pl.DataFrame) -> Iterator[Values]:
    """A row for each market and side of which no price is known, all of its minutes missing.

    Where the asset was not measured, but could be if these had prices, its other markets are unknown too. A market that
    was asked for all of the window and had no trade, that its venue did not list, or that is of another coin is not
    unknown.

    Args:
        scan: of the asset over the window.
        task: what was scanned.
        covered_spans: the spans in which a market's minutes are in the data, of `read_asset_inputs`.
    """
    aside = {(row["venue"], row["symbol"]): row["reason"] for row in scan.set_aside.iter_rows(named=True)}
    is_whole = (pl.col("start") <= task.start) & (pl.col("end") >= task.end)
    covered = set(covered_spans.filter(is_whole).select("venue", "symbol").cast(pl.String).iter_rows())
    present, unknown = [], []
    for market in task.scanned.markets:
        name = market.venue, rename_symbol(task.asset, market)
        reason = aside.get((market.venue, market.symbol))
        if reason is None:
            present.append(name)
        elif reason in WITHOUT_CANDLE and name not in covered:
            unknown.append(name)
    if not scan.is_measured:
        if not unknown or not is_comparable(task, [*present, *unknown]):
            return
        unknown += present
    for venue, symbol in unknown:
        for side in Side:
            yield {
                "asset": task.asset,
                "group": parse_quote(symbol).lower(),
                "venue": venue,
                "side": side.value,
                "missing_min": int(task.question.duration_min),
            }
