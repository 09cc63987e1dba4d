"""Collects a random evening from the replay with the real clients, round by round, and asks both sides about it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from random import Random

from collectors.request import CollectRequest
from data.store import CandleStore
from tests.collectors.all_venues import build_archives
from tests.collectors.replay_setup import FAST_VENUES, SPOT_OHLCV_VENUES, ReplayRun, open_store
from tests.oracle.generate import FAMILIES, QUOTES, RATIO_QUOTES, STABLECOINS
from tests.oracle.question import OracleQuestion
from tests.replay.archives import CANDLE_ARCHIVES
from tests.replay.faults import Fault, cut_connection, garble_body, return_outage
from tests.replay.formats import FORMATS
from tests.torture.truth.markets import CALM_SPAN, EVENT, EVENT_WINDOW, TrueEvening
from tests.torture.truth.side import TrueAnswer

OUTAGES = (return_outage, cut_connection, garble_body)
"""How an exchange does not answer."""


def to_time(seconds: int) -> datetime:
    """The instant so many seconds after 1970."""
    return datetime.fromtimestamp(seconds, UTC)


def collect_evening(evening: TrueEvening, folder: Path, seed: int) -> ReplayRun[CandleStore]:
    """Collect every round of an evening into a new store in the folder; the run has the store."""
    random = Random(f"outages {seed}")  # noqa: S311 - reproducible
    run = ReplayRun(open_store(folder), evening.build_replay(), table=SPOT_OHLCV_VENUES)
    if evening.is_archived:
        run.sites, run.table = build_archives(run.venues, *CANDLE_ARCHIVES), FAST_VENUES
    assets = ("WBETH", "ETH") if evening.asset == "WBETH" else (evening.asset,)
    for turn in evening.rounds:
        venues = sorted(run.venues.keys() - turn.out) if len(turn.out) > len(run.venues) / 2 else sorted(run.venues)
        faults: list[Fault] = [
            random.choice(OUTAGES)(host) for venue in sorted(turn.out & set(venues)) for host in _list_hosts(venue)
        ]
        run.collect(
            *faults,
            request=CollectRequest(
                assets,
                to_time(turn.start),
                to_time(turn.end),
                symbols=("WBETH/ETH",) if evening.asset == "WBETH" else (),
                quotes=("KRW", "EUR"),
            ),
            venues=venues,
            now=to_time(evening.now),
        )
    return run


def _list_hosts(venue: str) -> list[str]:
    """The hosts of a venue: its interface, and its archive where it has one."""
    return [FORMATS[venue].host, *([CANDLE_ARCHIVES[venue][0]] if venue in CANDLE_ARCHIVES else [])]


def build_question(evening: TrueEvening, *, named: bool = True) -> OracleQuestion:
    """The question about an evening for the independent program; whether the event's window has its name."""
    is_wrapped, choices = evening.asset == "WBETH", evening.choices
    return OracleQuestion(
        asset=evening.asset,
        start=evening.start,
        end=evening.end,
        calm=CALM_SPAN if evening.is_event else None,
        quotes=dict(QUOTES),
        ratio_quotes=dict(RATIO_QUOTES),
        stablecoins=frozenset(STABLECOINS),
        families=dict(FAMILIES),
        underlying="ETH" if is_wrapped else None,
        ratio_market="WBETH/ETH" if is_wrapped else None,
        focus=evening.focus,
        weighted=choices.weighted,
        as_is=choices.as_is,
        min_vote=float(choices.min_vote),
        enter=choices.enter / 100,
        exit=choices.exit / 100,
        excluded=(choices.excluded,) if choices.excluded else (),
        event=EVENT if evening.is_event else None,
        window_name=EVENT_WINDOW[0] if evening.is_event and named else None,
    )


def build_answer(evening: TrueEvening) -> TrueAnswer:
    """What the independent program makes of an evening."""
    return TrueAnswer(evening.list_candles(), evening.list_covered(), build_question(evening))
