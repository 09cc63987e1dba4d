"""Replayed index rules as tables: what each rule gave, what it is made of, and whose fall it was."""

from typing import Any

from dash import html

from dashboard.components.static_html import build_element
from dashboard.draw.scene import Scene
from dashboard.text.index_rules import (
    describe_components,
    describe_days,
    describe_limits,
    describe_lowest,
    describe_own_share,
    format_log_return,
    format_share,
)
from dashboard.text.numbers import EN_DASH
from deviation.window.extremes import find_lowest_price
from deviation.wording import format_clock_time, format_price
from evidence.index_rules.index_replay import IndexReplay, RuleReplay


def build_rule_table(replay: IndexReplay, scene: Scene) -> html.Table:
    """A row per rule: lowest value, fall, what of it happened elsewhere, the venue's own share, and the rule itself."""
    adjective = replay.measurement.question.timeframe.adjective
    header = [
        html.Th(text, scope="col")
        for text in (
            "Rule",
            f"Lowest {adjective} close",
            "Fall",
            "Of it elsewhere",
            "Own share",
            "Components and source",
        )
    ]
    rows: list[Any] = [_build_rule_row(replay, rule_replay, scene) for rule_replay in replay.replays]
    return html.Table([html.Thead(html.Tr(header)), html.Tbody(rows)])


def _build_rule_row(replay: IndexReplay, rule_replay: RuleReplay, scene: Scene) -> html.Tr:
    rule, fall = rule_replay.rule, rule_replay.fall
    limits = describe_limits(rule_replay.limits, rule.quote)
    details = [text for text in (limits, f"assumed: {rule.assumed}" if rule.assumed else "") if text]
    return html.Tr(
        [
            html.Th([rule.label, html.Small(describe_days(rule))], scope="row"),
            html.Td(describe_lowest(replay, rule_replay, scene.zone)),
            html.Td(EN_DASH if fall is None else format_log_return(fall.total), className="number"),
            html.Td(EN_DASH if fall is None else format_log_return(fall.elsewhere), className="number"),
            html.Td(describe_own_share(rule_replay), className="number"),
            html.Td(
                [
                    describe_components(rule),
                    *(html.Small(detail) for detail in details),
                    html.Small(html.A("source", href=rule.source, target="_blank", rel="noopener noreferrer")),
                ],
                className="index-rule",
            ),
        ]
    )


def build_leg_table(replay: IndexReplay) -> html.Table | None:
    """What each market of the venue adds to its own part of the fall; None where no rule has such a split."""
    rows: list[Any] = []
    for rule_replay in replay.replays:
        fall = rule_replay.fall
        if fall is None or fall.legs is None or fall.own_share is None:
            continue
        parts = {"the other exchanges": fall.elsewhere, **fall.legs}
        rows += [
            build_element(
                "tr",
                build_element("th", rule_replay.rule.label, scope="row"),
                build_element("td", name),
                build_element("td", format_share(part / fall.total), className="number"),
            )
            for name, part in parts.items()
        ]
    if not rows:
        return None
    header = [html.Th(text, scope="col") for text in ("Rule", "Market", "Share of the fall")]
    return html.Table([html.Thead(html.Tr(header)), html.Tbody(rows)])


def build_derived_table(replay: IndexReplay, scene: Scene) -> html.Table | None:
    """The lowest of each index and mark price that was collected; None without any."""
    axis, rows = replay.measurement.axis, []
    for derived in replay.derived:
        at = find_lowest_price(derived.low)
        if at is not None:
            texts = (derived.symbol, derived.price, format_price(float(derived.low[at])))
            name = scene.catalogue.get_venue(derived.venue).name
            time = format_clock_time(axis, at, scene.zone.tzinfo)
            rows.append(html.Tr([html.Th(name, scope="row"), *(html.Td(text) for text in (*texts, time))]))
    if not rows:
        return None
    header = [html.Th(text, scope="col") for text in ("Exchange", "Market", "Price", "Lowest", "at")]
    return html.Table([html.Thead(html.Tr(header)), html.Tbody(rows)])
