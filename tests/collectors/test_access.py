"""Proxies and hosts: what goes through a proxy, which one, and which host of a venue is asked."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

import app
from collectors.access import Access
from collectors.archive_download import ArchiveHost
from collectors.archives import path_of
from collectors.client import VenueClient
from collectors.exchange import VenueExchange
from collectors.failures import CollectFailure, Unreachable
from collectors.job import collect
from collectors.request import Summary
from collectors.venues import Kind, Route, VenueRow
from data.errors import UsageError
from data.schema import Outcome, Timeframe
from data.store import CandleStore
from tests.collectors.setting import END, HASTY, NOW, REQUEST, START, TABLE, evening, expected, ms
from tests.replay.server import Replay

ROWS = {row.id: row for row in HASTY if row.kind is Kind.SPOT}
FOUR = ("binance", "okx", "bybit", "coinbaseexchange")
VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "ws_proxy", "wss_proxy")

SOCKS_NO_AUTHENTICATION = b"\x05\x00"
SOCKS_NOT_ALLOWED = b"\x05\x02\x00\x01\x00\x00\x00\x00\x00\x00"
BY_NAME = 3
IPV4 = 1

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter, list[str]], Awaitable[None]]


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No proxy of this machine's environment, and no other environment than the test's afterwards."""
    with monkeypatch.context() as patch:
        for name in VARIABLES:
            patch.delenv(name, raising=False)
            patch.delenv(name.upper(), raising=False)
        yield


async def talk_http(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, asked: list[str]) -> None:
    """Note the request line and refuse: an HTTP proxy."""
    head = await reader.readuntil(b"\r\n\r\n")
    asked.append(head.decode().splitlines()[0])
    writer.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    await writer.drain()


async def talk_socks5(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, asked: list[str]) -> None:
    """Greet, note host and port, and refuse: a SOCKS5 proxy."""
    _, methods = await reader.readexactly(2)
    await reader.readexactly(methods)
    writer.write(SOCKS_NO_AUTHENTICATION)
    await writer.drain()
    *_, kind = await reader.readexactly(4)
    if kind == BY_NAME:
        (length,) = await reader.readexactly(1)
        host = (await reader.readexactly(length)).decode()
    else:
        host = socket.inet_ntoa(await reader.readexactly(4))
    asked.append(f"{host}:{int.from_bytes(await reader.readexactly(2))}")
    writer.write(SOCKS_NOT_ALLOWED)
    await writer.drain()


@dataclass(frozen=True, slots=True)
class Proxied:
    """What came of work that went through a proxy, and what the proxy was asked for."""

    result: object
    asked: list[str]


def through(talk: Talk, work: Callable[[int], Awaitable[object]]) -> Proxied:
    """Run a proxy on a port of this machine, and the work with that port."""
    asked: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await talk(reader, writer, asked)
        finally:
            writer.close()
            await writer.wait_closed()

    async def run() -> object:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        async with server:
            return await work(server.sockets[0].getsockname()[1])

    return Proxied(asyncio.run(run()), asked)


async def failure_of_list(venue: VenueRow, access: Access) -> CollectFailure:
    """Why a venue did not list its markets."""
    async with VenueClient(venue, access, lambda: NOW) as client:
        with pytest.raises(CollectFailure) as failed:
            await client.ask(VenueExchange.list_markets)
        return failed.value


async def failure_of_file(venue: VenueRow, access: Access, folder: Path) -> CollectFailure:
    """Why a file of a venue's archive did not come."""
    assert venue.archive is not None
    host = ArchiveHost(venue.archive.host, access, lambda: NOW)
    try:
        with pytest.raises(CollectFailure) as failed:
            await host.bring(
                path_of(venue.archive, "ATOM/USDT", Timeframe.M1, date(2025, 10, 10)), folder / "file", None
            )
        return failed.value
    finally:
        await host.close()


@pytest.mark.parametrize("venue", FOUR)
def test_candles_go_through_an_http_proxy(venue: str) -> None:
    """What ccxt asks is asked of the proxy, for the venue's host; one that refuses makes the venue unreachable."""
    done = through(talk_http, lambda port: failure_of_list(ROWS[venue], Access(proxy=f"http://127.0.0.1:{port}")))
    assert isinstance(done.result, Unreachable)
    assert "502" in str(done.result)
    assert set(done.asked) == {f"CONNECT {ROWS[venue].hosts[0].name}:443 HTTP/1.1"}


@pytest.mark.parametrize("venue", FOUR)
@pytest.mark.parametrize("scheme", ["socks5", "socks5h"])
def test_candles_go_through_a_socks_proxy(venue: str, scheme: str) -> None:
    """A SOCKS5 proxy gets the name of the venue's host and resolves it itself."""
    done = through(talk_socks5, lambda port: failure_of_list(ROWS[venue], Access(proxy=f"{scheme}://127.0.0.1:{port}")))
    assert isinstance(done.result, Unreachable)
    assert set(done.asked) == {f"{ROWS[venue].hosts[0].name}:443"}


@pytest.mark.parametrize(("scheme", "talk"), [("http", talk_http), ("socks5", talk_socks5), ("socks5h", talk_socks5)])
def test_archives_go_through_a_proxy(tmp_path: Path, scheme: str, talk: Talk) -> None:
    """Files are asked for through the proxy too, by the name of their host."""
    done = through(
        talk,
        lambda port: failure_of_file(ROWS["binance"], Access(proxy=f"{scheme}://127.0.0.1:{port}"), tmp_path),
    )
    assert isinstance(done.result, Unreachable)
    connect = "CONNECT data.binance.vision:443 HTTP/1.1" if talk is talk_http else "data.binance.vision:443"
    assert done.asked == [connect]


def test_a_whole_collection_goes_through_the_proxy(tmp_path: Path) -> None:
    """With a proxy nothing is asked past it: lists, candles and archives are unreachable, and it closes in order."""
    table = [replace(row, routes=(Route.ARCHIVE, Route.OHLCV)) for row in HASTY if row.key == "binance"]
    store = CandleStore(str(tmp_path / "lake"))

    def work(port: int) -> Awaitable[Summary]:
        access = Access(proxy=f"http://127.0.0.1:{port}")
        return collect(store, replace(REQUEST, venues=("binance",)), venues=table, access=access, now=lambda: NOW)

    done = through(talk_http, work)
    assert isinstance(done.result, Summary)
    assert {result.outcome for result in done.result.results} == {Outcome.UNREACHABLE}
    assert {line.split()[0] for line in done.asked} == {"CONNECT"}
    hosts = {line.split()[1] for line in done.asked}
    assert "api.binance.com:443" in hosts
    assert hosts <= {"api.binance.com:443", "data-api.binance.vision:443", "data.binance.vision:443"}


@pytest.mark.parametrize("name", ["https_proxy", "HTTPS_PROXY"])
def test_the_proxy_of_the_environment_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Without --proxy candles and files go through the proxy of the environment."""

    async def work(port: int) -> list[CollectFailure]:
        monkeypatch.setenv(name, f"http://127.0.0.1:{port}")
        row = ROWS["binance"]
        return [await failure_of_list(row, Access()), await failure_of_file(row, Access(), tmp_path)]

    done = through(talk_http, work)
    assert set(done.asked) == {
        "CONNECT api.binance.com:443 HTTP/1.1",
        "CONNECT data.binance.vision:443 HTTP/1.1",
    }


def test_no_proxy_is_respected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hosts in no_proxy are asked directly: here a mirror on this machine, while a proxy is set for everything."""
    row = ROWS["okx"]
    made = {"okx": {"ATOM/USDT": evening(3)}}
    store = CandleStore(str(tmp_path / "lake"))

    async def work(port: int) -> Summary:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{port}")
        monkeypatch.setenv("no_proxy", "127.0.0.1,localhost")
        async with Replay(made, now_ms=ms(NOW)) as replay:
            request = replace(REQUEST, venues=("okx",))
            return await collect(
                store, request, venues=[replace(row, archive=None)], access=Access(replay.url), now=lambda: NOW
            )

    done = through(talk_http, work)
    assert done.asked == []
    assert isinstance(done.result, Summary)
    assert done.result.failed == ()
    assert done.result.new == 240


def test_a_proxy_that_is_named_beats_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """--proxy counts before the environment's, and for hosts in no_proxy too."""
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "www.okx.com")
    done = through(talk_http, lambda port: failure_of_list(ROWS["okx"], Access(proxy=f"http://127.0.0.1:{port}")))
    assert set(done.asked) == {"CONNECT www.okx.com:443 HTTP/1.1"}


@pytest.mark.parametrize(
    "proxy",
    [
        *("", "127.0.0.1:8080", "http://", "http://[", "ftp://127.0.0.1:21", "http://a:port", "socks5://127.0.0.1"),
        *("http://a:1,http://b:2", "http://a:1 http://b:2"),
    ],
)
def test_what_is_no_proxy_is_a_usage_error(tmp_path: Path, proxy: str) -> None:
    """Two proxies, none, or another scheme end with 2 before anything is asked."""
    with pytest.raises(UsageError, match="is no address such as http://HOST:PORT"):
        Access(proxy=proxy)
    result = _collect(tmp_path, "--venues", "okx", "--proxy", proxy)
    assert result == 2


def _collect(folder: Path, *words: str) -> int:
    """The exit code of `collect` of ATOM on the evening."""
    window = ("--from", "2025-10-10T20:00Z", "--to", "2025-10-11T00:00Z")
    store = str(folder / "lake")
    return CliRunner().invoke(app.main, ["--store", store, "collect", "--assets", "ATOM", *window, *words]).exit_code


def collected_at(tmp_path: Path, hosts: Mapping[str, str], also: Mapping[str, str]) -> tuple[CandleStore, Replay]:
    """Collect ATOM on Bybit from a replay that also answers at other hosts."""
    store = CandleStore(str(tmp_path / "lake"))

    async def run() -> Replay:
        async with Replay({"bybit": {"ATOM/USDT": evening(3)}}, now_ms=ms(NOW), also=also) as replay:
            access = Access(replay.url, hosts=hosts)
            request = replace(REQUEST, venues=("bybit",))
            await collect(store, request, venues=TABLE, access=access, now=lambda: NOW)
            return replay

    return store, asyncio.run(run())


def test_another_host_of_a_venue_is_asked_and_named(tmp_path: Path) -> None:
    """`--host bybit=api.bytick.com` asks that host only, and candles and coverage name it as their source."""
    store, replay = collected_at(tmp_path, {"bybit": "api.bytick.com"}, {"api.bytick.com": "bybit"})
    assert {asked.host for asked in replay.requests} == {"api.bytick.com"}
    columns = ("open_time", "open", "high", "low", "close", "volume")
    rows = store.candles(["ATOM"], START, END).select(columns).rows()
    assert rows == expected("bybit", evening(3))
    sources = set(store.holdings()["source"]) | set(store.coverage(["ATOM"], START, END)["source"])
    assert {source.rpartition("/")[2] for source in sources} == {"api.bytick.com"}


def test_the_host_is_that_of_swaps_too() -> None:
    """Spot and futures of a venue are asked at the chosen host."""
    access = Access(hosts={"bybit": "api.bytick.com"})
    rows = [row for row in HASTY if row.id == "bybit"]
    assert [[host.name for host in access.hosts_of(row)] for row in rows] == [["api.bytick.com"]] * 2


@pytest.mark.parametrize("host", ["api.bybit.example", "bytick.com", "api.bybit.com:443"])
def test_an_unknown_host_is_a_usage_error(tmp_path: Path, host: str) -> None:
    """A host that the table does not have ends with 2 and lists those that it has."""
    with pytest.raises(UsageError, match=r"hosts on record: api\.bybit\.com, api\.bytick\.com"):
        Access(hosts={"bybit": host}).hosts_of(ROWS["bybit"])
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
    """A host for a venue that is not in the table ends with 2."""
    assert _collect(tmp_path, "--venues", "okx", "--host", "nowhere=api.example.com") == 2
