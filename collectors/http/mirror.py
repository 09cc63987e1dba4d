"""Mirrors: a request to ``https://HOST/PATH`` goes to ``MIRROR/HOST/PATH``.

For caches, offline work, and tests against a local replay of the venues.
"""

import re
from typing import TypeVar
from urllib.parse import urlsplit

from data.errors import UsageError
from data.text.redact import redact_secrets

Urls = TypeVar("Urls")


def normalize_mirror(mirror: str) -> str:
    """The mirror's address without a trailing slash.

    >>> normalize_mirror("http://127.0.0.1:9000/")
    'http://127.0.0.1:9000'

    Raises:
        UsageError: the address names no http or https host.
    """
    parts = urlsplit(mirror)
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.query or parts.fragment:
        message = f"mirror {mirror!r} is no address of the form http://HOST:PORT"
        raise UsageError(message)
    return mirror.rstrip("/")


def format_source(host: str, base: str | None) -> str:
    """The source of candles of ``host``: with a mirror its address too, as errors of a mirror are not the venue's.

    >>> format_source("www.okx.com", "http://127.0.0.1:9000")
    '127.0.0.1:9000/www.okx.com'
    >>> format_source("www.okx.com", "http://user:word@127.0.0.1:9000")
    '***@127.0.0.1:9000/www.okx.com'
    """
    return host if base is None else f"{redact_secrets(base).partition('://')[2]}/{host}"


def rewrite_urls(urls: Urls, base: str, hostname: str | None = None) -> Urls:
    """The addresses of a ccxt exchange, rewritten to the mirror at ``base``.

    ``urls`` is what ccxt keeps in ``urls["api"]``: an address, or a dict of them, nested. ``{hostname}`` in an address
    stands for ``hostname``. Values that are no address stay as they are.

    >>> rewrite_urls({"rest": "https://{hostname}/v5"}, "http://127.0.0.1:9000", "www.okx.com")
    {'rest': 'http://127.0.0.1:9000/www.okx.com/v5'}
    """
    if isinstance(urls, dict):
        return type(urls)((key, rewrite_urls(value, base, hostname)) for key, value in urls.items())
    if isinstance(urls, str):
        address = urls.replace("{hostname}", hostname or "")
        return type(urls)(re.sub(r"^https?://", f"{base}/", address))
    return urls
