"""All pages: their addresses, the shell around each, and their links."""

from urllib.parse import parse_qsl, urlsplit

import pytest

from dashboard.components.updates import Updates
from dashboard.pages.base import Page, PageContext
from dashboard.pages.registry import PAGE_GROUPS, PAGES, find_page, find_page_by_name
from dashboard.service.measurements import Measurements
from dashboard.shell.layout import build_shell
from dashboard.shell.router import Router
from dashboard.state.links import MethodAnchor
from data.catalogue import load_catalogue
from tests.dashboard.component_data import collect_text, list_parts, to_plain_data
from tests.dashboard.memory_store import MemoryStore, RecordedActions

CATALOGUE = load_catalogue()
VIEW = {"asset": "WBETH", "window": "crash", "focus": "okx", "zone": "UTC+8", "theme": "dark", "enter": "5"}
SEARCH = "?asset=WBETH&window=crash&focus=okx&enter=5&zone=UTC%2B8&theme=dark"


@pytest.fixture(scope="module")
def router() -> Router:
    """The router over candles made by hand."""
    return Router(PageContext(Measurements(MemoryStore(), CATALOGUE), RecordedActions()))


def list_links(values: Updates) -> list[str]:
    """The addresses of all links of a page, including its navigation."""
    link_parts = [part for value in values.values() for part in list_parts(value)]
    return [part["props"]["href"] for part in link_parts if part["type"] == "A"]


def test_every_page_is_of_one_shape(router: Router) -> None:
    """Each page has one heading, and a navigation in which it is marked."""
    for page in PAGES:
        values = router.open(f"/{page.name}", SEARCH)
        headings = [part for part in list_parts(values["content", "children"]) if part["type"] == "H1"]
        assert len(headings) == 1
        groups = to_plain_data(values["nav", "children"])
        assert [group["props"]["aria-label"] for group in groups] == [group.title for group in PAGE_GROUPS]
        nav = [link for group in groups for link in group["props"]["children"]]
        assert [link["props"]["children"] for link in nav] == [listed_page.title for listed_page in PAGES]
        current_titles = [link["props"]["children"] for link in nav if link["props"].get("aria-current") == "page"]
        assert current_titles == [page.title]
        assert page.title in values["page", "data"]["title"]


def test_links_carry_the_view(router: Router) -> None:
    """Every link keeps the view; some change the asset, the exchange or the side, and those of events the event."""
    for page in (page for page in PAGES if page.name != "events"):
        page_links = [urlsplit(href) for href in list_links(router.open(f"/{page.name}", SEARCH)) if href[:1] == "/"]
        views = [
            dict(parse_qsl(href.query)) for href in page_links if href.path.split("/")[1] not in {"docs", "export"}
        ]
        if page.name == "compare":
            assets = {view.get("asset") for view in views}
            assert assets == {None, "WBETH", "BNSOL", "DOGE", "XRP"}  # ATOM is what a link without an asset means
            views = [{**view, "asset": VIEW["asset"]} for view in views]
        assert len(views) >= len(PAGES)
        changed_keys = {"asset", "focus", "side"} if page.name in {"overview", "index-rules"} else {"side", "focus"}
        expected = {key: value for key, value in VIEW.items() if key not in changed_keys}
        assert all({key: value for key, value in view.items() if key not in changed_keys} == expected for view in views)


def test_every_anchor_exists(router: Router) -> None:
    """Every anchor that a page links is its own or a section of the method page, and every section has an anchor."""
    values_by_page = [router.open(f"/{page.name}", search) for page in PAGES for search in (SEARCH, "?window=crash")]
    linked: set[str] = set()
    for values in values_by_page:
        own_ids = {part["props"].get("id") for part in list_parts(values["content", "children"])}
        linked |= {urlsplit(href).fragment for href in list_links(values)} - {"", *own_ids}
    sections = [
        part["props"]["id"]
        for part in list_parts(router.open("/method", "")["content", "children"])
        if part["type"] == "Section"
    ]
    assert sections == [anchor.value for anchor in MethodAnchor]
    assert linked <= {*sections}
    assert len(linked) > 8


def test_no_id_stands_twice(router: Router) -> None:
    """No id is used twice in a page and the shell: the browser would lose the first component."""
    shell_ids = [part["props"].get("id") for part in list_parts(build_shell(CATALOGUE))]
    for page in PAGES:
        page_ids = [
            part["props"].get("id") for part in list_parts(router.open(f"/{page.name}", SEARCH)["content", "children"])
        ]
        ids = [name for name in (*shell_ids, *page_ids) if name]
        assert len(ids) == len({*ids}), page.name


@pytest.mark.parametrize(
    ("path", "search", "name"),
    [
        ("/", "", "overview"),
        ("/", "?asset=DOGE", "explorer"),
        ("/", "?utm=x", "overview"),
        ("/overview", "?asset=DOGE", "overview"),
        ("/lows/", "", "lows"),
        (None, None, "overview"),
    ],
)
def test_addresses(router: Router, path: str | None, search: str | None, name: str) -> None:
    """An address belongs to one page; the root with a view is an old link to the explorer."""
    assert router.open(path, search)["page", "data"]["name"] == name


def test_an_old_link_gets_its_new_address(router: Router) -> None:
    """An old link to the explorer is replaced by its new address, with the view."""
    data = router.open("/", "?asset=DOGE&window=crash")["page", "data"]
    assert data == {
        "name": "explorer",
        "address": "/explorer?asset=DOGE&window=crash",
        "title": "DOGE · Explorer · Plumbline",
        "subject": "DOGE on Binance · Crash, 10 Oct 2025, 21:10 to 21:40 UTC",
        "picture": "/export/comparison.png?asset=DOGE&window=crash",
        "place": "/?asset=DOGE&window=crash",
    }


def test_an_unknown_address(router: Router) -> None:
    """The page for an unknown address keeps the address as it was typed, and links back."""
    values = router.open("/nowhere", "?asset=DOGE")
    assert "There is no such page" in collect_text(to_plain_data(values["content", "children"]))
    assert values["page", "data"]["address"] is None
    assert "/explorer?asset=DOGE" in list_links(values)


def test_the_frame_shows_what_a_page_needs(router: Router) -> None:
    """Only the explorer offers the picture, and a page without controls has no bar for them."""
    classes = {page.name: router.open(f"/{page.name}", "")["frame", "className"].split() for page in PAGES}
    assert [name for name, kinds in classes.items() if "without-picture" not in kinds] == ["explorer"]
    assert "without-controls" in classes["method"]
    assert "without-controls" not in classes["lows"]


def test_definitions_need_no_store() -> None:
    """Pages that need no store are shown while it cannot be read."""
    router = Router(PageContext(Measurements(MemoryStore(is_broken=True), CATALOGUE), RecordedActions()))
    text_by_page = {
        page.name: collect_text(to_plain_data(router.open(f"/{page.name}", "")["content", "children"]))
        for page in PAGES
    }
    assert "What the numbers mean" in text_by_page["method"]
    unreadable_pages = {name for name, text in text_by_page.items() if "cannot be read" in text}
    assert unreadable_pages == {
        "overview",
        "explorer",
        "lows",
        "compare",
        "sequence",
        "index-rules",
        "claims",
        "events",
        "orders",
        "data",
        "market",
        "history",
    }


def test_a_page_without_changes_is_shown_anew(router: Router) -> None:
    """A change on a page without updates of its own builds it again in the new view."""
    values = router.apply([("theme", "dark")], {"window": "crash"}, "method")
    assert values["page", "data"]["address"] == "/method?window=crash&theme=dark"
    assert "Minutes that count" in collect_text(to_plain_data(values["content", "children"]))


def test_pages_by_name() -> None:
    """Names of pages are unique and find their page."""
    pages: list[Page] = [find_page_by_name(page.name) for page in PAGES]
    assert pages == list(PAGES)
    assert find_page("/data", {}) is find_page_by_name("data")
