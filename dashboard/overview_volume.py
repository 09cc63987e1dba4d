"""Whether the exchange with the most reported volume fell furthest, in one sentence (docs/method.md, section 7)."""

from collections.abc import Sequence
from dataclasses import dataclass

from deviation.question import Group
from deviation.ranks import Word
from deviation.result import Measurement, Row

ILLUSTRATED = "An illustration: nothing follows from it."
DEEPEST = "Busiest and deepest"
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
    cases = volume_cases(found)
    deepest = cases.pop(DEEPEST, "")
    text = f"{volume_count(found)}: {deepest}." if deepest else f"{volume_count(found)}."
    return " ".join([text, *(f"{title}: {told}." for title, told in cases.items())])


def volume_count(found: Sequence[Busiest]) -> str:
    """How often the busiest was the deepest; at least one comparison."""
    yes = sum(one.word is Word.DEEPEST for one in found)
    return f"The exchange with the most reported volume was the deepest in {yes} of {len(found)} comparisons"


def volume_cases(found: Sequence[Busiest]) -> dict[str, str]:
    """The comparisons by how they fell out, each with the busiest and, where another fell further, that one."""
    words = {DEEPEST: Word.DEEPEST, "Not the deepest": Word.NOT_DEEPEST, "Too close to call": Word.CLOSE}
    told = {title: [_told(one) for one in found if one.word is word] for title, word in words.items()}
    return {title: "; ".join(cases) for title, cases in told.items() if cases}


def _told(one: Busiest) -> str:
    further = f" ({one.deepest} fell further)" if one.deepest else ""
    return f"{one.asset} ({one.group.upper()}), {one.venue}{further}"
