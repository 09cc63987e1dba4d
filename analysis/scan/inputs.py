"""The candles of one asset of a scan: read once for all windows, with scaled tickers under the coin's own name."""

from collections.abc import Sequence

import polars as pl

from analysis.questions import MEASURED_COLUMNS
from data.identity.market_universe import ScanAsset, ScanMarket
from data.reader import CandleReader
from data.schema import parse_base, parse_quote
from deviation.question import COMMON_GROUPS, Question

PRICE_COLUMNS = ("open", "high", "low", "close")

PRICE_DIGITS = 12
"""Significant digits of a price that was divided: it reads as printed, 0.00020003 and not 0.00020003000000000002."""


def rename_symbol(asset: str, market: ScanMarket) -> str:
    """The symbol that a market has under the asset's own ticker.

    >>> rename_symbol("SATS", ScanMarket("binance", "1000SATS/USDT", 1000.0))
    'SATS/USDT'
    """
    return f"{asset}/{parse_quote(market.symbol)}"


def read_asset_inputs(
    reader: CandleReader, scanned: ScanAsset, questions: Sequence[Question]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Read the candles and complete spans of an asset, and of the quotes that its markets are converted by.

    Args:
        reader: where candles are read from.
        scanned: the asset and its markets.
        questions: about the asset, which differ only in their windows.

    Returns:
        As `analysis.questions.read_inputs`; markets of a scaled ticker are those of the asset, prices divided by the
        scale and volumes multiplied by it.
    """
    spans = [question.required_span for question in questions]
    start, end = min(span_start for span_start, _ in spans), max(span_end for _, span_end in spans)
    assets = _list_assets(scanned)
    candles = reader.read_candles(assets, start, end, columns=MEASURED_COLUMNS, in_order=False)
    covered_spans = reader.read_covered_spans(assets, start, end)
    scaled_markets = [market for market in scanned.markets if market.scale != 1]
    if not scaled_markets:
        return candles, covered_spans
    is_scaled = pl.col("scale").is_not_null()
    names = pl.DataFrame(
        [(*market, rename_symbol(scanned.asset, market)) for market in scaled_markets],
        schema={"venue": pl.String, "symbol": pl.String, "scale": pl.Float64, "new_symbol": pl.String},
        orient="row",
    )
    prices = [
        pl.when(is_scaled)
        .then((pl.col(name) / pl.col("scale")).round_sig_figs(PRICE_DIGITS))
        .otherwise(name)
        .alias(name)
        for name in PRICE_COLUMNS
    ]
    volume = pl.when(is_scaled).then(pl.col("volume") * pl.col("scale")).otherwise("volume").alias("volume")
    return (
        _rename(candles, names, *prices, volume),
        _rename(covered_spans, names),
    )


def _list_assets(scanned: ScanAsset) -> frozenset[str]:
    """The tickers of the asset, and the quotes that its markets are compared by, whose markets give the rates."""
    tickers = {scanned.asset, *(parse_base(market.symbol) for market in scanned.markets)}
    quotes = {parse_quote(market.symbol) for market in scanned.markets}
    return frozenset({*tickers, *quotes, *(group.upper() for group in COMMON_GROUPS)})


def _rename(rows: pl.DataFrame, names: pl.DataFrame, *values: pl.Expr) -> pl.DataFrame:
    texts = rows.with_columns(pl.col("venue", "symbol").cast(pl.String))
    joined = texts.join(names, on=["venue", "symbol"], how="left", maintain_order="left")
    return joined.with_columns(*values, symbol=pl.coalesce("new_symbol", "symbol")).select(rows.columns)
