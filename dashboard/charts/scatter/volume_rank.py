"""Whether the venue with the most reported volume was the deepest, in words (docs/method.md, section 7)."""

from collections.abc import Sequence
from dataclasses import dataclass

from deviation.measurement import Measurement
from deviation.question import Group
from deviation.ranks import RankWord
from deviation.result import MarketRow

ILLUSTRATION_TEXT = "An illustration: nothing follows from it."
DEEPEST_TITLE = "Busiest and deepest"
NOTHING_TEXT = "No asset has ranked exchanges here, so nothing is said about it."


@dataclass(frozen=True, slots=True)
class VolumeLeader:
    """The ranked venue of an asset and group with the most reported volume before the window.

    Attributes:
        asset: the asset.
        group: the quote group.
        venue: name of the venue.
        word: its rank in depth.
        deeper_venue: name of the deepest venue if ``venue`` is not the deepest; else None, also if too close to call.
    """

    asset: str
    group: Group
    venue: str
    word: RankWord
    deeper_venue: str | None


def find_volume_leaders(measurements: Sequence[Measurement]) -> list[VolumeLeader]:
    """The leader of each asset and group in which a ranked venue reported volume before the window."""
    leaders = (_find_volume_leader(measurement, group) for measurement in measurements for group in Group)
    return [leader for leader in leaders if leader is not None]


def _find_volume_leader(measurement: Measurement, group: Group) -> VolumeLeader | None:
    ranks = measurement.ranks
    rows = [row for row in measurement.rows if row.market.group is group and ranks[row.market].reason is None]
    busiest_row = max(rows, key=lambda row: row.volume_usd_before, default=None)
    if busiest_row is None or not busiest_row.volume_usd_before:
        return None
    rules, word = measurement.question.rules, ranks[busiest_row.market].deepest
    deepest_row = min(rows, key=_get_depth) if word is RankWord.NOT_DEEPEST else None
    return VolumeLeader(
        measurement.question.asset,
        group,
        rules.name_of(busiest_row.market.venue),
        word,
        None if deepest_row is None else rules.name_of(deepest_row.market.venue),
    )


def _get_depth(row: MarketRow) -> float:
    return row.own_summary.depth or 0.0


def write_volume_sentence(leaders: Sequence[VolumeLeader]) -> str:
    """How often the leader was the deepest, and on which assets; no measure of correlation."""
    if not leaders:
        return NOTHING_TEXT
    cases = group_volume_cases(leaders)
    deepest = cases.pop(DEEPEST_TITLE, "")
    text = f"{write_volume_count(leaders)}: {deepest}." if deepest else f"{write_volume_count(leaders)}."
    return " ".join([text, *(f"{title}: {case_text}." for title, case_text in cases.items())])


def write_volume_count(leaders: Sequence[VolumeLeader]) -> str:
    """How often the leader was the deepest; needs at least one leader."""
    deepest_count = sum(leader.word is RankWord.DEEPEST for leader in leaders)
    return (
        f"The exchange with the most reported volume was the deepest in {deepest_count} of {len(leaders)} comparisons"
    )


def group_volume_cases(leaders: Sequence[VolumeLeader]) -> dict[str, str]:
    """Descriptions of the leaders by rank word, in the order of the words; words without a leader are left out."""
    words = {
        DEEPEST_TITLE: RankWord.DEEPEST,
        "Not the deepest": RankWord.NOT_DEEPEST,
        "Too close to call": RankWord.CLOSE,
    }
    texts_by_title = {
        title: [_describe_leader(leader) for leader in leaders if leader.word is word] for title, word in words.items()
    }
    return {title: "; ".join(cases) for title, cases in texts_by_title.items() if cases}


def _describe_leader(leader: VolumeLeader) -> str:
    deeper_text = f" ({leader.deeper_venue} fell further)" if leader.deeper_venue else ""
    return f"{leader.asset} ({leader.group.upper()}), {leader.venue}{deeper_text}"
