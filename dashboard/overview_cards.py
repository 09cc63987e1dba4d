"""A card for each asset: what was found, its ranks, and how far that depends on the choices behind it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from dash import html

from dashboard.anchors import MethodAnchor
from dashboard.ask import sort_venues
from dashboard.overview_points import select_voting_group
from dashboard.overview_ranges import LINE_NAMES, SensitivityTexts, format_sensitivity
from dashboard.overview_view import EventContext, build_focus_button
from dashboard.style import NO_BREAK_SPACE
from data.reconstruction import list_assumed_markets
from deviation.headline import write_headline
from deviation.ranks import RankWord
from deviation.result import MarketRow, Measurement
from deviation.sensitivity import Sensitivity

SENSITIVITY_ANCHORS = (MethodAnchor.SENSITIVITY, MethodAnchor.RANK, MethodAnchor.SENSITIVITY)
"""Where each of the lines of the sensitivity is defined."""


def build_cards(overview: EventContext, sensitivities: Mapping[str, Sensitivity] | None) -> list[html.Article]:
    """The cards of all assets, those without a candle last; ``sensitivities`` is None where it is not yet worked out."""
    measured_assets = {measurement.question.asset for measurement in overview.measurements}
    event = overview.catalogue.get_event(overview.view.event)
    return [
        *(_build_card(overview, measurement, sensitivities) for measurement in overview.measurements),
        *(_build_missing_card(overview, asset) for asset in event.assets if asset not in measured_assets),
    ]


def substitute_focus(overview: EventContext, measurement: Measurement) -> Measurement:
    """The measurement with a relative of the focus venue as its focus, where the focus venue itself has no candle."""
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
    """What the asset is measured against, where that is not the plain case."""
    if measurement.question.underlying is not None:
        return [html.Small([" against ", overview.links.build_definition_link("fair value", MethodAnchor.FAIR_VALUE)])]
    if row is not None and not row.is_spot:
        return [html.Small(f" perpetual; no candle of {overview.focus_name} itself")]
    return []


def _bind_percent_signs(text: str) -> str:
    """Text in which no number stands on another line than its per cent sign."""
    return text.replace(" %", f"{NO_BREAK_SPACE}%")


def _build_focus_buttons(overview: EventContext, measurement: Measurement) -> html.P:
    """Who can be made the focus where the focus venue has no candle."""
    venues = sort_venues(overview.catalogue, {row.market.venue for row in measurement.rows})
    buttons = [build_focus_button(overview.catalogue, venue, overview.view.focus) for venue in venues]
    return html.P(["Measured: ", *(part for button in buttons for part in (button, " "))], className="overview-more")


def _build_illustration(measurement: Measurement) -> list[html.P]:
    markets = [(row.market.venue, row.market.symbol) for row in measurement.rows]
    assumed_count = sum(market in list_assumed_markets() for market in markets)
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
    """Three lines, whether they are known yet or not; long ones wrap."""
    asset = measurement.question.asset
    texts = (
        None
        if sensitivities is None or asset not in sensitivities
        else format_sensitivity(sensitivities[asset], row.market, select_voting_group(row))
    )
    values: list[Any] = [html.Span(className="overview-bone") for _ in LINE_NAMES]
    if texts is not None:
        values = list(texts.lines)
    elif sensitivities is not None:
        values = ["not worked out"] * len(LINE_NAMES)
    items = [
        html.Div([html.Dt(overview.links.build_definition_link(name, anchor)), html.Dd(value)])
        for name, anchor, value in zip(LINE_NAMES, SENSITIVITY_ANCHORS, values, strict=True)
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
