"""The table that compares events: a row each, with a bar for its deviations and one for its minutes."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from dash import html

from dashboard.components.accessibility import build_scroll_box
from dashboard.draw.theme import compute_venue_colour
from dashboard.pages.events.links import build_event_links
from dashboard.service.event_library import AssetFinding, EventEntry
from dashboard.state.links import IN_APP_ATTRIBUTES, MethodAnchor, ViewLinks
from dashboard.state.view import DEFAULT_PARAMETERS, ViewState
from dashboard.text.numbers import EN_DASH, MINUS_SIGN, format_count, format_signed_percent
from dashboard.text.sides import SIDE_NOUNS
from data.catalogue import Catalogue
from deviation.report.headline import write_headline
from deviation.side import Side
from deviation.wording import format_minutes, format_threshold

MINUTES_HEADER = f"Minutes {format_threshold(DEFAULT_PARAMETERS.enter)} or more off"

MINUTE_TICKS = (1, 10, 100, 1000)
"""Marks of the scale of minutes, which is logarithmic above one minute."""

LONGEST_MIN = 3000
"""The right end of the scale of minutes."""

TRADE_NAMES = {Side.BELOW: "lowest", Side.ABOVE: "highest"}

SMALLEST_STEP = 0.02
"""By how much a trade has to lie beyond the closes to be named beside them."""

THIN_TEXT = "1-2 other exchanges only"


def build_comparison(entries: Sequence[EventEntry], view: ViewState, catalogue: Catalogue) -> html.Div:
    """The table; events without a measurement say so."""
    links = ViewLinks(view.to_query(catalogue))
    header = html.Thead(
        html.Tr(
            [
                html.Th("Event", scope="col"),
                html.Th("Finding", scope="col"),
                html.Th([_build_definition(links, "Largest discount and premium", MethodAnchor.DEPTH), _build_scale()]),
                html.Th([_build_definition(links, MINUTES_HEADER, MethodAnchor.BELOW_MIN), _build_minutes()]),
                html.Th(_build_definition(links, "For the whole minute", MethodAnchor.ORDER_PROOF), scope="col"),
                html.Th(_build_definition(links, "Rank", MethodAnchor.RANK), scope="col"),
            ]
        )
    )
    rows = [_build_row(entry, view, catalogue) for entry in entries]
    table = html.Table([header, html.Tbody(rows)], className="events-table")
    return build_scroll_box(table, "Events, side by side")


def _build_definition(links: ViewLinks, text: str, anchor: MethodAnchor) -> html.A:
    return links.build_definition_link(text, anchor)


def _build_scale() -> html.Span:
    labels = (f"{MINUS_SIGN}100%", "0", "+100%")
    return html.Span([html.Span(label) for label in labels], className="events-scale", **_HIDDEN)


def _build_minutes() -> html.Span:
    """The marks of the scale of minutes, each at its place."""
    marks = [html.Span("0", style={"left": "0%"})]
    marks += [html.Span(f"{tick:,}", style={"left": _format_share(_place_minutes(tick))}) for tick in MINUTE_TICKS]
    return html.Span(marks, className="events-scale placed", **_HIDDEN)


_HIDDEN: dict[str, Any] = {"aria-hidden": "true"}
"""Bars and scales repeat numbers that stand beside them."""


def _build_row(entry: EventEntry, view: ViewState, catalogue: Catalogue) -> html.Tr:
    name = catalogue.get_venue(entry.event.default_focus).name
    overview_url = build_event_links(entry, view, catalogue).build_href("overview")
    title = html.Th(
        [
            html.A(entry.event.title, href=overview_url, **IN_APP_ATTRIBUTES),
            html.Small(f"{name}: {', '.join(entry.event.assets)}"),
        ],
        scope="row",
    )
    finding = entry.leading_finding
    if finding is None:
        return html.Tr([title, html.Td(_describe_absence(entry, name), colSpan=5, className="events-none")])
    colour = compute_venue_colour(catalogue, entry.event.default_focus, view.theme)
    return html.Tr(
        [
            title,
            html.Td(write_headline(finding.measurement)[0], className="events-finding"),
            html.Td([_build_deviation_bar(entry, finding, colour), html.Small(_write_deviations(finding))]),
            html.Td([_build_minutes_bar(finding, colour), html.Small(_write_minutes(finding))]),
            html.Td(_write_whole(finding)),
            html.Td(_write_rank(finding)),
        ]
    )


def _describe_absence(entry: EventEntry, name: str) -> str:
    held = entry.holdings
    if not held.venues:
        return "Only the sample is loaded: no conclusion can be drawn." if entry.is_sample else "Not collected yet."
    if not held.focus_min:
        return f"Prices of {format_count(len(held.venues), 'exchange')} are loaded, none of {name}."
    return f"{name} cannot be compared: no other exchange's price is loaded for this window."


def _build_deviation_bar(entry: EventEntry, leading: AssetFinding, colour: str) -> html.Span:
    """A bar between the largest deviations, a line between the extreme trades, and a tick for each asset."""
    closes = [leading.get_extreme(side).deviation or 0.0 for side in Side]
    trades = [leading.get_trade(side) or 0.0 for side in Side]
    line, bar = (_build_stretch(kind, ends, colour) for kind, ends in (("trades", trades), ("closes", closes)))
    ticks = [
        html.B(style={"left": _format_share(_place_deviation(_get_larger(finding))), "background": colour})
        for finding in entry.findings
    ]
    return html.Span([line, bar, *ticks], className="events-bar middle", **_HIDDEN)


def _build_stretch(kind: str, ends: Sequence[float], colour: str) -> html.I:
    start, end = (_place_deviation(value) for value in (min(ends), max(ends)))
    style = {"left": _format_share(start), "width": _format_share(end - start), "background": colour}
    return html.I(className=kind, style=style)


def _build_minutes_bar(finding: AssetFinding, colour: str) -> html.Span:
    bar = html.I(style={"left": "0%", "width": _format_share(_place_minutes(finding.minutes)), "background": colour})
    return html.Span(bar, className="events-bar", **_HIDDEN)


def _get_larger(finding: AssetFinding) -> float:
    """The deviation on the larger side, with its sign."""
    return max((finding.get_extreme(side).deviation or 0.0 for side in Side), key=abs)


def _place_deviation(fraction: float) -> float:
    """The place of a deviation on a scale from -100 to 100 per cent, as a share of its width; beyond it, its end."""
    return float(np.clip((1 + fraction) / 2, 0, 1))


def _place_minutes(minutes: float) -> float:
    """The place of a number of minutes on its scale, as a share of its width."""
    return float(min(np.log10(1 + minutes) / np.log10(1 + LONGEST_MIN), 1))


def _format_share(share: float) -> str:
    return f"{100 * share:.2f}%"


def _write_deviations(finding: AssetFinding) -> str:
    """The deviations that there are, and the extreme trades that reach further."""
    texts = []
    for side in (Side.BELOW, Side.ABOVE):
        deviation, trade = finding.get_extreme(side).deviation or 0.0, finding.get_trade(side)
        texts += [format_signed_percent(deviation)] * bool(deviation)
        if trade is not None and abs(trade) > abs(deviation) + SMALLEST_STEP:
            texts.append(f"{TRADE_NAMES[side]} trade at least {format_signed_percent(trade)}")
    asset, thin = finding.measurement.question.asset, f"; {THIN_TEXT}" * finding.is_thin
    return f"{asset} {', '.join(texts) or format_signed_percent(0.0)}{thin}"


def _write_minutes(finding: AssetFinding) -> str:
    counts = {side: finding.get_extreme(side).minutes for side in (Side.BELOW, Side.ABOVE)}
    parts = [f"{format_minutes(count)} {side}" for side, count in counts.items() if count]
    return f"{', '.join(parts) or '0'} of {format_minutes(finding.compared_min)}"


def _write_whole(finding: AssetFinding) -> str:
    counts = {side: finding.get_whole_min(side) for side in (Side.BELOW, Side.ABOVE)}
    if None in counts.values():
        return EN_DASH
    parts = [f"{format_minutes(count)} {side}" for side, count in counts.items() if count]
    return ", ".join(parts) or "0"


def _write_rank(finding: AssetFinding) -> list[Any]:
    """The rank on the larger side, with its reason; none for an exchange that stayed within the threshold."""
    if not finding.minutes:
        return [EN_DASH]
    side = Side.BELOW if _get_larger(finding) <= 0 else Side.ABOVE
    verdict = finding.get_verdict(side)
    reason = [] if verdict.why is None else [html.Small(verdict.why)]
    return [f"{verdict.word} {SIDE_NOUNS[side]}" if verdict.is_ranked else str(verdict.word), *reason]
