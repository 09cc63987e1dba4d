"""All pages in the groups and the order of the navigation, and the page of an address."""

from collections.abc import Mapping
from dataclasses import dataclass

from dashboard.pages import not_found
from dashboard.pages.base import Page
from dashboard.pages.claims import page as claims
from dashboard.pages.compare import page as compare
from dashboard.pages.data import page as data
from dashboard.pages.events import page as events
from dashboard.pages.explorer import page as explorer
from dashboard.pages.history import page as history
from dashboard.pages.index_rules import page as index_rules
from dashboard.pages.lows import page as lows
from dashboard.pages.market import page as market
from dashboard.pages.method import page as method
from dashboard.pages.orders import page as orders
from dashboard.pages.overview import page as overview
from dashboard.pages.sequence import page as sequence
from dashboard.state.url import QUERY_KEYS


@dataclass(frozen=True, slots=True)
class PageGroup:
    """Pages that stand together in the navigation, and what screen readers call them."""

    title: str
    pages: tuple[Page, ...]


PAGE_GROUPS = (
    PageGroup(
        "Prices",
        (
            overview.PAGE,
            explorer.PAGE,
            lows.PAGE,
            compare.PAGE,
            sequence.PAGE,
            index_rules.PAGE,
        ),
    ),
    PageGroup("Whole market", (market.PAGE, history.PAGE)),
    PageGroup(
        "Evidence and data",
        (
            claims.PAGE,
            orders.PAGE,
            events.PAGE,
            data.PAGE,
            method.PAGE,
        ),
    ),
)
"""The groups of the navigation: on a phone each has a line of its own, with room for six short titles."""

PAGES: tuple[Page, ...] = tuple(page for group in PAGE_GROUPS for page in group.pages)


def find_page(path: str, query: Mapping[str, str]) -> Page:
    """The page of an address; `not_found.PAGE` if no page has it.

    A view at the root is a link from when the explorer was the only page, and still opens it.

    >>> find_page("/lows/", {}).name, find_page("/", {}).name, find_page("/x", {}).name
    ('lows', 'overview', 'lost')
    >>> find_page("/", {"asset": "DOGE"}).name
    'explorer'
    """
    path = path.rstrip("/") or "/"
    if path == "/":
        return explorer.PAGE if any(key in query for key in QUERY_KEYS) else overview.PAGE
    return find_page_by_name(path.removeprefix("/"))


def find_page_by_name(name: str) -> Page:
    """The page of that name; `not_found.PAGE` if there is none."""
    return next((page for page in PAGES if page.name == name), not_found.PAGE)
