"""On how many assets the focus was deepest, beside an even share and the seven days before: no probability."""

from collections.abc import Sequence
from typing import Any

from dash import html

from dashboard.anchors import Anchor
from dashboard.clock import day, on_clock
from dashboard.formats import exchanges, listing
from dashboard.overview_view import Overview
from dashboard.style import DASH
from deviation.fairness_answer import NO_TEST
from deviation.matrix import NO_CANDLE, ReadingAid, reading_aid
from deviation.placebo import PLACEBO_DAYS, Found, PlaceboDay, moved
from deviation.question import Group
from deviation.ranks import Word
from deviation.result import Measurement

ABSENT = {NO_CANDLE.why}


def verdict(overview: Overview) -> str:
    """What the ranks say of the focus venue, a sentence for each group, whichever way it falls; else of the others."""
    aids = [aid for aid in _aids(overview) if aid.ranked]
    if aids:
        return " ".join(_verdict(overview, aid) for aid in aids)
    others = [text for measurement in overview.measurements for group in Group if (text := _others(measurement, group))]
    told = f" Of the others: {'; '.join(others)}." if others else " Nor is any other: too few exchanges traded."
    return f"{overview.focus} is ranked on no asset here.{told}"


def counted(overview: Overview) -> str:
    """The verdict as a headline: on how many assets the focus venue was deepest, group by group."""
    aids = [aid for aid in _aids(overview) if aid.ranked]
    if not aids:
        return f"{overview.focus} is ranked on no asset here"
    others = [f", {aid.deepest} of {len(aid.ranked)} among {exchanges(aid.group)}" for aid in aids[1:]]
    return f"{_count_of(overview, aids[0])}{''.join(others)}"


def _others(measurement: Measurement, group: Group) -> str:
    """Who was deepest of a group, where it has ranked venues."""
    ranked = {market: rank for market, rank in measurement.ranks.items() if rank.why is None and market.group is group}
    if not ranked:
        return ""
    deepest = [market.venue for market, rank in ranked.items() if rank.deepest is Word.DEEPEST]
    said = f"{measurement.question.rules.name(deepest[0])} deepest" if deepest else Word.CLOSE.value
    return f"{measurement.question.asset} ({group.upper()}) {said}"


def _aids(overview: Overview) -> list[ReadingAid]:
    return [reading_aid(overview.measurements, overview.view.focus, group) for group in Group]


def _verdict(overview: Overview, aid: ReadingAid) -> str:
    """Deepest, not deepest and too close to call, each with its assets."""
    n = len(aid.ranked)
    said = [_count_of(overview, aid)]
    for word in (Word.DEEPEST, Word.NOT_DEEPEST, Word.CLOSE):
        of = [one.asset for one in aid.ranked if one.deepest is word]
        if of and (len(of) < n or word is not Word.DEEPEST):
            said.append(f"{word} on {listing(of)}")
    return f"{said[0]}{': ' if said[1:] else ''}{', '.join(said[1:])}."


def _count_of(overview: Overview, aid: ReadingAid) -> str:
    n = len(aid.ranked)
    assets = "asset" if n == 1 else "assets"
    return f"{overview.focus} was deepest on {aid.deepest} of {n} ranked {assets} among {exchanges(aid.group)}"


def reading(overview: Overview, placebo: Sequence[PlaceboDay] | None) -> list[Any]:
    """The reading aid of each group in words, and the same count on each day before; None: not yet worked out."""
    links = overview.links
    head = html.Div([html.H2(links.define("How to read the ranks", Anchor.MATRIX))], className="block-head")
    if not overview.ranked:
        text = (
            f"An illustration has no ranks. With real candles, this says on how many assets {overview.focus} was "
            "deepest, beside an even share and the same window of the days before."
        )
        return [head, html.P(text)]
    told = [
        _told(overview, aid)
        for aid in _aids(overview)
        if aid.ranked or any(w != NO_CANDLE.why for _, w in aid.unranked)
    ]
    return [
        head,
        *told,
        *([] if told else [html.P(f"{overview.focus} is ranked on no asset: no spot candle of it.")]),
        html.P(
            [
                f"{NO_TEST.capitalize()}. Below, the same count in the same clock window of ",
                links.define(f"the {PLACEBO_DAYS} days before", Anchor.PLACEBO),
                ", as far as it was collected.",
            ],
        ),
        _days(overview, placebo),
    ]


def _told(overview: Overview, aid: ReadingAid) -> html.P:
    reasons: dict[str, list[str]] = {}
    for asset, why in aid.unranked:
        reasons.setdefault(why, []).append(asset)
    missing = "; ".join(f"{listing(assets)} ({why})" for why, assets in reasons.items())
    left = f" Not ranked: {missing}." if missing else ""
    if not aid.ranked:
        return html.P(f"{exchanges(aid.group)}: {overview.focus} is ranked on no asset.{left}")
    n = len(aid.ranked)
    shares = listing([f"1/{one.venues} on {one.asset}" for one in aid.ranked])
    return html.P(
        [
            html.Strong(f"{exchanges(aid.group)}: deepest on {aid.deepest} of {n}, longest on {aid.longest} of {n}. "),
            f"Shared evenly, each ranked exchange would be deepest on {aid.even_share:.2g} of {n} ({shares}).{left}",
        ]
    )


def _days(overview: Overview, placebo: Sequence[PlaceboDay] | None) -> html.Div:
    """A column for each day, the earliest first and the event's own last; its size is the same before it is filled."""
    asked, zone = overview.measurements[0].question, overview.view.zone
    starts = [moved(asked, days).start for days in range(PLACEBO_DAYS, 0, -1)]
    names = [day(on_clock(start, zone).date()) for start in (*starts, asked.start)]
    head = html.Tr([html.Th("Deepest on", scope="col"), *(html.Th(name, scope="col") for name in names)])
    earlier = {found.days_before: found for found in placebo or ()}
    rows = []
    for aid in _aids(overview):
        cells = [_day(earlier.get(days), aid.group, waiting=placebo is None) for days in range(PLACEBO_DAYS, 0, -1)]
        own = html.Td(html.B(_count(aid) if aid.ranked else DASH))
        rows.append(html.Tr([html.Th(exchanges(aid.group), scope="row"), *cells, own]))
    note = "\N{EN DASH}: not ranked; empty: not collected."
    label: dict[str, Any] = {"aria-label": "Days before", "aria-busy": str(placebo is None).lower()}
    table = html.Table([html.Thead(head), html.Tbody(rows)], className="overview-days")
    return html.Div(
        [html.Div(table, className="wide", tabIndex=0, role="region", **label), html.P(note, className="quiet")]
    )


def _day(found: PlaceboDay | None, group: Group, *, waiting: bool) -> html.Td:
    if waiting:
        return html.Td(html.Span(className="overview-bone"))
    if found is None or found.found[group] is Found.NOT_COLLECTED:
        return html.Td("", title=Found.NOT_COLLECTED.value)
    if found.found[group] is Found.NOT_RANKED:
        return html.Td(DASH, title=Found.NOT_RANKED.value)
    return html.Td(_count(found.aids[group]), title=found.note or "")


def _count(aid: ReadingAid) -> str:
    return f"{aid.deepest} of {len(aid.ranked)}"
