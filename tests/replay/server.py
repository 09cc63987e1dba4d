"""A server that responds to ``http://127.0.0.1:PORT/HOST/PATH`` as ``https://HOST/PATH`` would."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from email.utils import formatdate
from http import HTTPStatus
from types import TracebackType
from typing import Protocol, Self

from aiohttp import web

from tests.replay.faults import Fault
from tests.replay.format import Format, Json, Markets
from tests.replay.formats import FORMATS
from tests.replay.market import PublicTrade, RecordedRequest, Refusal

Trades = Mapping[str, list[PublicTrade]]


class Site(Protocol):
    """What responds for a host: JSON, or the bytes of a file."""

    def respond(self, request: RecordedRequest, fault: Fault) -> Json | bytes:
        """The response; raises `Refusal` for an error. Of the fault, ``change_rows`` and ``change_query`` are used."""


class Replay:
    """Venues with the given bars, by ccxt id and unified symbol; an async context manager.

    ``requests`` are those received, ``unknown_parameters`` their query parameters that the venues do not document.
    ``now_ms`` is the clock of the venues and may be set; responses bear it as their Date, unless ``has_dates`` is
    False. ``extra_hosts`` are further hosts, each with its venue.
    ``trades`` are public trades by venue and symbol, oldest first, ``sites`` respond for other hosts, such as archives.
    """

    def __init__(
        self,
        venues: Mapping[str, Markets],
        *,
        now_ms: int,
        faults: tuple[Fault, ...] = (),
        extra_hosts: Mapping[str, str] | None = None,
        trades: Mapping[str, Trades] | None = None,
        sites: Mapping[str, Site] | None = None,
        has_dates: bool = True,
    ) -> None:
        self.requests: list[RecordedRequest] = []
        self.unknown_parameters: set[str] = set()
        self.url = ""
        self.faults = list(faults)
        self.now_ms = now_ms
        self._has_dates = has_dates
        hosts = [*((FORMATS[venue].host, venue) for venue in venues), *(extra_hosts or {}).items()]
        self._formats: defaultdict[str, list[Format]] = defaultdict(list)
        sites_by_host: defaultdict[str, list[VenueSite]] = defaultdict(list)
        for host, venue in hosts:
            self._formats[host].append(FORMATS[venue])
            sites_by_host[host].append(VenueSite(self, FORMATS[venue], venues[venue], (trades or {}).get(venue, {})))
        self._sites: dict[str, Site] = {
            host: SharedSite(venue_sites) for host, venue_sites in sites_by_host.items()
        } | dict(sites or {})
        app = web.Application()
        app.router.add_get("/{host}/{path:.*}", self._handle)
        app.on_response_prepare.append(self._set_date)
        self._runner = web.AppRunner(app, access_log=None)

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._runner.cleanup()

    def list_candle_requests(self, venue: str | None = None) -> list[RecordedRequest]:
        """The requests for candles or trades, of all venues or of the host of one."""
        return [
            request
            for request in self.requests
            if (formats := self._formats.get(request.host)) is not None
            and not any(request.path in {format_.listing_path, *format_.extra_lists} for format_ in formats)
            and (venue is None or FORMATS[venue] in formats)
        ]

    async def _set_date(self, request: web.Request, response: web.StreamResponse) -> None:
        del request
        if self._has_dates:
            response.headers["Date"] = formatdate(self.now_ms // 1000, usegmt=True)
        else:
            del response.headers["Date"]

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        recorded = RecordedRequest(request.match_info["host"], "/" + request.match_info["path"], dict(request.query))
        self.requests.append(recorded)
        fault = next((fault for fault in self.faults if fault.applies_to(recorded)), Fault(""))
        if fault.release is not None and fault.waiting is not None:
            fault.waiting.set()
            await fault.release.wait()
        if fault.answer is not None:
            return await fault.answer(request)
        if fault.cut:
            return await _send_cut_response(request)
        if fault.status is not None:
            return _build_response(fault.body, fault.status, fault.headers)
        try:
            if recorded.host not in self._sites:
                raise Refusal(404, {"message": "no such host"})  # noqa: TRY301 - one place that sends refusals
            answer = self._sites[recorded.host].respond(recorded, fault)
        except Refusal as refusal:
            return _build_response(json.dumps(refusal.body), refusal.status)
        is_file = isinstance(answer, bytes)
        body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        if fault.change_body is not None:
            body = fault.change_body(body, recorded)
        kind = "application/octet-stream" if is_file else "application/json; charset=utf-8"
        return web.Response(body=body, headers={"Content-Type": kind} | dict(fault.headers))


class SharedSite:
    """Venues that share a host: the first that has the path responds."""

    def __init__(self, sites: Sequence["VenueSite"]) -> None:
        self._sites = sites

    def respond(self, request: RecordedRequest, fault: Fault) -> Json:
        """The first response that is no 404."""
        for site in self._sites:
            try:
                return site.respond(request, fault)
            except Refusal as refusal:
                if refusal.status != HTTPStatus.NOT_FOUND:
                    raise
        raise Refusal(HTTPStatus.NOT_FOUND, {"message": "NotFound"})


class VenueSite:
    """A venue's public API, by the clock of the replay."""

    def __init__(self, replay: Replay, venue: Format, markets: Markets, trades: Trades) -> None:
        self._replay = replay
        self._venue = venue
        self._markets = markets
        self._trades = trades

    def respond(self, request: RecordedRequest, fault: Fault) -> Json:
        """Lists, candles, or trades."""
        venue, now_ms = self._venue, self._replay.now_ms
        if not venue.serves(request):
            raise Refusal(HTTPStatus.NOT_FOUND, {"message": "NotFound"})
        self._replay.unknown_parameters |= request.query.keys() - venue.known_parameters
        if request.path == venue.listing_path:
            return venue.build_markets(self._markets)
        if request.path in venue.extra_lists:
            return venue.extra_lists[request.path](self._markets)
        if venue.list_trades is not None and self._asks_trades(request):
            symbol = self._find_symbol(request, (venue.trade_path,))
            return venue.list_trades(request, self._trades.get(symbol, []), now_ms)
        symbol = self._find_symbol(request, venue.candle_paths)
        if fault.change_query is not None:
            request = RecordedRequest(request.host, request.path, fault.change_query(request.query))
        rows = venue.list_rows(request, self._markets[symbol], now_ms)
        return venue.wrap_rows(rows if fault.change_rows is None else fault.change_rows(rows), request)

    def _asks_trades(self, request: RecordedRequest) -> bool:
        """Whether the path is that of trades; some venues name the market in it."""
        beginning, _, end = self._venue.trade_path.partition("{id}")
        return request.path.startswith(beginning) and request.path.endswith(end)

    def _find_symbol(self, request: RecordedRequest, paths: tuple[str, ...]) -> str:
        for path in paths:
            for symbol in self._markets:
                market_id = self._venue.format_id(symbol)
                if request.path == path.format(id=market_id) and self._venue.read_id(request) == market_id:
                    return symbol
        raise Refusal(HTTPStatus.NOT_FOUND, {"message": "NotFound"})


def _build_response(body: str, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    return web.Response(text=body, status=status, headers=headers, content_type="application/json")


async def _send_cut_response(request: web.Request) -> web.StreamResponse:
    """Announce a longer body than is sent."""
    response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": "1000"})
    await response.prepare(request)
    await response.write(b"[[")
    if request.transport is not None:
        request.transport.close()
    return response
