"""The cards of the overview: for each asset its headline, and how much its numbers depend on the method.

The sensitivity of a market (docs/method.md, section 7) is three short lines on the side of the view, and every variant
of the method that changes a rank.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dash import html

from analysis.questions import sort_venues
from dashboard.service.event import EventContext, build_focus_button
from dashboard.state.links import MethodAnchor
from dashboard.text.numbers import format_minute_range, format_signed_percent
from deviation.measurement import Measurement
from deviation.minute.markets import Market
from deviation.question import Group, Rules
from deviation.ranks import RankWord
from deviation.report.headline import write_headline
from deviation.report.notes import describe_choices
from deviation.result import MarketRow
from deviation.sensitivity import MarketSensitivity, RankSensitivity, Sensitivity, SideSensitivity
from deviation.side import Side

SENSITIVITY_LINES = {
    "Range across methods": MethodAnchor.SENSITIVITY,
    "Methods that change the ranking": MethodAnchor.RANK,
    "Most influential exchange": MethodAnchor.SENSITIVITY,
}
"""The name of each line of the sensitivity, and where the method page defines it."""

UNRANKED_WORDS = {RankWord.NOT_RANKED, RankWord.NO_DATA}

HEADLINE_SENTENCES = 2
"""Sentences of the headline on a card; the explorer has all."""


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


def _build_card(
    overview: EventContext, measurement: Measurement, sensitivities: Mapping[str, Sensitivity] | None
) -> html.Article:
    asset, row, venue = measurement.question.asset, measurement.focus_row, measurement.focus
    first, *further = write_headline(measurement, overview.view.zone.tzinfo)[:HEADLINE_SENTENCES]
    body: list[Any] = [html.P(first, className="overview-headline")]
    if further:
        body.append(html.P(" ".join(further), className="overview-more"))
    choices = describe_choices(measurement.question)
    if choices:
        body.append(html.P(f"{choices}.", className="overview-more"))
    if row is None:
        body.append(_build_focus_buttons(overview, measurement))
    elif overview.has_ranks:
        body += _build_sensitivity(overview, measurement, row, sensitivities)
    footer = html.P(
        [
            overview.build_explorer_link(f"Explore {asset}", asset, venue),
            overview.build_file_link("measurement.json", "All results (JSON)", asset, venue),
        ],
        className="overview-foot",
    )
    return html.Article([html.H2([asset, *_build_kind_note(overview, measurement)]), *body, footer])


def _build_kind_note(overview: EventContext, measurement: Measurement) -> list[html.Small]:
    """A note beside the asset if it is measured against fair value."""
    if measurement.question.underlying is None:
        return []
    link = overview.links.build_definition_link("estimated fair value", MethodAnchor.FAIR_VALUE)
    return [html.Small([" against ", link])]


def _build_focus_buttons(overview: EventContext, measurement: Measurement) -> html.P:
    """Buttons for the venues that have prices, where the focus venue has none."""
    venues = sort_venues(overview.catalogue, {row.market.venue for row in measurement.rows})
    buttons = [build_focus_button(overview.catalogue, venue, overview.view.focus) for venue in venues]
    return html.P(
        ["Exchanges with prices: ", *(part for button in buttons for part in (button, " "))], className="overview-more"
    )


def _build_sensitivity(
    overview: EventContext, measurement: Measurement, row: MarketRow, sensitivities: Mapping[str, Sensitivity] | None
) -> list[Any]:
    """The lines of the sensitivity, or placeholders for them, and the list of flips; nothing to say without numbers."""
    # A fair value may be comparable by exchanges of another quote alone.
    groups = (row.market.group,) if row.fair_value is None else tuple(row.summaries)
    group = next((group for group in groups if row.summaries[group].firm_min), None)
    if group is None:
        return []
    asset = measurement.question.asset
    texts = None
    if sensitivities is not None and asset in sensitivities:
        texts = format_sensitivity(sensitivities[asset], row.market, group, overview.view.side)
    values: list[Any] = [html.Span(className="overview-bone") for _ in SENSITIVITY_LINES]
    if texts is not None:
        values = list(texts.lines)
    elif sensitivities is not None:
        return []
    items = [
        html.Div([html.Dt(overview.links.build_definition_link(name, anchor)), html.Dd(value)])
        for (name, anchor), value in zip(SENSITIVITY_LINES.items(), values, strict=True)
    ]
    attributes: dict[str, Any] = {"aria-busy": str(sensitivities is None).lower()}
    # The list is there before its content, so that nothing moves when that arrives.
    return [html.Dl(items, className="overview-ranges", **attributes), _build_flip_list(texts)]


def _build_flip_list(texts: SensitivityTexts | None) -> html.Details:
    flips = texts.flips if texts is not None else ()
    content: Any = html.Ul([html.Li(text) for text in flips]) if flips else html.P("None.")
    return html.Details([html.Summary("Every method that changes the ranking"), content])


def _build_missing_card(overview: EventContext, asset: str) -> html.Article:
    return html.Article(
        [
            html.H2(asset),
            html.P(f"No price of {asset} is loaded for this window.", className="overview-headline"),
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


def format_sensitivity(sensitivity: Sensitivity, market: Market, group: Group, side: Side) -> SensitivityTexts | None:
    """The texts for one side of a market against a group; None if its sensitivity was not measured."""
    market_range = next(
        (candidate for candidate in sensitivity.ranges if candidate.market == market and candidate.group == group),
        None,
    )
    if market_range is None:
        return None
    numbers, rules = market_range.sides[side], sensitivity.question.rules
    return SensitivityTexts(
        (
            _format_range(market_range, numbers, side, sensitivity.runs),
            _format_flip_count(numbers, sensitivity.runs),
            _format_removal(numbers, rules),
        ),
        tuple(_list_flips(numbers, rules)),
    )


def _format_range(market_range: MarketSensitivity, numbers: SideSensitivity, side: Side, runs: int) -> str:
    deviation, minutes = numbers.deviation, numbers.minutes
    if deviation.least is None or deviation.most is None or minutes.least is None or minutes.most is None:
        return f"no comparable minute in any of {runs} variants"
    least, most = (format_signed_percent(end.value) for end in (deviation.least, deviation.most))
    size_text = least if least == most else f"{least} to {most}"
    not_firm = len(market_range.not_firm)
    not_firm_note = f"; not comparable in {not_firm} of {runs} variants" if not_firm else ""
    return f"{size_text}, {format_minute_range(minutes.least.value, minutes.most.value)} min {side}{not_firm_note}"


def _format_flip_count(numbers: SideSensitivity, runs: int) -> str:
    """How many variants change a rank."""
    ranks = _list_ranks(numbers)
    settings = {flip.setting for _, rank in ranks for flip in rank.flips}
    if not settings and not any(rank.word not in UNRANKED_WORDS for _, rank in ranks):
        return "not ranked"
    return f"{len(settings)} of {runs}" if settings else f"none of {runs}"


def _list_ranks(numbers: SideSensitivity) -> list[tuple[str, RankSensitivity]]:
    """The ranks, those that there are, each with the name of its measure."""
    ranks = (("size", numbers.largest), ("length", numbers.longest))
    return [(measure, rank) for measure, rank in ranks if rank is not None]


def _list_flips(numbers: SideSensitivity, rules: Rules) -> list[str]:
    return [
        f"{measure.capitalize()}: {flip.word} instead of {rank.word} ({flip.setting.describe(rules)})"
        for measure, rank in _list_ranks(numbers)
        for flip in rank.flips
    ]


def _format_removal(numbers: SideSensitivity, rules: Rules) -> str:
    removal = numbers.removal
    if removal is None:
        return "none changes the size"
    left = "no comparable minute is left" if removal.deviation is None else format_signed_percent(removal.deviation)
    return f"Excluding {rules.name_of(removal.venue)}: {left}"
