"""Compression and caching of responses."""

import re

import pytest

from dashboard.web.app import create_app
from data.catalogue import load_catalogue
from tests.dashboard.memory_store import MemoryStore, RecordedActions

# flask-compress leaves closing files to the garbage collector.
pytestmark = pytest.mark.filterwarnings(
    "ignore:Exception ignored in. <_io.FileIO name=.*[.](js|css):pytest.PytestUnraisableExceptionWarning"
)

CLIENT = create_app(MemoryStore(), load_catalogue(), RecordedActions()).server.test_client()


def list_page_files() -> list[str]:
    """The addresses of every script and style of the explorer."""
    addresses = re.findall(r'(?:src|href)="(/[^"]+)"', CLIENT.get("/explorer").text)
    return [address for address in addresses if ".js" in address or ".css" in address]


@pytest.mark.parametrize("coding", ["zstd", "br"])
def test_every_script_and_style_is_compressed(coding: str) -> None:
    """Scripts and styles are compressed in either encoding that current browsers accept."""
    names = list_page_files()
    assert len(names) > 10
    for name in names:
        response = CLIENT.get(name, headers={"Accept-Encoding": coding})
        assert response.headers.get("Content-Encoding") == coding, name
        assert response.headers["Vary"] == "Accept-Encoding"
        response.close()


@pytest.mark.parametrize("coding", ["zstd", "br", "gzip"])
def test_json_is_compressed(coding: str) -> None:
    """Responses to the page's requests are compressed."""
    for address in ("/_dash-layout", "/_dash-dependencies"):
        assert CLIENT.get(address, headers={"Accept-Encoding": coding}).headers["Content-Encoding"] == coding


def test_every_script_and_style_is_kept() -> None:
    """Each file has a version or modification time in its address, and may be cached for a year."""
    for name in list_page_files():
        response = CLIENT.get(name)
        assert response.cache_control.max_age == 365 * 24 * 3600, name
        assert not response.cache_control.no_cache
        response.close()


def test_a_name_without_its_age_is_not_kept() -> None:
    """A file without modification time in its address is requested again, and so is the page."""
    response = CLIENT.get("/assets/page.js")
    assert response.cache_control.no_cache
    response.close()
    missing = CLIENT.get("/assets/none.js?m=1")
    assert missing.status_code == 404
    assert missing.cache_control.max_age is None
    assert CLIENT.get("/explorer").cache_control.max_age is None
