"""Checksums that archives publish beside their files: MD5, SHA-1 or SHA-256, told apart by their length."""

import hashlib
import re
from pathlib import Path
from typing import NamedTuple

from collectors.failures import BadData
from collectors.http.ccxt_exchange import shorten_message
from data.text.quoting import quote_input

CHECKSUM_LINE = re.compile(r"([0-9a-fA-F]{32,})(?:[ \t]+\*?(\S+))?\s*")
"""A digest and the name of its file, as ``sha256sum`` prints them; some archives leave the name out."""

ALGORITHMS = {32: "md5", 40: "sha1", 64: "sha256"}
"""The name of a hash in `hashlib` by the number of its hexadecimal digits."""

ALGORITHM_NAMES = {"md5": "MD5", "sha1": "SHA-1", "sha256": "SHA-256"}


class WrongChecksum(BadData):
    """A file and its published checksum do not belong together; a file and checksum may just be being replaced."""


class Checksum(NamedTuple):
    """A published checksum: the name of its algorithm in `hashlib`, and lower-case hexadecimal digits."""

    algorithm: str
    digest: str


def parse_checksum(text: str, file_name: str, checksum_name: str) -> Checksum:
    """The checksum of the file ``file_name`` from the text of its checksum file.

    >>> parse_checksum("9E107D9D372BB6826BD81D3542A419D6", "day.zip", "day.zip.CHECKSUM")
    Checksum(algorithm='md5', digest='9e107d9d372bb6826bd81d3542a419d6')

    Raises:
        BadData: the text is no checksum (garbled), or one of an unknown length.
        WrongChecksum: it is the checksum of another file.
    """
    match = CHECKSUM_LINE.fullmatch(text)
    if match is None:
        message = f"{checksum_name} holds no checksum of {file_name}: {quote_input(shorten_message(text))}"
        raise BadData(message, garbled=True)
    digest, named_file = match.groups()
    if named_file not in {file_name, None}:
        message = f"{checksum_name} holds no checksum of {file_name}, but of {shorten_message(named_file)}"
        raise WrongChecksum(message)
    if len(digest) not in ALGORITHMS:
        message = f"{checksum_name} holds {len(digest)} digits, which is no MD5, SHA-1 or SHA-256"
        raise BadData(message)
    return Checksum(ALGORITHMS[len(digest)], digest.lower())


def verify_file(path: Path, published: Checksum, file_name: str) -> None:
    """Compare a file with its published checksum.

    Raises:
        WrongChecksum: they differ; the message has both.
    """
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, published.algorithm).hexdigest()
    if digest != published.digest:
        algorithm = ALGORITHM_NAMES[published.algorithm]
        message = f"{file_name} has the {algorithm} {digest}, and its published one is {published.digest}"
        raise WrongChecksum(message)
