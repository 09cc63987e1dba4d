"""Copying the picture of a view, and the page within another page."""

import pytest
from playwright.sync_api import Route, expect

from tests.browser.conftest import PageVisit, wait_until
from tests.browser.test_pages import build_address

READ_IMAGE_SCRIPT = """async () => {
  const [item] = await navigator.clipboard.read();
  const bitmap = await createImageBitmap(await item.getType("image/png"));
  return [bitmap.width, bitmap.height];
}"""


def test_the_picture_of_the_view_is_copied(visit: PageVisit, real: str) -> None:
    """The button asks for the picture of the view that is shown, and the clipboard then holds it as PNG."""
    tab = visit.open(real)
    visit.wait_for_change(tab.get_by_text("Crash (21:10-21:40)", exact=True).click)
    wait_until(tab, "location.search === '?window=crash'")
    with tab.expect_request("**/export/comparison.png?window=crash"):
        tab.get_by_role("button", name="Copy image").click()
    expect(tab.get_by_role("button", name="Image copied")).to_be_visible()
    assert tab.evaluate(READ_IMAGE_SCRIPT) == [3200, 1800]


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        ("delete navigator.clipboard.__proto__.write", "This browser copies no images"),
        ("navigator.clipboard.__proto__.write = async () => { throw new Error('Not allowed'); }", "Not allowed."),
    ],
)
def test_a_picture_that_cannot_be_copied_can_be_opened(visit: PageVisit, real: str, broken: str, words: str) -> None:
    """Where the browser copies no images a notice says why, and has a link to the picture."""
    visit.tab.route("**/export/**", lambda route: route.fulfill(content_type="image/png", body=b""))
    visit.tab.add_init_script(broken)
    tab = visit.open(f"{real}?window=crash")
    tab.get_by_role("button", name="Copy image").click()
    expect(tab.locator("#failure")).to_contain_text(words)
    picture = tab.locator("#failure").get_by_role("link", name="Open the picture")
    expect(picture).to_have_attribute("href", "/export/comparison.png?window=crash")
    expect(tab.get_by_role("button", name="Copy image")).to_be_visible()


def test_the_reason_of_the_server_is_told(visit: PageVisit, real: str) -> None:
    """If the server cannot draw the picture its sentence is shown."""

    def refuse(route: Route) -> None:
        route.fulfill(status=501, content_type="text/plain", body="Drawing needs Chromium.")

    visit.tab.route("**/export/**", refuse)
    tab = visit.open(f"{real}?window=crash")
    tab.get_by_role("button", name="Copy image").click()
    expect(tab.locator("#failure")).to_contain_text("not copied. Drawing needs Chromium. Open the picture")
    assert [text for text in visit.console_errors if "501" not in text] == []
    visit.console_errors.clear()


def test_pages_without_a_picture_have_no_button(visit: PageVisit, real: str) -> None:
    """The method page has no picture, so nothing to copy."""
    tab = visit.open_page(build_address(real, "method"), "What the numbers mean")
    expect(tab.locator("#copy-image")).to_be_hidden()


@pytest.mark.parametrize(("name", "width"), [("explorer", 700), ("overview", 360), ("lows", 700), ("compare", 500)])
def test_a_page_in_a_frame(visit: PageVisit, real: str, name: str, width: int) -> None:
    """In a frame of another page there are finding, one drawn chart and the link, and nothing is cut off."""
    tab = visit.tab
    address = build_address(real, name, "?window=crash&embed=1")
    tab.set_content(f'<iframe src="{address}" width="{width}" height="900"></iframe>')
    frame = tab.frame_locator("iframe")
    expect(frame.locator("h1")).to_be_visible()
    expect(frame.locator(".chart-room:visible")).to_have_count(1)
    expect(frame.locator(".main-svg").first).to_be_visible()
    expect(frame.get_by_role("link")).to_have_attribute("href", f"/{name}?window=crash")
    for role in ("button", "navigation", "radio", "combobox"):
        expect(frame.get_by_role(role)).to_have_count(0)
    assert frame.locator("html").evaluate("page => page.scrollWidth <= page.clientWidth")
