"""Ranks by size and by length within a quote group, on both sides alike (docs/method.md, section 7)."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from data.schema import Evidence
from deviation.question import TOLERANCE, Group, Question
from deviation.result import MarketRow, pick_most, pick_per_family
from deviation.side import Side
from deviation.window.side_summary import SideSummary
from deviation.wording import format_minutes, format_percent

MIN_FIRM_SHARE = 0.8
"""Share of the window's minutes in which a venue must be firm to be ranked."""

MIN_CONTENDERS = 4
"""Venues that a group must have for ranks to be given."""

MIN_PARTLY_COMPARABLE_MIN = 3
"""Firm minutes beyond `enter` that let a row with too few comparable minutes lead others."""

MIN_SIZE_LEAD = 0.02
"""Ratio by which the remaining price of one must lie beyond that of another."""

MIN_LENGTH_LEAD = 3
"""Minutes by which one must be longer than another could be."""


class RankWord(StrEnum):
    """Every value of a rank."""

    LARGEST = "largest"
    NOT_LARGEST = "not largest"
    LONGEST = "longest"
    NOT_LONGEST = "not longest"
    CLOSE = "too close to call"
    NOT_SETTLED = "not settled"
    NOT_RANKED = "not ranked"
    NO_DATA = "no data"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A rank and why; ``leader`` is the row that leads, or that leaves it open.

    ``why`` is None where the market leads or it is too close to call.
    """

    word: RankWord
    why: str | None = None
    leader: MarketRow | None = None

    @property
    def is_ranked(self) -> bool:
        """Whether the market was compared with others at all."""
        return self.word not in {RankWord.NOT_RANKED, RankWord.NO_DATA}


@dataclass(frozen=True, slots=True)
class SideRank:
    """The two ranks of a market on one side: of its deviation's size, and of its length."""

    largest: Verdict
    longest: Verdict


Rank = dict[Side, SideRank]
"""The ranks of a market on both sides."""


def build_group_ranks(rows: Sequence[MarketRow], question: Question) -> dict[Group, "GroupRank"]:
    """The comparison of each group's spot rows."""
    groups = {row.market.group for row in rows}
    return {
        group: GroupRank([row for row in rows if row.is_spot and row.market.group == group], question)
        for group in groups
    }


def build_rank(word: RankWord, why: str) -> Rank:
    """The same word for both ranks of both sides."""
    verdict = Verdict(word, why)
    return {side: SideRank(verdict, verdict) for side in Side}


class GroupRank:
    """The spot rows of one group, compared with each other, against that group."""

    def __init__(self, rows: Sequence[MarketRow], question: Question) -> None:
        self._rows = rows
        self._question = question
        self._window_min = question.duration_min
        self._contender_min = MIN_FIRM_SHARE * self._window_min - TOLERANCE
        comparable = (row for row in rows if row.own_summary.firm_min >= self._contender_min)
        self._contenders = pick_per_family(comparable, question.rules, lambda row: row.own_summary.firm_min)

    def rank(self, row: MarketRow) -> Rank:
        """The rank of a row of the group, a derivative included."""
        unranked = self._explain_unranked(row)
        if unranked is not None:
            return build_rank(*unranked)
        return {side: SideRank(self._rank_size(row, side), self._rank_length(row, side)) for side in Side}

    @property
    def contender_count(self) -> int:
        """How many exchanges can be compared in enough minutes of the window."""
        return len(self._contenders)

    def find_size_leader(self, row: MarketRow, side: Side) -> MarketRow | None:
        """The exchange that strayed furthest of those that lead a row, ranked or not; None where none does."""
        family = self._family_of(row)
        others = [*self._contenders.values(), *self._list_partly_comparable(side)]
        leaders = [other for other in others if self._family_of(other) != family and _leads_in_size(other, row, side)]
        return pick_most(leaders, lambda other: other.own_summary.get_side(side).size) if leaders else None

    def _family_of(self, row: MarketRow) -> str:
        return self._question.rules.family_of(row.market.venue)

    def _explain_unranked(self, row: MarketRow) -> tuple[RankWord, str] | None:
        """The first reason that holds; None for a contender among enough of them."""
        contender = self._contenders.get(self._family_of(row))
        reasons = (
            (not row.is_spot, "perpetual"),
            (self._question.underlying is not None, "measured against fair value"),
            (self._question.origin is Evidence.RECONSTRUCTION, "sample data made from published figures"),
            (
                contender is not None and contender is not row,
                f"{self._name(contender or row)} is ranked for the same owner",
            ),
            (contender is None, self._explain_few_minutes(row)),
            (
                len(self._contenders) < MIN_CONTENDERS,
                f"only {len(self._contenders)} of the {MIN_CONTENDERS} comparable exchanges that a rank needs",
            ),
        )
        if not row.state_counts.voting_min:
            return RankWord.NO_DATA, "no price of enough volume in this window"
        return next(((RankWord.NOT_RANKED, why) for holds, why in reasons if holds), None)

    def _explain_few_minutes(self, row: MarketRow) -> str:
        why = f"comparable in {format_minutes(row.own_summary.firm_min)} of {format_minutes(self._window_min)} minutes"
        if row.state_counts.voting_min < self._contender_min:
            return why
        family = self._family_of(row)
        absent = [
            self._name(other)
            for other in self._rows
            if self._family_of(other) != family and other.state_counts.voting_min < self._contender_min
        ]
        return f"{why}; prices often missing on {', '.join(absent)}" if absent else why

    def _list_partly_comparable(self, side: Side) -> list[MarketRow]:
        return [
            row
            for row in self._rows
            if self._family_of(row) not in self._contenders
            and row.own_summary.get_side(side).minutes >= MIN_PARTLY_COMPARABLE_MIN
        ]

    def _rank_size(self, row: MarketRow, side: Side) -> Verdict:
        others, partly = self._list_others(row, side)
        leader = self.find_size_leader(row, side)
        if leader is not None:
            return Verdict(RankWord.NOT_LARGEST, self._describe_size(leader, side), leader)
        if all(_leads_in_size(row, other, side) for other in (*others, *partly)):
            return Verdict(RankWord.LARGEST)
        return Verdict(RankWord.CLOSE)

    def _rank_length(self, row: MarketRow, side: Side) -> Verdict:
        others, partly = self._list_others(row, side)
        leaders = [other for other in (*others, *partly) if self._leads_in_length(other, row, side)]
        if leaders:
            leader = pick_most(leaders, lambda other: other.own_summary.get_side(side).minutes)
            return Verdict(RankWord.NOT_LONGEST, self._describe_length(leader, side), leader)
        if not all(self._leads_in_length(row, other, side) for other in others):
            return Verdict(RankWord.CLOSE)
        rivals = [other for other in partly if not self._leads_in_length(row, other, side)]
        if rivals:
            rival = pick_most(rivals, lambda other: other.own_summary.get_side(side).minutes)
            return Verdict(RankWord.NOT_SETTLED, self._describe_length(rival, side), rival)
        return Verdict(RankWord.LONGEST)

    def _list_others(self, row: MarketRow, side: Side) -> tuple[list[MarketRow], list[MarketRow]]:
        contenders = [other for other in self._contenders.values() if other is not row]
        return contenders, self._list_partly_comparable(side)

    def _leads_in_length(self, row: MarketRow, other: MarketRow, side: Side) -> bool:
        """Whether it would still be longer if all minutes in which the other cannot be compared counted for that."""
        possible = other.own_summary.get_side(side).minutes + self._window_min - other.own_summary.firm_min
        return row.own_summary.get_side(side).minutes >= possible + MIN_LENGTH_LEAD - TOLERANCE

    def _describe_size(self, leader: MarketRow, side: Side) -> str:
        size = format_percent(leader.own_summary.get_side(side).size)
        return f"{self._name(leader)} was up to {size} {side}; {self._describe_comparable(leader)}"

    def _describe_length(self, leader: MarketRow, side: Side) -> str:
        summary = leader.own_summary.get_side(side)
        return (
            f"{self._name(leader)} was at least {_format_enter(summary)} {side} in {format_minutes(summary.minutes)} "
            f"minutes; {self._describe_comparable(leader)}"
        )

    def _describe_comparable(self, leader: MarketRow) -> str:
        firm, window = format_minutes(leader.own_summary.firm_min), format_minutes(self._window_min)
        return f"it could be compared in {firm} of {window} minutes"

    def _name(self, row: MarketRow) -> str:
        return self._question.rules.name_of(row.market.venue)


def _format_enter(summary: SideSummary) -> str:
    return f"{100 * summary.enter:g}%"


def _leads_in_size(row: MarketRow, other: MarketRow, side: Side) -> bool:
    """Whether the price that the deviation leaves lies beyond that of the other by the lead, as a ratio."""
    remaining, other_remaining = (1 + (item.own_summary.get_side(side).deviation or 0.0) for item in (row, other))
    if side is Side.BELOW:
        return remaining <= (1 - MIN_SIZE_LEAD) * other_remaining + TOLERANCE
    return remaining >= (1 + MIN_SIZE_LEAD) * other_remaining - TOLERANCE
