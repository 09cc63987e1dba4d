"""Compression and caching of responses."""

import re

import brotli
import pytest

from dashboard.web.app import create_app
from data.catalogue import load_catalogue
from tests.dashboard.memory_store import MemoryStore, RecordedActions

CLIENT = create_app(MemoryStore(), load_catalogue(), RecordedActions()).server.test_client()


def list_page_files() -> list[str]:
    """The addresses of every script and style of the explorer."""
    addresses = re.findall(r'(?:src|href)="(/[^"]+)"', CLIENT.get("/explorer").text)
    return [address for address in addresses if ".js" in address or ".css" in address]


@pytest.mark.parametrize("coding", ["zstd", "br", "gzip"])
def test_every_script_and_style_is_compressed(coding: str) -> None:
    """Scripts and styles are compressed in each encoding that current browsers accept."""
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
    """Each file has a version or a hash in its address, and may be cached for a year."""
    for name in list_page_files():
        response = CLIENT.get(name)
        assert response.cache_control.max_age == 365 * 24 * 3600, name
        assert not response.cache_control.no_cache
        response.close()


def test_a_page_is_not_kept() -> None:
    """A page is requested again, and so is a file that is not there."""
    missing = CLIENT.get("/file/pages.0123456789abcdef.js")
    assert missing.status_code == 404
    assert missing.cache_control.max_age is None
    assert CLIENT.get("/explorer").cache_control.max_age is None


def test_brotli_is_preferred() -> None:
    """What never changes is sent in the smallest encoding that a browser accepts, and as it is without any."""
    name = next(name for name in list_page_files() if "react-dom" in name)
    plain = CLIENT.get(name)
    assert "Content-Encoding" not in plain.headers
    response = CLIENT.get(name, headers={"Accept-Encoding": "gzip, deflate, br, zstd"})
    assert response.headers["Content-Encoding"] == "br"
    assert brotli.decompress(response.data) == plain.data
    assert CLIENT.get(name, headers={"Accept-Encoding": "br;q=0, gzip"}).headers["Content-Encoding"] == "gzip"
