"""Pages with charts preload plotly.js, from an address that a browser may cache, and before the app's scripts."""

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


@pytest.mark.parametrize("address", ["/explorer?asset=ATOM&window=crash", "/overview?window=crash", "/compare"])
def test_the_scripts_of_the_app_wait_for_a_first_chart(address: str) -> None:
    """Outside of the template only plotly.js has an address, and all of the app's scripts are within."""
    before, template, after = re.split("<template[^>]*>|</template>", CLIENT.get(address).text)
    (plotly_address,) = re.findall('<script src="([^"]+)"', before + after)
    assert "/plotly-basic" in plotly_address
    assert template.count("<script") == template.count("<script src=") + 1
    assert template.index("dash_renderer") < template.index("new DashRenderer(")
    assert "new DashRenderer(" not in before + after


@pytest.mark.parametrize("address", ["/data", "/lows?window=crash"])
def test_they_do_not_wait_without_a_first_chart(address: str) -> None:
    """A page of text or of a table loads the app's scripts at once."""
    document = CLIENT.get(address).text
    assert "<template" not in document
    assert "dash_renderer" in document
