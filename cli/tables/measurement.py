"""The result of `measure` for one asset as text and tables."""

from rich.console import Group as Stack
from rich.console import RenderableType

from cli.tables.across import build_across_parts, build_few_parts
from cli.tables.group import build_group_parts
from cli.tables.question import CAUSE_NOTE, describe_question, format_time
from deviation.measurement import Measurement
from deviation.report.headline import write_headline
from deviation.report.notes import write_notes
from deviation.wording import format_minutes, format_percent


def format_measurement(measurement: Measurement) -> RenderableType:
    """The headline and its notes, the question, the groups, all against `usd` and `usdt`, and what is missing."""
    parts: list[RenderableType] = [*write_headline(measurement), *_offer_exchanges(measurement)]
    parts += [*write_notes(measurement), ""]
    parts += describe_question(measurement.question)
    for group in measurement.groups:
        parts += build_group_parts(measurement, group)
    parts += build_across_parts(measurement)
    few_parts = build_few_parts(measurement)
    parts += ["", *few_parts] if few_parts else []
    return Stack(
        *parts, "", *_list_fair_values(measurement), *_list_paths(measurement), *_list_gaps(measurement), CAUSE_NOTE
    )


def _offer_exchanges(measurement: Measurement) -> list[str]:
    """Where the focus has no price: the exchanges that have."""
    if measurement.focus_row is not None:
        return []
    names = dict.fromkeys(measurement.question.rules.name_of(row.market.venue) for row in measurement.rows)
    return [f"Prices of {', '.join(names)} are: choose one with --focus."]


def _list_fair_values(measurement: Measurement) -> list[str]:
    lines = []
    for row in measurement.rows:
        value = row.fair_value
        if value is None or value.ratio is None:
            continue
        name, parts = measurement.question.rules.name_of(row.market.venue), ""
        split = row.fair_value_split
        if split is not None:
            parts = (
                f"; at {format_time(measurement, split.at)} {measurement.question.asset}/{value.underlying} there "
                f"{_describe_part(split.ratio_part)} that ratio, {value.underlying} there "
                f"{_describe_part(split.underlying_part)} other exchanges"
            )
        spread = f", 5-95% {value.p5:.5g} to {value.p95:.5g}" if value.p5 is not None and value.p95 is not None else ""
        lines.append(
            f"{name} {row.market.symbol}: market-implied pre-event ratio {value.ratio:.5g} ({value.source}, median of "
            f"{format_minutes(value.ratio_min)} minutes{spread}){parts}"
        )
    return lines


def _describe_part(part: float) -> str:
    if format_percent(abs(part)) == format_percent(0.0):
        return "level with"
    return f"{format_percent(abs(part))} {'below' if part < 0 else 'above'}"


def _list_paths(measurement: Measurement) -> list[str]:
    """Onset, run and bottom of each group's prices."""
    lines = []
    for group, path in measurement.paths.items():
        if path.bottom is None:
            continue
        onset, run, bottom = (
            format_time(measurement, position) for position in (path.onset, path.run_start, path.bottom)
        )
        falls = (
            f"first down 1% in one {measurement.question.timeframe.noun} at {onset}"
            if onset
            else "never down 1% at once"
        )
        runs = f", in three minutes running from {run}" if run else ""
        lines.append(f"{group.upper()} exchanges together: {falls}{runs}; lowest at {bottom}")
    return lines


def _list_gaps(measurement: Measurement) -> list[str]:
    """Missing minutes, and markets that are not compared."""
    name_of = measurement.question.rules.name_of
    missing = [
        f"{name_of(row.market.venue)} {row.market.symbol} {format_minutes(row.state_counts.missing_min)}"
        for row in measurement.rows
        if row.state_counts.missing_min
    ]
    lines = [f"Minutes missing from this data: {', '.join(missing)}"] if missing else []
    return lines + [
        f"Left out: {name_of(excluded.venue)} {excluded.symbol}: {excluded.reason}" for excluded in measurement.left_out
    ]
