"""A collection in its own process that can be killed at any time: small pages, stored without delay."""

import os
import sys
import tempfile
from dataclasses import replace
from datetime import timedelta

from collectors import listing, store_writer
from collectors.collect import run_collection
from collectors.http import ccxt_exchange
from collectors.http.access import Access
from collectors.request import CollectRequest
from collectors.routes import ohlcv, trades
from collectors.venues.row import MarketType
from data.schema import Timeframe
from data.store import CandleStore
from tests.collectors.replay_setup import END, FAST_VENUES, NOW, START

PAGE_MIN = 30
TRADES_PER_PAGE = 100
VENUES = ("okx", "kraken", "binance")
SECONDS_REQUEST = CollectRequest(
    ("ATOM",), START, START + timedelta(minutes=10), venues=("kraken",), timeframe=Timeframe.S1
)
# From the first trade on: nothing shows that the minute before it was quiet.
REQUEST = CollectRequest(("ATOM", "WBETH"), START.replace(hour=15, minute=1), END.replace(hour=5), venues=VENUES)
SMALL_PAGE_VENUES = [
    replace(row, page_min=min(PAGE_MIN, row.page_min)) for row in FAST_VENUES if row.kind is MarketType.SPOT
]


def collect_and_exit(url: str, store: str, length: str, temporary: str) -> None:
    """Collect from the replay at ``url`` into a store, and exit with 1 where something is missing.

    ``length`` is that of the candles (``1s``: ten minutes of Kraken's), ``temporary`` the folder of temporary files.
    """
    os.environ["TMPDIR"], tempfile.tempdir = temporary, None
    ohlcv.CHUNK_BARS = 2 * PAGE_MIN
    for module in (ccxt_exchange, trades):
        setattr(module, "TRADES_PER_PAGE", TRADES_PER_PAGE)  # noqa: B010 - one of them only imports the name
    trades.PAGES_PER_CHUNK = 2
    store_writer.MAX_WAIT_S = 0.0
    listing.list_unlisted_markets = lambda *_: []
    request = SECONDS_REQUEST if length == Timeframe.S1 else REQUEST
    summary = run_collection(CandleStore(store), request, venues=SMALL_PAGE_VENUES, access=Access(url), now=lambda: NOW)
    sys.exit(bool(summary.failed))
