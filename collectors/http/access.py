"""How venues are reached: directly, through a mirror or a proxy, and at which of their hosts."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from collectors.http.mirror import normalize_mirror, rewrite_urls
from collectors.venues.row import Host, VenueRow
from data.errors import UsageError

SOCKS_SCHEMES = frozenset({"socks4", "socks5", "socks5h"})
PROXY_SCHEMES = frozenset({"http", "https"}) | SOCKS_SCHEMES


@dataclass(frozen=True, slots=True)
class Access:
    """Mirror and proxy, and the host to use by venue.

    ``mirror`` is requested in place of every host, see `collectors.http.mirror`. Without a ``proxy`` the environment
    variables ``http_proxy``, ``https_proxy`` and ``no_proxy`` apply. A SOCKS proxy resolves the names of hosts.

    Raises:
        UsageError: mirror or proxy are no address.
    """

    mirror: str | None = None
    proxy: str | None = None
    hosts: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.mirror is not None:
            object.__setattr__(self, "mirror", normalize_mirror(self.mirror))
        if self.proxy is not None:
            check_proxy(self.proxy)

    def select_hosts(self, venue: VenueRow) -> tuple[Host, ...]:
        """The hosts to try, in order: the chosen one, or all hosts of the venue in the table.

        Raises:
            UsageError: the chosen host is not in the table.
        """
        host_name = self.hosts.get(venue.id)
        if host_name is None:
            return venue.hosts
        matching = tuple(host for host in venue.hosts if host.name == host_name)
        if not matching:
            documented = ", ".join(host.name for host in venue.hosts)
            message = f"{venue.id} has no host {host_name!r}; hosts on record: {documented}"
            raise UsageError(message)
        return matching

    def configure(self, exchange: Any) -> None:  # noqa: ANN401 - ccxt has no types
        """Point a ccxt exchange at the mirror, or at the proxy."""
        exchange.aiohttp_trust_env = True
        exchange.ssl_context = build_ssl_context(exchange.cafile)
        if self.mirror is not None:
            exchange.urls["api"] = rewrite_urls(exchange.urls["api"], self.mirror, exchange.hostname)
        if self.proxy is not None:
            # With socks5:// ccxt would resolve names here; the proxy does, as for archive files.
            proxy = self.proxy.replace("socks5://", "socks5h://")
            setattr(exchange, "socksProxy" if _is_socks(proxy) else "httpsProxy", proxy)

    def open_session(self) -> aiohttp.ClientSession:
        """A session for archive files; close it at the end."""
        if self.proxy is None:
            return aiohttp.ClientSession(trust_env=True)
        if _is_socks(self.proxy):
            from aiohttp_socks import ProxyConnector  # noqa: PLC0415 - needed for SOCKS proxies only

            proxy_url = self.proxy.replace("socks5h://", "socks5://")
            return aiohttp.ClientSession(connector=ProxyConnector.from_url(proxy_url, rdns=True))
        return aiohttp.ClientSession(proxy=self.proxy)


DIRECT_ACCESS = Access()
"""No mirror, the proxy of the environment if any, and all hosts of the table."""


@cache
def build_ssl_context(ca_file: str) -> ssl.SSLContext:
    """A TLS context that trusts the certificates of a file; cached, as reading it takes 0.1 s."""
    return ssl.create_default_context(cafile=ca_file)


def check_proxy(proxy: str) -> None:
    """Check the address of a proxy.

    Raises:
        UsageError: it is no ``http``, ``https`` or ``socks`` address of one host.
    """
    try:
        parts = urlsplit(proxy)
        has_port = parts.port is not None or parts.scheme not in SOCKS_SCHEMES
        is_valid = parts.scheme in PROXY_SCHEMES and parts.hostname and has_port and parts.path in {"", "/"}
    except ValueError:  # the port is no number
        is_valid = False
    if not is_valid:
        message = f"proxy {proxy!r} is no address such as http://HOST:PORT or socks5h://HOST:PORT"
        raise UsageError(message)


def _is_socks(proxy: str) -> bool:
    return urlsplit(proxy).scheme in SOCKS_SCHEMES
