"""The app by its HTTP requests: their responses and number, and errors."""

import json
import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from dashboard.jobs.actions import CollectionProgress, PageActions
from dashboard.pages.registry import PAGES
from dashboard.shell.router import Router
from dashboard.web.app import create_app, list_used_controls
from data.catalogue import load_catalogue
from data.schema import CANDLE, build_empty_frame
from data.store import CandleStore
from tests.dashboard.memory_store import MemoryStore, RecordedActions

CATALOGUE = load_catalogue()


class AppClient:
    """Sends the requests of a browser: every callback with the values that the page has."""

    def __init__(self, store: CandleStore, actions: PageActions | None = None) -> None:
        self.app = create_app(store, CATALOGUE, actions or RecordedActions())
        self.client: FlaskClient = self.app.server.test_client()
        self.callbacks = self.client.get("/_dash-dependencies").json
        self.values: dict[str, Any] = {"page.data": {"name": "explorer"}}

    def use_control(self, control: str, value: Any) -> dict[str, Any]:  # noqa: ANN401 - what a browser sends
        """Use a control, such as ``asset.value``, and return the changed properties by component."""
        self.values[control] = value
        callback = next(
            response_json
            for response_json in self.callbacks
            if response_json["clientside_function"] is None
            and control in self.list_property_names(response_json["inputs"])
        )
        outputs = [part.rsplit(".", 1) for part in callback["output"].strip(".").split("...")]
        output_parts = [{"id": name, "property": prop} for name, prop in outputs]
        body = {
            "output": callback["output"],
            "outputs": output_parts if callback["output"].startswith("..") else output_parts[0],
            "inputs": self.fill_values(callback["inputs"]),
            "state": self.fill_values(callback["state"]),
            "changedPropIds": [control],
            "parsedChangedPropsIds": [control],
        }
        response = self.client.post("/_dash-update-component", json=body)
        assert response.status_code in {200, 204}, response.text
        response_json = json.loads(response.text) if response.text else {}
        for name, props in response_json.get("response", {}).items():
            self.values |= {f"{name}.{prop}": prop_value for prop, prop_value in props.items()}
        properties: dict[str, Any] = {}
        for name, props in [*response_json.get("response", {}).items(), *response_json.get("sideUpdate", {}).items()]:
            properties.setdefault(name, {}).update(props)
        return properties

    def list_property_names(self, parts: list[dict[str, str]]) -> list[str]:
        """The names of the properties of a callback."""
        return [f"{part['id']}.{part['property']}" for part in parts]

    def fill_values(self, parts: list[dict[str, str]]) -> list[dict[str, Any]]:
        """The properties with their values."""
        return [{**part, "value": self.values.get(f"{part['id']}.{part['property']}")} for part in parts]


def test_opening_and_changing() -> None:
    """The page is one response, a change another one, with the query of the view."""
    app_client = AppClient(MemoryStore())
    opened_values = app_client.use_control("place.data", {"path": "/explorer", "search": "?window=crash"})
    assert "ATOM/USDT on Binance" in json.dumps(opened_values["content"])
    assert opened_values["page"]["data"]["address"] == "/explorer?window=crash"
    changed_values = app_client.use_control("asset.value", "WBETH")
    assert changed_values["view"]["data"] == {"asset": "WBETH", "window": "crash"}
    assert "below its estimated fair value" in changed_values["headline"]["children"]
    assert "content" not in changed_values


def test_two_apps_in_one_process() -> None:
    """Each app has its own pages over its own store."""
    full_client, empty_client = AppClient(MemoryStore()), AppClient(MemoryStore(build_empty_frame(CANDLE)))
    place = {"path": "/explorer", "search": "?window=crash"}
    assert "ATOM/USDT on Binance" in json.dumps(full_client.use_control("place.data", place))
    assert "Nothing to measure" in json.dumps(empty_client.use_control("place.data", place))
    assert "0.001" in json.dumps(full_client.use_control("place.data", {**place, "path": "/lows"}))


def test_a_typed_range() -> None:
    """Enter in either field shows the range of both."""
    app_client = AppClient(MemoryStore())
    app_client.values |= {"view.data": {}, "range-from.value": "2025-10-10 21:12", "range-to.value": "2025-10-10 21:20"}
    shown_values = app_client.use_control("range-to.n_submit", 1)
    assert shown_values["view"]["data"] == {"from": "2025-10-10T21:12:00Z", "to": "2025-10-10T21:20:00Z"}


def test_picture() -> None:
    """The picture is a request of its own."""
    app_client = AppClient(MemoryStore())
    app_client.values["view.data"] = {"window": "crash"}
    picture = app_client.use_control("picture.n_clicks", 1)["picture-figure"]["data"]
    assert picture["filename"].startswith("plumbline_ATOM")
    assert picture["figure"]["layout"]["width"] == 1600


def test_collecting_ends_in_a_new_look() -> None:
    """During a collection only its progress is requested; at its end the page reads the store again."""
    running, done = (CollectionProgress(text, None, running=text == "on", failed=False) for text in ("on", "done"))
    app_client = AppClient(MemoryStore(), RecordedActions([running, done]))
    app_client.values["view.data"] = {}
    assert "collected" not in app_client.use_control("collect.n_clicks", 1)
    assert app_client.use_control("ticker.n_intervals", 1)["collected"]["data"] == [1, None, 1]


def test_a_failure_is_a_notice() -> None:
    """If the store breaks while the page is open, a notice says so, and nothing else changes."""
    store = MemoryStore()
    app_client = AppClient(store)
    app_client.values["view.data"] = {}
    store.is_broken = True
    failed_values = app_client.use_control("asset.value", "DOGE")
    assert list(failed_values) == ["failure"]
    assert "cannot be read" in json.dumps(failed_values)


def test_a_fault_of_ours_is_a_notice_and_logged(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unexpected error is logged with its traceback, and the reader gets a sentence."""

    def fail(*_: object) -> None:
        raise ZeroDivisionError

    app_client = AppClient(MemoryStore())
    app_client.values["view.data"] = {}
    monkeypatch.setattr(Router, "apply", fail)
    assert "Something failed here (ZeroDivisionError)" in json.dumps(app_client.use_control("asset.value", "DOGE"))
    assert caplog.records[0].exc_info is not None


def test_definitions_and_language() -> None:
    """The method's document is served as text, and the page declares its language and viewport."""
    client = AppClient(MemoryStore()).client
    document = client.get("/docs/method.md")
    assert document.status_code == 200
    assert document.mimetype == "text/plain"
    document.close()
    page = client.get("/").text
    assert re.search(r'<html [^>]*lang="en"[ >]', page)
    assert 'name="viewport"' in page


@pytest.mark.parametrize("path", ["/", "/?asset=DOGE", "/lows/", *(f"/{page.name}" for page in PAGES)])
def test_a_page_is_found(path: str) -> None:
    """Every page has its address, with or without a slash at the end."""
    assert AppClient(MemoryStore()).client.get(path).status_code == 200


@pytest.mark.parametrize("path", ["/nowhere", "/lows/x", "/wp-admin?asset=DOGE"])
def test_a_path_without_a_page_is_not_found(path: str) -> None:
    """The page for unknown addresses has the status 404."""
    client = AppClient(MemoryStore()).client
    response = client.get(path)
    assert response.status_code == 404
    assert "<title>No such page · Plumbline</title>" in response.text
    # Missing files and dash's own routes have the status that they had.
    assert client.get("/_dash-layout").status_code == 200
    assert client.get("/assets/none.js").status_code == 404


def test_a_callback_takes_no_large_request() -> None:
    """A callback gets values of controls; more than a megabyte is refused before it is read."""
    client = AppClient(MemoryStore()).client
    bodies = [b"7" * size for size in (1_000_000, 1_000_001)]
    answers = [client.post("/_dash-update-component", data=body, content_type="application/json") for body in bodies]
    assert [answer.status_code for answer in answers] == [400, 413]


def test_answers_are_compressed() -> None:
    """Large responses are compressed."""
    client = AppClient(MemoryStore()).client
    assert client.get("/_dash-dependencies", headers={"Accept-Encoding": "gzip"}).headers["Content-Encoding"] == "gzip"


def test_used_controls() -> None:
    """The fields of a range are one control with two texts."""
    triggered = ["range-from", "range", "zone"]
    assert list_used_controls(triggered, {"zone": "UTC"}, ("a", "b")) == [("range", ("a", "b")), ("zone", "UTC")]
