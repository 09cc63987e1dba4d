"""Scans of a few assets for tests: the lowest trades are given, all else follows from them or is the same for all."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl

from data.schema import build_empty_frame
from data.tables.scans import FIVE_PEERS, SCAN_CROSS, SCAN_ROW, SCAN_SET_ASIDE, MarketScan, ScanRun, SetAside

SCAN_START = datetime(2025, 10, 10, 16, 0, tzinfo=UTC)
SCAN_END = datetime(2025, 10, 11, 16, 0, tzinfo=UTC)
MADE_AT = datetime(2025, 12, 1, 8, 0, tzinfo=UTC)

Prices = Mapping[str, Mapping[str, float]]
"""Prices by asset and venue."""


def build_run(scan_id: str = "scan-1", **fields: Any) -> ScanRun:  # noqa: ANN401 - any field of a run
    """A scan of the report's day with Binance as the focus, with some of its fields changed."""
    run = ScanRun(
        scan_id=scan_id,
        made_at=MADE_AT,
        start=SCAN_START,
        end=SCAN_END,
        event="2025-10-10",
        window="report-day",
        focus="binance",
        store_version="1/-",
        asset_count=0,
        version="0.1.0",
    )
    return replace(run, **fields)


def build_scan(
    lows: Prices,
    *,
    aligned: Prices | None = None,
    size_ranks: Mapping[str, Mapping[str, str]] | None = None,
    days_before: int = 0,
    run: ScanRun | None = None,
    set_aside: pl.DataFrame | None = None,
) -> MarketScan:
    """A scan of USDT markets: of each asset the lowest trades of its venues, and highest trades of 10 on all.

    Args:
        lows: the lowest trades.
        aligned: how far the close was below all others in that minute; 0 where not given.
        size_ranks: words of rank below; ``not ranked`` where not given.
        days_before: the day that all rows are of.
        run: the scan; None for `build_run` with the number of these assets.
        set_aside: frame of `SCAN_SET_ASIDE`; None for an empty one.
    """
    run = build_run(asset_count=len(lows)) if run is None else run
    rows = [
        _build_row(run, asset, venue, side, prices, (aligned or {}).get(asset, {}), (size_ranks or {}).get(asset, {}))
        for asset, asset_lows in lows.items()
        for side, prices in (("below", asset_lows), ("above", dict.fromkeys(asset_lows, 10.0)))
        for venue in asset_lows
    ]
    frame = pl.DataFrame([{**row, "days_before": days_before} for row in rows], schema=SCAN_ROW)
    aside = build_empty_frame(SCAN_SET_ASIDE) if set_aside is None else set_aside
    return MarketScan(run, frame.sort("asset", "venue", "side"), build_empty_frame(SCAN_CROSS), aside)


def build_set_aside(
    asset: str, venue: str, reason: SetAside, calm_price: float | None = None, median_price: float | None = None
) -> pl.DataFrame:
    """One market of `build_run` that was set aside."""
    values = ("scan-1", asset, venue, f"{asset}/USDT", reason.value, calm_price, median_price)
    return pl.DataFrame([values], schema=SCAN_SET_ASIDE, orient="row")


def _build_row(
    run: ScanRun,
    asset: str,
    venue: str,
    side: str,
    prices: Mapping[str, float],
    aligned: Mapping[str, float],
    size_ranks: Mapping[str, str],
) -> dict[str, object]:
    price = prices[venue]
    others = sorted(((other_price, other) for other, other_price in prices.items() if other != venue))
    five = sorted(prices[other] for other in FIVE_PEERS if other in prices and other != venue)
    second = None if not others else others[0] if side == "below" else others[-1]
    five_second = None if not five else five[0] if side == "below" else five[-1]
    is_first = second is not None and (price <= second[0] if side == "below" else price >= second[0])
    window_min = (run.end - run.start) // timedelta(minutes=1)
    return {
        "scan_id": run.scan_id,
        "asset": asset,
        "group": "usdt",
        "venue": venue,
        "symbol": f"{asset}/USDT",
        "scale": 1.0,
        "side": side,
        "price": price,
        "at": run.start + timedelta(hours=5, minutes=20),
        "open": 8.0,
        "is_first": is_first,
        "gap": None if second is None else price / second[0] - 1,
        "second_venue": None if second is None else second[1],
        "price_count": len(prices),
        "gap_five": None if five_second is None else price / five_second - 1,
        "five_count": len(five),
        "five_missing": 0,
        "aligned": aligned.get(venue, 0.0) if side == "below" else 0.0,
        "aligned_five": aligned.get(venue, 0.0) if side == "below" else 0.0,
        "trade_least": None,
        "trade_most": None,
        "traded_usd": 1000.0,
        "round": False,
        "deviation": 0.0,
        "beyond_min": 0,
        "firm_min": window_min,
        "missing_min": 0,
        "window_min": window_min,
        "size_rank": size_ranks.get(venue, "not ranked") if side == "below" else "not ranked",
        "length_rank": "not ranked",
        "rank_count": len(prices),
    }
