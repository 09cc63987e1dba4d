"""How venues are reached: directly, through a mirror or a proxy, and at which of their hosts."""

import socket
import ssl
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from collectors.http.mirror import normalize_mirror, rewrite_urls
from collectors.http.session import VenueSession
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

    mirror: str | None = field(default=None, repr=False)
    proxy: str | None = field(default=None, repr=False)
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

    def rewrite_addresses(self, exchange: Any) -> None:  # noqa: ANN401 - ccxt has no types
        """Point a ccxt exchange at the mirror, if there is one."""
        if self.mirror is not None:
            exchange.urls["api"] = rewrite_urls(exchange.urls["api"], self.mirror, exchange.hostname)

    def open_session(self, own_hosts: Collection[str], ca_file: str | None = None) -> VenueSession:
        """The connections to an exchange with these hosts, through the proxy; close them at the end.

        ``ca_file`` has the certificates to trust; None for those of this machine.
        """
        context = True if ca_file is None else build_ssl_context(ca_file)
        return VenueSession(self._connect(context), own_hosts, self.mirror)

    def _connect(self, context: ssl.SSLContext | bool) -> aiohttp.ClientSession:  # noqa: FBT001 - as aiohttp takes it
        if self.proxy is not None and urlsplit(self.proxy).scheme in SOCKS_SCHEMES:
            from aiohttp_socks import ProxyConnector  # noqa: PLC0415 - needed for SOCKS proxies only

            # With rdns the proxy resolves names, which the library says by an argument and curl by the scheme.
            proxy_url = self.proxy.replace("socks5h://", "socks5://")
            connector: aiohttp.BaseConnector = ProxyConnector.from_url(proxy_url, rdns=True, ssl=context)
            return aiohttp.ClientSession(connector=connector, auto_decompress=False)
        connector = aiohttp.TCPConnector(ssl=context, family=socket.AF_UNSPEC)
        return aiohttp.ClientSession(
            connector=connector, proxy=self.proxy, trust_env=self.proxy is None, auto_decompress=False
        )


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
