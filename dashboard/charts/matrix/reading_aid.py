"""The reading aid of the matrix in words: how often the focus venue was deepest, and how often on earlier days."""

from collections.abc import Sequence
from typing import Any

from dash import html

from dashboard.service.event import EventContext
from dashboard.state.links import MethodAnchor
from dashboard.text.clock import convert_to_zone, format_day
from dashboard.text.numbers import EN_DASH, format_exchanges
from deviation.matrix import NO_CANDLE_RANK, ReadingAid, compute_reading_aid
from deviation.measurement import Measurement
from deviation.placebo import PLACEBO_DAYS, PlaceboDay, PlaceboStatus, shift_question
from deviation.question import Group
from deviation.ranks import RankWord
from deviation.report.fairness_json import NO_SIGNIFICANCE_NOTE
from deviation.wording import join_names


def write_verdict(overview: EventContext) -> str:
    """The ranks of the focus venue, a sentence per group; if it has none, the deepest venue per asset and group."""
    aids = [aid for aid in _list_reading_aids(overview) if aid.ranked]
    if aids:
        return " ".join(_write_group_verdict(overview, aid) for aid in aids)
    descriptions = [
        text
        for measurement in overview.measurements
        for group in Group
        if (text := _describe_deepest(measurement, group))
    ]
    others_text = (
        f" Of the others: {'; '.join(descriptions)}."
        if descriptions
        else " Nor is any other: too few exchanges traded."
    )
    return f"{overview.focus_name} is ranked on no asset here.{others_text}"


def write_headline(overview: EventContext) -> str:
    """The number of assets on which the focus venue was deepest, per group."""
    aids = [aid for aid in _list_reading_aids(overview) if aid.ranked]
    if not aids:
        return f"{overview.focus_name} is ranked on no asset here"
    other_counts = [
        f", {aid.deepest_count} of {len(aid.ranked)} among {format_exchanges(aid.group)}" for aid in aids[1:]
    ]
    return f"{_describe_count(overview, aids[0])}{''.join(other_counts)}"


def _describe_deepest(measurement: Measurement, group: Group) -> str:
    """The deepest venue of a group; empty if the group has no ranked venue."""
    ranked = {
        market: rank for market, rank in measurement.ranks.items() if rank.reason is None and market.group is group
    }
    if not ranked:
        return ""
    deepest = [market.venue for market, rank in ranked.items() if rank.deepest is RankWord.DEEPEST]
    text = f"{measurement.question.rules.name_of(deepest[0])} deepest" if deepest else RankWord.CLOSE.value
    return f"{measurement.question.asset} ({group.upper()}) {text}"


def _list_reading_aids(overview: EventContext) -> list[ReadingAid]:
    return [compute_reading_aid(overview.measurements, overview.view.focus, group) for group in Group]


def _write_group_verdict(overview: EventContext, aid: ReadingAid) -> str:
    """The number of assets on which it was deepest, and the assets by rank word."""
    ranked_count = len(aid.ranked)
    parts = [_describe_count(overview, aid)]
    for word in (RankWord.DEEPEST, RankWord.NOT_DEEPEST, RankWord.CLOSE):
        assets = [ranked.asset for ranked in aid.ranked if ranked.deepest is word]
        if assets and (len(assets) < ranked_count or word is not RankWord.DEEPEST):
            parts.append(f"{word} on {join_names(assets)}")
    return f"{parts[0]}{': ' if parts[1:] else ''}{', '.join(parts[1:])}."


def _describe_count(overview: EventContext, aid: ReadingAid) -> str:
    ranked_count = len(aid.ranked)
    assets = "asset" if ranked_count == 1 else "assets"
    count = f"{aid.deepest_count} of {ranked_count} ranked {assets}"
    return f"{overview.focus_name} was deepest on {count} among {format_exchanges(aid.group)}"


def build_reading_section(overview: EventContext, placebo: Sequence[PlaceboDay] | None) -> list[Any]:
    """The reading aid of each group in words, and a table with the same count on earlier days.

    ``placebo`` is None while those days are being measured; the table is then empty.
    """
    links = overview.links
    head = html.Div(
        [html.H2(links.build_definition_link("How to read the ranks", MethodAnchor.MATRIX))], className="block-head"
    )
    if not overview.has_ranks:
        text = (
            f"An illustration has no ranks. With real candles, this says on how many assets {overview.focus_name} was "
            "deepest, beside an even share and the same window of the days before."
        )
        return [head, html.P(text)]
    paragraphs = [
        _build_paragraph(overview, aid)
        for aid in _list_reading_aids(overview)
        if aid.ranked or any(reason != NO_CANDLE_RANK.reason for _, reason in aid.unranked)
    ]
    return [
        head,
        *paragraphs,
        *([] if paragraphs else [html.P(f"{overview.focus_name} is ranked on no asset: no spot candle of it.")]),
        html.P(
            [
                f"{NO_SIGNIFICANCE_NOTE.capitalize()}. Below, the same count in the same clock window of ",
                links.build_definition_link(f"the {PLACEBO_DAYS} days before", MethodAnchor.PLACEBO),
                ", as far as it was collected.",
            ],
        ),
        _build_days_table(overview, placebo),
    ]


def _build_paragraph(overview: EventContext, aid: ReadingAid) -> html.P:
    reasons: dict[str, list[str]] = {}
    for asset, reason in aid.unranked:
        reasons.setdefault(reason, []).append(asset)
    missing = "; ".join(f"{join_names(assets)} ({reason})" for reason, assets in reasons.items())
    unranked_text = f" Not ranked: {missing}." if missing else ""
    if not aid.ranked:
        return html.P(f"{format_exchanges(aid.group)}: {overview.focus_name} is ranked on no asset.{unranked_text}")
    ranked_count = len(aid.ranked)
    shares = join_names([f"1/{ranked.venue_count} on {ranked.asset}" for ranked in aid.ranked])
    return html.P(
        [
            html.Strong(
                f"{format_exchanges(aid.group)}: deepest on {aid.deepest_count} of {ranked_count}, "
                f"longest on {aid.longest_count} of {ranked_count}. "
            ),
            (
                f"Shared evenly, each ranked exchange would be deepest on {aid.even_share:.2g} of {ranked_count} "
                f"({shares}).{unranked_text}"
            ),
        ]
    )


def _build_days_table(overview: EventContext, placebo: Sequence[PlaceboDay] | None) -> html.Div:
    """A column per day, the earliest first and the event's own last; as large without placebo as with it."""
    question, zone = overview.measurements[0].question, overview.view.zone
    starts = [shift_question(question, days).start for days in range(PLACEBO_DAYS, 0, -1)]
    names = [format_day(convert_to_zone(start, zone).date()) for start in (*starts, question.start)]
    head = html.Tr([html.Th("Deepest on", scope="col"), *(html.Th(name, scope="col") for name in names)])
    placebo_by_day = {placebo_day.days_before: placebo_day for placebo_day in placebo or ()}
    rows = []
    for aid in _list_reading_aids(overview):
        cells = [
            _build_day_cell(placebo_by_day.get(days), aid.group, is_pending=placebo is None)
            for days in range(PLACEBO_DAYS, 0, -1)
        ]
        event_cell = html.Td(html.B(_format_count(aid) if aid.ranked else EN_DASH))
        rows.append(html.Tr([html.Th(format_exchanges(aid.group), scope="row"), *cells, event_cell]))
    note = "\N{EN DASH}: not ranked; empty: not collected."
    label: dict[str, Any] = {"aria-label": "Days before", "aria-busy": str(placebo is None).lower()}
    table = html.Table([html.Thead(head), html.Tbody(rows)], className="overview-days")
    return html.Div(
        [html.Div(table, className="wide", tabIndex=0, role="region", **label), html.P(note, className="quiet")]
    )


def _build_day_cell(placebo_day: PlaceboDay | None, group: Group, *, is_pending: bool) -> html.Td:
    if is_pending:
        return html.Td(html.Span(className="overview-bone"))
    if placebo_day is None or placebo_day.statuses[group] is PlaceboStatus.NOT_COLLECTED:
        return html.Td("", title=PlaceboStatus.NOT_COLLECTED.value)
    if placebo_day.statuses[group] is PlaceboStatus.NOT_RANKED:
        return html.Td(EN_DASH, title=PlaceboStatus.NOT_RANKED.value)
    return html.Td(_format_count(placebo_day.aids[group]), title=placebo_day.note or "")


def _format_count(aid: ReadingAid) -> str:
    return f"{aid.deepest_count} of {len(aid.ranked)}"
