"""Which requests come from another website."""

import pytest
from werkzeug.datastructures import Headers

from dashboard.web.origins import is_foreign

HERE = {"Host": "127.0.0.1:8050"}


@pytest.mark.parametrize(
    ("headers", "foreign"),
    [
        ({}, False),  # curl
        ({"Sec-Fetch-Site": "same-origin"}, False),
        ({"Sec-Fetch-Site": "same-site"}, True),  # another port of this machine
        ({"Sec-Fetch-Site": "cross-site"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, True),  # a form of another site
        ({"Origin": "http://127.0.0.1:8050"}, False),
        ({"Origin": "HTTP://127.0.0.1:8050"}, False),
        ({"Origin": "https://127.0.0.1:8050"}, False),  # a proxy speaks TLS
        ({"Origin": "http://127.0.0.1:3000"}, True),
        ({"Origin": "http://127.0.0.1"}, True),
        ({"Origin": "http://localhost:8050"}, True),
        ({"Origin": "http://evil.test:8050"}, True),
        ({"Origin": "http://127.0.0.1:8050.evil.test"}, True),
        ({"Origin": "http://127.0.0.1:8050@evil.test"}, True),
        ({"Origin": "null"}, True),
        ({"Origin": ""}, True),
        ({"Origin": "http://[::1"}, True),
        # A proxy may pass on its own name; the browser knows better.
        ({"Origin": "https://plumbline.example", "Sec-Fetch-Site": "same-origin"}, False),
        ({"Origin": "http://127.0.0.1:8050", "Sec-Fetch-Site": "cross-site"}, True),
    ],
)
def test_only_our_own_pages_and_programs_may_write(headers: dict[str, str], *, foreign: bool) -> None:
    """A POST comes from a page of this server, or from a program that is no browser."""
    assert is_foreign("POST", Headers(HERE | headers)) is foreign


@pytest.mark.parametrize(
    ("headers", "foreign"),
    [
        ({}, False),
        ({"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"}, False),
        ({"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate"}, False),  # typed
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, False),  # a link
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}, True),  # an image, a script
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"}, True),
        ({"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors"}, True),
        ({"Origin": "http://evil.test"}, True),
        ({"Origin": "http://127.0.0.1:8050"}, False),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_other_sites_may_link_but_not_read(method: str, headers: dict[str, str], *, foreign: bool) -> None:
    """What another site embeds or reads is refused; a link that a reader follows is not."""
    assert is_foreign(method, Headers(HERE | headers)) is foreign


def test_a_preflight_of_another_site_is_refused() -> None:
    """A browser asks with OPTIONS before it sends what a form could not."""
    assert is_foreign("OPTIONS", Headers(HERE | {"Origin": "http://evil.test", "Sec-Fetch-Site": "cross-site"}))


def test_without_a_host_no_origin_is_the_same() -> None:
    """An origin is compared with the host of the request."""
    assert is_foreign("POST", Headers({"Origin": "http://127.0.0.1:8050"}))
