"""A claim about every day of some years: one certain day refutes it, and only complete days support it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from data.catalogue import load_catalogue
from data.errors import UsageError
from data.store import CandleStore
from evidence.claims.compare import Outcome
from evidence.claims.facts import ClaimFacts
from evidence.claims.judge import ClaimResult
from evidence.claims.load import load_ledger
from evidence.claims.reading import Final, ViewReference
from evidence.claims.verdict import Verdict, decide_part
from evidence.claims.wording import describe_reading, summarize_part
from tests.data.history_frames import build_history_row
from tests.data.scan_frames import MADE_AT
from tests.evidence.claims.candles import EVENT
from tests.evidence.claims.test_judge import judge

NAMED = (date(2020, 3, 12), date(2024, 1, 3))

QUERY = """metric = "low-gap"
assets = "history"
venues = ["binance"]
groups = ["usdt"]
span = { start = 2019-10-10T00:00:00Z, end = 2025-10-10T00:00:00Z }
days = [2020-03-12, 2024-01-03]
expect = { at_least = -0.05 }
holds_for = "always"
"""


def judge_days(store: CandleStore, *days: dict[str, Any], query: str = QUERY) -> ClaimResult:
    """The verdict over the named days, 3% below each, and other days; a day that is given replaces a named one."""
    given = {day["day"]: day for day in days}
    for row in {day: {"day": day} for day in NAMED} | given:
        store.history.save(build_history_row(**given.get(row, {"day": row})))
    return judge(query, ClaimFacts(store, load_catalogue(), EVENT))


def list_outcomes(result: ClaimResult) -> list[tuple[Outcome, Final]]:
    """What came of each day."""
    (part,) = result.parts
    return [(entry.comparison.outcome, entry.reading.final) for entry in part.readings]


def test_complete_days_within_support(store: CandleStore) -> None:
    """Both named days have 3%, and nothing is missing."""
    result = judge_days(store)
    assert result.verdict is Verdict.SUPPORTED
    assert list_outcomes(result) == [(Outcome.HOLDS, Final.EXACT)] * 2
    text = summarize_part(result.parts[0])
    assert "Saved: 2 of 2,192 days, 2 of the 2 named ones." in text
    assert "The largest gap of any coin is not as claimed on 0 of them, whatever is missing" in text


def test_a_named_day_that_is_not_saved_leaves_it_open(store: CandleStore) -> None:
    """It says so of the day."""
    store.history.save(build_history_row())
    result = judge(QUERY, ClaimFacts(store, load_catalogue(), EVENT))
    assert result.verdict is Verdict.NOT_DECIDED
    assert describe_reading(result.parts[0].readings[0]) == (
        "12 Mar 2020 on Binance: no history of this day is saved, of every exchange and at the defaults"
    )


@pytest.mark.parametrize(
    ("day", "outcome"),
    [
        # a gap that is certain may only be larger
        ({"gap_most": -0.26, "sure_most": -0.26, "incomplete": 3}, (Outcome.FAILS, Final.UPPER_BOUND)),
        ({"gap_most": -0.26, "sure_most": -0.26}, (Outcome.FAILS, Final.EXACT)),
        # of a larger one that is not certain, another coin's that is decides
        ({"gap_most": -0.5, "sure_most": -0.06}, (Outcome.FAILS, Final.UPPER_BOUND)),
        # minutes of others that are missing could make it smaller than 5%
        ({"gap_most": -0.26, "sure_most": -0.01}, (Outcome.UNKNOWN, Final.LOWER_BOUND)),
        ({"gap_most": -0.26, "sure_most": None}, (Outcome.UNKNOWN, Final.LOWER_BOUND)),
        # and cannot make one within 5% larger
        ({"gap_most": -0.04, "sure_most": None}, (Outcome.HOLDS, Final.LOWER_BOUND)),
        # its own could
        ({"gap_most": -0.04, "sure_most": -0.04, "incomplete": 1}, (Outcome.UNKNOWN, Final.UPPER_BOUND)),
        ({"gap_most": -0.04, "sure_most": -0.01, "incomplete": 1}, (Outcome.UNKNOWN, Final.OPEN)),
        # and so could coins that were not looked at
        ({"universe": "stored"}, (Outcome.UNKNOWN, Final.UPPER_BOUND)),
        ({"universe": "stored", "gap_most": -0.26, "sure_most": -0.26}, (Outcome.FAILS, Final.UPPER_BOUND)),
        # 5% is within 5%
        ({"gap_most": -0.05, "sure_most": -0.05}, (Outcome.HOLDS, Final.EXACT)),
    ],
)
def test_what_is_missing_leaves_a_day_open_one_way(
    store: CandleStore, day: dict[str, Any], outcome: tuple[Outcome, Final]
) -> None:
    """The other named day is within 5%, so that this one decides."""
    verdicts = {
        Outcome.FAILS: Verdict.CONTRADICTED,
        Outcome.UNKNOWN: Verdict.NOT_DECIDED,
        Outcome.HOLDS: Verdict.SUPPORTED,
    }
    result = judge_days(store, {"day": NAMED[1]} | day)
    assert list_outcomes(result) == [(Outcome.HOLDS, Final.EXACT), outcome]
    assert result.verdict is verdicts[outcome[0]]


def test_any_other_day_refutes_and_none_is_needed_to_support(store: CandleStore) -> None:
    """Of others, those beyond 5% are listed, certain ones first; 10 October 2025 is no longer in the span."""
    others = [
        {"day": date(2021, 1, 1), "incomplete": 9},
        {"day": date(2022, 1, 1), "gap_most": -0.9, "sure_most": None, "gap_most_asset": "SUI"},
        {"day": date(2025, 10, 10), "gap_most": -0.99, "sure_most": -0.99},
    ]
    result = judge_days(store, *others)
    assert result.verdict is Verdict.NOT_DECIDED
    assert list_outcomes(result)[2:] == [(Outcome.UNKNOWN, Final.LOWER_BOUND)]
    certain = {"day": date(2023, 1, 1), "gap_most": -0.07, "sure_most": -0.07, "incomplete": 1}
    result = judge_days(store, *others, certain)
    assert result.verdict is Verdict.CONTRADICTED
    assert list_outcomes(result)[2:] == [(Outcome.FAILS, Final.UPPER_BOUND), (Outcome.UNKNOWN, Final.LOWER_BOUND)]
    reading = result.parts[0].readings[2]
    assert describe_reading(reading) == (
        "ATOM/USDT, 01 Jan 2023 on Binance: -7.0% (the largest of 10 coins; 99% of them within 1.0%)"
    )
    start = datetime(2023, 1, 1, tzinfo=UTC)
    assert reading.reading.view == ViewReference(
        page="lows", asset="ATOM", start=start, end=start + timedelta(days=1), focus="binance"
    )


def test_days_of_exchanges_chosen_by_hand_and_of_earlier_versions_decide_nothing(store: CandleStore) -> None:
    """Against fewer exchanges a gap is larger; an earlier version did not say which it compared with."""
    far = {"gap_most": -0.3, "sure_most": -0.3}
    by_hand = {"day": date(2022, 1, 1), "choices": '{"venues": ["binance", "okx"]}'} | far
    older = dict.fromkeys(("incomplete", "sure_most", "sure_most_asset", "universe", "choices"))
    assert judge_days(store, by_hand).verdict is Verdict.SUPPORTED
    assert judge_days(store, {"day": date(2022, 1, 2)} | far | older).verdict is Verdict.SUPPORTED
    later = build_history_row(day=NAMED[1], choices=by_hand["choices"], made_at=MADE_AT + timedelta(days=1))
    store.history.save(later)
    assert judge(QUERY, ClaimFacts(store, load_catalogue(), EVENT)).verdict is Verdict.SUPPORTED


def test_one_exception_refutes_what_is_said_without_exception() -> None:
    """Where some values of all would be mixed; what depends on the reading is mixed here too."""
    holds, fails, depends, unknown = Outcome.HOLDS, Outcome.FAILS, Outcome.DEPENDS, Outcome.UNKNOWN
    assert decide_part([holds, fails, unknown], "always", is_open=True) is Verdict.CONTRADICTED
    assert decide_part([holds, fails], "all", is_open=False) is Verdict.MIXED
    assert decide_part([holds, unknown], "always", is_open=False) is Verdict.NOT_DECIDED
    assert decide_part([holds, depends], "always", is_open=False) is Verdict.MIXED
    assert decide_part([holds, holds], "always", is_open=True) is Verdict.NOT_DECIDED
    assert decide_part([holds, holds], "always", is_open=False) is Verdict.SUPPORTED


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("low-gap", "low-premium", "the metric is not low-gap"),
        ('["binance"]', '["binance", "okx"]', "one exchange and one quote are to be named"),
        ("days = [2020-03-12", 'peers = ["okx"]\ndays = [2020-03-12', "it compares with all others"),
        ("days = [2020-03-12", "days = [2025-10-10", "a span is needed that has all of the days"),
        ("days = [2020-03-12, 2024-01-03]\n", "", "days belongs to the assets of a history"),
    ],
)
def test_what_a_history_does_not_have_is_refused(store: CandleStore, old: str, new: str, message: str) -> None:
    """When the file is read."""
    with pytest.raises(UsageError, match=message):
        judge_days(store, query=QUERY.replace(old, new))


def test_the_claim_on_six_years_is_read_of_the_history() -> None:
    """It names five days of extreme moves, and says how to collect them."""
    ledger = load_ledger(EVENT)
    assert ledger is not None
    by_id = {claim.id: claim for claim in ledger.claims}
    (part,) = by_id["B5"].parts
    assert part.query is not None
    assert part.query.days == (
        date(2020, 3, 12),
        date(2021, 5, 19),
        date(2024, 1, 3),
        date(2024, 8, 5),
        date(2025, 2, 3),
    )
    assert part.collect is not None
    assert "scan --days 2020-03-12..2020-03-12" in part.collect
    assert all(str(day) in part.collect for day in part.query.days)
