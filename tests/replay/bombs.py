"""Answers that are made to harm whoever reads them: bombs, bodies without end, redirects to other servers."""

import asyncio
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import suppress

from aiohttp import web

from tests.replay.faults import Fault

MIB = 1 << 20

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


def build_bomb(mib: int, encoding: str = "gzip", fill: bytes = b" ") -> bytes:
    """So many MiB of one character, packed to a thousandth of that."""
    stream = zlib.compressobj(9, zlib.DEFLATED, {"gzip": 31, "deflate": 15, "raw": -15}[encoding])
    start, block = (stream.compress(fill * MIB) + stream.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    return start + block * (mib - 1)


async def send_blocks(
    request: web.Request, blocks: AsyncIterator[bytes], headers: Mapping[str, str] | None = None
) -> web.StreamResponse:
    """A body of these blocks, as long as somebody reads."""
    response = web.StreamResponse(headers={"Content-Type": "application/json"} | dict(headers or {}))
    await response.prepare(request)
    with suppress(ConnectionError):
        async for block in blocks:
            await response.write(block)
    return response


async def repeat_block(block: bytes, count: int | None = None, wait_s: float = 0.0) -> AsyncIterator[bytes]:
    """The block so often (None: without end), with waits."""
    sent = 0
    while count is None or sent < count:
        yield block
        sent += 1
        await asyncio.sleep(wait_s)


def send_bomb(target: str, mib: int, encoding: str = "gzip") -> Fault:
    """An answer that unpacks to so many MiB."""
    bomb = build_bomb(mib, encoding)

    async def answer(request: web.Request) -> web.StreamResponse:
        return await send_blocks(request, repeat_block(bomb, 1), {"Content-Encoding": encoding})

    return Fault(target, answer=answer)


def send_endlessly(target: str, block: bytes = b" " * MIB, wait_s: float = 0.0) -> Fault:
    """An answer whose body never ends."""

    async def answer(request: web.Request) -> web.StreamResponse:
        return await send_blocks(request, repeat_block(block, wait_s=wait_s))

    return Fault(target, answer=answer)


def redirect(target: str, location: str, *, times: int | None = None, status: int = 302) -> Fault:
    """A redirect; ``{url}`` and ``{query}`` in the location are the replay's own address and the query asked for."""

    async def answer(request: web.Request) -> web.StreamResponse:
        place = location.format(url=f"http://{request.host}", query=request.query_string)
        return web.Response(status=status, headers={"Location": place})

    return Fault(target, times, answer=answer)


def send_header(target: str, **headers: str) -> Fault:
    """An empty list of JSON with other headers, such as the name of a charset."""

    async def answer(_request: web.Request) -> web.StreamResponse:
        return web.Response(body=b"[]", headers={name.replace("_", "-"): value for name, value in headers.items()})

    return Fault(target, answer=answer)
