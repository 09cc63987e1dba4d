"""The endpoint of callbacks answers what a browser sends, and refuses anything else with 4xx and no traceback."""

import json
from collections.abc import Iterator
from html import unescape
from http import HTTPStatus
from typing import Any

import pytest

from dashboard.web.app import create_app
from dashboard.web.requests.limits import MAX_CALLBACK_BYTES
from dashboard.web.requests.values import find_check
from data.catalogue import load_catalogue
from tests.dashboard.memory_store import MemoryStore, RecordedActions
from tests.torture.server.endpoint_bodies import RAW_BODIES, build_bodies, mutate_bodies
from tests.torture.server.probe import Probe

ENDPOINT = "/_dash-update-component"
SEED = 20251010
MUTATIONS = 400


@pytest.fixture(scope="module")
def probe() -> Iterator[Probe]:
    """Requests to an app whose tracebacks are caught; time is not measured."""
    app = create_app(MemoryStore(), load_catalogue(), RecordedActions())
    with Probe(app, read_cpu_s=None) as probe:
        yield probe


@pytest.fixture(scope="module")
def bodies(probe: Probe) -> list[dict[str, Any]]:
    """A valid body for each input of each callback."""
    return build_bodies(json.loads(probe.client.get("/_dash-dependencies").text))


def find_body(bodies: list[dict[str, Any]], trigger: str) -> dict[str, Any]:
    """A new copy of the body that this input triggers."""
    body: dict[str, Any] = json.loads(json.dumps(next(body for body in bodies if body["changedPropIds"] == [trigger])))
    return body


def set_value(body: dict[str, Any], name: str, value: object) -> dict[str, Any]:
    """The body with another value of a property."""
    for part in (*body["inputs"], *body.get("state", [])):
        if f"{part['id']}.{part['property']}" == name:
            part["value"] = value
    return body


def post(probe: Probe, body: object) -> tuple[int, str]:
    """The status and the text of an answer that is no fault."""
    fault_count = len(probe.faults)
    response = probe.send("body", "POST", ENDPOINT, data=json.dumps(body), content_type="application/json")
    assert response is not None
    assert probe.faults[fault_count:] == []
    return response.status_code, response.text


def test_every_request_of_a_browser_is_answered(probe: Probe, bodies: list[dict[str, Any]]) -> None:
    """No input of any callback is refused."""
    assert len(bodies) > 30
    assert {post(probe, body)[0] for body in bodies} <= {HTTPStatus.OK, HTTPStatus.NO_CONTENT}


def test_mutated_requests_never_fail(probe: Probe, bodies: list[dict[str, Any]]) -> None:
    """Neither an answer 5xx nor a traceback comes of foreign types and values; most are refused, some are answered."""
    counts_before = dict(probe.statuses)
    for mutated in mutate_bodies(bodies, MUTATIONS, SEED):
        probe.send(mutated.name, "POST", ENDPOINT, data=mutated.body, headers={"Content-Type": mutated.content_type})
    assert probe.faults == []
    new_counts = {status: count - counts_before.get(status, 0) for status, count in probe.statuses.items()}
    assert new_counts[HTTPStatus.BAD_REQUEST] > MUTATIONS // 2
    assert new_counts[HTTPStatus.OK] > MUTATIONS // 20


@pytest.mark.parametrize(("name", "body"), RAW_BODIES, ids=[name for name, _ in RAW_BODIES])
def test_what_is_no_request_is_refused(probe: Probe, name: str, body: bytes) -> None:
    """Deep JSON, no JSON, and what is too large."""
    response = probe.send(name, "POST", ENDPOINT, data=body, content_type="application/json")
    assert response is not None
    is_large = len(body) > MAX_CALLBACK_BYTES
    assert response.status_code == (HTTPStatus.REQUEST_ENTITY_TOO_LARGE if is_large else HTTPStatus.BAD_REQUEST)
    assert "Traceback" not in response.text


def test_a_form_is_no_request(probe: Probe) -> None:
    """A website could send a form, or plain text, without asking the browser first."""
    for content_type in ("text/plain", "application/x-www-form-urlencoded"):
        response = probe.send(content_type, "POST", ENDPOINT, data="{}", content_type=content_type)
        assert response is not None
        assert response.status_code == HTTPStatus.UNSUPPORTED_MEDIA_TYPE


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"output": "none.such"}, "no callback has this output"),
        ({"output": "place.data"}, "no callback has this output"),
        ({"output": ["picture-figure.data"]}, "no callback has this output"),
        ({"outputs": {"id": "view", "property": "data"}}, "the outputs are not those of the callback"),
        ({"outputs": None}, "the outputs are not those of the callback"),
        ({"inputs": []}, "its inputs is not that of the callback"),
        ({"inputs": [{"id": "picture", "property": "children", "value": 1}]}, "its inputs is not that of the callback"),
        ({"inputs": {"id": "picture"}}, "its inputs is not that of the callback"),
        ({"state": None}, "its state is not that of the callback"),
        ({"changedPropIds": ["view.data"]}, "what triggered the callback is none of its inputs"),
        ({"changedPropIds": "picture.n_clicks"}, "what triggered the callback is none of its inputs"),
        ({"more": 1}, "the body is not that of a callback"),
    ],
)
def test_a_request_of_another_form_is_refused(
    probe: Probe, bodies: list[dict[str, Any]], change: dict[str, Any], refusal: str
) -> None:
    """``place.data`` is the output of a callback that runs in the browser."""
    assert post(probe, find_body(bodies, "picture.n_clicks"))[0] == HTTPStatus.OK
    status, text = post(probe, find_body(bodies, "picture.n_clicks") | change)
    assert (status, text) == (HTTPStatus.BAD_REQUEST, f"This is no request of the page: {refusal}.\n")


@pytest.mark.parametrize(
    ("trigger", "name", "value"),
    [
        ("picture.n_clicks", "view.data", ["window", "crash"]),
        ("picture.n_clicks", "view.data", {"window": 5}),
        ("picture.n_clicks", "picture.n_clicks", "1"),
        ("picture.n_clicks", "picture.n_clicks", True),
        ("place.data", "place.data", {"path": "/"}),
        ("place.data", "place.data", {"path": "/", "search": ["?"]}),
        ("asset.value", "asset.value", ["DOGE"]),
        ("asset.value", "asset.value", "x" * 1_001),
        ("enter.value", "enter.value", {}),
        ("out.value", "out.value", "okx"),
        ("out.value", "out.value", [["okx"]]),
        ("picked.data", "picked.data", {"venue": None}),
        ("data-collect.n_clicks", "data-before.checked", "yes"),
    ],
)
def test_a_value_of_a_foreign_type_is_refused(
    probe: Probe, bodies: list[dict[str, Any]], trigger: str, name: str, value: object
) -> None:
    """The refusal names the property."""
    status, text = post(probe, set_value(find_body(bodies, trigger), name, value))
    assert (status, text) == (
        HTTPStatus.BAD_REQUEST,
        f"This is no request of the page: {name} has no value of this type.\n",
    )


@pytest.mark.parametrize(
    ("trigger", "name", "needed"),
    [
        ("picture.n_clicks", "view.data", "view.data"),
        ("place.data", "place.data", "place.data"),
        ("data-collect.n_clicks", "data-scope.value", "data-scope.value"),
    ],
)
def test_a_value_that_is_never_empty_is_needed(
    probe: Probe, bodies: list[dict[str, Any]], trigger: str, name: str, needed: str
) -> None:
    """What a control, or the page itself, always has."""
    body = set_value(find_body(bodies, trigger), name, None)
    assert post(probe, body) == (HTTPStatus.BAD_REQUEST, f"This is no request of the page: {needed} is empty.\n")


def test_a_control_may_be_used_before_a_page_is_open(probe: Probe, bodies: list[dict[str, Any]]) -> None:
    """Then the address is what counts; without it there is nothing to show."""
    body = set_value(find_body(bodies, "asset.value"), "view.data", None)
    assert post(probe, body)[0] == HTTPStatus.OK
    refusal = "This is no request of the page: place.data is empty.\n"
    assert post(probe, set_value(body, "place.data", None)) == (HTTPStatus.BAD_REQUEST, refusal)


@pytest.mark.parametrize("value", ["1e400", "-1e400", "9007199254740993", "NaN", "Infinity", '"\\ud800"'])
def test_what_no_browser_has_is_refused(probe: Probe, bodies: list[dict[str, Any]], value: str) -> None:
    """Numbers beyond those of a browser, and half of a surrogate pair."""
    text = json.dumps(set_value(find_body(bodies, "enter.value"), "enter.value", "HERE")).replace('"HERE"', value)
    response = probe.send(value, "POST", ENDPOINT, data=text, content_type="application/json")
    assert response is not None
    assert response.status_code == HTTPStatus.BAD_REQUEST


@pytest.mark.parametrize(
    ("trigger", "name", "value", "notice"),
    [
        ("asset.value", "asset.value", "--json", "'--json' is no asset"),
        ("focus.value", "focus.value", "a\nb", "'a\\\\nb' is no exchange"),
        ("hide.value", "hide.value", ["okx", "\0"], "'\\\\x00' is no exchange"),
        ("enter.value", "enter.value", "1e999", "enter must be above 0, not inf%"),
        ("range-to.n_submit", "range-from.value", None, "'' is no time"),
        ("range-to.n_submit", "range-to.value", "9999-12-31 23:59", "Not done: "),
    ],
)
def test_a_value_that_no_control_has_changes_nothing(
    probe: Probe, bodies: list[dict[str, Any]], trigger: str, name: str, value: object, notice: str
) -> None:
    """It is of the right type, so that the control refuses it, with a notice."""
    status, text = post(probe, set_value(find_body(bodies, trigger), name, value))
    assert status == HTTPStatus.OK
    assert notice in unescape(text)
    assert json.loads(text)["response"]["view"]["data"] == {"window": "crash"}


@pytest.mark.parametrize(
    ("trigger", "name", "value", "notice"),
    [
        ("data-collect.n_clicks", "data-further.value", ["--store"], "'--store' is no asset"),
        ("data-collect.n_clicks", "data-venues.value", ["a b"], "'a b' is no exchange"),
        ("data-collect.n_clicks", "data-scope.value", "all", "'all' is not a valid CollectScope"),
        ("data-collect.n_clicks", "data-bars.value", "1w", "'1w' is not a valid Timeframe"),
        ("data-forget-drop.n_clicks", "data-forget-what.value", "binance", "'binance' is no source of prices"),
    ],
)
def test_a_command_never_has_a_foreign_value(
    probe: Probe, bodies: list[dict[str, Any]], trigger: str, name: str, value: object, notice: str
) -> None:
    """No collection and no removal starts from it."""
    status, text = post(probe, set_value(find_body(bodies, trigger), name, value))
    assert status == HTTPStatus.OK
    assert json.loads(text)["sideUpdate"]["failure"]["children"]["props"]["children"].endswith(notice)


def test_every_value_has_a_type(bodies: list[dict[str, Any]]) -> None:
    """A new control without one would be refused."""
    parts = [part for body in bodies for part in (*body["inputs"], *body.get("state", []))]
    names = {f"{part['id']}.{part['property']}" for part in parts}
    assert {name for name in names if find_check(name) is None} == set()


@pytest.mark.parametrize(
    "path", ["none/such.js", "dash/none.js", "dash/../../secret", "plotly/package_data/plotly.js", "os/os.py"]
)
def test_a_file_that_is_not_there_is_no_error(probe: Probe, path: str) -> None:
    """404, and the answer does not list what there is."""
    response = probe.send(path, "GET", f"/_dash-component-suites/{path}")
    assert response is not None
    assert (response.status_code, response.text) == (HTTPStatus.NOT_FOUND, "There is no such file.\n")
    assert probe.faults == []
