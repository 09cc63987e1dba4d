"""Claims about all coins are judged by a saved scan of the market, and by nothing less than a whole one."""

from datetime import timedelta

import polars as pl
import pytest

from data.catalogue import load_catalogue
from data.errors import UsageError
from data.store import CandleStore
from data.tables.scans import MarketScan, ScanRun, SetAside, Universe
from evidence.claims.compare import Outcome
from evidence.claims.facts import ClaimFacts
from evidence.claims.judge import ClaimResult, PartResult
from evidence.claims.load import load_ledger
from evidence.claims.reading import Final
from evidence.claims.verdict import Verdict
from evidence.claims.wording import describe_reading, summarize_part
from tests.data.scan_frames import MADE_AT, build_run, build_scan, build_set_aside
from tests.evidence.claims.candles import EVENT
from tests.evidence.claims.test_judge import judge

LOWS = {
    "A": {"binance": 80, "okx": 100, "gate": 90, "kraken": 85},
    "B": {"binance": 50, "okx": 100, "kraken": 100},
    "C": {"binance": 100, "okx": 90, "gate": 95},
    "D": {"binance": 10, "okx": 20, "kraken": 10},
    "E": {"okx": 1, "gate": 2, "kraken": 3},
}
"""Binance is 11%, 50% and 50% below the lowest of the five on A, B and D and above it on C; below all on A and B."""

ALL = 'assets = "scanned"\nvenues = ["binance"]\ngroups = ["usdt"]\nwindow = "report-day"\n'

ALL_PEERS = f'metric = "low-gap"\n{ALL}'

FIVE_PEERS = f'{ALL_PEERS}peers = ["okx", "bybit", "bitget", "gate", "kucoin"]\n'

TENTH_BELOW = f"{FIVE_PEERS}expect = {{ at_most = -0.1 }}\n"

LISTED = build_run(asset_count=5, universe=Universe.LISTED)


def save_scan(
    store: CandleStore, run: ScanRun = LISTED, set_aside: pl.DataFrame | None = None, **columns: pl.Expr
) -> ClaimFacts:
    """The facts of a store with this scan, with some columns of its rows changed."""
    aligned = {"A": {"binance": -0.12}, "C": {"binance": -0.3}}
    scan = build_scan(LOWS, aligned=aligned, run=run, set_aside=set_aside)
    store.scans.save(MarketScan(run, scan.rows.with_columns(**columns), scan.cross, scan.set_aside))
    return build_facts(store)


def build_facts(store: CandleStore) -> ClaimFacts:
    """What a store says of the event."""
    return ClaimFacts(store, load_catalogue(), EVENT)


def get_part(result: ClaimResult) -> PartResult:
    """The one part of a claim."""
    (part,) = result.parts
    return part


def change(column: str, asset: str, venue: str, value: int) -> pl.Expr:
    """A column with another value for one exchange on one asset."""
    is_row = (pl.col("asset") == asset) & (pl.col("venue") == venue)
    return pl.when(is_row).then(pl.lit(value, pl.Int64)).otherwise(pl.col(column))


@pytest.mark.parametrize(("count", "verdict"), [(3, Verdict.SUPPORTED), (4, Verdict.CONTRADICTED)])
def test_a_number_of_coins_is_counted_over_the_whole_scan(store: CandleStore, count: int, verdict: Verdict) -> None:
    """Three of the four coins on Binance are at least 10% below the lowest of the five; E is not on it."""
    result = judge(f"{TENTH_BELOW}holds_for = {count}", save_scan(store))
    assert result.verdict is verdict
    values = [entry.reading.value for entry in get_part(result).readings]
    assert values == pytest.approx([80 / 90 - 1, -0.5, 100 / 90 - 1, -0.5])


def test_more_than_half_depends_on_whom_it_is_compared_with(store: CandleStore) -> None:
    """Three of four against the five; against all, two of four, as D is shared with Kraken."""
    facts = save_scan(store)
    most = 'expect = { below = 0 }\nholds_for = "most"'
    assert judge(FIVE_PEERS + most, facts).verdict is Verdict.SUPPORTED
    result = judge(ALL_PEERS + most, facts)
    assert result.verdict is Verdict.CONTRADICTED
    assert "Of 4: 2 as claimed, 2 not as claimed" in summarize_part(get_part(result))


def test_without_a_scan_nothing_is_decided(store: CandleStore) -> None:
    """Not even that there are too few; neither by one of another window, or focus, or with exchanges by hand."""
    query = f"{TENTH_BELOW}holds_for = 3"
    others = (
        build_run("a", universe=Universe.LISTED, focus="okx"),
        build_run("b", universe=Universe.LISTED, end=LISTED.end - timedelta(hours=1)),
        build_run("c", universe=Universe.LISTED, choices={"venues": ["binance", "okx"]}),
    )
    assert judge(query, build_facts(store)).verdict is Verdict.NOT_DECIDED
    for run in others:
        result = judge(query, save_scan(store, run))
        assert result.verdict is Verdict.NOT_DECIDED
    assert describe_reading(get_part(result).readings[0]) == (
        "The market: no scan of this window for this exchange is saved, of every exchange and at the defaults"
    )


def test_of_several_scans_the_last_whole_one_counts(store: CandleStore) -> None:
    """A later one with exchanges chosen by hand changes nothing."""
    save_scan(store)
    later = build_run("z", made_at=MADE_AT + timedelta(days=1), choices={"venues": ["binance"]})
    assert judge(f"{TENTH_BELOW}holds_for = 3", save_scan(store, later)).verdict is Verdict.SUPPORTED


def test_a_later_scan_of_what_the_store_held_undoes_no_verdict(store: CandleStore) -> None:
    """That there are too few is decided by the one of all listed coins, which is not forgotten."""
    query = f"{TENTH_BELOW}holds_for = 4"
    assert judge(query, save_scan(store)).verdict is Verdict.CONTRADICTED
    later = build_run("z", made_at=MADE_AT + timedelta(days=1), asset_count=5)
    assert judge(query, save_scan(store, later)).verdict is Verdict.CONTRADICTED


def test_a_scan_of_what_the_store_held_shows_enough_but_never_too_few(store: CandleStore) -> None:
    """There may be other coins."""
    facts = save_scan(store, build_run(asset_count=5))
    assert judge(f"{TENTH_BELOW}holds_for = 3", facts).verdict is Verdict.SUPPORTED
    assert judge(f"{TENTH_BELOW}holds_for = 4", facts).verdict is Verdict.NOT_DECIDED
    assert judge(f'{FIVE_PEERS}expect = {{ below = 0 }}\nholds_for = "most"', facts).verdict is Verdict.NOT_DECIDED


def test_a_missing_peer_leaves_a_gap_open_but_not_that_there_is_none(store: CandleStore) -> None:
    """A lower trade on it would make the gap of A smaller; C is above OKX whatever KuCoin did."""
    facts = save_scan(store, five_missing=change("five_missing", "A", "binance", 1))
    readings = get_part(judge(f"{TENTH_BELOW}holds_for = 3", facts)).readings
    assert [entry.comparison.outcome for entry in readings] == [
        Outcome.UNKNOWN,
        Outcome.HOLDS,
        Outcome.FAILS,
        Outcome.HOLDS,
    ]
    assert readings[0].reading.final is Final.LOWER_BOUND
    assert judge(f"{TENTH_BELOW}holds_for = 3", facts).verdict is Verdict.NOT_DECIDED
    assert judge(f"{TENTH_BELOW}holds_for = 2", facts).verdict is Verdict.SUPPORTED


@pytest.mark.parametrize(
    ("venue", "final"), [("binance", Final.UPPER_BOUND), ("gate", Final.LOWER_BOUND), ("kraken", Final.EXACT)]
)
def test_missing_minutes_bound_a_gap_one_way(store: CandleStore, venue: str, final: Final) -> None:
    """Of the exchange itself, of one of the five, and of one that it is not compared with."""
    facts = save_scan(store, missing_min=change("missing_min", "A", venue, 3))
    assert get_part(judge(f"{TENTH_BELOW}holds_for = 3", facts)).readings[0].reading.final is final


def test_a_coin_without_a_price_could_change_the_count_and_one_of_another_coin_could_not(store: CandleStore) -> None:
    """F is on Binance and has no candle, G on others that have none; BTT's other market is another coin."""
    aside = pl.concat(
        [
            build_set_aside("F", "binance", SetAside.NO_CANDLE),
            build_set_aside("F", "", SetAside.FEWER_THAN_THREE),
            build_set_aside("BTT", "gate", SetAside.OTHER_COIN, 3.5, 1.0),
            build_set_aside("BTT", "", SetAside.FEWER_THAN_THREE),
            build_set_aside("H", "binance", SetAside.NOT_LISTED),
            build_set_aside("H", "", SetAside.FEWER_THAN_THREE),
            build_set_aside("A", "kucoin", SetAside.NO_CANDLE),
        ]
    )
    facts = save_scan(store, set_aside=aside)
    result = judge(f"{TENTH_BELOW}holds_for = 4", facts)
    assert result.verdict is Verdict.NOT_DECIDED
    absent = [entry.reading for entry in get_part(result).readings if entry.reading.value is None]
    assert [(reading.subject, reading.why) for reading in absent] == [
        ("F/USDT on Binance", "no price of it in this window is in the data")
    ]
    assert judge(f"{TENTH_BELOW}holds_for = 5", facts).verdict is Verdict.CONTRADICTED


def test_a_coin_that_none_of_the_five_lists_is_not_compared_with_them(store: CandleStore) -> None:
    """It has no gap, and nothing is missing; where one may list it, it is open."""
    is_b = pl.col("asset") == "B"
    gap = pl.when(is_b).then(None).otherwise(pl.col("gap_five"))
    facts = save_scan(store, gap_five=gap)
    assert len(get_part(judge(f"{TENTH_BELOW}holds_for = 3", facts)).readings) == 3
    missing = pl.when(is_b).then(pl.lit(5, pl.Int64)).otherwise(pl.col("five_missing"))
    later = build_run("y", made_at=MADE_AT + timedelta(1), universe=Universe.LISTED)
    facts = save_scan(store, later, gap_five=gap, five_missing=missing)
    readings = get_part(judge(f"{TENTH_BELOW}holds_for = 3", facts)).readings
    assert [entry.comparison.outcome for entry in readings].count(Outcome.UNKNOWN) == 1


def test_a_premium_is_the_inverse_of_the_gap(store: CandleStore) -> None:
    """Half the price is 100% less than the other by that count."""
    query = TENTH_BELOW.replace("low-gap", "low-premium").replace("at_most = -0.1", "at_least = 1")
    result = judge(f'{query}holds_for = "any"', save_scan(store))
    assert result.verdict is Verdict.SUPPORTED
    values = [entry.reading.value for entry in get_part(result).readings]
    assert values == pytest.approx([90 / 80 - 1, 1.0, 90 / 100 - 1, 1.0])


def test_the_mean_fall_from_the_open(store: CandleStore) -> None:
    """From 100 to 80, 50, 100 and 10 it is 40%; of more than the scan has it stays open, with its number."""
    facts = save_scan(store, open=pl.lit(100.0))
    query = f'metric = "open-to-low"\n{ALL}expect = {{ between = [-0.41, -0.39] }}\nholds_for = "mean"\n'
    result = judge(query, facts)
    assert result.verdict is Verdict.SUPPORTED
    assert get_part(result).number == pytest.approx(-0.4)
    wider = judge(f'{query}universe = "all coins listed on Binance"', facts)
    assert wider.verdict is Verdict.NOT_DECIDED
    assert get_part(wider).number == pytest.approx(-0.4)


def test_the_same_minute_chance_and_the_days_before_stand_beside_the_count(store: CandleStore) -> None:
    """They decide nothing."""
    window, before = build_scan(LOWS, run=LISTED), build_scan({"A": LOWS["A"]}, run=LISTED, days_before=3)
    store.scans.save(MarketScan(LISTED, pl.concat([window.rows, before.rows]), window.cross, window.set_aside))
    text = summarize_part(get_part(judge(f"{TENTH_BELOW}holds_for = 3", build_facts(store))))
    assert "Scanned: 5 coins on Binance and at least two other exchanges, as the exchanges list them." in text
    assert "At least 10% below: 3 by lowest trades of whatever minute, 0 by closing prices of the same minute." in text
    assert "Lowest in 3 of 4; by chance it would be 1.7." in text
    assert "At least 10% below in the same hours some days before: 1 (3)." in text
    reading = get_part(
        judge(
            f"{TENTH_BELOW}holds_for = 3",
            save_scan(store, build_run("x", made_at=MADE_AT + timedelta(1), universe=Universe.LISTED)),
        )
    )
    assert describe_reading(reading.readings[0]) == (
        "A/USDT on Binance: -11% (low at 10 Oct 21:20; closing price of that minute 12% below the others')"
    )


@pytest.mark.parametrize(
    ("query", "message"),
    [
        (ALL_PEERS.replace("low-gap", "deviation"), "the metric is none of low-gap, low-premium, open-to-low"),
        (FIVE_PEERS.replace('"okx", ', ""), "its peers are all, or exactly okx, bybit, bitget, gate, kucoin"),
        (ALL_PEERS.replace('["binance"]', '["binance", "okx"]'), "one exchange and one quote are to be named"),
        (f'{ALL_PEERS}market = "derivative"\n', "it has spot markets alone"),
    ],
)
def test_what_a_scan_does_not_have_is_refused(store: CandleStore, query: str, message: str) -> None:
    """When the file is read."""
    with pytest.raises(UsageError, match=message):
        judge(f"{query}expect = {{ at_most = -0.1 }}", build_facts(store))


def test_the_claims_about_all_coins_are_read_of_scans() -> None:
    """More than 100 coins, more than half, the sizes of gaps, and the mean fall of spot markets."""
    ledger = load_ledger(EVENT)
    assert ledger is not None
    scanned = {
        claim.id: len([part for part in claim.parts if part.query is not None and part.query.assets == "scanned"])
        for claim in ledger.claims
    }
    assert {claim: count for claim, count in scanned.items() if count} == {"B1": 1, "B2": 2, "B6": 2, "F1": 3}
