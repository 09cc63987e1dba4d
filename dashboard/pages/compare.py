"""Compare: every asset of an event in a panel of its own, and one window beside another."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import plotly.graph_objects as go
from dash import ClientsideFunction, Dash, Input, Output, State, dcc, html

from dashboard.anchors import Anchor
from dashboard.answers import Answer, together
from dashboard.compare_controls import scale_switch, second_window
from dashboard.compare_figure import panel_figure, since_start_figure, value_axis
from dashboard.compare_key import samples
from dashboard.compare_panels import SINCE_START, Panel, Side, name_of, pair, scale, sides
from dashboard.compare_parts import graph, key, panel, table
from dashboard.compare_rows import lines
from dashboard.export_kinds import What
from dashboard.export_menu import export_menu
from dashboard.formats import span
from dashboard.limits import limits
from dashboard.links import Links
from dashboard.pages.contract import CHOICES, Context, Page
from dashboard.panes import Panes
from dashboard.scales import Scale
from dashboard.scene import Scene
from dashboard.view import ViewState, number_text
from data.catalogue import Catalogue


def show(context: Context, view: ViewState) -> list[Any]:
    """The page with everything in its place."""
    links = Links(view.to_query(context.catalogue))
    bones = html.Div([*_body(context.catalogue, view), limits(links, view.bar)])
    for (name, prop), value in values(context, view).items():
        setattr(bones[name], prop, value)
    return [bones]


def values(context: Context, view: ViewState) -> Panes:
    """Panels, pair, key and tables; the figures come last, when the places that they are drawn in are there."""
    catalogue = context.catalogue
    windows, both = sides(context.answers, view), pair(context.answers, view)
    links = Links(view.to_query(catalogue))
    enter = number_text(view.enter_pct)
    shown = [found for side in windows for one in side.panels if (found := one.scene(catalogue, view.theme))]
    focus = catalogue.venue(view.focus).name
    told = [(side.name if view.against else "", lines(side.panels, catalogue)) for side in windows]
    return {
        ("compare-note", "children"): _note(view, focus, links, catalogue),
        ("compare-panels", "children"): [
            _side(side, number, len(windows), view, catalogue) for number, side in enumerate(windows)
        ],
        ("compare-key", "children"): key(samples(shown, catalogue), view.theme, view.bar) if shown else "",
        ("compare-table", "children"): table(told, enter, links),
        ("compare-files", "children"): export_menu(What.COMPARE, view.to_query(catalogue)) if shown else "",
        ("compare-pair", "children"): _pair_parts(both, view, catalogue, links),
        ("compare-figures", "data"): _figures(windows, both, view, catalogue),
    }


def register(app: Dash, context: Context) -> None:  # noqa: ARG001 - as every page is called
    """What the browser does by itself: draw on the chosen scale, and open the page with the chosen second window."""
    clientside: Any = app.clientside_callback  # dash leaves it untyped
    clientside(
        ClientsideFunction("plumblineCompare", "drawn"),
        # Without an output it would not be called for parts that come after the first layout.
        Output("compare-drawn", "data"),
        Input("compare-figures", "data"),
        Input("compare-scale", "value"),
    )
    clientside(
        ClientsideFunction("plumblineCompare", "scaled"),
        Input("compare-scale", "value"),
        State("view", "data"),
        State("page", "data"),
        prevent_initial_call=True,
    )
    clientside(
        ClientsideFunction("plumblineCompare", "against"),
        Input("compare-against", "value"),
        prevent_initial_call=True,
    )
    clientside(
        ClientsideFunction("plumblineCompare", "own"),
        Input("compare-own", "n_clicks"),
        Input("compare-own-from", "n_submit"),
        Input("compare-own-to", "n_submit"),
        State("compare-own-event", "value"),
        State("compare-own-from", "value"),
        State("compare-own-to", "value"),
        State("view", "data"),
        prevent_initial_call=True,
    )


def answer(context: Context, view: ViewState) -> Answer:
    """What the notices speak of: every panel of either window, and the pair's where its asset is none of them."""
    windows = sides(context.answers, view)
    found = [one.answer for side in windows for one in side.panels]
    if view.asset not in {one.asset for one in windows[0].panels}:
        found += [one.answer for one in pair(context.answers, view)]
    return together(view, found, context.catalogue)


def _note(view: ViewState, focus: str, links: Links, catalogue: Catalogue) -> list[Any]:
    title = catalogue.event(view.event).title
    about = f" of {title}, {span(view.start, view.end, view.zone)}" if view.against is None else " in one window"
    return [
        f"Each panel is one asset{about}. Bold: {focus} against the ",
        links.define("others' middle price", Anchor.REFERENCE),
        " of USDT exchanges and of USD exchanges, in per cent. Thin: every other exchange against its own group. ",
        "A click on a panel opens the asset in the explorer.",
    ]


def _side(side: Side, number: int, count: int, view: ViewState, catalogue: Catalogue) -> html.Div:
    told = lines(side.panels, catalogue)
    parts = [
        panel(
            one,
            line,
            _graph_id(number, one.asset),
            catalogue,
            drawn=one.scene(catalogue, view.theme) is not None,
        )
        for one, line in zip(side.panels, told, strict=True)
    ]
    if count == 1:
        return html.Div(parts, className="compare-side compare-grid")
    when = span(side.view.start, side.view.end, side.view.zone)
    # A row for each part, in which those of the other window stand too.
    rows = {"gridRow": f"span {len(parts) + 1}"}
    head = html.Div([html.H2(side.name), html.P(when, className="quiet")])
    return html.Div([head, *parts], className="compare-side compare-beside", style=rows)


def _pair_parts(both: Sequence[Panel], view: ViewState, catalogue: Catalogue, links: Links) -> list[Any]:
    """One chart above the other, each under the name of its window; or how to get there."""
    if not both:
        said = f"Choose a second window above: {view.asset} in both is then drawn one above the other."
        return [html.P(said, className="quiet")]
    told = lines(both, catalogue)
    parts: list[Any] = []
    for number, (one, line) in enumerate(zip(both, told, strict=True)):
        parts.append(html.H3(name_of(one.view, catalogue)))
        if one.scene(catalogue, view.theme) is None:
            parts.append(html.P(f"{one.asset}: {one.empty}", className="compare-none"))
        else:
            label = f"{one.asset} on {line.venue}, {name_of(one.view, catalogue)}, by {SINCE_START}"
            parts.append(graph(f"compare-pair-{number}", label))
    named = [(name_of(one.view, catalogue), [line]) for one, line in zip(both, told, strict=True)]
    axis = html.P(f"Both on {SINCE_START}.", className="quiet")
    return [*parts, axis, table(named, number_text(view.enter_pct), links)]


def _figures(windows: Sequence[Side], both: Sequence[Panel], view: ViewState, catalogue: Catalogue) -> dict[str, Any]:
    """Every chart by the id of its place, with the axis of either scale."""
    by_id = {
        _graph_id(number, one.asset): scene
        for number, side in enumerate(windows)
        for one in side.panels
        if (scene := one.scene(catalogue, view.theme)) is not None
    }
    paired = {
        f"compare-pair-{number}": scene
        for number, one in enumerate(both)
        if (scene := one.scene(catalogue, view.theme)) is not None
    }
    minutes = max((_minutes(scene) for scene in paired.values()), default=0.0)
    shared, shared_pair = scale(list(by_id.values())), scale(list(paired.values()))
    drawn = {name: _drawn(panel_figure(scene, shared, view.zone), scene, shared) for name, scene in by_id.items()}
    return drawn | {
        name: _drawn(since_start_figure(scene, shared_pair, minutes), scene, shared_pair)
        for name, scene in paired.items()
    }


def _minutes(scene: Scene) -> float:
    """How long the panel's window lasts."""
    question = scene.measurement.question
    return float((question.end - question.start) / timedelta(minutes=1))


def _drawn(figure: go.Figure, scene: Scene, shared: Scale) -> dict[str, Any]:
    return {"figure": figure.to_dict(), "axes": {"shared": value_axis(shared), "own": value_axis(scale([scene]))}}


def _graph_id(side: int, asset: str) -> str:
    return f"compare-{side}-{asset}"


def _body(catalogue: Catalogue, view: ViewState) -> list[Any]:
    return [
        html.Div([dcc.Store(id="compare-figures"), dcc.Store(id="compare-drawn")]),
        html.H1("Every asset side by side"),
        html.P(id="compare-note", className="second compare-note"),
        html.Div(
            [scale_switch(view), second_window(catalogue, view), html.Div(id="compare-files")],
            className="compare-bar",
        ),
        html.Div(id="compare-panels"),
        html.Div(id="compare-key", className="compare-keys"),
        html.Details([html.Summary("As a table"), html.Div(id="compare-table")], open=True, className="compare-table"),
        html.Section([html.H2("One asset in two windows"), html.Div(id="compare-pair")], className="compare-two"),
    ]


PAGE = Page(
    name="compare",
    title="Compare",
    show=show,
    change=values,
    answer=answer,
    register=register,
    controls=CHOICES,
    measures=True,
    of_asset=True,
)
