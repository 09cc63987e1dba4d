"""What is chosen on the Compare page itself: the scale of its panels, and the window that stands beside the first."""

from typing import Any

import dash_mantine_components as dmc
from dash import html

from dashboard.formats import span, typed, window_label
from dashboard.popover import popover
from dashboard.view import PanelScale, ViewState
from data.catalogue import Catalogue

SCALES = {PanelScale.SHARED: "Same scale", PanelScale.OWN: "Own scales"}


def scale_switch(view: ViewState) -> html.Div:
    """One scale for all panels, or each its own; the browser draws either without asking."""
    data = [{"value": scale.value, "label": text} for scale, text in SCALES.items()]
    switch = dmc.SegmentedControl(id="compare-scale", data=data, value=view.scale.value, size="xs")
    return html.Div(switch, role="group", **_aria("Scale of the panels"))


def second_window(catalogue: Catalogue, view: ViewState) -> html.Div:
    """The list of second windows, those of each event under its title, and a range of its own."""
    groups = [
        {
            "group": event.title,
            "items": [
                {"value": f"{event.id}:{window}", "label": window_label(window, catalogue)} for window in event.windows
            ],
        }
        for event in catalogue.events.values()
    ]
    value = None if view.against is None else view.against.text(catalogue)
    if view.against is not None and _by_hand(view, catalogue):
        when = span(view.against.start, view.against.end, view.zone)
        groups.insert(0, {"group": "Own range", "items": [{"value": value, "label": when}]})
    chosen = dmc.Select(
        id="compare-against",
        data=groups,
        value=value,
        placeholder="no second window",
        clearable=True,
        size="xs",
        w=250,
        **_aria("Second window"),
    )
    label = html.Span("Against", className="label")
    return html.Div([label, chosen, _own_range(catalogue, view)], className="labelled compare-against")


def _own_range(catalogue: Catalogue, view: ViewState) -> dmc.Popover:
    """A second window by its edges, of any event: its assets are shown."""
    against = view.against
    event, start, end = (
        (view.event, view.start, view.end) if against is None else (against.event, against.start, against.end)
    )
    events = [{"value": one.id, "label": one.title} for one in catalogue.events.values()]
    # Without a portal: a click into the list must not count as one outside of the popover.
    within: dict[str, Any] = {"comboboxProps": {"withinPortal": False}, "allowDeselect": False}
    # Debounced, so that return sends the text and the wish together.
    text: dict[str, Any] = {"size": "xs", "placeholder": "2025-10-10 21:10", "debounce": True}
    fields = [
        dmc.Select(id="compare-own-event", label="Assets of", data=events, value=event, size="xs", **within),
        dmc.TextInput(id="compare-own-from", label=f"From ({view.zone})", value=typed(start, view.zone), **text),
        dmc.TextInput(id="compare-own-to", label=f"To ({view.zone})", value=typed(end, view.zone), **text),
        dmc.Button("Show beside", id="compare-own", size="xs", className="primary"),
    ]
    chosen = "plain chosen" if _by_hand(view, catalogue) else "plain"
    opens: dict[str, Any] = {"aria-haspopup": "dialog"}
    button = dmc.Button("Own second range", size="xs", variant="default", className=chosen, **opens)
    inner = html.Div(fields, className="fields", role="dialog", **_aria("Own second range"))
    return popover(button, inner, "bottom-start", kept=True)


def _by_hand(view: ViewState, catalogue: Catalogue) -> bool:
    """Whether there is a second window without a name."""
    against = view.against
    return against is not None and catalogue.event(against.event).window_between(against.start, against.end) is None


def _aria(label: str) -> dict[str, Any]:
    return {"aria-label": label}
