"""Whether the venue with the most reported volume strayed furthest, in words (docs/method.md, section 7)."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.text.sides import SIDE_NOUNS
from deviation.measurement import Measurement
from deviation.question import Group
from deviation.ranks import RankWord
from deviation.side import Side

CASE_TITLES = {
    RankWord.LARGEST: "Most volume and largest {noun}",
    RankWord.NOT_LARGEST: "Most volume, not the largest {noun}",
    RankWord.CLOSE: "Too close to call",
}
"""The titles of the cases by rank word; ``noun`` is that of the side."""

NOTHING_TEXT = "No asset has ranked exchanges here, so nothing is said about it."


@dataclass(frozen=True, slots=True)
class VolumeLeader:
    """The ranked venue of an asset and group with the most reported volume before the window.

    Attributes:
        asset: the asset.
        group: the quote group.
        venue: name of the venue.
        word: its rank by size on the side.
        leader: name of the venue that strayed further; None where none leads.
    """

    asset: str
    group: Group
    venue: str
    word: RankWord
    leader: str | None


def find_volume_leaders(measurements: Sequence[Measurement], side: Side) -> list[VolumeLeader]:
    """The leader of each asset and group in which a ranked venue reported volume before the window."""
    leaders = (
        _find_volume_leader(measurement, group, side) for measurement in measurements for group in measurement.groups
    )
    return [leader for leader in leaders if leader is not None]


def _find_volume_leader(measurement: Measurement, group: Group, side: Side) -> VolumeLeader | None:
    verdicts = [(row, measurement.ranks[row.market][side].largest) for row in measurement.select_spot_rows(group)]
    ranked = [(row, verdict) for row, verdict in verdicts if verdict.is_ranked and row.volume_before]
    if not ranked:
        return None
    busiest_row, verdict = max(ranked, key=lambda pair: pair[0].volume_before)
    rules = measurement.question.rules
    return VolumeLeader(
        measurement.question.asset,
        group,
        rules.name_of(busiest_row.market.venue),
        verdict.word,
        None if verdict.leader is None else rules.name_of(verdict.leader.market.venue),
    )


def write_volume_sentence(leaders: Sequence[VolumeLeader], side: Side) -> str:
    """How often the leader strayed furthest, and on which assets; no measure of correlation."""
    if not leaders:
        return NOTHING_TEXT
    cases = group_volume_cases(leaders, side)
    return " ".join(
        [f"{write_volume_count(leaders, side)}.", *(f"{title}: {case_text}." for title, case_text in cases.items())]
    )


def write_volume_count(leaders: Sequence[VolumeLeader], side: Side) -> str:
    """How often the leader strayed furthest; needs at least one leader."""
    count = sum(leader.word is RankWord.LARGEST for leader in leaders)
    comparisons = f"{len(leaders)} {'comparison' if len(leaders) == 1 else 'comparisons'}"
    return f"The exchange with the most reported volume had the largest {SIDE_NOUNS[side]} in {count} of {comparisons}"


def group_volume_cases(leaders: Sequence[VolumeLeader], side: Side) -> dict[str, str]:
    """Descriptions of the leaders by rank word, in the order of the words; words without a leader are left out."""
    texts_by_title = {
        title.format(noun=SIDE_NOUNS[side]): [_describe_leader(leader) for leader in leaders if leader.word is word]
        for word, title in CASE_TITLES.items()
    }
    return {title: "; ".join(cases) for title, cases in texts_by_title.items() if cases}


def _describe_leader(leader: VolumeLeader) -> str:
    leader_text = f" ({leader.leader} further)" if leader.leader else ""
    return f"{leader.asset} ({leader.group.upper()}), {leader.venue}{leader_text}"
