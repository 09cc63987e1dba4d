"""The cards of the overview: for each asset its headline, its ranks, and the sensitivity of both to settings.

The sensitivity of a market (docs/method.md, section 7) is three short lines, and every setting that changes a rank.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from dash import html

from analysis.questions import sort_venues
from dashboard.charts.scatter.points import select_voting_group
from dashboard.service.event import EventContext, build_focus_button
from dashboard.state.links import MethodAnchor
from dashboard.text.numbers import NO_BREAK_SPACE, format_bounds, format_minute_range, format_signed_percent
from data.reconstruction.candles import list_assumed_markets
from deviation.measurement import Measurement
from deviation.minute.markets import Market
from deviation.question import Group, Rules
from deviation.ranks import RankWord
from deviation.report.headline import write_headline
from deviation.result import MarketRow
from deviation.sensitivity import MarketSensitivity, Sensitivity, Verdict

SENSITIVITY_LINES = {
    "Range": MethodAnchor.SENSITIVITY,
    "Flips": MethodAnchor.RANK,
    "Moved most": MethodAnchor.SENSITIVITY,
}
"""The name of each line of the sensitivity, and where the method page defines it."""

MAX_LINE_CHARS = 48
"""Characters that fit into a line; a longer text is replaced by counts, and stands in full in the list of flips."""


@dataclass(frozen=True, slots=True)
class SensitivityTexts:
    """The texts of `SENSITIVITY_LINES`, and a text for every setting that changes a rank."""

    lines: tuple[str, str, str]
    flips: tuple[str, ...]


def build_cards(overview: EventContext, sensitivities: Mapping[str, Sensitivity] | None) -> list[html.Article]:
    """A card for each asset, those without a candle last; ``sensitivities`` is None until it has been computed."""
    measured_assets = {measurement.question.asset for measurement in overview.measurements}
    event = overview.catalogue.get_event(overview.view.event)
    return [
        *(_build_card(overview, measurement, sensitivities) for measurement in overview.measurements),
        *(_build_missing_card(overview, asset) for asset in event.assets if asset not in measured_assets),
    ]


def substitute_focus(overview: EventContext, measurement: Measurement) -> Measurement:
    """The measurement with a relative of the focus venue as focus, if the focus venue itself has no candle."""
    if measurement.focus_row is not None:
        return measurement
    venues = {row.market.venue for row in measurement.rows}
    relatives = [venue for venue in overview.catalogue.venues if venue in venues & overview.focus_family]
    return (
        replace(measurement, question=replace(measurement.question, focus=relatives[0])) if relatives else measurement
    )


def _build_card(
    overview: EventContext, event_measurement: Measurement, sensitivities: Mapping[str, Sensitivity] | None
) -> html.Article:
    measurement = substitute_focus(overview, event_measurement)
    asset, row = measurement.question.asset, measurement.focus_row
    venue = measurement.question.focus
    body: list[Any]
    if overview.is_illustration:
        body = _build_illustration(measurement)
    else:
        first, *further_sentences = write_headline(measurement)
        body = [
            html.P(_bind_percent_signs(first), className="overview-headline"),
            html.P(_bind_percent_signs(" ".join(further_sentences)), className="overview-more"),
        ]
        if row is None:
            body.append(_build_focus_buttons(overview, measurement))
        else:
            body += [
                _build_rank(overview, measurement, row),
                *_build_sensitivity(overview, measurement, row, sensitivities),
            ]
    footer = html.P(
        [
            overview.build_explorer_link(f"Explore {asset}", asset, venue),
            overview.build_file_link("measurement.json", "Data (JSON)", asset, venue),
        ],
        className="overview-foot",
    )
    return html.Article([html.H2([asset, *_build_kind_note(overview, measurement, row)]), *body, footer])


def _build_kind_note(overview: EventContext, measurement: Measurement, row: MarketRow | None) -> list[html.Small]:
    """A note beside the asset if it is measured against fair value, or if the market is a perpetual."""
    if measurement.question.underlying is not None:
        return [html.Small([" against ", overview.links.build_definition_link("fair value", MethodAnchor.FAIR_VALUE)])]
    if row is not None and not row.is_spot:
        return [html.Small(f" perpetual; no candle of {overview.focus_name} itself")]
    return []


def _bind_percent_signs(text: str) -> str:
    """The text with no-break spaces before per cent signs."""
    return text.replace(" %", f"{NO_BREAK_SPACE}%")


def _build_focus_buttons(overview: EventContext, measurement: Measurement) -> html.P:
    """Buttons for the venues that have candles, where the focus venue has none."""
    venues = sort_venues(overview.catalogue, {row.market.venue for row in measurement.rows})
    buttons = [build_focus_button(overview.catalogue, venue, overview.view.focus) for venue in venues]
    return html.P(["Measured: ", *(part for button in buttons for part in (button, " "))], className="overview-more")


def _build_illustration(measurement: Measurement) -> list[html.P]:
    markets = [(row.market.venue, row.market.symbol) for row in measurement.rows]
    assumed_count = len(list_assumed_markets(measurement.question.origin).intersection(markets))
    return [
        html.P(write_headline(measurement)[0], className="overview-headline"),
        html.P(
            f"{len(markets)} {'market' if len(markets) == 1 else 'markets'} drawn: {len(markets) - assumed_count} from "
            f"published lows, {assumed_count} wholly assumed. The path between published figures is assumed for all.",
            className="overview-more",
        ),
    ]


def _build_rank(overview: EventContext, measurement: Measurement, row: MarketRow) -> html.P:
    rank, label = measurement.ranks[row.market], overview.links.build_definition_link("Rank", MethodAnchor.RANK)
    if rank.reason is not None:
        return html.P([label, f" {RankWord.NOT_RANKED}: {rank.reason}"], className="overview-rank")
    return html.P(
        [label, " depth: ", html.Strong(rank.deepest.value), ", time: ", html.Strong(rank.longest.value)],
        className="overview-rank",
    )


def _build_sensitivity(
    overview: EventContext, measurement: Measurement, row: MarketRow, sensitivities: Mapping[str, Sensitivity] | None
) -> list[Any]:
    """The lines of the sensitivity, or placeholders for them, and the list of flips."""
    asset = measurement.question.asset
    texts = (
        None
        if sensitivities is None or asset not in sensitivities
        else format_sensitivity(sensitivities[asset], row.market, select_voting_group(row))
    )
    values: list[Any] = [html.Span(className="overview-bone") for _ in SENSITIVITY_LINES]
    if texts is not None:
        values = list(texts.lines)
    elif sensitivities is not None:
        values = ["not worked out"] * len(SENSITIVITY_LINES)
    items = [
        html.Div([html.Dt(overview.links.build_definition_link(name, anchor)), html.Dd(value)])
        for (name, anchor), value in zip(SENSITIVITY_LINES.items(), values, strict=True)
    ]
    attributes: dict[str, Any] = {"aria-busy": str(sensitivities is None).lower()}
    return [html.Dl(items, className="overview-ranges", **attributes), _build_flip_list(texts)]


def _build_flip_list(texts: SensitivityTexts | None) -> html.Details:
    flips = texts.flips if texts is not None else ()
    content: Any = html.Ul([html.Li(text) for text in flips]) if flips else html.P("None.")
    return html.Details([html.Summary("Every choice that flips a rank"), content])


def _build_missing_card(overview: EventContext, asset: str) -> html.Article:
    return html.Article(
        [
            html.H2(asset),
            html.P("No candle in this window.", className="overview-headline"),
            html.P(
                [
                    "Collect it with ",
                    html.Code(f"plumbline collect --event {overview.view.event}"),
                    ", or import a file.",
                ],
                className="overview-more",
            ),
        ],
        className="missing",
    )


def format_sensitivity(sensitivity: Sensitivity, market: Market, group: Group) -> SensitivityTexts | None:
    """The texts for a market against a group; None if its sensitivity was not measured."""
    market_range = next(
        (
            market_range
            for market_range in sensitivity.ranges
            if market_range.market == market and market_range.group is group
        ),
        None,
    )
    if market_range is None:
        return None
    rules = sensitivity.question.rules
    return SensitivityTexts(
        (
            _format_spread(market_range, sensitivity.runs),
            _format_flips(market_range, sensitivity.runs, rules),
            _format_removal(market_range, rules),
        ),
        tuple(_list_flips(market_range, rules)),
    )


def _format_spread(market_range: MarketSensitivity, runs: int) -> str:
    depth, below_min = market_range.depth, market_range.below_min
    if depth.least is None or depth.most is None or below_min.least is None or below_min.most is None:
        return f"no firm minute in any of {runs} runs"
    not_firm_note = f"; {len(market_range.not_firm)} of {runs} runs not firm" if market_range.not_firm else ""
    depth_text = format_bounds(depth.least.value, depth.most.value)
    minutes_text = format_minute_range(below_min.least.value, below_min.most.value)
    return f"{depth_text} deep, {minutes_text} min below{not_firm_note}"


def _format_flips(market_range: MarketSensitivity, runs: int, rules: Rules) -> str:
    """The first setting that changes each rank, or their number if that does not fit into a line."""
    verdicts = _list_verdicts(market_range)
    if not verdicts or all(verdict.word is RankWord.NOT_RANKED and not verdict.flips for _, verdict in verdicts):
        return "no rank to flip"
    flipped = [(measure, verdict) for measure, verdict in verdicts if verdict.flips]
    if not flipped:
        return f"no rank, in {runs} runs"
    texts = [_format_flip(measure, verdict, rules) for measure, verdict in flipped]
    joined = "; ".join(texts)
    if len(joined) <= MAX_LINE_CHARS:
        return joined
    counts = ", ".join(f"{measure} in {len(verdict.flips)}" for measure, verdict in flipped)
    return f"{counts} of {runs} runs"


def _list_verdicts(market_range: MarketSensitivity) -> list[tuple[str, Verdict]]:
    """The verdicts on depth and time, those that there are, each with the name of its measure."""
    verdicts = (("depth", market_range.deepest), ("time", market_range.longest))
    return [(measure, verdict) for measure, verdict in verdicts if verdict is not None]


def _format_flip(measure: str, verdict: Verdict, rules: Rules) -> str:
    first, *rest = verdict.flips
    more_text = f" and {len(rest)} more" if rest else ""
    return f"{measure}: {first.word} {_format_setting(first.setting.describe(rules))}{more_text}"


def _format_setting(setting: str) -> str:
    return setting if setting.startswith("without ") else f"under {setting}"


def _list_flips(market_range: MarketSensitivity, rules: Rules) -> list[str]:
    return [
        f"{measure}, at the defaults {verdict.word}: {flip.word} {_format_setting(flip.setting.describe(rules))}"
        for measure, verdict in _list_verdicts(market_range)
        for flip in verdict.flips
    ]


def _format_removal(market_range: MarketSensitivity, rules: Rules) -> str:
    if market_range.removal is None:
        return "no single exchange moves the depth"
    depth_text = (
        "no firm minute is left"
        if market_range.removal.depth is None
        else format_signed_percent(market_range.removal.depth)
    )
    return f"without {rules.name_of(market_range.removal.venue)}: {depth_text}"
