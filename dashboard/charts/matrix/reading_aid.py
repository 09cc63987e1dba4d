"""How often the focus venue came first among the assets, in sentences, and how often on earlier days."""

from collections.abc import Sequence
from typing import Any

from dash import html

from dashboard.service.event import SAMPLE_TEXT, EventContext
from dashboard.state.links import MethodAnchor
from dashboard.text.clock import convert_to_zone, format_day
from dashboard.text.numbers import EN_DASH, format_exchanges
from deviation.matrix import ReadingAid, compute_reading_aid, list_groups
from deviation.measurement import Measurement
from deviation.placebo import PLACEBO_DAYS, PlaceboDay, PlaceboStatus, shift_question
from deviation.question import Group
from deviation.ranks import RankWord
from deviation.report.fairness_json import NO_SIGNIFICANCE_NOTE
from deviation.wording import join_names

NO_RANKING_TEXT = "No ranking possible: prices from too few exchanges are loaded."
DAYS_HEIGHT, DAYS_ROW_HEIGHT = 76, 30
"""Pixels of the table of earlier days without its rows, and of a row."""

NOT_COLLECTED_TEXT = "No prices of those days are loaded, so there is nothing to compare with."


def write_finding(overview: EventContext) -> str:
    """On how many assets the focus venue had the largest deviation on the side of the view, per group."""
    if overview.is_illustration:
        return SAMPLE_TEXT
    aids = _list_ranked_aids(overview)
    if not aids:
        return _explain_no_finding(overview)
    first, *others = aids
    day = convert_to_zone(overview.measurements[0].question.start, overview.view.zone).date()
    noun, count = f"largest {overview.side_noun} of the {format_exchanges(first.group)}", len(first.ranked)
    when = f"On {format_day(day)} {day.year}"
    if first.largest_count:
        subject = f"{when} {overview.focus_name} had the {noun} in {first.largest_count} of {_count_assets(count)}"
    else:
        subject = f"{when} {_describe_none_first(overview.focus_name, noun, first)}"
    return subject + "".join(
        f", and of the {format_exchanges(aid.group)} in {aid.largest_count} of {len(aid.ranked)}" for aid in others
    )


def _describe_none_first(name: str, noun: str, aid: ReadingAid) -> str:
    """What holds where the focus venue has the largest deviation of no asset."""
    count = len(aid.ranked)
    close_count = sum(ranked.largest is RankWord.CLOSE for ranked in aid.ranked)
    if close_count == count:
        assets = "the one comparable asset" if count == 1 else f"all {_count_assets(count)}"
        return f"the {noun} was too close to call in {assets}"
    assets = "the one comparable asset" if count == 1 else f"any of {_count_assets(count)}"
    remark = f" ({close_count} too close to call)" if close_count else ""
    return f"{name} did not have the {noun} in {assets}{remark}"


def _count_assets(count: int) -> str:
    return f"{count} comparable {'asset' if count == 1 else 'assets'}"


def _explain_no_finding(overview: EventContext) -> str:
    if not any(_describe_largest(overview, measurement) for measurement in overview.measurements):
        return NO_RANKING_TEXT
    if not any(measurement.focus_row is not None for measurement in overview.measurements):
        return f"No price of {overview.focus_name} is loaded for this window"
    return f"{overview.focus_name} cannot be ranked: too few of its prices can be compared"


def write_verdict(overview: EventContext) -> str:
    """The assets by the rank words of the focus venue, a sentence per group; without a rank, who came first instead."""
    aids = _list_ranked_aids(overview)
    if aids:
        return " ".join(_write_group_verdict(aid) for aid in aids)
    texts = [text for measurement in overview.measurements for text in _describe_largest(overview, measurement)]
    noun = overview.side_noun.capitalize()
    return f"Largest {noun.lower()}: {'; '.join(texts)}." if texts else ""


def _list_ranked_aids(overview: EventContext) -> list[ReadingAid]:
    return [aid for aid in _list_reading_aids(overview) if aid.ranked]


def _list_reading_aids(overview: EventContext) -> list[ReadingAid]:
    view = overview.view
    return [
        compute_reading_aid(overview.measurements, view.focus, group, view.side)
        for group in list_groups(overview.measurements)
    ]


def _describe_largest(overview: EventContext, measurement: Measurement) -> list[str]:
    """Who strayed furthest in each group that is ranked."""
    texts = []
    for group in measurement.groups:
        verdicts = {
            row.market: measurement.ranks[row.market][overview.view.side].largest
            for row in measurement.select_spot_rows(group)
        }
        if not any(verdict.is_ranked for verdict in verdicts.values()):
            continue
        first = [market.venue for market, verdict in verdicts.items() if verdict.word is RankWord.LARGEST]
        name = measurement.question.rules.name_of(first[0]) if first else RankWord.CLOSE.value
        texts.append(f"{measurement.question.asset} ({group.upper()}) {name}")
    return texts


def _write_group_verdict(aid: ReadingAid) -> str:
    """The assets by the words on size and on length."""
    sizes = {word: [ranked.asset for ranked in aid.ranked if ranked.largest is word] for word in RankWord}
    lengths = {word: [ranked.asset for ranked in aid.ranked if ranked.longest is word] for word in RankWord}
    return f"{format_exchanges(aid.group)}, size: {_join_words(sizes)}; length: {_join_words(lengths)}."


def _join_words(assets_by_word: dict[RankWord, list[str]]) -> str:
    return ", ".join(f"{word} on {join_names(assets)}" for word, assets in assets_by_word.items() if assets)


def build_reading_section(overview: EventContext, placebo: Sequence[PlaceboDay] | None) -> list[Any]:
    """The reading aid of each group in words, and a table with the same count on earlier days, where collected.

    ``placebo`` is None while those days are being measured.
    """
    links = overview.links
    head = html.Div(
        [html.H2(links.build_definition_link("How to read the ranks", MethodAnchor.MATRIX))], className="block-head"
    )
    aids = _list_ranked_aids(overview) if overview.has_ranks else []
    if not aids:
        return []
    return [
        head,
        *(_build_paragraph(overview, aid) for aid in aids),
        html.P(
            [
                f"{NO_SIGNIFICANCE_NOTE} The same count in the same hours of ",
                links.build_definition_link(f"the {PLACEBO_DAYS} days before", MethodAnchor.PLACEBO),
                ":",
            ],
        ),
        _build_days(overview, aids, placebo),
    ]


def _build_paragraph(overview: EventContext, aid: ReadingAid) -> html.P:
    reasons: dict[str, list[str]] = {}
    for asset, reason in aid.unranked:
        reasons.setdefault(reason, []).append(asset)
    missing = "; ".join(f"{join_names(assets)} ({reason})" for reason, assets in reasons.items())
    unranked_text = f" Not ranked: {missing}." if missing else ""
    count, noun = len(aid.ranked), overview.side_noun
    counts = f"largest {noun} in {aid.largest_count} of {count}, longest in {aid.longest_count}"
    largest = f"{format_exchanges(aid.group)}: {counts}. "
    chance = f"By chance alone each exchange would come first in {aid.even_share:.2g} of {count}.{unranked_text}"
    return html.P([html.Strong(largest), chance])


def _build_days(overview: EventContext, aids: Sequence[ReadingAid], placebo: Sequence[PlaceboDay] | None) -> html.Div:
    """A column per day, the earliest first and the event's own last; a sentence if no day was collected."""
    # As high with a sentence as with the table, so that nothing below moves when the earlier days are measured.
    style = {"minHeight": DAYS_HEIGHT + DAYS_ROW_HEIGHT * len(aids)}
    statuses = [day.statuses.get(aid.group) for day in placebo or () for aid in aids]
    if placebo is not None and all(status in {None, PlaceboStatus.NOT_COLLECTED} for status in statuses):
        return html.Div(html.P(NOT_COLLECTED_TEXT, className="quiet"), style=style)
    question, zone = overview.measurements[0].question, overview.view.zone
    starts = [shift_question(question, days).start for days in range(PLACEBO_DAYS, 0, -1)]
    names = [format_day(convert_to_zone(start, zone).date()) for start in (*starts, question.start)]
    noun = overview.side_noun
    head = html.Tr([html.Th(f"Largest {noun}", scope="col"), *(html.Th(name, scope="col") for name in names)])
    placebo_by_day = {placebo_day.days_before: placebo_day for placebo_day in placebo or ()}
    rows = []
    for aid in aids:
        cells = [
            _build_day_cell(overview, placebo_by_day.get(days), aid.group, is_pending=placebo is None)
            for days in range(PLACEBO_DAYS, 0, -1)
        ]
        event_cell = html.Td(html.B(_format_count(aid) if aid.ranked else EN_DASH))
        rows.append(html.Tr([html.Th(format_exchanges(aid.group), scope="row"), *cells, event_cell]))
    note = f"{EN_DASH}: not ranked; empty: not loaded."
    label: dict[str, Any] = {"aria-label": "Days before", "aria-busy": str(placebo is None).lower()}
    table = html.Table([html.Thead(head), html.Tbody(rows)], className="overview-days")
    return html.Div(
        [html.Div(table, className="wide", tabIndex=0, role="region", **label), html.P(note, className="quiet")],
        style=style,
    )


def _build_day_cell(
    overview: EventContext, placebo_day: PlaceboDay | None, group: Group, *, is_pending: bool
) -> html.Td:
    if is_pending:
        return html.Td(html.Span(className="overview-bone"))
    status = None if placebo_day is None else placebo_day.statuses.get(group)
    if placebo_day is None or status in {None, PlaceboStatus.NOT_COLLECTED}:
        return html.Td("", title="not loaded")
    if status is PlaceboStatus.NOT_RANKED:
        return html.Td(EN_DASH, title=PlaceboStatus.NOT_RANKED.value)
    return html.Td(_format_count(placebo_day.aids[group][overview.view.side]), title=placebo_day.note or "")


def _format_count(aid: ReadingAid) -> str:
    return f"{aid.largest_count} of {len(aid.ranked)}"
