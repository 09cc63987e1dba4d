"""A collection from the data page in the program's own process, from a replay of venues."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect
from playwright.sync_api import Page as Tab
from werkzeug.serving import make_server

from cli import clock
from cli.commands import serve
from data.catalogue import load_catalogue
from data.settings import Settings
from data.store import CandleStore
from tests.browser import fixed_clock_app as timed
from tests.browser.conftest import PageVisit
from tests.collectors.replay_setup import END, NOW, START, build_evening, to_ms
from tests.replay.faults import withhold_response
from tests.replay.server import Replay

ROOT = Path(__file__).parents[2]
VENUES = {
    "binance": {"ATOM/USDT": build_evening(3), "USDC/USDT": build_evening(8)},
    "okx": {"ATOM/USDT": build_evening(9), "USDC/USDT": build_evening(10)},
}
DELAYED_PATH = "www.okx.com/api/v5/market"
"""The path of OKX's candles, whose responses the tests withhold."""

MAX_START_MS = 120_000
"""How long a test waits for the first progress of a process that has to import ccxt, on a busy machine."""

WINDOW = "from=2025-10-10T20:00Z&to=2025-10-11T00:00Z"


@dataclass(frozen=True, slots=True)
class ReplayedVenues:
    """The replay, and the event that lets OKX respond."""

    replay: Replay
    loop: asyncio.AbstractEventLoop
    release: asyncio.Event

    def release_answers(self) -> None:
        """Let OKX respond."""
        self.loop.call_soon_threadsafe(self.release.set)


@contextmanager
def replay_venues() -> Iterator[ReplayedVenues]:
    """The venues, in a thread with an event loop of its own; OKX's candles are withheld until they are released."""
    started: Future[ReplayedVenues] = Future()
    ended = asyncio.Event()

    async def run_replay() -> None:
        release = asyncio.Event()
        async with Replay(VENUES, now_ms=to_ms(NOW), faults=(withhold_response(DELAYED_PATH, release),)) as server:
            started.set_result(ReplayedVenues(server, asyncio.get_running_loop(), release))
            await ended.wait()
            release.set()

    thread = threading.Thread(target=lambda: asyncio.run(run_replay()))
    thread.start()
    venues = started.result(30)
    try:
        yield venues
    finally:
        venues.loop.call_soon_threadsafe(ended.set)
        thread.join()


@dataclass(frozen=True, slots=True)
class ServedProgram:
    """The app as ``serve`` runs it over a store, and the venues that it collects from."""

    address: str
    store: CandleStore
    venues: ReplayedVenues

    def count_candles(self) -> dict[tuple[str, str], int]:
        """The number of candles of ATOM in the window by venue and symbol."""
        counts = self.store.read_candles(["ATOM"], START, END).group_by("venue", "symbol").len()
        return {(venue, symbol): number for venue, symbol, number in counts.iter_rows()}


@pytest.fixture
def program(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[ServedProgram]:
    """The program over an empty store, with a fixed clock and without pauses, also in processes that it starts."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(clock, "now", lambda: NOW)
    monkeypatch.setattr(serve, "PROGRAM", timed.__file__)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    # Without a cache of bytecode every start would compile all of ccxt.
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    monkeypatch.setenv("PYTHONPYCACHEPREFIX", str(tmp_path_factory.getbasetemp() / "bytecode"))
    store = CandleStore(str(tmp_path / "lake"))
    with replay_venues() as venues:
        settings = Settings(store=store.uri, mirror=venues.replay.url)
        app_page = serve.build_app(settings, load_catalogue(), store, lambda _: None)
        server = make_server("127.0.0.1", 0, app_page.server, threaded=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield ServedProgram(f"http://127.0.0.1:{server.server_port}/data?{WINDOW}", store, venues)
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


def start_collection(visit: PageVisit, program: ServedProgram) -> Tab:
    """Collect ATOM from two exchanges in the window alone, and wait until one of them is complete."""
    tab = visit.open_page(program.address, "Data")
    expect(tab.locator("#data-said")).to_contain_text("(sample, not real)")
    tab.get_by_label("with the 24 h before").uncheck()
    tab.locator("#data-venues").click()
    for name in ("Binance", "OKX"):
        tab.get_by_role("option", name=name, exact=True).click()
    tab.keyboard.press("Escape")
    tab.get_by_role("button", name="Collect", exact=True).click()
    progress = tab.locator("#data-progress")
    expect(find_progress_row(tab, "Binance")).to_contain_text("complete", timeout=MAX_START_MS)
    expect(find_progress_row(tab, "Binance")).to_contain_text("480")
    expect(progress.get_by_role("progressbar", name="OKX")).to_have_attribute("aria-valuenow", "0")
    expect(progress).to_contain_text("480 candles so far; waiting for okx")
    return tab


def find_progress_row(tab: Tab, name: str) -> Locator:
    """The row of an exchange in the table of progress."""
    return tab.locator("#data-progress tr", has=tab.get_by_role("rowheader", name=name))


def find_window_fields(tab: Tab, name: str) -> Locator:
    """The fields of an exchange in the coverage map that lie in the window."""
    return tab.locator("#data-map-grid tr", has=tab.get_by_role("rowheader", name=name)).locator("td", has_text="60")


def list_other_triggers(visit: PageVisit) -> list[list[str]]:
    """The triggers of all requests but those for the progress."""
    return [triggers for triggers in visit.request_triggers if triggers != ["data-ticker.n_intervals"]]


def test_a_collection_to_its_end(visit: PageVisit, program: ServedProgram) -> None:
    """Progress is shown by exchange during the collection; then its candles are on the page and in the explorer."""
    tab = start_collection(visit, program)
    program.venues.release_answers()
    expect(tab.locator("#data-progress")).to_contain_text("Collected 960 new candles.")
    expect(find_progress_row(tab, "OKX")).to_contain_text("complete")
    expect(tab.get_by_role("button", name="Cancel")).to_be_hidden()
    expect(tab.locator("#data-said")).to_contain_text("2 exchanges loaded; 0 complete")
    expect(find_window_fields(tab, "OKX")).to_have_count(4)
    expect(tab.locator("#data-held")).to_contain_text("its own interface")
    assert program.count_candles() == {("binance", "ATOM/USDT"): 240, ("okx", "ATOM/USDT"): 240}
    visit.wait_until_idle()
    assert list_other_triggers(visit) == [["place.data"], ["data-collect.n_clicks"], ["collected.data"]]
    assert visit.request_triggers[-1] == ["collected.data"], "no request follows the end of the collection"
    tab.get_by_role("link", name="ATOM in the explorer").click()
    expect(tab.locator("#graph path.js-line").first).to_be_visible()
    expect(tab.locator("#asset-lows")).to_contain_text("OKX")


def test_a_collection_that_is_cancelled(visit: PageVisit, program: ServedProgram) -> None:
    """A cancelled process ends, the candles so far are stored and shown, and another collection can start."""
    tab = start_collection(visit, program)
    tab.get_by_role("button", name="Cancel").click()
    expect(tab.locator("#data-progress")).to_contain_text("Cancelled; stored so far: 480 candles.")
    expect(tab.get_by_role("button", name="Cancel")).to_be_hidden()
    expect(tab.get_by_role("button", name="Collect", exact=True)).to_be_enabled()
    expect(tab.locator("#data-said")).to_contain_text("1 exchange loaded; 0 complete")
    expect(find_window_fields(tab, "Binance")).to_have_count(4)
    assert program.count_candles() == {("binance", "ATOM/USDT"): 240}
    visit.wait_until_idle()
    expected_triggers = [["place.data"], ["data-collect.n_clicks"], ["data-cancel.n_clicks"], ["collected.data"]]
    assert list_other_triggers(visit) == expected_triggers
    program.venues.release_answers()
    tab.get_by_role("button", name="Collect", exact=True).click()
    expect(tab.locator("#data-progress")).to_contain_text("Collected 480 new candles.", timeout=MAX_START_MS)
    assert program.count_candles() == {("binance", "ATOM/USDT"): 240, ("okx", "ATOM/USDT"): 240}
