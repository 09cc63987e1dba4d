"""Previews of shared links, and the page within other pages."""

import json
import re
from html import unescape

import pytest

from dashboard.web.access import Access
from dashboard.web.app import create_app
from dashboard.web.hosts import allow_hosts
from dashboard.web.sharing import PageSummary, write_preview_tags
from data.catalogue import load_catalogue
from tests.dashboard.memory_store import MemoryStore, RecordedActions

ACCESS = Access(allow_hosts("127.0.0.1", ["plumbline.example"]))
CLIENT = create_app(MemoryStore(), load_catalogue(), RecordedActions(), ACCESS).server.test_client()
HEADLINE = "ATOM/USDT on Binance: up to 33"


def read_tags(document: str) -> dict[str, str]:
    """The contents of the elements ``meta`` by name or property, and the canonical link."""
    head = document.split("</head>", maxsplit=1)[0]
    tags = re.findall(r'<meta (?:property|name)="([^"]+)" content="([^"]*)">', head)
    links = re.findall(r'<link rel="(canonical)" href="([^"]+)">', head)
    return {name: unescape(text) for name, text in [*tags, *links]}


def test_a_shared_view_has_title_description_and_picture() -> None:
    """The preview names asset, exchange and window, begins with the headline, and has the picture of the same view."""
    response = CLIENT.get("/explorer?window=crash&theme=dark", headers={"Host": "plumbline.example"})
    tags = read_tags(response.text)
    assert tags["og:title"] == "ATOM on Binance · Crash, 10 Oct 2025, 21:10 to 21:40 UTC"
    assert tags["og:description"].startswith(HEADLINE)
    assert "The largest of 5 USDT exchanges." in tags["og:description"]
    assert tags["description"] == tags["og:description"]
    assert tags["og:image"] == "http://plumbline.example/export/comparison.png?window=crash&theme=dark"
    assert (tags["og:image:width"], tags["og:image:height"]) == ("3200", "1800")
    assert tags["twitter:card"] == "summary_large_image"
    assert tags["og:url"] == tags["canonical"] == "http://plumbline.example/explorer?window=crash&theme=dark"


def test_addresses_begin_with_the_public_one() -> None:
    """Behind a proxy the configured address counts, whatever the request says of its host and scheme."""
    app = create_app(MemoryStore(), load_catalogue(), RecordedActions(), public_url="https://plumbline.example")
    tags = read_tags(app.server.test_client().get("/lows?window=crash", headers={"Host": "127.0.0.1:8050"}).text)
    assert tags["og:image"] == "https://plumbline.example/export/gaps.png?window=crash"
    assert tags["canonical"] == "https://plumbline.example/lows?window=crash"


def test_a_request_cannot_choose_the_scheme() -> None:
    """Without a configured address the header of a proxy, which anyone may send, changes nothing."""
    text = CLIENT.get("/lows?window=crash", headers={"X-Forwarded-Proto": "https"}).text
    assert read_tags(text)["og:image"] == "http://localhost/export/gaps.png?window=crash"


@pytest.mark.parametrize("path", ["/", "/overview?window=crash", "/lows?window=crash", "/compare?window=crash"])
def test_the_picture_of_a_preview_can_be_requested(path: str) -> None:
    """Its address is that of an export, which does not refuse the query."""
    picture = read_tags(CLIENT.get(path).text)["og:image"].removeprefix("http://localhost")
    rows = CLIENT.get(picture.replace(".png", ".csv"))
    assert rows.status_code == 200
    assert rows.mimetype == "text/csv"


@pytest.mark.parametrize("path", ["/method", "/data", "/explorer?asset=NOCOIN"])
def test_without_a_picture_there_is_a_plain_card(path: str) -> None:
    """Text pages, and views without candles, have no picture."""
    tags = read_tags(CLIENT.get(path).text)
    assert "og:image" not in tags
    assert tags["twitter:card"] == "summary"


def test_texts_cannot_leave_their_attribute() -> None:
    """Quotation marks and tags in a text stay text."""
    text = 'a "quote" <b>'
    summary = PageSummary(text, text, text, text, "/explorer?asset=A&window=crash", None)
    tags = write_preview_tags(summary, "http://localhost")
    assert "<b>" not in tags
    assert read_tags(tags)["og:title"] == text
    assert 'href="http://localhost/explorer?asset=A&amp;window=crash"' in tags


def test_the_title_of_the_window_needs_no_script() -> None:
    """The document has the title that the app would set."""
    assert "<title>DOGE · Lows · Plumbline</title>" in CLIENT.get("/lows?asset=DOGE").text


def test_an_embedded_page_is_finding_chart_and_source() -> None:
    """It has no navigation, no control and no app, and its link leads to the full view without the key."""
    response = CLIENT.get("/explorer?window=crash&embed=1")
    text = response.text
    assert f"<h1>{HEADLINE}" in text
    assert 'href="/explorer?window=crash"' in text
    assert "Binance · Crash, 10 Oct 2025, 21:10 to 21:40 UTC" in text
    assert len(json.loads(re.findall(r'id="figures" type="application/json">(.*?)</script>', text)[0])) == 1
    for part in ("<nav", "<button", "<input", "dash-renderer", "react-entry-point", "ghost"):
        assert part not in text


def test_an_embedded_overview_has_its_chart_in_both_sizes() -> None:
    """The browser draws the size that fits the frame."""
    text = CLIENT.get("/overview?window=crash&embed=1").text
    assert len(json.loads(re.findall(r'id="figures" type="application/json">(.*?)</script>', text)[0])) == 2


def test_an_embedded_page_without_candles_has_words() -> None:
    """Without a chart there is no script for one."""
    text = CLIENT.get("/explorer?asset=NOCOIN&embed=1").text
    assert "<h1>Nothing to measure for NOCOIN" in text
    assert "plotly" not in text
