"""The pages as data: which address means which, what the shell says around each, and where their links lead."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from dashboard.anchors import Anchor
from dashboard.answers import Answers
from dashboard.layout import shell
from dashboard.pages.contract import Context, Page
from dashboard.pages.index import PAGES, page_at, page_named
from dashboard.panes import Panes
from dashboard.site import Site
from data.catalogue import load_catalogue
from tests.dashboard.sent import plain, text_of
from tests.dashboard.shelf import Hands, Shelf

CATALOGUE = load_catalogue()
VIEW = {"asset": "WBETH", "window": "crash", "focus": "okx", "zone": "UTC+8", "theme": "dark", "enter": "5"}
SEARCH = "?asset=WBETH&window=crash&focus=okx&enter=5&zone=UTC%2B8&theme=dark"


@pytest.fixture(scope="module")
def site() -> Site:
    """All pages over candles made by hand."""
    return Site(Context(Answers(Shelf(), CATALOGUE), Hands()))


def parts(component: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - whatever dash takes
    """Every component of a tree, as the browser gets it."""
    found = plain(component)
    if isinstance(found, list):
        for part in found:
            yield from parts(part)
    elif isinstance(found, dict) and "props" in found:
        yield found
        yield from parts(found["props"].get("children"))


def links(values: Panes) -> list[str]:
    """Where the links of a page lead, those of its navigation included."""
    shown = [part for value in values.values() for part in parts(value)]
    return [part["props"]["href"] for part in shown if part["type"] == "A"]


def test_every_page_is_of_one_shape(site: Site) -> None:
    """Each page starts with a heading of its own, under the same navigation with itself marked."""
    for page in PAGES:
        values = site.opened(f"/{page.name}", SEARCH)
        headings = [part for part in parts(values["content", "children"]) if part["type"] == "H1"]
        assert len(headings) == 1
        nav = plain(values["nav", "children"])
        assert [link["props"]["children"] for link in nav] == [listed.title for listed in PAGES]
        marked = [link["props"]["children"] for link in nav if link["props"].get("aria-current") == "page"]
        assert marked == [page.title]
        assert page.title in values["page", "data"]["title"]


def test_links_carry_the_view(site: Site) -> None:
    """Every link leads to the view that is shown; the overview and Compare also lead to other assets of it."""
    for page in PAGES:
        inside = [urlsplit(href) for href in links(site.opened(f"/{page.name}", SEARCH)) if href[:1] == "/"]
        views = [dict(parse_qsl(href.query)) for href in inside if href.path.split("/")[1] not in {"docs", "export"}]
        if page.name == "compare":
            assets = {view.get("asset") for view in views}
            assert assets == {None, "WBETH", "BNSOL", "DOGE", "XRP"}  # ATOM is what a link without an asset means
            views = [{**view, "asset": VIEW["asset"]} for view in views]
        assert len(views) >= len(PAGES)
        chosen = {"asset", "focus"} if page.name == "overview" else set()
        kept = {key: value for key, value in VIEW.items() if key not in chosen}
        assert all({key: value for key, value in view.items() if key not in chosen} == kept for view in views)


def test_every_anchor_exists(site: Site) -> None:
    """Whatever definition is linked anywhere is on the method page, and no section is without an anchor."""
    shown = [site.opened(f"/{page.name}", search) for page in PAGES for search in (SEARCH, "?window=crash")]
    linked = {urlsplit(href).fragment for values in shown for href in links(values)} - {""}
    sections = [
        part["props"]["id"]
        for part in parts(site.opened("/method", "")["content", "children"])
        if part["type"] == "Section"
    ]
    assert sections == [anchor.value for anchor in Anchor]
    assert linked <= {*sections}
    assert {"depth", "below-min", "order-proof", "lows", "rank", "gap", "wick", "firm", "cannot-show"} <= linked


def test_no_id_stands_twice(site: Site) -> None:
    """No part of a page has the id of another one or of a part of the shell: the browser would lose the first."""
    around = [part["props"].get("id") for part in parts(shell(CATALOGUE))]
    for page in PAGES:
        inside = [
            part["props"].get("id") for part in parts(site.opened(f"/{page.name}", SEARCH)["content", "children"])
        ]
        named = [name for name in (*around, *inside) if name]
        assert len(named) == len({*named}), page.name


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
def test_addresses(site: Site, path: str | None, search: str | None, name: str) -> None:
    """An address means one page; a view at the root is an old link and opens the explorer."""
    assert site.opened(path, search)["page", "data"]["name"] == name


def test_an_old_link_gets_its_new_address(site: Site) -> None:
    """A link to the explorer from before there were pages is rewritten, its view kept."""
    data = site.opened("/", "?asset=DOGE&window=crash")["page", "data"]
    assert data == {
        "name": "explorer",
        "address": "/explorer?asset=DOGE&window=crash",
        "title": "DOGE · Explorer · Plumbline",
        "place": "/?asset=DOGE&window=crash",
    }


def test_an_unknown_address(site: Site) -> None:
    """An address that no page has says so, stays as it was typed, and leads back."""
    values = site.opened("/nowhere", "?asset=DOGE")
    assert "There is no such page" in text_of(plain(values["content", "children"]))
    assert values["page", "data"]["address"] is None
    assert "/explorer?asset=DOGE" in links(values)


def test_the_frame_shows_what_a_page_needs(site: Site) -> None:
    """The picture is offered by the explorer alone, and a page without choices has no bar for them."""
    classes = {page.name: site.opened(f"/{page.name}", "")["frame", "className"].split() for page in PAGES}
    assert [name for name, kinds in classes.items() if "without-picture" not in kinds] == ["explorer"]
    assert "without-controls" in classes["method"]
    assert "without-controls" not in classes["lows"]


def test_definitions_need_no_store() -> None:
    """The method page is there while the store cannot be read, and so is every page that needs none."""
    site = Site(Context(Answers(Shelf(broken=True), CATALOGUE), Hands()))
    shown = {page.name: text_of(plain(site.opened(f"/{page.name}", "")["content", "children"])) for page in PAGES}
    assert "What the numbers mean" in shown["method"]
    broken = {name for name, text in shown.items() if "cannot be read" in text}
    assert broken == {"overview", "explorer", "lows", "compare", "data"}


def test_a_page_without_changes_is_shown_anew(site: Site) -> None:
    """A change on a page that has no parts of its own shows it anew, in the new view."""
    values = site.changed([("theme", "dark")], {"window": "crash"}, "method")
    assert values["page", "data"]["address"] == "/method?window=crash&theme=dark"
    assert "Five states" in text_of(plain(values["content", "children"]))


def test_pages_by_name() -> None:
    """Names are unique, and lead to their page."""
    pages: list[Page] = [page_named(page.name) for page in PAGES]
    assert pages == list(PAGES)
    assert page_at("/data", {}) is PAGES[4]
