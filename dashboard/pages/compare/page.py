"""The Compare page: a panel for every asset of an event, and one window beside another."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import plotly.graph_objects as go
from dash import ClientsideFunction, Dash, Input, Output, State, dcc, html

from dashboard.charts.small_multiples.figure import build_panel_figure, build_since_start_figure, build_value_axis
from dashboard.charts.small_multiples.legend import list_line_samples
from dashboard.charts.small_multiples.panels import (
    SINCE_START_TEXT,
    AssetPanel,
    WindowPanels,
    build_common_scale,
    format_window_title,
    measure_pair,
    measure_windows,
)
from dashboard.charts.small_multiples.rows import build_panel_rows
from dashboard.components.caveats import build_limits
from dashboard.components.updates import Updates, apply_updates
from dashboard.draw.axis import Scale
from dashboard.draw.scene import Scene
from dashboard.exports.kinds import ExportKind
from dashboard.exports.menu import build_download_menu
from dashboard.pages.base import VIEW_CONTROLS, Page, PageContext
from dashboard.pages.compare.controls import build_scale_switch, build_second_window_select
from dashboard.pages.compare.parts import build_graph, build_legend, build_panel, build_table
from dashboard.service.measurements import ViewResult, combine_results
from dashboard.state.links import MethodAnchor, ViewLinks
from dashboard.state.view import ViewState, format_number
from dashboard.text.numbers import format_span
from data.catalogue import Catalogue


def build_content(context: PageContext, view: ViewState) -> list[Any]:
    """The layout with its values."""
    links = ViewLinks(view.to_query(context.catalogue))
    layout = html.Div([*_build_layout(context.catalogue, view), build_limits(links, view.timeframe)])
    return apply_updates([layout], build_updates(context, view))


def build_updates(context: PageContext, view: ViewState) -> Updates:
    """Panels, pair, legend and tables; figures come last, after the components that they are drawn in."""
    catalogue = context.catalogue
    window_sides, pair_panels = measure_windows(context.measurements, view), measure_pair(context.measurements, view)
    links = ViewLinks(view.to_query(catalogue))
    enter_text = format_number(view.enter_pct)
    scenes = [
        scene
        for side in window_sides
        for asset_panel in side.panels
        if (scene := asset_panel.build_scene(catalogue, view.theme))
    ]
    focus_name = catalogue.get_venue(view.focus).name
    rows_by_window = [
        (side.name if view.second_window else "", build_panel_rows(side.panels, catalogue)) for side in window_sides
    ]
    return {
        ("compare-note", "children"): _build_note(view, focus_name, links, catalogue),
        ("compare-panels", "children"): [
            _build_side(side, number, len(window_sides), view, catalogue) for number, side in enumerate(window_sides)
        ],
        ("compare-key", "children"): build_legend(list_line_samples(scenes, catalogue), view.theme, view.timeframe)
        if scenes
        else "",
        ("compare-table", "children"): build_table(rows_by_window, enter_text, links),
        ("compare-files", "children"): build_download_menu("compare", view.to_query(catalogue)) if scenes else "",
        ("compare-pair", "children"): _build_pair(pair_panels, view, catalogue, links),
        ("compare-figures", "data"): _build_figures(window_sides, pair_panels, view, catalogue),
    }


def register_callbacks(app: Dash, context: PageContext) -> None:  # noqa: ARG001 - as every page is called
    """Callbacks in the browser: draw on the selected scale, and open the page with the selected second window."""
    clientside_callback: Any = app.clientside_callback  # dash leaves it untyped
    clientside_callback(
        ClientsideFunction("plumblineCompare", "drawn"),
        # A callback without an output would not be called for components that are added later.
        Output("compare-drawn", "data"),
        Input("compare-figures", "data"),
        Input("compare-scale", "value"),
    )
    clientside_callback(
        ClientsideFunction("plumblineCompare", "scaled"),
        Input("compare-scale", "value"),
        State("view", "data"),
        State("page", "data"),
        prevent_initial_call=True,
    )
    clientside_callback(
        ClientsideFunction("plumblineCompare", "against"),
        Input("compare-against", "value"),
        prevent_initial_call=True,
    )
    clientside_callback(
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


def build_notice_result(context: PageContext, view: ViewState) -> ViewResult:
    """The results of all panels, and those of the pair if no panel is about its asset."""
    window_sides = measure_windows(context.measurements, view)
    results = [asset_panel.result for side in window_sides for asset_panel in side.panels]
    if view.asset not in {asset_panel.asset for asset_panel in window_sides[0].panels}:
        results += [asset_panel.result for asset_panel in measure_pair(context.measurements, view)]
    return combine_results(view, results, context.catalogue)


def _build_note(view: ViewState, focus_name: str, links: ViewLinks, catalogue: Catalogue) -> list[Any]:
    event_title = catalogue.get_event(view.event).title
    scope_text = (
        f" of {event_title}, {format_span(view.start, view.end, view.zone)}"
        if view.second_window is None
        else " in one window"
    )
    return [
        f"Each panel is one asset{scope_text}. Bold: {focus_name} against the ",
        links.build_definition_link(f"{view.reference.label} of the others", MethodAnchor.REFERENCE),
        (
            " quoting in its own currency, and of USDT and USD exchanges, in per cent. Thin: every other exchange "
            "against its own group. A click on a panel opens the asset in the explorer."
        ),
    ]


def _build_side(
    side: WindowPanels, side_index: int, side_count: int, view: ViewState, catalogue: Catalogue
) -> html.Div:
    rows = build_panel_rows(side.panels, catalogue)
    parts = [
        build_panel(
            asset_panel,
            row,
            _format_graph_id(side_index, asset_panel.asset),
            catalogue,
            has_lines=asset_panel.build_scene(catalogue, view.theme) is not None,
        )
        for asset_panel, row in zip(side.panels, rows, strict=True)
    ]
    if side_count == 1:
        return html.Div(parts, className="compare-side compare-grid")
    span_text = format_span(side.view.start, side.view.end, side.view.zone)
    # A row of the grid for each part, shared with the other window.
    grid_style = {"gridRow": f"span {len(parts) + 1}"}
    header = html.Div([html.H2(side.name), html.P(span_text, className="quiet")])
    return html.Div([header, *parts], className="compare-side compare-beside", style=grid_style)


def _build_pair(
    pair_panels: Sequence[AssetPanel], view: ViewState, catalogue: Catalogue, links: ViewLinks
) -> list[Any]:
    """The view's asset in both windows, one chart above the other; a hint if there is no second window."""
    if not pair_panels:
        prompt = f"Choose a second window above: {view.asset} in both is then drawn one above the other."
        return [html.P(prompt, className="quiet")]
    rows = build_panel_rows(pair_panels, catalogue)
    parts: list[Any] = []
    for number, (asset_panel, row) in enumerate(zip(pair_panels, rows, strict=True)):
        window_title = format_window_title(asset_panel.view, catalogue)
        parts.append(html.H3(window_title))
        if asset_panel.build_scene(catalogue, view.theme) is None:
            parts.append(html.P(f"{asset_panel.asset}: {asset_panel.empty_text}", className="compare-none"))
        else:
            label = f"{asset_panel.asset} on {row.venue}, {window_title}, by {SINCE_START_TEXT}"
            parts.append(build_graph(f"compare-pair-{number}", label))
    rows_by_window = [
        (format_window_title(asset_panel.view, catalogue), [row])
        for asset_panel, row in zip(pair_panels, rows, strict=True)
    ]
    axis_note = html.P(f"Both on {SINCE_START_TEXT}.", className="quiet")
    return [*parts, axis_note, build_table(rows_by_window, format_number(view.enter_pct), links)]


def _build_figures(
    window_sides: Sequence[WindowPanels], pair_panels: Sequence[AssetPanel], view: ViewState, catalogue: Catalogue
) -> dict[str, Any]:
    """The figure of every chart by the id of its component, with the value axis for either scale."""
    scenes_by_id = {
        _format_graph_id(number, asset_panel.asset): scene
        for number, side in enumerate(window_sides)
        for asset_panel in side.panels
        if (scene := asset_panel.build_scene(catalogue, view.theme)) is not None
    }
    pair_scenes = {
        f"compare-pair-{number}": scene
        for number, asset_panel in enumerate(pair_panels)
        if (scene := asset_panel.build_scene(catalogue, view.theme)) is not None
    }
    max_minutes = max((_measure_minutes(scene) for scene in pair_scenes.values()), default=0.0)
    shared_scale = build_common_scale(list(scenes_by_id.values()))
    pair_scale = build_common_scale(list(pair_scenes.values()))
    figures = {
        graph_id: _build_scaled_figure(build_panel_figure(scene, shared_scale, view.zone), scene, shared_scale)
        for graph_id, scene in scenes_by_id.items()
    }
    return figures | {
        graph_id: _build_scaled_figure(build_since_start_figure(scene, pair_scale, max_minutes), scene, pair_scale)
        for graph_id, scene in pair_scenes.items()
    }


def _measure_minutes(scene: Scene) -> float:
    """The length of the panel's window in minutes."""
    question = scene.measurement.question
    return float((question.end - question.start) / timedelta(minutes=1))


def _build_scaled_figure(figure: go.Figure, scene: Scene, shared_scale: Scale) -> dict[str, Any]:
    return {
        "figure": figure.to_dict(),
        "axes": {"shared": build_value_axis(shared_scale), "own": build_value_axis(build_common_scale([scene]))},
    }


def _format_graph_id(side: int, asset: str) -> str:
    return f"compare-{side}-{asset}"


def _build_layout(catalogue: Catalogue, view: ViewState) -> list[Any]:
    return [
        html.Div([dcc.Store(id="compare-figures"), dcc.Store(id="compare-drawn")]),
        html.H1("Every asset side by side"),
        html.P(id="compare-note", className="second compare-note"),
        html.Div(
            [build_scale_switch(view), build_second_window_select(catalogue, view), html.Div(id="compare-files")],
            className="compare-bar",
        ),
        html.Div(id="compare-panels", className="compare-panels"),
        html.Div(id="compare-key", className="compare-keys"),
        html.Details([html.Summary("As a table"), html.Div(id="compare-table")], open=True, className="compare-table"),
        html.Section([html.H2("One asset in two windows"), html.Div(id="compare-pair")], className="compare-two"),
    ]


PAGE = Page(
    name="compare",
    title="Compare",
    build_content=build_content,
    build_updates=build_updates,
    build_notice_result=build_notice_result,
    register_callbacks=register_callbacks,
    controls=VIEW_CONTROLS,
    is_measured=True,
    is_about_asset=True,
    picture=ExportKind.COMPARE,
    begins_with_chart=True,
)
