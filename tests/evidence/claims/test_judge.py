"""Verdicts on whole claims over candles made by hand, and what gives none."""

import pytest

from data.catalogue import load_catalogue
from data.reconstruction.sample import ensure_sample
from data.store import CandleStore
from evidence.claims.facts import ClaimFacts
from evidence.claims.judge import Basis, ClaimResult, judge_claims
from evidence.claims.load import load_ledger, parse_ledger
from evidence.claims.verdict import Verdict
from evidence.claims.wording import describe_reading, summarize_part
from tests.evidence.claims.candles import EVENT, LATER, build_candles, build_facts, minute

HEAD = """
[sides]
exchange = "The exchange"
[sources]
[[claims]]
id = "X1"
side = "exchange"
who = "An exchange"
dates = ["2025-10-12"]
says = "A statement."
sources = []
mark = "S"
[[claims.parts]]
kind = "spot"
collect = "Spot candles."
[claims.parts.query]
"""

OTHERS = ("okx", "bybit", "bitget", "gate")


def judge(query: str, facts: ClaimFacts | None, basis: Basis = Basis.REAL) -> ClaimResult:
    """The result of a claim of one query."""
    ledger = parse_ledger(EVENT, HEAD + query, load_catalogue())
    (result,) = judge_claims(ledger.claims, facts, basis)
    return result


def build_market(store: CandleStore) -> ClaimFacts:
    """ATOM on five exchanges and DOGE on four; Binance's ATOM closes at 80 for four minutes, at 21:20 to 21:23."""
    fall = dict.fromkeys((10, 11, 12, 13), 80.0)
    atom = [build_candles(venue, "ATOM/USDT", {}) for venue in OTHERS]
    doge = [build_candles(venue, "DOGE/USDT", {15: 99.0}) for venue in OTHERS]
    return build_facts(store, build_candles("binance", "ATOM/USDT", fall), *atom, *doge)


DEVIATION = 'metric = "deviation"\nassets = ["ATOM"]\nvenues = ["binance"]\ngroups = ["usdt"]\nwindow = "crash"\n'


@pytest.mark.parametrize(
    ("expect", "verdict"),
    [
        ("{ at_most = -0.1 }", Verdict.SUPPORTED),
        ("{ at_most = -0.3 }", Verdict.CONTRADICTED),
        ("{ between = [-0.21, -0.19] }", Verdict.SUPPORTED),
    ],
)
def test_supported_and_contradicted(store: CandleStore, expect: str, verdict: Verdict) -> None:
    """Binance was 20% below the four others."""
    assert judge(f"{DEVIATION}expect = {expect}", build_market(store)).verdict is verdict


def test_a_value_inside_its_range_is_mixed(store: CandleStore) -> None:
    """The others stand at 100, 100, 90 and 90: 11% below, and 20% without one of those at 90; the claim says 15%."""
    fall = {10: 80.0}
    others = [
        build_candles(venue, "ATOM/USDT", {10: price}, volume=1000.0)
        for venue, price in zip(OTHERS, (100.0, 100.0, 90.0, 90.0), strict=True)
    ]
    facts = build_facts(store, build_candles("binance", "ATOM/USDT", fall), *others)
    query = DEVIATION + "expect = { at_most = -0.15 }"
    result = judge(query, facts)
    (entry,) = result.parts[0].readings
    assert entry.reading.value == pytest.approx(80 / 90 - 1)
    assert entry.reading.most == pytest.approx(-0.2)
    assert result.verdict is Verdict.MIXED
    assert "so only for the largest of the range" in describe_reading(entry)


def test_an_asset_that_is_absent_leaves_it_open(store: CandleStore) -> None:
    """DOGE on Binance is not in the store: what all would have to do is not decided; the number of ATOM is said."""
    query = DEVIATION.replace('["ATOM"]', '["ATOM", "DOGE"]') + "expect = { at_most = -0.1 }"
    result = judge(query, build_market(store))
    assert result.verdict is Verdict.NOT_DECIDED
    assert "Of 2: 1 as claimed, 1 undecided." in summarize_part(result.parts[0])
    assert judge(query + '\nholds_for = "any"', build_market(store)).verdict is Verdict.SUPPORTED
    assert judge(query + "\nholds_for = 2", build_market(store)).verdict is Verdict.NOT_DECIDED


def test_a_claim_of_more_than_the_store_holds_is_not_decided(store: CandleStore) -> None:
    """One coin in the store, and the claim speaks of all."""
    query = DEVIATION + 'expect = { at_most = -0.1 }\nuniverse = "all listed coins"'
    result = judge(query, build_market(store))
    assert result.verdict is Verdict.NOT_DECIDED
    assert summarize_part(result.parts[0]).endswith("1 in this store; the claim speaks of all listed coins.")


def test_the_order_of_two_minutes(store: CandleStore) -> None:
    """Binance's ATOM is 10% down at 21:20; DOGE is lowest at 21:25, ATOM's own group median at 21:10."""
    facts = build_market(store)
    reached = DEVIATION.replace("deviation", "reached") + "size = 0.1\n"
    doge = 'metric = "bottom", assets = ["DOGE"], groups = ["usdt"], window = "crash"'
    same = 'metric = "reached", assets = ["ATOM"], venues = ["binance"], window = "crash", size = 0.15'
    assert judge(f"{reached}expect = {{ before = {{ {doge} }} }}", facts).verdict is Verdict.SUPPORTED
    assert judge(f"{reached}expect = {{ after = {{ {doge} }} }}", facts).verdict is Verdict.CONTRADICTED
    tie = judge(f"{reached}expect = {{ before = {{ {same} }} }}", facts)
    assert tie.verdict is Verdict.MIXED
    assert "one-minute bars cannot order them" in describe_reading(tie.parts[0].readings[0])
    assert tie.parts[0].readings[0].reading.value == minute(10)


def test_two_minutes_to_compare_with_order_nothing(store: CandleStore) -> None:
    """The bottoms of ATOM and DOGE differ."""
    reached = DEVIATION.replace("deviation", "reached") + "size = 0.1\n"
    both = 'metric = "bottom", assets = ["ATOM", "DOGE"], groups = ["usdt"], window = "crash"'
    result = judge(f"{reached}expect = {{ before = {{ {both} }} }}", build_market(store))
    assert result.verdict is Verdict.NOT_DECIDED
    assert "it differs between exchanges or quotes" in describe_reading(result.parts[0].readings[0])


def test_a_mean(store: CandleStore) -> None:
    """Lows of 80 and 99 from opens of 100: a mean of -10.5%; with an absent coin it stays open."""
    markets = [
        build_candles("okx", f"{coin}/USDT", {}, lows={9: low}) for coin, low in (("ATOM", 80.0), ("DOGE", 99.0))
    ]
    facts = build_facts(store, *markets)
    query = (
        'metric = "open-to-low"\nassets = ["ATOM", "DOGE"]\nvenues = ["okx"]\nwindow = "crash"\nholds_for = "mean"\n'
        "expect = { between = [-0.11, -0.1] }"
    )
    result = judge(query, facts)
    assert result.verdict is Verdict.SUPPORTED
    assert result.parts[0].number == pytest.approx(-0.105)
    assert judge(query.replace('"DOGE"', '"DOGE", "XRP"'), facts).verdict is Verdict.NOT_DECIDED


def test_the_sample_decides_nothing(store: CandleStore) -> None:
    """Over a store of the reconstruction alone every claim that candles decide reads not decided."""
    ensure_sample(store, LATER)
    ledger = load_ledger(EVENT)
    assert ledger is not None
    for facts, basis in ((None, Basis.SAMPLE), (build_facts(store), Basis.REAL)):
        for result in judge_claims(ledger.claims, facts, basis):
            verdicts = {part.verdict for part in result.parts if part.part.query is not None}
            assert verdicts <= {Verdict.NOT_DECIDED}, result.claim.id


def test_exchanges_chosen_by_hand_give_no_verdict() -> None:
    """Whatever the candles say; arithmetic is computed all the same."""
    ledger = load_ledger(EVENT)
    assert ledger is not None
    parts = [part for result in judge_claims(ledger.claims, None, Basis.BY_HAND) for part in result.parts]
    assert {part.verdict for part in parts if part.part.query is not None} == {Verdict.NONE}
    assert all(part.verdict in {Verdict.SUPPORTED, Verdict.CONTRADICTED} for part in parts if part.part.arithmetic)
    query_part = next(part for part in parts if part.part.query is not None)
    assert summarize_part(query_part) == "With exchanges chosen by hand no verdict is given."


def test_the_ledger_of_october_2025() -> None:
    """It has claims of every side, each with a source, and each id once."""
    ledger = load_ledger(EVENT)
    assert ledger is not None
    assert {claim.side for claim in ledger.claims} == ledger.sides.keys()
    assert all(claim.sources for claim in ledger.claims)
    assert {source for claim in ledger.claims for source in claim.sources} == ledger.sources.keys()
