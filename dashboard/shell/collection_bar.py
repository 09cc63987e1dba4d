"""Collecting real candles from the page: a button, a line of progress, a way to stop, and what came of it."""

import dash_mantine_components as dmc
from dash import html

from dashboard.components.updates import Updates
from dashboard.jobs.actions import CollectionOrder, CollectionProgress, PageActions
from data.errors import PlumblineError

COLLECTION_OUTPUTS = (
    ("collection", "className"),
    ("collection-text", "children"),
    ("collection-bar", "value"),
    ("collect", "disabled"),
    ("ticker", "disabled"),
)
"""The id and property of every value of `build_collection_updates`."""


def build_collect_button() -> dmc.Button:
    """The button that starts it."""
    return dmc.Button("Collect real candles", id="collect", size="xs", className="primary")


def build_collection_bar() -> html.Div:
    """How far it is, without what it says; apart from the offer, which goes away once there are real candles."""
    return html.Div(
        [
            html.P(id="collection-text", role="status"),
            dmc.Progress(id="collection-bar", value=0, size="sm"),
            dmc.Button("Cancel", id="cancel", size="xs", variant="default", className="plain"),
        ],
        id="collection",
        className="away",
    )


def control_collection(actions: PageActions, control: str, event: str) -> CollectionProgress | None:
    """How a collection stands after a control was used: ``collect``, ``cancel``, or neither."""
    try:
        if control == "collect":
            actions.start_collection(CollectionOrder(event=event))
        elif control == "cancel":
            actions.cancel_collection()
    except PlumblineError as error:
        return CollectionProgress(str(error), None, running=False, failed=True)
    return actions.read_progress()


def build_collection_updates(progress: CollectionProgress | None) -> Updates:
    """What the parts hold; the clock that asks again only runs while a collection does."""
    if progress is None:
        return {("collection", "className"): "away", ("collect", "disabled"): False, ("ticker", "disabled"): True}
    class_names = ["collection", "running" if progress.running else "ended", *(["failed"] if progress.failed else [])]
    return {
        ("collection", "className"): " ".join(class_names),
        ("collection-text", "children"): progress.text,
        ("collection-bar", "value"): 100 * (progress.fraction or 0),
        ("collect", "disabled"): progress.running,
        ("ticker", "disabled"): not progress.running,
    }
