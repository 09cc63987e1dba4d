"""The data page in Chromium: collecting, importing, forgetting, and the map by pointer and keyboard."""

import re
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from playwright.sync_api import Page as Tab
from playwright.sync_api import Route, expect

from dashboard.jobs.actions import ASKING, CollectionProgress, VenueProgress
from data.store import CandleStore
from tests.browser.conftest import NOW, PageVisit, serve_store, take_route
from tests.dashboard.memory_store import RecordedActions, build_crash_candles

CSV_HEADER = "venue,symbol,open_time,open,high,low,close,volume\n"
KLINES_START_US = 1_760_130_000_000_000
"""2025-10-10T21:00:00Z in microseconds since 1970."""

GOOD_CSV = CSV_HEADER + "okx,ATOM/USDT,2025-10-10T21:00:00Z,4,4,3,3.5,10\n"
BAD_CSV = GOOD_CSV + "okx,ATOM/USDT,2025-10-10T21:01:00Z,4,3,5,3.5,10\n"
RUNNING_PROGRESS = CollectionProgress(
    "300 candles so far; waiting for okx",
    0.5,
    running=True,
    failed=False,
    description="ATOM",
    venues=(VenueProgress("okx", 300, 300, 600, ASKING), VenueProgress("htx", 0, 9, 9, "refused", "HTTP 403")),
)
CARRY_FILE_SCRIPT = """(place, [kind, text]) => {
  const carried = new DataTransfer();
  carried.items.add(new File([text], "fallen.csv"));
  place.dispatchEvent(new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: carried }));
}"""
"""Dispatches the event of a pointer that drags a file over an element."""

DONE_PROGRESS = CollectionProgress("Collected 300 new candles.", 1.0, running=False, failed=False, description="ATOM")


def build_address(explorer: str) -> str:
    """The address of the data page for the crash window."""
    return f"{explorer.removesuffix('explorer')}data?window=crash"


def choose_files(tab: Tab, *files: Path) -> None:
    """Choose files in the field for uploads."""
    tab.set_input_files("#data-upload input[type=file]", [str(file) for file in files])


@pytest.fixture
def store(tmp_path: Path) -> CandleStore:
    """An empty store."""
    return CandleStore(str(tmp_path / "lake"))


@pytest.fixture
def write_file(tmp_path: Path) -> Callable[[str, str], Path]:
    """Returns a function that writes a file."""

    def write_text_file(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write_text_file


def test_collecting(visit: PageVisit, store: CandleStore) -> None:
    """A collection shows each exchange, continues while another page is open, and can be cancelled."""
    actions = RecordedActions()
    with serve_store(store, actions) as address:
        tab = visit.open_page(build_address(address), "Data")
        expect(tab.locator("#data-said")).to_contain_text("No data of ATOM are loaded")
        actions.progress_steps = [RUNNING_PROGRESS]
        tab.get_by_role("button", name="Collect", exact=True).click()
        progress = tab.locator("#data-progress")
        expect(progress.get_by_role("progressbar", name="OKX")).to_have_attribute("aria-valuenow", "50")
        expect(progress).to_contain_text("HTTP 403")
        expect(tab.get_by_role("button", name="Collect", exact=True)).to_be_disabled()
        expect(tab.locator("#collection")).to_be_hidden()
        tab.get_by_role("navigation", name="Pages").get_by_role("link", name="Method").click()
        expect(tab.locator("h1")).to_have_text("What the numbers mean")
        tab.get_by_role("navigation", name="Pages").get_by_role("link", name="Data").click()
        expect(progress).to_contain_text("300 candles so far")
        tab.get_by_role("button", name="Cancel").click()
        store.write_candles(build_crash_candles(), source="by hand", fetched_at=NOW)
        actions.progress_steps = [DONE_PROGRESS]
        expect(tab.locator("#data-said")).to_contain_text("9 exchanges loaded")
        expect(progress).to_contain_text("Collected 300 new candles.")
        expect(tab.get_by_role("button", name="Cancel")).to_be_hidden()
        assert actions.calls == ["ATOM from 2025-10-09T21:10:00Z to 2025-10-10T21:40:00Z", "cancel"]
        visit.wait_until_idle()
        assert visit.request_triggers[-1] == ["collected.data"], "no request follows the end of the collection"


def test_progress_is_told_once(visit: PageVisit, store: CandleStore) -> None:
    """A late response for the page before shows nothing beside the progress of this page."""
    actions = RecordedActions(progress_steps=[RUNNING_PROGRESS])
    tick_trigger, open_trigger = '"ticker.n_intervals"', '"place.data"'
    delayed_routes: dict[str, Route] = {}
    with serve_store(store, actions) as address:
        tab = visit.open_page(f"{address.removesuffix('explorer')}method", "What the numbers mean")
        expect(tab.locator("#collection")).to_be_visible()

        def delay_or_continue(route: Route) -> None:
            kind = next((kind for kind in (tick_trigger, open_trigger) if kind in (route.request.post_data or "")), "")
            if kind == open_trigger or (kind == tick_trigger and open_trigger in delayed_routes):
                delayed_routes[kind] = route
            else:
                route.continue_()

        tab.route("**/_dash-update-component*", delay_or_continue)
        with tab.expect_request(
            lambda request: tick_trigger in (request.post_data or "") and open_trigger in delayed_routes
        ):
            tab.get_by_role("navigation", name="Pages").get_by_role("link", name="Data").click()
        delayed_routes[open_trigger].continue_()
        expect(tab.locator("#data-progress")).to_contain_text("300 candles so far")
        with tab.expect_response(lambda response: response.request == delayed_routes[tick_trigger].request):
            delayed_routes[tick_trigger].continue_()
        actions.progress_steps = [DONE_PROGRESS]
        expect(tab.locator("#data-progress")).to_contain_text("Collected 300 new candles.")
        expect(tab.locator("#collection")).to_be_hidden()


def test_a_chosen_collection(visit: PageVisit, store: CandleStore) -> None:
    """Scope, exchanges and length of bars are part of the order."""
    actions = RecordedActions()
    with serve_store(store, actions) as address:
        tab = visit.open_page(build_address(address), "Data")
        tab.get_by_text("All of the event").click()
        tab.locator("#data-venues").click()
        tab.get_by_role("option", name="Kraken").click()
        tab.keyboard.press("Escape")
        tab.get_by_text("5 min", exact=True).click()
        tab.get_by_role("button", name="Collect", exact=True).click()
        visit.wait_until_idle()
        assert actions.calls == ["2025-10-10, candles of 5m, kraken only"]
        assert len(visit.requests) == 2, "opening and starting; choices send no request"


def test_importing(visit: PageVisit, store: CandleStore, write_file: Callable[[str, str], Path]) -> None:
    """Of two files the good one is shown, and stored when it is confirmed; the bad one is refused by its line."""
    with serve_store(store, RecordedActions(store=store)) as address:
        tab = visit.open_page(build_address(address), "Data")
        choose_files(tab, write_file("good.csv", GOOD_CSV), write_file("bad.csv", BAD_CSV))
        alert = tab.locator("#data-imported .alert")
        expect(alert).to_contain_text("bad.csv: nothing of it was taken")
        expect(alert).to_contain_text("line 3: ")
        card = tab.get_by_role("region", name="good.csv")
        expect(card.get_by_role("row").nth(1)).to_contain_text("2025-10-10 21:00")
        assert store.candles.read_holdings().is_empty()
        card.get_by_role("button", name="Import").click()
        expect(tab.locator("#data-imported")).to_contain_text("good.csv: 1 row imported")
        expect(tab.locator("#data-imported .data-stored")).to_be_focused()
        expect(tab.locator("#data-said")).to_contain_text("1 exchange loaded")
        expect(tab.locator("#data-held")).to_contain_text("good.csv")
        visit.wait_until_idle()
        assert len(visit.requests) == 2, "opening, and showing the stored candles"


def test_klines_without_a_header(visit: PageVisit, store: CandleStore, write_file: Callable[[str, str], Path]) -> None:
    """Exchange and market are asked for, and are typed with the keyboard alone; Enter updates the preview."""
    starts_us = [KLINES_START_US + minute * 60_000_000 for minute in range(3)]
    rows = [f"{start_us},4,4,3,3.5,10,{start_us + 59_999_999},35,5,5,17.5,0\n" for start_us in starts_us]
    file = write_file("klines.csv", "".join(rows))
    with serve_store(store, RecordedActions(store=store)) as address:
        tab = visit.open_page(build_address(address), "Data")
        choose_files(tab, file)
        card = tab.get_by_role("region", name="klines.csv")
        expect(card).to_contain_text("Binance klines without a header")
        expect(card.get_by_role("button", name="Import")).to_have_count(0)
        card.get_by_label("Exchange").focus()
        tab.keyboard.type("Binance")
        tab.keyboard.press("Tab")
        tab.keyboard.type("ATOM/USDT")
        tab.keyboard.press("Enter")
        expect(card.get_by_role("cell", name="binance").first).to_be_visible()
        expect(tab.locator("#data-waiting")).to_have_text("klines.csv can be imported.")
        expect(card.get_by_role("heading")).to_be_focused()
        assert store.candles.read_holdings().is_empty()
        card.get_by_role("button", name="Import").press("Enter")
        expect(tab.locator("#data-imported")).to_contain_text("binance ATOM/USDT: 3 candles, 2025-10-10 21:00 to")
        assert store.candles.read_holdings().select("venue", "symbol").rows() == [("binance", "ATOM/USDT")]


def test_a_contradiction(visit: PageVisit, store: CandleStore, write_file: Callable[[str, str], Path]) -> None:
    """The minutes of a file that contradicts an earlier one are shown; ticking a box lets its values count."""
    with serve_store(store, RecordedActions(store=store)) as address:
        tab = visit.open_page(build_address(address), "Data")
        choose_files(tab, write_file("first.csv", GOOD_CSV))
        tab.get_by_role("button", name="Import").click()
        expect(tab.locator("#data-imported")).to_contain_text("1 row imported")
        choose_files(tab, write_file("second.csv", GOOD_CSV.replace("3.5,10", "3.5,20")))
        card = tab.get_by_role("region", name="second.csv")
        card.get_by_role("button", name="Import").click()
        expect(card.locator(".alert")).to_contain_text("21:00 UTC: volume 20.0, in first.csv 10.0")
        card.get_by_label("Replace the earlier values").check()
        card.get_by_role("button", name="Import").click()
        expect(tab.locator("#data-imported .data-stored")).to_contain_text("second.csv: 1 row imported")


def test_cancelling(visit: PageVisit, store: CandleStore, write_file: Callable[[str, str], Path]) -> None:
    """A file that is cancelled disappears and stores nothing; the field for files takes the focus."""
    actions = RecordedActions(store=store)
    with serve_store(store, actions) as address:
        tab = visit.open_page(build_address(address), "Data")
        choose_files(tab, write_file("good.csv", GOOD_CSV))
        with tab.expect_response("**/import/*/cancel") as response:
            tab.get_by_role("region", name="good.csv").get_by_role("button", name="Cancel").click()
        assert response.value.status == 204
        expect(tab.locator("#data-imported")).to_be_empty()
        expect(tab.locator("#data-waiting")).to_have_text("good.csv: cancelled, nothing was stored.")
        expect(tab.locator("#data-upload input[type=file]")).to_be_focused()
        assert actions.calls == ["preview good.csv"]
        assert store.candles.read_holdings().is_empty()


def test_a_tab_that_is_left_drops_its_files(
    visit: PageVisit, store: CandleStore, write_file: Callable[[str, str], Path]
) -> None:
    """Where the reader leaves with a file undecided, the browser cancels it."""
    with serve_store(store, RecordedActions(store=store)) as address:
        tab = visit.open_page(build_address(address), "Data")
        choose_files(tab, write_file("good.csv", GOOD_CSV))
        token = tab.get_by_role("region", name="good.csv").get_attribute("data-token")
        tab.reload()
        expect(tab.locator("#data-upload input[type=file]")).to_be_attached()
        answer = tab.request.post(f"{address.removesuffix('/explorer')}/import/{token}/preview")
        assert (answer.status, answer.text()[:21]) == (410, "Nothing was imported:")


def test_dropping(visit: PageVisit, store: CandleStore) -> None:
    """A dropped file is shown, and the field looks as before; dropped again it takes its own place."""
    with serve_store(store, RecordedActions(store=store)) as address:
        tab = visit.open_page(build_address(address), "Data")
        for _ in range(2):
            drop_zone = tab.locator("#data-upload .data-drop")
            drop_zone.evaluate(CARRY_FILE_SCRIPT, ["dragenter", GOOD_CSV])
            expect(drop_zone).to_have_class(re.compile("data-drop-active"))
            drop_zone.evaluate(CARRY_FILE_SCRIPT, ["drop", GOOD_CSV])
            expect(tab.locator("#data-waiting")).to_have_text("fallen.csv can be imported.")
            expect(tab.get_by_role("region", name="fallen.csv")).to_have_count(1)
            expect(drop_zone).to_have_class("data-drop")
            visit.wait_until_idle()


def test_while_a_file_is_on_its_way(
    visit: PageVisit, store: CandleStore, write_file: Callable[[str, str], Path]
) -> None:
    """During an upload its file is named, the page works, no other file is accepted, and a failure is shown."""
    with serve_store(store, RecordedActions(store=store)) as address:
        tab = visit.open_page(build_address(address), "Data")
        pending_routes: list[Route] = []
        tab.route("**/import?*", lambda route: pending_routes.append(route))  # noqa: PLW0108 - a builtin cannot be marked
        choose_files(tab, write_file("good.csv", GOOD_CSV))
        expect(tab.locator("#data-waiting")).to_contain_text("good.csv, 0.0 MB: being")
        expect(tab.locator("#data-sent")).to_be_visible()
        expect(tab.locator("#data-upload input[type=file]")).to_be_disabled()
        visit.wait_for_change(tab.get_by_text("DOGE", exact=True).first.click)
        expect(tab.locator("#data-said")).to_contain_text("DOGE")
        take_route(tab, pending_routes).abort()
        expect(tab.locator("#data-imported .alert")).to_contain_text("the server cannot be reached")
        expect(tab.locator("#data-sent")).to_be_hidden()
        visit.console_errors.clear()  # the browser says by itself that a request failed
        tab.unroute("**/import?*")
        choose_files(tab, write_file("good.csv", GOOD_CSV))
        expect(tab.get_by_role("region", name="good.csv")).to_be_visible()


def test_files_that_are_too_large(visit: PageVisit, store: CandleStore, write_file: Callable[[str, str], Path]) -> None:
    """A file above the limit is refused in the browser, with a hint to the command line."""
    with serve_store(store, RecordedActions(store=store)) as address:
        tab = visit.open_page(build_address(address), "Data")
        tab.evaluate("document.getElementById('data-drop').dataset.most = '0.00001'")
        choose_files(tab, write_file("good.csv", GOOD_CSV))
        expect(tab.locator("#data-imported .alert")).to_contain_text("plumbline import FILE")
        visit.wait_until_idle()
        assert len(visit.requests) == 1


def test_the_reason_of_a_server_that_refuses_is_shown(
    visit: PageVisit, store: CandleStore, write_file: Callable[[str, str], Path]
) -> None:
    """Where a server, or a proxy before it, takes less than the page thinks, its own sentence is shown."""
    with serve_store(store, RecordedActions(store=store)) as address:
        tab = visit.open_page(build_address(address), "Data")
        sentence = "The page accepts files up to 64 MB."
        tab.route("**/import?*", lambda route: route.fulfill(status=413, content_type="text/plain", body=sentence))
        choose_files(tab, write_file("good.csv", GOOD_CSV))
        expect(tab.locator("#data-imported .alert")).to_have_text(sentence)
        tab.unroute("**/import?*")
        tab.route("**/import?*", lambda route: route.fulfill(status=413, content_type="text/html", body="<h1>413</h1>"))
        choose_files(tab, write_file("good.csv", GOOD_CSV))
        expect(tab.locator("#data-imported .alert")).to_have_text("good.csv was not imported: the server answered 413.")
        visit.console_errors.clear()  # the browser says by itself that a request was refused


def test_forgetting(visit: PageVisit, store: CandleStore) -> None:
    """An imported file is removed only after a confirmation, and the page shows what remains."""
    store.write_candles(build_crash_candles(), source="mine.csv", fetched_at=NOW)
    actions = RecordedActions(store=store)
    with serve_store(store, actions) as address:
        tab = visit.open_page(build_address(address), "Data")
        tab.locator("#data-forget-what").click()
        tab.get_by_role("option", name="mine.csv").click()
        tab.get_by_role("button", name="Remove", exact=True).click()
        expect(tab.locator("#data-forget-question")).to_contain_text("mine.csv")
        tab.get_by_role("button", name="Cancel").click()
        expect(tab.locator("#data-forget-question")).to_be_hidden()
        assert actions.calls == []
        tab.get_by_role("button", name="Remove", exact=True).click()
        tab.get_by_role("alert").get_by_role("button", name="Remove").click()
        expect(tab.locator("#data-forgot")).to_contain_text(re.compile(r"mine.csv: [\d,]+ rows removed"))
        expect(tab.locator("#data-said")).to_contain_text("No data of ATOM are loaded")
        assert actions.calls == ["forget mine.csv"]


def test_the_map_by_pointer_and_keys(visit: PageVisit, real: str) -> None:
    """A field under the pointer or the focus has its minutes read out, without a request."""
    tab = visit.open_page(build_address(real), "Data")
    last_field = tab.locator("#data-map-grid tbody tr").first.locator("td").last
    last_field.hover()
    expect(tab.locator("#data-told")).to_contain_text("30 of 60 minutes with a price, 30 missing (not requested)")
    tab.locator("#data-map-grid [tabindex='0']").focus()
    expect(tab.locator("#data-told")).to_contain_text("0 of 1,440 minutes with a price")
    tab.keyboard.press("ArrowRight")
    expect(last_field).to_be_focused()
    tab.keyboard.press("ArrowDown")
    expect(tab.locator("#data-map-grid tbody tr").nth(1).locator("td").last).to_be_focused()
    tab.keyboard.press("Home")
    tab.keyboard.press("ArrowUp")
    expect(tab.locator("#data-map-grid [tabindex='0']")).to_be_focused()
    assert len(visit.requests) == 1


def test_another_length(visit: PageVisit, store: CandleStore) -> None:
    """Candles of five minutes are offered by one request, also by keyboard, and the address has the length."""
    five_minute_candles = build_crash_candles().filter(
        pl.col("venue") == "okx", pl.col("open_time").dt.minute() % 5 == 0
    )
    store.write_candles(build_crash_candles(), source="by hand", fetched_at=NOW)
    store.write_candles(five_minute_candles.with_columns(timeframe=pl.lit("5m")), source="by hand", fetched_at=NOW)
    with serve_store(store, RecordedActions()) as address:
        tab = visit.open_page(build_address(address), "Data")
        choice = tab.get_by_role("group", name="Interval of the prices that are shown")
        expect(choice.get_by_role("button", name="1 min")).to_have_attribute("aria-pressed", "true")
        choice.get_by_role("button", name="5 min").focus()
        visit.wait_for_change(lambda: tab.keyboard.press("Enter"))
        expect(tab.locator("#data-said")).to_contain_text(
            "ATOM, 5 min, 9 Oct 2025, 21:00 to 10 Oct 2025, 22:00 UTC: 1 exchange loaded; 0 complete"
        )
        expect(choice.get_by_role("button", name="5 min")).to_have_attribute("aria-pressed", "true")
        tab.wait_for_url("**/data?*bar=5m*")
        visit.wait_until_idle()
        assert len(visit.requests) == 2
        visit.wait_for_change(tab.get_by_text("DOGE", exact=True).first.click)
        expect(tab.locator("#data-said")).to_contain_text("At an interval of 5 min, no data of DOGE")
        visit.wait_for_change(choice.get_by_role("button", name="1 min").click)
        expect(tab.locator("#data-said")).to_contain_text("DOGE, ")
        expect(choice).to_have_count(0)


def test_another_asset_keeps_the_form(
    visit: PageVisit, store: CandleStore, write_file: Callable[[str, str], Path]
) -> None:
    """Another asset is one request, and the card of a dropped file keeps what was typed."""
    file = write_file("klines.csv", f"{KLINES_START_US},4,4,3,3.5,10,{KLINES_START_US + 59_999_999},35,5,5,17.5,0\n")
    with serve_store(store, RecordedActions(store=store)) as address:
        tab = visit.open_page(build_address(address), "Data")
        choose_files(tab, file)
        market = tab.get_by_role("region", name="klines.csv").get_by_label("Market", exact=True)
        market.fill("ATOM/USD")
        visit.wait_for_change(tab.get_by_text("DOGE", exact=True).first.click)
        expect(tab.locator("#data-said")).to_contain_text("DOGE")
        expect(market).to_have_value("ATOM/USD")
        visit.wait_until_idle()
        assert len(visit.requests) == 2
