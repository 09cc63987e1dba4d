"""Requests of one exchange: answers of limited size, and redirects within the exchange's own hosts only.

Both ccxt and the downloads of archives send through a `VenueSession`. Without it a few packed kilobytes, a body that
never ends, or a redirect to another server would be taken for the exchange's answer.
"""

import zlib
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import aiohttp
from yarl import URL

from collectors.failures import BadData
from collectors.limits import ADVICE, JSON_VALUES, PAGE_PACKED, PAGE_UNPACKED, REDIRECTS, Limit
from data.text.quoting import quote_input

BLOCK_BYTES = 1 << 16

REDIRECT_STATUSES = frozenset(
    {
        HTTPStatus.MOVED_PERMANENTLY,
        HTTPStatus.FOUND,
        HTTPStatus.SEE_OTHER,
        HTTPStatus.TEMPORARY_REDIRECT,
        HTTPStatus.PERMANENT_REDIRECT,
    }
)

ENCODINGS = frozenset({"identity", "gzip", "deflate"})
"""The encodings that ccxt asks for."""

WRAPPED_BITS, RAW_BITS = 47, -15
"""What `zlib.decompressobj` takes for the wrapping of gzip or zlib, and for none."""


@dataclass(frozen=True, slots=True)
class Page:
    """An answer as ccxt reads it."""

    status: int
    reason: str | None
    headers: Mapping[str, str]
    body: bytes

    async def text(self, errors: str = "strict") -> str:
        """The body as UTF-8, which JSON is: the charset of the header could name a codec that is no text."""
        return self.body.decode(errors=errors)


class VenueSession:
    """The connections to an exchange.

    ``own_hosts`` are the hosts of the exchange, to which it may redirect, beside the one that is asked. With a
    ``mirror`` these are the first part of the path behind its address. ``page_limit`` is the most that a page may
    unpack to. Close it at the end.
    """

    def __init__(self, session: aiohttp.ClientSession, own_hosts: Collection[str], mirror: str | None = None) -> None:
        self.page_limit = PAGE_UNPACKED
        self._session = session
        self._own_hosts = frozenset(own_hosts)
        self._mirror = mirror

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers that all requests have, beside those that ccxt adds."""
        return self._session.headers

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()

    @asynccontextmanager
    async def get(self, url: URL, **options: Any) -> AsyncIterator[Page]:  # noqa: ANN401 - what ccxt passes to aiohttp
        """The answer to a request of ccxt, read as a whole."""
        async with self.open_response(url, **options) as response:
            body = await read_body(response, _name_host(response.url, self._mirror), self.page_limit)
            yield Page(response.status, response.reason, response.headers, body)

    @asynccontextmanager
    async def open_response(self, url: URL, **options: Any) -> AsyncIterator[aiohttp.ClientResponse]:  # noqa: ANN401
        """The response to a GET after redirects, its body neither read nor unpacked; ``options`` are aiohttp's.

        Raises:
            BadData: it redirects elsewhere than to a host of the exchange, or too often.
        """
        address = url
        for _ in range(REDIRECTS.amount + 1):
            async with self._session.get(address, allow_redirects=False, **options) as response:
                location = response.headers.get("Location")
                if response.status not in REDIRECT_STATUSES or location is None:
                    yield response
                    return
            address = self._follow(address, location)
        REDIRECTS.refuse(_name_host(url, self._mirror))

    def _follow(self, address: URL, location: str) -> URL:
        """The address that an answer redirects to."""
        host = _name_host(address, self._mirror)
        try:
            target = address.join(URL(location))
        except ValueError as error:
            message = f"{host} redirects to what is no address; {ADVICE}"
            raise BadData(message) from error
        if not may_redirect(address, target, self._own_hosts, self._mirror):
            place = f"{target.scheme}://{_name_host(target, self._mirror)}"
            message = f"{host} redirects to {place[:100]}, which is no host of this exchange; {ADVICE}"
            raise BadData(message)
        return target


def may_redirect(address: URL, target: URL, own_hosts: Collection[str], mirror: str | None) -> bool:
    """Whether an exchange with these hosts may redirect from one address to another.

    It may on the same host and to its own ones, by the same scheme, and never with another account.

    >>> may_redirect(URL("https://a.io/x"), URL("https://b.io/y"), {"b.io"}, None)
    True
    >>> may_redirect(URL("https://a.io/x"), URL("http://a.io/x"), {"a.io"}, None)
    False
    """
    keeps_account = (target.user, target.password) in {(None, None), (address.user, address.password)}
    if not keeps_account or target.scheme != address.scheme:
        return False
    if mirror is not None:
        place = URL(mirror)
        stays = target.origin() == place.origin() and target.path.startswith(place.path)
        return stays and _name_host(target, mirror) in {*own_hosts, _name_host(address, mirror)}
    return target.origin() == address.origin() or (target.host in own_hosts and target.is_default_port())


def _name_host(address: URL, mirror: str | None) -> str:
    """The host of the exchange: behind a mirror's address the first part of the path."""
    if mirror is None or address.origin() != URL(mirror).origin():
        return str(address.host)
    return address.path.removeprefix(URL(mirror).path.rstrip("/")).lstrip("/").partition("/")[0]


async def read_body(response: aiohttp.ClientResponse, host: str, unpacked_limit: Limit) -> bytes:
    """The unpacked body of a response of ``host``.

    Raises:
        BadData: it is larger than a limit, packed or unpacked, or has too many values for JSON.
        aiohttp.ClientPayloadError: it is cut off or damaged.
    """
    body = bytearray()
    packed_bytes = 0
    unpacker = Unpacker(response.headers.get("Content-Encoding", ""))
    async for block in response.content.iter_chunked(BLOCK_BYTES):
        packed_bytes += len(block)
        if packed_bytes > PAGE_PACKED.amount:
            PAGE_PACKED.refuse(host)
        body += unpacker.unpack(block, unpacked_limit.amount + 1 - len(body))
        if len(body) > unpacked_limit.amount:
            unpacked_limit.refuse(host)
    unpacker.finish()
    if sum(map(body.count, (b"[", b"{", b","))) > JSON_VALUES.amount:
        JSON_VALUES.refuse(host)
    return bytes(body)


class Unpacker:
    """Unpacks a body block by block, and never more of it than is asked for.

    Raises:
        aiohttp.ClientPayloadError: the encoding is none that is asked for, or the body is damaged.
    """

    def __init__(self, encoding: str) -> None:
        self._encoding = encoding.strip().lower() or "identity"
        self._stream: zlib._Decompress | None = None
        if self._encoding not in ENCODINGS:
            message = f"the answer is packed as {quote_input(self._encoding[:20])}, which was not asked for"
            raise aiohttp.ClientPayloadError(message)

    def unpack(self, block: bytes, max_bytes: int) -> bytes:
        """What a block unpacks to, at most ``max_bytes`` of it; the rest is lost."""
        if self._encoding == "identity":
            return block[:max_bytes]
        if self._stream is None:
            # Some servers send deflate without the wrapping of zlib, whose first byte ends with 8.
            is_raw = self._encoding == "deflate" and block[0] & 0x0F != zlib.DEFLATED
            self._stream = zlib.decompressobj(RAW_BITS if is_raw else WRAPPED_BITS)
        try:
            return self._stream.decompress(block, max_bytes)
        except zlib.error as error:
            message = f"the answer cannot be unpacked: {error}"
            raise aiohttp.ClientPayloadError(message) from error

    def finish(self) -> None:
        """Check that the body was whole."""
        if self._stream is not None and not self._stream.eof:
            message = "the answer cannot be unpacked: it is cut off"
            raise aiohttp.ClientPayloadError(message)
