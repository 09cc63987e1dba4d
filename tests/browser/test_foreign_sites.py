"""Other websites in Chromium: none may write to the store, read it, or frame the page."""

import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect
from werkzeug.serving import make_server

from data.store import CandleStore
from tests.browser.conftest import FOREIGN_NAME, NOW, PageVisit, serve_store
from tests.dashboard.memory_store import RecordedActions, build_crash_candles

CSV = "venue,symbol,open_time,open,high,low,close,volume\nokx,ATOM/USDT,2025-10-10T23:00:00Z,4,4,3,3.5,10\n"
IMPORT_PATH = "/import?name=evil.csv"
EXPORT_PATH = "/export/candles.csv?window=crash"

SEND_SCRIPT = """async ([address, options]) => {
  try {
    const answer = await fetch(address, options);
    return [answer.type, answer.status, await answer.text()];
  } catch (error) {
    return ["error", 0, String(error)];
  }
}"""
"""Sends a request, and returns what a script of the page gets of its answer: type, status and text."""

IMAGE_SCRIPT = """(address) => new Promise((resolve) => {
  const image = new Image();
  image.onload = () => resolve("shown");
  image.onerror = () => resolve("refused");
  image.src = address;
})"""

WRITES = (
    (IMPORT_PATH, {"method": "POST", "headers": {"Content-Type": "application/octet-stream"}, "body": CSV}),
    ("/_dash-update-component", {"method": "POST", "headers": {"Content-Type": "application/json"}, "body": "{}"}),
)


@pytest.fixture
def store(tmp_path: Path) -> CandleStore:
    """A store of candles that count as real."""
    store = CandleStore(str(tmp_path / "lake"))
    store.write_candles(build_crash_candles(), source="by hand", fetched_at=NOW)
    return store


@pytest.fixture
def actions(store: CandleStore) -> RecordedActions:
    """Actions that import into the store."""
    return RecordedActions(store=store)


@pytest.fixture
def root(store: CandleStore, actions: RecordedActions) -> Iterator[str]:
    """The address of the server."""
    with serve_store(store, actions) as address:
        yield address.removesuffix("/explorer")


@pytest.fixture
def foreign_tab(warm_tab: Tab) -> Iterator[Tab]:
    """A tab with a page of another website, which is served from another port of this machine."""
    site = Flask("site")
    site.add_url_rule("/", view_func=lambda: "<title>A website</title>")
    server = make_server("127.0.0.1", 0, site, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        warm_tab.goto(f"http://{FOREIGN_NAME}:{server.server_port}/")
        yield warm_tab
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_name_that_leads_here_is_refused(
    warm_tab: Tab, root: str, store: CandleStore, actions: RecordedActions
) -> None:
    """A site whose name resolves to this machine gets a sentence in place of pages, exports, imports and callbacks."""
    version = store.read_version()
    foreign_root = f"http://{FOREIGN_NAME}:{urlsplit(root).port}"
    response = warm_tab.goto(f"{foreign_root}/data")
    assert response is not None
    assert response.status == 421
    expect(warm_tab.locator("body")).to_contain_text(f"does not answer under the name {FOREIGN_NAME}")
    for path, options in ((EXPORT_PATH, {}), *WRITES):
        kind, status, text = warm_tab.evaluate(SEND_SCRIPT, [path, options])
        assert (kind, status) == ("basic", 421), "the browser takes it for the same site"
        assert "PLUMBLINE_ALLOWED_HOSTS" in text
    assert (actions.calls, store.read_version()) == ([], version)


@pytest.mark.parametrize("mode", ["cors", "no-cors"])
def test_another_site_neither_reads_nor_writes(
    foreign_tab: Tab, root: str, store: CandleStore, actions: RecordedActions, mode: str
) -> None:
    """Its scripts get nothing of an export, its images are not shown, and what it sends changes nothing."""
    version = store.read_version()
    for path, options in ((EXPORT_PATH, {}), *WRITES):
        kind, status, text = foreign_tab.evaluate(SEND_SCRIPT, [root + path, {**options, "mode": mode}])
        assert (kind, status) == ("error", 0), text
    assert foreign_tab.evaluate(IMAGE_SCRIPT, f"{root}/export/comparison.png?window=crash") == "refused"
    assert (actions.calls, store.read_version()) == ([], version)


def test_the_same_requests_of_our_own_page_are_answered(visit: PageVisit, root: str, actions: RecordedActions) -> None:
    """What is refused above is refused for where it comes from."""
    tab = visit.open_page(f"{root}/data?window=crash", "Data")
    kind, status, text = tab.evaluate(SEND_SCRIPT, [EXPORT_PATH, {}])
    assert (kind, status) == ("basic", 200)
    assert text.startswith("venue,symbol,open_time")
    kind, status, text = tab.evaluate(SEND_SCRIPT, list(WRITES[0]))
    assert (kind, status) == ("basic", 200)
    assert actions.calls == ["preview evil.csv"]


def test_another_site_frames_the_embedded_page_alone(foreign_tab: Tab, root: str) -> None:
    """The frame of a page with controls stays empty; with embed=1 there are the finding and its chart."""
    messages: list[str] = []
    foreign_tab.on("console", lambda message: messages.append(message.text))
    frames = "".join(
        f'<iframe name="{name}" src="{root}/explorer?window=crash{query}" width="700" height="900"></iframe>'
        for name, query in (("open", "&amp;embed=1"), ("closed", ""))
    )
    foreign_tab.evaluate("html => { document.body.innerHTML = html; }", frames)
    expect(foreign_tab.frame_locator("[name=open]").locator("h1")).to_be_visible()
    expect(foreign_tab.frame_locator("[name=open]").locator(".main-svg").first).to_be_visible()
    closed = foreign_tab.frame_locator("[name=closed]")
    expect(closed.locator("body")).to_contain_text("refused to connect")
    expect(closed.locator("#first, #react-entry-point")).to_have_count(0)
    assert any("frame-ancestors 'none'" in text for text in messages)
    assert len([text for text in messages if "ecurity" in text]) == 1, "the embedded page keeps to its own policy"
