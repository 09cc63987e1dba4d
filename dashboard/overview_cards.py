"""A card for each asset: what was found, its ranks, and how far that depends on the choices behind it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from dash import html

from dashboard.anchors import Anchor
from dashboard.ask import in_order
from dashboard.overview_points import voters
from dashboard.overview_ranges import NAMES, Ranges, ranges
from dashboard.overview_view import Overview, focus_button
from dashboard.style import NARROW
from data.reconstruction import assumed_markets
from deviation.headline import headline
from deviation.ranks import Word
from deviation.result import Measurement, Row
from deviation.sensitivity import Sensitivity

DEFINED = (Anchor.SENSITIVITY, Anchor.RANK, Anchor.SENSITIVITY)
"""Where each of the lines of the sensitivity is defined."""


def cards(overview: Overview, found: Mapping[str, Sensitivity] | None) -> list[html.Article]:
    """The cards of all assets, those without a candle last; ``found`` is None where it is not yet worked out."""
    had = {measurement.question.asset for measurement in overview.measurements}
    event = overview.catalogue.event(overview.view.event)
    return [
        *(_card(overview, measurement, found) for measurement in overview.measurements),
        *(_missing(overview, asset) for asset in event.assets if asset not in had),
    ]


def spoken(overview: Overview, measurement: Measurement) -> Measurement:
    """The measurement with a relative of the focus venue as its focus, where the focus venue itself has no candle."""
    if measurement.focus is not None:
        return measurement
    venues = {row.market.venue for row in measurement.rows}
    order = [venue for venue in overview.catalogue.venues if venue in venues & overview.family]
    return replace(measurement, question=replace(measurement.question, focus=order[0])) if order else measurement


def _card(overview: Overview, measured: Measurement, found: Mapping[str, Sensitivity] | None) -> html.Article:
    measurement = spoken(overview, measured)
    asset, row = measurement.question.asset, measurement.focus
    venue = measurement.question.focus
    body: list[Any]
    if overview.illustrated:
        body = _illustrated(measurement)
    else:
        first, *rest = headline(measurement)
        body = [
            html.P(_joined(first), className="overview-headline"),
            html.P(_joined(" ".join(rest)), className="overview-more"),
        ]
        if row is None:
            body.append(_others(overview, measurement))
        else:
            body += [_rank(overview, measurement, row), *_sensitivity(overview, measurement, row, found)]
    foot = html.P(
        [
            overview.to_explorer(f"Explore {asset}", asset, venue),
            overview.file("measurement.json", "Data (JSON)", asset, venue),
        ],
        className="overview-foot",
    )
    return html.Article([html.H2([asset, *_kind(overview, measurement, row)]), *body, foot])


def _kind(overview: Overview, measurement: Measurement, row: Row | None) -> list[html.Small]:
    """What the asset is measured against, where that is not the plain case."""
    if measurement.question.underlying is not None:
        return [html.Small([" against ", overview.links.define("fair value", Anchor.FAIR_VALUE)])]
    if row is not None and not row.spot:
        return [html.Small(f" perpetual; no candle of {overview.focus} itself")]
    return []


def _joined(text: str) -> str:
    """Text in which no number stands on another line than its per cent sign."""
    return text.replace(" %", f"{NARROW}%")


def _others(overview: Overview, measurement: Measurement) -> html.P:
    """Who can be made the focus where the focus venue has no candle."""
    venues = in_order(overview.catalogue, {row.market.venue for row in measurement.rows})
    buttons = [focus_button(overview.catalogue, venue, overview.view.focus) for venue in venues]
    return html.P(["Measured: ", *(part for button in buttons for part in (button, " "))], className="overview-more")


def _illustrated(measurement: Measurement) -> list[html.P]:
    markets = [(row.market.venue, row.market.symbol) for row in measurement.rows]
    assumed = sum(market in assumed_markets() for market in markets)
    return [
        html.P(headline(measurement)[0], className="overview-headline"),
        html.P(
            f"{len(markets)} {'market' if len(markets) == 1 else 'markets'} drawn: {len(markets) - assumed} from "
            f"published lows, {assumed} wholly assumed. The path between published figures is assumed for all.",
            className="overview-more",
        ),
    ]


def _rank(overview: Overview, measurement: Measurement, row: Row) -> html.P:
    rank, label = measurement.ranks[row.market], overview.links.define("Rank", Anchor.RANK)
    if rank.why is not None:
        return html.P([label, f" {Word.NOT_RANKED}: {rank.why}"], className="overview-rank")
    return html.P(
        [label, " depth: ", html.Strong(rank.deepest.value), ", time: ", html.Strong(rank.longest.value)],
        className="overview-rank",
    )


def _sensitivity(
    overview: Overview, measurement: Measurement, row: Row, found: Mapping[str, Sensitivity] | None
) -> list[Any]:
    """Three lines, whether they are known yet or not; long ones wrap."""
    asset = measurement.question.asset
    known = None if found is None or asset not in found else ranges(found[asset], row.market, voters(row))
    values: list[Any] = [html.Span(className="overview-bone") for _ in NAMES]
    if known is not None:
        values = list(known.lines)
    elif found is not None:
        values = ["not worked out"] * len(NAMES)
    lines = [
        html.Div([html.Dt(overview.links.define(name, anchor)), html.Dd(value)])
        for name, anchor, value in zip(NAMES, DEFINED, values, strict=True)
    ]
    busy: dict[str, Any] = {"aria-busy": str(found is None).lower()}
    return [html.Dl(lines, className="overview-ranges", **busy), _every_flip(known)]


def _every_flip(known: Ranges | None) -> html.Details:
    flips = known.flips if known is not None else ()
    said: Any = html.Ul([html.Li(text) for text in flips]) if flips else html.P("None.")
    return html.Details([html.Summary("Every choice that flips a rank"), said])


def _missing(overview: Overview, asset: str) -> html.Article:
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
