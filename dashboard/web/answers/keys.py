"""The keys of answers: everything that an answer depends on, or that it depends on more than a key can have.

An answer depends on what is asked for, on the content of the store, and on the day, which pictures show. Some requests
are answered by what is true for the moment alone, such as how far a collection is: their answers have no key.
"""

from collections.abc import Callable
from datetime import date
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl

from flask import g, request

from dashboard.exports.kinds import ExportKind
from dashboard.jobs.actions import PageActions
from dashboard.pages.base import Page
from dashboard.pages.registry import find_page, find_page_by_name
from dashboard.service.measurements import Measurements
from dashboard.web.requests.callbacks import CALLBACK_PATH
from dashboard.web.requests.schema import PLACE
from dashboard.web.system_theme import read_system_theme
from data.errors import StoreUnusable

DOCUMENT_ROUTES = frozenset({"/", "/<path:path>"})
"""The endpoints of dash's routes for documents."""

EXPORT_ENDPOINT = "exports.serve_export"

LIVE_EXPORTS = frozenset({ExportKind.INCIDENTS})
"""Exports with more than the content of the store has a version of: runs, and answers that were set aside."""

LATER_INPUTS = frozenset({"overview-asked.data", "claims-asked.data", "picture.n_clicks"})
"""The inputs of callbacks that only read the store, beside that of the view."""

COUNTS = ("n_clicks", "n_submit", "n_intervals")
"""Properties that only trigger a callback, whatever their value."""


class AnswerKeys:
    """The keys of the answers of an app.

    Args:
        measurements: has the versions of the store.
        actions: knows whether a collection runs.
        read_day: the day that pictures show.
    """

    def __init__(self, measurements: Measurements, actions: PageActions, read_day: Callable[[], date]) -> None:
        self._measurements = measurements
        self._actions = actions
        self._read_day = read_day

    def name_request(self) -> bytes | None:
        """The key of the present request's answer; None if it has none."""
        subject = _describe_subject()
        progress = None if subject is None else self._actions.read_progress()
        if subject is None or (progress is not None and progress.running):
            return None
        try:
            versions = self._measurements.read_full_version()
        except StoreUnusable:
            return None
        page, content = subject
        parts = (
            content,
            # Links of previews and pictures have the host.
            request.host_url,
            request.headers.get("Accept-Encoding"),
            read_system_theme().value,
            versions,
            self._measurements.count_later_parts() if page is not None and page.has_later_part else None,
            self._read_day(),
        )
        return sha256(repr(parts).encode()).digest()


def _describe_subject() -> tuple[Page | None, object] | None:
    """The page of the present request, if it is for one, and all that it says; None if its answer has no key."""
    if request.path == CALLBACK_PATH and request.method == "POST":
        return _describe_callback(g.callback_body)
    if request.method != "GET":
        return None
    content = request.path, request.query_string
    if request.endpoint in DOCUMENT_ROUTES:
        page = find_page(request.path, request.args)
        return None if page.is_live else (page, content)
    if request.endpoint == EXPORT_ENDPOINT:
        return None if request.path.rpartition("/")[2].partition(".")[0] in LIVE_EXPORTS else (None, content)
    return None


def _describe_callback(body: dict[str, Any]) -> tuple[Page | None, object] | None:
    """What a callback of the view, or one of `LATER_INPUTS`, depends on.

    Args:
        body: as `dashboard.web.requests.callbacks` has checked it.
    """
    inputs, state = _read_values(body["inputs"]), _read_values(body.get("state") or [])
    triggers = body.get("changedPropIds", [])
    if LATER_INPUTS.issuperset(inputs):
        return None, (body["output"], inputs, state)
    if PLACE not in inputs:
        return None
    place, open_page = inputs.pop(PLACE), state.get("page.data")
    if PLACE in triggers or open_page is None or state.get("view.data") is None:
        # It has the moment at which it was opened as well, which makes it differ from the one before.
        path, search = place["path"], place["search"]
        page = find_page(path or "/", dict(parse_qsl(search.removeprefix("?"))))
        return None if page.is_live else (page, (body["output"], path, search))
    page = find_page_by_name(open_page["name"])
    used = {name: value for name, value in inputs.items() if name in triggers}
    state["page.data"] = page.name
    return None if page.is_live else (page, (body["output"], triggers, used, state))


def _read_values(parts: list[dict[str, Any]]) -> dict[str, Any]:
    """The values by their names; None for those that only trigger a callback."""
    names = {f"{part['id']}.{part['property']}": part.get("value") for part in parts}
    return {name: None if name.endswith(COUNTS) else value for name, value in names.items()}
