"""Long form: the real clients read answers of every exchange that were changed at random.

    python -m tests.torture.exchanges.fuzz_venues --cases 5000 --seed 1

Each case collects an hour of one exchange by one of its routes from the replay, which changes some of its answers: list
of markets, candles, trades, files of archives. The collection must end with an outcome and a plain message for each
market, without an exception, after at most 5 s of the processor, and store no garbage and nothing outside the hour.
1,000 cases take two minutes of a processor. Prints tries and failures, outcomes, and the most memory; the exit code is
1 if a case failed.
"""

import argparse
import asyncio
import json
import logging
import re
import resource
import sys
import time
import traceback
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random

import click
import polars as pl
import stamina

from collectors import store_writer
from collectors.collect import collect_candles
from collectors.http.access import Access
from collectors.request import CollectionSummary, CollectRequest
from collectors.venues.row import Route, VenueRow
from data.schema import Outcome
from tests.collectors.all_venues import SPOT_VENUES, build_full_run
from tests.collectors.memory_sink import MemorySink
from tests.collectors.replay_setup import FAST_VENUES, NOW, START
from tests.replay.faults import Fault
from tests.replay.market import RecordedRequest
from tests.torture.exchanges.answer_mutations import mutate_answer
from tests.torture.files.fuzz_runner import limit_time

TIME_LIMIT_S = 5.0
"""The longest that a case may compute, in time of the processor: the machine may do other things beside."""

HANG_S = 120.0
"""A case without an end after this waits for what never comes."""

REQUEST = CollectRequest(("ATOM",), START, START + timedelta(hours=1))

PRICES = ("open", "high", "low", "close")
MAX_MESSAGE_CHARS = 1500
TRACE = re.compile(r"Traceback| object at 0x|<class '")
"""Signs of a message that is no plain one."""


@dataclass(frozen=True, slots=True)
class Case:
    """An exchange, one of its routes, and what draws the changes of its answers."""

    venue: str
    route: Route
    seed: int
    share: float
    headers: dict[str, str]

    def change_body(self, body: bytes, request: RecordedRequest) -> bytes:
        """The body, changed or not; the same for the same request."""
        random = Random(f"{self.seed} {request.path} {sorted(request.query.items())}")  # noqa: S311 - reproducible
        return mutate_answer(body, random) if random.random() < self.share else body


def draw_case(seed: int) -> Case:
    """The case of a number."""
    random = Random(seed)  # noqa: S311 - reproducible
    venue = random.choice(SPOT_VENUES)
    (row,) = [row for row in FAST_VENUES if row.key == venue]
    headers = random.choice([{}, {}, {}, {"Age": "9" * 30}, {"Content-Type": "text/html; charset=hex"}])
    return Case(venue, random.choice(row.routes), seed, random.choice([0.3, 0.6, 1.0]), headers)


async def run_case(case: Case) -> tuple[MemorySink, CollectionSummary]:
    """What a collection of the case stores, and its summary."""
    run = build_full_run(MemorySink(), case.venue)
    table: list[VenueRow] = [replace(row, routes=(case.route,)) for row in FAST_VENUES if row.key == case.venue]
    fault = Fault("", headers=case.headers, change_body=case.change_body)
    async with run.start_replay(fault) as replay:
        summary = await collect_candles(
            run.store,
            replace(REQUEST, venues=(table[0].id,), personal_archives=True),
            venues=table,
            access=Access(replay.url),
            now=lambda: NOW,
        )
    return run.store, summary


def list_faults(sink: MemorySink, summary: CollectionSummary) -> list[str]:
    """What is wrong with the end of a case; empty where nothing is."""
    candles = sink.candles.rows
    inside = pl.col("open_time").is_between(REQUEST.start, REQUEST.end, closed="left")
    low, high = pl.min_horizontal(PRICES), pl.max_horizontal(PRICES)
    is_true = (
        inside
        & (pl.col("open_time").dt.epoch("ms") % 60_000 == 0)
        & pl.all_horizontal(pl.col(*PRICES).is_between(1e-18, 1e12))
        & (pl.col("low") == low)
        & (pl.col("high") == high)
        & pl.col("volume").is_between(0, 1e20)
    )
    faults = [f"stored {row}" for row in candles.filter(~is_true.fill_null(value=False)).head(1).iter_rows()]
    if not summary.results:
        faults.append("no outcome at all")
    for result in summary.results:
        message = result.message
        if result.outcome is not Outcome.COMPLETE and not message:
            faults.append(f"{result.symbol} is {result.outcome} without a message")
        if TRACE.search(message) or not message.isprintable() or len(message) > MAX_MESSAGE_CHARS:
            faults.append(f"no plain message: {message[:300]!a}")
    return faults


async def try_case(case: Case) -> tuple[list[str], Counter[str]]:
    """What is wrong with a case, and its outcomes."""
    start = time.process_time()
    try:
        with limit_time():
            async with asyncio.timeout(HANG_S):
                sink, summary = await run_case(case)
    except TimeoutError:
        return [f"no end within {HANG_S} s"], Counter()
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):  # a panic of Rust, which is a finding, is no Exception either
            raise
        return [f"{type(error).__name__}: {''.join(traceback.format_exception(error))[-1500:]}"], Counter()
    seconds = time.process_time() - start
    slow = [f"took {seconds:.1f} s"] if seconds > TIME_LIMIT_S else []
    return list_faults(sink, summary) + slow, Counter(result.outcome.value for result in summary.results)


async def try_cases(seeds: Sequence[int]) -> tuple[dict[int, list[str]], Counter[str]]:
    """The faults of the cases that have any, by number, and the outcomes of all."""
    faults, outcomes = {}, Counter[str]()
    for seed in seeds:
        found, case_outcomes = await try_case(draw_case(seed))
        outcomes += case_outcomes
        if found:
            faults[seed] = found
    return faults, outcomes


def main() -> int:
    """Run the long form."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--cases", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1, help="the number of the first case")
    arguments = parser.parse_args()
    logging.disable(logging.CRITICAL)
    stamina.set_testing(True, attempts=3, cap=True)
    store_writer.MAX_WAIT_S = 0.0
    faults, outcomes = asyncio.run(try_cases(range(arguments.seed, arguments.seed + arguments.cases)))
    for seed, found in faults.items():
        click.echo(f"case {seed}, {draw_case(seed).venue} by {draw_case(seed).route}: {'; '.join(found)}")
    memory_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    click.echo(
        json.dumps({"tries": arguments.cases, "failures": len(faults), "outcomes": outcomes, "memory_mib": memory_mib})
    )
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
