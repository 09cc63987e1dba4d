"""A collection from the page as it is served: the program's own process, against a replay of what venues send."""

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

import app
from data.catalogue import load_catalogue
from data.settings import Settings
from data.store import CandleStore
from tests.browser import timed
from tests.browser.conftest import Visit
from tests.collectors.setting import END, NOW, START, evening, ms
from tests.replay.faults import silent
from tests.replay.server import Replay

ROOT = Path(__file__).parents[2]
VENUES = {
    "binance": {"ATOM/USDT": evening(3), "USDC/USDT": evening(8)},
    "okx": {"ATOM/USDT": evening(9), "USDC/USDT": evening(10)},
}
SLOW = "www.okx.com/api/v5/market"
"""The candles of OKX, which the tests let wait for an answer."""

WINDOW = "from=2025-10-10T20:00Z&to=2025-10-11T00:00Z"


@dataclass(frozen=True, slots=True)
class Venues:
    """The replay, and the fault that keeps OKX from answering."""

    replay: Replay
    loop: asyncio.AbstractEventLoop
    held: asyncio.Event

    def answer(self) -> None:
        """Let OKX answer."""
        self.loop.call_soon_threadsafe(self.held.set)


@contextmanager
def replayed() -> Iterator[Venues]:
    """The venues, in a thread with a loop of its own; OKX's candles wait until it is let answer."""
    running: Future[Venues] = Future()
    ended = asyncio.Event()

    async def replay() -> None:
        held = asyncio.Event()
        async with Replay(VENUES, now_ms=ms(NOW), faults=(silent(SLOW, held),)) as server:
            running.set_result(Venues(server, asyncio.get_running_loop(), held))
            await ended.wait()
            held.set()

    thread = threading.Thread(target=lambda: asyncio.run(replay()))
    thread.start()
    venues = running.result(30)
    try:
        yield venues
    finally:
        venues.loop.call_soon_threadsafe(ended.set)
        thread.join()


@dataclass(frozen=True, slots=True)
class Served:
    """The page as ``serve`` makes it over a store, and the venues that its collections ask."""

    address: str
    store: CandleStore
    venues: Venues

    def held(self) -> dict[tuple[str, str], int]:
        """Candles of ATOM in the window by venue and market."""
        counted = self.store.candles(["ATOM"], START, END).group_by("venue", "symbol").len()
        return {(venue, symbol): number for venue, symbol, number in counted.iter_rows()}


@pytest.fixture
def program(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Served]:
    """The program over an empty store, but for clock and pace of the venues, also in processes that it starts."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(app, "now", lambda: NOW)
    monkeypatch.setattr(app, "__file__", timed.__file__)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    # Where no bytecode is kept, every start would compile all of ccxt.
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    monkeypatch.setenv("PYTHONPYCACHEPREFIX", str(tmp_path_factory.getbasetemp() / "bytecode"))
    store = CandleStore(str(tmp_path / "lake"))
    with replayed() as venues:
        settings = Settings(store=store.uri, mirror=venues.replay.url)
        made = app.page(settings, load_catalogue(), store, lambda _: None)
        server = make_server("127.0.0.1", 0, made.server, threaded=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield Served(f"http://127.0.0.1:{server.server_port}/data?{WINDOW}", store, venues)
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


def begin(visit: Visit, program: Served) -> Tab:
    """Ask for ATOM of two exchanges in the window alone, and wait until one of them has given everything."""
    tab = visit.open_page(program.address, "Data")
    expect(tab.locator("#data-said")).to_contain_text("of the reconstruction, which is no evidence")
    tab.get_by_label("with the 24 h before").uncheck()
    tab.locator("#data-venues").click()
    for name in ("Binance", "OKX"):
        tab.get_by_role("option", name=name, exact=True).click()
    tab.keyboard.press("Escape")
    tab.get_by_role("button", name="Collect", exact=True).click()
    progress = tab.locator("#data-progress")
    expect(row(tab, "Binance")).to_contain_text("complete")
    expect(row(tab, "Binance")).to_contain_text("480")
    expect(progress.get_by_role("progressbar", name="OKX")).to_have_attribute("aria-valuenow", "0")
    expect(progress).to_contain_text("480 candles so far; asking okx")
    return tab


def row(tab: Tab, name: str) -> Locator:
    """What is told of an exchange's progress."""
    return tab.locator("#data-progress tr", has=tab.get_by_role("rowheader", name=name))


def fields(tab: Tab, name: str) -> Locator:
    """The fields of an exchange in the map that are of the window."""
    return tab.locator("#data-map-grid tr", has=tab.get_by_role("rowheader", name=name)).locator("td", has_text="60")


def others(visit: Visit) -> list[list[str]]:
    """What made the browser ask, but for the clock that asks how far a collection is."""
    return [asked for asked in visit.asked if asked != ["data-ticker.n_intervals"]]


def test_a_collection_to_its_end(visit: Visit, program: Served) -> None:
    """It tells how far each exchange is while it runs; then its candles are on the page and in the explorer."""
    tab = begin(visit, program)
    program.venues.answer()
    expect(tab.locator("#data-progress")).to_contain_text("Collected 960 new candles.")
    expect(row(tab, "OKX")).to_contain_text("complete")
    expect(tab.get_by_role("button", name="Cancel")).to_be_hidden()
    expect(tab.locator("#data-said")).to_contain_text("candles of 2 exchanges; 0 without a missing minute")
    expect(fields(tab, "OKX")).to_have_count(4)
    expect(tab.locator("#data-held")).to_contain_text("candles of its API")
    assert program.held() == {("binance", "ATOM/USDT"): 240, ("okx", "ATOM/USDT"): 240}
    visit.settled()
    assert others(visit) == [["place.data"], ["data-collect.n_clicks"], ["collected.data"]]
    assert visit.asked[-1] == ["collected.data"], "once it has ended nothing is asked any more"
    tab.get_by_role("link", name="ATOM in the explorer").click()
    expect(tab.locator("#graph path.js-line").first).to_be_visible()
    expect(tab.locator("#asset-lows")).to_contain_text("OKX")


def test_a_collection_that_is_cancelled(visit: Visit, program: Served) -> None:
    """Its process ends in the middle, what had come stays and is shown, the page says so, and can collect again."""
    tab = begin(visit, program)
    tab.get_by_role("button", name="Cancel").click()
    expect(tab.locator("#data-progress")).to_contain_text("Cancelled; what had come is stored: 480 candles.")
    expect(tab.get_by_role("button", name="Cancel")).to_be_hidden()
    expect(tab.get_by_role("button", name="Collect", exact=True)).to_be_enabled()
    expect(tab.locator("#data-said")).to_contain_text("candles of 1 exchange; 0 without a missing minute")
    expect(fields(tab, "Binance")).to_have_count(4)
    assert program.held() == {("binance", "ATOM/USDT"): 240}
    visit.settled()
    kinds = [["place.data"], ["data-collect.n_clicks"], ["data-cancel.n_clicks"], ["collected.data"]]
    assert others(visit) == kinds
    program.venues.answer()
    tab.get_by_role("button", name="Collect", exact=True).click()
    expect(tab.locator("#data-progress")).to_contain_text("Collected 480 new candles.")
    assert program.held() == {("binance", "ATOM/USDT"): 240, ("okx", "ATOM/USDT"): 240}
