"""Download of archive files: written to disk block by block, and compared with their published SHA-256."""

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
from collectors.http.mirror import format_source, rewrite_urls
from collectors.store_writer import Clock

BLOCK_BYTES = 1 << 18
TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=30.0, sock_read=60.0)
"""A large file may take long; 60 s without data may not."""

IDENTITY_HEADERS = {"Accept-Encoding": "identity"}
"""No compression on the way, so that the SHA-256 is that of the file."""

MAX_TEXT_BYTES = 4096
"""Bytes that are read of a checksum file and of an error body."""

S3_MISSING_FILE = re.compile("<Code>(AccessDenied|NoSuchKey)</Code>")
"""What S3 sends with 403 for a missing file where the client may not list the folder."""

SHA256_LINE = re.compile(r"([0-9a-fA-F]{64})(?: [ *](\S+))?\s*")
"""A SHA-256 and the name of its file, which may be left out."""


class HashedFile:
    """A file that is written block by block, with its SHA-256; a context manager."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")
        self._hash = hashlib.sha256()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def write(self, block: bytes) -> None:
        """Append a block."""
        self._hash.update(block)
        self._file.write(block)

    @property
    def sha256(self) -> str:
        """The SHA-256 of all blocks so far, in hexadecimal digits."""
        return self._hash.hexdigest()


class ArchiveHost:
    """Downloads from one host. ``source`` is its name, after that of the mirror. Close it at the end."""

    def __init__(self, name: str, access: Access, now: Clock) -> None:
        self.source = format_source(name, access.mirror)
        self._name = name
        self._mirror = access.mirror
        self._now = now
        self._session = access.open_session()

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()

    async def download_file(self, path: str, target: Path, checksum_suffix: str | None) -> str:
        """Download the file at ``path`` to ``target``; returns its SHA-256.

        The published SHA-256 is at the path with ``checksum_suffix``; None where none is published.

        Raises:
            CollectFailure: the file does not exist, the download failed, or the SHA-256 is not the published one.
        """
        name = path.rpartition("/")[2]
        with HashedFile(target) as file:
            async with self._open_response(path) as response:
                async for block in response.content.iter_chunked(BLOCK_BYTES):
                    file.write(block)
        if checksum_suffix is not None:
            published_sha256 = await self._read_published_sha256(path + checksum_suffix, name)
            if published_sha256 != file.sha256:
                message = f"{name} has the SHA-256 {file.sha256}, and its published one is {published_sha256}"
                raise BadData(message, garbled=True)
        return file.sha256

    async def _read_published_sha256(self, path: str, name: str) -> str:
        """The SHA-256 published for the file ``name``, from a line in the format of ``sha256sum``."""
        try:
            async with self._open_response(path) as response:
                line = (await _read_start(response)).decode(errors="replace")
        except HistoryTooShort as failure:
            message = f"{name} cannot be verified: {failure}"
            raise BadData(message) from failure
        match = SHA256_LINE.fullmatch(line)
        if match is None or match[2] not in {name, None}:
            message = f"{path.rpartition('/')[2]} holds no SHA-256 of {name}: {shorten_message(line)!r}"
            raise BadData(message, garbled=True)
        return match[1].lower()

    @asynccontextmanager
    async def _open_response(self, path: str) -> AsyncIterator[aiohttp.ClientResponse]:
        """The response to a request for a file, of status 200.

        Raises:
            CollectFailure: the file does not exist, or the request failed.
        """
        url = f"https://{self._name}/{path}"
        address = url if self._mirror is None else rewrite_urls(url, self._mirror)
        try:
            async with self._session.get(
                address, headers=IDENTITY_HEADERS, timeout=TIMEOUT, auto_decompress=False
            ) as response:
                if response.status != HTTPStatus.OK:
                    body = (await _read_start(response)).decode(errors="replace")
                    raise translate_response(response, body, path.rpartition("/")[2], self._now())
                yield response
        except aiohttp.ClientPayloadError as error:
            message = f"{path.rpartition('/')[2]} was cut off on its way: {shorten_message(error)}"
            raise BadData(message, garbled=True) from error
        except (aiohttp.ClientError, TimeoutError, *SOCKS_FAILURES) as error:
            message = shorten_message(error) or type(error).__name__
            raise Unreachable(message) from error


async def _read_start(response: aiohttp.ClientResponse) -> bytes:
    """The first `MAX_TEXT_BYTES` of a body."""
    body = b""
    async for block in response.content.iter_chunked(MAX_TEXT_BYTES):
        body += block
        if len(body) >= MAX_TEXT_BYTES:
            break
    return body[:MAX_TEXT_BYTES]


def translate_response(response: aiohttp.ClientResponse, body: str, name: str, now: datetime) -> CollectFailure:
    """The failure that a status other than 200 means for a file."""
    status = response.status
    message = shorten_message(f"HTTP {status} {response.reason}: {body}")
    if status == HTTPStatus.NOT_FOUND or (status == HTTPStatus.FORBIDDEN and S3_MISSING_FILE.search(body)):
        return HistoryTooShort(f"no archive file {name} (HTTP {status})")
    if status in REFUSAL_STATUSES:
        return Refused(message)
    if status in RATE_LIMIT_STATUSES:
        return RateLimitedOut(message, parse_retry_after(response.headers, now))
    return Unreachable(message) if status >= HTTPStatus.INTERNAL_SERVER_ERROR else Rejected(message)
