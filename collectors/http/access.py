"""How the venues are reached: directly, through a mirror or a proxy, at the host that a user has chosen."""

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
    """``mirror`` answers in place of every host; ``proxy`` is passed through; ``hosts`` gives a venue one of its hosts.

    Without a proxy the standard variables ``http_proxy``, ``https_proxy`` and ``no_proxy`` count. A SOCKS proxy looks
    the names of hosts up itself.

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
        """The hosts to try, in order: the chosen one, or all of the table.

        Raises:
            UsageError: the chosen host is none that the venue documents.
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
            # ccxt takes socks5:// for looking names up here; they go to the proxy, as those of files do.
            proxy = self.proxy.replace("socks5://", "socks5h://")
            setattr(exchange, "socksProxy" if _is_socks(proxy) else "httpsProxy", proxy)

    def open_session(self) -> aiohttp.ClientSession:
        """A session for files; close it at the end."""
        if self.proxy is None:
            return aiohttp.ClientSession(trust_env=True)
        if _is_socks(self.proxy):
            # Imported here: only who goes through a SOCKS proxy needs it.
            from aiohttp_socks import ProxyConnector  # noqa: PLC0415

            proxy_url = self.proxy.replace("socks5h://", "socks5://")
            return aiohttp.ClientSession(connector=ProxyConnector.from_url(proxy_url, rdns=True))
        return aiohttp.ClientSession(proxy=self.proxy)


DIRECT_ACCESS = Access()
"""No mirror, no proxy but that of the environment, hosts as in the table."""


@cache
def build_ssl_context(ca_file: str) -> ssl.SSLContext:
    """Checks the certificates of hosts against those of a file: one for all venues, as reading it costs 0.1 s."""
    return ssl.create_default_context(cafile=ca_file)


def check_proxy(proxy: str) -> None:
    """Let only the address of one proxy pass.

    Raises:
        UsageError: it is no ``http``, ``https`` or ``socks`` address.
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
