"""While too much long work waits, what takes long is refused for now, and everything else is answered."""

from typing import NoReturn

import pytest

from dashboard.service.turns import ServerBusy, Turns
from tests.dashboard.web.answers.answered_app import AnsweredApp

LONG = "from=2025-09-10T00:00Z&to=2025-10-11T00:00Z"
SHORT = "window=crash"


def refuse_turn(_: Turns) -> NoReturn:
    """As if others had all turns."""
    message = "others ask for much"
    raise ServerBusy(message)


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> AnsweredApp:
    """An app that is busy."""
    monkeypatch.setattr(Turns, "take", refuse_turn)
    return AnsweredApp(monkeypatch)


@pytest.mark.parametrize("path", ["/explorer", "/lows", "/compare", "/explorer?embed=1", "/export/candles.csv"])
def test_a_long_window_is_refused_for_now(app: AnsweredApp, path: str) -> None:
    """Page and file are refused with 503, a sentence, and when to ask again; nothing of it is stored."""
    link = "&" if "?" in path else "?"
    response = app.get(f"{path}{link}{LONG}")
    assert (response.status_code, response.text) == (503, "Others ask for much.\n")
    assert response.headers["Retry-After"] == "5"
    assert app.memory.used_bytes == 0
    assert app.get(f"{path}{link}{SHORT}").status_code == 200


def test_a_browser_opens_a_refused_page_again(app: AnsweredApp) -> None:
    """A page has the header for it; a file has not, as a browser stays on the page that links to it."""
    assert app.get(f"/explorer?{LONG}").headers["Refresh"] == "5"
    assert "Refresh" not in app.get(f"/export/candles.csv?{LONG}").headers


def test_a_case_file_is_long_work(app: AnsweredApp) -> None:
    """It holds every view and picture, whatever the window."""
    assert app.get(f"/export/case.zip?{SHORT}").status_code == 503


@pytest.mark.parametrize("trigger", ["place.data", "asset.value", "picture.n_clicks"])
def test_a_change_to_a_long_window_leaves_the_page_as_it_was(app: AnsweredApp, trigger: str) -> None:
    """A notice says so, and the next try is not answered from memory."""
    place = {"path": "/explorer", "search": f"?{LONG}"}
    view = dict(part.split("=") for part in LONG.split("&"))
    response = app.post(trigger, place__data=place, view__data=view)
    assert "This could not be done: others ask for much" in response.text
    assert app.memory.used_bytes == 0
    assert "This could not be done" not in app.post(trigger).text


@pytest.mark.parametrize("trigger", ["overview-asked.data", "claims-asked.data"])
def test_checks_and_verdicts_are_long_work(app: AnsweredApp, trigger: str) -> None:
    """They take seconds where they are not in the cache."""
    assert "This could not be done: others ask for much" in app.post(trigger).text
    assert app.memory.used_bytes == 0
