"""Whether the exchange with the most reported volume fell furthest, in one sentence (docs/method.md, section 7)."""

from collections.abc import Sequence
from dataclasses import dataclass

from deviation.question import Group
from deviation.ranks import Word
from deviation.result import Measurement, Row

ILLUSTRATED = "An illustration: nothing follows from it."
NOTHING = "No asset has ranked exchanges here, so nothing is said about it."


@dataclass(frozen=True, slots=True)
class Busiest:
    """The ranked venue of a group with the most volume before, its rank in depth, and the deepest by another name.

    ``deepest`` is None where the busiest is itself the deepest, or where that is too close to call.
    """

    asset: str
    group: Group
    venue: str
    word: Word
    deepest: str | None


def busiest(measurements: Sequence[Measurement]) -> list[Busiest]:
    """One for each asset and group with ranked venues of which any reported volume before the window."""
    found = (_busiest(measurement, group) for measurement in measurements for group in Group)
    return [one for one in found if one is not None]


def _busiest(measurement: Measurement, group: Group) -> Busiest | None:
    ranks = measurement.ranks
    rows = [row for row in measurement.rows if row.market.group is group and ranks[row.market].why is None]
    most = max(rows, key=lambda row: row.volume_usd_before, default=None)
    if most is None or not most.volume_usd_before:
        return None
    rules, word = measurement.question.rules, ranks[most.market].deepest
    deepest = min(rows, key=_depth) if word is Word.NOT_DEEPEST else None
    return Busiest(
        measurement.question.asset,
        group,
        rules.name(most.market.venue),
        word,
        None if deepest is None else rules.name(deepest.market.venue),
    )


def _depth(row: Row) -> float:
    return row.own.depth or 0.0


def volume_sentence(found: Sequence[Busiest]) -> str:
    """How often the busiest was the deepest, and on what; no measure of how volume and depth go together."""
    if not found:
        return NOTHING
    yes = [one for one in found if one.word is Word.DEEPEST]
    no = [one for one in found if one.word is Word.NOT_DEEPEST]
    close = [one for one in found if one.word is Word.CLOSE]
    text = f"The exchange with the most reported volume was the deepest in {len(yes)} of {len(found)} comparisons"
    text += f": {'; '.join(f'{_where(one)}, {one.venue}' for one in yes)}." if yes else "."
    if no:
        told = [f"{_where(one)}, {one.venue} ({one.deepest} fell further)" for one in no]
        text += f" Not the deepest: {'; '.join(told)}."
    if close:
        text += f" Too close to call: {'; '.join(f'{_where(one)}, {one.venue}' for one in close)}."
    return text


def _where(one: Busiest) -> str:
    return f"{one.asset} ({one.group.upper()})"
