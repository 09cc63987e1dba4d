"""The page of events, and every other page on each event of the library."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from dashboard.pages.base import PageContext
from dashboard.pages.events.page import PAGE
from dashboard.pages.events.table import THIN_TEXT
from dashboard.pages.overview.page import EMPTY_HEADING
from dashboard.service.measurements import Measurements
from dashboard.shell.router import Router
from dashboard.state.url import parse_query
from dashboard.state.view import build_default_view
from data.catalogue import load_catalogue
from tests.dashboard.component_data import collect_text, list_parts, to_plain_data
from tests.dashboard.event_store import BUILDERS, build_event_store
from tests.dashboard.memory_store import MemoryStore, RecordedActions

CATALOGUE = load_catalogue()


@pytest.fixture(scope="module")
def library() -> PageContext:
    """The replayed markets of all events."""
    return PageContext(Measurements(build_event_store(), CATALOGUE), RecordedActions())


def build_page(library: PageContext, **query: str) -> list[Any]:
    """The content of the page."""
    return PAGE.build_content(library, parse_query(query, CATALOGUE)[0])


def read_text(parts: Any) -> str:  # noqa: ANN401 - components
    """The text of components."""
    return " ".join(collect_text(to_plain_data(parts)).split())


def read_rows(library: PageContext) -> dict[str, str]:
    """The text of each row of the comparison, by the title of its event."""
    rows = [part for part in list_parts(build_page(library)) if part["type"] == "Tr"][1:]
    texts = [read_text(row) for row in rows]
    titles = [event.title for event in CATALOGUE.events.values()]
    return dict(zip(titles, texts, strict=True))


def test_the_comparison(library: PageContext) -> None:
    """Every event has a row with finding, deviations, minutes, whole minutes and rank, in the catalogue's order."""
    rows = read_rows(library)
    for title, text in rows.items():
        assert text.startswith(title)
    kraken = rows["Kraken ETH, 22 Feb 2021"]
    for words in ("up to 55% below other USD exchanges", "ETH −55%", "2 below of 60", "1 below", "largest discount"):
        assert words in kraken
    bithumb = rows["Bithumb BTC/KRW, 6 Feb 2026"]
    for words in ("up to 16% below Upbit", f"BTC −16%; {THIN_TEXT}", "5 below of 59", "not ranked"):
        assert words in bithumb
    assert "BTC +100%, highest trade at least +393%" in rows["Binance.US BTC/USDT, 21 Jun 2023"]
    assert "BTC lowest trade at least −87%" in rows["Binance.US BTC, 21 Oct 2021"]
    assert "its BTC/USD1 was up to 30% below USD exchanges" in rows["Binance BTC/USD1, 24 Dec 2025"]
    assert "USDC −4.0%, lowest trade at least −26%" in rows["Binance USDC/USDT, 3 Jan 2024"]
    assert rows["10-11 October 2025"].endswith("Not collected yet.")


def test_bars_lie_on_their_scales(library: PageContext) -> None:
    """A discount of 54.5% begins at 22.7% of a scale from -100 to 100%; what is beyond 100% ends at the edge."""
    parts = [part["props"] for part in list_parts(build_page(library)) if part["type"] == "I"]
    closes = [part["style"] for part in parts if part.get("className") == "closes"]
    kraken, spike = ([style for style in closes if style["left"] == left] for left in ("22.73%", "50.00%"))
    assert [style["width"] for style in kraken] == ["27.27%"]
    assert "50.00%" in {style["width"] for style in spike}
    trades = {(part["style"]["left"], part["style"]["width"]) for part in parts if part.get("className") == "trades"}
    assert ("50.00%", "50.00%") in trades  # 393% above
    assert ("6.45%", "43.55%") in trades  # 8,200 of 63,600


def test_cards_say_what_is_at_stake_and_what_is_there(library: PageContext) -> None:
    """A card has claim, figures with their sources, holdings, and the command for what is lacking."""
    cards = [part for part in list_parts(build_page(library)) if part["type"] == "Article"]
    texts = [read_text(card) for card in cards]
    for event, text, card in zip(CATALOGUE.events.values(), texts, cards, strict=True):
        assert event.claim is not None
        assert event.claim in text
        assert all(figure.text in text for figure in event.published)
        links = [part["props"]["href"] for part in list_parts(card) if part["type"] == "A"]
        assert {figure.source_url for figure in event.published if figure.source_url} <= set(links)
    by_id = dict(zip(CATALOGUE.events, texts, strict=True))
    assert "6 exchanges with prices; Kraken in 60 of 60 minutes." in by_id["2021-02-22"]
    assert "collect --event" not in by_id["2021-02-22"]
    assert "Nothing of Bitget, Gate and Bitfinex. Collect: plumbline collect --event 2026-02-06" in by_id["2026-02-06"]
    assert "Nothing. Collect: plumbline collect --event 2025-10-10" in by_id["2025-10-10"]


def test_links_lead_to_the_event_itself(library: PageContext) -> None:
    """Links of an event open its own default view, on the reader's clock and in the reader's colours."""
    content = build_page(library, zone="UTC+8", theme="dark", asset="DOGE", focus="okx")
    cards = [part for part in list_parts(content) if part["type"] == "Article"]
    for event_id, card in zip(CATALOGUE.events, cards, strict=True):
        hrefs = [part["props"]["href"] for part in list_parts(card) if part["type"] == "A"]
        own = [urlsplit(href) for href in hrefs if href.startswith("/")]
        with_claims = [] if event_id == "2023-03-10" else ["/claims"]
        assert [url.path for url in own] == ["/overview", "/overview", "/explorer", "/lows", "/data", *with_claims]
        view, notices = parse_query(dict(parse_qsl(own[0].query)), CATALOGUE)
        default = build_default_view(CATALOGUE, event_id)
        assert notices == ()
        assert (view.event, view.asset, view.focus, view.side) == (event_id, default.asset, default.focus, default.side)
        assert (view.zone.value, view.theme.value) == ("UTC+8", "dark")


def test_an_empty_store() -> None:
    """Without a candle every event says that it is not collected."""
    empty = MemoryStore(MemoryStore().frame.clear())
    text = read_text(build_page(PageContext(Measurements(empty, CATALOGUE), RecordedActions())))
    assert text.startswith("9 events, none of them measured yet")
    assert text.count("Not collected yet.") == len(CATALOGUE.events)


@pytest.mark.parametrize("event_id", BUILDERS)
@pytest.mark.parametrize("page_name", ["overview", "explorer", "lows", "compare", "data", "method"])
def test_every_page_shows_every_event(library: PageContext, page_name: str, event_id: str) -> None:
    """Each page opens on each event with one heading and no notice of a bad link."""
    search = f"?event={event_id}" + ("&window=morning" if event_id == "2025-12-24" else "")
    values = Router(library).open(f"/{page_name}", search)
    content = values["content", "children"]
    (heading,) = [read_text(part) for part in list_parts(content) if part["type"] == "H1"]
    assert heading not in {"Nothing can be shown", EMPTY_HEADING}
    assert "is not known" not in read_text(values["notices", "children"])


def test_the_overview_of_a_rise_opens_above(library: PageContext) -> None:
    """The spike of 2023 is a premium on the cards and in the charts, without a choice in the address."""
    text = read_text(Router(library).open("/overview", "?event=2023-06-21")["content", "children"])
    assert "up to 100% above other USDT exchanges" in text
    assert "largest premium" in text


def test_prices_in_won_name_their_currency(library: PageContext) -> None:
    """Without a rate of the won the explorer draws prices in won, and no dollar sign stands before one."""
    values = Router(library).open("/explorer", "?event=2026-02-06")
    plain = to_plain_data(values["content", "children"])
    text = collect_text(plain)
    assert "only Upbit also has prices" in text
    assert "KRW" in text
    assert "$81" not in str(plain)
    assert "$97" not in str(plain)
