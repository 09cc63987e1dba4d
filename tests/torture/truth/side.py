"""The independent side: what the method gives for an evening, from what the replay has and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from tests.oracle.brute import build_run, lows_json, measure_json
from tests.oracle.lows import NAMES
from tests.oracle.question import (
    SIDES,
    TOLERANCE,
    Candle,
    CoveredSpan,
    Json,
    OracleMarket,
    OracleQuestion,
    Side,
    get_sign,
)
from tests.oracle.votes import OracleRun
from tests.torture.truth.comparison import Comparison


@dataclass(frozen=True)
class TrueAnswer:
    """The candles and the quiet spans of an evening, the question, and the answers of the independent program."""

    candles: list[Candle]
    covered: list[CoveredSpan]
    question: OracleQuestion

    @cached_property
    def json(self) -> Json:
        """What `measure --json` must say."""
        return measure_json(self.candles, self.covered, self.question)

    @cached_property
    def lows(self) -> Json:
        """What `lows --json` must say."""
        return lows_json(self.candles, self.covered, self.question)

    @cached_property
    def run(self) -> OracleRun:
        """The rows and voters of the question."""
        return build_run(self.candles, self.covered, self.question)

    def find_candle(self, venue: str, symbol: str, time: int) -> Candle | None:
        """The candle of a market in a minute, None where it did not trade or is not known."""
        return self.run.book.find_traded(OracleMarket(venue, symbol), time)

    def find_row(self, market: OracleMarket) -> Json:
        """The row of a market in `json`."""
        (row,) = [r for r in self.json["rows"] if (r["venue"], r["symbol"]) == market]
        found: Json = row
        return found

    def compare_json(
        self,
        comparison: Comparison,
        subject: str,
        actual: Json,
        expected: Json,
        name_of: Callable[[str], str],
    ) -> None:
        """Compare a measurement as JSON; of the reasons of ranks, whether there is one and whom it names."""
        without_reasons = {**expected, "rows": [_drop_reasons(row) for row in expected["rows"]]}
        comparison.compare(subject, "", actual, without_reasons)
        for name in ("path", "cross"):
            comparison.compare_keys(subject, name, actual[name], expected[name])
        for row, truth in zip(actual["rows"], expected["rows"], strict=False):
            place = f"{truth['venue']} {truth['symbol']}"
            comparison.compare_keys(subject, place, row["against"], truth["against"])
            for side in SIDES:
                for rank in ("largest", "longest"):
                    found, verdict = row["rank"][side][rank], truth["rank"][side][rank]
                    comparison.require(
                        subject,
                        f"{place} {side} {rank} is so because {found['why']!r}, in truth {verdict!r}",
                        holds=_is_same_reason(found["why"], verdict, name_of),
                    )

    def find_gap(self, market: OracleMarket, side: Side) -> float | None:
        """The gap of a market's extreme trade to that of the other families; None where it is not the extreme."""
        rows = self.lows["groups"][market.group][NAMES[side][0]]["rows"]
        family_of, sign = self.question.family_of, get_sign(side)
        own: float = next(row["price"] for row in rows if row["venue"] == market.venue)
        others: list[float] = [row["price"] for row in rows if family_of(row["venue"]) != family_of(market.venue)]
        if not others:
            return None
        gap = own / (min(others) if side == "below" else max(others)) - 1
        return gap if sign * gap <= TOLERANCE else None


def _drop_reasons(row: Json) -> Json:
    ranks = {
        side: {rank: {"verdict": verdict["verdict"]} for rank, verdict in ranks.items()}
        for side, ranks in row["rank"].items()
    }
    return {**row, "rank": ranks}


def _is_same_reason(reason: str | None, verdict: Json, name_of: Callable[[str], str]) -> bool:
    """Whether there is a reason, and of whom it speaks; of `no data` the word is reason enough."""
    if verdict["verdict"] == "no data":
        return True
    truth = verdict["why"]
    if reason is None or truth is None:
        return reason is truth
    return truth["venue"] is None or reason.startswith(f"{name_of(truth['venue'])} ")
