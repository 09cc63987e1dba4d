"""An answer from memory is the one that would be made: of every page, change of a view, and export."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import plotly.graph_objects as go
import pytest
from werkzeug.test import TestResponse

from dashboard.exports.kinds import ExportKind
from dashboard.exports.metadata.tabular import METADATA_FORMAT
from dashboard.exports.registry import EXPORTS
from dashboard.pages.registry import PAGES
from dashboard.sheet.renderer import FileFormat, Renderer
from dashboard.web.answers.keys import LIVE_EXPORTS
from tests.dashboard.exports.test_routes import build_crash_scan
from tests.dashboard.memory_store import MemoryStore
from tests.dashboard.pages.test_history import build_history
from tests.dashboard.web.answers.answered_app import AnsweredApp, read_text

QUERIES = ("window=crash", "asset=DOGE&window=crash&out=okx&zone=UTC%2B8&theme=dark", "asset=NONE&window=x&embed=1")
"""Defaults, choices, and values that are no choices in a page within another one."""

VIEW_TRIGGERS = (
    *("place.data", "event.value", "asset.value", "more.value", "window.value", "range.n_clicks", "reset.n_clicks"),
    *("visible-range.data", "focus.value", "picked.data", "out.value", "hide.value", "zone.value", "theme.value"),
    *("origin.value", "quote.value", "reference-kind.value", "enter.value", "exit.value", "min-vote.value"),
    *("bar.value", "range-from.n_submit", "collected.data"),
)

LATER_TRIGGERS = ("overview-asked.data", "claims-asked.data", "picture.n_clicks")


def build_store() -> MemoryStore:
    """A store with something for every page."""
    return MemoryStore(saved_scans=[build_crash_scan()], history_rows=build_history())


def draw_figure(
    _: Renderer, figure: go.Figure, file_format: FileFormat, manifest: Mapping[str, Any] | None = None
) -> bytes:
    """A picture without a browser."""
    return f"{file_format} {figure.to_json()} {manifest}".encode()


@pytest.fixture(autouse=True)
def _without_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Renderer, "draw", draw_figure)


def read(response: TestResponse) -> tuple[int, list[tuple[str, str]], bytes]:
    """All of an answer."""
    return response.status_code, list(response.headers), response.data


def check_same(app: AnsweredApp, request: Callable[[], TestResponse], *, is_stored: bool = True) -> None:
    """Compare an answer as it is made and stored with that from memory."""
    used_bytes = app.memory.used_bytes
    made, stored = read(request()), read(request())
    assert stored == made
    assert (app.memory.used_bytes > used_bytes) is (is_stored and made[0] == 200)


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> AnsweredApp:
    """An app that stores answers."""
    return AnsweredApp(monkeypatch, build_store())


@pytest.mark.parametrize("query", QUERIES)
def test_every_page_is_the_same(app: AnsweredApp, query: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Documents of all pages, compressed and when made again; the data page is not stored, as it shows what runs."""
    addresses = ["/" if page.name == "overview" else f"/{page.name}" for page in PAGES]
    requests = {path: partial(app.get, f"{path}?{query}", Accept_Encoding="br") for path in addresses}
    for path, request in requests.items():
        if path != "/data":
            check_same(app, request)
    texts = {path: read_text(app.get(f"{path}?{query}")) for path in addresses}
    monkeypatch.setattr(app.memory, "find", lambda _: None)
    assert {path: read_text(app.get(f"{path}?{query}")) for path in addresses} == texts


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_overview_without_a_query_is_the_same(app: AnsweredApp, theme: str) -> None:
    """The address that most readers come to, in both themes of their systems."""
    check_same(app, lambda: app.get("/", theme))


@pytest.mark.parametrize("kind", EXPORTS)
def test_every_export_is_the_same(app: AnsweredApp, kind: ExportKind) -> None:
    """Files in all formats; what is not of the store's version is not stored."""
    for file_format in (*EXPORTS[kind].formats, METADATA_FORMAT):
        address = f"/export/{kind}.{file_format}?{QUERIES[1]}"
        check_same(app, partial(app.get, address), is_stored=kind not in LIVE_EXPORTS)


@pytest.mark.parametrize("trigger", VIEW_TRIGGERS)
def test_every_change_of_a_view_is_the_same(app: AnsweredApp, trigger: str) -> None:
    """Each control of the explorer."""
    check_same(app, lambda: app.post(trigger))


@pytest.mark.parametrize("name", [page.name for page in PAGES])
def test_a_change_on_every_page_is_the_same(app: AnsweredApp, name: str) -> None:
    """Every page is opened, and its exchange is changed."""
    place = {"path": f"/{name}" if name != "overview" else "/", "search": "?window=crash", "at": 5}
    for trigger in ("place.data", "focus.value"):
        request = partial(app.post, trigger, place__data=place, page__data={"name": name})
        check_same(app, request, is_stored=name != "data")


@pytest.mark.parametrize("trigger", LATER_TRIGGERS)
def test_later_parts_are_the_same(app: AnsweredApp, trigger: str) -> None:
    """The checks, the verdicts and the picture."""
    check_same(app, lambda: app.post(trigger))


def test_the_moment_and_the_clicks_do_not_count(app: AnsweredApp) -> None:
    """A page that is opened later, or changed after other clicks and from another address, is the stored one."""
    places = [{"path": "/lows", "search": "?window=crash", "at": at} for at in (5, 6)]
    answers = [app.post("place.data", place__data=places[0]), app.post("asset.value", place__data=places[0])]
    used_bytes = app.memory.used_bytes
    again = [
        app.post("place.data", place__data=places[1], reset__n_clicks=7, view__data={"asset": "DOGE"}),
        app.post("asset.value", place__data=places[1], reset__n_clicks=7, focus__value="kraken"),
    ]
    assert [answer.data for answer in again] == [answer.data for answer in answers]
    assert app.memory.used_bytes == used_bytes


@pytest.mark.parametrize(
    ("trigger", "values"),
    [
        ("asset.value", {"asset__value": "WBETH"}),
        ("asset.value", {"view__data": {"window": "crash", "zone": "UTC+8"}}),
        ("asset.value", {"page__data": {"name": "lows"}}),
        ("place.data", {"place__data": {"path": "/explorer", "search": "?asset=WBETH"}}),
        ("place.data", {"place__data": {"path": "/lows", "search": "?window=crash"}}),
        ("range-from.n_submit", {"range_from__value": "2025-10-10 21:15"}),
    ],
)
def test_what_counts_gives_another_answer(app: AnsweredApp, trigger: str, values: dict[str, Any]) -> None:
    """A used control, the view before it, the page, an opened address and a typed time."""
    assert app.post(trigger, **values).data != app.post(trigger).data
