"""A page that only shows: nothing that is sent to it changes the store."""

import json
from typing import Any

import pytest

from dashboard.jobs.read_only import ReadOnlyActions
from tests.dashboard.memory_store import MemoryStore, RecordedActions
from tests.dashboard.web.test_app import AppClient

REFUSAL = "This page is read-only: whoever runs it collects, imports and removes prices"
CONTROL_IDS = ("data-collect", "data-upload", "data-drop", "data-forget", "data-forget-drop", "data-forget-what")


@pytest.fixture
def recorded_actions() -> RecordedActions:
    """The actions that a page which may write would call."""
    return RecordedActions()


@pytest.fixture
def app_client(recorded_actions: RecordedActions) -> AppClient:
    """A browser on a page that is read-only."""
    return AppClient(MemoryStore(), ReadOnlyActions(recorded_actions))


@pytest.mark.parametrize(
    ("control", "values"),
    [
        ("collect.n_clicks", {}),
        ("data-collect.n_clicks", {"data-scope.value": "view", "data-before.checked": True, "data-bars.value": "1m"}),
        ("data-forget-drop.n_clicks", {"data-forget-what.value": "imported:by hand"}),
    ],
)
def test_a_callback_that_is_called_by_hand_is_refused(
    app_client: AppClient, recorded_actions: RecordedActions, control: str, values: dict[str, Any]
) -> None:
    """Collecting and removing answer with the reason, though the page has no button for them."""
    app_client.values |= {"view.data": {}, **values}
    assert REFUSAL in json.dumps(app_client.use_control(control, 1))
    assert recorded_actions.calls == []


def test_an_import_that_is_sent_by_hand_is_refused(app_client: AppClient, recorded_actions: RecordedActions) -> None:
    """A file is refused with 403 and the reason."""
    for path in ("/import?name=a.csv", "/import/abc/preview", "/import/abc/store", "/import/abc/cancel"):
        response = app_client.client.post(path, data=b"venue", content_type="application/octet-stream")
        assert response.status_code == 403
        assert response.text == f"Nothing was imported. {REFUSAL}.\n"
    assert recorded_actions.calls == []


def test_the_data_page_has_a_sentence_in_place_of_its_forms(app_client: AppClient) -> None:
    """The controls are gone; what the store holds is still shown."""
    opened = app_client.use_control("place.data", {"path": "/data", "search": "?window=crash"})
    text = json.dumps(opened["content"])
    assert f"{REFUSAL}." in text
    assert [name for name in CONTROL_IDS if f'"{name}"' in text] == []
    assert "Stored data" in text
    changed = app_client.use_control("window.value", "crash")
    assert [name for name in changed if name.startswith(("data-forget", "data-collect", "data-further"))] == []
    assert "data-held" in changed


def test_a_page_that_may_write_has_its_forms() -> None:
    """The forms are gone for no other reason."""
    opened = AppClient(MemoryStore()).use_control("place.data", {"path": "/data", "search": ""})
    text = json.dumps(opened["content"])
    assert [name for name in CONTROL_IDS if f'"{name}"' not in text] == []
    assert REFUSAL not in text


def test_nothing_collects_from_the_other_pages(app_client: AppClient) -> None:
    """Above pages without real candles the sentence stands in place of the button."""
    layout = app_client.client.get("/_dash-layout").text
    assert f"{REFUSAL}." in layout
    assert "away" in next(part for part in layout.split("{") if '"Collect real candles"' in part)
    layout = AppClient(MemoryStore()).client.get("/_dash-layout").text
    assert REFUSAL not in layout


def test_what_the_page_reads_stays(recorded_actions: RecordedActions) -> None:
    """The exchanges are still named, and nothing runs that could be cancelled."""
    actions = ReadOnlyActions(recorded_actions)
    actions.cancel_collection()
    assert (actions.venues, actions.read_progress(), actions.find_follower()) == (recorded_actions.venues, None, None)
    assert recorded_actions.calls == []
