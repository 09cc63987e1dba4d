"""Pages with charts preload plotly.js, from an address that a browser may cache."""

import re

import pytest

from dashboard.web.app import create_app
from data.catalogue import load_catalogue
from tests.dashboard.memory_store import MemoryStore, RecordedActions

CLIENT = create_app(MemoryStore(), load_catalogue(), RecordedActions()).server.test_client()
PRELOAD_PATTERN = re.compile(r'<link id="charts" rel="preload" as="script" href="([^"]+)">')


@pytest.mark.parametrize("address", ["/explorer", "/lows", "/?asset=DOGE"])
def test_a_page_with_charts_asks_for_plotly_at_once(address: str) -> None:
    """The head has the preload link, and it is the address of plotly.js with a long time to live."""
    head = CLIENT.get(address).text.split("</head>")[0]
    (name,) = PRELOAD_PATTERN.findall(head)
    script = CLIENT.get(name)
    assert b"plotly.js (basic" in script.data[:200]
    assert script.headers["Cache-Control"] == "max-age=31536000, immutable"


def test_a_page_of_text_does_not() -> None:
    """The method page has no charts and does not load plotly.js."""
    assert PRELOAD_PATTERN.findall(CLIENT.get("/method").text) == []
