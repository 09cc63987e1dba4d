"""Download of archive files: written to disk block by block, and compared with their published checksum."""

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from datetime import datetime
from http import HTTPStatus
from pathlib import Path

import aiohttp
from yarl import URL

from collectors.archives.checksum import Checksum, WrongChecksum, parse_checksum, verify_file
from collectors.archives.limited_file import DiskBudget, LimitedFile
from collectors.archives.paths import build_missing_file_failure
from collectors.failures import (
    BadData,
    CollectFailure,
    HistoryTooShort,
    RateLimitedOut,
    Refused,
    Rejected,
    Unreachable,
)
from collectors.http.access import Access
from collectors.http.ccxt_exchange import (
    RATE_LIMIT_STATUSES,
    REFUSAL_STATUSES,
    SOCKS_FAILURES,
    parse_retry_after,
    shorten_message,
)
from collectors.http.connection_failures import describe_connection_failure
from collectors.http.mirror import format_source, rewrite_urls
from collectors.limits import FILE_TIME, TEXT_BYTES, TEXT_TIME, Limit
from collectors.store_writer import Clock

BLOCK_BYTES = 1 << 18
TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=30.0, sock_read=60.0)
"""60 s without data are a failed connection; how long a whole answer may take is one of `collectors.limits`."""

IDENTITY_HEADERS = {"Accept-Encoding": "identity"}
"""No compression on the way, so that the checksum is that of the file."""

S3_MISSING_FILE = re.compile("<Code>(AccessDenied|NoSuchKey)</Code>")
"""What S3 sends with 403 for a missing file where the client may not list the folder."""


class ArchiveHost:
    """Downloads from one host. ``source`` is its name, after that of the mirror. Close it at the end.

    ``own_hosts`` are the hosts of the same exchange, to which it may redirect.
    """

    def __init__(self, name: str, access: Access, now: Clock, own_hosts: Collection[str] = ()) -> None:
        self.source = format_source(name, access.mirror)
        self._name = name
        self._mirror = access.mirror
        self._now = now
        self._session = access.open_session(own_hosts)

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()

    async def download_file(
        self, path: str, target: Path, checksum_path: str | None, limit: Limit, budget: DiskBudget
    ) -> str:
        """Download the file at ``path`` to ``target``, within the limit and the budget; returns its SHA-256.

        The published checksum is at ``checksum_path``; None where none is published. Where the two do not fit, both are
        requested once more, and no oftener: an archive that is being replaced fits then, and another never will.

        Raises:
            CollectFailure: the file does not exist or is too large, the download failed, or the checksum is not the
                published one.
        """
        try:
            return await self._download_verified(path, target, checksum_path, limit, budget)
        except WrongChecksum:
            return await self._download_verified(path, target, checksum_path, limit, budget)

    async def read_text(self, path: str, limit: Limit) -> str:
        """The text at ``path``, which may end with a query.

        Raises:
            CollectFailure: there is none, it is longer than the limit, or the request failed.
        """
        async with self._open_response(path, TEXT_TIME) as response:
            body = await _read_start(response, limit.amount + 1)
        if len(body) > limit.amount:
            limit.refuse(f"https://{self._name}")
        return body.decode(errors="replace")

    async def _download_verified(
        self, path: str, target: Path, checksum_path: str | None, limit: Limit, budget: DiskBudget
    ) -> str:
        """As `download_file`, with one try."""
        name = path.rpartition("/")[2]
        file_hash = hashlib.sha256()
        async with self._open_response(path, FILE_TIME) as response:
            with LimitedFile(target, name, limit, budget) as file:
                async for block in response.content.iter_chunked(BLOCK_BYTES):
                    file_hash.update(block)
                    file.write(block)
        if checksum_path is not None:
            published = await self._read_checksum(checksum_path, name)
            verify_file(target, published, name)
        return file_hash.hexdigest()

    async def _read_checksum(self, path: str, name: str) -> Checksum:
        """The checksum published for the file ``name``."""
        try:
            async with self._open_response(path, TEXT_TIME) as response:
                text = (await _read_start(response)).decode(errors="replace")
        except HistoryTooShort as failure:
            message = f"{name} cannot be verified: {failure}"
            raise BadData(message) from failure
        return parse_checksum(text, name, path.rpartition("/")[2])

    @asynccontextmanager
    async def _open_response(self, path: str, limit: Limit) -> AsyncIterator[aiohttp.ClientResponse]:
        """The response to a request for a file, of status 200; it is read as long as the limit allows.

        Raises:
            CollectFailure: the file does not exist, takes too long, or the request failed.
        """
        url = f"https://{self._name}/{path}"
        address = url if self._mirror is None else rewrite_urls(url, self._mirror)
        name = path.rpartition("/")[2]
        time_limit = asyncio.timeout(limit.amount)
        try:
            async with (
                time_limit,
                self._session.open_response(URL(address), headers=IDENTITY_HEADERS, timeout=TIMEOUT) as response,
            ):
                if response.status != HTTPStatus.OK:
                    body = (await _read_start(response)).decode(errors="replace")
                    raise translate_response(response, body, name, self._now())
                yield response
        except aiohttp.ClientPayloadError as error:
            message = f"{name} was cut off on its way: {shorten_message(error)}"
            raise BadData(message, garbled=True) from error
        except (aiohttp.ClientError, TimeoutError, *SOCKS_FAILURES) as error:
            if time_limit.expired():
                limit.refuse(name)
            raise Unreachable(shorten_message(describe_connection_failure(error))) from error


async def _read_start(response: aiohttp.ClientResponse, max_bytes: int = TEXT_BYTES.amount) -> bytes:
    """The first bytes of a body."""
    body = bytearray()
    async for block in response.content.iter_chunked(min(max_bytes, BLOCK_BYTES)):
        body += block
        if len(body) >= max_bytes:
            break
    return bytes(body[:max_bytes])


def translate_response(response: aiohttp.ClientResponse, body: str, name: str, now: datetime) -> CollectFailure:
    """The failure that a status other than 200 means for a file."""
    status = response.status
    message = shorten_message(f"HTTP {status} {response.reason}: {body}")
    if status == HTTPStatus.NOT_FOUND or (status == HTTPStatus.FORBIDDEN and S3_MISSING_FILE.search(body)):
        return build_missing_file_failure(name, status, now)
    if status in REFUSAL_STATUSES:
        return Refused(message)
    if status in RATE_LIMIT_STATUSES:
        return RateLimitedOut(message, parse_retry_after(response.headers, now))
    return Unreachable(message) if status >= HTTPStatus.INTERNAL_SERVER_ERROR else Rejected(message)
