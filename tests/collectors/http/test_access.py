"""Proxies and hosts: which requests go through which proxy, and to which host of a venue."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

import app
from collectors.archives.download import ArchiveHost
from collectors.archives.limited_file import DiskBudget
from collectors.archives.paths import format_path
from collectors.collect import collect_candles
from collectors.failures import CollectFailure, Unreachable
from collectors.http.access import Access
from collectors.http.ccxt_exchange import VenueExchange
from collectors.http.client import VenueClient
from collectors.limits import CANDLE_FILE
from collectors.request import CollectionSummary
from collectors.venues.row import MarketType, Route, VenueRow
from data.errors import UsageError
from data.schema import Outcome, Timeframe
from data.store import CandleStore
from tests.collectors.replay_setup import (
    END,
    FAST_VENUES,
    NOW,
    REQUEST,
    SPOT_OHLCV_VENUES,
    START,
    build_evening,
    list_expected,
    to_ms,
)
from tests.replay.server import Replay

ROWS = {row.id: row for row in FAST_VENUES if row.kind is MarketType.SPOT}
FOUR_VENUES = ("binance", "okx", "bybit", "coinbaseexchange")
PROXY_VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "ws_proxy", "wss_proxy")

SOCKS_NO_AUTHENTICATION = b"\x05\x00"
SOCKS_NOT_ALLOWED = b"\x05\x02\x00\x01\x00\x00\x00\x00\x00\x00"
SOCKS_BY_NAME = 3
SOCKS_IPV4 = 1

ProxyHandler = Callable[[asyncio.StreamReader, asyncio.StreamWriter, list[str]], Awaitable[None]]


@pytest.fixture(autouse=True)
def _clear_proxy_environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Tests run without the proxy variables of the environment."""
    with monkeypatch.context() as patch:
        for name in PROXY_VARIABLES:
            patch.delenv(name, raising=False)
            patch.delenv(name.upper(), raising=False)
        yield


async def serve_http_proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, requests: list[str]) -> None:
    """An HTTP proxy that records the request line and refuses."""
    head = await reader.readuntil(b"\r\n\r\n")
    requests.append(head.decode().splitlines()[0])
    writer.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    await writer.drain()


async def serve_socks5_proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, requests: list[str]) -> None:
    """A SOCKS5 proxy that records host and port and refuses."""
    _, methods = await reader.readexactly(2)
    await reader.readexactly(methods)
    writer.write(SOCKS_NO_AUTHENTICATION)
    await writer.drain()
    *_, kind = await reader.readexactly(4)
    if kind == SOCKS_BY_NAME:
        (length,) = await reader.readexactly(1)
        host = (await reader.readexactly(length)).decode()
    else:
        host = socket.inet_ntoa(await reader.readexactly(4))
    requests.append(f"{host}:{int.from_bytes(await reader.readexactly(2))}")
    writer.write(SOCKS_NOT_ALLOWED)
    await writer.drain()


@dataclass(frozen=True, slots=True)
class ProxyRun:
    """The result of an action through a proxy, and the requests to the proxy."""

    result: object
    requests: list[str]


def run_through_proxy(handler: ProxyHandler, action: Callable[[int], Awaitable[object]]) -> ProxyRun:
    """Run a proxy on a local port, and the action with that port."""
    requests: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await handler(reader, writer, requests)
        finally:
            writer.close()
            await writer.wait_closed()

    async def run_action() -> object:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        async with server:
            return await action(server.sockets[0].getsockname()[1])

    return ProxyRun(asyncio.run(run_action()), requests)


async def get_listing_failure(venue: VenueRow, access: Access) -> CollectFailure:
    """Why a venue did not list its markets."""
    async with VenueClient(venue, access, lambda: NOW) as client:
        with pytest.raises(CollectFailure) as failed:
            await client.call(VenueExchange.list_markets)
        return failed.value


async def get_file_failure(venue: VenueRow, access: Access, folder: Path) -> CollectFailure:
    """Why a file of a venue's archive was not downloaded."""
    assert venue.archive is not None
    host = ArchiveHost(venue.archive.host, access, lambda: NOW)
    try:
        with pytest.raises(CollectFailure) as failed:
            await host.download_file(
                format_path(venue.archive.files[0], "ATOM/USDT", Timeframe.M1, date(2025, 10, 10)),
                folder / "file",
                None,
                CANDLE_FILE,
                DiskBudget(),
            )
        return failed.value
    finally:
        await host.close()


@pytest.mark.parametrize("venue", FOUR_VENUES)
def test_candles_go_through_an_http_proxy(venue: str) -> None:
    """Requests of ccxt go to the proxy, for the venue's host; a proxy that refuses makes the venue unreachable."""
    proxy_run = run_through_proxy(
        serve_http_proxy, lambda port: get_listing_failure(ROWS[venue], Access(proxy=f"http://127.0.0.1:{port}"))
    )
    assert isinstance(proxy_run.result, Unreachable)
    assert "502" in str(proxy_run.result)
    assert set(proxy_run.requests) == {f"CONNECT {ROWS[venue].hosts[0].name}:443 HTTP/1.1"}


@pytest.mark.parametrize("venue", FOUR_VENUES)
@pytest.mark.parametrize("scheme", ["socks5", "socks5h"])
def test_candles_go_through_a_socks_proxy(venue: str, scheme: str) -> None:
    """A SOCKS5 proxy gets the name of the venue's host and resolves it itself."""
    proxy_run = run_through_proxy(
        serve_socks5_proxy, lambda port: get_listing_failure(ROWS[venue], Access(proxy=f"{scheme}://127.0.0.1:{port}"))
    )
    assert isinstance(proxy_run.result, Unreachable)
    assert set(proxy_run.requests) == {f"{ROWS[venue].hosts[0].name}:443"}


@pytest.mark.parametrize(
    ("scheme", "talk"), [("http", serve_http_proxy), ("socks5", serve_socks5_proxy), ("socks5h", serve_socks5_proxy)]
)
def test_archives_go_through_a_proxy(tmp_path: Path, scheme: str, talk: ProxyHandler) -> None:
    """Files are requested through the proxy too, by the name of their host."""
    proxy_run = run_through_proxy(
        talk,
        lambda port: get_file_failure(ROWS["binance"], Access(proxy=f"{scheme}://127.0.0.1:{port}"), tmp_path),
    )
    assert isinstance(proxy_run.result, Unreachable)
    connect = "CONNECT data.binance.vision:443 HTTP/1.1" if talk is serve_http_proxy else "data.binance.vision:443"
    assert proxy_run.requests == [connect]


def test_a_whole_collection_goes_through_the_proxy(tmp_path: Path) -> None:
    """All requests go through the proxy: with one that refuses, lists, candles and archives are unreachable."""
    table = [replace(row, routes=(Route.ARCHIVE, Route.OHLCV)) for row in FAST_VENUES if row.key == "binance"]
    store = CandleStore(str(tmp_path / "lake"))

    def work(port: int) -> Awaitable[CollectionSummary]:
        access = Access(proxy=f"http://127.0.0.1:{port}")
        return collect_candles(
            store, replace(REQUEST, venues=("binance",)), venues=table, access=access, now=lambda: NOW
        )

    proxy_run = run_through_proxy(serve_http_proxy, work)
    assert isinstance(proxy_run.result, CollectionSummary)
    assert {result.outcome for result in proxy_run.result.results} == {Outcome.UNREACHABLE}
    assert {line.split()[0] for line in proxy_run.requests} == {"CONNECT"}
    hosts = {line.split()[1] for line in proxy_run.requests}
    assert "api.binance.com:443" in hosts
    assert hosts <= {"api.binance.com:443", "data-api.binance.vision:443", "data.binance.vision:443"}


@pytest.mark.parametrize("name", ["https_proxy", "HTTPS_PROXY"])
def test_the_proxy_of_the_environment_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Without --proxy candles and files go through the proxy of the environment."""

    async def work(port: int) -> list[CollectFailure]:
        monkeypatch.setenv(name, f"http://127.0.0.1:{port}")
        row = ROWS["binance"]
        return [await get_listing_failure(row, Access()), await get_file_failure(row, Access(), tmp_path)]

    proxy_run = run_through_proxy(serve_http_proxy, work)
    assert set(proxy_run.requests) == {
        "CONNECT api.binance.com:443 HTTP/1.1",
        "CONNECT data.binance.vision:443 HTTP/1.1",
    }


def test_no_proxy_is_respected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hosts in no_proxy are requested directly: here a local mirror, while a proxy is set for everything."""
    row = ROWS["okx"]
    venues = {"okx": {"ATOM/USDT": build_evening(3)}}
    store = CandleStore(str(tmp_path / "lake"))

    async def work(port: int) -> CollectionSummary:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{port}")
        monkeypatch.setenv("no_proxy", "127.0.0.1,localhost")
        async with Replay(venues, now_ms=to_ms(NOW)) as replay:
            request = replace(REQUEST, venues=("okx",))
            return await collect_candles(
                store, request, venues=[replace(row, archive=None)], access=Access(replay.url), now=lambda: NOW
            )

    proxy_run = run_through_proxy(serve_http_proxy, work)
    assert proxy_run.requests == []
    assert isinstance(proxy_run.result, CollectionSummary)
    assert proxy_run.result.failed == ()
    assert proxy_run.result.new == 240


def test_a_proxy_that_is_named_beats_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """--proxy is used instead of the environment's, also for hosts in no_proxy."""
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "www.okx.com")
    proxy_run = run_through_proxy(
        serve_http_proxy, lambda port: get_listing_failure(ROWS["okx"], Access(proxy=f"http://127.0.0.1:{port}"))
    )
    assert set(proxy_run.requests) == {"CONNECT www.okx.com:443 HTTP/1.1"}


@pytest.mark.parametrize(
    "proxy",
    [
        *("", "127.0.0.1:8080", "http://", "http://[", "ftp://127.0.0.1:21", "http://a:port", "socks5://127.0.0.1"),
        *("http://a:1,http://b:2", "http://a:1 http://b:2"),
    ],
)
def test_what_is_no_proxy_is_a_usage_error(tmp_path: Path, proxy: str) -> None:
    """Two proxies, none, or another scheme exit with 2 before any request."""
    with pytest.raises(UsageError, match="is no address such as http://HOST:PORT"):
        Access(proxy=proxy)
    result = _run_collect_command(tmp_path, "--venues", "okx", "--proxy", proxy)
    assert result == 2


def _run_collect_command(folder: Path, *arguments: str) -> int:
    """The exit code of `collect_candles` of ATOM on the evening."""
    window = ("--from", "2025-10-10T20:00Z", "--to", "2025-10-11T00:00Z")
    store = str(folder / "lake")
    return (
        CliRunner().invoke(app.main, ["--store", store, "collect", "--assets", "ATOM", *window, *arguments]).exit_code
    )


def collect_from_hosts(
    tmp_path: Path, hosts: Mapping[str, str], extra_hosts: Mapping[str, str]
) -> tuple[CandleStore, Replay]:
    """Collect ATOM on Bybit from a replay that also answers at other hosts."""
    store = CandleStore(str(tmp_path / "lake"))

    async def collect_from_replay() -> Replay:
        async with Replay(
            {"bybit": {"ATOM/USDT": build_evening(3)}}, now_ms=to_ms(NOW), extra_hosts=extra_hosts
        ) as replay:
            access = Access(replay.url, hosts=hosts)
            request = replace(REQUEST, venues=("bybit",))
            await collect_candles(store, request, venues=SPOT_OHLCV_VENUES, access=access, now=lambda: NOW)
            return replay

    return store, asyncio.run(collect_from_replay())


def test_another_host_of_a_venue_is_asked_and_named(tmp_path: Path) -> None:
    """With `--host bybit=api.bytick.com` only that host is requested, and it is the source of candles and coverage."""
    store, replay = collect_from_hosts(tmp_path, {"bybit": "api.bytick.com"}, {"api.bytick.com": "bybit"})
    assert {request.host for request in replay.requests} == {"api.bytick.com"}
    columns = ("open_time", "open", "high", "low", "close", "volume")
    rows = store.read_candles(["ATOM"], START, END).select(columns).rows()
    assert rows == list_expected("bybit", build_evening(3))
    sources = set(store.candles.read_holdings()["source"]) | set(
        store.coverage.read_rows(["ATOM"], START, END)["source"]
    )
    assert {source.rpartition("/")[2] for source in sources} == {"api.bytick.com"}


def test_the_host_is_that_of_swaps_too() -> None:
    """The chosen host applies to spot and futures of a venue."""
    access = Access(hosts={"bybit": "api.bytick.com"})
    rows = [row for row in FAST_VENUES if row.id == "bybit"]
    assert [[host.name for host in access.select_hosts(row)] for row in rows] == [["api.bytick.com"]] * 2


@pytest.mark.parametrize("host", ["api.bybit.example", "bytick.com", "api.bybit.com:443"])
def test_an_unknown_host_is_a_usage_error(tmp_path: Path, host: str) -> None:
    """A host that is not in the table exits with 2 and lists those that are."""
    with pytest.raises(UsageError, match=r"hosts on record: api\.bybit\.com, api\.bytick\.com"):
        Access(hosts={"bybit": host}).select_hosts(ROWS["bybit"])
    words = ("collect", "--assets", "ATOM", "--from", "2025-10-10T20:00Z", "--to", "2025-10-11T00:00Z")
    store = str(tmp_path / "lake")
    chosen = ("--venues", "bybit", "--host", f"bybit={host}", "--mirror", "http://127.0.0.1:9")
    result = CliRunner().invoke(app.main, ["--store", store, *words, *chosen])
    assert result.exit_code == 2
    assert "hosts on record: api.bybit.com, api.bytick.com" in result.output
    checked = CliRunner().invoke(app.main, ["--store", store, "collect", "--check", *chosen])
    assert checked.exit_code == 2
    assert "hosts on record: api.bybit.com, api.bytick.com" in checked.output


def test_a_host_of_an_unknown_venue_is_a_usage_error(tmp_path: Path) -> None:
    """A host for an unknown venue exits with 2."""
    assert _run_collect_command(tmp_path, "--venues", "okx", "--host", "nowhere=api.example.com") == 2
