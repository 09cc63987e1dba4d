"""One host of archives: a file comes onto the disk block by block, and is compared with its published SHA-256."""

import hashlib
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Self

import aiohttp

from collectors.access import Access
from collectors.exchange import REFUSALS, SOCKS_FAILURES, TOO_OFTEN, retry_after_s, told
from collectors.failures import (
    BadData,
    CollectFailure,
    HistoryTooShort,
    RateLimitedOut,
    Refused,
    Rejected,
    Unreachable,
)
from collectors.mirror import mirrored, source_of
from collectors.sink import Clock

BLOCK = 1 << 18
TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=30.0, sock_read=60.0)
"""A large file may take long, silence may not."""

AS_IT_IS = {"Accept-Encoding": "identity"}
"""A file that is packed already comes as it lies there, so that its sum can be taken."""

LONGEST_TEXT = 4096
"""Bytes of a checksum file, or of the body of an error, that are read."""

NO_FILE = re.compile("<Code>(AccessDenied|NoSuchKey)</Code>")
"""What S3 answers with 403 for a file that is not there, where the caller may not list the folder."""

SHA256_LINE = re.compile(r"([0-9a-fA-F]{64})(?: [ *](\S+))?\s*")
"""A sum, and the file that it is of: the second may be left out."""


class Download:
    """A file on the disk that is written block by block, with its SHA-256; use it as a context manager."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")
        self._sum = hashlib.sha256()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def take(self, block: bytes) -> None:
        """Write the next block."""
        self._sum.update(block)
        self._file.write(block)

    @property
    def sha256(self) -> str:
        """The sum of all blocks so far, in hexadecimal digits."""
        return self._sum.hexdigest()


class ArchiveHost:
    """Gives the files of one host. ``source`` is its name, behind that of the mirror. Close it at the end."""

    def __init__(self, name: str, access: Access, now: Clock) -> None:
        self.source = source_of(name, access.mirror)
        self._name = name
        self._mirror = access.mirror
        self._now = now
        self._session = access.session()

    async def close(self) -> None:
        """Give back the connections."""
        await self._session.close()

    async def bring(self, path: str, packed: Path, checksum: str | None) -> str:
        """Download the file at ``path`` to ``packed``; gives its SHA-256.

        ``checksum`` is what is added to the path to get the published SHA-256; None where none is published.

        Raises:
            CollectFailure: there is no such file, it could not be had, or it is not the one that was published.
        """
        name = path.rpartition("/")[2]
        with Download(packed) as download:
            async with self._get(path) as response:
                async for block in response.content.iter_chunked(BLOCK):
                    download.take(block)
        if checksum is not None:
            published = await self._published_sum(path + checksum, name)
            if published != download.sha256:
                message = f"{name} has the SHA-256 {download.sha256}, and its published one is {published}"
                raise BadData(message, garbled=True)
        return download.sha256

    async def _published_sum(self, path: str, name: str) -> str:
        """The SHA-256 that is published for the file ``name``, in a line as ``sha256sum -c`` reads it."""
        try:
            async with self._get(path) as response:
                line = (await _start_of(response)).decode(errors="replace")
        except HistoryTooShort as failure:
            message = f"{name} cannot be verified: {failure}"
            raise BadData(message) from failure
        found = SHA256_LINE.fullmatch(line)
        if found is None or found[2] not in {name, None}:
            message = f"{path.rpartition('/')[2]} holds no SHA-256 of {name}: {told(line)!r}"
            raise BadData(message, garbled=True)
        return found[1].lower()

    @asynccontextmanager
    async def _get(self, path: str) -> AsyncIterator[aiohttp.ClientResponse]:
        """The response to a request for a file, if it is one.

        Raises:
            CollectFailure: there is no such file, or it could not be had.
        """
        url = f"https://{self._name}/{path}"
        address = url if self._mirror is None else mirrored(url, self._mirror)
        try:
            async with self._session.get(address, headers=AS_IT_IS, timeout=TIMEOUT, auto_decompress=False) as response:
                if response.status != HTTPStatus.OK:
                    body = (await _start_of(response)).decode(errors="replace")
                    raise failure_of(response, body, path.rpartition("/")[2], self._now())
                yield response
        except aiohttp.ClientPayloadError as error:
            message = f"{path.rpartition('/')[2]} was cut off on its way: {told(error)}"
            raise BadData(message, garbled=True) from error
        except (aiohttp.ClientError, TimeoutError, *SOCKS_FAILURES) as error:
            message = told(error) or type(error).__name__
            raise Unreachable(message) from error


async def _start_of(response: aiohttp.ClientResponse) -> bytes:
    """The first bytes of a body."""
    body = b""
    async for block in response.content.iter_chunked(LONGEST_TEXT):
        body += block
        if len(body) >= LONGEST_TEXT:
            break
    return body[:LONGEST_TEXT]


def failure_of(response: aiohttp.ClientResponse, body: str, name: str, now: datetime) -> CollectFailure:
    """What a status other than 200 means for a file."""
    status = response.status
    said = told(f"HTTP {status} {response.reason}: {body}")
    if status == HTTPStatus.NOT_FOUND or (status == HTTPStatus.FORBIDDEN and NO_FILE.search(body)):
        return HistoryTooShort(f"no archive file {name} (HTTP {status})")
    if status in REFUSALS:
        return Refused(said)
    if status in TOO_OFTEN:
        return RateLimitedOut(said, retry_after_s(response.headers, now))
    return Unreachable(said) if status >= HTTPStatus.INTERNAL_SERVER_ERROR else Rejected(said)
