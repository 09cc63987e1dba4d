"""A case file from the explorer's menu, and its page in a browser without a network."""

import re
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from data.store import CandleStore
from evidence.case.bundle import read_case
from evidence.case.restore import import_case
from tests.browser.conftest import PageVisit, wait_until

pytestmark = pytest.mark.browser

DRAWING_MS = 180_000
"""Six pictures take four seconds, and far longer on a machine that does much else."""


@pytest.fixture(scope="module")
def case_file(browser: Browser, real: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The case file of the explorer's link."""
    path = tmp_path_factory.mktemp("case") / "case.zip"
    with browser.new_context() as context:
        address = real.replace("/explorer", "/export/case.zip?window=crash")
        path.write_bytes(context.request.get(address, timeout=DRAWING_MS).body())
    return path


def test_the_menu_has_the_case_file(visit: PageVisit, real: str) -> None:
    """Its link keeps the view."""
    tab = visit.open(f"{real}?window=crash")
    tab.get_by_role("button", name="Download", exact=True).click()
    menu = tab.get_by_role("dialog", name="Download", exact=True)
    link = menu.locator(".line", has_text="Case file").get_by_role("link", name="ZIP")
    expect(link).to_have_attribute("href", "/export/case.zip?window=crash")


def test_a_case_file_opens_without_a_network(browser: Browser, case_file: Path, tmp_path: Path) -> None:
    """Its page draws every chart offline, requests nothing, and its charts can be zoomed."""
    with zipfile.ZipFile(case_file) as archive:
        archive.extractall(tmp_path / "case")
    with browser.new_context(offline=True) as context:
        page = context.new_page()
        requests: list[str] = []
        problems: list[str] = []
        page.on("request", lambda request: requests.append(request.url))
        page.on("console", lambda message: problems.append(message.text))
        page.on("pageerror", lambda error: problems.append(str(error)))
        address = (tmp_path / "case" / "index.html").as_uri()
        page.goto(address)
        drawn = "[...document.querySelectorAll('.chart')].every(chart => chart.querySelector('.main-svg'))"
        wait_until(page, drawn)
        assert page.locator(".chart").count() >= 3
        expect(page.locator("h1")).to_contain_text("Binance")
        before = page.evaluate("document.querySelector('.chart').layout.xaxis.range.slice()")
        zoomed = ["2025-10-10 21:15", "2025-10-10 21:25"]
        page.evaluate("range => Plotly.relayout(document.querySelector('.chart'), {'xaxis.range': range})", zoomed)
        assert page.evaluate("document.querySelector('.chart').layout.xaxis.range.slice()") != before
        page.get_by_text("What the numbers mean").click()
        expect(page.get_by_role("heading", name=re.compile("^Method$"))).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert (requests, problems) == ([address], [])
        # A script that somebody writes into the page is not run.
        page.evaluate("document.body.append(Object.assign(document.createElement('script'), {text: 'window.ran = 1'}))")
        assert page.evaluate("window.ran") is None


def test_the_downloaded_case_is_whole(case_file: Path, tmp_path: Path) -> None:
    """The ZIP of the link has the hashes that its manifest names, and its candles can be taken in."""
    manifest, contents = read_case(case_file)
    assert (manifest["asset"], manifest["focus"], "pictures/comparison.png" in contents) == ("ATOM", "binance", True)
    case = import_case(CandleStore(str(tmp_path / "lake")), case_file, now=datetime(2026, 1, 1, tzinfo=UTC))
    assert case.write_report.new == case.candles > 0
