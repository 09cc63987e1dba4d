"""The server: ``http://127.0.0.1:PORT/HOST/PATH`` answers as ``https://HOST/PATH`` would."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from types import TracebackType
from typing import Protocol, Self

from aiohttp import web

from tests.replay.faults import Fault
from tests.replay.format import Format, Json, Markets
from tests.replay.formats import FORMATS
from tests.replay.market import Asked, Refusal, Trade

Trades = Mapping[str, list[Trade]]


class Site(Protocol):
    """What answers for a host: JSON, or the bytes of a file."""

    def answer(self, asked: Asked, fault: Fault) -> Json | bytes:
        """The answer; raises `Refusal` for any status but 200. Of the fault only ``rows`` and ``query`` matter."""


class Replay:
    """Venues with the given candles, by ccxt id and unified symbol; use it as an async context manager.

    ``requests`` lists what was asked; ``unknown`` the query parameters that the venue asked does not document.
    ``now_ms`` is the venues' clock and may be moved. ``also`` names further hosts of a venue. ``trades`` are public
    trades by venue and symbol, ``sites`` what answers for hosts that are no venue's, such as archives.
    """

    def __init__(
        self,
        venues: Mapping[str, Markets],
        *,
        now_ms: int,
        faults: tuple[Fault, ...] = (),
        also: Mapping[str, str] | None = None,
        trades: Mapping[str, Trades] | None = None,
        sites: Mapping[str, Site] | None = None,
    ) -> None:
        self.requests: list[Asked] = []
        self.unknown: set[str] = set()
        self.url = ""
        self.faults = list(faults)
        self.now_ms = now_ms
        hosts = [*((FORMATS[venue].host, venue) for venue in venues), *(also or {}).items()]
        self._formats: defaultdict[str, list[Format]] = defaultdict(list)
        made: defaultdict[str, list[VenueSite]] = defaultdict(list)
        for host, venue in hosts:
            self._formats[host].append(FORMATS[venue])
            made[host].append(VenueSite(self, FORMATS[venue], venues[venue], (trades or {}).get(venue, {})))
        self._sites: dict[str, Site] = {host: Shared(found) for host, found in made.items()} | dict(sites or {})
        app = web.Application()
        app.router.add_get("/{host}/{path:.*}", self._answer)
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

    def candle_requests(self, venue: str | None = None) -> list[Asked]:
        """The requests for candles or trades, of all venues or of the host of one."""
        return [
            asked
            for asked in self.requests
            if (made := self._formats.get(asked.host)) is not None
            and not any(asked.path in {format_.listing, *format_.also} for format_ in made)
            and (venue is None or FORMATS[venue] in made)
        ]

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        asked = Asked(request.match_info["host"], "/" + request.match_info["path"], dict(request.query))
        self.requests.append(asked)
        fault = next((fault for fault in self.faults if fault.strikes(asked)), Fault(""))
        if fault.held is not None and fault.waiting is not None:
            fault.waiting.set()
            await fault.held.wait()
        if fault.cut:
            return await _cut_off(request)
        if fault.status is not None:
            return _response(fault.body, fault.status, fault.headers)
        try:
            if asked.host not in self._sites:
                raise Refusal(404, {"message": "no such host"})  # noqa: TRY301 - one place that answers refusals
            answer = self._sites[asked.host].answer(asked, fault)
        except Refusal as refusal:
            return _response(json.dumps(refusal.body), refusal.status)
        if isinstance(answer, bytes):
            return web.Response(body=answer, content_type="application/octet-stream")
        return _response(json.dumps(answer))


class Shared:
    """What shares a host: the first that has what is asked for answers."""

    def __init__(self, sites: Sequence["VenueSite"]) -> None:
        self._sites = sites

    def answer(self, asked: Asked, fault: Fault) -> Json:
        """The first answer that is none of 404."""
        for site in self._sites:
            try:
                return site.answer(asked, fault)
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

    def answer(self, asked: Asked, fault: Fault) -> Json:
        """Lists, candles, or trades."""
        venue, now_ms = self._venue, self._replay.now_ms
        if not venue.serves(asked):
            raise Refusal(HTTPStatus.NOT_FOUND, {"message": "NotFound"})
        self._replay.unknown |= asked.query.keys() - venue.known
        if asked.path == venue.listing:
            return venue.markets(self._markets)
        if asked.path in venue.also:
            return venue.also[asked.path](self._markets)
        if venue.trades is not None and asked.path == venue.trade_path:
            return venue.trades(asked, self._trades.get(self._symbol(asked, (asked.path,)), []), now_ms)
        symbol = self._symbol(asked, venue.candle_paths)
        if fault.query is not None:
            asked = Asked(asked.host, asked.path, fault.query(asked.query))
        rows = venue.rows(asked, self._markets[symbol], now_ms)
        return venue.wrap(rows if fault.rows is None else fault.rows(rows), asked)

    def _symbol(self, asked: Asked, paths: tuple[str, ...]) -> str:
        for path in paths:
            for symbol in self._markets:
                market_id = self._venue.id_of(symbol)
                if asked.path == path.format(id=market_id) and self._venue.asked_id(asked) == market_id:
                    return symbol
        raise Refusal(HTTPStatus.NOT_FOUND, {"message": "NotFound"})


def _response(body: str, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    return web.Response(text=body, status=status, headers=headers, content_type="application/json")


async def _cut_off(request: web.Request) -> web.StreamResponse:
    """Promise more than is sent."""
    response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": "1000"})
    await response.prepare(request)
    await response.write(b"[[")
    if request.transport is not None:
        request.transport.close()
    return response
