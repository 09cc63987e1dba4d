"""The controls of the Compare page itself: the scale of its panels, and the second window."""

from typing import Any

import dash_mantine_components as dmc
from dash import html

from dashboard.components.accessibility import build_aria_label
from dashboard.components.popover import build_popover
from dashboard.state.view import PanelScale, ViewState
from dashboard.text.numbers import format_input_time, format_span, format_window_label
from data.catalogue import Catalogue

SCALE_LABELS = {PanelScale.SHARED: "Shared y-axis", PanelScale.OWN: "Independent"}


def build_scale_switch(view: ViewState) -> html.Div:
    """A switch between one scale for all panels and a scale for each; the browser draws either without a request."""
    data = [{"value": scale.value, "label": text} for scale, text in SCALE_LABELS.items()]
    switch = dmc.SegmentedControl(id="compare-scale", data=data, value=view.scale.value, size="xs")
    return html.Div(switch, role="group", **build_aria_label("Scale of the panels"))


def build_second_window_select(catalogue: Catalogue, view: ViewState) -> html.Div:
    """A list of the windows of all events, and a popover for a window by its edges."""
    groups = [
        {
            "group": event.title,
            "items": [
                {"value": f"{event.id}:{window.name}", "label": format_window_label(window, view.zone)}
                for window in event.windows.values()
            ],
        }
        for event in catalogue.events.values()
    ]
    value = None if view.second_window is None else view.second_window.to_text(catalogue)
    if view.second_window is not None and _has_unnamed_window(view, catalogue):
        span_text = format_span(view.second_window.start, view.second_window.end, view.zone)
        groups.insert(0, {"group": "Custom range", "items": [{"value": value, "label": span_text}]})
    select = dmc.Select(
        id="compare-against",
        data=groups,
        value=value,
        placeholder="no second window",
        clearable=True,
        size="xs",
        w=250,
        **build_aria_label("Second window"),
    )
    label = html.Span("Against", className="label")
    return html.Div([label, select, _build_range_popover(catalogue, view)], className="labelled compare-against")


def _build_range_popover(catalogue: Catalogue, view: ViewState) -> dmc.Popover:
    """The fields for a second window by its edges, and for the event whose assets are shown in it."""
    second = view.second_window
    event, start, end = (
        (view.event, view.start, view.end) if second is None else (second.event, second.start, second.end)
    )
    events = [{"value": listed_event.id, "label": listed_event.title} for listed_event in catalogue.events.values()]
    # Without a portal: else a click into the list would count as one outside of the popover and close it.
    select_options: dict[str, Any] = {"comboboxProps": {"withinPortal": False}, "allowDeselect": False}
    # Debounced, so that Enter sends the text and the submission together.
    input_options: dict[str, Any] = {"size": "xs", "placeholder": "2025-10-10 21:10", "debounce": True}
    fields = [
        dmc.Select(id="compare-own-event", label="Assets of", data=events, value=event, size="xs", **select_options),
        dmc.TextInput(
            id="compare-own-from",
            label=f"From ({view.zone})",
            value=format_input_time(start, view.zone),
            **input_options,
        ),
        dmc.TextInput(
            id="compare-own-to", label=f"To ({view.zone})", value=format_input_time(end, view.zone), **input_options
        ),
        dmc.Button("Show beside", id="compare-own", size="xs", className="primary"),
    ]
    class_name = "plain chosen" if _has_unnamed_window(view, catalogue) else "plain"
    attributes: dict[str, Any] = {"aria-haspopup": "dialog"}
    button = dmc.Button("Custom second range", size="xs", variant="default", className=class_name, **attributes)
    dialog = html.Div(fields, className="fields", role="dialog", **build_aria_label("Custom second range"))
    return build_popover(button, dialog, "bottom-start", keep_mounted=True)


def _has_unnamed_window(view: ViewState, catalogue: Catalogue) -> bool:
    """Whether the view has a second window, and one that its event has no name for."""
    second = view.second_window
    return second is not None and catalogue.get_event(second.event).find_window_name(second.start, second.end) is None
