"""What the app refuses before any page, route or callback sees it, and the headers of all answers."""

import re
from base64 import b64encode
from hashlib import sha256

import pytest
from flask.testing import FlaskClient

from dashboard.web.access import Access
from dashboard.web.app import create_app
from dashboard.web.files.page_files import bundle_styles
from dashboard.web.hosts import allow_hosts
from dashboard.web.prerender import Prerendered
from data.catalogue import load_catalogue
from tests.dashboard.memory_store import MemoryStore, RecordedActions

ACTIONS = RecordedActions()
CLIENT = create_app(MemoryStore(), load_catalogue(), ACTIONS).server.test_client()
EVIL_HOST = {"Host": "evil.test:8050"}
FOREIGN_SITE = {"Origin": "http://evil.test", "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}
PATHS = (
    *("/", "/data", "/explorer?embed=1", "/nowhere", "/_dash-layout", "/_dash-dependencies", bundle_styles().address),
    *("/docs/method.md", "/export/measurement.json?window=crash", "/export/nothing.csv"),
)


@pytest.mark.parametrize("path", PATHS)
def test_nothing_is_answered_under_a_foreign_name(path: str) -> None:
    """A page, a file and an export are refused with 421 and the name of the setting."""
    response = CLIENT.get(path, headers=EVIL_HOST)
    assert response.status_code == 421
    assert response.mimetype == "text/plain"
    assert "PLUMBLINE_ALLOWED_HOSTS" in response.text


def test_a_request_without_a_readable_host_is_malformed() -> None:
    """A user name in the host is refused with 400."""
    response = CLIENT.get("/", headers={"Host": "localhost@evil.test"})
    assert response.status_code == 400
    assert "Host" in response.text


@pytest.mark.parametrize("path", ["/_dash-update-component", "/import?name=a.csv"])
@pytest.mark.parametrize(("headers", "status"), [(EVIL_HOST, 421), (FOREIGN_SITE, 403), ({"Origin": "null"}, 403)])
def test_no_website_may_write(path: str, headers: dict[str, str], status: int) -> None:
    """A callback and an import are refused before their bodies are looked at."""
    response = CLIENT.post(path, data=b"venue", content_type="application/octet-stream", headers=headers)
    assert response.status_code == status
    assert ACTIONS.calls == []


def test_no_website_may_read_an_export() -> None:
    """A file that another site embeds or reads is refused; one that a reader follows a link to is not."""
    path = "/export/measurement.json?window=crash"
    assert CLIENT.get(path, headers=FOREIGN_SITE).status_code == 403
    assert CLIENT.get(path, headers=FOREIGN_SITE | {"Sec-Fetch-Mode": "navigate"}).status_code == 200


@pytest.fixture(scope="module")
def account_client() -> FlaskClient:
    """A client of an app with an account whose password has a colon and a letter beyond ASCII."""
    access = Access(allow_hosts("0.0.0.0"), account="anna:pass:w\u00f6rd")  # noqa: S104 - not served
    client: FlaskClient = create_app(MemoryStore(), load_catalogue(), RecordedActions(), access).server.test_client()
    return client


def encode_account(text: str) -> dict[str, str]:
    """The header of a user and password."""
    return {"Authorization": f"Basic {b64encode(text.encode()).decode()}"}


@pytest.mark.parametrize("path", PATHS)
def test_an_account_is_asked_for_everywhere(account_client: FlaskClient, path: str) -> None:
    """Without the account there is 401 and the header by which browsers ask; with it there is an answer."""
    response = account_client.get(path)
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"].startswith("Basic ")
    with account_client.get(path, headers=encode_account("anna:pass:w\u00f6rd")) as answer:
        assert answer.status_code == {"/nowhere": 404, "/export/nothing.csv": 400}.get(path, 200)


@pytest.mark.parametrize(
    "headers",
    [
        encode_account("anna:pass"),
        encode_account("anna:pass:w\u00f6rdx"),
        encode_account("Anna:pass:w\u00f6rd"),
        encode_account(":"),
        encode_account("anna"),
        {"Authorization": "Basic !"},
        {"Authorization": "Basic"},
        {"Authorization": "Bearer anna:pass:w"},
        {"Authorization": ""},
    ],
)
def test_any_other_account_is_refused(account_client: FlaskClient, headers: dict[str, str]) -> None:
    """A wrong user, a wrong password, and what is no account."""
    assert account_client.get("/", headers=headers).status_code == 401


def test_the_account_is_no_pass_for_websites(account_client: FlaskClient) -> None:
    """A browser sends the account with requests of other sites as well."""
    headers = encode_account("anna:pass:w\u00f6rd")
    assert account_client.post("/import?name=a.csv", headers=headers | FOREIGN_SITE).status_code == 403
    assert account_client.get("/", headers=headers | EVIL_HOST).status_code == 421


def test_the_password_is_not_printed() -> None:
    """What is printed of the rules does not have the account."""
    assert "secret" not in repr(Access(account="anna:secret"))


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("headers", [{}, EVIL_HOST, FOREIGN_SITE])
def test_every_answer_has_the_headers(path: str, headers: dict[str, str]) -> None:
    """Pages, files, exports, errors and refusals tell the browser to keep them from other sites."""
    with CLIENT.get(path, headers=headers) as response:
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Referrer-Policy"] == "same-origin"
        assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert response.headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self' 'sha256-")


@pytest.mark.parametrize(
    ("path", "headers", "may_be_framed"),
    [
        ("/explorer?embed=1", {}, True),
        ("/data?embed=1", {}, True),
        ("/nowhere?embed=1", {}, True),
        ("/explorer", {}, False),
        ("/data?embed=0", {}, False),
        ("/nowhere", {}, False),
        ("/_dash-layout?embed=1", {}, False),
        ("/export/measurement.json?window=crash&embed=1", {}, False),
        ("/explorer?embed=1", EVIL_HOST, False),
    ],
)
def test_only_the_embedded_page_may_be_framed(path: str, headers: dict[str, str], *, may_be_framed: bool) -> None:
    """Other sites may frame the page without controls, and not the one where a click can change the store."""
    policy = CLIENT.get(path, headers=headers).headers["Content-Security-Policy"]
    assert policy.endswith("; frame-ancestors 'none'") is not may_be_framed
    assert ("frame-ancestors" in policy) is not may_be_framed


def test_a_page_that_cannot_be_embedded_may_not_be_framed() -> None:
    """Where there is nothing to embed the whole app is sent, with its controls."""
    app = create_app(MemoryStore(), load_catalogue(), RecordedActions())
    app.prerender = lambda *_: Prerendered("")
    response = app.server.test_client().get("/explorer?embed=1")
    assert "_dash-renderer" in response.text
    assert response.headers["Content-Security-Policy"].endswith("; frame-ancestors 'none'")


@pytest.mark.parametrize("path", ["/", "/explorer?window=crash", "/data", "/explorer?window=crash&embed=1", "/nowhere"])
def test_every_script_of_a_page_is_allowed(path: str) -> None:
    """The policy has the hash of each inline script, and allows neither others nor code from text."""
    response = CLIENT.get(path)
    policy = response.headers["Content-Security-Policy"]
    scripts = re.findall(
        r"<script(?![^>]* src=)(?![^>]*application/json)[^>]*>(.*?)</script>", response.text, re.DOTALL
    )
    assert scripts
    for script in scripts:
        assert f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" in policy
    script_sources = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert "unsafe" not in script_sources
    assert re.findall(r" on\w+=", response.text) == []
