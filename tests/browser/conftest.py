"""Chromium on the app over a store of the reconstruction, or of candles made by hand."""

import json
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Request, Route, expect
from playwright.sync_api import Page as Tab
from werkzeug.serving import make_server

from dashboard.jobs.actions import PageActions
from dashboard.web.app import create_app
from data.catalogue import load_catalogue
from data.reconstruction.sample import ensure_sample
from data.store import CandleStore
from tests.dashboard.memory_store import RecordedActions, build_crash_candles

NOW = datetime(2025, 12, 1, tzinfo=UTC)

expect.set_options(timeout=20_000)  # a busy machine draws late

FOREIGN_NAME = "evil.test"
"""The name of a website that leads to this machine, as by DNS rebinding."""

IGNORED_MESSAGES = ("favicon", "/nowhere")
"""Texts in console messages that are no errors of the page: the missing icon, and the address without a page."""

QUIET_SCRIPT = """
(() => {
  window.quietFrames = 0;
  const ask = window.fetch;
  let open = 0;
  window.fetch = (...asked) => {
    open += 1;
    const answer = ask(...asked);
    const ended = () => { open -= 1; };
    answer.then(ended, ended);
    return answer;
  };
  const count = () => {
    window.quietFrames = open ? 0 : window.quietFrames + 1;
    requestAnimationFrame(count);
  };
  count();
})();
"""
"""Counts the frames since the last open request; a busy page draws no frames, so that this does not depend on time."""


WAIT_SCRIPT = """async (holds, arg) => {
  const end = performance.now() + 20_000;
  while (!holds(arg)) {
    if (performance.now() > end) {
      throw new Error(`This did not come to hold: ${holds}`);
    }
    await new Promise(requestAnimationFrame);
  }
}"""
"""Checks a condition in each frame, for as long as ``expect`` waits."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs Chromium."""
    for item in items:
        item.add_marker("browser")
        # pytest 9 warns of the scope of a fixture of pytest-playwright.
        item.add_marker(pytest.mark.filterwarnings("ignore::pytest.PytestRemovedIn10Warning"))
        # flask-compress leaves closing static files to the garbage collector.
        unclosed = "ignore:Exception ignored in. <_io.FileIO name=.*[.](js|css):pytest.PytestUnraisableExceptionWarning"
        item.add_marker(pytest.mark.filterwarnings(unclosed))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The system's Chromium, also for root, for which a website's name leads to this machine.

    Tabs of one context share a process, so that scripts are compiled once.
    """
    arguments = ["--no-sandbox", "--process-per-site", f"--host-resolver-rules=MAP {FOREIGN_NAME} 127.0.0.1"]
    return {**browser_type_launch_args, "executable_path": "/usr/bin/chromium", "args": arguments}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """The screen of a common laptop, and permission to read the clipboard."""
    viewport = {"width": 1440, "height": 900}
    return {**browser_context_args, "viewport": viewport, "permissions": ["clipboard-read", "clipboard-write"]}


@contextmanager
def serve_store(store: CandleStore, actions: PageActions) -> Iterator[str]:
    """Serve the app over a store; yields the address of the explorer."""
    app = create_app(store, load_catalogue(), actions)
    server = make_server("127.0.0.1", 0, app.server, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/explorer"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the explorer over the reconstruction alone."""
    store = CandleStore(str(tmp_path_factory.mktemp("sample") / "lake"))
    ensure_sample(store, NOW)
    with serve_store(store, RecordedActions()) as address:
        yield address


@pytest.fixture(scope="session")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the explorer over candles that count as real, made by hand."""
    store = CandleStore(str(tmp_path_factory.mktemp("real") / "lake"))
    store.write_candles(build_crash_candles(), source="by hand", fetched_at=NOW)
    with serve_store(store, RecordedActions()) as address:
        yield address


ROUTE_FRAMES = 600
"""Frames of ten seconds."""


def wait_until(tab: Tab, condition: str, arg: object = None) -> None:
    """Wait until a condition holds: an expression of JavaScript, or a function of ``arg``.

    Playwright's ``wait_for_function`` evaluates its text in the page again and again, which the page's policy forbids.
    """
    function = condition if re.match(r"(\w+|\([^)]*\)) =>", condition) else f"() => ({condition})"
    tab.evaluate(f"arg => ({WAIT_SCRIPT})({function}, arg)", arg)


def take_route(tab: Tab, routes: Sequence[Route]) -> Route:
    """The first request that a handler was given; waits for it, at most `ROUTE_FRAMES` frames.

    The page may have a script's element before Playwright hands its request over.
    """
    for _ in range(ROUTE_FRAMES):
        if routes:
            return routes[0]
        tab.evaluate("new Promise(requestAnimationFrame)")
    message = "the page made no such request"
    raise AssertionError(message)


class PageVisit:
    """A tab that records its requests to the server and the errors on its console."""

    def __init__(self, tab: Tab) -> None:
        self.tab = tab
        self.requests: list[dict[str, Any]] = []
        self.console_errors: list[str] = []
        tab.add_init_script(QUIET_SCRIPT)
        tab.on("request", self._record_request)
        tab.on(
            "console", lambda message: self._record_message(message.type, f"{message.text} {message.location['url']}")
        )
        tab.on("pageerror", lambda error: self._record_message("error", str(error)))

    def open_page(self, address: str, heading: str) -> Tab:
        """Open an address, and wait for the heading of its page and until no request is open."""
        self.goto(address)
        expect(self.tab.locator("h1")).to_have_text(heading)
        self.wait_until_idle()
        return self.tab

    def open(self, address: str) -> Tab:
        """Open an address of the explorer, and wait until charts and tables are drawn."""
        self.goto(address)
        expect(self.tab.locator("#graph .main-svg").first).to_be_visible()
        expect(self.tab.locator("#asset-lows table").first).to_be_visible()
        return self.tab

    def goto(self, address: str) -> None:
        """Open an address, and wait until the app has replaced the prerendered page."""
        self.tab.goto(address)
        expect(self.tab.locator("#first")).to_have_count(0)

    def switch_theme(self, theme: str) -> None:
        """Choose light or dark colours, and wait until everything is drawn in them."""
        self.wait_for_change(self.tab.get_by_text(theme.capitalize(), exact=True).click)
        expect(self.tab.locator("html")).to_have_attribute("data-mantine-color-scheme", theme)
        self.wait_until_idle()

    @property
    def request_triggers(self) -> list[list[str]]:
        """The changed properties that triggered each request."""
        return [request["changedPropIds"] for request in self.requests]

    def wait_for_change(self, action: Callable[[], object]) -> None:
        """Do something, and wait for the response that changes the view."""
        with self.tab.expect_response(lambda response: "view.data" in (response.request.post_data or "")):
            action()

    def wait_until_idle(self) -> None:
        """Wait until no request is open, for 20 frames.

        Playwright's state "networkidle" would not do: it is reached once per page.
        """
        self.tab.evaluate("window.quietFrames = 0")
        wait_until(self.tab, "window.quietFrames >= 20")

    def _record_request(self, request: Request) -> None:
        if "_dash-update-component" in request.url:
            self.requests.append(json.loads(request.post_data or "{}"))

    def _record_message(self, level: str, text: str) -> None:
        if level in {"error", "warning"} and not any(word in text for word in IGNORED_MESSAGES):
            self.console_errors.append(text)


@pytest.fixture(scope="session")
def warm_context(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[BrowserContext]:
    """A browser context that all tests of a worker share, with one empty page that keeps its process alive.

    The scripts of the app stay compiled in that process. To compile them again would take most of a test's time.
    """
    context = browser.new_context(**browser_context_args)
    empty = context.new_page()
    empty.route("**", lambda route: route.fulfill(content_type="text/html", body="<title>empty</title>"))
    empty.goto("http://127.0.0.1/")
    yield context
    context.close()


@pytest.fixture
def warm_tab(warm_context: BrowserContext) -> Iterator[Tab]:
    """A new tab in the shared context; at the end it is closed with all tabs opened from it, and storage is cleared."""
    empty, *open_pages = warm_context.pages
    tab = warm_context.new_page()
    yield tab
    session = warm_context.new_cdp_session(empty)
    new_pages = [page for page in warm_context.pages[1:] if page not in open_pages]
    origins = {"{0.scheme}://{0.netloc}".format(urlsplit(page.url)) for page in new_pages}
    for page in new_pages:
        page.close()
    for origin in origins:
        session.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": "local_storage,indexeddb"})
    session.detach()
    warm_context.clear_cookies()


@pytest.fixture
def visit(warm_tab: Tab) -> Iterator[PageVisit]:
    """A tab whose browser has compiled the app's scripts already; an error on its console fails the test."""
    visit = PageVisit(warm_tab)
    yield visit
    assert visit.console_errors == []


class SharedVisits:
    """Visits of explorer pages by several tests; only the page that was opened last stays open."""

    def __init__(self, context: BrowserContext) -> None:
        self._context = context
        self._address = ""
        self._visit: PageVisit | None = None

    def open(self, address: str) -> PageVisit:
        """The visit of an address, which is opened unless it was the last one."""
        if self._visit is None or self._address != address:
            self.close()
            self._address, self._visit = address, PageVisit(self._context.new_page())
            self._visit.open(address)
            self._visit.wait_until_idle()
        self._visit.tab.bring_to_front()
        return self._visit

    def close(self) -> None:
        """Close the open page."""
        if self._visit is not None:
            self._visit.tab.close()
        self._visit = None


@pytest.fixture(scope="module")
def shared_visits(warm_context: BrowserContext) -> Iterator[SharedVisits]:
    """The shared visits of a module."""
    visits = SharedVisits(warm_context)
    yield visits
    visits.close()


@pytest.fixture
def open_shared(shared_visits: SharedVisits) -> Iterator[Callable[[str], PageVisit]]:
    """Opens an explorer page that tests share: none may change its view, or what another one reads."""
    opened: list[PageVisit] = []

    def open_page(address: str) -> PageVisit:
        opened.append(shared_visits.open(address))
        return opened[-1]

    yield open_page
    assert [error for visit in opened for error in visit.console_errors] == []


@pytest.fixture
def first_visit(page: Tab) -> Iterator[PageVisit]:
    """A tab in a browser context of its own, with nothing cached; for tests of how a page loads."""
    visit = PageVisit(page)
    yield visit
    assert visit.console_errors == []


@pytest.fixture
def downloads(tmp_path: Path) -> Path:
    """The folder for downloaded files."""
    return tmp_path
