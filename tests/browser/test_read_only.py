"""A page that only shows, in Chromium: its controls are gone, and it says why."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from dashboard.jobs.read_only import ReadOnlyActions
from data.reconstruction.sample import ensure_sample
from data.store import CandleStore
from tests.browser.conftest import NOW, PageVisit, serve_store
from tests.dashboard.memory_store import RecordedActions

REFUSAL = "This page is read-only: whoever runs it collects, imports and removes prices."


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the explorer over the reconstruction, which nobody can change."""
    store = CandleStore(str(tmp_path_factory.mktemp("shown") / "lake"))
    ensure_sample(store, NOW)
    with serve_store(store, ReadOnlyActions(RecordedActions(store=store))) as address:
        yield address


def test_the_data_page_has_no_forms(visit: PageVisit, shown: str) -> None:
    """The page is shown, and changes with its controls, without an error."""
    tab = visit.open_page(f"{shown.removesuffix('explorer')}data?window=crash", "Data")
    expect(tab.locator("#content")).to_contain_text(REFUSAL)
    for name in ("Collect", "Remove", "Cancel"):
        expect(tab.get_by_role("button", name=name)).to_have_count(0)
    expect(tab.locator("input[type=file]")).to_have_count(0)
    visit.wait_for_change(tab.get_by_text("DOGE", exact=True).first.click)
    expect(tab.locator("#data-said")).to_contain_text("DOGE")
    visit.wait_until_idle()
    assert len(visit.requests) == 2


def test_pages_of_the_sample_offer_no_collection(visit: PageVisit, shown: str) -> None:
    """The sentence stands where the button would be."""
    tab = visit.open(f"{shown}?window=crash")
    expect(tab.locator("#offer")).to_contain_text(REFUSAL)
    expect(tab.locator("#collect")).to_be_hidden()
