"""What every part of the page holds: the first page and every change of it are made of the same values."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import dash_mantine_components as dmc
import plotly.graph_objects as go
from dash import html

from dashboard.answers import Answer, Answers
from dashboard.explorer import explorer_figure
from dashboard.formats import listing, span, typed, window_label
from dashboard.lows_lines import lows_lines
from dashboard.markup import lows_table, venue_tables
from dashboard.notices import Notice, Tone, notices, origin_text
from dashboard.venue_lines import blocks
from dashboard.view import ViewState, number_text
from dashboard.words import measured, title
from data.catalogue import Catalogue
from data.reconstruction import assumed_markets
from data.schema import Evidence
from deviation.answer import CHOSEN_BY_HAND
from deviation.result import Measurement

Panes = dict[tuple[str, str], Any]
"""Values by the id and the property of the component that shows them."""

PROPS = (
    *((name, "children") for name in ("headline", "second", "measured", "notices", "offer-text", "venues", "left-out")),
    *((name, "children") for name in ("asset", "window", "span")),
    *((name, "className") for name in ("main", "offer", "range-open")),
    *((name, "value") for name in ("event", "asset", "more", "window", "range-from", "range-to", "zone", "theme")),
    *((name, "value") for name in ("origin", "quote", "reference", "enter", "exit", "min-vote")),
    *((name, "value") for name in ("focus", "out", "hide")),
    *((name, "data") for name in ("more", "focus", "out", "hide", "view", "lows-view")),
    *((name, "label") for name in ("range-from", "range-to")),
    ("graph", "figure"),
    ("picture", "disabled"),
)
"""The id and property of every value of `panes`."""


def panes(answers: Answers, view: ViewState, said: Sequence[str] = ()) -> Panes:
    """Every changing value of the page but the table of lows, which is asked for apart.

    Args:
        answers: Where answers come from.
        view: What is shown.
        said: Sentences about the request itself, such as values of a link that make no sense.

    Raises:
        StoreUnusable: The store cannot be read.
    """
    answer = answers.answer(view)
    shown = answer.view
    return {
        **_finding(answer, answers.catalogue, said),
        **_window(shown, answers.catalogue),
        **_assets(shown, answers),
        **_choices(shown),
        **_venues(answer, answers.catalogue),
        # As asked, not as shown: a focus that had to give way comes back where it has candles.
        ("view", "data"): view.to_query(answers.catalogue),
        ("lows-view", "data"): lows_query(view, answers.catalogue),
    }


def lows_query(view: ViewState, catalogue: Catalogue) -> dict[str, str]:
    """The link of the table of lows: only what changes it, so that nothing else asks for it again."""
    query = view.to_query(catalogue)
    return {key: text for key, text in query.items() if key not in {"hide", "theme"}}


def lows_pane(answers: Answers, view: ViewState) -> Any:  # noqa: ANN401 - whatever dash takes as children
    """The table of lows of the event's assets, or a word on why there is none."""
    measurements = answers.lows(view)
    if not measurements:
        return html.P("No candles, no lows.", className="quiet")
    found = {measurement.question.asset for measurement in measurements}
    without = [asset for asset in answers.catalogue.event(view.event).assets if asset not in found]
    missing = f" Without candles here: {listing(without)}." if without else ""
    return [
        lows_table(lows_lines(measurements, answers.catalogue, view.zone)),
        html.P(
            "Lows of a day are not simultaneous, and the busiest exchange has more trades, hence more extreme lows. "
            "Beside each gap between lows stand the gap to the lowest close of the same minute, and the bounds of the "
            f"focus venue's lowest trade against what the others did in that minute.{missing}",
            className="quiet",
        ),
    ]


def _finding(answer: Answer, catalogue: Catalogue, said: Sequence[str]) -> Panes:
    """The sentences, the charts and the tables."""
    measurement, view = answer.measurement, answer.view
    noted = (*(Notice(Tone.ALERT, text) for text in said), *notices(answer, catalogue))
    offered = origin_text(answer)
    common: Panes = {
        ("notices", "children"): [html.P(notice.text, className=f"notice {notice.tone}") for notice in noted],
        ("offer", "className"): "offer" if offered else "offer away",
        ("offer-text", "children"): offered,
        ("main", "className"): "main" if measurement else "main empty",
        ("picture", "disabled"): measurement is None,
    }
    if measurement is None:
        return common | {
            ("headline", "children"): f"Nothing to measure for {view.asset} in this window",
            ("second", "children"): _next_steps(view),
            ("measured", "children"): "",
            ("graph", "figure"): go.Figure(),
            ("venues", "children"): [],
            ("left-out", "children"): "",
        }
    headline, second = title(measurement)
    left_out = [f"{catalogue.venue(out.venue).name} {out.symbol} ({out.why})" for out in measurement.left_out]
    return common | {
        ("headline", "children"): headline,
        ("second", "children"): second,
        ("measured", "children"): measured(measurement),
        ("graph", "figure"): _figure(measurement, view, catalogue),
        ("venues", "children"): venue_tables(
            blocks(measurement, catalogue, view.zone), f"{number_text(view.enter_pct)} %"
        ),
        ("left-out", "children"): f"Left out: {listing(left_out)}." if left_out else "",
    }


def _next_steps(view: ViewState) -> list[Any]:
    """What to do where there is nothing to show."""
    return [
        "Choose another asset or window. Collect or import candles: the button above does, or ",
        html.Code(f"plumbline collect --event {view.event}"),
        " and ",
        html.Code("plumbline import FILE..."),
        " on a command line.",
    ]


def _figure(measurement: Measurement, view: ViewState, catalogue: Catalogue) -> go.Figure:
    """The charts; what a reader zoomed into stays as long as asset and window do."""
    illustrated = measurement.question.origin is Evidence.RECONSTRUCTION
    figure = explorer_figure(
        measurement,
        catalogue,
        theme=view.theme,
        zone=view.zone,
        hidden=view.hidden,
        assumed=assumed_markets() if illustrated else frozenset(),
    )
    return figure.update_layout(uirevision=f"{view.asset} {view.start} {view.end}")


def _window(view: ViewState, catalogue: Catalogue) -> Panes:
    event, name = catalogue.event(view.event), view.window(catalogue)
    minutes = (view.end - view.start) // timedelta(minutes=1)
    by_hand = f", {CHOSEN_BY_HAND}" if name is None else ""
    chips = [
        dmc.Tooltip(
            dmc.Chip(window_label(window.name, catalogue), value=window.name, size="sm"),
            label=f"{span(window.start, window.end, view.zone)}. {window.note}",
            multiline=True,
            w=280,
            openDelay=300,
        )
        for window in event.windows.values()
    ]
    return {
        ("event", "value"): view.event,
        ("window", "children"): chips,
        ("window", "value"): name,
        ("span", "children"): f"{span(view.start, view.end, view.zone)}, {minutes:,} minutes{by_hand}",
        ("range-open", "className"): "plain" if name else "plain chosen",
        ("range-from", "value"): typed(view.start, view.zone),
        ("range-to", "value"): typed(view.end, view.zone),
        ("range-from", "label"): f"From ({view.zone})",
        ("range-to", "label"): f"To ({view.zone})",
    }


def _assets(view: ViewState, answers: Answers) -> Panes:
    """The event's assets one click away, all others in a list."""
    event = answers.catalogue.event(view.event)
    names = answers.catalogue.assets
    every = dict.fromkeys((*event.also, *names, *answers.other_assets(), view.asset))
    others = [ticker for ticker in every if ticker not in event.assets]
    return {
        ("asset", "children"): [dmc.Chip(ticker, value=ticker, size="sm") for ticker in event.assets],
        ("asset", "value"): view.asset if view.asset in event.assets else None,
        ("more", "data"): others,
        ("more", "value"): None if view.asset in event.assets else view.asset,
    }


def _choices(view: ViewState) -> Panes:
    return {
        ("zone", "value"): view.zone.value,
        ("theme", "value"): view.theme.value,
        ("origin", "value"): view.origin.value,
        ("quote", "value"): view.quote.value,
        ("reference", "value"): view.reference.value,
        ("enter", "value"): view.enter_pct,
        ("exit", "value"): view.exit_pct,
        ("min-vote", "value"): view.min_vote_usd,
    }


def _venues(answer: Answer, catalogue: Catalogue) -> Panes:
    """The venues to choose from: those with candles here, else all that the catalogue lists."""
    view = answer.view
    present = answer.present or tuple(catalogue.venues)
    names = [{"value": venue, "label": catalogue.venue(venue).name} for venue in dict.fromkeys((*present, view.focus))]
    return {
        ("focus", "data"): names,
        ("focus", "value"): view.focus,
        ("out", "data"): [name for name in names if name["value"] != view.focus],
        ("out", "value"): sorted(view.out & {*present}),
        ("hide", "data"): names,
        ("hide", "value"): sorted(view.hidden & {*present}),
    }
