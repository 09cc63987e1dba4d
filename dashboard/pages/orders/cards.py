"""The cards of the orders page: what is shown of a log that was read."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.charts.orders.figure import build_orders_figure, measure_figure_height
from dashboard.charts.orders.lanes import build_lanes
from dashboard.charts.timeline.annotations import write_deviation_title
from dashboard.components.accessibility import build_aria_label, build_scroll_box
from dashboard.draw.scene import Scene
from dashboard.pages.base import PageContext
from dashboard.pages.orders.events_table import build_bad_lines, build_events_table
from dashboard.pages.orders.posted_log import PostedLog
from dashboard.pages.orders.refused_losses import build_refused_losses
from dashboard.text.numbers import EN_DASH
from dashboard.text.orders import (
    CLASS_LABELS,
    OUTCOME_LABELS,
    describe_rate,
    describe_selection,
    describe_skew,
    write_headline,
)
from data.reconstruction.candles import list_assumed_markets
from deviation.measurement import Measurement
from evidence.orders.rates import RATE_RULE
from evidence.orders.report import CodeCount, OrderSummary, summarize_events
from evidence.orders.select import OrderSelection, select_events

MAX_CODES = 60
"""How many different answers are listed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownLog:
    """A log beside a view.

    Attributes:
        posted: the log, with all of its events, and the view.
        measurement: that of the view; None where no candle is in its window.
        selection: the events of the view's asset, focus exchange and window.
        summary: the counts of these.
        context: measurements and the catalogue.
    """

    posted: PostedLog
    measurement: Measurement | None
    selection: OrderSelection
    summary: OrderSummary
    context: PageContext


def build_shown_log(context: PageContext, posted: PostedLog) -> ShownLog:
    """The log beside its view. Raises StoreUnusable where the candles cannot be read."""
    result = context.measurements.measure_view(posted.view)
    selection = select_events(
        posted.log.events,
        context.catalogue,
        asset=posted.view.asset,
        venue=result.view.focus,
        start=posted.view.start,
        end=posted.view.end,
    )
    return ShownLog(
        posted=posted,
        measurement=result.measurement,
        selection=selection,
        summary=summarize_events(selection.events),
        context=context,
    )


def build_chart_card(shown: ShownLog) -> list[Component]:
    """The finding, what is counted, and the lanes under the deviation."""
    view, catalogue, summary = shown.posted.view, shown.context.catalogue, shown.summary
    focus = view.focus if shown.measurement is None else shown.measurement.focus
    selected = describe_selection(shown.selection, catalogue, view.asset, focus)
    skew = describe_skew(shown.posted.log.skew_s)
    parts: list[Component] = [
        html.H2(write_headline(summary.all_orders, view.asset, catalogue.get_venue(focus).name)),
        html.P(f"{selected} {skew[0].upper()}{skew[1:]}.", className="quiet"),
        html.P(f"Orders: {describe_rate(summary.all_orders)}."),
        html.P(f"Reduce-only: {describe_rate(summary.reduce_only, 'reduce-only order')}."),
        *(html.P([note.text, " ", html.A("Source", href=note.source)], className="notice") for note in summary.notes),
    ]
    if shown.measurement is None:
        text = f"No prices of {view.asset} are loaded for this window, so that there is no deviation to draw."
        return [*parts, html.P(text, className="notice")]
    assumed = list_assumed_markets(shown.measurement.question.origin)
    scene = Scene(shown.measurement, catalogue, view.theme, frozenset(), assumed, view.zone)
    lanes = build_lanes(summary.minutes, view.start, view.end)
    figure: Any = build_orders_figure(scene, lanes)
    height = measure_figure_height(lanes)
    graph = dcc.Graph(
        id="orders-chart", figure=figure, responsive=True, config={"displayModeBar": False}, style={"height": height}
    )
    title = write_deviation_title(scene).replace("<b>", "").replace("</b>", "")
    caption = (
        f"{title}: solid against USDT exchanges, dashed USD, dash-dot others. Below: {lanes.count_title.lower()}; "
        f"{lanes.rate_title[0].lower()}{lanes.rate_title[1:]}."
    )
    label = f"{title}, with the orders of the log below. The tables below hold the numbers."
    return [
        *parts,
        html.P(caption, className="quiet"),
        html.Div(graph, role="img", style={"minHeight": height}, **build_aria_label(label)),
        html.P(RATE_RULE, className="quiet"),
    ]


def build_answers_card(shown: ShownLog) -> list[Component]:
    """Each different answer: how often it came, and what it means by the exchange's documentation."""
    codes = shown.summary.codes[:MAX_CODES]
    if not codes:
        return []
    heads = ("Answer", "Exchange", "Class", "Order", "Events", "Official meaning")
    table = html.Table(
        [
            html.Thead(html.Tr([html.Th(head, scope="col", className=_align(head)) for head in heads])),
            html.Tbody([_build_answer_row(code, shown) for code in codes]),
        ],
        className="data-table orders-answers",
    )
    hidden = len(shown.summary.codes) - len(codes)
    more = [html.P(f"and {hidden:,} more kinds of answers", className="quiet")] if hidden else []
    return [html.H2("What was answered"), build_scroll_box(table, "What was answered"), *more]


def build_losses_card(shown: ShownLog) -> list[Component]:
    """What the refused orders of the chart that would have reduced a position would have fetched elsewhere."""
    posted = shown.posted
    return build_refused_losses(posted.log, shown.selection.events, shown.measurement, posted.view.event, shown.context)


def build_events_card(shown: ShownLog) -> list[Component]:
    """The events of the chart, by class."""
    return build_events_table(shown.selection.events, shown.posted.shown_class, shown.posted.view.zone, shown.context)


def build_bad_lines_card(shown: ShownLog) -> list[Component]:
    """The lines that could not be read."""
    return build_bad_lines(shown.posted.log.bad_lines)


OrderCard = Callable[[ShownLog], Sequence[Component]]
"""Builds a card of a log; without anything to show it is empty."""

CARDS: tuple[OrderCard, ...] = (
    build_chart_card,
    build_answers_card,
    build_losses_card,
    build_events_card,
    build_bad_lines_card,
)
"""The cards in their order on the page. A further one is a function of the same form in a module of its own."""


def build_cards(shown: ShownLog) -> list[Component]:
    """A section for each card that has something to show."""
    contents = [list(build_card(shown)) for build_card in CARDS]
    return [html.Section(content, className="orders-card") for content in contents if content]


def _build_answer_row(code: CodeCount, shown: ShownLog) -> html.Tr:
    venue = EN_DASH if code.venue is None else shown.context.catalogue.get_venue(code.venue).name
    meaning: list[Any] = [f"Not in the table of codes: {code.message or 'no message'}"]
    if code.answer is not None:
        since = "" if code.answer.since is None else f" Since {code.answer.since:%d %b %Y}."
        meaning = [f"{code.answer.meaning}{since} ", html.A("Source", href=code.answer.source)]
    elif code.label == "no code":
        meaning = [code.message or EN_DASH]
    return html.Tr(
        [
            html.Th(code.label, scope="row"),
            html.Td(venue),
            html.Td(CLASS_LABELS[code.order_class]),
            html.Td(OUTCOME_LABELS[code.outcome]),
            html.Td(f"{code.count:,}", className="number"),
            html.Td(meaning),
        ]
    )


def _align(head: str) -> str:
    return "number" if head == "Events" else ""
