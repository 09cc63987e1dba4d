"""An answer from memory is never old, never a failure, and never of another reader."""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace

import polars as pl
import pytest
from werkzeug.test import TestResponse

from dashboard.jobs.actions import CollectionProgress
from dashboard.sheet.renderer import Renderer
from dashboard.shell.router import Router
from dashboard.web import app as app_module
from dashboard.web.access import Access
from data.errors import BrowserBusy, StoreUnusable
from data.schema import Origin
from data.store import CandleStore
from tests.dashboard.exports.test_routes import build_crash_scan
from tests.dashboard.memory_store import MemoryStore, RecordedActions, build_crash_candles
from tests.dashboard.pages.test_history import build_history
from tests.dashboard.web.answers.answered_app import AnsweredApp, read_text

ROOT = Path(__file__).parents[4]
NOW = datetime(2025, 12, 1, tzinfo=UTC)
LINK = "/explorer?asset=ATOM&window=crash"
LOWS = "/export/lows.csv?window=crash"

CSV = """timestamp,open,high,low,close,volume
2025-10-10T21:20:00Z,4,4,1.25,4,100
"""
"""A minute of ATOM on one exchange, with a price that no other has."""


def write_candles(store: CandleStore) -> None:
    """Store the candles of the crash."""
    candles = build_crash_candles().with_columns(origin=pl.lit(Origin.OHLCV.value))
    store.write_candles(candles, source="host", fetched_at=NOW)


def import_in_process(store: CandleStore, folder: Path) -> None:
    """Import a file by the command."""
    file = folder / "bitfinex.csv"
    file.write_text(CSV)
    options = ["--venue", "bitfinex", "--symbol", "ATOM/USDT"]
    subprocess.run(  # noqa: S603 - our own program
        [sys.executable, str(ROOT / "app.py"), "--store", store.uri, "import", str(file), *options],
        check=True,
        capture_output=True,
    )


def test_an_import_by_another_process_is_seen_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Page, change of a view and file have the new candle, and no more once its file is removed."""
    store = CandleStore(str(tmp_path / "lake"))
    write_candles(store)
    app = AnsweredApp(monkeypatch, store)

    def read() -> list[str]:
        return [read_text(response) for response in (app.get(LINK), app.post("place.data"), app.get(LOWS))]

    before = read()
    assert read() == before
    import_in_process(store, tmp_path)
    after = read()
    assert ["bitfinex" in text.lower() for text in (*before, *after)] == [False] * 3 + [True] * 3
    assert read() == after
    assert CandleStore(store.uri).forget(source="bitfinex.csv") == 1
    assert read() == before


def add_scan(store: MemoryStore) -> None:
    """Save a scan."""
    store.saved_scans.append(build_crash_scan())


def add_history(store: MemoryStore) -> None:
    """Save a history."""
    store.history_rows = build_history()


@pytest.mark.parametrize(
    ("address", "change"), [("/market?window=crash", add_scan), ("/history", add_history), ("/claims", add_scan)]
)
def test_what_is_saved_of_the_whole_market_is_seen(
    address: str, change: Callable[[MemoryStore], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A scan and a history make answers anew."""
    store = MemoryStore()
    app = AnsweredApp(monkeypatch, store)
    before, used_bytes = read_text(app.get(address)), app.memory.used_bytes
    assert read_text(app.get(address)) == before
    assert app.memory.used_bytes == used_bytes
    change(store)
    after = read_text(app.get(address))
    assert app.memory.used_bytes > used_bytes
    assert (after == before) is (address == "/claims")


def test_parts_that_were_worked_out_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The overview has the robustness checks, and the claims their verdicts, once any reader has asked for them."""
    app = AnsweredApp(monkeypatch)
    for address, trigger in (("/", "overview-asked.data"), ("/claims", "claims-asked.data")):
        before = read_text(app.get(address))
        assert read_text(app.get(address)) == before
        app.post(trigger, overview_asked__data={}, claims_asked__data={})
        assert read_text(app.get(address)) != before


def test_nothing_is_stored_while_a_collection_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page shows how far it is, each time anew, and none of it once it has ended."""
    actions = RecordedActions()
    app = AnsweredApp(monkeypatch, actions=actions)
    idle_page = app.get(LINK).text
    for text in ("one of 5 done", "two of 5 done"):
        actions.progress_steps = [CollectionProgress(text, 0.5, running=True, failed=False)]
        assert text in app.get(LINK).text
    actions.progress_steps = [CollectionProgress("done", 1, running=False, failed=False)]
    assert app.get(LINK).text == idle_page


def raise_unusable(*_: object, **__: object) -> None:
    """Fail as a damaged file does, although the versions can be read."""
    message = "a file is damaged"
    raise StoreUnusable(message)


def test_a_failure_is_not_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    """A store that cannot be read, an error of the program and a busy browser are gone with their cause."""
    app = AnsweredApp(monkeypatch)
    requests: list[Callable[[], TestResponse]] = [
        lambda: app.get(LINK),
        lambda: app.post("place.data"),
        lambda: app.post("asset.value"),
    ]
    with monkeypatch.context() as failing:
        failing.setattr(MemoryStore, "read_candles", raise_unusable)
        failing.setattr(MemoryStore, "read_grids", raise_unusable, raising=False)
        assert all("damaged" in request().text for request in requests)
        assert app.get(LOWS).status_code == 503
    with monkeypatch.context() as failing:
        failing.setattr(Router, "open", lambda *_: 1 / 0)
        failing.setattr(Router, "apply", lambda *_: 1 / 0)
        assert [request().status_code for request in requests] == [200] * 3
    with monkeypatch.context() as failing:
        failing.setattr(Renderer, "draw", raise_busy)
        assert app.get("/export/comparison.png?window=crash").status_code == 503
    assert app.memory.used_bytes == 0
    assert all("ATOM" in request().text for request in requests)
    assert app.get(LOWS).status_code == 200
    assert app.memory.used_bytes > 0


def raise_busy(*_: object, **__: object) -> None:
    """Refuse a picture."""
    message = "busy"
    raise BrowserBusy(message)


def test_a_store_without_a_version_stores_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """While the store cannot be read at all, every request says so, and none after that."""
    store = MemoryStore(is_broken=True)
    app = AnsweredApp(monkeypatch, store)
    assert "cannot be read" in app.get(LINK).text
    assert app.memory.used_bytes == 0
    store.is_broken = False
    assert "cannot be read" not in app.get(LINK).text


def test_readers_get_the_links_of_their_own_host(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a shared link shows has the host of the request, and the theme that of the reader's system."""
    app = AnsweredApp(monkeypatch)
    for _ in range(2):
        for host in ("localhost:1234", "127.0.0.1:99"):
            assert f'content="http://{host}/explorer' in app.get(LINK, Host=host).text
        for theme in ("dark", "light"):
            assert f'data-drawn="{theme}"' in app.get(LINK, theme).text


def test_readers_get_the_coding_that_they_can_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """A compressed answer is not sent to a program that takes none."""
    app = AnsweredApp(monkeypatch)
    for _ in range(2):
        for coding in ("br", "gzip", "identity"):
            response = app.get(LINK, Accept_Encoding=coding)
            assert response.headers.get("Content-Encoding", "identity") == coding


def test_memory_is_behind_the_door(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stored answer is refused without the account, under a foreign name and to another website."""
    app = AnsweredApp(monkeypatch, access=Access(account="reader:secret"))
    account = {"Authorization": "Basic cmVhZGVyOnNlY3JldA=="}
    assert [app.get(LINK, **account).status_code for _ in range(2)] == [200, 200]
    assert app.get(LINK).status_code == 401
    assert app.get(LINK, Host="evil.test", **account).status_code == 421
    body = next(body for body in app.bodies if body["changedPropIds"] == ["place.data"])
    url = "/_dash-update-component"
    assert app.client.post(url, json=body, headers=account).status_code == 200
    foreign = {**account, "Origin": "http://evil.test", "Sec-Fetch-Site": "cross-site"}
    assert app.client.post(url, json=body, headers=foreign).status_code == 403
    assert (
        app.client.post(url, data=json.dumps(body) + "}", headers=account, content_type="application/json").status_code
        == 400
    )


def test_a_page_that_may_be_framed_stays_so_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page within another page may be framed, from memory as well; the page itself may not."""
    app = AnsweredApp(monkeypatch)
    for _ in range(2):
        assert "frame-ancestors" not in app.get(f"{LINK}&embed=1").headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in app.get(LINK).headers["Content-Security-Policy"]


def test_no_callback_runs_in_the_background(monkeypatch: pytest.MonkeyPatch) -> None:
    """Dash's token of a document, which readers share in stored ones, guards the results of such callbacks alone."""
    app = AnsweredApp(monkeypatch)
    assert not [name for name, callback in app.callbacks.items() if callback.get("background")]


def test_a_posted_log_is_not_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of a reader's file remains on the server."""
    app = AnsweredApp(monkeypatch)
    for text in ("time,symbol\n", "secret\n"):
        assert (
            app.client.post("/orders/log?name=a.csv", data=text, content_type="application/octet-stream").status_code
            == 200
        )
    assert app.memory.used_bytes == 0


def test_a_page_that_is_not_there_is_not_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever makes up addresses fills no memory."""
    app = AnsweredApp(monkeypatch)
    assert app.get("/nowhere").status_code == 404
    assert app.get("/export/nothing.csv").status_code == 400
    assert app.memory.used_bytes == 0


def test_a_picture_has_the_day_on_which_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stored picture is of today, and is drawn again tomorrow."""
    days = SimpleNamespace(today=date(2026, 1, 1))
    monkeypatch.setattr(app_module, "read_today", lambda: days.today)
    monkeypatch.setattr(Renderer, "draw", lambda _, figure, *__: str(figure.to_json()).encode())
    app = AnsweredApp(monkeypatch)
    link, first = "/export/comparison.svg?window=crash", app.get("/export/comparison.svg?window=crash").data
    used_bytes = app.memory.used_bytes
    assert app.get(link).data == first
    assert app.memory.used_bytes == used_bytes
    days.today = date(2026, 1, 2)
    app.get(link)
    assert app.memory.used_bytes > used_bytes
