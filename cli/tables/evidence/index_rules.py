"""The result of `index`: what each rule would have printed, and how much of the fall was the venue's own."""

from rich.console import Group as Stack
from rich.console import RenderableType
from rich.table import Table

from cli.tables.console import build_table
from cli.tables.question import describe_question, list_shared_notes
from dashboard.text.index_rules import (
    describe_components,
    describe_days,
    describe_limits,
    describe_lowest,
    describe_own_share,
    describe_ratio,
    format_log_return,
    format_share,
    write_index_headline,
)
from dashboard.text.numbers import EN_DASH
from deviation.window.extremes import find_lowest_price
from deviation.wording import format_clock_time, format_price
from evidence.index_rules.index_replay import IndexReplay


def format_index(replay: IndexReplay) -> RenderableType:
    """The headline, a table of the rules, the split of the falls by market, and the collected prices."""
    measurement = replay.measurement
    venue = measurement.question.rules.name_of(replay.replays[0].rule.venue)
    parts: list[RenderableType] = [
        write_index_headline(replay, venue),
        *describe_question(measurement.question),
        *list_shared_notes([measurement]),
        describe_ratio(replay),
        "",
        _build_rule_table(replay),
        "",
        *_list_rule_notes(replay),
    ]
    if any(rule_replay.fall is not None and rule_replay.fall.legs for rule_replay in replay.replays):
        parts += ["", _build_leg_table(replay)]
    if replay.derived:
        parts += ["", _build_derived_table(replay)]
    return Stack(
        *parts,
        "",
        "By closing prices, in brackets by all lows and by all highs. No leg is filled in.",
        f"Own: what the other exchanges' price does not explain of the fall, as log returns; {EN_DASH} unknown.",
    )


def _build_rule_table(replay: IndexReplay) -> Table:
    table = build_table(
        f"{replay.measurement.question.asset} index by rule, in {replay.replays[0].rule.quote}",
        ("Rule",),
        ("Lowest", "Fall", "Elsewhere", "Own share"),
        ("Components",),
    )
    for rule_replay in replay.replays:
        fall = rule_replay.fall
        table.add_row(
            rule_replay.rule.label,
            describe_lowest(replay, rule_replay),
            EN_DASH if fall is None else format_log_return(fall.total),
            EN_DASH if fall is None else format_log_return(fall.elsewhere),
            describe_own_share(rule_replay),
            ", ".join(
                text
                for text in (
                    describe_components(rule_replay.rule),
                    describe_limits(rule_replay.limits, rule_replay.rule.quote),
                )
                if text
            ),
        )
    return table


def _list_rule_notes(replay: IndexReplay) -> list[str]:
    notes = []
    for rule_replay in replay.replays:
        rule = rule_replay.rule
        days = describe_days(rule)
        assumed = f" Assumed: {rule.assumed}." if rule.assumed else ""
        notes.append(f"{rule.label}{f' ({days})' if days else ''}: {rule.source}.{assumed}")
    return notes


def _build_leg_table(replay: IndexReplay) -> Table:
    """What each market of the venue adds to its own part of the fall."""
    table = build_table(
        "Own part of the fall by market, weights fixed", ("Rule", "Market"), ("Part", "Share of the fall")
    )
    for rule_replay in replay.replays:
        fall = rule_replay.fall
        for leg, part in (fall.legs or {}).items() if fall is not None else ():
            share = EN_DASH if fall is None or fall.own_share is None else format_share(part / fall.total)
            table.add_row(rule_replay.rule.label, leg, f"{part:+.4f}", share)
    return table


def _build_derived_table(replay: IndexReplay) -> Table:
    table = build_table(
        "Prices that exchanges computed, as collected", ("Exchange", "Market", "Price"), ("Lowest", "at")
    )
    rules, axis = replay.measurement.question.rules, replay.measurement.axis
    for derived in replay.derived:
        at = find_lowest_price(derived.low)
        if at is not None:
            row = (rules.name_of(derived.venue), derived.symbol, derived.price)
            table.add_row(*row, format_price(float(derived.low[at])), format_clock_time(axis, at))
    return table
