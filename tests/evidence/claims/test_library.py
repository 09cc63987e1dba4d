"""The claims about the library's events, judged by the replayed markets of each: what they must read is by hand."""

import pytest

from data.catalogue import load_catalogue
from evidence.claims.facts import ClaimFacts
from evidence.claims.judge import Basis, judge_ledger
from evidence.claims.load import load_ledger
from tests.dashboard.event_store import BUILDERS, build_event_store

CATALOGUE = load_catalogue()

VERDICTS = {
    # 700 on Kraken at 14:18 and 14:19, 1,530 to 1,546 elsewhere, where nothing falls
    "2021-02-22": {
        "K1": "supported",
        "K2": "contradicted",  # the low comes at 14:18, not at 14:20
        "K3": "supported",
        "K4": "supported",  # the median of closes is 1,540
        "K5": "contradicted",
        "K6": "supported",
        "K7": "outside candles",
        "K8": "outside candles",
    },
    # 6,250 on Bitstamp from 02:58 to 03:08, 7,100 to 7,300 elsewhere, and 7,600 after it
    "2019-05-17": {
        "B1": "supported",
        "B2": "contradicted",
        "B3": "mixed",  # 6,250 is not 6,100, and Bitfinex stays above 7,000
        "B4": "mixed",  # Bitstamp and Coinbase both fall by 5% in the minute of 02:58
        "B5": "supported",
        "B6": "outside candles",
    },
    # a trade at 8,200 and a close of 64,000 on Binance.US, 57,600 at the close on Kraken
    "2021-10-21": {
        "U1": "outside candles",
        "U2": "supported",
        "U3": "supported",
        "U4": "supported",
        "U5": "outside candles",
    },
    # a trade at 138,070 and a close of 56,000 against 28,000, and nothing in dollars
    "2023-06-21": {
        "S1": "supported",
        "S2": "supported",
        "S3": "supported",
        "S4": "outside candles",
        "S5": "outside candles",
    },
    # 0.74, 0.80 and 0.79 on Binance against 1, and nothing on OKX
    "2024-01-03": {"C1": "supported", "C2": "contradicted", "C3": "supported", "C4": "contradicted"},
    # the replay has 90 minutes of the two days, which decide nothing
    "2025-12-24": {
        "D1": "not decided",
        "D2": "not decided",
        "D3": "not decided",
        "D4": "not decided",
        "D5": "not decided",
        "D6": "outside candles",
    },
    # 81.732 million won on Bithumb from 10:30 on, 97.3 million on Upbit; nothing after 12:00
    "2026-02-06": {
        "H1": "mixed",
        "H2": "not decided",
        "H3": "supported",
        "H4": "contradicted",  # 16%, not 10%
        "H5": "supported",
        "H6": "outside candles",
        "H7": "outside candles",
    },
}


@pytest.mark.parametrize("event", BUILDERS)
def test_claims_over_the_replay(event: str) -> None:
    """Each claim about an event has the verdict that its replayed markets give."""
    ledger = load_ledger(event)
    assert ledger is not None
    results = judge_ledger(ledger, ClaimFacts(build_event_store(event), CATALOGUE, event), Basis.REAL)
    assert {result.claim.id: result.verdict.value for result in results} == VERDICTS[event]


@pytest.mark.parametrize("event", BUILDERS)
def test_arithmetic_stands_without_a_candle(event: str) -> None:
    """Without real candles only arithmetic and what lies outside of candles is decided."""
    ledger = load_ledger(event)
    assert ledger is not None
    results = judge_ledger(ledger, None, Basis.SAMPLE)
    by_kind: dict[str, set[str]] = {}
    for result in results:
        for part in result.parts:
            by_kind.setdefault(part.part.kind.value, set()).add(part.verdict.value)
    assert by_kind.pop("spot") == {"not decided"}
    assert by_kind.get("arithmetic", {"supported"}) == {"supported"}
    assert by_kind.get("outside", {"outside candles"}) == {"outside candles"}
