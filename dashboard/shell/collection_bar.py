"""Collecting real candles from the shell: the button, the bar of progress and its result."""

import dash_mantine_components as dmc
from dash import html

from dashboard.components.updates import Updates
from dashboard.jobs.actions import CollectionOrder, CollectionProgress, PageActions
from data.errors import PlumblineError


def build_collect_button(*, hidden: bool = False) -> dmc.Button:
    """The button that starts a collection."""
    return dmc.Button("Collect real candles", id="collect", size="xs", className="away" if hidden else "primary")


def build_collection_bar() -> html.Div:
    """The bar of a running collection; not part of the offer, which is hidden once there are real candles."""
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
    """Start or cancel a collection (``collect``, ``cancel``, anything else does neither), and return its progress."""
    try:
        if control == "collect":
            actions.start_collection(CollectionOrder(event=event))
        elif control == "cancel":
            actions.cancel_collection()
    except PlumblineError as error:
        return CollectionProgress(str(error), None, running=False, failed=True)
    return actions.read_progress()


def build_collection_updates(progress: CollectionProgress | None) -> Updates:
    """The values of button and bar, always of the same properties; the ticker only runs while a collection does."""
    if progress is None:
        return {
            ("collection", "className"): "away",
            ("collection-text", "children"): "",
            ("collection-bar", "value"): 0,
            ("collect", "disabled"): False,
            ("ticker", "disabled"): True,
        }
    class_names = ["collection", "running" if progress.running else "ended", *(["failed"] if progress.failed else [])]
    return {
        ("collection", "className"): " ".join(class_names),
        ("collection-text", "children"): progress.text,
        ("collection-bar", "value"): 100 * (progress.fraction or 0),
        ("collect", "disabled"): progress.running,
        ("ticker", "disabled"): not progress.running,
    }
