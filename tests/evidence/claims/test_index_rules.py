"""Claims about index and mark prices, over wrapped coins, their underlying coins and prices made by hand.

ETH costs 4,000 and a WBETH 1.1 ETH, SOL 200 and a BNSOL 1.08 SOL, on Binance and on four other exchanges, until all
coins fall by 5% for five minutes, and the wrapped ones on Binance to half of their ratio as well.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from pydantic import TypeAdapter

from data.catalogue import load_catalogue
from data.errors import UsageError
from data.schema import CANDLE, Origin
from data.store import CandleStore
from evidence.claims.facts import ClaimFacts
from evidence.claims.judge import Basis, judge_claims
from evidence.claims.load import load_ledger, parse_ledger
from evidence.claims.reading import NEVER, Final, Reading
from evidence.claims.schema import Subject
from evidence.claims.subjects import read_subject
from evidence.index_rules.rules import get_rule
from tests.evidence.claims.candles import EVENT, LATER, build_candles

SUBJECT = TypeAdapter(Subject)

RULES = ("wbeth-own-spot", "wbeth-staking-rate", "bnsol-own-spot", "usde-own-spot", "usde-floor")

CONTEXT = {"windows": load_catalogue().get_event(EVENT).windows, "index_rules": RULES}

OTHERS = ("okx", "bybit", "bitget", "gate")

CALM = datetime(2025, 10, 10, 6, tzinfo=UTC)
"""From here on the ratio before the event is measured, for as long as the method requires."""

WINDOW = datetime(2025, 10, 10, 20, 45, tzinfo=UTC)
"""The start of the window ``both-sides``, of 150 minutes."""

DEPEG = tuple(range(55, 60))
"""Minutes 21:40 to 21:44, counted from the start of the window."""

COINS = (("WBETH", "ETH", 4000.0, 1.1), ("BNSOL", "SOL", 200.0, 1.08))

MARK_SYMBOLS = (("binanceusdm", "ATOM/USDT:USDT"), ("binancecoinm", "BTC/USD:BTC"))


def minute(position: int) -> datetime:
    """A minute of the window."""
    return WINDOW + timedelta(minutes=position)


def build_market(venue: str, symbol: str, price: float, changes: Mapping[int, float]) -> pl.DataFrame:
    """A market that closes at a price before the event and in the window, but for the minutes given."""
    times = [CALM + timedelta(minutes=position) for position in range(60)]
    times += [minute(position) for position in range(-60, 150)]
    changed = {minute(position): close for position, close in changes.items()}
    closes = [changed.get(time, price) for time in times]
    columns: dict[str, object] = {"venue": venue, "symbol": symbol, "open_time": times, "volume": 1000.0}
    columns |= dict.fromkeys(("open", "high", "low", "close"), closes)
    columns |= {"timeframe": "1m", "price": "trade", "origin": Origin.IMPORTED.value}
    names = [name for name in CANDLE if name in columns]
    return pl.DataFrame(columns, schema_overrides={name: CANDLE[name] for name in names}).select(*CANDLE)


def build_spot(
    *, minutes: Iterable[int] = DEPEG, own_fall: float = 0.5, fall: float = 0.95, usde: float = 0.7
) -> list[pl.DataFrame]:
    """All spot markets; in the minutes given coins fall to one fraction, and on Binance ratios to another."""
    markets = [build_market("binance", "USDE/USDT", 1.0, dict.fromkeys(minutes, usde))]
    for wrapped, coin, price, ratio in COINS:
        markets += [
            build_market(venue, f"{coin}/USDT", price, dict.fromkeys(minutes, price * fall))
            for venue in ("binance", *OTHERS)
        ]
        pair, halved = price * ratio, ratio * own_fall
        markets += [
            build_market("binance", f"{wrapped}/USDT", pair, dict.fromkeys(minutes, pair * fall * own_fall)),
            build_market("binance", f"{wrapped}/{coin}", ratio, dict.fromkeys(minutes, halved)),
        ]
    return markets


def build_marks(low: float, kinds: Iterable[str] = ("mark", "index")) -> list[pl.DataFrame]:
    """Mark and index prices of ATOM and BTC with one low, at 21:20; ATOM otherwise at 3, BTC at 110,000."""
    return [
        build_candles(venue, symbol, {}, price=price, lows={10: low * price}, kind=kind)
        for (venue, symbol), price in zip(MARK_SYMBOLS, (3.0, 110000.0), strict=True)
        for kind in kinds
    ]


def build_facts(store: CandleStore, *markets: pl.DataFrame) -> ClaimFacts:
    """What a store with these markets says."""
    if markets:
        store.write_candles(pl.concat(markets), source="hand.csv", fetched_at=LATER)
    return ClaimFacts(store, load_catalogue(), EVENT)


def leave_out(markets: Iterable[pl.DataFrame], symbol: str) -> list[pl.DataFrame]:
    """All markets but those of a symbol."""
    return [market for market in markets if market["symbol"][0] != symbol]


def judge(claim_id: str, facts: ClaimFacts) -> tuple[str, list[str]]:
    """The verdict on a claim about the event, and those on its parts."""
    ledger = load_ledger(EVENT)
    assert ledger is not None
    claims = [claim for claim in ledger.claims if claim.id == claim_id]
    (result,) = judge_claims(claims, facts, Basis.REAL)
    return result.verdict.value, [part.verdict.value for part in result.parts]


def read_rule(facts: ClaimFacts, metric: str, rule: str, **fields: object) -> Reading:
    """The reading of one rule in the whole window, unless another one is named."""
    subject = SUBJECT.validate_python({"metric": metric, "index_rules": (rule,)} | fields, context=CONTEXT)
    (reading,) = read_subject(subject, facts)
    return reading


def test_the_lowest_value_under_each_rule(store: CandleStore) -> None:
    """A fifth of 2,090 and four fifths of 0.55 x 3,800; 1.1 x 3,800 by the rate; USDe with and without floor."""
    facts = build_facts(store, *build_spot())
    low = read_rule(facts, "rule-low", "wbeth-own-spot")
    assert low.value == pytest.approx(2090)
    assert low.final is Final.EXACT
    assert (low.subject, low.details) == ("Index of WBETH, rule in force", "at 21:40")
    assert read_rule(facts, "rule-low", "wbeth-staking-rate").value == pytest.approx(4180)
    assert read_rule(facts, "rule-low", "usde-own-spot").value == pytest.approx(0.7)
    floor = read_rule(facts, "rule-low", "usde-floor")
    assert floor.value == pytest.approx(1.0)
    assert floor.details is not None
    assert floor.details.startswith("at 20:45; assumed that the floor is the redemption price itself")
    assert low.view is not None
    assert (low.view.page, low.view.asset, low.view.start, low.view.focus) == (
        "index-rules",
        "WBETH",
        WINDOW,
        "binance",
    )


def test_a_minute_without_the_index_may_have_been_lower(store: CandleStore) -> None:
    """One minute of the ratio market is missing: the lowest value is an upper bound."""
    cut = minute(57)
    spot = [
        market.filter(pl.col("open_time") != cut) if market["symbol"][0] == "WBETH/ETH" else market
        for market in build_spot()
    ]
    low = read_rule(build_facts(store, *spot), "rule-low", "wbeth-own-spot")
    assert low.value == pytest.approx(2090)
    assert low.final is Final.UPPER_BOUND
    assert low.why == "the index is not known in 1 of 150 minutes"


def test_the_share_of_the_fall_on_the_own_books(store: CandleStore) -> None:
    """The index falls to 0.475 of its price, the others to 0.95: log 0.5 over log 0.475 is the exchange's own."""
    share = read_rule(build_facts(store, *build_spot()), "rule-own-share", "wbeth-own-spot")
    expected = np.log(0.5) / np.log(0.475)
    assert (share.value, share.least, share.most) == pytest.approx((expected, expected, expected))
    assert (share.final, share.details) == (
        Final.EXACT,
        "from 20:45 to 21:40; comparable in 150 of 150 minutes",
    )


def test_the_range_of_the_share_leaves_out_each_other_exchange(store: CandleStore) -> None:
    """In the fall ETH stands at 3,800 on two exchanges, at 3,000 on the third: without one of the first two at 3,400.

    The reference of two is the interval between them, so the others fell to between 0.75 and 0.95.
    """
    spot = [
        market
        for market in build_spot()
        if (market["venue"][0], market["symbol"][0]) not in {("bitget", "ETH/USDT"), ("gate", "ETH/USDT")}
    ]
    third = build_market("gate", "ETH/USDT", 4000.0, dict.fromkeys(DEPEG, 3000.0))
    share = read_rule(build_facts(store, *spot, third), "rule-own-share", "wbeth-own-spot")
    assert share.value == pytest.approx(1 - np.log(0.95) / np.log(0.475))
    assert (share.least, share.most) == pytest.approx(
        (1 - np.log(0.75) / np.log(0.475), 1 - np.log(0.95) / np.log(0.475))
    )


def test_a_share_needs_prices_elsewhere(store: CandleStore) -> None:
    """No other exchange has USDe."""
    share = read_rule(build_facts(store, *build_spot()), "rule-own-share", "usde-own-spot")
    assert (share.value, share.why) == (None, "no minute has prices of three other exchanges")


def test_a_share_needs_a_fall(store: CandleStore) -> None:
    """Of an index that stands still nothing is shared out."""
    share = read_rule(build_facts(store, *build_spot(minutes=())), "rule-own-share", "wbeth-own-spot")
    assert (share.value, share.why) == (None, "the index did not fall in minutes that can be compared")


def test_the_first_and_the_last_minute_beyond(store: CandleStore) -> None:
    """Half of the price elsewhere from 21:40 to 21:44, by the staking rate never."""
    facts = build_facts(store, *build_spot())
    beyond = {"size": 0.05}
    assert read_rule(facts, "rule-first-beyond", "bnsol-own-spot", **beyond).value == minute(55)
    assert read_rule(facts, "rule-last-beyond", "bnsol-own-spot", **beyond).value == minute(59)
    assert read_rule(facts, "rule-first-beyond", "bnsol-own-spot", size=0.5).value == minute(55)
    assert read_rule(facts, "rule-first-beyond", "bnsol-own-spot", size=0.51).value == NEVER
    assert read_rule(facts, "rule-last-beyond", "wbeth-staking-rate", **beyond).value == NEVER
    assert read_rule(facts, "rule-first-beyond", "bnsol-own-spot", side="above").value == NEVER


def test_what_is_absent_is_said(store: CandleStore) -> None:
    """An asset without a price, and a market of the rule."""
    assert read_rule(build_facts(store), "rule-low", "wbeth-own-spot").why == "no real price of it in the data"
    facts = build_facts(store, *leave_out(build_spot(), "WBETH/ETH"))
    low = read_rule(facts, "rule-low", "wbeth-own-spot")
    assert (low.value, low.why) == (None, "no WBETH/ETH on Binance in the data")


def test_without_a_ratio_before_the_event_there_is_no_staking_rate(store: CandleStore) -> None:
    """Candles of the window alone give none."""
    spot = [market.filter(pl.col("open_time") >= WINDOW) for market in build_spot()]
    low = read_rule(build_facts(store, *spot), "rule-low", "wbeth-staking-rate")
    assert (low.value, low.why) == (None, "no ratio of WBETH before the event in the data")


@pytest.mark.parametrize(
    ("spot", "mark_low", "verdict"),
    [
        (build_spot(), 0.4, "supported"),  # 1.2, and 93% of the fall
        (build_spot(own_fall=1.0), 0.9, "contradicted"),  # 2.7, and none of it
        (build_spot(), 0.9, "mixed"),
        (leave_out(build_spot(), "BNSOL/SOL"), 0.4, "not decided"),
    ],
)
def test_a15_the_price_spread_to_index_and_mark(
    store: CandleStore, spot: list[pl.DataFrame], mark_low: float, verdict: str
) -> None:
    """ATOM's index and mark, and the share of the fall of two replayed indices."""
    assert judge("A15", build_facts(store, *spot, *build_marks(mark_low)))[0] == verdict


@pytest.mark.parametrize("kind", ["mark", "index"])
def test_a15_needs_both_kinds_of_prices(store: CandleStore, kind: str) -> None:
    """One of them alone decides nothing."""
    assert judge("A15", build_facts(store, *build_spot(), *build_marks(0.4, [kind])))[0] == "not decided"


@pytest.mark.parametrize(
    ("minutes", "verdict"),
    [
        (DEPEG, "supported"),
        (range(40, 45), "contradicted"),  # 21:25 to 21:29
        (range(40, 60), "mixed"),  # begins too early, ends in time
        (range(60, 140), "mixed"),  # begins in time, ends at 23:04
    ],
)
def test_d4_the_indices_strayed_in_the_window_named(store: CandleStore, minutes: Iterable[int], verdict: str) -> None:
    """First and last minute of 5% below, of the pairs and of the replayed indices."""
    assert judge("D4", build_facts(store, *build_spot(minutes=minutes)))[0] == verdict


def test_d4_is_not_decided_without_a_market_of_the_rule(store: CandleStore) -> None:
    """The pairs are known, the index is not."""
    facts = build_facts(store, *leave_out(leave_out(build_spot(), "WBETH/ETH"), "BNSOL/SOL"))
    assert judge("D4", facts) == ("not decided", [*["supported"] * 4, *["not decided"] * 2, "supported"])


def test_d13_the_rule_in_force_fell_and_the_new_one_would_not_have(store: CandleStore) -> None:
    """2,090 against 4,180, 102.6 against 205.2 and 0.7 against a floor of 1."""
    assert judge("D13", build_facts(store, *build_spot())) == ("supported", ["supported"] * 6)


def test_d13_where_nothing_but_the_market_fell(store: CandleStore) -> None:
    """All fall by 40% alike: both rules give 2,640 and 129.6; USDe holds."""
    facts = build_facts(store, *build_spot(own_fall=1.0, fall=0.6, usde=1.0))
    parts = ["supported", "contradicted", "supported", "contradicted", "contradicted", "supported"]
    assert judge("D13", facts) == ("mixed", parts)


def test_d13_where_nothing_fell(store: CandleStore) -> None:
    """The rule in force did not fall either."""
    facts = build_facts(store, *build_spot(minutes=()))
    parts = ["contradicted", "supported", "contradicted", "supported", "contradicted", "supported"]
    assert judge("D13", facts) == ("mixed", parts)


@pytest.mark.parametrize(("claim_id", "parts"), [("A15", 3), ("B9", 1), ("D4", 7), ("D10", 2), ("D13", 6)])
def test_an_empty_store_decides_nothing_and_says_what_to_collect(store: CandleStore, claim_id: str, parts: int) -> None:
    """Each part names the candles that it lacks."""
    assert judge(claim_id, build_facts(store)) == ("not decided", ["not decided"] * parts)
    ledger = load_ledger(EVENT)
    assert ledger is not None
    (claim,) = (claim for claim in ledger.claims if claim.id == claim_id)
    assert all(part.collect for part in claim.parts)


@pytest.mark.parametrize(
    ("mark_low", "b9", "d10"),
    [
        (0.95, "supported", "supported"),  # 2.85 and 104,500
        (0.3, "contradicted", "contradicted"),  # 0.9 and 33,000
        (0.5, "supported", "mixed"),  # 1.5 and 55,000
    ],
)
def test_b9_and_d10_the_mark_price_left_the_lowest_trades_out(
    store: CandleStore, mark_low: float, b9: str, d10: str
) -> None:
    """At least 1 for ATOM, above the last price for BTC."""
    facts = build_facts(store, *build_marks(mark_low))
    assert (judge("B9", facts)[0], judge("D10", facts)[0]) == (b9, d10)


def test_index_rules_are_named_where_they_are_read() -> None:
    """A metric of rules without one, another metric with one, and a rule that is not on record are refused."""
    for fields in ({"metric": "rule-low"}, {"metric": "low", "index_rules": ("usde-floor",)}):
        with pytest.raises(ValueError, match="index_rules belongs to rule-first-beyond, rule-last-beyond, rule-low"):
            SUBJECT.validate_python(fields, context=CONTEXT)
    with pytest.raises(ValueError, match="'no-rule' is unknown"):
        SUBJECT.validate_python({"metric": "rule-low", "index_rules": ("no-rule",)}, context=CONTEXT)
    with pytest.raises(UsageError, match="has no index rule 'no-rule'"):
        get_rule(EVENT, "no-rule")


def test_a_ledger_knows_the_rules_of_its_event() -> None:
    """Another event has none of these."""
    text = """
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
kind = "index"
collect = "Spot candles."
[claims.parts.query]
metric = "rule-low"
index_rules = ["usde-floor"]
expect = { at_least = 1 }
"""
    assert parse_ledger(EVENT, text, load_catalogue()).claims[0].id == "X1"
    with pytest.raises(UsageError, match="'usde-floor' is unknown"):
        parse_ledger("2021-02-22", text, load_catalogue())
