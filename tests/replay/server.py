"""The server: ``http://127.0.0.1:PORT/HOST/PATH`` answers as ``https://HOST/PATH`` would."""

import json
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from aiohttp import web

from tests.replay.faults import Fault
from tests.replay.formats import FORMATS, Format, Json, Markets
from tests.replay.market import Asked, Refusal


class Replay:
    """Venues with the given candles, by ccxt id and unified symbol; use it as an async context manager.

    ``requests`` lists what was asked; ``unknown`` the query parameters that the venue asked does not document.
    ``now_ms`` is the venues' clock. ``also`` names further hosts of a venue.
    """

    def __init__(
        self,
        venues: Mapping[str, Markets],
        *,
        now_ms: int,
        faults: tuple[Fault, ...] = (),
        also: Mapping[str, str] | None = None,
    ) -> None:
        self.requests: list[Asked] = []
        self.unknown: set[str] = set()
        self.url = ""
        self.faults = list(faults)
        self._now_ms = now_ms
        hosts = {FORMATS[venue].host: venue for venue in venues} | dict(also or {})
        self._formats = {host: FORMATS[venue] for host, venue in hosts.items()}
        self._markets = {host: venues[venue] for host, venue in hosts.items()}
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
        """The requests for candles, of one venue or of all."""
        return [
            asked
            for asked in self.requests
            if asked.path != self._formats[asked.host].listing
            and (venue is None or self._formats[asked.host] is FORMATS[venue])
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
            answer = self._true_answer(asked, fault)
        except Refusal as refusal:
            return _response(json.dumps(refusal.body), refusal.status)
        return _response(json.dumps(answer))

    def _true_answer(self, asked: Asked, fault: Fault) -> Json:
        venue, markets = self._formats[asked.host], self._markets[asked.host]
        self.unknown |= asked.query.keys() - venue.known
        if asked.path == venue.listing:
            return venue.markets(markets)
        symbol = _symbol_asked(asked, venue, markets)
        if fault.query is not None:
            asked = Asked(asked.host, asked.path, fault.query(asked.query))
        rows = venue.rows(asked, markets[symbol], self._now_ms)
        return venue.wrap(rows if fault.rows is None else fault.rows(rows))


def _symbol_asked(asked: Asked, venue: Format, markets: Markets) -> str:
    for path in venue.candle_paths:
        for symbol in markets:
            market_id = venue.id_of(symbol)
            if asked.path == path.format(id=market_id) and venue.asked_id(asked) == market_id:
                return symbol
    raise Refusal(404, {"message": "NotFound"})


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
