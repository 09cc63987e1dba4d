"""All exchanges on all assets, the reading aid and the days before, as tables of at most 100 columns."""

from collections.abc import Sequence

from rich.console import Group as Stack
from rich.console import RenderableType
from rich.text import Text

from analysis.event import EventMeasurement
from cli.tables.console import build_table
from cli.tables.group import SIDE_NOUNS
from cli.tables.question import describe_question, group_by_text, list_shared_notes
from dashboard.text.numbers import EN_DASH
from deviation.matrix import MatrixCell, ReadingAid, build_matrix, compute_reading_aid, is_rankable, list_groups
from deviation.measurement import Measurement
from deviation.placebo import PlaceboDay, PlaceboStatus
from deviation.question import Group
from deviation.ranks import SideRank
from deviation.report.fairness_json import NO_SIGNIFICANCE_NOTE
from deviation.result import MarketRow
from deviation.side import Side
from deviation.wording import format_minutes, format_percent, format_threshold

NOT_RANKED_NOTE = "Nothing is ranked on the sample: no reading aid, no days before, no sensitivity."


def format_fairness(event: EventMeasurement) -> RenderableType:
    """The matrix as tables per quote group and side, then the reading aid with its counts on the days before."""
    measurements = event.measurements
    groups = list_groups(measurements)
    parts: list[RenderableType] = [*describe_question(measurements[0].question), *list_shared_notes(measurements)]
    for group in groups:
        parts += ["", *_build_matrix_parts(measurements, group)]
    if not is_rankable(measurements):
        return Stack(*parts, "", NOT_RANKED_NOTE)
    for group in groups:
        parts += ["", *_build_aid_parts(event, group)]
    return Stack(*parts, "", NO_SIGNIFICANCE_NOTE)


def _build_matrix_parts(measurements: Sequence[Measurement], group: Group) -> list[RenderableType]:
    cells = build_matrix(measurements, group)
    parts = [part for side in Side for part in _build_side_parts(measurements, cells, group, side)]
    return [*parts, *_list_reasons(measurements, cells)]


def _build_side_parts(
    measurements: Sequence[Measurement], cells: Sequence[MatrixCell], group: Group, side: Side
) -> list[RenderableType]:
    parameters = measurements[0].question.parameters
    title = f"{side.capitalize()} the other {group.upper()} exchanges"
    if not any(parameters.reaches_enter(_get_size(cell, side)) for cell in cells):
        return [f"{title}: none by {format_threshold(parameters.enter)} or more"]
    table = build_table(
        title,
        ("Asset", "Exchange"),
        (
            "Comparable\nminutes",
            SIDE_NOUNS[side],
            f"Minutes\n≥ {format_threshold(parameters.enter)}",
            f"whole\n{measurements[0].question.timeframe.noun}",
            f"{side}\nall others",
        ),
        ("Size, length",),
    )
    last_asset = ""
    for cell in cells:
        if cell.row is not None:
            asset = "" if cell.asset == last_asset else cell.asset
            table.add_row(
                asset, _format_exchange(measurements[0], cell.venue), *_format_cell(cell.row, cell.rank[side], side)
            )
            last_asset = cell.asset
    return [table]


def _get_size(cell: MatrixCell, side: Side) -> float:
    return 0.0 if cell.row is None else cell.row.own_summary.get_side(side).size


def _format_exchange(measurement: Measurement, venue: str) -> Text:
    """The name of an exchange, the focus in bold."""
    return Text(measurement.question.rules.name_of(venue), style="bold" if venue == measurement.focus else "")


def _format_cell(row: MarketRow, rank: SideRank, side: Side) -> list[str]:
    summary = row.own_summary
    numbers = summary.get_side(side)
    if not summary.firm_min:
        return ["0", *[EN_DASH] * 4, rank.largest.word.value]
    return [
        format_minutes(summary.firm_min),
        format_percent(numbers.size),
        format_minutes(numbers.minutes),
        format_minutes(numbers.whole.minutes) if numbers.whole.deviation is not None else EN_DASH,
        format_minutes(numbers.next.minutes),
        ", ".join(dict.fromkeys([rank.largest.word.value, rank.longest.word.value])),
    ]


def _list_reasons(measurements: Sequence[Measurement], cells: Sequence[MatrixCell]) -> list[str]:
    """A line for each reason for no rank, with the exchanges that it concerns, by asset."""
    name_of = measurements[0].question.rules.name_of
    names_by_reason: dict[str, list[tuple[str, str]]] = {}
    for cell in cells:
        verdict = cell.rank[Side.BELOW].largest
        if not verdict.is_ranked and is_rankable(measurements):
            reason = f"{verdict.word.value.capitalize()}: {verdict.why}"
            names_by_reason.setdefault(reason, []).append((cell.asset, name_of(cell.venue)))
    lines = []
    for reason, pairs in names_by_reason.items():
        exchanges = [f"{asset} {', '.join(names)}" for asset, names in group_by_text(pairs).items()]
        lines.append(f"{reason} - {'; '.join(exchanges)}")
    return lines


def _build_aid_parts(event: EventMeasurement, group: Group) -> list[RenderableType]:
    first = event.measurements[0]
    aids = {side: compute_reading_aid(event.measurements, first.focus, group, side) for side in Side}
    name = first.question.rules.name_of(first.focus)
    ranked = aids[Side.BELOW].ranked
    if not ranked and all(day.statuses[group] is not PlaceboStatus.RANKED for day in event.placebo):
        return [f"{name} is ranked on no asset among {group.upper()} exchanges."]
    counts = [f"{word}\n{SIDE_NOUNS[side].lower()}" for side in Side for word in ("Largest", "Longest")]
    table = build_table(
        f"{name} among {group.upper()} exchanges, and in the same hours of the days before",
        ("Window from",),
        (*counts, "Shared\nevenly"),
        ("Note",),
    )
    table.add_row(f"{first.question.start:%Y-%m-%d %H:%M}", *_format_counts(aids), "as asked")
    for day in event.placebo:
        table.add_row(f"{day.start:%Y-%m-%d %H:%M}", *_format_day(day, group))
    return [table, *([_describe_even_share(aids[Side.BELOW])] if ranked else [])]


def _format_counts(aids: dict[Side, ReadingAid]) -> list[str]:
    n = len(aids[Side.BELOW].ranked)
    counts = [count for side in Side for count in (aids[side].largest_count, aids[side].longest_count)]
    return [*(f"{count} of {n}" for count in counts), f"{aids[Side.BELOW].even_share:.2f} of {n}"]


def _format_day(day: PlaceboDay, group: Group) -> list[str]:
    if day.statuses[group] is PlaceboStatus.RANKED:
        return [*_format_counts(day.aids[group]), day.note or ""]
    return [*[EN_DASH] * 5, day.statuses[group].value]


def _describe_even_share(aid: ReadingAid) -> str:
    exchanges = ", ".join(f"{ranked_asset.asset} {ranked_asset.venue_count}" for ranked_asset in aid.ranked)
    return f"Shared evenly: the sum of 1/N, with N exchanges ranked on each asset ({exchanges})"
