"""All exchanges of one quote group against another group (docs/method.md, section 7, `cross`)."""

from collections.abc import Sequence
from dataclasses import dataclass

from deviation.question import COMMON_GROUPS, Group, Question, sort_groups
from deviation.result import MarketRow, pick_most, pick_per_family
from deviation.side import Side


@dataclass(frozen=True, slots=True)
class CrossSide:
    """One side: how many exchanges reach `enter`, and the rows of the extremes; None without an exchange.

    ``least`` and ``most`` are by the size of the deviation, ``fewest`` and ``longest`` by the minutes beyond `enter`.
    """

    reaching: int
    least: MarketRow | None = None
    most: MarketRow | None = None
    fewest: MarketRow | None = None
    longest: MarketRow | None = None


@dataclass(frozen=True, slots=True)
class CrossComparison:
    """The exchanges of a group, one per family, measured against another group; ``rows`` in the order of names."""

    rows: tuple[MarketRow, ...]
    sides: dict[Side, CrossSide]


Cross = dict[Group, dict[Group, CrossComparison]]
"""By the group of the rows, then by the group against which they are measured."""


def compare_groups(rows: Sequence[MarketRow], question: Question) -> Cross:
    """Every group with a row against `usd` and `usdt`; rows of derivatives and of fair value count for none."""
    return {
        group: {
            reference: _compare(
                [row for row in rows if row.market.group == group and row.is_spot and question.underlying is None],
                reference,
                question,
            )
            for reference in COMMON_GROUPS
            if reference != group
        }
        for group in sort_groups(row.market.group for row in rows)
    }


def _compare(rows: Sequence[MarketRow], reference: Group, question: Question) -> CrossComparison:
    firm_rows = (row for row in rows if row.summaries[reference].firm_min)
    by_family = pick_per_family(firm_rows, question.rules, lambda row: row.summaries[reference].firm_min)
    chosen = sorted(by_family.values(), key=lambda row: row.market)
    return CrossComparison(tuple(chosen), {side: _compare_side(chosen, reference, side, question) for side in Side})


def _compare_side(rows: Sequence[MarketRow], reference: Group, side: Side, question: Question) -> CrossSide:
    if not rows:
        return CrossSide(0)

    def read_size(row: MarketRow) -> float:
        return row.summaries[reference].get_side(side).size

    def read_minutes(row: MarketRow) -> float:
        return row.summaries[reference].get_side(side).minutes

    return CrossSide(
        sum(question.parameters.reaches_enter(read_size(row)) for row in rows),
        least=pick_most(rows, lambda row: -read_size(row)),
        most=pick_most(rows, read_size),
        fewest=pick_most(rows, lambda row: -read_minutes(row)),
        longest=pick_most(rows, read_minutes),
    )
