"""Answers that are too large, never end, or lead elsewhere; the long form is `tests.torture.exchanges.venue_bombs`."""

from pathlib import Path

import pytest
from yarl import URL

from collectors.http.session import may_redirect
from collectors.limits import LIMITS
from collectors.request import CollectionSummary
from collectors.venues.table import VENUES
from data.schema import Outcome
from tests.collectors.memory_sink import MemorySink
from tests.collectors.replay_setup import END, START, ReplayRun, build_run
from tests.replay.bombs import redirect, send_bomb, send_endlessly, send_header
from tests.replay.faults import Fault, replace_body
from tests.replay.server import Replay

KLINES = "binance.com/api/v3/klines"
LISTING = "binance.com/api/v3/exchangeInfo"


def collect_two(*faults: Fault) -> tuple[ReplayRun[MemorySink], CollectionSummary, Replay]:
    """Binance with faults, and okx without."""
    run = build_run(MemorySink(), "binance", "okx")
    summary, replay = run.collect(*faults)
    return run, summary, replay


def check_other_venue(run: ReplayRun[MemorySink], summary: CollectionSummary) -> None:
    """Check that okx is complete."""
    assert run.read_coverage("okx", "ATOM/USDT") == [("complete", START, END)]
    assert {result.venue for result in summary.failed} == {"binance"}


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (send_bomb(KLINES, 100), "api.binance.com: more than 8 MiB, the limit of a page, unpacked"),
        (send_bomb(KLINES, 100, "deflate"), "api.binance.com: more than 8 MiB, the limit of a page, unpacked"),
        (send_endlessly(KLINES), "api.binance.com: more than 8 MiB, the limit of a page, unpacked"),
        (replace_body(KLINES, "[" * 4_000_001), "api.binance.com: more than 4,000,000, the limit of an answer's"),
        (replace_body(KLINES, "[" * 100_000), "answered"),
        (
            replace_body(KLINES, '[["1e9999999"]]'),
            "the number '1e9999999': more than 999, the limit of a number's",
        ),
        (redirect(KLINES, "{url}/evil.example/x"), "redirects to http://evil.example, which is no host of this"),
        (redirect(KLINES, "http://user:secret@127.0.0.2/api.binance.com/x"), "redirects to http://127.0.0.2, which"),
        (redirect(KLINES, "{url}/api.binance.com/api/v3/klines"), "more than 3, the limit of a chain of redirects"),
        (redirect(KLINES, "http://["), "redirects to what is no address"),
    ],
    ids=[
        "gzip",
        "deflate",
        "endless",
        "values",
        "nested",
        "exponent",
        "elsewhere",
        "another server",
        "in a circle",
        "no address",
    ],
)
def test_what_is_too_much_is_an_outcome_that_names_the_limit(fault: Fault, words: str) -> None:
    """An answer beyond a limit is bad data of its market, is not asked for again, and ends no other venue."""
    run, summary, replay = collect_two(fault)
    result = next(result for result in summary.failed if result.symbol == "ATOM/USDT")
    assert result.outcome is Outcome.BAD_DATA
    assert words in result.message
    assert "secret" not in result.message
    assert run.read_stored("binance", "ATOM/USDT") == []
    assert not [request for request in replay.requests if request.host == "evil.example"]
    check_other_venue(run, summary)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (send_bomb(LISTING, 100), "more than 40 MiB, the limit of a list of markets, unpacked"),
        (send_endlessly(LISTING), "more than 40 MiB, the limit of an answer, packed"),
    ],
    ids=["gzip", "endless"],
)
def test_a_list_of_markets_has_limits_of_its_own(fault: Fault, words: str) -> None:
    """A list beyond its limit counts as failed: the markets on record are asked for, and the limit is named."""
    run, summary, _ = collect_two(fault)
    assert run.read_coverage("binance", "ATOM/USDT") == [("complete", START, END)]
    assert any(words in result.message for result in summary.failed if result.venue == "binance")
    check_other_venue(run, summary)


def test_a_redirect_to_another_host_of_the_venue_is_followed() -> None:
    """Binance's second host has the candles that the first one redirects to."""
    run = build_run(MemorySink(), "binance")
    run.extra_hosts = {"data-api.binance.vision": "binance"}
    summary, replay = run.collect(redirect(KLINES, "{url}/data-api.binance.vision/api/v3/klines?{query}"))
    assert summary.failed == ()
    assert run.read_coverage("binance", "ATOM/USDT") == [("complete", START, END)]
    assert "data-api.binance.vision" in {request.host for request in replay.requests}


@pytest.mark.parametrize(
    "headers",
    [
        {"Content_Type": "application/json; charset=hex"},
        {"Content_Type": "application/json; charset=punycode"},
        {"Content_Encoding": "br"},
        {"Content_Encoding": "gzip"},
        {"Content_Encoding": "deflate"},
    ],
    ids=["hex", "punycode", "brotli", "no gzip", "no deflate"],
)
def test_odd_headers_are_an_outcome(headers: dict[str, str]) -> None:
    """A charset that is no text, or a packing that does not fit, leaves the market without candles."""
    run, summary, _ = collect_two(send_header(KLINES, **headers))
    assert run.read_stored("binance", "ATOM/USDT") == []
    check_other_venue(run, summary)


@pytest.mark.parametrize(
    ("address", "target", "mirror", "may"),
    [
        ("https://a.io/x", "https://a.io/y", None, True),
        ("https://a.io/x", "https://b.io/y", None, True),
        ("https://a.io/x", "https://c.io/y", None, False),
        ("https://a.io/x", "https://b.io.c.io/y", None, False),
        ("https://a.io/x", "http://a.io/x", None, False),
        ("https://a.io/x", "https://b.io:8443/y", None, False),
        ("https://a.io/x", "https://user:word@b.io/y", None, False),
        ("https://a.io/x", "file:///etc/passwd", None, False),
        ("http://m:9/c/a.io/x", "http://m:9/c/b.io/y", "http://m:9/c", True),
        ("http://m:9/c/a.io/x", "http://m:9/c/c.io/y", "http://m:9/c", False),
        ("http://m:9/c/a.io/x", "http://m:9/d/b.io/y", "http://m:9/c", False),
        ("http://m:9/a.io/x", "https://b.io/y", "http://m:9", False),
        ("http://m:9/a.io/x", "http://m:10/b.io/y", "http://m:9", False),
    ],
)
def test_redirects_stay_within_the_hosts_of_a_venue(
    address: str, target: str, mirror: str | None, *, may: bool
) -> None:
    """By the same scheme, on the default port, without an account; with a mirror within its address too."""
    assert may_redirect(URL(address), URL(target), {"a.io", "b.io"}, mirror) is may


def test_every_venue_owns_its_hosts_and_those_of_its_archives() -> None:
    """The hosts to which a venue may redirect are all that its row names."""
    hosts = {row.key: row.own_hosts for row in VENUES}
    assert {"api.binance.com", "data-api.binance.vision", "data.binance.vision"} <= hosts["binance"]
    assert "public.bybit.com" in hosts["bybit"]
    assert all(hosts.values())


def test_the_table_in_the_docs_has_every_limit() -> None:
    """docs/collecting.md names each limit with its amount and reason."""
    text = Path("docs/collecting.md").read_text(encoding="utf-8")
    rows = [f"| {limit.name} | {limit} | {limit.reason} |" for limit in LIMITS]
    assert [row for row in rows if row not in text] == []
