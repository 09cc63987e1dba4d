"""Scans of random markets agree with a plain program that was written from the method alone."""

from datetime import timedelta

import pytest

from analysis.scan.measure import scan_market
from data.catalogue import load_catalogue
from data.store import CandleStore
from tests.analysis.scan.brute import Markets, make_markets, measure_extremes
from tests.analysis.scan.market_candles import SERIAL, START, build_request, write_markets
from tests.data.frames import build_candle

MINUTES = 30


def write_random(store: CandleStore, markets: Markets) -> None:
    """Store the candles of random markets."""
    rows = []
    for asset, venues in markets.items():
        for venue, minutes in venues.items():
            for number, minute in minutes.items():
                at = START + timedelta(minutes=number)
                candle = build_candle(0, minute.close, venue=venue, symbol=f"{asset}/USDT", at=at)
                prices = {"open": minute.open, "high": minute.high, "low": minute.low}
                rows.append({**candle, **prices, "volume": minute.volume})
    write_markets(store, rows)


@pytest.mark.parametrize("seed", range(3))
def test_every_row_is_as_the_plain_program_says(store: CandleStore, seed: int) -> None:
    """Prices, minutes, gaps and same-minute gaps of every exchange, asset and side."""
    markets = make_markets(seed, assets=5, minutes=MINUTES)
    write_random(store, markets)
    request = build_request(store, end=START + timedelta(minutes=MINUTES), placebo_days=())
    rows = scan_market(store, load_catalogue(), request, SERIAL).rows
    assert len(rows) == 2 * sum(len(venues) for venues in markets.values())
    for row in rows.iter_rows(named=True):
        expected = measure_extremes(markets[row["asset"]], row["side"])[row["venue"]]
        assert (row["price"], row["at"]) == (expected.price, START + timedelta(minutes=expected.minute))
        assert row["gap"] == pytest.approx(expected.gap, rel=1e-12, abs=1e-12)
        assert row["is_first"] is expected.is_first
        for name in ("gap_five", "aligned", "aligned_five"):
            wanted = getattr(expected, name)
            assert row[name] == (None if wanted is None else pytest.approx(wanted, rel=1e-12, abs=1e-12))
        assert row["price_count"] == len(expected.others) + 1
