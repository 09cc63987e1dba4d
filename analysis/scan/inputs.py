"""The candles of one asset of a scan: read once for all windows, with scaled tickers under the coin's own name."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from data.grid.candle_grid import CandleGrid, Floats, GridRows
from data.identity.market_universe import ScanAsset, ScanMarket
from data.reader import CandleReader
from data.schema import parse_base, parse_quote
from deviation.question import COMMON_GROUPS, Question

MarketName = tuple[str, str]
"""Venue and symbol."""

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
) -> tuple[CandleGrid, pl.DataFrame]:
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
    with reader.hold_versions():
        grid = reader.read_grid(assets, start, end)
        covered_spans = reader.read_covered_spans(assets, start, end)
    scaled_markets = {market[:2]: market for market in scanned.markets if market.scale != 1}
    if not scaled_markets:
        return grid, covered_spans
    new_symbols = {name: rename_symbol(scanned.asset, market) for name, market in scaled_markets.items()}
    renamed_spans = pl.DataFrame(
        [
            (venue, new_symbols.get((venue, symbol), symbol), *span)
            for venue, symbol, *span in covered_spans.iter_rows()
        ],
        schema=covered_spans.schema,
        orient="row",
    )
    return _divide_prices(grid, scaled_markets, new_symbols), renamed_spans


def _list_assets(scanned: ScanAsset) -> frozenset[str]:
    """The tickers of the asset, and the quotes that its markets are compared by, whose markets give the rates."""
    tickers = {scanned.asset, *(parse_base(market.symbol) for market in scanned.markets)}
    quotes = {parse_quote(market.symbol) for market in scanned.markets}
    return frozenset({*tickers, *quotes, *(group.upper() for group in COMMON_GROUPS)})


def _divide_prices(
    grid: CandleGrid, scaled_markets: Mapping[MarketName, ScanMarket], new_symbols: Mapping[MarketName, str]
) -> CandleGrid:
    """The grid with scaled markets under new symbols; other markets stay as they are, to the bit."""
    scales = np.ones(len(grid.volume))
    for name, market in scaled_markets.items():
        if name in grid.lines:
            scales[grid.lines[name]] = market.scale
    lines = {(venue, new_symbols.get((venue, symbol), symbol)): line for (venue, symbol), line in grid.lines.items()}
    reads = tuple(_divide_rows(rows, scales[rows.cells // grid.size]) for rows in grid.reads)
    by_line = scales[:, np.newaxis]
    return replace(
        grid,
        lines=dict(sorted(lines.items())),
        open=_divide(grid.open, by_line),
        close=_divide(grid.close, by_line),
        volume=grid.volume * by_line,
        reads=reads,
    )


def _divide_rows(rows: GridRows, scales: Floats) -> GridRows:
    high, low = (pl.Series(_divide(column.to_numpy(), scales)) for column in (rows.high, rows.low))
    return replace(rows, high=high, low=low)


def _divide(prices: Floats, scales: Floats) -> Floats:
    """Prices over scales, rounded where the scale is not 1."""
    scales = np.broadcast_to(scales, prices.shape)
    is_scaled = scales != 1
    divided = prices.copy()
    quotients = pl.Series(prices[is_scaled] / scales[is_scaled]).round_sig_figs(PRICE_DIGITS)
    divided[is_scaled] = quotients.to_numpy()
    return divided
