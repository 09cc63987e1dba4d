"""A collection as a process of its own, to be killed at any time: small pages, and everything stored soon."""

import os
import sys
import tempfile
from dataclasses import replace
from datetime import timedelta

from collectors import exchange, ohlcv, sink, trades
from collectors.access import Access
from collectors.job import run_collection
from collectors.request import CollectRequest
from collectors.venues import Kind
from data.schema import Timeframe
from data.store import CandleStore
from tests.collectors.setting import END, HASTY, NOW, START

PAGE_MIN = 30
TRADES_AT_ONCE = 100
VENUES = ("okx", "kraken", "binance")
SECONDS = CollectRequest(("ATOM",), START, START + timedelta(minutes=10), venues=("kraken",), timeframe=Timeframe.S1)
REQUEST = CollectRequest(("ATOM", "WBETH"), START.replace(hour=15), END.replace(hour=5), venues=VENUES)
TABLE = [replace(row, page_min=min(PAGE_MIN, row.page_min)) for row in HASTY if row.kind is Kind.SPOT]


def collect_and_exit(url: str, store: str, length: str, temporary: str) -> None:
    """Collect from the replay at ``url`` into a store, and end with status 1 where something could not be had.

    ``length`` is that of the candles (``1s``: ten minutes of Kraken's), ``temporary`` the folder of temporary files.
    """
    os.environ["TMPDIR"], tempfile.tempdir = temporary, None
    ohlcv.CHUNK_BARS = 2 * PAGE_MIN
    for module in (exchange, trades):
        setattr(module, "TRADES_AT_ONCE", TRADES_AT_ONCE)  # noqa: B010 - one of them only imports the name
    trades.PAGES_AT_ONCE = 2
    sink.LONGEST_WAIT_S = 0.0
    request = SECONDS if length == Timeframe.S1 else REQUEST
    summary = run_collection(CandleStore(store), request, venues=TABLE, access=Access(url), now=lambda: NOW)
    sys.exit(bool(summary.failed))
