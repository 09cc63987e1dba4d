"""Addresses that no link has are answered at once, by a page with notices or a refusal."""

import re
from collections.abc import Iterator
from http import HTTPStatus

import pytest

from dashboard.exports.registry import EXPORTS
from dashboard.web.app import create_app
from data.catalogue import load_catalogue
from tests.dashboard.memory_store import MemoryStore, RecordedActions
from tests.torture.server.endpoint_addresses import EXPORT_PATHS, LONG_QUERIES, PAGE_PATHS, STRANGE_PATHS, TEXTS
from tests.torture.server.probe import Probe

LIMIT_SENTENCE = "The query of an address may have 8,000 characters, its path 1,000.\n"


@pytest.fixture(scope="module")
def probe() -> Iterator[Probe]:
    """Requests to an app whose tracebacks are caught; time is not measured."""
    app = create_app(MemoryStore(), load_catalogue(), RecordedActions())
    with Probe(app, read_cpu_s=None) as probe:
        yield probe


def open_address(probe: Probe, path: str, query: str = "") -> tuple[int, str]:
    """The status and the text of an answer that is no fault."""
    response = probe.send(f"{path}?{query}", "GET", path, environ_overrides={"QUERY_STRING": query})
    assert response is not None
    assert probe.faults == []
    return response.status_code, response.text


def test_the_longest_query_has_8000_characters(probe: Probe) -> None:
    """A longer one is refused before it is read, and so is a long path."""
    longest = f"k={'x' * 7_998}"
    assert open_address(probe, "/method", longest)[0] == HTTPStatus.OK
    assert open_address(probe, "/method", f"{longest}x") == (HTTPStatus.REQUEST_URI_TOO_LONG, LIMIT_SENTENCE)
    assert open_address(probe, f"/{'x' * 1_000}") == (HTTPStatus.REQUEST_URI_TOO_LONG, LIMIT_SENTENCE)


@pytest.mark.parametrize("path", ["/explorer", "/", "/export/comparison.csv"])
def test_30000_exchanges_in_an_address_are_refused(probe: Probe, path: str) -> None:
    """Of each kind of page and file."""
    status, _ = open_address(probe, path, LONG_QUERIES["30,000 exchanges"])
    assert status == HTTPStatus.REQUEST_URI_TOO_LONG


def test_a_query_is_in_ascii(probe: Probe) -> None:
    """Whatever else a browser encodes; a byte that is no character could not be read."""
    sentence = "This address has characters that must be encoded in one.\n"
    for query in ("q=\xff", "\xe4\xb8\xad", "q=\x7f", "q=a\tb"):
        assert open_address(probe, "/explorer", query) == (HTTPStatus.BAD_REQUEST, sentence)
        assert open_address(probe, "/export/comparison.csv", query) == (HTTPStatus.BAD_REQUEST, sentence)


def test_a_page_repeats_few_of_the_wrong_values(probe: Probe) -> None:
    """Twelve notices, and one that counts the rest: of 3,999 names, of which none is one of an exchange."""
    status, text = open_address(probe, "/explorer", f"out={','.join('!' * 3_998)}")
    assert status == HTTPStatus.OK
    assert text.count("names &#x27;!&#x27;") == 12
    assert "The link has 3,986 more such values." in text


def test_a_view_excludes_at_most_200_exchanges(probe: Probe) -> None:
    """More than there are; each link of the page would repeat them."""
    status, text = open_address(probe, "/explorer", f"out={','.join(f'v{number}' for number in range(201))}")
    assert status == HTTPStatus.OK
    assert "out names 201 exchanges; the first 200 are taken." in text
    (canonical,) = re.findall(r'rel="canonical" href="([^"]*)"', text)
    assert "v199" in canonical
    assert "v200" not in canonical


def test_every_page_and_export_takes_strange_values(probe: Probe) -> None:
    """Each key of two with a value that it never has, over all paths in turn; and an export names what it refuses."""
    for number, text in enumerate(TEXTS):
        page_path, export_path = PAGE_PATHS[number % len(PAGE_PATHS)], EXPORT_PATHS[number % len(EXPORT_PATHS)]
        assert open_address(probe, page_path, f"asset={text}&from={text}")[0] < HTTPStatus.INTERNAL_SERVER_ERROR
        assert open_address(probe, export_path, f"focus={text}&out={text}")[0] < HTTPStatus.INTERNAL_SERVER_ERROR
    assert len(EXPORT_PATHS) > len(EXPORTS)


@pytest.mark.parametrize("path", STRANGE_PATHS, ids=[path[:24] for path in STRANGE_PATHS])
def test_strange_paths_are_no_error(probe: Probe, path: str) -> None:
    """Of no page, or only for programs."""
    response = probe.send(path, "GET", path)
    assert response is not None
    assert probe.faults == []
